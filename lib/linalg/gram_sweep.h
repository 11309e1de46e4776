/* Gram matrices of several matrices over the same rows, tile by tile. Each tile is shown to whoever
 * wants its sums while it lies in the cache of the core that made it, and then forgotten. */
#ifndef ISO_LINALG_GRAM_SWEEP_H
#define ISO_LINALG_GRAM_SWEEP_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/run.h"
#include "lib/linalg/view.h"

/* No tile has more columns; no columns have their tiles in more bands. */
enum { ISO_GRAM_WIDE = 256, ISO_GRAM_BANDS = 32 };

/**
 * Entries k_ij of all matrices for the rows i in [row, row + rows) and the columns j in [col, col +
 * cols), those with j > i; the others are 0, as is what fills a row up to `width`. Matrix m's are
 * rows × width numbers, data + m·step bytes on.
 */
struct iso_gram_tile {
    const char *data;
    size_t step;
    int64_t row, rows, col, cols, width;
    int row_group, col_group;
    int band;    /* tiles of a band come one after another, from above; the bands of some columns */
    bool begins; /* at the same time. Where a band begins does not depend on the threads */
};

/**
 * `look` gets every tile once, from several threads at once; `done` is called when all bands of
 * the columns [col, col + cols) have been looked at, before tiles of others are made.
 */
struct iso_gram_sweep {
    const iso_view *x; /* n × p_m each, all ISO_F32 or all ISO_F64 */
    int matrices;
    const int64_t *first; /* rows [first[g], first[g + 1]) are group g; no tile takes of two */
    int groups;
    bool within; /* only tiles whose rows and columns are of one group */
    void (*look)(void *with, const struct iso_gram_tile *tile);
    void (*done)(void *with, int64_t col, int64_t cols, int bands);
    void *with;
};

/* Shows all tiles. n² Σp_m operations, n²/2 of every group with `within`. Every entry is one sum
 * over the columns of x in order, whatever the threads. Errors ISO_ENOMEM, ISO_ECANCEL. */
iso_err iso_gram_sweep_run(const struct iso_gram_sweep *s, const iso_run *run);

/* Anonymous bytes that it takes. */
int64_t iso_gram_sweep_bytes(int matrices, int64_t max_cols, iso_dtype dtype);

#endif
