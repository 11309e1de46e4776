/* The best few of many scores: exact dot products, and lists of what may be among the best. */
#ifndef ISO_LINALG_TOPK_H
#define ISO_LINALG_TOPK_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/api.h"

/** x·y of n floats in double; the same bits on every machine, and for (y, x). */
double iso_topk_dot(const float *x, const float *y, int64_t n);

#endif
