/* One set of loops; included with LOOPS(name), LOOPS_TARGET and REAL defined (loops.c). */

typedef REAL LOOPS(vec) __attribute__((vector_size(64)));
typedef REAL LOOPS(mem) __attribute__((vector_size(64), aligned(sizeof(REAL)), may_alias));

enum { LOOPS(lanes) = 64 / sizeof(REAL) };
#define VECTOR  LOOPS(lanes)
#define LOAD(p) (*(LOOPS(mem) *)(p))

LOOPS_TARGET static double LOOPS(across)(LOOPS(vec) v)
{
    double sum = 0;

    for (int i = 0; i < VECTOR; i++)
        sum += (double)v[i];
    return sum;
}

LOOPS_TARGET static double LOOPS(shift)(REAL *x, const REAL *shift, int64_t n)
{
    double sum = 0;

    for (int64_t from = 0; from < n; from += 512) {
        const int64_t to = from + 512 < n ? from + 512 : n;
        REAL part = 0;
#pragma omp simd reduction(+ : part)
        for (int64_t j = from; j < to; j++) {
            const REAL v = x[j] - shift[j];
            x[j] = v;
            part += v * v;
        }
        sum += (double)part;
    }
    return sum;
}

LOOPS_TARGET static void LOOPS(put)(double *to, const REAL *x, double by, int64_t n)
{
#pragma omp simd
    for (int64_t j = 0; j < n; j++)
        to[j] = by * (double)x[j];
}

LOOPS_TARGET static void LOOPS(add)(double *to, const REAL *x, double by, int64_t n)
{
#pragma omp simd
    for (int64_t j = 0; j < n; j++)
        to[j] += by * (double)x[j];
}

LOOPS_TARGET static double LOOPS(fold)(double *acc, double *dot, const REAL *c, double by,
                                       const double *v, int64_t n, bool first)
{
    double norm2 = 0, along = 0;

    if (acc && first) {
#pragma omp simd reduction(+ : norm2, along)
        for (int64_t j = 0; j < n; j++) {
            const double x = (double)c[j];
            acc[j] = by * x;
            norm2 += x * x;
            along += x * v[j];
        }
    } else if (acc) {
#pragma omp simd reduction(+ : norm2, along)
        for (int64_t j = 0; j < n; j++) {
            const double x = (double)c[j];
            acc[j] += by * x;
            norm2 += x * x;
            along += x * v[j];
        }
    } else {
#pragma omp simd reduction(+ : norm2, along)
        for (int64_t j = 0; j < n; j++) {
            const double x = (double)c[j];
            norm2 += x * x;
            along += x * v[j];
        }
    }
    *dot = along;
    return norm2;
}

/* Row sums of m <= 4 rows of two tiles from column j on, as far as whole vectors go; the products
 * are added to below. */
LOOPS_TARGET __attribute__((always_inline)) static inline int64_t
LOOPS(rows)(double *row, REAL *below, const REAL *k, const REAL *l, int64_t n, int64_t ld,
            const int m)
{
    LOOPS(vec) sum[4] = {{0}};
    int64_t j = 0;

    for (; j + VECTOR <= n; j += VECTOR) {
        LOOPS(vec) all = {0};
#pragma GCC unroll 4
        for (int i = 0; i < m; i++) {
            const LOOPS(vec) product = LOAD(k + i * ld + j) * LOAD(l + i * ld + j);
            sum[i] += product;
            all += product;
        }
        LOAD(below + j) += all;
    }
    for (int i = 0; i < m; i++)
        row[i] += LOOPS(across)(sum[i]);
    return j;
}

LOOPS_TARGET static void LOOPS(tile)(double *row, double *col, const REAL *k, const REAL *l,
                                     int64_t m, int64_t n, int64_t ld)
{
    REAL below[512] = {0};

    for (int64_t i = 0; i < m;) {
        const int64_t step = m - i >= 4 ? 4 : 1;
        int64_t j = step == 4 ? LOOPS(rows)(row + i, below, k + i * ld, l + i * ld, n, ld, 4)
                              : LOOPS(rows)(row + i, below, k + i * ld, l + i * ld, n, ld, 1);
        for (; j < n; j++)
            for (int64_t u = i; u < i + step; u++) {
                const REAL product = k[u * ld + j] * l[u * ld + j];
                row[u] += (double)product;
                below[j] += product;
            }
        i += step;
    }
    if (!col)
        return;
    for (int64_t j = 0; j < n; j++)
        col[j] += (double)below[j];
}

/* Four vectors of sums keep the units busy; each takes up to 64 products. */
LOOPS_TARGET static double LOOPS(dot)(const REAL *x, const REAL *y, int64_t n)
{
    double sum = 0;
    int64_t j = 0;

    while (j + VECTOR <= n) {
        const int64_t stop = n - j > 256 * VECTOR ? j + 256 * VECTOR : n;
        LOOPS(vec) a = {0}, b = {0}, c = {0}, d = {0};
        for (; j + 4 * VECTOR <= stop; j += 4 * VECTOR) {
            a += LOAD(x + j) * LOAD(y + j);
            b += LOAD(x + j + VECTOR) * LOAD(y + j + VECTOR);
            c += LOAD(x + j + 2 * VECTOR) * LOAD(y + j + 2 * VECTOR);
            d += LOAD(x + j + 3 * VECTOR) * LOAD(y + j + 3 * VECTOR);
        }
        for (; j + VECTOR <= stop; j += VECTOR)
            a += LOAD(x + j) * LOAD(y + j);
        sum += LOOPS(across)((a + b) + (c + d));
    }
    for (; j < n; j++)
        sum += (double)(x[j] * y[j]);
    return sum;
}

#undef VECTOR
#undef LOAD
#undef LOOPS
#undef REAL
