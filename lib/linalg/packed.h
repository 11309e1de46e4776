/* Y = X Wᵀ + b with a W that is used again and again: prepared once, in the number type asked for.
 */
#ifndef ISO_LINALG_PACKED_H
#define ISO_LINALG_PACKED_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/linalg/compute.h"
#include "lib/linalg/product.h"

ISO_BEGIN

typedef struct iso_packed iso_packed;

/**
 * Prepares w (N × K, f32, f16 or bf16). With f32 a packed f32 view may be kept by reference: it
 * must outlive the result. Rows for int8 hold at most 2^17 numbers. Errors  ISO_EARG, ISO_EFORMAT
 * (not finite), ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_packed_new(iso_packed **out, iso_view w, iso_compute compute);
void iso_packed_free(iso_packed *p);

/** Bytes of memory it holds (mapped pages of a kept view not counted). */
int64_t iso_packed_bytes(const iso_packed *p);

/**
 * y (M × N, f32) = x (M × K, f32) Wᵀ + bias (N floats, or NULL). Multi-threaded; not for a parallel
 * region. Numbers of x that are not finite give what IEEE says, with int8 rows of NaN.
 * Cost  2MNK operations. Errors  ISO_EARG (shapes), ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_packed_mul(iso_mat *y, iso_view x, const iso_packed *w, const float *bias);

/** The same, and `then` with the finished parts of y while they lie in the cache. */
ISO_MUST_USE iso_err iso_packed_mul_then(iso_mat *y, iso_view x, const iso_packed *w,
                                         const float *bias, const iso_then *then);

/** How far apart rows of k numbers best lie, for products with weights for k: rows that fall on
 * each other's places in the cache are copied first. At least k. */
int64_t iso_packed_apart(int64_t k);

/** Who computes products of that kind here: "isogloss", "oneDNN", "isogloss avx2", "isogloss
 * on rounded numbers" (no faster, for CPUs and builds without the instructions). */
const char *iso_packed_engine(iso_compute compute);

/**
 * Operations a second of products in each of `count` number types, measured in turns with weights
 * (n × k, or a piece of them) and 256 rows of X. Cost  some 4 GFLOP a type at most.
 * Errors  ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_packed_rates(double *rate, const iso_compute *compute, int count,
                                      int64_t n, int64_t k);

/** For tests: iso_packed_rates gives rates[compute] and measures nothing; NULL ends it. Borrowed.
 * Not for two threads at once. */
void iso_packed_force_rates(const double *rates);

/** For tests: weights prepared from now on go by iso_mul_nt alone. Not for two threads at once. */
void iso_packed_force_plain(bool plain);

ISO_END

#endif
