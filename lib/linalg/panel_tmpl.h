/* Included by panel.c once for each target, with TARGET, NAME(x), LANES and ROWS set. */

typedef float NAME(vec) __attribute__((vector_size(4 * LANES)));
typedef float NAME(mem) __attribute__((vector_size(4 * LANES), aligned(4), may_alias));

#define WIDE      (ISO_PANEL / LANES)
#define VECTOR(p) (*(const NAME(mem) *)(p))

/* Panels come from far away but in order: this many floats ahead, four kilobytes, they are fetched.
 */
#define AHEAD 1024

/* `rows` rows of c stay in registers while l runs; it is a constant wherever this is called. */
TARGET __attribute__((always_inline)) static inline void
NAME(tile)(float *c, int64_t ldc, const float *a, int64_t lda, const float *panel, int64_t k,
           const float *bias, bool add, const int rows)
{
    NAME(vec) sum[ROWS][WIDE];

#pragma GCC unroll 8
    for (int i = 0; i < rows; i++)
#pragma GCC unroll 8
        for (int j = 0; j < WIDE; j++)
            sum[i][j] = add    ? VECTOR(c + i * ldc + j * LANES)
                        : bias ? VECTOR(bias + j * LANES)
                               : (NAME(mem)){0};
#pragma GCC unroll 4
    for (int64_t l = 0; l < k; l++, panel += ISO_PANEL) {
        NAME(vec) row[WIDE];
        __builtin_prefetch(panel + AHEAD);
#pragma GCC unroll 8
        for (int j = 0; j < WIDE; j++)
            row[j] = VECTOR(panel + j * LANES);
#pragma GCC unroll 8
        for (int i = 0; i < rows; i++)
#pragma GCC unroll 8
            for (int j = 0; j < WIDE; j++)
                sum[i][j] += a[i * lda + l] * row[j];
    }
#pragma GCC unroll 8
    for (int i = 0; i < rows; i++)
#pragma GCC unroll 8
        for (int j = 0; j < WIDE; j++)
            *(NAME(mem) *)(c + i * ldc + j * LANES) = sum[i][j];
}

TARGET static void NAME(panel)(float *c, int64_t ldc, const float *a, int64_t lda,
                               const float *panel, int64_t m, int64_t k, const float *bias,
                               bool add)
{
    int64_t i = 0;

    for (; i + ROWS <= m; i += ROWS)
        NAME(tile)(c + i * ldc, ldc, a + i * lda, lda, panel, k, bias, add, ROWS);
    for (; ROWS > 2 && i + 2 <= m; i += 2)
        NAME(tile)(c + i * ldc, ldc, a + i * lda, lda, panel, k, bias, add, 2);
    for (; i < m; i++)
        NAME(tile)(c + i * ldc, ldc, a + i * lda, lda, panel, k, bias, add, 1);
}

#undef WIDE
#undef VECTOR
#undef AHEAD
