/* f32 by our own micro-kernels: W lies in panels, so that nothing is packed again at each product.
 */
#include "lib/base/alloc.h"
#include "lib/linalg/packed_inside.h"
#include "lib/linalg/room.h"
#include "lib/linalg/strip.h"

/* W as panels: for each stretch of the inner size all panels, one after another. */
struct panels {
    const iso_tiles *tiles;
    int64_t n, k, stretch;
    float *at;
};

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t wide(const struct panels *w)
{
    return iso_tile_wide(w->tiles, w->n);
}

/* The panel of column j in the stretch [l, l + k). */
static float *panel_at(const struct panels *w, int64_t l, int64_t k, int64_t j)
{
    return w->at + l * wide(w) + j * k;
}

static void fill(const struct panels *w, const float *rows, int64_t stride, int64_t j)
{
    const int width = iso_tile_width(w->tiles, j, w->n);

    for (int64_t l = 0; l < w->k; l += w->stretch) {
        const int64_t k = least(w->stretch, w->k - l);
        w->tiles->pack(panel_at(w, l, k, j), rows + j * stride + l, stride, least(width, w->n - j),
                       k, width);
    }
}

static void panels_free(void *state)
{
    struct panels *w = state;

    iso_free(w->at);
    iso_free(w);
}

static iso_err panels_make(void **state, iso_view v)
{
    const bool ready = v.dtype == ISO_F32 && (uintptr_t)v.data % sizeof(float) == 0;
    struct panels *w = NULL;
    iso_mat own = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&w, 1, sizeof *w));
    *w = (struct panels){iso_tiles_best(ISO_F32), v.rows, v.cols, iso_strip_stretch(v.cols), NULL};
    ISO_TRY(iso_alloc(&w->at, wide(w) * v.cols, sizeof *w->at));
    if (!ready)
        ISO_TRY(iso_packed_widen(&own, v));
    const iso_view from = ready ? v : iso_mat_view(&own);
#pragma omp parallel for schedule(static)
    for (int64_t j = 0; j < w->n; j += w->tiles->cols)
        fill(w, from.data, from.stride, j);
    *state = w;
    w = NULL;
done:
    iso_mat_free(&own);
    if (w)
        panels_free(w);
    return err;
}

/* One thread's copy of the rows of a block that crowd each other out of the cache; kept as long as
 * its tasks are of that block. */
struct copy {
    float *at;
    int64_t block; /* -1: none yet */
};

static iso_view rows_of(iso_view x, const struct grid *g, int64_t block, struct copy *mine)
{
    iso_view rows = x;

    rows.rows = least(g->height, g->m - block * g->height);
    rows.data = (const float *)x.data + block * g->height * x.stride;
    if (!mine)
        return rows;
    if (mine->block != block)
        iso_strip_copy(mine->at, rows.data, x.stride, rows.rows, x.cols, sizeof(float));
    mine->block = block;
    rows.data = mine->at;
    rows.stride = x.cols + ISO_STRIP_GAP;
    return rows;
}

/* A task: a block of rows, `x`, against some panels, over the whole inner size. The thread's next
 * task, if all are as fast, is as many shares on as there are threads. */
static void multiply(const iso_mat *y, iso_view x, const struct panels *w, const struct grid *g,
                     int64_t block, int64_t share, const float *bias, int threads)
{
    const int64_t row = block * g->height, from = iso_strip_share(g, share);
    const int64_t then = iso_strip_share(g, (share + threads) % g->shares);

    for (int64_t l = 0; l < w->k; l += w->stretch) {
        const int64_t k = least(w->stretch, w->k - l), on = l + k;
        const struct strip strip = {
            .a = {(const float *)x.data + l, w->tiles->rows * x.stride, x.stride, 1},
            .panels = (const char *)panel_at(w, l, k, from),
            .next = on < w->k ? (const char *)panel_at(w, on, least(w->stretch, w->k - on), from)
                              : (const char *)panel_at(w, 0, least(w->stretch, w->k), then),
            .c = (char *)((float *)y->data + row * y->stride),
            .ldc = y->stride,
            .rows = x.rows,
            .k = k,
            .from = from,
            .to = iso_strip_share(g, share + 1),
            .start = (const char *)bias,
            .add = l > 0,
            .size = sizeof(float),
        };
        iso_strip_mul(w->tiles, &strip);
    }
}

static iso_err panels_mul(iso_mat *y, iso_view x, const void *state, const float *bias,
                          const iso_then *then)
{
    const struct panels *w = state;
    const bool many = iso_strip_wide((double)x.rows * (double)w->n * (double)w->k);
    const int threads = many ? iso_strip_threads() : 1;
    const bool crowded = x.rows > 1 && iso_strip_crowded(x.stride, sizeof(float));
    iso_room *room = NULL;
    char *at = NULL;
    struct grid g;
    iso_err err = ISO_OK;

    iso_strip_grid(&g, w->tiles, x.rows, w->n, threads);
    const int64_t counts = (g.blocks * (int64_t)sizeof(atomic_int) + 63) / 64 * 64;
    const int64_t copy = crowded ? g.height * (w->k + ISO_STRIP_GAP) : 0;
    if (crowded || then)
        ISO_TRY(iso_room_take(&room, &at, counts + threads * copy * (int64_t)sizeof(float)));
    atomic_int *left = (atomic_int *)(void *)at;
    for (int64_t i = 0; at && i < g.blocks; i++)
        atomic_init(&left[i], (int)g.shares);
    if (w->k == 0)
        iso_packed_fill(y, bias);
#pragma omp parallel num_threads(threads) if (threads > 1)
    {
        struct copy mine = {.block = -1};
        if (crowded)
            mine.at = (float *)(void *)(at + counts) + iso_strip_thread() * copy;
#pragma omp for collapse(2) schedule(dynamic)
        for (int64_t block = 0; block < g.blocks; block++) {
            for (int64_t share = 0; share < g.shares; share++) {
                const iso_view rows = rows_of(x, &g, block, crowded ? &mine : NULL);
                multiply(y, rows, w, &g, block, share, bias, threads);
                iso_strip_done(then, y, &g, block, iso_strip_share(&g, share),
                               iso_strip_share(&g, share + 1), left);
            }
        }
    }
    iso_room_give(room);
done:
    return err;
}

static int64_t panels_bytes(const void *state)
{
    const struct panels *w = state;

    return (int64_t)sizeof *w + wide(w) * w->k * (int64_t)sizeof(float);
}

const struct packed_engine iso_packed_panels = {
    .name = "isogloss",
    .thens = true,
    .make = panels_make,
    .mul = panels_mul,
    .free = panels_free,
    .bytes = panels_bytes,
};
