/* One set of loops; included with LOOPS(name), LOOPS_TARGET and REAL defined (loops.c). */

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

LOOPS_TARGET static void LOOPS(tile)(double *row, double *col, const REAL *k, const REAL *l,
                                     int64_t m, int64_t n, int64_t ld)
{
    REAL below[512] = {0};

    for (int64_t i = 0; i < m; i++) {
        const REAL *ki = k + i * ld, *li = l + i * ld;
        REAL sum = 0;
#pragma omp simd reduction(+ : sum)
        for (int64_t j = 0; j < n; j++) {
            const REAL product = ki[j] * li[j];
            sum += product;
            below[j] += product;
        }
        row[i] += (double)sum;
    }
    if (!col)
        return;
    for (int64_t j = 0; j < n; j++)
        col[j] += (double)below[j];
}

LOOPS_TARGET static double LOOPS(dot)(const REAL *x, const REAL *y, int64_t n)
{
    double sum = 0;

    for (int64_t from = 0; from < n; from += 512) {
        const int64_t to = from + 512 < n ? from + 512 : n;
        REAL part = 0;
#pragma omp simd reduction(+ : part)
        for (int64_t j = from; j < to; j++)
            part += x[j] * y[j];
        sum += (double)part;
    }
    return sum;
}

#undef LOOPS
#undef REAL
