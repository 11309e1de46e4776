#include "lib/linalg/hsic.h"

#include <math.h>

double iso_hsic_from_parts(int64_t n, double kl, double k, double l, double klk)
{
    const double m = (double)n;

    if (n < 4)
        return NAN;
    return (kl + k * l / ((m - 1) * (m - 2)) - 2 / (m - 2) * klk) / (m * (m - 3));
}

double iso_hsic_unbiased(const iso_hsic_sums *s)
{
    return iso_hsic_from_parts(s->n, s->norm2 - s->qq, s->sx - s->qx, s->sy - s->qy,
                               s->bil - s->ax - s->ay + s->qq);
}

double iso_hsic_biased(const iso_hsic_sums *s)
{
    const double n = (double)s->n;

    return s->norm2 - 2 * s->bil / n + s->sx * s->sy / (n * n);
}

/* Expands Σ‖x−m‖²‖y−w‖² with m = Σx/n, w = Σy/n. */
double iso_hsic_diag(const iso_hsic_sums *s)
{
    const double n = (double)s->n, n2 = n * n;
    const double sum = s->qq - 2 * (s->ax + s->ay) / n +
                       (s->sy * s->qx + s->sx * s->qy + 4 * s->bil) / n2 -
                       3 * s->sx * s->sy / (n2 * n);

    return s->n > 0 ? sum / n : NAN;
}
