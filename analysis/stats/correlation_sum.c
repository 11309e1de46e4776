/* The coefficients themselves, and orders of items to hold them against. */
#include <math.h>

#include "analysis/stats/correlation_inside.h"

bool correlation_constant(const double *x, int64_t n)
{
    for (int64_t i = 1; i < n; i++) {
        if (x[i] != x[0])
            return false;
    }
    return true;
}

static double mean_of(const double *x, int64_t n)
{
    double sum = 0, rest = 0;

    for (int64_t i = 0; i < n; i++)
        sum += x[i];
    sum /= (double)n;
    for (int64_t i = 0; i < n; i++) /* what rounding lost */
        rest += x[i] - sum;
    return sum + rest / (double)n;
}

double correlation_pearson(const double *x, const double *y, int64_t n)
{
    const double mx = mean_of(x, n), my = mean_of(y, n);
    double xx = 0, yy = 0, xy = 0;

    if (n < 2 || correlation_constant(x, n) || correlation_constant(y, n))
        return NAN;
    for (int64_t i = 0; i < n; i++) {
        xx += (x[i] - mx) * (x[i] - mx);
        yy += (y[i] - my) * (y[i] - my);
        xy += (x[i] - mx) * (y[i] - my);
    }
    return xy / (sqrt(xx) * sqrt(yy));
}

static int order_of(double a, double b)
{
    return (a > b) - (a < b);
}

double correlation_kendall(const double *x, const double *y, int64_t n)
{
    double sum = 0, in_x = 0, in_y = 0;

    for (int64_t i = 0; i < n; i++) {
        for (int64_t j = 0; j < i; j++) {
            const int a = order_of(x[i], x[j]), b = order_of(y[i], y[j]);
            sum += a * b;
            in_x += a != 0;
            in_y += b != 0;
        }
    }
    return in_x > 0 && in_y > 0 ? sum / (sqrt(in_x) * sqrt(in_y)) : NAN;
}

double correlation_partial(double xy, double xz, double yz)
{
    const double left = (1 - xz * xz) * (1 - yz * yz);

    return left > 1e-12 ? (xy - xz * yz) / sqrt(left) : NAN;
}

void correlation_residual(double *y, double *fit, const double *z, int64_t n)
{
    const double my = mean_of(y, n), mz = mean_of(z, n);
    double zz = 0, yz = 0;

    for (int64_t i = 0; i < n; i++) {
        zz += (z[i] - mz) * (z[i] - mz);
        yz += (y[i] - my) * (z[i] - mz);
    }
    for (int64_t i = 0; i < n; i++) {
        const double on = my + (zz > 0 ? yz / zz : 0) * (z[i] - mz);
        if (fit)
            fit[i] = on;
        y[i] -= on;
    }
}

bool correlation_as_far(double permuted, double value)
{
    return fabs(permuted) >= fabs(value) - 1e-12;
}

/* --- Orders --- */

static int64_t factorial(int64_t n)
{
    return n < 2 ? 1 : n * factorial(n - 1);
}

struct correlation_orders correlation_orders_of(int64_t n, const iso_correlation_opt *opt,
                                                int64_t *order)
{
    struct correlation_orders o = {
        .n = n, .all = n <= CORRELATION_ALL, .rng = iso_rng_seeded(opt->seed, 1), .order = order};

    o.left = opt->permutations < 0   ? 0
             : o.all                 ? factorial(n)
             : opt->permutations > 0 ? opt->permutations
                                     : CORRELATION_PERMUTATIONS;
    for (int64_t i = 0; i < n; i++)
        order[i] = i;
    return o;
}

/* The next order by the alphabet; after the last the first. */
static void advance(int64_t *a, int64_t n)
{
    int64_t i = n - 1, j = n - 1;

    while (i > 0 && a[i - 1] >= a[i])
        i--;
    while (i > 0 && a[j] <= a[i - 1])
        j--;
    if (i > 0) {
        const int64_t t = a[i - 1];
        a[i - 1] = a[j];
        a[j] = t;
    }
    for (j = n - 1; i < j; i++, j--) {
        const int64_t t = a[i];
        a[i] = a[j];
        a[j] = t;
    }
}

bool correlation_orders_next(struct correlation_orders *o)
{
    if (o->left == 0)
        return false;
    o->left--;
    if (o->all)
        advance(o->order, o->n);
    else
        iso_rng_permutation(&o->rng, o->order, o->n);
    return true;
}

double correlation_p(const struct correlation_orders *o, int64_t far, int64_t tried)
{
    const double own = o->all ? 0 : 1;

    return tried > 0 ? ((double)far + own) / ((double)tried + own) : NAN;
}
