#include "lib/linalg/cross.h"

#include <math.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/linalg/loops.h"

iso_err iso_cross_new(iso_cross *out, int64_t p, int64_t q, bool dot_only)
{
    iso_cross c = {.p = p, .q = q};
    iso_err err = ISO_OK;

    if (!dot_only) {
        ISO_TRY(iso_alloc_raw(&c.xy, p * q, sizeof *c.xy));
        ISO_TRY(iso_alloc(&c.qy_x, 2 * p, sizeof *c.qy_x));
        ISO_TRY(iso_alloc(&c.qx_y, 2 * q, sizeof *c.qx_y));
        c.gqy_x = c.qy_x + p;
        c.gqx_y = c.qx_y + q;
    }
    *out = c;
    return ISO_OK;
done:
    iso_cross_free(&c);
    return err;
}

void iso_cross_free(iso_cross *c)
{
    iso_free(c->xy);
    iso_free(c->gxy);
    iso_free(c->kept);
    iso_free(c->qy_x);
    iso_free(c->qx_y);
    *c = (iso_cross){0};
}

iso_err iso_cross_keep(iso_cross *c)
{
    return iso_alloc_raw(&c->kept, ISO_GROUPS * c->p * c->q, sizeof *c->kept);
}

/* Adds a product times `by` to c (p × q, rows of q numbers), or stores it there when it is the
 * first; of a symmetric one the upper triangle. */
static void add_product(double *to, bool first, iso_view from, double by, bool upper)
{
    const iso_loops *loops = iso_loops_best();

#pragma omp parallel for schedule(static, 16)
    for (int64_t i = 0; i < from.rows; i++) {
        const int64_t left = upper ? i : 0, at = i * from.stride + left, n = from.cols - left;
        double *row = to + i * from.cols + left;
        if (from.dtype == ISO_F64)
            (first ? loops->put_f64 : loops->add_f64)(row, (const double *)from.data + at, by, n);
        else
            (first ? loops->put_f32 : loops->add_f32)(row, (const float *)from.data + at, by, n);
    }
}

/* One row of a fold: ‖c‖² and u c·v, by·c added to acc or, first, stored there. Of a symmetric c
 * the row begins at the diagonal, and what lies beyond it counts twice. */
static void fold_row(double part[2], double *acc, bool first, iso_view c, double by, int64_t i,
                     double u, const double *v, bool upper)
{
    const iso_loops *loops = iso_loops_best();
    const int64_t from = upper ? i : 0, at = i * c.stride + from;
    double *to = acc ? acc + i * c.cols + from : NULL, along;
    const bool wide = c.dtype == ISO_F64;
    const double *c64 = c.data;
    const float *c32 = c.data;
    const double norm =
        wide ? loops->fold_f64(to, &along, c64 + at, by, v + from, c.cols - from, first)
             : loops->fold_f32(to, &along, c32 + at, by, v + from, c.cols - from, first);
    const double diagonal = !upper ? 0 : wide ? c64[at] : (double)c32[at];

    part[0] = upper ? 2 * norm - diagonal * diagonal : norm;
    part[1] = u * (upper ? 2 * along - diagonal * v[i] : along);
}

/* With c times `by` (p × q), adds it to acc, or stores it there when it is the first, and takes
 * ‖c‖² and uᵀ c v on the way. Rows are shared among threads; their parts are summed in order, so
 * the result does not depend on the threads. */
static iso_err fold(double *acc, bool first, iso_hsic_sums *s, iso_view c, double by,
                    const double *u, const double *v, bool upper)
{
    double *part = NULL;
    iso_err err = iso_alloc(&part, 2 * c.rows, sizeof *part);

    if (err)
        return err;
#pragma omp parallel for schedule(static, 16)
    for (int64_t i = 0; i < c.rows; i++)
        fold_row(part + 2 * i, acc, first, c, by, i, u[i], v, upper);
    s->norm2 = s->bil = 0;
    for (int64_t i = 0; i < c.rows; i++) {
        s->norm2 += part[2 * i];
        s->bil += part[2 * i + 1];
    }
    s->norm2 *= by * by;
    s->bil *= by;
    iso_free(part);
    return ISO_OK;
}

static void add_column(double *to, iso_view column, double by)
{
    for (int64_t i = 0; i < column.rows; i++)
        to[i] += by * (column.dtype == ISO_F64
                           ? ((const double *)column.data)[i * column.stride]
                           : (double)((const float *)column.data)[i * column.stride]);
}

/* The scalars of one group, from its first moments and its companions; norm2 and bil are set. */
static void scalars(iso_hsic_sums *s, const iso_cross *c, int group, const iso_moments *x,
                    const iso_moments *y)
{
    const double *sx = x->gs1 + group * x->p, *sy = y->gs1 + group * y->p;

    s->n = x->gn[group];
    s->qq = c->gqq;
    s->qx = x->gq[group];
    s->qy = y->gq[group];
    s->sx = iso_dot(sx, sx, c->p);
    s->sy = iso_dot(sy, sy, c->q);
    s->ax = iso_dot(sx, c->gqy_x, c->p);
    s->ay = iso_dot(sy, c->gqx_y, c->q);
}

void iso_cross_group(iso_cross *c, int group, const iso_hsic_sums *s, double dot)
{
    c->group[group] = (iso_group_terms){s->n, iso_hsic_unbiased(s), iso_hsic_diag(s), dot};
    c->n += s->n;
    c->dot += dot;
}

void iso_cross_pool(iso_cross *c, const iso_cross_block *block)
{
    const double fx = ldexp(1, block->xscale), fy = ldexp(1, block->yscale);

    c->upper = block->upper;
    add_product(c->xy, !c->begun, block->product, fx * fy, block->upper);
    c->begun = true;
    add_column(c->qy_x, block->qy_x, fx * fy * fy);
    add_column(c->qx_y, block->qx_y, fx * fx * fy);
    c->qq += fx * fx * fy * fy * block->qq;
}

/* The group is complete: takes its terms, adds its companions to the total, begins anew. */
static void close_group(iso_cross *c, int group, iso_hsic_sums *s, const iso_moments *x,
                        const iso_moments *y)
{
    iso_group_terms *g = &c->group[group];

    g->n = x->gn[group];
    g->dot = c->gdot;
    if (c->xy) {
        scalars(s, c, group, x, y);
        g->unbiased = iso_hsic_unbiased(s);
        g->diag = iso_hsic_diag(s);
        for (int64_t i = 0; i < c->p; i++)
            c->qy_x[i] += c->gqy_x[i];
        for (int64_t j = 0; j < c->q; j++)
            c->qx_y[j] += c->gqx_y[j];
        memset(c->gqy_x, 0, (size_t)c->p * sizeof *c->gqy_x);
        memset(c->gqx_y, 0, (size_t)c->q * sizeof *c->gqx_y);
    }
    c->qq += c->gqq;
    c->dot += c->gdot;
    c->gqq = c->gdot = 0;
    c->n += g->n;
}

iso_err iso_cross_add(iso_cross *c, const iso_cross_block *block, int group, bool last,
                      const iso_moments *x, const iso_moments *y)
{
    const double *sx = x->gs1 + group * x->p, *sy = y->gs1 + group * y->p;
    const double fx = ldexp(1, block->xscale), fy = ldexp(1, block->yscale);
    iso_hsic_sums s = {0};
    iso_err err = ISO_OK;

    c->upper = block->upper;
    c->gqq += fx * fx * fy * fy * block->qq;
    c->gdot += fx * fy * block->dot;
    if (c->kept) {
        add_product(c->kept + group * c->p * c->q, !(c->kept_begun & 1u << group), block->product,
                    fx * fy, block->upper);
        c->kept_begun |= 1u << group;
    }
    if (c->xy) {
        add_column(c->gqy_x, block->qy_x, fx * fy * fy);
        add_column(c->gqx_y, block->qx_y, fx * fx * fy);
        if (last && !c->open) {
            ISO_TRY(fold(c->xy, !c->begun, &s, block->product, fx * fy, sx, sy, block->upper));
            c->begun = true;
        } else {
            if (!c->gxy)
                ISO_TRY(iso_alloc_raw(&c->gxy, c->p * c->q, sizeof *c->gxy));
            add_product(c->gxy, !c->open, block->product, fx * fy, block->upper);
        }
        c->open = !last || c->open;
    }
    if (last && c->open) {
        ISO_TRY(fold(c->xy, !c->begun, &s, iso_view_f64(c->gxy, c->p, c->q), 1, sx, sy, c->upper));
        c->begun = true;
        c->open = false;
    }
    if (last)
        close_group(c, group, &s, x, y);
done:
    return err;
}

/* The triangle below the diagonal of a p × p product. */
static void mirror(double *product, int64_t p)
{
    for (int64_t i = 0; i < p; i++) {
        for (int64_t j = 0; j < i; j++)
            product[i * p + j] = product[j * p + i];
    }
}

/* What no block was added to is zero. */
static void clear_unused(iso_cross *c)
{
    const size_t bytes = (size_t)(c->p * c->q) * sizeof *c->xy;

    if (!c->begun)
        memset(c->xy, 0, bytes);
    for (int g = 0; c->kept && g < ISO_GROUPS; g++)
        if (!(c->kept_begun & 1u << g))
            memset(c->kept + g * c->p * c->q, 0, bytes);
    c->begun = true;
    c->kept_begun = (1u << ISO_GROUPS) - 1;
}

/* Once, when everything is added. */
static void complete(iso_cross *c)
{
    mirror(c->xy, c->p);
    for (int64_t g = 0; c->kept && g < ISO_GROUPS; g++)
        mirror(c->kept + g * c->p * c->p, c->p);
    c->upper = false;
}

void iso_cross_finish(iso_cross *c, const iso_moments *x, const iso_moments *y)
{
    iso_hsic_sums *s = &c->total;
    const iso_loops *loops = iso_loops_best();

    *s = (iso_hsic_sums){.n = x->n, .qq = c->qq, .qx = x->q, .qy = y->q};
    if (!c->xy)
        return;
    clear_unused(c);
    if (c->upper)
        complete(c);
    for (int64_t i = 0; i < c->p; i++) {
        double along;
        s->norm2 += loops->fold_f64(NULL, &along, c->xy + i * c->q, 1, y->s1, c->q, false);
        s->bil += x->s1[i] * along;
    }
    s->sx = iso_dot(x->s1, x->s1, c->p);
    s->sy = iso_dot(y->s1, y->s1, c->q);
    s->ax = iso_dot(x->s1, c->qy_x, c->p);
    s->ay = iso_dot(y->s1, c->qx_y, c->q);
}

/* --- Sums of a pair that meet: moved to another shift, added to those of other rows --- */

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
        clear_unused(c);
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
        clear_unused(into);
        for (int64_t i = 0; from->begun && i < into->p * into->q; i++)
            into->xy[i] += from->xy[i];
        for (int64_t i = 0; i < into->p; i++)
            into->qy_x[i] += from->qy_x[i];
        for (int64_t j = 0; j < into->q; j++)
            into->qx_y[j] += from->qx_y[j];
    }
    for (int g = 0; g < ISO_GROUPS; g++) {
        const int64_t at = g * into->p * into->q, end = at + into->p * into->q;
        for (int64_t i = at; into->kept && (from->kept_begun & 1u << g) && i < end; i++)
            into->kept[i] += from->kept[i];
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
