/* One set of loops; included by packed_exact.c with EXACT(name), EXACT_TARGET and, of
 * vectors, MOST(a, b), LEAST(a, b) and WIDEN(h) (16 bits to 32, zeros above) defined. Without
 * FMA, so that all sets give the same bits. */

/* The bits of numbers without their sign are in the order of the numbers, and above them all is
 * what is not finite. most[0] >= most[1] >= ... are the largest; those of missing numbers are 0. */
EXACT_TARGET static void EXACT(top)(int32_t most[PACKED_EXACT + 1], const float *src, int64_t n)
{
    ints lane[PACKED_EXACT + 1] = {{0}};
    int64_t i = 0;

    for (; i + LANES <= n; i += LANES) {
        ints u;
        memcpy(&u, src + i, sizeof u);
        u &= 0x7fffffff;
#pragma GCC unroll 8
        for (int t = 0; t <= PACKED_EXACT; t++) {
            const ints m = lane[t];
            lane[t] = MOST(u, m);
            u = LEAST(u, m);
        }
    }
    for (int t = 0; t <= PACKED_EXACT; t++)
        most[t] = 0;
    for (int t = 0; t <= PACKED_EXACT; t++) {
        for (int j = 0; j < LANES; j++)
            place(most, lane[t][j]);
    }
    for (; i < n; i++) {
        int32_t u;
        memcpy(&u, src + i, sizeof u);
        place(most, u & 0x7fffffff);
    }
}

/* The first place from `from` on of a number whose bits without sign are `least` or more; n: none.
 */
EXACT_TARGET static int64_t EXACT(find)(const float *src, int64_t from, int64_t n, int32_t least)
{
    enum { BLOCK = 64 };

    for (; from + BLOCK <= n; from += BLOCK) {
        int32_t most = 0;
#pragma omp simd reduction(max : most)
        for (int j = 0; j < BLOCK; j++) {
            int32_t u;
            memcpy(&u, src + from + j, sizeof u);
            u &= 0x7fffffff;
            most = u > most ? u : most;
        }
        if (most >= least)
            break;
    }
    for (; from < n; from++) {
        int32_t u;
        memcpy(&u, src + from, sizeof u);
        if ((u & 0x7fffffff) >= least)
            break;
    }
    return from;
}

/* y[j] = sum[j] * (by * scale[j]) + value[0] * column[0][j] + ... + bias[j]. */
EXACT_TARGET static void EXACT(finish)(float *y, const int32_t *sum, int64_t n, float by,
                                       const float *scale, const float value[PACKED_EXACT],
                                       const uint16_t *const column[PACKED_EXACT],
                                       const float *bias)
{
    const uint16_t *from[PACKED_EXACT];
    float times[PACKED_EXACT];
    int64_t j = 0;

    for (int t = 0; t < PACKED_EXACT; t++) { /* y is not among what these point to */
        from[t] = column[t];
        times[t] = value[t];
    }
    for (; j + LANES <= n; j += LANES) {
        ints whole;
        floats out, more;
        memcpy(&whole, sum + j, sizeof whole);
        memcpy(&more, scale + j, sizeof more);
        out = __builtin_convertvector(whole, floats) * (by * more);
#pragma GCC unroll 8
        for (int t = 0; t < PACKED_EXACT; t++) {
            shorts half;
            memcpy(&half, from[t] + j, sizeof half);
            const ints bits = WIDEN(half) << 16;
            memcpy(&more, &bits, sizeof more);
            out += times[t] * more;
        }
        if (bias) {
            memcpy(&more, bias + j, sizeof more);
            out += more;
        }
        memcpy(y + j, &out, sizeof out);
    }
    for (; j < n; j++) {
        float out = (float)sum[j] * (by * scale[j]);
        for (int t = 0; t < PACKED_EXACT; t++) {
            const uint32_t bits = (uint32_t)from[t][j] << 16;
            float w;
            memcpy(&w, &bits, sizeof w);
            out += times[t] * w;
        }
        y[j] = bias ? out + bias[j] : out;
    }
}

#undef EXACT
#undef MOST
#undef LEAST
#undef WIDEN
