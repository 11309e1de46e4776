/* Included by vector.c once for each target, with TARGET, NAME(x) and LANES set. */

typedef float NAME(vec) __attribute__((vector_size(4 * LANES)));
typedef float NAME(mem) __attribute__((vector_size(4 * LANES), aligned(4), may_alias));
typedef int32_t NAME(ints) __attribute__((vector_size(4 * LANES)));
typedef uint32_t NAME(bits) __attribute__((vector_size(4 * LANES)));

#define vec  NAME(vec)
#define mem  NAME(mem)
#define ints NAME(ints)
#define bits NAME(bits)

/* Loads and stores at any alignment; the last few of n numbers by way of a small copy. */
#define LOAD(p)     (*(const mem *)(p))
#define STORE(p, v) (*(mem *)(p) = (v))

/* a where the condition holds, else b; a NaN fails every condition. */
#define PICK(condition, a, b) ((vec)(((condition) & (ints)(a)) | (~(condition) & (ints)(b))))

/* Of the numbers of a vector, by fours and then by pairs: no long chain is waited for. */
TARGET static inline float NAME(sum)(const vec *v)
{
    const four *part = (const four *)v;
    four s = part[0];

#pragma GCC unroll 4
    for (int i = 1; i < LANES / 4; i++)
        s += part[i];
    return (s[0] + s[2]) + (s[1] + s[3]);
}

TARGET static inline float NAME(largest)(const vec *v)
{
    const four *part = (const four *)v;
    four s = part[0];

#pragma GCC unroll 4
    for (int i = 1; i < LANES / 4; i++)
        s = (four)(((part[i] > s) & (four_ints)part[i]) | (~(part[i] > s) & (four_ints)s));
    const float a = s[0] > s[2] ? s[0] : s[2], b = s[1] > s[3] ? s[1] : s[3];
    return a > b ? a : b;
}

TARGET static inline void NAME(gather)(vec *to, const float *from, int64_t n, float rest)
{
    for (int i = 0; i < LANES; i++)
        (*to)[i] = i < n ? from[i] : rest;
}

TARGET static inline void NAME(scatter)(float *to, const vec *from, int64_t n)
{
    for (int i = 0; i < LANES && i < n; i++)
        to[i] = (*from)[i];
}

/* Vectors added at a time, each to a sum of its own. */
enum { NAME(SUMS) = 4 };

TARGET static inline float NAME(total)(const vec *s)
{
    const vec all = (s[0] + s[1]) + (s[2] + s[3]);

    return NAME(sum)(&all);
}

/* y = x + r; returns the sum. */
TARGET static inline float NAME(add)(float *y, const float *x, const float *r, int64_t n)
{
    vec s[NAME(SUMS)] = {{0}};
    float rest = 0;
    int64_t i = 0;

    for (; i + NAME(SUMS) * LANES <= n; i += NAME(SUMS) * LANES)
#pragma GCC unroll 4
        for (int j = 0; j < NAME(SUMS); j++) {
            vec h = LOAD(x + i + j * LANES);
            if (r)
                h += LOAD(r + i + j * LANES);
            s[j] += h;
            STORE(y + i + j * LANES, h);
        }
    for (; i < n; i++) {
        y[i] = r ? x[i] + r[i] : x[i];
        rest += y[i];
    }
    return NAME(total)(s) + rest;
}

/* The sum of (y - mean)². */
TARGET static inline float NAME(squares)(const float *y, float mean, int64_t n)
{
    vec s[NAME(SUMS)] = {{0}};
    float rest = 0;
    int64_t i = 0;

    for (; i + NAME(SUMS) * LANES <= n; i += NAME(SUMS) * LANES)
#pragma GCC unroll 4
        for (int j = 0; j < NAME(SUMS); j++) {
            const vec h = LOAD(y + i + j * LANES) - mean;
            s[j] += h * h;
        }
    for (; i < n; i++)
        rest += (y[i] - mean) * (y[i] - mean);
    return NAME(total)(s) + rest;
}

TARGET static void NAME(norm)(float *y, const float *x, const float *r, const float *gain,
                              const float *bias, float eps, int64_t n)
{
    const int64_t whole = n - n % LANES;
    const float mean = NAME(add)(y, x, r, n) / (float)n;
    const float scale = 1.0f / sqrtf(NAME(squares)(y, mean, n) / (float)n + eps);

    for (int64_t i = 0; i < whole; i += LANES)
        STORE(y + i, (LOAD(y + i) - mean) * scale * LOAD(gain + i) + LOAD(bias + i));
    for (int64_t i = whole; i < n; i++)
        y[i] = (y[i] - mean) * scale * gain[i] + bias[i];
}

/* exp by 2^k times a polynomial on [−ln 2 / 2, ln 2 / 2]; relative error 2e-7. x is at most 88. */
TARGET static inline void NAME(exp)(vec *x)
{
    const vec low = (vec){0} - 87.0f, v = PICK(*x < low, low, *x);
    const vec magic = (vec){0} + 12582912.0f; /* 1.5 · 2^23: adding it rounds to a whole number */
    const vec shifted = v * 1.44269504f + magic, k = shifted - magic;
    const vec t = (v - k * 0.693359375f) - k * -2.12194440e-4f;
    vec p = t * 1.38888889e-3f + 8.33333333e-3f;
    p = p * t + 4.16666667e-2f;
    p = p * t + 1.66666667e-1f;
    p = p * t + 0.5f;
    p = p * t + 1.0f;
    p = p * t + 1.0f;
    const bits power = ((bits)shifted << 23) + (bits)p; /* the low bits of shifted hold k */
    *x = (vec)power;
}

/* erf(x) as x P(x²) / Q(x²) on [−4, 4], fitted by us to 2e-8; f32 arithmetic makes it 4e-7. */
TARGET static inline void NAME(erf)(vec *x)
{
    const vec most = (vec){0} + 4.0f;
    vec v = PICK(*x > most, most, *x);

    v = PICK(v < -most, -most, v);
    const vec t = v * v;
    vec p = t * 1.974825408979086e-06f + 0.000288037903374061f;
    p = p * t + 0.00400356063619256f;
    p = p * t + 0.05346722528338432f;
    p = p * t + 0.19624720513820648f;
    p = p * t + 1.128378987312317f;
    vec q = t * 3.7480625906027853e-05f + 0.0012163359206169844f;
    q = q * t + 0.015444259159266949f;
    q = q * t + 0.1164756715297699f;
    q = q * t + 0.5072507262229919f;
    q = q * t + 1.0f;
    *x = v * p / q;
}

TARGET static inline void NAME(gelu_one)(vec *x)
{
    vec e = *x * 0.70710678f;

    NAME(erf)(&e);
    *x = 0.5f * *x * (1.0f + e);
}

/* tanh(z) = 1 − 2 / (e^2z + 1) */
TARGET static inline void NAME(gelu_tanh_one)(vec *x)
{
    const vec high = (vec){0} + 88.0f;
    vec e = 1.59576912f * (*x + 0.044715f * *x * *x * *x);

    e = PICK(e > high, high, e);
    NAME(exp)(&e);
    *x = *x * (1.0f - 1.0f / (e + 1.0f));
}

TARGET static inline void NAME(relu_one)(vec *x)
{
    *x = PICK(*x < (vec){0}, (vec){0}, *x);
}

#define EACH(function)                                                                             \
    TARGET static void NAME(function)(float *x, int64_t n)                                         \
    {                                                                                              \
        vec v;                                                                                     \
        for (; n >= LANES; n -= LANES, x += LANES) {                                               \
            v = LOAD(x);                                                                           \
            NAME(function##_one)(&v);                                                              \
            STORE(x, v);                                                                           \
        }                                                                                          \
        NAME(gather)(&v, x, n, 0);                                                                 \
        NAME(function##_one)(&v);                                                                  \
        NAME(scatter)(x, &v, n);                                                                   \
    }
EACH(gelu)
EACH(gelu_tanh)
EACH(relu)
#undef EACH

/* Numbers behind the last one, up to a whole vector, become the least there is. */
TARGET static float NAME(softmax)(float *x, float scale, int64_t n)
{
    const vec least = (vec){0} - FLT_MAX;
    const int64_t whole = (n - 1) / LANES * LANES;
    ints lane = {0};
    vec top, s = {0};

#pragma GCC unroll 16
    for (int i = 0; i < LANES; i++)
        lane[i] = i;
    top = PICK(lane < (int32_t)(n - whole), LOAD(x + whole), least);
    STORE(x + whole, top);
    for (int64_t i = 0; i < whole; i += LANES) {
        const vec v = LOAD(x + i);
        top = PICK(v > top, v, top);
    }
    const float most = NAME(largest)(&top);
    for (int64_t i = 0; i < n; i += LANES) {
        vec v = (LOAD(x + i) - most) * scale;
        NAME(exp)(&v);
        STORE(x + i, v);
        s += v;
    }
    return NAME(sum)(&s);
}

TARGET static void NAME(scale)(float *y, const float *x, float by, int64_t n)
{
    const int64_t whole = n - n % LANES;

    for (int64_t i = 0; i < whole; i += LANES)
        STORE(y + i, LOAD(x + i) * by);
    for (int64_t i = whole; i < n; i++)
        y[i] = x[i] * by;
}

#undef LOAD
#undef PICK
#undef STORE
#undef vec
#undef mem
#undef ints
#undef bits
