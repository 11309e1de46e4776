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

/* The keys of a row that are at least its floor or their column's; there is at least one, and as a
 * rule no other, which is what the branches are made for. The lists' ends are fetched. */
TOPK_TARGET __attribute__((always_inline)) static inline void
TOPK(hits)(struct topk_pending *to, const float *keys, int64_t row, int64_t column, uint32_t live)
{
    const TOPK(vec) floor = to->of[0]->floor[row] - (TOPK(vec)){0};
    const float *const of_columns = to->of[1]->floor + column;
    uint64_t left = 0;

    EACH
    {
        left |= (uint64_t)(SIGNS(AT_LEAST(VECTOR(keys + j), floor)) << j);
        left |= (uint64_t)(SIGNS(AT_LEAST(VECTOR(keys + j), VECTOR(of_columns + j))) << j)
                << TOPK_WIDE;
    }
    for (left &= live | (uint64_t)live << TOPK_WIDE; left; left &= left - 1) {
        const int bit = __builtin_ctzll(left), side = bit / TOPK_WIDE, j = bit % TOPK_WIDE;
        const int64_t other = column + j, at = side ? other : row;
        const iso_topk *t = to->of[side];
        to->coming[to->count++] =
            (struct topk_coming){side, (int32_t)at, (int32_t)(side ? row : other), keys[j]};
        __builtin_prefetch(t->hit + at * t->room + t->held[at], 1, 3);
    }
}

TOPK_TARGET static void TOPK(scan)(struct topk_pending *to, const float *tile, int64_t row,
                                   int64_t m, int64_t column, uint32_t live)
{
    const float *const of_columns = to->of[1]->floor + column;
    int64_t count = 0;

    for (int64_t i = 0; i < m; i++) {
        const TOPK(vec) floor = to->of[0]->floor[row + i] - (TOPK(vec)){0};
        WHICH any = {0};

        EACH any =
            EITHER(any, REACHES(VECTOR(tile + i * TOPK_WIDE + j), floor, VECTOR(of_columns + j)));
        to->rows[count] = (int32_t)i;
        count += SIGNS(any) != 0;
    }
    for (int64_t c = 0; c < count; c++)
        TOPK(hits)(to, tile + to->rows[c] * TOPK_WIDE, row + to->rows[c], column, live);
}

/* The numbers of a panel of y. */
struct TOPK(panel) {
    TOPK(vec)
    step[TOPK_WIDE / LANES], plus[TOPK_WIDE / LANES], size[TOPK_WIDE / LANES],
        rest[TOPK_WIDE / LANES];
};

TOPK_TARGET __attribute__((always_inline)) static inline struct TOPK(panel)
    TOPK(panel_of)(const float *of_column)
{
    struct TOPK(panel) p;

    EACH
    {
        p.step[j / LANES] = VECTOR(of_column + j);
        p.plus[j / LANES] = VECTOR(of_column + TOPK_WIDE + j);
        p.size[j / LANES] = VECTOR(of_column + 2 * TOPK_WIDE + j);
        p.rest[j / LANES] = VECTOR(of_column + 3 * TOPK_WIDE + j);
    }
    return p;
}

/* Bounds from sums in 32 bits: columns j … of one row. */
TOPK_TARGET __attribute__((always_inline)) static inline TOPK(vec)
    TOPK(bound)(const struct TOPK(panel) * p, const float *of_row, const float *sums, int j)
{
    const TOPK(whole) sum = *(const TOPK(whole) *)(const void *)(sums + j);
    const TOPK(vec) product = p->step[j / LANES] * __builtin_convertvector(sum, TOPK(vec));
    const TOPK(vec) most = of_row[2] * p->size[j / LANES] + of_row[3] * p->rest[j / LANES];

    return (of_row[0] * product + most) + (p->plus[j / LANES] + of_row[1]);
}

/* Bounds take the place of sums, and are scanned as they are made. */
TOPK_TARGET static void TOPK(sums)(struct topk_pending *to, float *tile, const float *of_row,
                                   const float *of_column, int64_t row, int64_t m, int64_t column,
                                   uint32_t live)
{
    const struct TOPK(panel) panel = TOPK(panel_of)(of_column);
    const float *const of_columns = to->of[1]->floor + column;
    int64_t count = 0;

    for (int64_t i = 0; i < m; i++, of_row += TOPK_PARTS) {
        const TOPK(vec) floor = to->of[0]->floor[row + i] - (TOPK(vec)){0};
        float *const keys = tile + i * TOPK_WIDE;
        WHICH any = {0};

        EACH
        {
            const TOPK(vec) key = TOPK(bound)(&panel, of_row, keys, j);
            any = EITHER(any, REACHES(key, floor, VECTOR(of_columns + j)));
            *(TOPK(mem) *)(keys + j) = key;
        }
        to->rows[count] = (int32_t)i;
        count += SIGNS(any) != 0;
    }
    for (int64_t c = 0; c < count; c++)
        TOPK(hits)(to, tile + to->rows[c] * TOPK_WIDE, row + to->rows[c], column, live);
}

/* Row i of x: its bounds to the maxima of row i, and to those of the columns in group i modulo
 * TOPK_WIDE. */
TOPK_TARGET static void TOPK(peaks)(float *of_rows, float *of_columns, const float *tile,
                                    const float *of_row, const float *of_column, int64_t m)
{
    const struct TOPK(panel) panel = TOPK(panel_of)(of_column);

    for (int64_t i = 0; i < m; i++, of_row += TOPK_PARTS, tile += TOPK_WIDE, of_rows += TOPK_WIDE) {
        float *const group = of_columns + i % TOPK_WIDE * TOPK_WIDE;
        float key[TOPK_WIDE];

        EACH *(TOPK(mem) *)(key + j) = TOPK(bound)(&panel, of_row, tile, j);
#pragma omp simd
        for (int j = 0; j < TOPK_WIDE; j++) {
            of_rows[j] = key[j] > of_rows[j] ? key[j] : of_rows[j];
            group[j] = key[j] > group[j] ? key[j] : group[j];
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
