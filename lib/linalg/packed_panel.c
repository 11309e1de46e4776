/* f32 by our own kernel: W lies in panels of 16 of its rows, so that nothing is packed again at
 * each product. Wins where x has few rows, and holds its own where it has many. */
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/cpu.h"
#include "lib/linalg/packed_inside.h"
#include "lib/linalg/panel.h"

/* Block of x that stays in the second-level cache: BLOCK rows of DEPTH columns. */
enum { BLOCK = 96, DEPTH = 768, SHARE = 12 /* panels of a task */ };

/* W as panels: for each stretch of DEPTH columns all panels, one after another. */
struct panels {
    int64_t n, k;
    float *at;
};

static int64_t stretch(const struct panels *w, int64_t from)
{
    return w->k - from < DEPTH ? w->k - from : DEPTH;
}

/* Panel p of the stretch that begins at column `from`. */
static float *panel_at(const struct panels *w, int64_t from, int64_t p)
{
    return w->at + (from * iso_panels(w->n) + p * stretch(w, from)) * ISO_PANEL;
}

static void fill(const struct panels *w, const float *rows, int64_t stride, int64_t p)
{
    const int64_t n = w->n - p * ISO_PANEL < ISO_PANEL ? w->n - p * ISO_PANEL : ISO_PANEL;

    for (int64_t from = 0; from < w->k; from += DEPTH) {
        float *to = panel_at(w, from, p);
        for (int64_t l = 0; l < stretch(w, from); l++)
            for (int64_t j = 0; j < n; j++)
                to[l * ISO_PANEL + j] = rows[(p * ISO_PANEL + j) * stride + from + l];
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
    iso_mat wide = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&w, 1, sizeof *w));
    *w = (struct panels){v.rows, v.cols, NULL};
    ISO_TRY(iso_alloc(&w->at, iso_panels(v.rows) * v.cols, ISO_PANEL * sizeof *w->at));
    if (!ready)
        ISO_TRY(iso_packed_widen(&wide, v));
    const iso_view from = ready ? v : iso_mat_view(&wide);
#pragma omp parallel for schedule(static)
    for (int64_t p = 0; p < iso_panels(w->n); p++)
        fill(w, from.data, from.stride, p);
    *state = w;
    w = NULL;
done:
    iso_mat_free(&wide);
    if (w)
        panels_free(w);
    return err;
}

/* The last panel when it is not full: its columns beyond the matrix go to waste. */
static void multiply_rest(float *c, int64_t ldc, const float *a, int64_t lda,
                          const struct panels *w, int64_t from, int64_t p, int64_t m,
                          const float *bias)
{
    const size_t bytes = (size_t)(w->n - p * ISO_PANEL) * sizeof *c;
    float part[BLOCK * ISO_PANEL], start[ISO_PANEL] = {0};

    if (bias)
        memcpy(start, bias, bytes);
    memset(part, 0, sizeof part);
    for (int64_t i = 0; from > 0 && i < m; i++)
        memcpy(part + i * ISO_PANEL, c + i * ldc, bytes);
    iso_panel_best()(part, ISO_PANEL, a, lda, panel_at(w, from, p), m, stretch(w, from), start,
                     from > 0);
    for (int64_t i = 0; i < m; i++)
        memcpy(c + i * ldc, part + i * ISO_PANEL, bytes);
}

/* One panel's columns of the rows of x in this task. */
static void multiply(float *c, int64_t ldc, const float *a, int64_t lda, const struct panels *w,
                     int64_t from, int64_t p, int64_t m, const float *bias)
{
    if (w->n - p * ISO_PANEL < ISO_PANEL)
        multiply_rest(c, ldc, a, lda, w, from, p, m, bias);
    else
        iso_panel_best()(c, ldc, a, lda, panel_at(w, from, p), m, stretch(w, from), bias, from > 0);
}

/* A task is a block of rows against SHARE panels; few rows make few blocks, so shares stay small.
 */
static iso_err panels_mul(iso_mat *y, iso_view x, const void *state, const float *bias)
{
    const struct panels *w = state;
    const int64_t blocks = (x.rows + BLOCK - 1) / BLOCK,
                  shares = (iso_panels(w->n) + SHARE - 1) / SHARE;
    const int64_t even = (x.rows + blocks - 1) / blocks, height = (even + 5) / 6 * 6;

#pragma omp parallel for collapse(2) schedule(dynamic)
    for (int64_t b = 0; b < blocks; b++) {
        for (int64_t s = 0; s < shares; s++) {
            const int64_t i = b * height, m = x.rows - i < height ? x.rows - i : height;
            const int64_t last = s + 1 < shares ? (s + 1) * SHARE : iso_panels(w->n);
            const float *a = (const float *)x.data + i * x.stride;
            float *c = (float *)y->data + i * y->stride;
            for (int64_t from = 0; m > 0 && from < w->k; from += DEPTH)
                for (int64_t p = s * SHARE; p < last; p++)
                    multiply(c + p * ISO_PANEL, y->stride, a + from, x.stride, w, from, p, m,
                             bias ? bias + p * ISO_PANEL : NULL);
        }
    }
    if (w->k == 0)
        iso_packed_fill(y, bias);
    return ISO_OK;
}

static int64_t panels_bytes(const void *state)
{
    const struct panels *w = state;

    return (int64_t)sizeof *w + iso_panels(w->n) * ISO_PANEL * w->k * (int64_t)sizeof(float);
}

/* With wider vectors the BLAS's own kernels are twice as fast as this one. */
static bool panels_available(void)
{
    return iso_cpu_level() == ISO_CPU_AVX2;
}

const struct packed_engine iso_packed_panels = {
    .name = "isogloss avx2",
    .available = panels_available,
    .make = panels_make,
    .mul = panels_mul,
    .free = panels_free,
    .bytes = panels_bytes,
};
