/* The largest numbers of a row stay out of 8-bit products: a few columns of activations are so much
 * larger than the rest that the rest, rounded on their scale, is lost. They are multiplied with
 * their columns of W in f32, row by row, so that a row does not depend on its neighbours. */
#ifndef ISO_LINALG_PACKED_EXACT_H
#define ISO_LINALG_PACKED_EXACT_H

#include <stdint.h>

#include "lib/linalg/view.h"

/* Of multilingual-e5-small's states the largest error of a layer is 5e-2 without, 2.3e-2 with one,
 * 1.8e-2 with two, 1.7e-2 with four: then it is the weights'. */
enum { PACKED_EXACT = 2 };

/* Columns of W, n numbers each, in bf16. */
struct packed_columns {
    int64_t n, k;
    uint16_t *bits;
};

iso_err iso_packed_columns_new(struct packed_columns *out, const iso_mat *w);
void iso_packed_columns_free(struct packed_columns *c);
int64_t iso_packed_columns_bytes(const struct packed_columns *c);

/* A row of X: about scale * q with q in −127 ... 127, but `value` at the places `at`, which ascend.
 * A row that is not finite has scale NaN. */
struct packed_row {
    float scale;
    float value[PACKED_EXACT];
    int64_t at[PACKED_EXACT];
    int count;
};

/* Rounds a row of k numbers; q is 0 at the places. */
void iso_packed_row_s8(int8_t *q, struct packed_row *row, const float *x, int64_t k);
void iso_packed_row_s16(int16_t *q, struct packed_row *row, const float *x, int64_t k);
void iso_packed_row_whole(float *q, struct packed_row *row, const float *x, int64_t k);

/* y[j] (n numbers) = what columns `first` + j of Y are, of sums of 8-bit integers. */
void iso_packed_row_finish(float *y, const int32_t *sum, int64_t n, const struct packed_row *row,
                           const struct packed_columns *columns, int64_t first, const float *scale,
                           const float *bias);

#endif
