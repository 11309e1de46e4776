/* The border with oneDNN: products in number types that the BLAS does not know. In a build without
 * it nothing is available. */
#ifndef ISO_LINALG_LOWP_H
#define ISO_LINALG_LOWP_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/err.h"

/* What is multiplied, and what comes of it: f32 of f32, f32 of bf16, int32 of int8. */
typedef enum iso_lowp_type { ISO_LOWP_F32 = 0, ISO_LOWP_BF16, ISO_LOWP_S8 } iso_lowp_type;

/** Whether this CPU has instructions for the type that are exact: without VNNI oneDNN's 8-bit sums
 * saturate, without AVX512_BF16 its bf16 is slower than f32. Under a limit (iso_cpu_limit) bf16 and
 * int8 are left to others: oneDNN takes one limit in a process, before its first use. */
bool iso_lowp_has(iso_lowp_type type);

/** Weights in the layout that oneDNN likes best. */
typedef struct iso_lowp iso_lowp;

/**
 * Takes a copy of w (n × k, packed). Errors  ISO_EUNSUP (not built, or no product of this type on
 * this CPU), ISO_ENOMEM.
 */
iso_err iso_lowp_new(iso_lowp **out, const void *w, int64_t n, int64_t k, iso_lowp_type type);
void iso_lowp_free(iso_lowp *p);
int64_t iso_lowp_bytes(const iso_lowp *p);

/**
 * y (m × n, row stride ld) = x (m × k, packed) wᵀ + bias (n floats, or NULL; NULL with 8 bits).
 * m, n and k are positive. With ld above n oneDNN has nothing but slow loops.
 * Errors  ISO_EUNSUP, ISO_ENOMEM.
 */
iso_err iso_lowp_mul(void *y, int64_t ld, const void *x, int64_t m, const iso_lowp *w,
                     const float *bias);

#endif
