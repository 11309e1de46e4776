#include "analysis/page/figure/figure_fit.h"

#include <math.h>

#include "lib/linalg/statistics.h"

bool iso_fit_line(struct fit *out, const double *x, const double *y, int n)
{
    struct fit f = {.n = n};
    double mean_y = 0, sxy = 0, left = 0;

    if (n < 3)
        return false;
    for (int i = 0; i < n; i++) {
        f.mean += x[i] / n;
        mean_y += y[i] / n;
    }
    for (int i = 0; i < n; i++) {
        f.sxx += (x[i] - f.mean) * (x[i] - f.mean);
        sxy += (x[i] - f.mean) * (y[i] - mean_y);
    }
    if (!(f.sxx > 1e-24 * fmax(1, f.mean * f.mean)))
        return false;
    f.slope = sxy / f.sxx;
    f.intercept = mean_y - f.slope * f.mean;
    for (int i = 0; i < n; i++)
        left += pow(y[i] - iso_fit_at(&f, x[i]), 2);
    f.s = sqrt(left / (n - 2));
    *out = f;
    return true;
}

double iso_fit_at(const struct fit *f, double x)
{
    return f->intercept + f->slope * x;
}

double iso_fit_half(const struct fit *f, double x)
{
    const double t = iso_student_quantile(0.975, f->n - 2);

    return t * f->s * sqrt(1.0 / f->n + (x - f->mean) * (x - f->mean) / f->sxx);
}
