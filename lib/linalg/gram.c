#include "lib/linalg/gram.h"

#include <string.h>

#include "lib/base/alloc.h"
#include "lib/linalg/gram_sweep.h"
#include "lib/linalg/loops.h"
#include "lib/linalg/product.h"

/* --- Pairs that share matrices, with these: their tiles must lie in the cache together --- */

struct family {
    iso_gram_pair *pair; /* by the family's numbers */
    int64_t *number;     /* the caller's, of its pairs */
    int64_t pairs;
    iso_view *x;
    int *matrix; /* the caller's numbers of its matrices */
    int matrices;
};

/* What the pairs of a family are asked, and where it goes. */
struct look {
    const struct family *f;
    iso_gram_terms *out; /* by the caller's numbers */
    const double *const *norm2;
    double *within, *between;
    const int64_t *first; /* of the groups */
    int64_t all;          /* pairs of the caller's */
    double *part;         /* by band and pair */
};

static int head_of(int *above, int m)
{
    while (above[m] != m)
        m = above[m] = above[above[m]];
    return m;
}

/* family[m] is the number of matrix m's; returns how many there are. */
static int name_families(int *family, int *above, const iso_gram_pair *pair, int64_t pairs,
                         int matrices)
{
    int count = 0;

    for (int m = 0; m < matrices; m++)
        above[m] = m;
    for (int64_t p = 0; p < pairs; p++) {
        const int a = head_of(above, pair[p].x), b = head_of(above, pair[p].y);
        above[a > b ? a : b] = a < b ? a : b;
    }
    for (int m = 0; m < matrices; m++) {
        const int head = head_of(above, m); /* the first of its family */
        family[m] = head == m ? count++ : family[head];
    }
    return count;
}

static void family_free(struct family *f)
{
    iso_free(f->pair);
    iso_free(f->number);
    iso_free(f->x);
    iso_free(f->matrix);
    *f = (struct family){0};
}

static iso_err gather(struct family *out, int number, const int *family, int *own,
                      const iso_gram_pair *pair, int64_t pairs, const iso_view *x, int matrices)
{
    struct family f = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&f.pair, pairs, sizeof *f.pair));
    ISO_TRY(iso_alloc(&f.number, pairs, sizeof *f.number));
    ISO_TRY(iso_alloc(&f.x, matrices, sizeof *f.x));
    ISO_TRY(iso_alloc(&f.matrix, matrices, sizeof *f.matrix));
    for (int m = 0; m < matrices; m++) {
        if (family[m] != number)
            continue;
        own[m] = f.matrices;
        f.matrix[f.matrices] = m;
        f.x[f.matrices++] = x[m];
    }
    for (int64_t p = 0; p < pairs; p++) {
        if (family[pair[p].x] != number)
            continue;
        f.pair[f.pairs] = (iso_gram_pair){own[pair[p].x], own[pair[p].y]};
        f.number[f.pairs++] = p;
    }
    *out = f;
    return ISO_OK;
done:
    family_free(&f);
    return err;
}

/* --- Products with the norms --- */

/* norms[i][m] = ‖row i of matrix m‖², in the type of the products. */
static void gather_norms(iso_mat *norms, const struct family *f, const double *const *norm2)
{
    for (int64_t i = 0; i < norms->rows; i++) {
        for (int64_t m = 0; m < norms->cols; m++) {
            const double norm = norm2[f->matrix[m]][i];
            if (norms->dtype == ISO_F64)
                ((double *)norms->data)[i * norms->cols + m] = norm;
            else
                ((float *)norms->data)[i * norms->cols + m] = (float)norm;
        }
    }
}

static void take_column(double *to, const iso_mat *from, int column)
{
    for (int64_t i = 0; i < from->rows; i++) {
        const int64_t at = i * from->stride + column;
        to[i] = from->dtype == ISO_F64 ? ((const double *)from->data)[at]
                                       : (double)((const float *)from->data)[at];
    }
}

/* K·N of one matrix, N the norms of its family: X(XᵀN), never K itself. */
static iso_err norm_products(iso_gram_terms *out, const struct family *f, const iso_mat *norms,
                             int which)
{
    const iso_view x = f->x[which];
    iso_mat inner = {0}, product = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_mat_new_raw(&inner, x.cols, norms->cols, x.dtype));
    ISO_TRY(iso_mat_new_raw(&product, x.rows, norms->cols, x.dtype));
    ISO_TRY(iso_mul_tn(&inner, x, iso_mat_view(norms), 0));
    ISO_TRY(iso_mul_nn(&product, x, iso_mat_view(&inner), 0));
    for (int64_t p = 0; p < f->pairs; p++) {
        if (f->pair[p].x == which)
            take_column(out[f->number[p]].kl, &product, f->pair[p].y);
        if (f->pair[p].y == which)
            take_column(out[f->number[p]].lk, &product, f->pair[p].x);
    }
done:
    iso_mat_free(&inner);
    iso_mat_free(&product);
    return err;
}

static iso_err all_norm_products(iso_gram_terms *out, const struct family *f,
                                 const double *const *norm2)
{
    iso_mat norms = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_mat_new_raw(&norms, f->x[0].rows, f->matrices, f->x[0].dtype));
    gather_norms(&norms, f, norm2);
    for (int m = 0; m < f->matrices; m++)
        ISO_TRY(norm_products(out, f, &norms, m));
done:
    iso_mat_free(&norms);
    return err;
}

/* A sweep for every family that has pairs; `size` doubles of parts a pair. */
static iso_err sweep_all(struct look *look, struct iso_gram_sweep *sweep, int64_t size,
                         const iso_gram_pair *pair, int64_t pairs, const iso_view *x, int matrices,
                         const iso_run *run)
{
    struct family f = {0};
    int *memory = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&memory, 3 * (int64_t)matrices, sizeof *memory));
    int *const family = memory, *const own = memory + matrices;
    const int count = name_families(family, memory + 2 * matrices, pair, pairs, matrices);
    look->f = &f;
    sweep->with = look;
    for (int i = 0; i < count; i++) {
        ISO_TRY(gather(&f, i, family, own, pair, pairs, x, matrices));
        if (f.pairs > 0) {
            if (look->out)
                ISO_TRY(all_norm_products(look->out, &f, look->norm2));
            ISO_TRY(iso_alloc_raw(&look->part, f.pairs * size, sizeof *look->part));
            sweep->x = f.x;
            sweep->matrices = f.matrices;
            ISO_TRY(iso_gram_sweep_run(sweep, run));
        }
        iso_free(look->part);
        look->part = NULL;
        family_free(&f);
    }
done:
    iso_free(look->part);
    iso_free(memory);
    family_free(&f);
    return err;
}

/* --- Sums of rows --- */

/* Above the diagonal a tile serves its rows and, mirrored, its columns. No other band has these
 * rows; columns have a place for every band. */
static void look_at_rows(void *with, const struct iso_gram_tile *t)
{
    const struct look *look = with;
    const struct family *f = look->f;
    const iso_loops *loops = iso_loops_best();

    for (int64_t p = 0; p < f->pairs; p++) {
        const void *k = t->data + (size_t)f->pair[p].x * t->step,
                   *l = t->data + (size_t)f->pair[p].y * t->step;
        double *row = look->out[f->number[p]].off + t->row;
        double *col = look->part + (t->band * f->pairs + p) * ISO_GRAM_WIDE;
        if (t->begins)
            memset(col, 0, (size_t)t->cols * sizeof *col);
        (f->x[0].dtype == ISO_F64 ? loops->tile_f64(row, col, k, l, t->rows, t->cols, t->width)
                                  : loops->tile_f32(row, col, k, l, t->rows, t->cols, t->width));
    }
}

static void add_columns(void *with, int64_t first, int64_t cols, int bands)
{
    const struct look *look = with;
    const struct family *f = look->f;

#pragma omp parallel for schedule(static)
    for (int64_t p = 0; p < f->pairs; p++) {
        double *off = look->out[f->number[p]].off + first;
        for (int band = 0; band < bands; band++) {
            const double *col = look->part + (band * f->pairs + p) * ISO_GRAM_WIDE;
            for (int64_t j = 0; j < cols; j++)
                off[j] += col[j];
        }
    }
}

/* --- Sums of groups, and of what lies between them --- */

enum { BELOW = 2 }; /* parts of a pair in a band: rows of the columns' group, and of others */

static void look_at_groups(void *with, const struct iso_gram_tile *t)
{
    const struct look *look = with;
    const struct family *f = look->f;
    const iso_loops *loops = iso_loops_best();
    const int64_t n = t->rows * t->width;

    for (int64_t p = 0; p < f->pairs; p++) {
        const void *k = t->data + (size_t)f->pair[p].x * t->step,
                   *l = t->data + (size_t)f->pair[p].y * t->step;
        double *part = look->part + (t->band * f->pairs + p) * BELOW;
        if (t->begins)
            part[0] = part[1] = 0;
        part[t->row_group != t->col_group] +=
            f->x[0].dtype == ISO_F64 ? loops->dot_f64(k, l, n) : loops->dot_f32(k, l, n);
    }
}

static void add_groups(void *with, int64_t first, int64_t cols, int bands)
{
    const struct look *look = with;
    const struct family *f = look->f;
    int group = 0;

    (void)cols;
    while (look->first[group + 1] <= first)
        group++;
    for (int band = 0; band < bands; band++)
        for (int64_t p = 0; p < f->pairs; p++) {
            const double *part = look->part + (band * f->pairs + p) * BELOW;
            look->within[group * look->all + f->number[p]] += 2 * part[0];
            if (look->between)
                look->between[f->number[p]] += 2 * part[1];
        }
}

iso_err iso_gram_sums(double *within, double *between, const int64_t *first, int groups,
                      const iso_gram_pair *pair, int64_t pairs, const iso_view *x, int matrices,
                      const iso_run *run)
{
    struct look look = {.within = within, .between = between, .first = first, .all = pairs};
    struct iso_gram_sweep sweep = {.first = first,
                                   .groups = groups,
                                   .within = !between,
                                   .look = look_at_groups,
                                   .done = add_groups};

    for (int64_t i = 0; i < groups * pairs; i++)
        within[i] = 0;
    for (int64_t p = 0; between && p < pairs; p++)
        between[p] = 0;
    return sweep_all(&look, &sweep, ISO_GRAM_BANDS * BELOW, pair, pairs, x, matrices, run);
}

/* --- All that the Gram method keeps of a pair --- */

iso_err iso_gram_pairs(iso_gram_terms *out, const iso_gram_pair *pair, int64_t pairs,
                       const iso_view *x, const double *const *norm2, int matrices,
                       const iso_run *run)
{
    const int64_t all_rows[] = {0, matrices > 0 ? x[0].rows : 0};
    struct look look = {.out = out, .norm2 = norm2};
    struct iso_gram_sweep sweep = {
        .first = all_rows, .groups = 1, .look = look_at_rows, .done = add_columns};
    iso_err err = ISO_OK;

    if (pairs == 0 || matrices == 0)
        return ISO_OK;
    for (int m = 0; m < matrices; m++)
        ISO_NEED(x[m].rows == x[0].rows && x[m].dtype == x[0].dtype,
                 "matrices of a pair differ in rows or type");
    for (int64_t p = 0; p < pairs; p++) {
        ISO_NEED(pair[p].x < matrices && pair[p].y < matrices, "no such matrix in pair %lld",
                 (long long)p);
        out[p].n = x[0].rows;
        out[p].k = norm2[pair[p].x];
        out[p].l = norm2[pair[p].y];
    }
    ISO_TRY(
        sweep_all(&look, &sweep, ISO_GRAM_BANDS * ISO_GRAM_WIDE, pair, pairs, x, matrices, run));
done:
    return err;
}

int64_t iso_gram_bytes(int64_t n, int matrices, int64_t pairs, int64_t max_cols, iso_dtype dtype)
{
    const int64_t size = (int64_t)iso_dtype_size(dtype);

    return iso_gram_sweep_bytes(matrices, max_cols, dtype) + size * matrices * (2 * n + max_cols) +
           (int64_t)sizeof(double) * ISO_GRAM_BANDS * ISO_GRAM_WIDE * pairs;
}
