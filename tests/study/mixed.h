/* A mixed target made of random rows, with effects planted. */
#ifndef ISO_TESTS_STUDY_MIXED_H
#define ISO_TESTS_STUDY_MIXED_H

#include "analysis/study/mix/mix_inside.h"
#include "lib/base/alloc.h"
#include "lib/base/rng.h"
#include "tests/check.h"

enum { MIXED_C = 12, MIXED_L = 3 };

/* What a way does to the target's rows: takes `right` of the translation and `wrong` of another
 * sentence in, goes `shift` of the way from the target's centroid to the source's, adds noise. */
struct planted {
    const char *name;
    bool control;
    iso_mix_kind kind;
    double right, wrong, shift, noise;
};

static inline void put_rows(iso_spill *s, int matrix, const float *x, int64_t n)
{
    ok(iso_spill_put(s, matrix, 0, iso_view_f32(x, n, MIXED_C)));
}

/* Where targets stand apart from sources. */
static inline double offset_of(int j)
{
    return j % 2 ? 0.5 : -0.5;
}

static inline void mix_rows(float *out, const float *x, const float *y, int64_t n,
                            const struct planted *p, iso_rng *rng)
{
    for (int64_t i = 0; i < n; i++) {
        for (int j = 0; j < MIXED_C; j++) {
            const double mine = y[i * MIXED_C + j] - p->shift * offset_of(j);
            const double right = x[i * MIXED_C + j];
            const double wrong = x[(i + n / 2) % n * MIXED_C + j];
            out[i * MIXED_C + j] = (float)((1 - p->right - p->wrong) * mine + p->right * right +
                                           p->wrong * wrong + p->noise * iso_rng_normal(rng));
        }
    }
}

/* Sources and targets share what they mean, and differ by noise and an offset, a little less from
 * layer to layer. */
static inline void draw_languages(float *x, float *y, int64_t n, int layer, iso_rng *rng)
{
    for (int64_t i = 0; i < n; i++) {
        for (int j = 0; j < MIXED_C; j++) {
            const double z = iso_rng_normal(rng), more = 1.2 - 0.1 * layer;
            x[i * MIXED_C + j] = (float)(z + 0.5 * iso_rng_normal(rng));
            y[i * MIXED_C + j] = (float)(z + offset_of(j) + more * iso_rng_normal(rng));
        }
    }
}

static inline void plant_lambda(struct mixed *m)
{
    const struct mix_scheme *s = m->scheme;
    const int64_t all = (int64_t)s->places * s->ways * m->items;

    ok(iso_alloc(&m->lambda, all, sizeof(double)));
    ok(iso_alloc(&m->e1, all, sizeof(double)));
    ok(iso_alloc(&m->e2, all, sizeof(double)));
    for (int64_t i = 0; i < all; i++) {
        const int way = (int)(i / m->items % s->ways);
        const bool by = s->way[way].kind == ISO_MIX_BY_ENTROPY;
        m->e1[i] = 1 + 0.01 * (double)(i % 50);
        m->e2[i] = 2 + 0.5 * (double)(i % 2);
        m->lambda[i] = by ? 0.5 / (1 + exp(-m->e1[i] - m->e2[i])) : NAN;
    }
}

/* Places are layers 1 and, with `places` 2, also 2. Free with mixed_done. */
static inline void mixed_make(struct mixed *m, struct mix_scheme *s, const struct planted *p,
                              int ways, int places, int64_t n, uint64_t seed)
{
    static struct mix_place place[2] = {{1, 1}, {2, 2}};
    iso_rng rng = iso_rng_seeded(seed, 1);
    float *x = NULL;

    *s = (struct mix_scheme){.L = MIXED_L, .C = MIXED_C, .ways = ways, .places = places};
    s->place = place;
    for (int w = 0; w < ways; w++)
        s->way[w] =
            (struct mix_way){.name = (char *)p[w].name, .kind = p[w].kind, .control = p[w].control};
    *m = (struct mixed){.scheme = s, .src = "en", .tgt = "de", .model = "none", .pool = "mean"};
    m->items = n;
    ok(iso_spill_new(&m->source, MIXED_L + 1, n, MIXED_C, ISO_F32, NULL));
    ok(iso_spill_new(&m->states, iso_mixed_matrices(s), n, MIXED_C, ISO_F32, NULL));
    ok(iso_alloc(&x, 3 * n * MIXED_C, sizeof *x));
    float *y = x + n * MIXED_C, *z = y + n * MIXED_C;
    for (int k = 0; k <= MIXED_L; k++) {
        draw_languages(x, y, n, k, &rng);
        put_rows(m->source, k, x, n);
        if (iso_mixed_before(s, k) >= 0)
            put_rows(m->states, iso_mixed_before(s, k), y, n);
        for (int at = 0; at < places; at++) {
            for (int w = 0; w < ways && k >= place[at].first; w++) {
                mix_rows(z, x, y, n, &p[w], &rng);
                put_rows(m->states, iso_mixed_after(s, at, w, k), z, n);
            }
        }
    }
    plant_lambda(m);
    iso_free(x);
}

static inline void mixed_done(struct mixed *m)
{
    iso_spill_free(m->source);
    iso_spill_free(m->states);
    iso_free(m->lambda);
    iso_free(m->e1);
    iso_free(m->e2);
}

/* What mixing should do: a way that takes the translation in, and its two controls. */
static const struct planted honest[] = {
    {"xmixup", false, ISO_MIX_BY_ENTROPY, 0.4, 0, 0, 0.05},
    {"fixed:0", true, ISO_MIX_FIXED, 0, 0, 0, 0.05},
    {"shuffled", true, ISO_MIX_BY_ENTROPY, 0, 0.4, 0, 0.05},
};

/* Options of what is measured; NULL: as by default. */
static inline iso_mix_opt measuring(const char *measure)
{
    iso_mix_opt opt;

    iso_mix_opt_init(&opt, sizeof opt);
    opt.measure = measure ? measure : opt.measure;
    return opt;
}

static inline iso_records measured(const struct mixed *m, const iso_mix_opt *opt)
{
    iso_records list = {0};

    ok(iso_mix_measure_check(opt));
    ok(iso_mix_records(&list, m, opt, &(iso_run){.mem = (int64_t)1 << 28, .seed = 1}));
    return list;
}

static inline iso_records measured_by(const struct mixed *m, const char *measure)
{
    const iso_mix_opt opt = measuring(measure);

    return measured(m, &opt);
}

#endif
