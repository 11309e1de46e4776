#include "analysis/classify/logistic.h"

#include <math.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/linalg/minimise.h"
#include "lib/linalg/tile.h"

enum { STRIP = 64 }; /* rows at a time */

/* Weights in the order of the minimiser: class c of column j at [j * classes + c], then biases.
 * For products they lie in panels of `width` classes. */
struct iso_logistic {
    const iso_tiles *tiles;
    int classes, panels, width;
    int64_t n, d;
    double *mean, *scale; /* d: x̃ = (x − mean) · scale */
    float *x, *xt;        /* standardised: n × d, d × n */
    int32_t *label;       /* n */
    double *weights;      /* (d + 1) × classes */
    float *w, *bias;      /* panels × d × width, panels × width */
    float *p;             /* panels × n × width: logits, then what they lack */
    float *g;             /* d × width */
    double *loss;         /* a strip each */
    double l2, value;
};

void iso_logistic_free(iso_logistic *m)
{
    if (!m)
        return;
    iso_free(m->mean);
    iso_free(m->scale);
    iso_free(m->x);
    iso_free(m->xt);
    iso_free(m->label);
    iso_free(m->weights);
    iso_free(m->w);
    iso_free(m->bias);
    iso_free(m->p);
    iso_free(m->g);
    iso_free(m->loss);
    iso_free(m);
}

double iso_logistic_loss(const iso_logistic *m)
{
    return m->value;
}

static const float *row_of(const iso_examples *e, int64_t i)
{
    return (const float *)e->x.data + (e->pick ? e->pick[i] : i) * e->x.stride;
}

static iso_err check(const iso_examples *e)
{
    iso_err err = ISO_OK;

    ISO_NEED(e->x.dtype == ISO_F32 && e->x.cols > 0, "a probe reads f32 with at least one column");
    ISO_NEED(e->classes >= 2, "a probe of %d classes: there must be two", e->classes);
    ISO_NEED(e->n >= 1, "a probe without an example");
    for (int64_t i = 0; i < e->n; i++) {
        const int64_t row = e->pick ? e->pick[i] : i;
        ISO_NEED(row >= 0 && row < e->x.rows && e->label[row] >= 0 && e->label[row] < e->classes,
                 "a probe's example %lld is row %lld of %lld, or its class is not below %d",
                 (long long)i, (long long)row, (long long)e->x.rows, e->classes);
    }
done:
    return err;
}

/* Means and standard deviations of the rows taken, in two passes. */
static iso_err standardise(iso_logistic *m, const iso_examples *e)
{
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < e->n; i++)
        for (int64_t j = 0; j < m->d; j++)
            m->mean[j] += (double)row_of(e, i)[j] / (double)e->n;
    for (int64_t i = 0; i < e->n; i++) {
        for (int64_t j = 0; j < m->d; j++) {
            const double off = (double)row_of(e, i)[j] - m->mean[j];
            m->scale[j] += off * off;
        }
    }
    for (int64_t j = 0; j < m->d; j++) {
        if (!isfinite(m->scale[j]))
            ISO_FAIL(ISO_EFORMAT, "a probe's examples are not finite in column %lld", (long long)j);
        const double sd = sqrt(m->scale[j] / (double)e->n);
        m->scale[j] = sd > 1e-12 * fabs(m->mean[j]) && sd > 0 ? 1 / sd : 0;
    }
    for (int64_t i = 0; i < e->n; i++) {
        for (int64_t j = 0; j < m->d; j++) {
            const double x = ((double)row_of(e, i)[j] - m->mean[j]) * m->scale[j];
            m->x[i * m->d + j] = m->xt[j * m->n + i] = (float)x;
        }
    }
done:
    return err;
}

iso_err iso_logistic_new(iso_logistic **out, const iso_examples *e)
{
    iso_logistic *m = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(check(e));
    ISO_TRY(iso_alloc(&m, 1, sizeof *m));
    m->classes = e->classes;
    m->tiles = iso_tiles_best(ISO_F32);
    m->width = iso_tile_width(m->tiles, 0, e->classes);
    m->panels = (e->classes + m->width - 1) / m->width;
    m->n = e->n;
    m->d = e->x.cols;
    const int64_t wide = (int64_t)m->panels * m->width;
    ISO_TRY(iso_alloc(&m->mean, m->d, sizeof *m->mean));
    ISO_TRY(iso_alloc(&m->scale, m->d, sizeof *m->scale));
    ISO_TRY(iso_alloc(&m->x, m->n * m->d, sizeof *m->x));
    ISO_TRY(iso_alloc(&m->xt, m->n * m->d, sizeof *m->xt));
    ISO_TRY(iso_alloc(&m->label, m->n, sizeof *m->label));
    ISO_TRY(iso_alloc(&m->weights, (m->d + 1) * m->classes, sizeof *m->weights));
    ISO_TRY(iso_alloc(&m->w, m->d * wide, sizeof *m->w));
    ISO_TRY(iso_alloc(&m->bias, wide, sizeof *m->bias));
    ISO_TRY(iso_alloc(&m->p, m->n * wide, sizeof *m->p));
    ISO_TRY(iso_alloc(&m->g, m->d * m->width, sizeof *m->g));
    ISO_TRY(iso_alloc(&m->loss, m->n / STRIP + 1, sizeof *m->loss));
    ISO_TRY(standardise(m, e));
    for (int64_t i = 0; i < m->n; i++)
        m->label[i] = e->label[e->pick ? e->pick[i] : i];
    *out = m;
    m = NULL;
done:
    iso_logistic_free(m);
    return err;
}

/* --- The loss of weights on the examples, and its gradient: two products and a softmax --- */

/* z (rows × width, packed) = rows of d numbers · weights of one panel, each row from `start`. */
static void multiply(float *z, const iso_logistic *m, const float *rows, int64_t d, int64_t count,
                     const float *panel, const float *start)
{
    const iso_tile_rows a = {rows, m->tiles->rows * d, d, 1};

    (m->width == m->tiles->cols ? m->tiles->full : m->tiles->half)(z, m->width, &a, panel, count, d,
                                                                   start, false, NULL);
}

/* Weights of the minimiser to panels. */
static void lay_out(iso_logistic *m, const double *weights)
{
    for (int c = 0; c < m->classes; c++) {
        float *w = m->w + c / m->width * m->d * m->width + c % m->width;
        for (int64_t j = 0; j < m->d; j++)
            w[j * m->width] = (float)weights[j * m->classes + c];
        m->bias[c] = (float)weights[m->d * m->classes + c];
    }
}

/* Logits of a row to (p − [its class]) / n, class c at z[c / width · step + c mod width]; its loss.
 */
static double lack(float *z, int64_t step, int32_t label, const iso_logistic *m)
{
    float most = -INFINITY;
    double sum = 0, own = 0;

    for (int c = 0; c < m->classes; c++)
        most = fmaxf(most, z[c / m->width * step + c % m->width]);
    for (int c = 0; c < m->classes; c++) {
        float *at = &z[c / m->width * step + c % m->width];
        const double e = (double)expf(*at - most);
        own = c == label ? (double)(*at - most) : own;
        *at = (float)e;
        sum += e;
    }
    for (int c = 0; c < m->classes; c++) {
        float *at = &z[c / m->width * step + c % m->width];
        *at = (float)(((double)*at / sum - (c == label)) / (double)m->n);
    }
    return log(sum) - own;
}

static double forward(iso_logistic *m)
{
    const int64_t strips = (m->n + STRIP - 1) / STRIP, step = m->n * m->width;
    double loss = 0;

#pragma omp parallel for schedule(static) if (m->n * m->d > 1000000)
    for (int64_t s = 0; s < strips; s++) {
        const int64_t first = s * STRIP, count = m->n - first < STRIP ? m->n - first : STRIP;
        float *z = m->p + first * m->width;
        for (int p = 0; p < m->panels; p++)
            multiply(z + p * step, m, m->x + first * m->d, m->d, count, m->w + p * m->d * m->width,
                     m->bias + (int64_t)p * m->width);
        m->loss[s] = 0;
        for (int64_t i = 0; i < count; i++)
            m->loss[s] += lack(z + i * m->width, step, m->label[first + i], m);
    }
    for (int64_t s = 0; s < strips; s++)
        loss += m->loss[s];
    return loss / (double)m->n;
}

/* The gradient of one panel's classes; columns of x in strips. */
static void backward(double *gradient, iso_logistic *m, int panel)
{
    const float *lacks = m->p + panel * m->n * m->width;
    const int first = panel * m->width;
    const int count = m->classes - first < m->width ? m->classes - first : m->width;

#pragma omp parallel for schedule(static) if (m->n * m->d > 1000000)
    for (int64_t j = 0; j < m->d; j += STRIP) {
        const int64_t wide = m->d - j < STRIP ? m->d - j : STRIP;
        multiply(m->g + j * m->width, m, m->xt + j * m->n, m->n, wide, lacks, NULL);
    }
    for (int64_t j = 0; j < m->d; j++)
        for (int c = 0; c < count; c++)
            gradient[j * m->classes + first + c] = (double)m->g[j * m->width + c];
    for (int c = 0; c < count; c++) {
        double sum = 0;
        for (int64_t i = 0; i < m->n; i++)
            sum += (double)lacks[i * m->width + c];
        gradient[m->d * m->classes + first + c] = sum;
    }
}

/* An iso_smooth's value. */
static double value_of(void *logistic, const double *weights, double *gradient)
{
    iso_logistic *m = logistic;
    double square = 0;

    lay_out(m, weights);
    const double loss = forward(m);
    for (int p = 0; p < m->panels; p++)
        backward(gradient, m, p);
    for (int64_t i = 0; i < m->d * m->classes; i++) {
        gradient[i] += m->l2 * weights[i];
        square += weights[i] * weights[i];
    }
    return loss + 0.5 * m->l2 * square;
}

/* --- Fitting and predicting --- */

iso_err iso_logistic_fit(iso_logistic *m, double l2)
{
    const iso_smooth f = {value_of, m, (m->d + 1) * m->classes};
    const iso_minimise_opt opt = {.tolerance = 1e-4};
    iso_minimised end;
    iso_err err = ISO_OK;

    ISO_NEED(l2 > 0 && isfinite(l2), "l2 %g is not above 0", l2);
    m->l2 = l2;
    ISO_TRY(iso_minimise(&end, m->weights, &f, &opt));
    m->value = end.value;
    lay_out(m, m->weights);
done:
    return err;
}

static int32_t best_of(const float *z, int64_t step, const iso_logistic *m)
{
    int32_t best = 0;

    for (int c = 1; c < m->classes; c++) {
        if (z[c / m->width * step + c % m->width] > z[best / m->width * step + best % m->width])
            best = c;
    }
    return best;
}

iso_err iso_logistic_predict(int32_t *label, const iso_logistic *m, iso_view x)
{
    const int64_t step = STRIP * m->width;
    float *rows = NULL, *z = NULL;
    iso_err err = ISO_OK;

    ISO_NEED(x.cols == m->d && x.dtype == ISO_F32, "a probe of %lld columns reads %lld",
             (long long)m->d, (long long)x.cols);
    ISO_TRY(iso_alloc(&rows, STRIP * m->d, sizeof *rows));
    ISO_TRY(iso_alloc(&z, m->panels * step, sizeof *z));
    for (int64_t first = 0; first < x.rows; first += STRIP) {
        const int64_t count = x.rows - first < STRIP ? x.rows - first : STRIP;
        for (int64_t i = 0; i < count; i++) {
            const float *from = (const float *)x.data + (first + i) * x.stride;
            for (int64_t j = 0; j < m->d; j++)
                rows[i * m->d + j] = (float)(((double)from[j] - m->mean[j]) * m->scale[j]);
        }
        for (int p = 0; p < m->panels; p++)
            multiply(z + p * step, m, rows, m->d, count, m->w + p * m->d * m->width,
                     m->bias + (int64_t)p * m->width);
        for (int64_t i = 0; i < count; i++)
            label[first + i] = best_of(z + i * m->width, step, m);
    }
done:
    iso_free(rows);
    iso_free(z);
    return err;
}

/* w (x − mean) · scale + b, as products take w: in f32. */
void iso_logistic_weights(double *w, double *b, const iso_logistic *m)
{
    for (int c = 0; c < m->classes; c++) {
        b[c] = (double)(float)m->weights[m->d * m->classes + c];
        for (int64_t j = 0; j < m->d; j++) {
            w[c * m->d + j] = (double)(float)m->weights[j * m->classes + c] * m->scale[j];
            b[c] -= w[c * m->d + j] * m->mean[j];
        }
    }
}
