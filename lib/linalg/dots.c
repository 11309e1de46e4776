#include "lib/linalg/dots.h"

#include <stdbool.h>
#include <stddef.h>

#include "lib/linalg/panel.h"

/* Parts of iso_topk_dot, rows and columns that the kernel holds in registers. */
enum { PARTS = 16, TALL = 3, WIDE = 4 };

/* Each is the same C, compiled for another target. */
#pragma GCC diagnostic ignored "-Wpsabi"

/* A product of two floats is exact in double, so that fused or not the sum is the same. */
#define DOTS_TARGET
#define DOTS(name)     dots_##name##_plain
#define FUSED(a, b, c) ((a) * (b) + (c))
#include "lib/linalg/dots_tmpl.h"

typedef void tile_fn(double *out, const double *rows, const double *columns, int64_t cols);

#if defined(__x86_64__) && defined(__GNUC__)

#define DOTS_TARGET    __attribute__((target("avx2,fma")))
#define DOTS(name)     dots_##name##_avx2
#define FUSED(a, b, c) ((a) * (b) + (c))
#include "lib/linalg/dots_tmpl.h"

static tile_fn *best(void)
{
    return iso_panel_best() != iso_panel_plain() ? dots_tile_avx2 : dots_tile_plain;
}

#else

static tile_fn *best(void)
{
    return dots_tile_plain;
}

#endif

void iso_dots_rows(double *to, const float *x, int64_t stride, int64_t m, int64_t cols)
{
    for (int64_t i = 0; i < m; i++)
        for (int64_t l = 0; l < cols; l++)
            to[i * cols + l] = (double)x[i * stride + l];
    for (int64_t l = m * cols; l < ISO_DOTS_ROWS * cols; l++)
        to[l] = 0;
}

/* Whole steps column after column, then what is left, a number of each column at a time. */
void iso_dots_column(double *to, int j, const float *y, int64_t cols)
{
    const int64_t whole = cols / PARTS * PARTS;
    double *group = to + j / WIDE * WIDE * cols, *rest = group + WIDE * whole + j % WIDE;

    for (int64_t l = 0; l < whole; l++)
        group[j % WIDE * whole + l] = y ? (double)y[l] : 0;
    for (int64_t l = whole; l < cols; l++)
        rest[(l - whole) * WIDE] = y ? (double)y[l] : 0;
}

void iso_dots(double *out, const double *rows, int64_t m, const double *columns, int64_t cols)
{
    tile_fn *const tile = best();

    for (int64_t i = 0; i < m; i += TALL)
        for (int j = 0; j < ISO_DOTS_COLUMNS; j += WIDE)
            tile(out + i * ISO_DOTS_COLUMNS + j, rows + i * cols, columns + j * cols, cols);
}
