/* One set of loops; included with SOFTMAX(name) and SOFTMAX_TARGET defined (softmax.c). */

typedef double SOFTMAX(four) __attribute__((vector_size(32)));
typedef double SOFTMAX(mem) __attribute__((vector_size(32), aligned(8), may_alias));
typedef int64_t SOFTMAX(bits) __attribute__((vector_size(32)));

/* exp(x) for x <= 0: x = k ln 2 + r, |r| <= ln 2 / 2, the series of exp(r) to r¹³/13!, times 2ᵏ. k
 * is found by adding 1.5 · 2⁵², after which it stands in the lowest bits. */
SOFTMAX_TARGET static inline SOFTMAX(four) SOFTMAX(exp)(SOFTMAX(four) x)
{
    const SOFTMAX(four) shifted = x * 0x1.71547652b82fep0 + 0x1.8p52, k = shifted - 0x1.8p52;
    const SOFTMAX(four) r = (x - k * 0x1.62e42fefa38p-1) - k * 0x1.ef35793c7673p-45;
    SOFTMAX(four) series = (SOFTMAX(four)){0} + inverse_factorial[TERMS - 1];

#pragma GCC unroll 16
    for (int t = TERMS - 2; t >= 0; t--)
        series = series * r + inverse_factorial[t];
    const SOFTMAX(bits) power = ((SOFTMAX(bits))shifted + 1023) << 52;
    return (SOFTMAX(four))((SOFTMAX(bits))(series * (SOFTMAX(four))power) & (x > -707.0));
}

SOFTMAX_TARGET static void SOFTMAX(add)(double *top, double *sum, const double *c, int64_t m,
                                        double beta)
{
    for (int j = 0; j < ISO_SOFTMAX_COLUMNS; j += 4) {
        SOFTMAX(four) most = *(const SOFTMAX(mem) *)(top + j), old = most;
        SOFTMAX(four) all = *(const SOFTMAX(mem) *)(sum + j);
        for (int64_t i = 0; i < m; i++) {
            const SOFTMAX(four) v = *(const SOFTMAX(mem) *)(c + i * ISO_SOFTMAX_COLUMNS + j);
            const SOFTMAX(bits) above = v > most;
            most = (SOFTMAX(four))(((SOFTMAX(bits))v & above) | ((SOFTMAX(bits))most & ~above));
        }
        all *= SOFTMAX(exp)(beta * (old - most));
        for (int64_t i = 0; i < m; i++)
            all += SOFTMAX(exp)(beta *
                                (*(const SOFTMAX(mem) *)(c + i * ISO_SOFTMAX_COLUMNS + j) - most));
        *(SOFTMAX(mem) *)(top + j) = most;
        *(SOFTMAX(mem) *)(sum + j) = all;
    }
}

#undef SOFTMAX
#undef SOFTMAX_TARGET
