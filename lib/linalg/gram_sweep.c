#include "lib/linalg/gram_sweep.h"

#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/huge.h"
#include "lib/base/threads.h"
#include "lib/linalg/strip.h"

/* Rows made at a time, so that the columns' panels come from afar no more often than that; of the
 * tiles that are looked at, all matrices' together take so many bytes of a core's cache. */
enum { HIGH = 112, NEAR = 1 << 20 };

/* Neighbouring rows of one group. */
struct rows {
    int64_t first, count;
    int group;
};

struct work {
    const struct iso_gram_sweep *s;
    const iso_tiles *tiles;
    iso_dtype dtype;
    size_t size;
    struct rows *block;
    int64_t blocks;
    char *panels; /* of the columns at hand, ISO_GRAM_WIDE × p_m one matrix after another */
    size_t *at;   /* where each matrix's begin */
    char *tile;   /* of every thread, one matrix after another */
    size_t step;  /* from one matrix to the next */
};

/* Columns of one group, whose panels are packed. */
struct columns {
    int64_t first, count, width;
    int group;
};

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* A multiple of the rows of a full tile of the product. */
static int64_t height_of(iso_dtype dtype)
{
    const int rows = iso_tiles_best(dtype)->rows;

    return HIGH / rows * rows;
}

static int64_t count_blocks(const struct iso_gram_sweep *s, int64_t height)
{
    int64_t count = 0;

    for (int g = 0; g < s->groups; g++)
        count += (s->first[g + 1] - s->first[g] + height - 1) / height;
    return count;
}

int64_t iso_gram_sweep_bytes(int matrices, int64_t max_cols, iso_dtype dtype)
{
    const int64_t tiles = iso_threads_most() * height_of(dtype);

    return (int64_t)iso_dtype_size(dtype) * matrices * ISO_GRAM_WIDE * (max_cols + tiles);
}

static void cut_rows(struct work *w, int64_t height)
{
    const struct iso_gram_sweep *s = w->s;

    for (int g = 0; g < s->groups; g++) {
        const int64_t end = s->first[g + 1];
        for (int64_t i = s->first[g]; i < end; i += height)
            w->block[w->blocks++] = (struct rows){i, least(height, end - i), g};
    }
}

static const char *number_at(iso_view v, int64_t row, int64_t col)
{
    return (const char *)v.data + (size_t)(row * v.stride + col) * iso_dtype_size(v.dtype);
}

/* The panel of a matrix that begins `column` columns after the first, all stretches of it: they lie
 * one after another, each with its panels side by side. */
static void pack(const struct work *w, const struct columns *c, int m, int64_t column)
{
    const iso_view x = w->s->x[m];
    const int64_t stretch = iso_strip_stretch(x.cols);
    const int width = iso_tile_width(w->tiles, column, c->count);

    for (int64_t l = 0; l < x.cols; l += stretch) {
        const int64_t k = least(stretch, x.cols - l);
        w->tiles->pack(w->panels + w->at[m] + (size_t)(l * c->width + column * k) * w->size,
                       number_at(x, c->first + column, l), x.stride,
                       least(width, c->count - column), k, width);
    }
}

/* Of `rows` rows, the tiles of full height that have a number above the diagonal in a panel's
 * columns: those that begin before `above`. */
static int64_t rows_above(int64_t rows, int64_t above, int height)
{
    return least(rows, (above + height - 1) / height * height);
}

/* One matrix's tile, without what lies wholly on or below the diagonal. */
static void multiply(const struct work *w, const struct columns *c, const struct rows *r, int m,
                     char *to)
{
    const iso_view x = w->s->x[m];
    const int64_t stretch = iso_strip_stretch(x.cols), below = r->first + 1 - c->first;
    const int64_t skip = below > 0 ? below / w->tiles->cols * w->tiles->cols : 0;

    for (int64_t l = 0; l < x.cols; l += stretch) {
        const int64_t k = least(stretch, x.cols - l);
        const iso_tile_rows rows = {number_at(x, r->first, l), w->tiles->rows * x.stride, x.stride,
                                    1};
        for (int64_t j = skip; j < c->count; j += w->tiles->cols) {
            const int width = iso_tile_width(w->tiles, j, c->count);
            const char *panel = w->panels + w->at[m] + (size_t)(l * c->width + j * k) * w->size;
            (width == w->tiles->cols ? w->tiles->full : w->tiles->half)(
                to + (size_t)j * w->size, c->width, &rows, panel,
                rows_above(r->count, j + width - below, w->tiles->rows), k, NULL, l > 0,
                panel + (size_t)(width * k) * w->size);
        }
    }
}

/* What does not lie above the diagonal is zero, and products of no columns are. */
static void clear(const struct work *w, const struct columns *c, const struct rows *r, int m,
                  char *to)
{
    for (int64_t i = 0; i < r->count; i++) {
        const int64_t below = least(r->first + i + 1 - c->first, c->width);
        const int64_t count = w->s->x[m].cols == 0 ? c->width : below;
        if (count > 0)
            memset(to + (size_t)(i * c->width) * w->size, 0, (size_t)count * w->size);
    }
}

/* Shows rows of all matrices a few at a time. */
static void show(const struct work *w, const struct iso_gram_tile *all)
{
    const int64_t bytes = w->s->matrices * all->width * (int64_t)w->size;
    const int64_t few = NEAR / bytes < 4 ? 4 : NEAR / bytes;
    struct iso_gram_tile t = *all;

    for (int64_t i = 0; i < all->rows; i += few) {
        t.data = all->data + (size_t)(i * all->width) * w->size;
        t.row = all->row + i;
        t.rows = least(few, all->rows - i);
        w->s->look(w->s->with, &t);
        t.begins = false;
    }
}

static void one_block(const struct work *w, const struct columns *c, int64_t block, int band,
                      bool begins)
{
    const struct rows *r = &w->block[block];
    char *mine = w->tile + (size_t)(iso_thread_this() * w->s->matrices) * w->step;

    for (int m = 0; m < w->s->matrices; m++) {
        multiply(w, c, r, m, mine + (size_t)m * w->step);
        clear(w, c, r, m, mine + (size_t)m * w->step);
    }
    show(w, &(struct iso_gram_tile){.data = mine,
                                    .step = w->step,
                                    .row = r->first,
                                    .rows = r->count,
                                    .col = c->first,
                                    .cols = c->count,
                                    .width = c->width,
                                    .row_group = r->group,
                                    .col_group = c->group,
                                    .band = band,
                                    .begins = begins});
}

static int64_t first_block(const struct work *w, int64_t row)
{
    int64_t low = 0, high = w->blocks;

    while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        if (w->block[middle].first < row)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void some_columns(const struct work *w, const struct columns *c)
{
    const struct iso_gram_sweep *s = w->s;
    const int64_t panels = (c->count + w->tiles->cols - 1) / w->tiles->cols;
    const int64_t from = s->within ? first_block(w, s->first[c->group]) : 0;
    const int64_t count = first_block(w, c->first + c->count) - from;
    const int bands = (int)least(count, ISO_GRAM_BANDS);

#pragma omp parallel
    {
#pragma omp for schedule(static)
        for (int64_t i = 0; i < s->matrices * panels; i++)
            pack(w, c, (int)(i / panels), i % panels * w->tiles->cols);
#pragma omp for schedule(dynamic)
        for (int band = 0; band < bands; band++) {
            const int64_t begin = count * band / bands, end = count * (band + 1) / bands;
            for (int64_t b = begin; b < end; b++)
                one_block(w, c, from + b, band, b == begin);
        }
    }
    s->done(s->with, c->first, c->count, bands);
}

static iso_err work_new(struct work *w)
{
    const struct iso_gram_sweep *s = w->s;
    const int64_t height = height_of(w->dtype);
    size_t bytes = 0;
    iso_err err = ISO_OK;

    w->step = (size_t)(height * ISO_GRAM_WIDE) * w->size;
    ISO_TRY(iso_alloc(&w->at, s->matrices, sizeof *w->at));
    for (int m = 0; m < s->matrices; m++) {
        w->at[m] = bytes;
        bytes += (size_t)(s->x[m].cols * ISO_GRAM_WIDE) * w->size;
    }
    ISO_TRY(iso_alloc_huge(&w->panels, (int64_t)bytes, 1));
    ISO_TRY(iso_alloc_huge(&w->tile, (int64_t)iso_threads_most() * s->matrices, w->step));
    ISO_TRY(iso_alloc(&w->block, count_blocks(s, height), sizeof *w->block));
    cut_rows(w, height);
done:
    return err;
}

iso_err iso_gram_sweep_run(const struct iso_gram_sweep *s, const iso_run *run)
{
    const iso_dtype dtype = s->x[0].dtype;
    struct work w = {
        .s = s, .tiles = iso_tiles_best(dtype), .dtype = dtype, .size = iso_dtype_size(dtype)};
    const int64_t n = s->first[s->groups];
    iso_err err = ISO_OK;

    ISO_TRY(work_new(&w));
    for (int g = 0; g < s->groups; g++) {
        const int64_t end = s->first[g + 1];
        for (int64_t j = s->first[g]; j < end; j += ISO_GRAM_WIDE) {
            struct columns c = {.first = j, .count = least(ISO_GRAM_WIDE, end - j), .group = g};
            c.width = iso_tile_wide(w.tiles, c.count);
            some_columns(&w, &c);
            ISO_TRY(iso_run_step(run, "gram", j + c.count, n, "rows"));
        }
    }
done:
    iso_free(w.at);
    iso_free(w.panels);
    iso_free(w.tile);
    iso_free(w.block);
    return err;
}
