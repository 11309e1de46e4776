/* A pair's first moments, summed the plain way, for tests of what is made of them. */
#ifndef ISO_TESTS_PAIRED_H
#define ISO_TESTS_PAIRED_H

#include "analysis/measure/measure.h"
#include "lib/base/alloc.h"
#include "lib/base/rng.h"
#include "tests/check.h"

struct paired {
    iso_moments x, y;
    iso_cross xy;
    iso_pair pair;
};

static inline int paired_group(int64_t i, int64_t n)
{
    return (int)(i * ISO_GROUPS / n);
}

/* Sums of x − shift (NULL = 0); x is n × p. */
static inline void paired_moments(iso_moments *m, const double *x, int64_t n, int64_t p,
                                  const double *shift)
{
    ok(iso_moments_new(m, p));
    m->n = n;
    for (int64_t j = 0; j < p; j++)
        m->shift[j] = shift ? shift[j] : 0;
    for (int64_t i = 0; i < n; i++) {
        const int g = paired_group(i, n);
        m->gn[g]++;
        for (int64_t j = 0; j < p; j++) {
            const double v = x[i * p + j] - m->shift[j];
            m->s1[j] += v;
            m->gs1[g * p + j] += v;
            m->q += v * v;
            m->gq[g] += v * v;
        }
    }
}

static inline void paired_new(struct paired *t, const double *x, const double *y, int64_t n,
                              int64_t p, int64_t q, const double *xshift, const double *yshift)
{
    *t = (struct paired){.xy = {.n = n, .p = p, .q = q}};
    paired_moments(&t->x, x, n, p, xshift);
    paired_moments(&t->y, y, n, q, yshift);
    for (int64_t i = 0; p == q && i < n; i++)
        for (int64_t j = 0; j < p; j++) {
            const double d = (x[i * p + j] - t->x.shift[j]) * (y[i * p + j] - t->y.shift[j]);
            t->xy.dot += d;
            t->xy.group[paired_group(i, n)].dot += d;
        }
    t->pair = (iso_pair){.n = n, .units = ISO_GROUPS, .x = &t->x, .y = &t->y, .xy = &t->xy};
}

static inline void paired_free(struct paired *t)
{
    iso_moments_free(&t->x);
    iso_moments_free(&t->y);
}

/* n standard normals. */
static inline double *paired_noise(iso_rng *rng, int64_t n)
{
    double *x = NULL;

    ok(iso_alloc(&x, n, sizeof *x));
    for (int64_t i = 0; i < n; i++)
        x[i] = iso_rng_normal(rng);
    return x;
}

#endif
