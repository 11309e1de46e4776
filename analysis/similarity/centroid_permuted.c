/* Distances of centroids where a coin gives the two rows of each item to the two languages. The sum
 * of both centroids stays; their difference is the mean of signed differences of rows. */
#include <math.h>
#include <stdbool.h>

#include "analysis/similarity/centroid_inside.h"
#include "lib/base/alloc.h"
#include "lib/linalg/product.h"

struct work {
    const iso_null_rows *rows;
    int64_t n, count; /* of a batch */
    iso_mat sign;     /* count × n */
};

/* One pair, all numbers divided by 2^unit. */
struct pair {
    int64_t p;
    int unit;
    iso_mat d;       /* x_i − y_i */
    iso_mat gap;     /* by permutation: Σ of signed d */
    double *sum;     /* mean of x + mean of y */
    double *centre2; /* twice the mean of the means of all peers */
    double spread; /* Σ‖x − x̄‖² + Σ‖y − ȳ‖² + n‖x̄ − ȳ‖²/2: what signs leave as it is */
    double d2; /* mean ‖d‖² */
};

static double element(iso_view v, int64_t i, int64_t j)
{
    const int64_t at = i * v.stride + j;

    return v.dtype == ISO_F64 ? ((const double *)v.data)[at] : (double)((const float *)v.data)[at];
}

static void set(iso_mat *m, int64_t i, int64_t j, double v)
{
    if (m->dtype == ISO_F64)
        ((double *)m->data)[i * m->stride + j] = v;
    else
        ((float *)m->data)[i * m->stride + j] = (float)v;
}

static double squares(const iso_null_rows *r, int m, double by)
{
    const iso_view x = r->x[m];
    double sum = 0;

    for (int64_t i = 0; i < x.rows; i++)
        for (int64_t j = 0; j < x.cols; j++)
            sum += element(x, i, j) * element(x, i, j);
    return sum * by * by;
}

static void pair_free(struct pair *p)
{
    iso_mat_free(&p->d);
    iso_mat_free(&p->gap);
    iso_free(p->sum);
    iso_free(p->centre2);
}

/* The power of two of the largest of both sides' rows and means. */
static int unit_of(const iso_null_rows *r, iso_gram_pair pair)
{
    const int side[2] = {pair.x, pair.y};
    double peak = 0;

    for (int s = 0; s < 2; s++) {
        peak = fmax(peak, ldexp(1, r->scale[side[s]]));
        for (int64_t j = 0; j < r->x[side[s]].cols; j++)
            peak = fmax(peak, fabs(r->mean[side[s]][j]));
    }
    return peak > 0 && isfinite(peak) ? ilogb(peak) : 0;
}

static iso_err pair_make(struct pair *out, const iso_null_rows *r, iso_gram_pair pair)
{
    const iso_view x = r->x[pair.x], y = r->x[pair.y];
    const double *mx = r->mean[pair.x], *my = r->mean[pair.y], *c = r->centre[pair.x];
    struct pair p = {.p = x.cols, .unit = unit_of(r, pair)};
    const double ex = ldexp(1, r->scale[pair.x] - p.unit), ey = ldexp(1, r->scale[pair.y] - p.unit);
    const double one = ldexp(1, -p.unit);
    double gap2 = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_mat_new(&p.d, x.rows, p.p, x.dtype));
    ISO_TRY(iso_mat_new(&p.gap, ISO_NULL_BATCH, p.p, x.dtype));
    ISO_TRY(iso_alloc(&p.sum, p.p, sizeof *p.sum));
    ISO_TRY(iso_alloc(&p.centre2, p.p, sizeof *p.centre2));
    for (int64_t j = 0; j < p.p; j++) {
        p.sum[j] = one * mx[j] + one * my[j];
        p.centre2[j] = c ? 2 * one * c[j] : NAN;
        gap2 += (one * mx[j] - one * my[j]) * (one * mx[j] - one * my[j]);
    }
    for (int64_t i = 0; i < x.rows; i++)
        for (int64_t j = 0; j < p.p; j++) {
            const double d =
                ex * element(x, i, j) - ey * element(y, i, j) + (one * mx[j] - one * my[j]);
            set(&p.d, i, j, d);
            p.d2 += d * d;
        }
    p.d2 /= (double)x.rows;
    p.spread = squares(r, pair.x, ex) + squares(r, pair.y, ey) + (double)x.rows * gap2 / 2;
    *out = p;
    return ISO_OK;
done:
    pair_free(&p);
    return err;
}

/* 1 − cos of (s + g)/2 and (s − g)/2, from s·s, s·g and g·g. */
static double cosine(double ss, double sg, double gg)
{
    const double aa = ss + 2 * sg + gg, bb = ss - 2 * sg + gg;

    return aa > 0 && bb > 0 ? 1 - (ss - gg) / sqrt(aa) / sqrt(bb) : NAN;
}

/* The five values of permutation b of a batch. */
static void values_of(double v[ISO_CENTROIDS], const struct pair *p, int64_t b, int64_t items)
{
    const iso_view gap = iso_mat_view(&p->gap);
    const double n = (double)items;
    double gg = 0, gs = 0, ss = 0, gc = 0, cc = 0;

    for (int64_t j = 0; j < p->p; j++) {
        const double g = element(gap, b, j) / n, s = p->sum[j], c = s - p->centre2[j];
        gg += g * g;
        gs += g * s;
        ss += s * s;
        gc += g * c;
        cc += c * c;
    }
    const double spread = (p->spread - n * gg / 2) / (2 * (n - 1));

    v[ISO_CENTROID_EUCLIDEAN] = ldexp(sqrt(gg), p->unit);
    v[ISO_CENTROID_RELATIVE] = items >= 2 && spread > 0 ? sqrt(gg / spread) : NAN;
    v[ISO_CENTROID_COSINE] = cosine(ss, gs, gg);
    v[ISO_CENTROID_COSINE_CENTRED] = cosine(cc, gc, gg);
    v[ISO_CENTROID_SHARE] = p->d2 > 0 ? gg / p->d2 : NAN;
}

/* Permutations [first, first + count) of one pair. */
static iso_err pair_values(double *out, struct work *w, int64_t i, int64_t first)
{
    const iso_gram_pair pair = w->rows->pair[i];
    const int64_t all = w->rows->permutations->count + 1;
    double *to = out + i * ISO_CENTROIDS * all + first;
    struct pair p = {0};
    iso_err err = ISO_OK;

    if (w->rows->x[pair.x].cols != w->rows->x[pair.y].cols) {
        for (int64_t b = 0; b < w->count; b++)
            for (int v = 0; v < ISO_CENTROIDS; v++)
                to[v * all + b] = NAN;
        return ISO_OK;
    }
    ISO_TRY(pair_make(&p, w->rows, pair));
    p.gap.rows = w->count;
    ISO_TRY(iso_mul_nn(&p.gap, iso_view_rows(iso_mat_view(&w->sign), 0, w->count),
                       iso_mat_view(&p.d), 0));
#pragma omp parallel for schedule(static)
    for (int64_t b = 0; b < w->count; b++) {
        double v[ISO_CENTROIDS];
        values_of(v, &p, b, w->n);
        for (int k = 0; k < ISO_CENTROIDS; k++)
            to[k * all + b] = v[k];
    }
done:
    pair_free(&p);
    return err;
}

static void draw_signs(struct work *w, int64_t first)
{
#pragma omp parallel for schedule(static)
    for (int64_t b = 0; b < w->count; b++)
        for (int64_t i = 0; i < w->n; i++)
            set(&w->sign, b, i,
                iso_permutations_coin(w->rows->permutations, first + b, i) ? -1 : 1);
}

static iso_err fill(double *out, const iso_null_rows *rows, const iso_run *run)
{
    const iso_permutations *p = rows->permutations;
    struct work w = {.rows = rows, .n = p->items};
    const int64_t batches = p->count / ISO_NULL_BATCH + 1;
    int64_t done = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_mat_new(&w.sign, ISO_NULL_BATCH, w.n, rows->x[0].dtype));
    for (int64_t first = 0; first <= p->count; first += w.count) {
        w.count = p->count + 1 - first < ISO_NULL_BATCH ? p->count + 1 - first : ISO_NULL_BATCH;
        draw_signs(&w, first);
        for (int64_t i = 0; i < rows->pairs; i++) {
            ISO_TRY(pair_values(out, &w, i, first));
            ISO_TRY(iso_run_step(run, "coins", ++done, rows->pairs * batches, "pairs"));
        }
    }
done:
    iso_mat_free(&w.sign);
    return err;
}

static double operations(int64_t n, int64_t p, int64_t q)
{
    (void)q;
    return (double)n * (double)p;
}

const iso_null_model iso_centroid_permuted = {
    .text = "the two rows of each item given to the two languages by a coin",
    .values = ISO_CENTROIDS,
    .fill = fill,
    .operations = operations,
};
