/* Procrustes similarity from the rows themselves, nothing taken from the library but its singular
 * values: ‖XᵀY‖_* of columns centred, over the product of the norms. */
#ifndef ISO_TESTS_PROCRUSTES_REFERENCE_H
#define ISO_TESTS_PROCRUSTES_REFERENCE_H

#include <math.h>
#include <stdlib.h>

#include "lib/linalg/decomp.h"
#include "tests/check.h"

static double *procrustes_centred(double *norm, const double *x, int64_t n, int64_t d)
{
    double *c = malloc((size_t)(n * d) * sizeof *c);

    assert_non_null(c);
    *norm = 0;
    for (int64_t j = 0; j < d; j++) {
        double rest = 0;
        for (int64_t i = 0; i < n; i++)
            rest += (x[i * d + j] - x[j]) / (double)n;
        for (int64_t i = 0; i < n; i++) {
            c[i * d + j] = x[i * d + j] - x[j] - rest;
            *norm += c[i * d + j] * c[i * d + j];
        }
    }
    *norm = sqrt(*norm);
    return c;
}

/* x is n × p, y n × q. */
static double procrustes_reference(const double *x, const double *y, int64_t n, int64_t p,
                                   int64_t q)
{
    double norms[2], sum = 0;
    double *a = procrustes_centred(&norms[0], x, n, p), *b = procrustes_centred(&norms[1], y, n, q);
    double *xy = calloc((size_t)(p * q), sizeof *xy), *s = malloc((size_t)p * sizeof *s);

    assert_non_null(xy);
    assert_non_null(s);
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < p; j++)
            for (int64_t k = 0; k < q; k++)
                xy[j * q + k] += a[i * p + j] * b[i * q + k];
    ok(iso_singular_values(s, iso_view_f64(xy, p, q)));
    for (int64_t j = 0; j < p && j < q; j++)
        sum += s[j];
    free(a);
    free(b);
    free(xy);
    free(s);
    return sum / (norms[0] * norms[1]);
}

#endif
