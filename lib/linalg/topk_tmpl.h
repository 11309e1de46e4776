/* One set of loops; included with TOPK(name), TOPK_TARGET, LANES and SIGNS(v), the sign bits of a
 * vector's lanes, defined (topk.c). */

typedef float TOPK(vec) __attribute__((vector_size(4 * LANES)));
typedef float TOPK(mem) __attribute__((vector_size(4 * LANES), aligned(4), may_alias));
typedef int32_t TOPK(bits) __attribute__((vector_size(4 * LANES)));

#define VECTOR(p) (*(const TOPK(mem) *)(p))
#define EACH      _Pragma("GCC unroll 8") for (int j = 0; j < ISO_PANEL; j += LANES)

/* The product of two floats is exact in double, so that fused or not, in vectors or not, the same
 * sixteen sums come out, and they are joined in one order. */
TOPK_TARGET static double TOPK(dot)(const float *x, const float *y, int64_t n)
{
    double part[16] = {0}, rest = 0;
    int64_t j = 0;

    for (; j + 16 <= n; j += 16)
#pragma omp simd
        for (int l = 0; l < 16; l++)
            part[l] += (double)x[j + l] * (double)y[j + l];
    for (; j < n; j++)
        rest += (double)x[j] * (double)y[j];
    for (int half = 8; half > 0; half /= 2)
        for (int l = 0; l < half; l++)
            part[l] += part[l + half];
    return part[0] + rest;
}

TOPK_TARGET static void TOPK(unit)(float *unit, const float *x, double by, int64_t n)
{
#pragma omp simd
    for (int64_t j = 0; j < n; j++)
        unit[j] = (float)((double)x[j] * by);
}

/* Added to 1.5 · 2⁵², where doubles lie one apart, a number is rounded by the hardware. */
TOPK_TARGET static void TOPK(whole)(int16_t *whole, const float *x, double by, int64_t n)
{
#pragma omp simd
    for (int64_t j = 0; j < n; j++)
        whole[j] = (int16_t)(int32_t)((double)x[j] * by + 0x1.8p52 - 0x1.8p52);
}

TOPK_TARGET static void TOPK(tilt)(float *tile, const float *slope, const float *offset, int64_t m)
{
    for (int64_t i = 0; i < m; i++)
#pragma omp simd
        for (int j = 0; j < ISO_PANEL; j++)
            tile[i * ISO_PANEL + j] -= slope[i] * offset[j];
}

TOPK_TARGET static int TOPK(count)(const iso_topk_hit *h, int n, float least)
{
    int count = 0;

#pragma omp simd reduction(+ : count)
    for (int i = 0; i < n; i++)
        count += h[i].key >= least;
    return count;
}

/* The smallest key that is at least `least`, and the largest of all. */
TOPK_TARGET static float TOPK(range)(float *most, const iso_topk_hit *h, int n, float least)
{
    float low = INFINITY, high = -INFINITY;

#pragma omp simd reduction(min : low) reduction(max : high)
    for (int i = 0; i < n; i++) {
        const float key = h[i].key, counts = key >= least ? key : INFINITY;
        low = counts < low ? counts : low;
        high = key > high ? key : high;
    }
    *most = high;
    return low;
}

/* The keys of row i that are at least the row's floor or their column's. */
TOPK_TARGET static void TOPK(hits)(iso_topk *of_x, iso_topk *of_y, const float *keys, int64_t row,
                                   int64_t column, uint32_t live)
{
    const TOPK(vec) floor = of_x->floor[row] - (TOPK(vec)){0};
    uint32_t of_row = 0, of_column = 0;

    EACH
    {
        of_row |= (uint32_t)SIGNS(VECTOR(keys + j) >= floor) << j;
        of_column |= (uint32_t)SIGNS(VECTOR(keys + j) >= VECTOR(of_y->floor + column + j)) << j;
    }
    for (uint32_t left = of_row & live; left; left &= left - 1) {
        const int j = __builtin_ctz(left);
        iso_topk_push(of_x, row, keys[j], column + j);
    }
    for (uint32_t left = of_column & live; left; left &= left - 1) {
        const int j = __builtin_ctz(left);
        iso_topk_push(of_y, column + j, keys[j], row);
    }
}

TOPK_TARGET static void TOPK(scan)(iso_topk *of_x, iso_topk *of_y, const float *tile, int64_t row,
                                   int64_t m, int64_t column, uint32_t live)
{
    for (int64_t i = 0; i < m; i++, tile += ISO_PANEL) {
        const TOPK(vec) floor = of_x->floor[row + i] - (TOPK(vec)){0};
        TOPK(bits) any = {0};

        EACH
        {
            any |= VECTOR(tile + j) >= floor;
            any |= VECTOR(tile + j) >= VECTOR(of_y->floor + column + j);
        }
        if (SIGNS(any))
            TOPK(hits)(of_x, of_y, tile, row + i, column, live);
    }
}

TOPK_TARGET static uint32_t TOPK(band)(const float *keys, float slope, const float *offset,
                                       float low, float high)
{
    uint32_t above = 0, within = 0;

    EACH
    {
        const TOPK(vec) key = VECTOR(keys + j) - slope * VECTOR(offset + j);
        above |= (uint32_t)SIGNS(key >= high) << j;
        within |= (uint32_t)SIGNS(key >= low) << j;
    }
    return above | (within & ~above) << ISO_PANEL;
}

#undef VECTOR
#undef EACH
#undef SIGNS
#undef LANES
#undef TOPK
#undef TOPK_TARGET
