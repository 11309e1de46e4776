/* One set of kernels; included by gram_permuted.c with NAME(x), TARGET, REAL, LANES and MOST set.
 */

typedef REAL NAME(vec) __attribute__((vector_size(sizeof(REAL) * LANES)));

/* acc[w LANES + s] += Σ_j stay[j LANES + s] · row[item[j] stride + w] for `width` moving matrices,
 * a constant wherever this is called; `apart` sums in turn keep the units busy. */
TARGET __attribute__((always_inline)) static inline void
NAME(run)(double *acc, const REAL *stay, const REAL *row, int stride, const int32_t *item,
          int64_t count, const int width, const int apart)
{
    NAME(vec) sum[APART][MOST];
    int64_t j = 0;

#pragma GCC unroll 16
    for (int u = 0; u < apart; u++)
#pragma GCC unroll 16
        for (int w = 0; w < width; w++)
            sum[u][w] = (NAME(vec)){0};
    for (; j + apart <= count; j += apart)
#pragma GCC unroll 16
        for (int u = 0; u < apart; u++) {
            const NAME(vec) s = *(const NAME(vec) *)(stay + (j + u) * LANES);
            const REAL *at = row + (int64_t)item[j + u] * stride;
#pragma GCC unroll 16
            for (int w = 0; w < width; w++)
                sum[u][w] += s * at[w];
        }
    for (; j < count; j++) {
        const NAME(vec) s = *(const NAME(vec) *)(stay + j * LANES);
        const REAL *at = row + (int64_t)item[j] * stride;
#pragma GCC unroll 16
        for (int w = 0; w < width; w++)
            sum[0][w] += s * at[w];
    }
#pragma GCC unroll 16
    for (int w = 0; w < width; w++) {
        for (int u = 1; u < apart; u++)
            sum[0][w] += sum[u][w];
        for (int s = 0; s < LANES; s++)
            acc[w * LANES + s] += (double)sum[0][w][s];
    }
}

TARGET static void NAME(part)(double *acc, const REAL *stay, const REAL *row, int stride,
                              const int32_t *item, int64_t count, int width)
{
#define CASE(w)                                                                                    \
    case w:                                                                                        \
        NAME(run)                                                                                  \
        (acc, stay, row, stride, item, count, (w) < MOST ? (w) : MOST,                             \
         MOST / (w) < 1       ? 1                                                                  \
         : MOST / (w) < APART ? MOST / (w)                                                         \
                              : APART);                                                            \
        break
    switch (width) {
        CASE(1);
        CASE(2);
        CASE(3);
        CASE(4);
        CASE(5);
        CASE(6);
#if MOST > 6
        CASE(7);
        CASE(8);
        CASE(9);
        CASE(10);
        CASE(11);
        CASE(12);
        CASE(13);
#endif
    }
#undef CASE
}

/* The same a run of entries after the other, so that no sum in single precision is long. */
TARGET static void NAME(permuted)(double *acc, const void *stay, const void *row, int stride,
                                  const int32_t *item, int64_t count, int width)
{
    for (int64_t j = 0; j < count; j += RUN)
        NAME(part)
    (acc, (const REAL *)stay + j * LANES, row, stride, item + j, count - j < RUN ? count - j : RUN,
     width);
}
