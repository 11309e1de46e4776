/* Sums of a pair that meet: moved to another shift, added to those of other rows. */
#include <math.h>

#include "lib/base/alloc.h"
#include "lib/linalg/cross.h"
#include "lib/linalg/loops.h"

/* With d and e added to every row of X and Y:
 *   Σ‖y+e‖²(x+d) = Σ‖y‖²x + 2XᵀYe + ‖e‖²Σx + d(Σ‖y‖² + 2e·Σy + n‖e‖²),   likewise for the other,
 *   Σ‖x+d‖²‖y+e‖² = qq + 2e·Σ‖x‖²y + ‖e‖²Σ‖x‖² + 2d·(Σ‖y‖²x + 2XᵀYe + ‖e‖²Σx) + ‖d‖²(…),
 *   (X+d)ᵀ(Y+e) = XᵀY + Σx eᵀ + d Σyᵀ + n d eᵀ. */
struct moved {
    double *d, *e, *ye, *xd; /* shifts; XᵀYe, YᵀXd */
    double d2, e2, qx, qy;   /* lengths; Σ‖x+d‖², Σ‖y+e‖² */
};

static void along(struct moved *m, const iso_cross *c)
{
    for (int64_t i = 0; i < c->p; i++) {
        const double *row = c->xy + i * c->q;
        m->ye[i] = iso_dot(row, m->e, c->q);
        for (int64_t j = 0; j < c->q; j++)
            m->xd[j] += row[j] * m->d[i];
    }
}

static void move_vectors(iso_cross *c, const struct moved *m, const iso_moments *x,
                         const iso_moments *y)
{
    double with_d = 0;

    for (int64_t i = 0; i < c->p; i++) {
        c->qy_x[i] += 2 * m->ye[i] + m->e2 * x->s1[i];
        with_d += m->d[i] * c->qy_x[i];
        c->qy_x[i] += m->d[i] * m->qy;
    }
    c->qq += 2 * iso_dot(m->e, c->qx_y, c->q) + m->e2 * x->q + 2 * with_d + m->d2 * m->qy;
    for (int64_t j = 0; j < c->q; j++)
        c->qx_y[j] += 2 * m->xd[j] + m->d2 * y->s1[j] + m->e[j] * m->qx;
}

/* XᵀY of n rows, whose sums are sx and sy. */
static void move_product(double *xy, const iso_cross *c, const struct moved *m, int64_t n,
                         const double *sx, const double *sy)
{
    for (int64_t i = 0; i < c->p; i++) {
        for (int64_t j = 0; j < c->q; j++)
            xy[i * c->q + j] += sx[i] * m->e[j] + m->d[i] * sy[j] + (double)n * m->d[i] * m->e[j];
    }
}

static void move_dots(iso_cross *c, const struct moved *m, const iso_moments *x,
                      const iso_moments *y)
{
    const double de = iso_dot(m->d, m->e, c->p);

    c->dot += iso_dot(m->e, x->s1, c->p) + iso_dot(m->d, y->s1, c->p) + (double)c->n * de;
    for (int g = 0; g < ISO_GROUPS; g++)
        c->group[g].dot += iso_dot(m->e, x->gs1 + g * x->p, c->p) +
                           iso_dot(m->d, y->gs1 + g * y->p, c->p) + (double)c->group[g].n * de;
}

iso_err iso_cross_reshift(iso_cross *c, const iso_moments *x, const iso_moments *y,
                          const double *xshift, const double *yshift)
{
    const double n = (double)c->n;
    struct moved m = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&m.d, 2 * (c->p + c->q), sizeof *m.d));
    m.e = m.d + c->p;
    m.ye = m.e + c->q;
    m.xd = m.ye + c->p;
    for (int64_t i = 0; i < c->p; i++)
        m.d[i] = x->shift[i] - xshift[i];
    for (int64_t j = 0; j < c->q; j++)
        m.e[j] = y->shift[j] - yshift[j];
    m.d2 = iso_dot(m.d, m.d, c->p);
    m.e2 = iso_dot(m.e, m.e, c->q);
    m.qx = x->q + 2 * iso_dot(m.d, x->s1, c->p) + n * m.d2;
    m.qy = y->q + 2 * iso_dot(m.e, y->s1, c->q) + n * m.e2;
    if (c->p == c->q)
        move_dots(c, &m, x, y);
    if (c->xy) {
        along(&m, c);
        move_vectors(c, &m, x, y);
        move_product(c->xy, c, &m, c->n, x->s1, y->s1);
        for (int g = 0; c->kept && g < ISO_GROUPS; g++)
            move_product(c->kept + g * c->p * c->q, c, &m, x->gn[g], x->gs1 + g * c->p,
                         y->gs1 + g * c->q);
    }
done:
    iso_free(m.d);
    return err;
}

/* Two parts of one group: their unbiased terms are averaged by items, NAN parts left out. */
static double pool_terms(double a, int64_t na, double b, int64_t nb)
{
    if (na == 0 || isnan(a))
        return nb == 0 ? a : b;
    if (nb == 0 || isnan(b))
        return a;
    return ((double)na * a + (double)nb * b) / (double)(na + nb);
}

iso_err iso_cross_merge(iso_cross *into, const iso_cross *from)
{
    if (into->p != from->p || into->q != from->q || !into->xy != !from->xy ||
        !into->kept != !from->kept)
        return iso_fail(ISO_EARG, "sums of %lld x %lld and of %lld x %lld columns cannot be added",
                        (long long)into->p, (long long)into->q, (long long)from->p,
                        (long long)from->q);
    if (into->xy) {
        for (int64_t i = 0; i < into->p * into->q; i++)
            into->xy[i] += from->xy[i];
        for (int64_t i = 0; i < into->p; i++)
            into->qy_x[i] += from->qy_x[i];
        for (int64_t j = 0; j < into->q; j++)
            into->qx_y[j] += from->qx_y[j];
    }
    for (int64_t i = 0; into->kept && i < ISO_GROUPS * into->p * into->q; i++)
        into->kept[i] += from->kept[i];
    for (int g = 0; g < ISO_GROUPS; g++) {
        iso_group_terms *a = &into->group[g];
        const iso_group_terms *b = &from->group[g];
        a->unbiased = pool_terms(a->unbiased, a->n, b->unbiased, b->n);
        a->diag = pool_terms(a->diag, a->n, b->diag, b->n);
        a->dot += b->dot;
        a->n += b->n;
    }
    into->n += from->n;
    into->qq += from->qq;
    into->dot += from->dot;
    return ISO_OK;
}
