/* One set of loops; included by topk.c with TOPK(name), TOPK_TARGET and LANES defined, WHICH, what
 * comparing vectors with AT_LEAST gives, REACHES(v, f, g), where v is at least one of two, and
 * SIGNS(w), one bit for each lane. */

#ifndef EITHER
#define EITHER(v, w) ((v) | (w))
#endif

typedef float TOPK(vec) __attribute__((vector_size(4 * LANES)));
typedef float TOPK(mem) __attribute__((vector_size(4 * LANES), aligned(4), may_alias));
typedef int32_t TOPK(whole) __attribute__((vector_size(4 * LANES), aligned(4), may_alias));

#define VECTOR(p) (*(const TOPK(mem) *)(p))
#define EACH      _Pragma("GCC unroll 8") for (int j = 0; j < TOPK_WIDE; j += LANES)

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

/* Added to 1.5 · 2²³, where floats lie one apart, a number is rounded by the hardware. */
TOPK_TARGET static void TOPK(round)(struct topk_rounded *r, int8_t *to, float *work, const float *x,
                                    double by, const float *mean, const float *other, int most,
                                    int64_t n)
{
    float peak = 0, size = 0, rest = 0;
    double toward = 0;

#pragma omp simd reduction(max : peak) reduction(+ : toward)
    for (int64_t j = 0; j < n; j++) {
        const float unit = (float)((double)x[j] * by), left = unit - mean[j];
        const float high = left < 0 ? -left : left;
        work[j] = left;
        peak = high > peak ? high : peak;
        toward += (double)unit * (double)other[j];
    }
    const float step = peak < 0x1p-100f ? 0 : peak / (float)most,
                scale = peak < 0x1p-100f ? 0 : (float)most / peak;
#pragma omp simd reduction(+ : size, rest)
    for (int64_t j = 0; j < n; j++) {
        const float whole = (work[j] * scale + 0x1.8p23f) - 0x1.8p23f, is = step * whole,
                    miss = work[j] - is;
        to[j] = (int8_t)(int32_t)whole;
        size += is * is;
        rest += miss * miss;
    }
    *r = (struct topk_rounded){step, size, rest, toward};
}

TOPK_TARGET static void TOPK(lift)(float *tile, float by, int64_t m)
{
#pragma omp simd
    for (int64_t i = 0; i < m * TOPK_WIDE; i++)
        tile[i] += by;
}

TOPK_TARGET static void TOPK(tilt)(float *tile, const float *slope, const float *offset, int64_t m)
{
    for (int64_t i = 0; i < m; i++)
#pragma omp simd
        for (int j = 0; j < TOPK_WIDE; j++)
            tile[i * TOPK_WIDE + j] -= slope[i] * offset[j];
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
        of_row |= SIGNS(AT_LEAST(VECTOR(keys + j), floor)) << j;
        of_column |= SIGNS(AT_LEAST(VECTOR(keys + j), VECTOR(of_y->floor + column + j))) << j;
    }
    for (uint32_t left = of_row & live; left; left &= left - 1) {
        const int j = __builtin_ctz(left);
        topk_push(of_x, row, keys[j], column + j);
    }
    for (uint32_t left = of_column & live; left; left &= left - 1) {
        const int j = __builtin_ctz(left);
        topk_push(of_y, column + j, keys[j], row);
    }
}

TOPK_TARGET static void TOPK(scan)(iso_topk *of_x, iso_topk *of_y, const float *tile, int64_t row,
                                   int64_t m, int64_t column, uint32_t live)
{
    for (int64_t i = 0; i < m; i++, tile += TOPK_WIDE) {
        const TOPK(vec) floor = of_x->floor[row + i] - (TOPK(vec)){0};
        WHICH any = {0};

        EACH any = EITHER(any, REACHES(VECTOR(tile + j), floor, VECTOR(of_y->floor + column + j)));
        if (SIGNS(any))
            TOPK(hits)(of_x, of_y, tile, row + i, column, live);
    }
}

/* Bounds from sums in 32 bits, scanned as they are made; only rows with a hit are stored. */
TOPK_TARGET static void TOPK(sums)(iso_topk *of_x, iso_topk *of_y, float *tile, const float *of_row,
                                   const float *of_column, int64_t row, int64_t m, int64_t column,
                                   uint32_t live)
{
    TOPK(vec)
    step[TOPK_WIDE / LANES], plus[TOPK_WIDE / LANES], size[TOPK_WIDE / LANES],
        rest[TOPK_WIDE / LANES];

    EACH
    {
        step[j / LANES] = VECTOR(of_column + j);
        plus[j / LANES] = VECTOR(of_column + TOPK_WIDE + j);
        size[j / LANES] = VECTOR(of_column + 2 * TOPK_WIDE + j);
        rest[j / LANES] = VECTOR(of_column + 3 * TOPK_WIDE + j);
    }
    for (int64_t i = 0; i < m; i++, of_row += TOPK_PARTS, tile += TOPK_WIDE) {
        const TOPK(vec) floor = of_x->floor[row + i] - (TOPK(vec)){0};
        TOPK(vec) key[TOPK_WIDE / LANES];
        WHICH any = {0};

        EACH
        {
            const TOPK(whole) sum = *(const TOPK(whole) *)(const void *)(tile + j);
            const TOPK(vec) product = step[j / LANES] * __builtin_convertvector(sum, TOPK(vec));
            const TOPK(vec) most = of_row[2] * size[j / LANES] + of_row[3] * rest[j / LANES];
            key[j / LANES] = (of_row[0] * product + most) + (plus[j / LANES] + of_row[1]);
            any = EITHER(any, REACHES(key[j / LANES], floor, VECTOR(of_y->floor + column + j)));
        }
        if (SIGNS(any)) {
            EACH *(TOPK(mem) *)(tile + j) = key[j / LANES];
            TOPK(hits)(of_x, of_y, tile, row + i, column, live);
        }
    }
}

TOPK_TARGET static uint64_t TOPK(band)(const float *keys, float slope, const float *offset,
                                       float low, float high)
{
    const TOPK(vec) least = low - (TOPK(vec)){0}, most = high - (TOPK(vec)){0};
    uint64_t above = 0, within = 0;

    EACH
    {
        const TOPK(vec) key = VECTOR(keys + j) - slope * VECTOR(offset + j);
        above |= (uint64_t)SIGNS(AT_LEAST(key, most)) << j;
        within |= (uint64_t)SIGNS(AT_LEAST(key, least)) << j;
    }
    return above | (within & ~above) << TOPK_WIDE;
}

#undef VECTOR
#undef EACH
#undef SIGNS
#undef WHICH
#undef AT_LEAST
#undef REACHES
#undef EITHER
#undef LANES
#undef TOPK
#undef TOPK_TARGET
