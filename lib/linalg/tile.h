/* Micro-kernels of dense products: rows times one panel of columns, the sums held in registers. */
#ifndef ISO_LINALG_TILE_H
#define ISO_LINALG_TILE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/cpu.h"
#include "lib/linalg/view.h"

/* No panel is wider. */
enum { ISO_TILE_COLS = 32 };

/** Where the rows of a left operand lie: number l of row i of the t-th tile of full height is at
 * t * step + i * row + l * col. Rows as they come: row = their stride, col = 1, step = a tile's
 * rows * row. */
typedef struct iso_tile_rows {
    const void *at;
    int64_t step, row, col;
} iso_tile_rows;

/**
 * c (m × width, row stride ldc) = start + a · panel, with a m × k and the panel (k × width) packed.
 * `start` is c itself if `add`, else width numbers, the same for each row, or 0 for NULL. Each
 * number is one sum over l in order, whatever m and the width: so do the bits not depend on how a
 * product is cut into tiles. `next`, or NULL, is the panel whose turn comes then: it is fetched
 * from far away meanwhile.
 */
typedef void iso_tile_fn(void *c, int64_t ldc, const iso_tile_rows *a, const void *panel, int64_t m,
                         int64_t k, const void *start, bool add, const void *next);

/**
 * The panel (k × width, packed) of rows of numbers: n <= width rows of b (row stride `stride`)
 * become its first columns, the others are zeros.
 */
typedef void iso_tile_pack_fn(void *panel, const void *b, int64_t stride, int64_t n, int64_t k,
                              int width);

/** The panel (k × width, packed) of columns of numbers: the first n <= width of k rows of b (row
 * stride `stride`) become its rows, filled up with zeros. */
typedef void iso_tile_lay_fn(void *panel, const void *b, int64_t stride, int64_t n, int64_t k,
                             int width);

/** Deals a row of m numbers to tiles: `rows` of them, as many as a full tile has rows, to `to`, the
 * next to `to` + rows * k, and so on. So column l of k × m numbers becomes l of each tile's. */
typedef void iso_tile_deal_fn(void *to, const void *row, int64_t m, int64_t k);

/** The kernels of one number type for one kind of CPU. */
typedef struct iso_tiles {
    int rows;                 /* of a full tile: m is best a multiple of it */
    int cols;                 /* of a full panel; a half one has half of them */
    iso_tile_fn *full, *half; /* by width */
    iso_tile_pack_fn *pack;
    iso_tile_lay_fn *lay;
    iso_tile_deal_fn *deal;
} iso_tiles;

/** ISO_F32 or ISO_F64, for the level in use (iso_cpu_level). */
const iso_tiles *iso_tiles_best(iso_dtype dtype);

/** The width of the panel that begins with column j of n: a full one's or half of it. */
static inline int iso_tile_width(const iso_tiles *t, int64_t j, int64_t n)
{
    return n - j > t->cols / 2 ? t->cols : t->cols / 2;
}

/** Columns of all panels of n columns, zeros included. */
static inline int64_t iso_tile_wide(const iso_tiles *t, int64_t n)
{
    const int64_t rest = n % t->cols;

    return n - rest + (rest == 0 ? 0 : iso_tile_width(t, 0, rest));
}

#endif
