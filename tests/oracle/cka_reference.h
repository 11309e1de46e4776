/* Linear CKA the slow and obvious way: n × n Gram matrices in double, centred or U-centred as the
 * definitions say. Shares nothing with the library. */
#ifndef ISO_TESTS_CKA_REFERENCE_H
#define ISO_TESTS_CKA_REFERENCE_H

#include <math.h>
#include <stdlib.h>

static inline double *reference_gram(const double *x, int n, int p)
{
    double *k = malloc(sizeof *k * (size_t)n * (size_t)n);

    for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
            double s = 0;
            for (int c = 0; c < p; c++)
                s += x[i * p + c] * x[j * p + c];
            k[i * n + j] = s;
        }
    }
    return k;
}

/* H K H, elementwise: minus row mean, minus column mean, plus grand mean. */
static inline void reference_centre(double *k, int n)
{
    double *row = calloc((size_t)n, sizeof *row), all = 0;

    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            row[i] += k[i * n + j] / n;
    for (int i = 0; i < n; i++)
        all += row[i] / n;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            k[i * n + j] += all - row[i] - row[j];
    free(row);
}

/* U-centring (Székely & Rizzo): the inner product of two U-centred matrices over n(n-3) is HSIC1.
 */
static inline void reference_u_centre(double *k, int n)
{
    double *row = calloc((size_t)n, sizeof *row), all = 0;

    for (int i = 0; i < n; i++) {
        k[i * n + i] = 0;
        for (int j = 0; j < n; j++)
            row[i] += k[i * n + j];
        all += row[i];
    }
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            k[i * n + j] = i == j ? 0
                                  : k[i * n + j] - row[i] / (n - 2) - row[j] / (n - 2) +
                                        all / ((double)(n - 1) * (n - 2));
    free(row);
}

static inline double reference_inner(const double *k, const double *l, int n)
{
    double s = 0;

    for (int i = 0; i < n * n; i++)
        s += k[i] * l[i];
    return s;
}

/* x is n × p, y is n × q, packed. */
static inline double reference_cka(const double *x, const double *y, int n, int p, int q,
                                   int debiased)
{
    double *k = reference_gram(x, n, p), *l = reference_gram(y, n, q);

    (debiased ? reference_u_centre : reference_centre)(k, n);
    (debiased ? reference_u_centre : reference_centre)(l, n);
    const double value =
        reference_inner(k, l, n) / sqrt(reference_inner(k, k, n) * reference_inner(l, l, n));
    free(k);
    free(l);
    return value;
}

/* The same without item `out`. */
static inline double reference_cka_without(const double *x, const double *y, int n, int p, int q,
                                           int debiased, int out)
{
    double *a = malloc(sizeof *a * (size_t)(n * p)), *b = malloc(sizeof *b * (size_t)(n * q));
    int at = 0;

    for (int i = 0; i < n; i++) {
        if (i == out)
            continue;
        for (int c = 0; c < p; c++)
            a[at * p + c] = x[i * p + c];
        for (int c = 0; c < q; c++)
            b[at * q + c] = y[i * q + c];
        at++;
    }
    const double value = reference_cka(a, b, n - 1, p, q, debiased);
    free(a);
    free(b);
    return value;
}

#endif
