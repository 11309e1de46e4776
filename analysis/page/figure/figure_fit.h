/* A straight line through points, and how sure it is. */
#ifndef ISO_BIN_FIGURE_FIT_H
#define ISO_BIN_FIGURE_FIT_H

#include <stdbool.h>

/* y = intercept + slope x by least squares; `s` is the standard deviation of what is left over,
 * with n − 2 degrees of freedom. */
struct fit {
    int n;
    double slope, intercept, mean, sxx, s;
};

/* False when there is no such line: fewer than 3 points, or x the same for all. */
bool iso_fit_line(struct fit *out, const double *x, const double *y, int n);
double iso_fit_at(const struct fit *f, double x);

/* Half the width of the 95 % confidence interval of the line at x: t s √(1/n + (x − mean)²/sxx).
 */
double iso_fit_half(const struct fit *f, double x);

#endif
