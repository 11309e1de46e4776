/* Included by adam.c once for each target, with TARGET, NAME(x), LANES and ROOT(v) set; ends them.
 */

typedef float NAME(vec) __attribute__((vector_size(4 * LANES)));
typedef float NAME(mem) __attribute__((vector_size(4 * LANES), aligned(4), may_alias));
typedef int32_t NAME(ints) __attribute__((vector_size(4 * LANES)));

#define vec  NAME(vec)
#define mem  NAME(mem)
#define ints NAME(ints)

#define LOAD(p)     (*(const mem *)(p))
#define STORE(p, v) (*(mem *)(p) = (v))

/* a where the condition holds, else b; a NaN fails every condition. */
#define PICK(condition, a, b) ((vec)(((condition) & (ints)(a)) | (~(condition) & (ints)(b))))

/* One step of one vector. */
TARGET __attribute__((always_inline)) static inline void
NAME(one)(vec *p, vec *m, vec *v, vec g, const iso_adam *a, const iso_adam_step *s)
{
    if (a->decay > 0)
        g += a->decay * *p;
    *m = a->b1 * *m + a->one_b1 * g;
    *v = a->b2 * *v + a->one_b2 * (g * g);
    const ints size = (ints)*m & 0x7fffffff;
    *m = (vec)((ints)*m & ~((vec)size < nothing)); /* what is NaN stays */
    *v = (vec)((ints)*v & ~(*v < nothing));
    vec root = *v;
    ROOT(root);
    *p = s->keep * *p - s->size * (*m / (s->root * root + a->eps));
}

TARGET __attribute__((always_inline)) static inline vec NAME(used)(vec g, const iso_adam_use *use)
{
    const vec most = (vec){0} + use->most;

    g *= use->scale;
    g = PICK(g > most, most, g);
    return PICK(g < -most, -most, g);
}

TARGET static void NAME(step)(float *p, float *m, float *v, float *g, const iso_adam *a,
                              const iso_adam_step *s, const iso_adam_use *use, int64_t n,
                              bool clear)
{
    float rest[3][LANES] = {{0}}, rest_g[LANES] = {0};
    int64_t i = 0;

    for (; i + LANES <= n; i += LANES) {
        vec vp = LOAD(p + i), vm = LOAD(m + i), vv = LOAD(v + i);
        NAME(one)(&vp, &vm, &vv, NAME(used)(LOAD(g + i), use), a, s);
        STORE(p + i, vp);
        STORE(m + i, vm);
        STORE(v + i, vv);
        if (clear)
            STORE(g + i, (vec){0});
    }
    if (i == n)
        return;
    const size_t bytes = (size_t)(n - i) * sizeof *p;
    memcpy(rest[0], p + i, bytes);
    memcpy(rest[1], m + i, bytes);
    memcpy(rest[2], v + i, bytes);
    memcpy(rest_g, g + i, bytes);
    NAME(step)(rest[0], rest[1], rest[2], rest_g, a, s, use, LANES, clear);
    memcpy(p + i, rest[0], bytes);
    memcpy(m + i, rest[1], bytes);
    memcpy(v + i, rest[2], bytes);
    memcpy(g + i, rest_g, bytes);
}

/* Whether n vectors are all 0. */
TARGET static inline bool NAME(none)(const vec *x, int n)
{
    uint64_t words[LANES / 2], any = 0;
    ints all = {0};

    for (int k = 0; k < n; k++)
        all |= (ints)x[k] & 0x7fffffff;
    memcpy(words, &all, sizeof all);
    for (int i = 0; i < LANES / 2; i++)
        any |= words[i];
    return any == 0;
}

enum { NAME(GROUP) = 4 };

/* A group of vectors whose m is 0 and stays so: v and p only shrink. */
TARGET static void NAME(shrink)(vec *p, vec *v, const iso_adam *a, const iso_adam_step *s,
                                int64_t steps)
{
    for (int64_t t = 0; t < steps; t++)
#pragma GCC unroll 4
        for (int k = 0; k < NAME(GROUP); k++)
            p[k] *= s[t].keep;
    for (int64_t t = 0; t < steps && !NAME(none)(v, NAME(GROUP)); t++)
#pragma GCC unroll 4
        for (int k = 0; k < NAME(GROUP); k++) {
            v[k] *= a->b2;
            v[k] = (vec)((ints)v[k] & ~(v[k] < nothing));
        }
}

/* A group. Where no decay makes gradients, m comes to 0 at last. */
TARGET static void NAME(idle_group)(float *p, float *m, float *v, const iso_adam *a,
                                    const iso_adam_step *s, int64_t steps)
{
    vec vp[NAME(GROUP)], vm[NAME(GROUP)], vv[NAME(GROUP)];

    memcpy(vp, p, sizeof vp);
    memcpy(vm, m, sizeof vm);
    memcpy(vv, v, sizeof vv);
    while (steps > 0 && (a->decay > 0 || !NAME(none)(vm, NAME(GROUP)))) {
        const int64_t some = steps < 64 ? steps : 64;
        for (int64_t t = 0; t < some; t++)
#pragma GCC unroll 4
            for (int k = 0; k < NAME(GROUP); k++)
                NAME(one)(&vp[k], &vm[k], &vv[k], (vec){0}, a, &s[t]);
        s += some;
        steps -= some;
    }
    NAME(shrink)(vp, vv, a, s, steps);
    memcpy(p, vp, sizeof vp);
    memcpy(m, vm, sizeof vm);
    memcpy(v, vv, sizeof vv);
}

TARGET static void NAME(idle)(float *p, float *m, float *v, const iso_adam *a,
                              const iso_adam_step *s, int64_t steps, int64_t n)
{
    enum { WHOLE = NAME(GROUP) * LANES };
    float rest[3][WHOLE] = {{0}};
    int64_t i = 0;

    for (; i + WHOLE <= n; i += WHOLE)
        NAME(idle_group)(p + i, m + i, v + i, a, s, steps);
    if (i == n)
        return;
    const size_t bytes = (size_t)(n - i) * sizeof *p;
    memcpy(rest[0], p + i, bytes);
    memcpy(rest[1], m + i, bytes);
    memcpy(rest[2], v + i, bytes);
    NAME(idle_group)(rest[0], rest[1], rest[2], a, s, steps);
    memcpy(p + i, rest[0], bytes);
    memcpy(m + i, rest[1], bytes);
    memcpy(v + i, rest[2], bytes);
}

/* Half a vector of floats is a whole one of doubles; four of sums keep the units busy. */
TARGET static double NAME(squares)(const float *g, int64_t n)
{
    typedef float half __attribute__((vector_size(2 * LANES), aligned(4), may_alias));
    typedef double wide __attribute__((vector_size(4 * LANES)));
    enum { HALF = LANES / 2 };
    wide s[4] = {{0}};
    double sum = 0;
    int64_t i = 0;

    for (; i + 4 * HALF <= n; i += 4 * HALF)
#pragma GCC unroll 4
        for (int j = 0; j < 4; j++) {
            const wide x = __builtin_convertvector(*(const half *)(g + i + j * HALF), wide);
            s[j] += x * x;
        }
    s[0] = (s[0] + s[1]) + (s[2] + s[3]);
    for (int j = 0; j < HALF; j++)
        sum += s[0][j];
    for (; i < n; i++)
        sum += (double)g[i] * (double)g[i];
    return sum;
}

#undef vec
#undef mem
#undef ints
#undef LOAD
#undef STORE
#undef PICK
#undef TARGET
#undef NAME
#undef LANES
#undef ROOT
