/* Included by vector_back.c once for each target, with TARGET, NAME(x) and LANES set. */

#include "lib/nn/vector_math_tmpl.h"

/* Sums, and last numbers, are kept apart by lanes: the few of n that fill no vector come as one
 * with zeros. */
TARGET static inline vec NAME(some)(const float *x, int64_t n)
{
    vec v;

    NAME(gather)(&v, x, n, 0);
    return v;
}

TARGET static float NAME(norm)(float *y, float *hat, const float *x, const float *r,
                               const float *gain, const float *bias, float eps, int64_t n)
{
    const int64_t whole = n - n % LANES;
    vec s[2] = {{0}};

    for (int64_t i = 0; i < whole; i += LANES) {
        vec h = LOAD(x + i);
        if (r)
            h += LOAD(r + i);
        s[i / LANES % 2] += h;
        STORE(hat + i, h);
    }
    s[0] += s[1];
    float sum = NAME(sum)(&s[0]);
    for (int64_t i = whole; i < n; i++) {
        hat[i] = r ? x[i] + r[i] : x[i];
        sum += hat[i];
    }
    const float mean = sum / (float)n;
    s[0] = s[1] = (vec){0};
    for (int64_t i = 0; i < whole; i += LANES) {
        const vec h = LOAD(hat + i) - mean;
        s[i / LANES % 2] += h * h;
    }
    s[0] += s[1];
    sum = NAME(sum)(&s[0]);
    for (int64_t i = whole; i < n; i++)
        sum += (hat[i] - mean) * (hat[i] - mean);
    const float rstd = 1.0f / sqrtf(sum / (float)n + eps);
    for (int64_t i = 0; i < whole; i += LANES) {
        const vec h = (LOAD(hat + i) - mean) * rstd;
        STORE(hat + i, h);
        STORE(y + i, h * LOAD(gain + i) + LOAD(bias + i));
    }
    for (int64_t i = whole; i < n; i++) {
        hat[i] = (hat[i] - mean) * rstd;
        y[i] = hat[i] * gain[i] + bias[i];
    }
    return rstd;
}

TARGET static void NAME(norm_out)(float *y, const float *hat, const float *gain, const float *bias,
                                  int64_t n)
{
    const int64_t whole = n - n % LANES;

    for (int64_t i = 0; i < whole; i += LANES)
        STORE(y + i, LOAD(hat + i) * LOAD(gain + i) + LOAD(bias + i));
    for (int64_t i = whole; i < n; i++)
        y[i] = hat[i] * gain[i] + bias[i];
}

TARGET static void NAME(norm_back)(float *d, float *sum_gain, float *sum_bias, const float *hat,
                                   const float *gain, float rstd, int64_t n)
{
    const int64_t whole = n - n % LANES;
    vec first = {0}, second = {0};

    for (int64_t i = 0; i < whole; i += LANES) {
        const vec g = LOAD(d + i), h = LOAD(hat + i), scaled = g * LOAD(gain + i);
        if (sum_gain) {
            STORE(sum_gain + i, LOAD(sum_gain + i) + g * h);
            STORE(sum_bias + i, LOAD(sum_bias + i) + g);
        }
        first += scaled;
        second += scaled * h;
        STORE(d + i, scaled);
    }
    float a = NAME(sum)(&first), b = NAME(sum)(&second);
    for (int64_t i = whole; i < n; i++) {
        if (sum_gain) {
            sum_gain[i] += d[i] * hat[i];
            sum_bias[i] += d[i];
        }
        d[i] *= gain[i];
        a += d[i];
        b += d[i] * hat[i];
    }
    a /= (float)n;
    b /= (float)n;
    for (int64_t i = 0; i < whole; i += LANES)
        STORE(d + i, rstd * (LOAD(d + i) - a - LOAD(hat + i) * b));
    for (int64_t i = whole; i < n; i++)
        d[i] = rstd * (d[i] - a - hat[i] * b);
}

#define KEEP(function)                                                                             \
    TARGET static void NAME(keep_##function)(float *y, float *x, const float *bias, int64_t n)     \
    {                                                                                              \
        vec v;                                                                                     \
        for (; n >= LANES; n -= LANES, x += LANES, y += LANES) {                                   \
            v = LOAD(x);                                                                           \
            if (bias) {                                                                            \
                v += LOAD(bias);                                                                   \
                bias += LANES;                                                                     \
                STORE(x, v);                                                                       \
            }                                                                                      \
            NAME(function##_one)(&v);                                                              \
            STORE(y, v);                                                                           \
        }                                                                                          \
        v = NAME(some)(x, n);                                                                      \
        if (bias)                                                                                  \
            v += NAME(some)(bias, n);                                                              \
        NAME(scatter)(x, &v, n);                                                                   \
        NAME(function##_one)(&v);                                                                  \
        NAME(scatter)(y, &v, n);                                                                   \
    }
KEEP(gelu)
KEEP(gelu_tanh)
KEEP(relu)
#undef KEEP

/* Φ(x) + x φ(x) */
TARGET static inline void NAME(gelu_back_one)(vec *d, vec *x)
{
    vec e = *x * 0.70710678f, density = -0.5f * *x * *x;

    NAME(erf)(&e);
    NAME(exp)(&density);
    e = 0.5f + 0.5f * e;
    *d *= e + *x * (density * 0.39894228f);
    *x *= e;
}

/* With t = tanh(u): (1 + t) / 2 + x (1 − t²) u' / 2; 1 − t² = 4 s (1 − s) for t = 2 s − 1. */
TARGET static inline void NAME(gelu_tanh_back_one)(vec *d, vec *x)
{
    const vec high = (vec){0} + 88.0f, square = *x * *x;
    vec e = 1.59576912f * (*x + 0.044715f * square * *x);

    e = PICK(e > high, high, e);
    NAME(exp)(&e);
    const vec rest = 1.0f / (e + 1.0f), s = 1.0f - rest;
    *d *= s + *x * s * rest * (1.59576912f + 0.21406445f * square);
    *x *= s;
}

TARGET static inline void NAME(relu_back_one)(vec *d, vec *x)
{
    const vec none = {0};

    *d = PICK(*x > none, *d, none);
    *x = PICK(*x < none, none, *x);
}

#define EACH(function)                                                                             \
    TARGET static void NAME(function)(float *d, float *x, int64_t n)                               \
    {                                                                                              \
        vec g, v;                                                                                  \
        for (; n >= LANES; n -= LANES, d += LANES, x += LANES) {                                   \
            g = LOAD(d);                                                                           \
            v = LOAD(x);                                                                           \
            NAME(function##_one)(&g, &v);                                                          \
            STORE(d, g);                                                                           \
            STORE(x, v);                                                                           \
        }                                                                                          \
        g = NAME(some)(d, n);                                                                      \
        v = NAME(some)(x, n);                                                                      \
        NAME(function##_one)(&g, &v);                                                              \
        NAME(scatter)(d, &g, n);                                                                   \
        NAME(scatter)(x, &v, n);                                                                   \
    }
EACH(gelu_back)
EACH(gelu_tanh_back)
EACH(relu_back)
#undef EACH

TARGET static void NAME(softmax)(float *d, const float *w, float by, float shift, int64_t n)
{
    const int64_t whole = n - n % LANES;

    for (int64_t i = 0; i < whole; i += LANES)
        STORE(d + i, by * LOAD(w + i) * (LOAD(d + i) - shift));
    for (int64_t i = whole; i < n; i++)
        d[i] = by * w[i] * (d[i] - shift);
}

TARGET static float NAME(dot)(const float *x, const float *y, int64_t n)
{
    const int64_t whole = n - n % LANES;
    vec s = {0};

    for (int64_t i = 0; i < whole; i += LANES)
        s += LOAD(x + i) * LOAD(y + i);
    float sum = NAME(sum)(&s);
    for (int64_t i = whole; i < n; i++)
        sum += x[i] * y[i];
    return sum;
}

/* Number j of a stream: two rounds of the finaliser of MurmurHash3 (Appleby, public domain), the
 * second with the stream's other half. */
TARGET static inline void NAME(finalise)(bits *h)
{
    *h ^= *h >> 16;
    *h *= 0x85ebca6b;
    *h ^= *h >> 13;
    *h *= 0xc2b2ae35;
    *h ^= *h >> 16;
}

TARGET static inline vec NAME(mask)(bits at, uint64_t stream, uint32_t least, float by)
{
    bits h = at * 0x9e3779b9 + (uint32_t)stream;

    NAME(finalise)(&h);
    h ^= (uint32_t)(stream >> 32);
    NAME(finalise)(&h);
    return PICK((ints)(h >= least), (vec){0} + by, (vec){0});
}

TARGET static void NAME(drop)(float *x, uint64_t stream, uint32_t least, float by, int64_t n)
{
    bits at = {0};

#pragma GCC unroll 16
    for (int i = 0; i < LANES; i++)
        at[i] = (uint32_t)i;
    for (; n >= LANES; n -= LANES, x += LANES, at += LANES)
        STORE(x, LOAD(x) * NAME(mask)(at, stream, least, by));
    const vec rest = NAME(some)(x, n) * NAME(mask)(at, stream, least, by);
    NAME(scatter)(x, &rest, n);
}

#include "lib/nn/vector_end.h"
