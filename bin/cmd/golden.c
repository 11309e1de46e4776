/* Numbers whose right answers are known, recomputed on this machine. */
#include "bin/cmd/golden.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "analysis/measure/spec.h"
#include "analysis/pass/pass.h"
#include "lib/linalg/rows.h"

/* numpy's RandomState(seed).randn, as published data are often given by their seed alone:
 * Mersenne Twister (Matsumoto & Nishimura 1998), doubles of 53 bits, Marsaglia's polar method. */
struct twister {
    uint32_t state[624];
    int at;
    double kept;
    bool has_kept;
};

static void seed(struct twister *t, uint32_t value)
{
    t->state[0] = value;
    for (uint32_t i = 1; i < 624; i++) {
        const uint32_t last = t->state[i - 1];
        t->state[i] = 1812433253u * (last ^ (last >> 30)) + i;
    }
    t->at = 624;
    t->has_kept = false;
}

static uint32_t bits(struct twister *t)
{
    uint32_t y;

    if (t->at == 624) {
        for (int i = 0; i < 624; i++) {
            y = (t->state[i] & 0x80000000u) | (t->state[(i + 1) % 624] & 0x7fffffffu);
            t->state[i] = t->state[(i + 397) % 624] ^ (y >> 1) ^ (y & 1 ? 0x9908b0dfu : 0);
        }
        t->at = 0;
    }
    y = t->state[t->at++];
    y ^= y >> 11;
    y ^= (y << 7) & 0x9d2c5680u;
    y ^= (y << 15) & 0xefc60000u;
    return y ^ (y >> 18);
}

static double uniform(struct twister *t)
{
    const uint32_t high = bits(t) >> 5, low = bits(t) >> 6;

    return (high * 67108864.0 + low) / 9007199254740992.0;
}

static double normal(struct twister *t)
{
    double a, b, r2;

    if (t->has_kept) {
        t->has_kept = false;
        return t->kept;
    }
    do {
        a = 2 * uniform(t) - 1;
        b = 2 * uniform(t) - 1;
        r2 = a * a + b * b;
    } while (r2 >= 1 || r2 == 0);
    const double f = sqrt(-2 * log(r2) / r2);
    t->kept = f * a;
    t->has_kept = true;
    return f * b;
}

static void fill(struct twister *t, double *out, int count)
{
    for (int i = 0; i < count; i++)
        out[i] = normal(t);
}

/* The data. */
struct sets {
    double kornblith[2][100 * 10]; /* seed 1337: X, and Y = noise + X */
    double sentences[3][10 * 2];   /* seed 0: three draws */
};

/* By hand: HSIC1 of xy, xx, yy is 14.4666667, 20, 12.9. */
static const double small_x[] = {1, 2, 3, 5, -1, 0, 2, -2, 0, 1};
static const double small_y[] = {2, 1, 0, 4, 3, 1, 0, -1, 1, -1, 2, 2, 1, 0, 3};

static void make(struct sets *s)
{
    struct twister t;

    seed(&t, 1337);
    fill(&t, s->kornblith[0], 1000);
    fill(&t, s->kornblith[1], 1000);
    for (int i = 0; i < 1000; i++)
        s->kornblith[1][i] += s->kornblith[0][i];
    seed(&t, 0);
    for (int i = 0; i < 3; i++)
        fill(&t, s->sentences[i], 20);
}

static iso_err on_method(double *out, iso_method method, const char *names, iso_view x, iso_view y,
                         const iso_run *run)
{
    const iso_measure *measure = NULL;
    const iso_gram_pair pair = {0, 1};
    iso_rows *rows[2] = {NULL, NULL};
    iso_value value;
    iso_err err = ISO_OK;
    int count = 0;

    ISO_TRY(iso_measure_choose(&measure, &count, 1, names));
    ISO_TRY(iso_rows_of_view(&rows[0], x));
    ISO_TRY(iso_rows_of_view(&rows[1], y));
    const iso_task task = {
        .matrix = rows,
        .matrices = 2,
        .pair = &pair,
        .pairs = 1,
        .measure = &measure,
        .measures = 1,
        .method = method,
    };
    ISO_TRY(iso_measure_pairs(&value, &task, run));
    *out = value.value;
done:
    iso_rows_close(rows[0]);
    iso_rows_close(rows[1]);
    return err;
}

static iso_err check(struct golden *g, iso_view x, iso_view y, const iso_run *run)
{
    iso_run exact = run ? *run : (iso_run){0};
    char names[64];
    iso_err err;

    exact.double_precision = true;
    snprintf(names, sizeof names, "%s:%s", g->measure, g->estimator);
    err = on_method(&g->gram, ISO_METHOD_GRAM, names, x, y, &exact);
    if (err == ISO_OK)
        err = on_method(&g->sums, ISO_METHOD_SUMS, names, x, y, &exact);
    g->ok =
        fabs(g->gram - g->expected) <= g->tolerance && fabs(g->sums - g->expected) <= g->tolerance;
    return err;
}

iso_err golden_check(struct golden out[GOLDEN_ROOM], int *count, const iso_run *run)
{
    static const char by_hand[] = "5 items by hand", demo[] = "Kornblith 2019",
                      sentences[] = "sentence rows";
#define ANSWER(from, what, how, number, within)                                                    \
    {                                                                                              \
        .source = from, .measure = what, .estimator = how, .expected = number, .tolerance = within \
    }
    const struct golden known[] = {
        ANSWER(by_hand, "cka", "biased", 0.9374772093, 1e-10),
        ANSWER(by_hand, "cka", "debiased", 0.9006553265, 1e-10),
        ANSWER(demo, "cka", "biased", 0.5576132566117589, 1e-12),
        ANSWER(demo, "cka", "debiased", 0.513456489505526, 1e-12),
        ANSWER(sentences, "cka", "biased", 0.02779929781, 1e-11),
        ANSWER(sentences, "cka", "biased", 0.35262321709, 1e-11),
        ANSWER(sentences, "cka", "biased", 0.16119771640, 1e-11),
    };
#undef ANSWER
    struct sets s;
    iso_err err;

    make(&s);
    const iso_view x = iso_view_f64(small_x, 5, 2), y = iso_view_f64(small_y, 5, 3);
    const iso_view kx = iso_view_f64(s.kornblith[0], 100, 10),
                   ky = iso_view_f64(s.kornblith[1], 100, 10);
    const iso_view s1 = iso_view_f64(s.sentences[0], 10, 2),
                   s2 = iso_view_f64(s.sentences[1], 10, 2),
                   s3 = iso_view_f64(s.sentences[2], 10, 2);
    const iso_view of[][2] = {{x, y}, {x, y}, {kx, ky}, {kx, ky}, {s1, s2}, {s1, s3}, {s2, s3}};

    *count = (int)(sizeof known / sizeof *known);
    memcpy(out, known, sizeof known);
    for (int i = 0; i < *count; i++) {
        err = check(&out[i], of[i][0], of[i][1], run);
        if (err != ISO_OK)
            return iso_fail_in(err, "%s", out[i].source);
    }
    return ISO_OK;
}
