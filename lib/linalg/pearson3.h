/* Pearson's distribution of type III: a shifted gamma distribution, the normal one made skew. */
#ifndef ISO_LINALG_PEARSON3_H
#define ISO_LINALG_PEARSON3_H

#include "lib/base/api.h"

ISO_BEGIN

/**
 * P(Z >= z) of mean 0, variance 1 and skewness `skew` >= 0, where Z = (G − a)/√a with G of the
 * gamma distribution of shape a = 4/skew². skew 0: the normal distribution. NAN for what is no
 * number. Relative accuracy 1e-9. Cost O(1/skew), bounded. Source  incomplete gamma function by
 * series and continued fraction: DLMF 8.11, 8.9.
 */
ISO_API double iso_pearson3_tail(double z, double skew);

/** The z whose tail is q; NAN unless 0 < q < 1 and skew >= 0. */
ISO_API double iso_pearson3_point(double q, double skew);

ISO_END

#endif
