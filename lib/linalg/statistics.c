#include "lib/linalg/statistics.h"

#include <math.h>
#include <stdlib.h>

#define SQRT_PI      1.77245385090551602730
#define SQRT_HALF    0.70710678118654752440
#define SQRT_2PI_INV 0.39894228040143267794

double iso_normal_cdf(double z)
{
    return 0.5 * erfc(-z * SQRT_HALF);
}

/* The z > 0 whose upper tail is q < ½: Newton on the tail's logarithm, which is concave, so that it
 * comes down monotonically from the bound that the tail ≤ ½ exp(−z²/2) gives. */
static double normal_upper(double q)
{
    double z = sqrt(-2 * log(2 * q));

    for (int i = 0; i < 100; i++) {
        const double tail = 0.5 * erfc(z * SQRT_HALF);
        const double density = SQRT_2PI_INV * exp(-0.5 * z * z);
        const double step = log(tail / q) * tail / density;

        z += step;
        if (!(fabs(step) > 1e-15 * z))
            break;
    }
    return z;
}

double iso_normal_quantile(double p)
{
    if (!(p > 0 && p < 1))
        return NAN;
    if (p == 0.5)
        return 0;
    return p < 0.5 ? -normal_upper(p) : normal_upper(1 - p);
}

/* Γ(a+½)/Γ(a): an asymptotic series once a is large, reached by Γ(a+1) = aΓ(a). */
static double gamma_ratio(double a)
{
    double factor = 1;

    for (; a < 64; a += 1)
        factor *= a / (a + 0.5);
    const double b = 1 / a, b2 = b * b;
    return factor * sqrt(a) * exp(b * (-1.0 / 8 + b2 * (1.0 / 192 - b2 / 640)));
}

/* The continued fraction of the incomplete beta function, by Lentz's method. */
static double beta_fraction(double a, double b, double x)
{
    const double tiny = 1e-300;
    double c = 1, d = 1 - (a + b) * x / (a + 1);

    d = 1 / (fabs(d) < tiny ? tiny : d);
    double f = d;
    for (int m = 1; m < 100000; m++) {
        const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        double change = 1;

        for (int k = 0; k < 2; k++) {
            const double term = k ? odd : even;
            d = 1 + term * d;
            c = 1 + term / c;
            d = 1 / (fabs(d) < tiny ? tiny : d);
            c = fabs(c) < tiny ? tiny : c;
            change = c * d;
            f *= change;
        }
        if (fabs(change - 1) < 1e-15)
            break;
    }
    return f;
}

/* P(T > t) for t >= 0: half of I_x(df/2, ½) at x = df/(df+t²), from whichever end converges. */
static double student_upper(double t, double df)
{
    const double a = 0.5 * df, x = 1 / (1 + t * t / df), y = t * t / df * x;
    /* x^a √y / B(a, ½); log1p keeps x^a exact when df is large */
    const double front = exp(-a * log1p(t * t / df)) * sqrt(y) * gamma_ratio(a) / SQRT_PI;

    if (t <= 0)
        return 0.5;
    if (x < (a + 1) / (a + 2.5))
        return 0.5 * front * beta_fraction(a, 0.5, x) / a;
    return 0.5 - front * beta_fraction(0.5, a, y);
}

double iso_student_cdf(double t, double df)
{
    if (!(df > 0) || isnan(t))
        return NAN;
    return t < 0 ? student_upper(-t, df) : 1 - student_upper(t, df);
}

/* The t > 0 with upper tail q < ½. The tail is convex there, so Newton from 0 only climbs. */
static double student_tail_point(double q, double df)
{
    const double peak = gamma_ratio(0.5 * df) / (SQRT_PI * sqrt(df));
    double t = 0;

    for (int i = 0; i < 2000; i++) {
        const double density = peak * exp(-0.5 * (df + 1) * log1p(t * t / df));
        const double step = (student_upper(t, df) - q) / density;

        t += step;
        if (!(step > 1e-14 * t))
            break;
    }
    return t;
}

double iso_student_quantile(double p, double df)
{
    if (!(p > 0 && p < 1 && df > 0))
        return NAN;
    if (p == 0.5)
        return 0;
    return p < 0.5 ? -student_tail_point(p, df) : student_tail_point(1 - p, df);
}

bool iso_jackknife(double *lo, double *hi, double value, const double *rep, int64_t units,
                   double confidence)
{
    double good = 0, mean = 0, squares = 0;

    *lo = *hi = NAN;
    for (int64_t u = 0; u < units; u++)
        if (!isnan(rep[u])) {
            good += 1;
            mean += (rep[u] - mean) / good;
        }
    if (good < 2 || !isfinite(value) || !isfinite(mean))
        return false;
    for (int64_t u = 0; u < units; u++)
        if (!isnan(rep[u]))
            squares += (rep[u] - mean) * (rep[u] - mean);
    const double se = sqrt((good - 1) / good * squares);
    const double half = se * iso_student_quantile(0.5 * (1 + confidence), good - 1);

    *lo = value - half;
    *hi = value + half;
    return true;
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

void iso_sort(double *x, int64_t n)
{
    if (n > 1)
        qsort(x, (size_t)n, sizeof *x, by_size);
}

bool iso_all_equal(const double *x, int64_t n)
{
    for (int64_t i = 1; i < n; i++) {
        if (x[i] != x[0])
            return false;
    }
    return true;
}
