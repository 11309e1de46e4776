#include "lib/linalg/pearson3.h"

#include <math.h>

#include "lib/linalg/statistics.h"

#define SQRT_2PI 2.50662827463100050242

enum { STEPS = 200000 };

/* Beyond this the series are long, and one term of Edgeworth's is all there is to add to the normal
 * distribution. */
static const double most_shape = 1e8;

/* x^a e^−x / Γ(a); for large a by Stirling's series, where x/a is near 1. */
static double front(double a, double x)
{
    const double off = (x - a) / a, a2 = 1 / (a * a);

    if (a < 20)
        return exp(a * log(x) - x) / tgamma(a);
    return exp(-a * (off - log1p(off)) - (1.0 / 12 - a2 * (1.0 / 360 - a2 / 1260)) / a) * sqrt(a) /
           SQRT_2PI;
}

/* P(G < x) = front · Σ x^k / (a (a+1) … (a+k)). */
static double lower_series(double a, double x)
{
    double term = 1 / a, sum = term;

    for (int k = 1; k < STEPS && term > 1e-16 * sum; k++) {
        term *= x / (a + k);
        sum += term;
    }
    return front(a, x) * sum;
}

/* P(G >= x) by Lentz's method. */
static double upper_fraction(double a, double x)
{
    double b = x + 1 - a, c = 1e300, d = 1 / b, f = d;

    for (int k = 1; k < STEPS; k++) {
        const double term = -k * (k - a);
        b += 2;
        d = 1 / (term * d + b);
        c = b + term / c;
        f *= c * d;
        if (fabs(c * d - 1) < 1e-15)
            break;
    }
    return front(a, x) * f;
}

double iso_pearson3_tail(double z, double skew)
{
    const double shape = 4 / (skew * skew), x = shape + z * sqrt(shape);

    if (isnan(z) || !(skew >= 0))
        return NAN;
    if (!isfinite(z))
        return z < 0 ? 1 : 0;
    if (!(shape < most_shape))
        return iso_normal_cdf(-z) + exp(-z * z / 2) / SQRT_2PI * (z * z - 1) * skew / 6;
    if (!(x > 0))
        return 1;
    return x < shape + 1 ? 1 - lower_series(shape, x) : upper_fraction(shape, x);
}

double iso_pearson3_point(double q, double skew)
{
    double lo = -1, hi = 1;

    if (!(q > 0 && q < 1 && skew >= 0))
        return NAN;
    while (iso_pearson3_tail(lo, skew) < q)
        lo *= 2;
    while (iso_pearson3_tail(hi, skew) > q)
        hi *= 2;
    for (int i = 0; i < 200; i++) {
        const double mid = lo + (hi - lo) / 2;
        if (mid == lo || mid == hi)
            break;
        if (iso_pearson3_tail(mid, skew) < q)
            hi = mid;
        else
            lo = mid;
    }
    return lo + (hi - lo) / 2;
}
