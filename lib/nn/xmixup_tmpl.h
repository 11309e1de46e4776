/* Included by xmixup_loops.c once for each target, with TARGET and NAME(x) set. */

typedef double NAME(vec) __attribute__((vector_size(8 * ISO_MIX_LANES)));
typedef double NAME(mem) __attribute__((vector_size(8 * ISO_MIX_LANES), aligned(8), may_alias));
typedef float NAME(mem4) __attribute__((vector_size(4 * ISO_MIX_LANES), aligned(4), may_alias));
typedef int64_t NAME(ints) __attribute__((vector_size(8 * ISO_MIX_LANES)));
typedef uint64_t NAME(bits) __attribute__((vector_size(8 * ISO_MIX_LANES)));

#define vec  NAME(vec)
#define mem  NAME(mem)
#define mem4 NAME(mem4)
#define ints NAME(ints)
#define bits NAME(bits)

#define LOAD(p)     (*(const mem *)(p))
#define STORE(p, v) (*(mem *)(p) = (v))

/* a where the condition holds, else b. */
#define PICK(condition, a, b) ((vec)(((condition) & (ints)(a)) | (~(condition) & (ints)(b))))

/* What lies behind the last number up to a whole vector counts for nothing. */
#define SHIFT(name, type, wide)                                                                    \
    TARGET static void NAME(name)(double *x, const type *s, double shift, int64_t n)               \
    {                                                                                              \
        const int64_t whole = n - n % ISO_MIX_LANES;                                               \
        for (int64_t i = 0; i < whole; i += ISO_MIX_LANES)                                         \
            STORE(x + i, __builtin_convertvector(*(const wide *)(s + i), vec) - shift);            \
        for (int64_t i = whole; i < n; i++)                                                        \
            x[i] = (double)s[i] - shift;                                                           \
        for (int64_t i = n; i % ISO_MIX_LANES; i++)                                                \
            x[i] = ISO_MIX_FAR;                                                                    \
    }
SHIFT(shift_f32, float, mem4)
SHIFT(shift_f64, double, mem)
#undef SHIFT

TARGET static void NAME(range)(double *lo, double *hi, const double *x, int64_t n)
{
    const int64_t whole = n - n % ISO_MIX_LANES;
    vec low = (vec){0} + *lo, high = (vec){0} + *hi, zero = {0};
    double odd = 0; /* NaN once there was one, or an infinity */

    for (int64_t i = 0; i < whole; i += ISO_MIX_LANES) {
        const vec v = LOAD(x + i);
        low = PICK(v < low, v, low);
        high = PICK(v > high, v, high);
        zero += v * 0.0;
    }
    for (int i = 0; i < ISO_MIX_LANES; i++) {
        *lo = low[i] < *lo ? low[i] : *lo;
        *hi = high[i] > *hi ? high[i] : *hi;
        odd += zero[i];
    }
    for (int64_t i = whole; i < n; i++) {
        *lo = x[i] < *lo ? x[i] : *lo;
        *hi = x[i] > *hi ? x[i] : *hi;
        odd += x[i] * 0.0;
    }
    *hi += odd;
}

/* exp by 2^k times a polynomial on [−ln 2 / 2, ln 2 / 2], its Taylor series; relative error 7e-15.
 * x is at least −708, where e^x is still a normal number, and at most 0. */
TARGET static inline void NAME(exp)(vec *x)
{
    const vec magic = (vec){0} + 6755399441055744.0; /* 1.5 · 2^52: adding it rounds */
    const vec shifted = *x * 1.44269504088896340736 + magic, k = shifted - magic;
    const vec t = (*x - k * 6.93147180369123816490e-1) - k * 1.90821492927058770002e-10;
    vec p = t * (1.0 / 39916800) + 1.0 / 3628800;

    p = p * t + 1.0 / 362880;
    p = p * t + 1.0 / 40320;
    p = p * t + 1.0 / 5040;
    p = p * t + 1.0 / 720;
    p = p * t + 1.0 / 120;
    p = p * t + 1.0 / 24;
    p = p * t + 1.0 / 6;
    p = p * t + 0.5;
    p = p * t + 1.0;
    p = p * t + 1.0;
    *x = (vec)(((bits)shifted << 52) + (bits)p); /* the low bits of shifted hold k */
}

TARGET static void NAME(fold)(double *z, double *a, double *sum, const double *x, int64_t n)
{
    const vec least = (vec){0} - 708.0;
    vec s = {0}, t = {0};

    for (int64_t i = 0; i < n; i += ISO_MIX_LANES) {
        const vec far = LOAD(x + i), v = PICK(far < least, least, far);
        vec e = v;
        NAME(exp)(&e);
        e = PICK(far < least, (vec){0}, e);
        s += e;
        t += v * e;
        STORE(z + i, LOAD(z + i) + e);
        STORE(a + i, LOAD(a + i) + v * e);
    }
    sum[0] = sum[1] = 0;
    for (int i = 0; i < ISO_MIX_LANES; i++) {
        sum[0] += s[i];
        sum[1] += t[i];
    }
}

#undef LOAD
#undef PICK
#undef STORE
#undef vec
#undef mem
#undef mem4
#undef ints
#undef bits
