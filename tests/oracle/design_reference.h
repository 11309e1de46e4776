/* Regression the slow and obvious way: normal equations, the n × n projection in double, and what
 * the expectations of its sums are by walking through it. Shares nothing with the library. */
#ifndef ISO_TESTS_DESIGN_REFERENCE_H
#define ISO_TESTS_DESIGN_REFERENCE_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Solves a (k × k) x = b for `count` right sides in place, with pivots. */
static inline void reference_solve(double *a, double *b, int k, int count)
{
    for (int c = 0; c < k; c++) {
        int best = c;
        for (int r = c; r < k; r++)
            if (fabs(a[r * k + c]) > fabs(a[best * k + c]))
                best = r;
        for (int j = 0; j < k; j++) {
            const double t = a[c * k + j];
            a[c * k + j] = a[best * k + j];
            a[best * k + j] = t;
        }
        for (int j = 0; j < count; j++) {
            const double t = b[c * count + j];
            b[c * count + j] = b[best * count + j];
            b[best * count + j] = t;
        }
        for (int r = 0; r < k; r++) {
            if (r == c)
                continue;
            const double f = a[r * k + c] / a[c * k + c];
            for (int j = 0; j < k; j++)
                a[r * k + j] -= f * a[c * k + j];
            for (int j = 0; j < count; j++)
                b[r * count + j] -= f * b[c * count + j];
        }
    }
    for (int r = 0; r < k; r++)
        for (int j = 0; j < count; j++)
            b[r * count + j] /= a[r * k + r];
}

/* m (n × n) = I − A(AᵀA)⁻¹Aᵀ, A a constant and the c columns of z, scaled to length 1. */
static inline void reference_projection(double *m, const double *z, int n, int c)
{
    const int k = c + 1;
    double *a = malloc(sizeof *a * (size_t)(n * k)), *aa = calloc((size_t)(k * k), sizeof *aa);
    double *b = malloc(sizeof *b * (size_t)(k * n));

    for (int j = 0; j < k; j++) {
        double square = 0, mean = 0;
        for (int i = 0; i < n && j > 0; i++)
            mean += z[i * c + j - 1] / n;
        for (int i = 0; i < n; i++) {
            a[i * k + j] = j ? z[i * c + j - 1] - mean : 1;
            square += a[i * k + j] * a[i * k + j];
        }
        for (int i = 0; i < n; i++)
            a[i * k + j] /= sqrt(square);
    }
    for (int p = 0; p < k; p++) {
        for (int q = 0; q < k; q++)
            for (int i = 0; i < n; i++)
                aa[p * k + q] += a[i * k + p] * a[i * k + q];
        for (int i = 0; i < n; i++)
            b[p * n + i] = a[i * k + p];
    }
    reference_solve(aa, b, k, n);
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            m[i * n + j] = i == j;
            for (int p = 0; p < k; p++)
                m[i * n + j] -= a[i * k + p] * b[p * n + j];
        }
    free(a);
    free(aa);
    free(b);
}

/* E of tr(KL), tr(K)tr(L), Σ k_ii l_ii in ‖E xyᵀ‖², E‖x‖² E‖y‖², E‖x‖²‖y‖²: sums over the pairings
 * of four items in which products of errors do not vanish. Then the combination that gives the
 * first. O(n³). */
static inline void reference_weights(double w[3], const double *m, int n)
{
    double e[9] = {0}, unit[3] = {1, 0, 0};

    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            const double ii = m[i * n + i], jj = m[j * n + j], ij = m[i * n + j];
            double four = 0;
            if (i == j) {
                e[2] += ii * ii;
                e[5] += ii * ii;
            } else {
                e[0] += ii * jj + ij * ij;
                e[1] += ij * ij;
                e[3] += 2 * ij * ij;
                e[4] += ii * jj;
            }
            for (int t = 0; t < n; t++)
                four += m[t * n + i] * m[t * n + i] * m[t * n + j] * m[t * n + j];
            e[6] += i == j ? 0 : 2 * four;
            e[7] += i == j ? 0 : four;
            e[8] += i == j ? four : 0;
        }
    for (int r = 0; r < 3; r++) /* wᵀE = (1, 0, 0) */
        for (int c = r + 1; c < 3; c++) {
            const double t = e[r * 3 + c];
            e[r * 3 + c] = e[c * 3 + r];
            e[c * 3 + r] = t;
        }
    reference_solve(e, unit, 3, 1);
    memcpy(w, unit, sizeof unit);
}

/* Conditional CKA of x (n × p) and y (n × q) given z (n × c). */
static inline double reference_conditional(const double *x, const double *y, const double *z, int n,
                                           int p, int q, int c, int debiased)
{
    double *m = malloc(sizeof *m * (size_t)(n * n)), w[3], h[3];
    const double *side[3][2] = {{x, y}, {x, x}, {y, y}};
    const int dims[3][2] = {{p, q}, {p, p}, {q, q}};

    reference_projection(m, z, n, c);
    reference_weights(w, m, n);
    for (int s = 0; s < 3; s++) {
        double *k[2], trace[2] = {0}, t1 = 0, t3 = 0;
        for (int v = 0; v < 2; v++) {
            const int d = dims[s][v];
            double *r = calloc((size_t)(n * d), sizeof *r);
            k[v] = calloc((size_t)(n * n), sizeof *k[v]);
            for (int i = 0; i < n; i++)
                for (int t = 0; t < n; t++)
                    for (int j = 0; j < d; j++)
                        r[i * d + j] += m[i * n + t] * side[s][v][t * d + j];
            for (int i = 0; i < n; i++)
                for (int t = 0; t < n; t++)
                    for (int j = 0; j < d; j++)
                        k[v][i * n + t] += r[i * d + j] * r[t * d + j];
            free(r);
            for (int i = 0; i < n; i++)
                trace[v] += k[v][i * n + i];
        }
        for (int i = 0; i < n * n; i++)
            t1 += k[0][i] * k[1][i];
        for (int i = 0; i < n; i++)
            t3 += k[0][i * n + i] * k[1][i * n + i];
        h[s] = debiased ? w[0] * t1 + w[1] * trace[0] * trace[1] + w[2] * t3 : t1;
        free(k[0]);
        free(k[1]);
    }
    free(m);
    return h[0] / sqrt(h[1] * h[2]);
}

#endif
