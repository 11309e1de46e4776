/* What products of two matrices and those with prepared weights share: rows of A times panels. */
#ifndef ISO_LINALG_STRIP_H
#define ISO_LINALG_STRIP_H

#include <stdatomic.h>

#include "lib/linalg/product.h"
#include "lib/linalg/tile.h"

/* The inner size is cut into equal stretches, at most so long: of the rows that a panel meets, a
 * stretch fits the second cache, and sums are seldom stored in between. */
enum { PRODUCT_DEPTH = 768 };

/** How long the stretches of an inner size k are; the last may be shorter. */
static inline int64_t iso_strip_stretch(int64_t k)
{
    const int64_t count = (k + PRODUCT_DEPTH - 1) / PRODUCT_DEPTH;

    return count > 0 ? ((k + count - 1) / count + 3) / 4 * 4 : 1;
}

/* One operand A and its result C, as tasks see them: m rows, in blocks of `height`, and panels of
 * n columns, in `shares` of consecutive ones. */
struct grid {
    const iso_tiles *tiles;
    int64_t m, n, height, blocks, shares;
};

/** Cuts m × n so that `threads` threads are busy to the end. */
void iso_strip_grid(struct grid *g, const iso_tiles *tiles, int64_t m, int64_t n, int threads);

/* One task's work in one stretch of the inner size. */
struct strip {
    iso_tile_rows a;    /* row 0 of the block, number 0 of the stretch */
    const char *panels; /* the panel of column `from` in this stretch */
    const char *next;   /* the panel whose turn comes after the last one, as far as is known */
    char *c;            /* row 0 of the block, column 0 */
    int64_t ldc;
    int64_t rows, k;
    int64_t from, to;  /* columns */
    const char *start; /* numbers for all columns, or NULL */
    bool add;
    size_t size; /* of a number */
};

/** C's part += A's rows times the panels. */
void iso_strip_mul(const iso_tiles *tiles, const struct strip *s);

/** Columns of the shares: where share `share` begins (shares: where the last ends). */
int64_t iso_strip_share(const struct grid *g, int64_t share);

/** Rows [first, first + count), columns [from, to) of c, borrowed. */
iso_mat iso_strip_part(const iso_mat *c, int64_t first, int64_t count, int64_t from, int64_t to);

/** Calls `then` (or nothing, for NULL) for a finished part, or, where it wants whole rows, for the
 * whole block as soon as the last of its parts is finished. `left` counts the block's parts. */
void iso_strip_done(const iso_then *then, const iso_mat *c, const struct grid *g, int64_t block,
                    int64_t from, int64_t to, atomic_int *left);

/* Rows that are copied lie so many numbers apart, that they do not fall on each other's places in
 * the cache. */
enum { ISO_STRIP_GAP = 16 };

/** Whether rows that far apart do: whose places repeat after two rows. */
bool iso_strip_crowded(int64_t stride, size_t size);

/** Copies rows × k numbers, to rows that are k + ISO_STRIP_GAP numbers apart. */
void iso_strip_copy(void *to, const void *from, int64_t stride, int64_t rows, int64_t k,
                    size_t size);

/** Whether a product of so many multiplications pays for waking threads. */
bool iso_strip_wide(double multiplications);

/** Threads that a product may use here, and which of a parallel loop's this is. */
int iso_strip_threads(void);
int iso_strip_thread(void);

#endif
