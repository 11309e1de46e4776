/* Centroid distances and paired cosines the slow and obvious way: two passes in double over the
 * rows, as DESIGN's table defines them. Shares nothing with the library. */
#ifndef ISO_TESTS_DISTANCE_REFERENCE_H
#define ISO_TESTS_DISTANCE_REFERENCE_H

#include <math.h>
#include <stdlib.h>

static inline double *reference_mean(const double *x, int n, int p)
{
    double *mean = calloc((size_t)p, sizeof *mean);

    for (int i = 0; i < n * p; i++)
        mean[i % p] += x[i] / n;
    return mean;
}

/* Σ (a_j − a0_j)(b_j − b0_j); NULL stands for zeros. */
static inline double reference_dot(const double *a, const double *a0, const double *b,
                                   const double *b0, int p)
{
    double sum = 0;

    for (int j = 0; j < p; j++)
        sum += (a[j] - (a0 ? a0[j] : 0)) * (b[j] - (b0 ? b0[j] : 0));
    return sum;
}

static inline double reference_cos(const double *a, const double *a0, const double *b,
                                   const double *b0, int p)
{
    return reference_dot(a, a0, b, b0, p) /
           sqrt(reference_dot(a, a0, a, a0, p) * reference_dot(b, b0, b, b0, p));
}

static inline double reference_trace(const double *x, const double *mean, int n, int p)
{
    double sum = 0;

    for (int i = 0; i < n; i++)
        sum += reference_dot(x + i * p, mean, x + i * p, mean, p) / (n - 1);
    return sum;
}

/* euclidean, relative, cosine, cosine-centred, share, paired cosine raw and centred. */
enum { REFERENCE_DISTANCES = 7 };

static inline void reference_distances(double out[REFERENCE_DISTANCES], const double *x,
                                       const double *y, const double *c, int n, int p)
{
    double *a = reference_mean(x, n, p), *b = reference_mean(y, n, p), gap2 = 0, pairs = 0;

    for (int j = 0; j < p; j++)
        gap2 += (a[j] - b[j]) * (a[j] - b[j]);
    out[5] = out[6] = 0;
    for (int i = 0; i < n; i++) {
        const double *u = x + i * p, *v = y + i * p;
        pairs += reference_dot(u, v, u, v, p) / n;
        out[5] += reference_cos(u, NULL, v, NULL, p) / n;
        out[6] += reference_cos(u, a, v, b, p) / n;
    }
    out[0] = sqrt(gap2);
    out[1] = sqrt(2 * gap2 / (reference_trace(x, a, n, p) + reference_trace(y, b, n, p)));
    out[2] = 1 - reference_cos(a, NULL, b, NULL, p);
    out[3] = 1 - reference_cos(a, c, b, c, p);
    out[4] = gap2 / pairs;
    free(a);
    free(b);
}

#endif
