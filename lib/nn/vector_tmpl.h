/* Included by vector.c once for each target, with TARGET, NAME(x) and LANES set. */

#include "lib/nn/vector_math_tmpl.h"

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

TARGET static float NAME(most)(const float *x, int64_t n)
{
    const int64_t whole = n - n % LANES;
    vec top = (vec){0} - FLT_MAX;

    for (int64_t i = 0; i < whole; i += LANES) {
        const vec v = LOAD(x + i);
        top = PICK(v > top, v, top);
    }
    float most = NAME(largest)(&top);
    for (int64_t i = whole; i < n; i++)
        most = x[i] > most ? x[i] : most;
    return most;
}

TARGET static void NAME(scale)(float *y, const float *x, float by, int64_t n)
{
    const int64_t whole = n - n % LANES;

    for (int64_t i = 0; i < whole; i += LANES)
        STORE(y + i, LOAD(x + i) * by);
    for (int64_t i = whole; i < n; i++)
        y[i] = x[i] * by;
}

/* y += x */
TARGET static void NAME(plus)(float *y, const float *x, int64_t n)
{
    const int64_t whole = n - n % LANES;

    for (int64_t i = 0; i < whole; i += LANES)
        STORE(y + i, LOAD(y + i) + LOAD(x + i));
    for (int64_t i = whole; i < n; i++)
        y[i] += x[i];
}

#include "lib/nn/vector_end.h"
