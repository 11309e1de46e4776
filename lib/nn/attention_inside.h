/* What both ways through attention share: one head of one sentence at a time, on the micro-kernels.
 */
#ifndef ISO_NN_ATTENTION_INSIDE_H
#define ISO_NN_ATTENTION_INSIDE_H

#include "lib/linalg/tile.h"
#include "lib/nn/attention.h"

/* Queries whose scores are held at a time; a multiple of the rows of every tile. */
enum { ISO_ATTENTION_BLOCK = 84 };

/* Multiplications that make a piece of work for a thread to fetch: some 20 microseconds. */
enum { ISO_ATTENTION_PIECE = 1 << 20 };

/* Columns of n numbers in panels, of which whole vectors can be read. */
static inline int64_t iso_attention_wide(int64_t n)
{
    return (n + ISO_TILE_COLS - 1) / ISO_TILE_COLS * ISO_TILE_COLS;
}

/* Panels whose columns are the rows of m (rows × D), and panels whose rows they are. */
void iso_attention_pack_turned(float *to, const iso_tiles *t, const float *m, int64_t stride,
                               int64_t rows, int64_t D);
void iso_attention_pack(float *to, const iso_tiles *t, const float *m, int64_t stride, int64_t rows,
                        int64_t D);

/* c (m × n, row stride ldc, which has room for whole panels) = a · panels, or += of it; k deep. */
void iso_attention_multiply(float *c, int64_t ldc, const iso_tiles *t, const iso_tile_rows *a,
                            const float *panels, int64_t m, int64_t n, int64_t k, bool add);

/* Rows as they come, ld apart; the columns of such rows. */
static inline iso_tile_rows iso_attention_rows(const iso_tiles *t, const float *a, int64_t ld)
{
    return (iso_tile_rows){a, t->rows * ld, ld, 1};
}

static inline iso_tile_rows iso_attention_turned(const iso_tiles *t, const float *a, int64_t ld)
{
    return (iso_tile_rows){a, t->rows, 1, ld};
}

/* That q, k, v and a result of q's shape fit together, sentence by sentence. */
ISO_MUST_USE iso_err iso_attention_check(iso_view context, const iso_attention *in);

/* Where the scores of each sentence begin: B + 1 numbers, to be freed. */
ISO_MUST_USE iso_err iso_attention_starts(int64_t **out, const iso_attention *in);

static inline int64_t iso_attention_queries(const iso_attention *in, int64_t b)
{
    return in->to[b + 1] - in->to[b];
}

/* The sentence whose keys sentence b looks at. */
static inline int64_t iso_attention_other(const iso_attention *in, int64_t b)
{
    return in->with ? in->with[b] : b;
}

static inline int64_t iso_attention_keys(const iso_attention *in, int64_t b)
{
    const int64_t y = iso_attention_other(in, b);

    return in->from[y + 1] - in->from[y];
}

#endif
