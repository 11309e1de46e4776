/* CKA of rows paired at random, in closed form. */
#include <math.h>

#include "analysis/similarity/cka_inside.h"
#include "lib/linalg/pearson3.h"

/* What a side has beyond its share of the diagonal: n(n+1)Σs_ii² − (n−1)((tr S)² + 2 tr S²). */
static double excess(double n, const struct iso_cka_side *s)
{
    return n * (n + 1) * s->diagonal - (n - 1) * (s->trace * s->trace + 2 * s->square);
}

static double spread(double n, const struct iso_cka_side *s)
{
    return (n - 1) * s->square - s->trace * s->trace;
}

/* Kazi-Aoual, Hitier, Sabatier, Lebreton 1995: mean and variance of tr(S P T Pᵀ) over all P, here
 * of sides divided by √tr S², so that no fourth power leaves the range of double. */
struct iso_cka_chance iso_cka_chance_of(int64_t items, const struct iso_cka_side *x,
                                        const struct iso_cka_side *y)
{
    const double n = (double)items, rx = 1 / sqrt(x->square), ry = 1 / sqrt(y->square);
    const struct iso_cka_side a = {x->trace * rx, 1, x->diagonal * rx * rx};
    const struct iso_cka_side b = {y->trace * ry, 1, y->diagonal * ry * ry};
    struct iso_cka_chance out = {.mean = a.trace * b.trace / (n - 1), .sd = NAN};

    if (items < 4)
        return out;
    const double even = 2 * spread(n, &a) * spread(n, &b) / ((n - 1) * (n - 1) * (n + 1) * (n - 2));
    const double odd = excess(n, &a) * excess(n, &b) / (n * (n + 1) * (n - 1) * (n - 2) * (n - 3));
    const double variance = even + odd;

    out.sd = variance > 0 ? sqrt(variance) : 0;
    return out;
}

/* A sum of squares λ_i μ_j z², which CKA tends to, is a gamma variable to two moments. */
static double skew(struct iso_cka_chance biased)
{
    return 2 * biased.sd / biased.mean;
}

double iso_cka_chance_tail(double value, double mean, double sd, struct iso_cka_chance biased)
{
    return sd > 1e-12 ? iso_pearson3_tail((value - mean) / sd, skew(biased)) : NAN;
}

double iso_cka_chance_point(double level, double mean, double sd, struct iso_cka_chance biased)
{
    return sd > 1e-12 ? mean + sd * iso_pearson3_point(level, skew(biased)) : NAN;
}
