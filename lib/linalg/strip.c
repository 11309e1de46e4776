/* Rows of A times panels of B: what all products are made of. */
#include <stddef.h>
#include <string.h>
#ifdef _OPENMP
#include <omp.h>
#endif

#include "lib/linalg/strip.h"

enum { HEIGHT = 112, TASKS = 8 /* a thread's, at least */ };

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t up(int64_t n, int64_t to)
{
    return (n + to - 1) / to * to;
}

static int64_t panels_of(const struct grid *g)
{
    return (g->n + g->tiles->cols - 1) / g->tiles->cols;
}

void iso_strip_grid(struct grid *g, const iso_tiles *tiles, int64_t m, int64_t n, int threads)
{
    const int64_t blocks = (m + HEIGHT - 1) / HEIGHT;

    *g = (struct grid){.tiles = tiles, .m = m, .n = n};
    g->height = up((m + blocks - 1) / blocks, tiles->rows);
    g->blocks = (m + g->height - 1) / g->height;
    g->shares = threads == 1 ? 1 : up((int64_t)threads * TASKS, g->blocks) / g->blocks;
    if (g->blocks % threads != 0) /* as many tasks for each thread */
        g->shares = up(g->shares, threads);
    g->shares = least(g->shares, panels_of(g));
}

int64_t iso_strip_share(const struct grid *g, int64_t share)
{
    return least(panels_of(g) * share / g->shares * g->tiles->cols, g->n);
}

/* The last panel when it is not full: what lies beyond the matrix goes to waste. */
static void strip_rest(const iso_tiles *tiles, iso_tile_fn *tile, const struct strip *s,
                       const char *panel, int64_t j, int width)
{
    enum { ROWS = 28 };
    double room[ROWS * ISO_TILE_COLS], first[ISO_TILE_COLS] = {0};
    char *part = (char *)room;
    const size_t bytes = (size_t)(s->to - j) * s->size, step = (size_t)width * s->size;
    const int64_t most = ROWS / tiles->rows * tiles->rows;

    if (s->start)
        memcpy(first, s->start + (size_t)j * s->size, bytes);
    for (int64_t i = 0; i < s->rows; i += most) {
        const int64_t m = least(most, s->rows - i);
        char *c = s->c + (size_t)(i * s->ldc + j) * s->size;
        memset(part, 0, (size_t)m * step);
        for (int64_t r = 0; s->add && r < m; r++)
            memcpy(part + (size_t)r * step, c + (size_t)(r * s->ldc) * s->size, bytes);
        const iso_tile_rows a = {(const char *)s->a.at +
                                     (size_t)(i / tiles->rows * s->a.step) * s->size,
                                 s->a.step, s->a.row, s->a.col};
        tile(part, width, &a, panel, m, s->k, first, s->add, s->next);
        for (int64_t r = 0; r < m; r++)
            memcpy(c + (size_t)(r * s->ldc) * s->size, part + (size_t)r * step, bytes);
    }
}

void iso_strip_mul(const iso_tiles *tiles, const struct strip *s)
{
    const char *panel = s->panels;

    for (int64_t j = s->from; j < s->to; j += tiles->cols) {
        const int width = iso_tile_width(tiles, j, s->to);
        iso_tile_fn *const tile = width == tiles->cols ? tiles->full : tiles->half;
        const char *after = panel + (size_t)(s->k * width) * s->size;
        if (j + width > s->to)
            strip_rest(tiles, tile, s, panel, j, width);
        else
            tile(s->c + (size_t)j * s->size, s->ldc, &s->a, panel, s->rows, s->k,
                 s->start ? s->start + (size_t)j * s->size : NULL, s->add,
                 j + width < s->to ? after : s->next);
        panel = after;
    }
}

iso_mat iso_strip_part(const iso_mat *c, int64_t first, int64_t count, int64_t from, int64_t to)
{
    const size_t at = (size_t)(first * c->stride + from) * iso_dtype_size(c->dtype);

    return (iso_mat){(char *)c->data + at, count, to - from, c->stride, c->dtype, NULL};
}

void iso_strip_done(const iso_then *then, const iso_mat *c, const struct grid *g, int64_t block,
                    int64_t from, int64_t to, atomic_int *left)
{
    const int64_t row = block * g->height, rows = least(g->height, g->m - row);

    if (!then)
        return;
    if (!then->whole) {
        const iso_mat part = iso_strip_part(c, row, rows, from, to);
        then->call(then->with, &part, row, from);
    } else if (atomic_fetch_sub(&left[block], 1) == 1) {
        const iso_mat part = iso_strip_part(c, row, rows, 0, c->cols);
        then->call(then->with, &part, row, 0);
    }
}

bool iso_strip_crowded(int64_t stride, size_t size)
{
    return (size_t)stride * size % 2048 == 0;
}

void iso_strip_copy(void *to, const void *from, int64_t stride, int64_t rows, int64_t k,
                    size_t size)
{
    char *at = to;

    for (int64_t i = 0; i < rows; i++, at += (size_t)(k + ISO_STRIP_GAP) * size)
        memcpy(at, (const char *)from + (size_t)(i * stride) * size, (size_t)k * size);
}

/* Some 10 microseconds of one core. */
bool iso_strip_wide(double multiplications)
{
    return multiplications > 300000;
}

int iso_strip_threads(void)
{
#ifdef _OPENMP
    return omp_in_parallel() ? 1 : omp_get_max_threads();
#else
    return 1;
#endif
}

int iso_strip_thread(void)
{
#ifdef _OPENMP
    return omp_get_thread_num();
#else
    return 0;
#endif
}
