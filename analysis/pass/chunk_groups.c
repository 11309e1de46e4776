/* What groups of rows say on their own, and all rows together where no XᵀY is made: n × n products
 * of rows instead of p × q products of columns. */
#include <math.h>

#include "analysis/pass/chunk.h"
#include "lib/base/alloc.h"
#include "lib/linalg/loops.h"

/* Pairs and selves in one list; rows [first[s], first[s + 1]) of the blocks are span s. */
struct look {
    struct iso_chunk *c;
    const struct iso_span *span;
    int spans;
    int64_t all, first[ISO_GROUPS + 1];
    iso_gram_pair *pair;
    iso_view *x;
    double *within, *between; /* off-diagonal sums: by span and pair, by pair */
    double *along, *whole;    /* by matrix and row: x·Σx of its span, x·Σx of all rows */
    float *narrow;            /* by matrix: room for two Σx in the type of the rows */
    int64_t widest;
};

static void look_free(struct look *l)
{
    iso_free(l->pair);
    iso_free(l->x);
    iso_free(l->within);
    iso_free(l->between);
    iso_free(l->along);
    iso_free(l->whole);
    iso_free(l->narrow);
}

static iso_err look_new(struct look *l)
{
    const struct iso_chunk *c = l->c;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&l->pair, l->all, sizeof *l->pair));
    ISO_TRY(iso_alloc(&l->x, c->matrices, sizeof *l->x));
    for (int64_t i = 0; i < c->pairs; i++)
        l->pair[i] = c->pair[i];
    for (int m = 0; m < c->matrices; m++) {
        l->pair[c->pairs + m] = (iso_gram_pair){m, m};
        l->x[m] = iso_view_rows(iso_mat_view(&c->block[m]), 0, c->have);
        l->widest = c->block[m].cols > l->widest ? c->block[m].cols : l->widest;
    }
    for (int s = 0; s < l->spans; s++)
        l->first[s] = l->span[s].first;
    l->first[l->spans] = c->have;
    ISO_TRY(iso_alloc_raw(&l->within, l->spans * l->all, sizeof *l->within));
    ISO_TRY(iso_alloc_raw(&l->along, c->matrices * c->have, sizeof *l->along));
    ISO_TRY(iso_alloc_raw(&l->narrow, 2 * c->matrices * l->widest, sizeof *l->narrow));
    if (c->plan->by_items) {
        ISO_TRY(iso_alloc_raw(&l->between, l->all, sizeof *l->between));
        ISO_TRY(iso_alloc_raw(&l->whole, c->matrices * c->have, sizeof *l->whole));
    }
done:
    return err;
}

/* Σx in the type and scale of the rows. */
static void take_sum(float *narrow, const double *sum, double by, int64_t p)
{
    for (int64_t j = 0; j < p; j++)
        narrow[j] = (float)(sum[j] / by);
}

static double along_of(iso_view x, int64_t i, double by, const double *sum, const float *narrow)
{
    const iso_loops *loops = iso_loops_best();

    return x.dtype == ISO_F64
               ? by * loops->dot_f64((const double *)x.data + i * x.stride, sum, x.cols)
               : by * by * loops->dot_f32((const float *)x.data + i * x.stride, narrow, x.cols);
}

/* x·Σx for the rows of span s of matrix m, over the span and, where it is wanted, over all rows:
 * a row is read once for both. */
static void take_along(const struct look *l, int m, int s)
{
    const iso_moments *mo = l->c->moments[m];
    const iso_view x = l->x[m];
    const double by = ldexp(1, l->c->scale[m]), *own = mo->gs1 + l->span[s].group * mo->p;
    float *narrow = l->narrow + 2 * m * l->widest, *all = narrow + l->widest;

    take_sum(narrow, own, by, x.cols);
    if (l->whole)
        take_sum(all, mo->s1, by, x.cols);
    for (int64_t i = l->first[s]; i < l->first[s + 1]; i++) {
        l->along[m * l->c->have + i] = along_of(x, i, by, own, narrow);
        if (l->whole)
            l->whole[m * l->c->have + i] = along_of(x, i, by, mo->s1, all);
    }
}

static void all_along(struct look *l)
{
#pragma omp parallel for schedule(dynamic)
    for (int m = 0; m < l->c->matrices; m++)
        for (int s = 0; s < l->spans; s++)
            take_along(l, m, s);
}

/* The first moments of one side over some rows, as the sums want them. */
struct side {
    const double *along, *norm2, *s1;
    double q, by;
    int64_t p;
};

static struct side side_of(const struct look *l, int m, int span)
{
    const iso_moments *mo = l->c->moments[m];
    const int group = span < 0 ? 0 : l->span[span].group;
    const int64_t first = span < 0 ? 0 : l->first[span];

    return (struct side){
        .along = (span < 0 ? l->whole : l->along) + m * l->c->have + first,
        .norm2 = l->c->norm2[m] + first,
        .s1 = span < 0 ? mo->s1 : mo->gs1 + group * mo->p,
        .q = span < 0 ? mo->q : mo->gq[group],
        .by = ldexp(1, 2 * l->c->scale[m]),
        .p = mo->p,
    };
}

/* ‖XᵀY‖² = Σ k l over all pairs of rows, of which `off` are those of unlike ones; the other scalars
 * are sums over single rows. Of all rows for a span of −1. */
static iso_hsic_sums sums_of(const struct look *l, iso_gram_pair pair, int span, double off)
{
    const int64_t n = span < 0 ? l->c->have : l->first[span + 1] - l->first[span];
    const struct side x = side_of(l, pair.x, span), y = side_of(l, pair.y, span);
    const double qq = x.by * y.by * iso_dot(x.norm2, y.norm2, n);

    return (iso_hsic_sums){
        .n = n,
        .norm2 = x.by * y.by * off + qq,
        .qq = qq,
        .sx = iso_dot(x.s1, x.s1, x.p),
        .sy = iso_dot(y.s1, y.s1, y.p),
        .qx = x.q,
        .qy = y.q,
        .bil = iso_dot(x.along, y.along, n),
        .ax = y.by * iso_dot(x.along, y.norm2, n),
        .ay = x.by * iso_dot(y.along, x.norm2, n),
    };
}

/* The terms of every span of one pair, and its total. */
static void settle(const struct look *l, const double *dot, int64_t i)
{
    struct iso_chunk *c = l->c;
    iso_cross *cross = i < c->pairs ? &c->cross[i] : &c->self[i - c->pairs];
    double off = l->between ? l->between[i] : 0;

    for (int s = 0; s < l->spans; s++) {
        const iso_hsic_sums sums = sums_of(l, l->pair[i], s, l->within[s * l->all + i]);
        iso_cross_group(cross, l->span[s].group, &sums, i < c->pairs ? dot[s * c->pairs + i] : 0);
        off += l->within[s * l->all + i];
    }
    if (l->between)
        cross->total = sums_of(l, l->pair[i], -1, off);
}

iso_err iso_groups_add(struct iso_chunk *c, const double *dot, const struct iso_span *span,
                       int spans)
{
    struct look l = {.c = c, .span = span, .spans = spans, .all = c->pairs + c->matrices};
    iso_err err = ISO_OK;

    ISO_TRY(look_new(&l));
    ISO_TRY(iso_gram_sums(l.within, l.between, l.first, spans, l.pair, l.all, l.x, c->matrices,
                          l.between ? c->run : NULL));
    all_along(&l);
#pragma omp parallel for schedule(dynamic, 4)
    for (int64_t i = 0; i < l.all; i++)
        settle(&l, dot, i);
done:
    look_free(&l);
    return err;
}
