#include "lib/linalg/product.h"

#include <string.h>

#include "lib/linalg/blas.h"
#include "lib/linalg/room.h"
#include "lib/linalg/strip.h"
#include "lib/linalg/thirds.h"

/* Bytes of B that lie packed at a time, for all threads. */
static const int64_t most_packed = (int64_t)4 << 20;

/* Rows of a transposed A that are dealt at a time. */
enum { DEALT = 64 };

/* One call. B is packed by stretches of the inner size and, where it is wide, by blocks of columns.
 * Of an A that is transposed, or whose rows crowd each other out of the cache, the stretch is
 * copied by blocks of rows. */
struct job {
    const iso_product *p;
    iso_mat *c;
    size_t size;
    const iso_tiles *tiles;
    int threads;
    int64_t m, n, k;
    int64_t stretch, columns; /* of B at a time */
    char *panels, *rows;      /* B's packed stretch, A's copied one (or NULL) */
    atomic_int *left;         /* of each block of rows, the parts to come */
};

/* What is packed and multiplied between two barriers. */
struct step {
    int64_t from, width; /* columns */
    int64_t l, k;        /* of the inner size */
    struct grid grid;
};

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static const char *at(iso_view v, int64_t row, int64_t col)
{
    return (const char *)v.data + (size_t)(row * v.stride + col) * iso_dtype_size(v.dtype);
}

/* The panel whose first column is `column` of the step's. */
static void pack_panel(const struct job *j, const struct step *s, int64_t column)
{
    const iso_view b = j->p->b;
    const int width = iso_tile_width(j->tiles, column, s->width);
    const int64_t first = s->from + column, n = least(width, s->width - column);
    char *to = j->panels + (size_t)(column * s->k) * j->size;

    if (j->p->tb)
        j->tiles->pack(to, at(b, first, s->l), b.stride, n, s->k, width);
    else
        j->tiles->lay(to, at(b, s->l, first), b.stride, n, s->k, width);
}

static char *copy_at(const struct job *j, const struct step *s, int64_t block)
{
    return j->rows + (size_t)(block * s->grid.height * (s->k + ISO_STRIP_GAP)) * j->size;
}

/* A block of rows, height × (k + a gap). */
static void copy_block(const struct job *j, const struct step *s, int64_t block)
{
    const struct grid *g = &s->grid;
    const int64_t row = block * g->height;

    iso_strip_copy(copy_at(j, s, block), at(j->p->a, row, s->l), j->p->a.stride,
                   least(g->height, g->m - row), s->k, j->size);
}

/* Rows of an A that is transposed, from `first` on: a block's part of each to its tiles. */
static void deal_rows(const struct job *j, const struct step *s, int64_t block, int64_t first)
{
    const struct grid *g = &s->grid;
    const int64_t row = block * g->height, rows = least(g->height, g->m - row);

    for (int64_t l = first; l < least(first + DEALT, s->k); l++)
        j->tiles->deal(copy_at(j, s, block) + (size_t)(l * j->tiles->rows) * j->size,
                       at(j->p->a, s->l + l, row), rows, s->k);
}

/* Where the rows of a block lie. */
static iso_tile_rows rows_of(const struct job *j, const struct step *s, int64_t block)
{
    const int64_t height = j->tiles->rows, gap = s->k + ISO_STRIP_GAP, stride = j->p->a.stride;

    if (j->p->ta)
        return (iso_tile_rows){copy_at(j, s, block), height * s->k, 1, height};
    if (j->rows)
        return (iso_tile_rows){copy_at(j, s, block), height * gap, gap, 1};
    return (iso_tile_rows){at(j->p->a, block * s->grid.height, s->l), height * stride, stride, 1};
}

/* Nothing of a symmetric C lies below its diagonal: a part wholly there is left out. */
static void multiply(const struct job *j, const struct step *s, int64_t block, int64_t share)
{
    const struct grid *g = &s->grid;
    const int64_t row = block * g->height, rows = least(g->height, g->m - row);
    const int64_t from = iso_strip_share(g, share), to = iso_strip_share(g, share + 1);
    const int64_t then = iso_strip_share(g, (share + j->threads) % g->shares);
    const int64_t skip =
        j->p->upper && row > s->from + from
            ? least((row - s->from - from) / j->tiles->cols * j->tiles->cols,
                    (to - from + j->tiles->cols - 1) / j->tiles->cols * j->tiles->cols)
            : 0;
    const struct strip strip = {
        .a = rows_of(j, s, block),
        .panels = j->panels + (size_t)((from + skip) * s->k) * j->size,
        .next = j->panels + (size_t)(then * s->k) * j->size,
        .c = (char *)j->c->data + (size_t)(row * j->c->stride + s->from) * j->size,
        .ldc = j->c->stride,
        .rows = rows,
        .k = s->k,
        .from = from + skip,
        .to = to,
        .add = s->l > 0 || j->p->beta != 0,
        .size = j->size,
    };

    iso_strip_mul(j->tiles, &strip);
    if (s->l + s->k == j->k)
        iso_strip_done(j->p->then, j->c, g, block, s->from + from, s->from + to, j->left);
}

/* Within a parallel region, by all its threads. */
static void perform(const struct job *j, const struct step *s)
{
    const struct grid *g = &s->grid;

#pragma omp for schedule(static) nowait
    for (int64_t column = 0; column < s->width; column += j->tiles->cols)
        pack_panel(j, s, column);
    if (j->p->ta) {
#pragma omp for collapse(2) schedule(static) nowait
        for (int64_t block = 0; block < g->blocks; block++)
            for (int64_t l = 0; l < s->k; l += DEALT)
                deal_rows(j, s, block, l);
    } else if (j->rows) {
#pragma omp for schedule(static) nowait
        for (int64_t block = 0; block < g->blocks; block++)
            copy_block(j, s, block);
    }
#pragma omp barrier
#pragma omp for collapse(2) schedule(dynamic)
    for (int64_t block = 0; block < g->blocks; block++)
        for (int64_t share = 0; share < g->shares; share++)
            multiply(j, s, block, share);
}

static void all_steps(const struct job *j)
{
#pragma omp parallel num_threads(j->threads) if (j->threads > 1)
    for (int64_t from = 0; from < j->n; from += j->columns) {
        for (int64_t l = 0; l < j->k; l += j->stretch) {
            struct step s = {.from = from,
                             .width = least(j->columns, j->n - from),
                             .l = l,
                             .k = least(j->stretch, j->k - l)};
            iso_strip_grid(&s.grid, j->tiles, j->m, s.width, j->threads);
            perform(j, &s);
        }
    }
}

/* C times beta, where that is neither 0 nor 1. */
static void scale(iso_mat *c, double beta)
{
    for (int64_t i = 0; i < c->rows; i++) {
        for (int64_t j = 0; j < c->cols; j++) {
            if (c->dtype == ISO_F64)
                ((double *)c->data)[i * c->stride + j] *= beta;
            else
                ((float *)c->data)[i * c->stride + j] *= (float)beta;
        }
    }
}

static void clear(iso_mat *c)
{
    for (int64_t i = 0; i < c->rows; i++)
        memset((char *)c->data + (size_t)(i * c->stride) * iso_dtype_size(c->dtype), 0,
               (size_t)c->cols * iso_dtype_size(c->dtype));
}

static iso_err multiply_all(struct job *j)
{
    const int64_t cols = j->tiles->cols;
    const bool copied = j->p->ta || iso_strip_crowded(j->p->a.stride, j->size);
    iso_room *room = NULL;
    char *at = NULL;
    struct grid grid;
    iso_err err = ISO_OK;

    j->threads =
        iso_strip_wide((double)j->m * (double)j->n * (double)j->k) ? iso_strip_threads() : 1;
    j->stretch = iso_strip_stretch(j->k);
    j->columns = most_packed / (j->stretch * (int64_t)j->size) / cols * cols;
    j->columns = least(j->columns, (j->n + cols - 1) / cols * cols);
    iso_strip_grid(&grid, j->tiles, j->m, j->columns, j->threads);
    const int64_t b = j->stretch * j->columns * (int64_t)j->size;
    const int64_t a = grid.blocks * grid.height * (j->stretch + ISO_STRIP_GAP) * (int64_t)j->size;
    const int64_t counts = (grid.blocks * (int64_t)sizeof *j->left + 63) / 64 * 64;
    ISO_TRY(iso_room_take(&room, &at, counts + b + (copied ? a : 0)));
    j->left = (atomic_int *)(void *)at;
    j->panels = at + counts;
    j->rows = copied ? j->panels + b : NULL;
    for (int64_t i = 0; i < grid.blocks; i++)
        atomic_init(&j->left[i], 0);
    for (int64_t from = 0; from < j->n; from += j->columns) {
        struct grid g;
        iso_strip_grid(&g, j->tiles, j->m, least(j->columns, j->n - from), j->threads);
        for (int64_t i = 0; i < g.blocks; i++)
            atomic_fetch_add(&j->left[i], (int)g.shares);
    }
    all_steps(j);
    iso_room_give(room);
done:
    return err;
}

static iso_err check(const iso_mat *c, const iso_product *p, int64_t m, int64_t n, int64_t k)
{
    const int64_t inner = p->tb ? p->b.cols : p->b.rows;
    iso_err err = ISO_OK;

    ISO_NEED(k == inner, "inner sizes differ: %lld and %lld", (long long)k, (long long)inner);
    ISO_NEED(c->rows == m && c->cols == n, "result is %lld x %lld, not %lld x %lld",
             (long long)c->rows, (long long)c->cols, (long long)m, (long long)n);
    ISO_NEED(p->a.dtype == p->b.dtype && p->a.dtype == c->dtype &&
                 (c->dtype == ISO_F32 || c->dtype == ISO_F64),
             "matrices of types %s, %s and %s cannot be multiplied", iso_dtype_name(p->a.dtype),
             iso_dtype_name(p->b.dtype), iso_dtype_name(c->dtype));
done:
    return err;
}

iso_err iso_product_run(iso_mat *c, const iso_product *p)
{
    struct job j = {.p = p,
                    .c = c,
                    .size = iso_dtype_size(c->dtype),
                    .m = p->ta ? p->a.cols : p->a.rows,
                    .n = p->tb ? p->b.rows : p->b.cols,
                    .k = p->ta ? p->a.rows : p->a.cols};
    iso_err err = ISO_OK;

    ISO_TRY(check(c, p, j.m, j.n, j.k));
    ISO_TRY(iso_blas_ready());
    if (j.m == 0 || j.n == 0)
        return ISO_OK;
    if (p->beta != 0 && p->beta != 1)
        scale(c, p->beta);
    if (j.k == 0) {
        if (p->beta == 0)
            clear(c);
        if (p->then)
            p->then->call(p->then->with, c, 0, 0);
        return ISO_OK;
    }
    if (p->thirds && iso_thirds_pay(c, j.k))
        return iso_thirds_run(c, p);
    j.tiles = iso_tiles_best(c->dtype);
    ISO_TRY(multiply_all(&j));
done:
    return err;
}

iso_err iso_mul_tn(iso_mat *c, iso_view a, iso_view b, double beta)
{
    return iso_product_run(c, &(iso_product){.a = a, .b = b, .ta = true, .beta = beta});
}

iso_err iso_mul_nt(iso_mat *c, iso_view a, iso_view b, double beta)
{
    return iso_product_run(c, &(iso_product){.a = a, .b = b, .tb = true, .beta = beta});
}

iso_err iso_mul_nn(iso_mat *c, iso_view a, iso_view b, double beta)
{
    return iso_product_run(c, &(iso_product){.a = a, .b = b, .beta = beta});
}

iso_err iso_square_tn(iso_mat *c, iso_view a, double beta)
{
    return iso_product_run(c,
                           &(iso_product){.a = a, .b = a, .ta = true, .upper = true, .beta = beta});
}

iso_err iso_square_nt(iso_mat *c, iso_view a)
{
    return iso_product_run(c, &(iso_product){.a = a, .b = a, .tb = true, .upper = true});
}
