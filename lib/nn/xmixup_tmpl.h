/* Included by xmixup_loops.c once for each target, with TARGET and NAME(x) set. */

typedef double NAME(vec) __attribute__((vector_size(8 * LANES)));
typedef double NAME(mem) __attribute__((vector_size(8 * LANES), aligned(8), may_alias));
typedef float NAME(mem4) __attribute__((vector_size(4 * LANES), aligned(4), may_alias));
typedef float NAME(some) __attribute__((vector_size(4 * LANES)));
typedef int64_t NAME(ints) __attribute__((vector_size(8 * LANES)));
typedef uint64_t NAME(bits) __attribute__((vector_size(8 * LANES)));
typedef float NAME(wide) __attribute__((vector_size(8 * LANES)));
typedef float NAME(mem8) __attribute__((vector_size(8 * LANES), aligned(4), may_alias));
typedef int32_t NAME(ints8) __attribute__((vector_size(8 * LANES)));

#define vec   NAME(vec)
#define mem   NAME(mem)
#define mem4  NAME(mem4)
#define some  NAME(some)
#define ints  NAME(ints)
#define bits  NAME(bits)
#define wide  NAME(wide)
#define mem8  NAME(mem8)
#define ints8 NAME(ints8)

#define LOAD(p)     (*(const mem *)(p))
#define STORE(p, v) (*(mem *)(p) = (v))

/* a where the condition holds, else b. */
#define PICK(type, mask, condition, a, b)                                                          \
    ((type)(((condition) & (mask)(a)) | (~(condition) & (mask)(b))))

/* Widens by single numbers; `odd` becomes NaN with what is not finite. */
#define WIDEN(lo, hi, odd, x)                                                                      \
    do {                                                                                           \
        const double x_ = (x);                                                                     \
        *(lo) = x_ < *(lo) ? x_ : *(lo);                                                           \
        *(hi) = x_ > *(hi) ? x_ : *(hi);                                                           \
        (odd) += x_ * 0;                                                                           \
    } while (0)

TARGET static void NAME(range_f64)(double *lo, double *hi, const double *s, int64_t n)
{
    double odd = 0;

    for (int64_t i = 0; i < n; i++)
        WIDEN(lo, hi, odd, s[i]);
    *hi += odd;
}

TARGET static void NAME(range_f32)(double *lo, double *hi, const float *s, int64_t n)
{
    const int64_t whole = n - n % (2 * LANES);
    double odd = 0;

    if (whole > 0) {
        wide low = *(const mem8 *)s, high = low, zero = {0};
        for (int64_t i = 0; i < whole; i += 2 * LANES) {
            const wide v = *(const mem8 *)(s + i);
            low = PICK(wide, ints8, v < low, v, low);
            high = PICK(wide, ints8, v > high, v, high);
            zero += v * 0.0f;
        }
        for (int i = 0; i < 2 * LANES; i++) {
            WIDEN(lo, hi, odd, (double)low[i]);
            WIDEN(lo, hi, odd, (double)high[i]);
            odd += (double)zero[i];
        }
    }
    for (int64_t i = whole; i < n; i++)
        WIDEN(lo, hi, odd, (double)s[i]);
    *hi += odd;
}

/* exp by 2^k times a polynomial on [−ln 2 / 2, ln 2 / 2], its Taylor series; relative error 2e-13.
 * x is at least −708, where e^x is still a normal number, and at most 0. */
TARGET static inline void NAME(exp)(vec *x)
{
    const vec magic = (vec){0} + 6755399441055744.0; /* 1.5 · 2^52: adding it rounds */
    const vec shifted = *x * 1.44269504088896340736 + magic, k = shifted - magic;
    const vec t = (*x - k * 6.93147180369123816490e-1) - k * 1.90821492927058770002e-10;
    vec p = t * (1.0 / 3628800) + 1.0 / 362880;

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

/* What lies behind the last number up to a whole vector counts for nothing. */
#define SHIFT(name, type, from)                                                                    \
    TARGET static void NAME(name)(double *x, const type *s, double shift, int64_t n)               \
    {                                                                                              \
        const int64_t whole = n - n % LANES;                                                       \
        for (int64_t i = 0; i < whole; i += LANES)                                                 \
            STORE(x + i, __builtin_convertvector(*(const from *)(s + i), vec) - shift);            \
        for (int64_t i = whole; i < n; i++)                                                        \
            x[i] = (double)s[i] - shift;                                                           \
        for (int64_t i = n; i % LANES; i++)                                                        \
            x[i] = -1000;                                                                          \
    }
SHIFT(shift_f32, float, mem4)
SHIFT(shift_f64, double, mem)

TARGET static void NAME(fold)(double *z, double *a, double *sum, const double *x, int64_t n)
{
    const vec least = (vec){0} - 708.0;
    vec s = {0}, t = {0};

    for (int64_t i = 0; i < n; i += LANES) {
        const vec far = LOAD(x + i), v = PICK(vec, ints, far < least, least, far);
        vec e = v;
        NAME(exp)(&e);
        e = PICK(vec, ints, far < least, (vec){0}, e);
        s += e;
        t += v * e;
        STORE(z + i, LOAD(z + i) + e);
        STORE(a + i, LOAD(a + i) + v * e);
    }
    sum[0] = sum[1] = 0;
    for (int i = 0; i < LANES; i++) {
        sum[0] += s[i];
        sum[1] += t[i];
    }
}

TARGET static void NAME(pull)(float *ds, const double *x, const double *by, const double *about,
                              const double *row, int64_t n)
{
    const vec least = (vec){0} - 708.0;

    for (int64_t i = 0; i < n; i += LANES) {
        const vec far = LOAD(x + i), v = PICK(vec, ints, far < least, least, far);
        vec e = v;
        NAME(exp)(&e);
        e = PICK(vec, ints, far < least, (vec){0}, e);
        e *= v * (LOAD(by + i) + row[0]) - (LOAD(about + i) + row[1]);
        if (n - i >= LANES)
            *(mem4 *)(ds + i) -= __builtin_convertvector(e, some);
        else
            for (int64_t j = i; j < n; j++)
                ds[j] -= (float)e[j - i];
    }
}

#undef LOAD
#undef PICK
#undef SHIFT
#undef STORE
#undef WIDEN
#undef vec
#undef mem
#undef mem4
#undef some
#undef ints
#undef bits
#undef wide
#undef mem8
#undef ints8
