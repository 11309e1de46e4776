/* X-Mixup in double precision, slowly, from the formulas: one sentence at a time, masks added as
 * −10000, every matrix written out. Shares nothing with the kernels but the numbers of a model. */
#ifndef ISO_TESTS_NN_XMIXUP_REFERENCE_H
#define ISO_TESTS_NN_XMIXUP_REFERENCE_H

#include "tests/check.h"

#include "lib/linalg/convert.h"
#include "lib/nn/embedding.h"
#include "lib/nn/params.h"
#include "lib/nn/xmixup.h"

/* A model, and the id it pads with. */
struct reference {
    iso_nn_config c;
    iso_params p;
    iso_weights *weights;
    int pad;
};

static inline void reference_open(struct reference *m, const char *folder, bool random,
                                  uint64_t seed)
{
    static bool used[4096];

    *m = (struct reference){0};
    ok(iso_nn_config_read(&m->c, folder));
    m->pad = m->c.first_position > 0 ? (int)m->c.first_position - 1 : 0;
    if (random) {
        ok(iso_params_random(&m->p, &m->c, ISO_COMPUTE_F32, seed));
    } else {
        ok(iso_weights_open(&m->weights, folder));
        assert_true(iso_weights_count(m->weights) <= 4096);
        ok(iso_params_find(&m->p, &m->c, m->weights, ISO_COMPUTE_F32, used));
    }
}

static inline void reference_close(struct reference *m)
{
    iso_params_free(&m->p, &m->c);
    iso_weights_close(m->weights);
}

static inline double *reference_new(int64_t n)
{
    double *x = calloc((size_t)(n > 0 ? n : 1), sizeof *x);

    assert_non_null(x);
    return x;
}

/* x (T × inputs) Wᵀ + b */
static inline double *reference_linear(const double *x, int64_t T, const iso_linear *l)
{
    const int64_t F = l->w.rows, C = l->w.cols;
    double *w = reference_new(F * C), *y = reference_new(T * F);

    iso_convert_f64(w, C, l->w);
    for (int64_t t = 0; t < T; t++)
        for (int64_t f = 0; f < F; f++) {
            double s = l->bias[f];
            for (int64_t i = 0; i < C; i++)
                s += x[t * C + i] * w[f * C + i];
            y[t * F + f] = s;
        }
    free(w);
    return y;
}

static inline void reference_norm(double *x, int64_t T, int64_t C, const iso_norm *n)
{
    for (int64_t t = 0; t < T; t++, x += C) {
        double mean = 0, var = 0;
        for (int64_t i = 0; i < C; i++)
            mean += x[i] / (double)C;
        for (int64_t i = 0; i < C; i++)
            var += (x[i] - mean) * (x[i] - mean) / (double)C;
        for (int64_t i = 0; i < C; i++)
            x[i] = n->gain[i] * (x[i] - mean) / sqrt(var + n->eps) + n->bias[i];
    }
}

/* p = softmax of n numbers, each with `masked` added from `live` on. */
static inline void reference_softmax(double *p, const double *s, int64_t n, int64_t live,
                                     double masked)
{
    double most = -INFINITY, sum = 0;

    for (int64_t j = 0; j < n; j++) {
        p[j] = s[j] + (j < live ? 0 : masked);
        most = fmax(most, p[j]);
    }
    for (int64_t j = 0; j < n; j++)
        sum += p[j] = exp(p[j] - most);
    for (int64_t j = 0; j < n; j++)
        p[j] /= sum;
}

/* Raw scores H × Tt × Ts of queries x at keys y. */
static inline double *reference_scores(const double *x, int64_t Tt, const double *y, int64_t Ts,
                                       const iso_layer *l, int H)
{
    const int64_t C = l->q.w.rows, D = C / H;
    double *q = reference_linear(x, Tt, &l->q), *k = reference_linear(y, Ts, &l->k);
    double *s = reference_new(H * Tt * Ts), *to = s;

    for (int h = 0; h < H; h++)
        for (int64_t i = 0; i < Tt; i++)
            for (int64_t j = 0; j < Ts; j++, to++) {
                for (int64_t d = 0; d < D; d++)
                    *to += q[i * C + h * D + d] * k[j * C + h * D + d];
                *to /= sqrt((double)D);
            }
    free(q), free(k);
    return s;
}

/* [softmax(S + (1 − ms) · −10000) v] Wo + bo */
static inline double *reference_context(const double *s, int64_t Tt, const double *y, int64_t Ts,
                                        int64_t live, const iso_layer *l, int H)
{
    const int64_t C = l->q.w.rows, D = C / H;
    double *v = reference_linear(y, Ts, &l->v), *c = reference_new(Tt * C), *p = reference_new(Ts);

    for (int h = 0; h < H; h++)
        for (int64_t i = 0; i < Tt; i++) {
            reference_softmax(p, s + (h * Tt + i) * Ts, Ts, live, -10000);
            for (int64_t d = 0; d < D; d++)
                for (int64_t j = 0; j < Ts; j++)
                    c[i * C + h * D + d] += p[j] * v[j * C + h * D + d];
        }
    double *out = reference_linear(c, Tt, &l->o);
    free(v), free(c), free(p);
    return out;
}

/* Mean over heads and rows of the translation entropy of rows over columns. s(h, i, j) lies at
 * s[h · head + i · row + j · col]. */
static inline double reference_entropy(const double *s, int H, int64_t head, int64_t rows,
                                       int64_t row, int64_t live_rows, int64_t cols, int64_t col,
                                       int64_t live_cols, iso_mix_entropy mode)
{
    const int64_t counted = mode == ISO_MIX_REPO ? rows : live_rows;
    double *line = reference_new(cols), *p = reference_new(cols), *q = reference_new(cols), e = 0;

    for (int h = 0; h < H; h++)
        for (int64_t i = 0; i < counted; i++) {
            for (int64_t j = 0; j < cols; j++)
                line[j] = s[h * head + i * row + j * col];
            reference_softmax(p, line, cols, live_cols, -INFINITY);
            double most = -INFINITY, sum = 0;
            const int64_t seen = mode == ISO_MIX_REPO ? cols : live_cols;
            for (int64_t j = 0; j < seen; j++) {
                q[j] = j < live_cols ? line[j] : 0; /* S · ms */
                most = fmax(most, q[j]);
            }
            for (int64_t j = 0; j < seen; j++)
                sum += exp(q[j] - most);
            for (int64_t j = 0; j < live_cols; j++)
                e -= p[j] * (q[j] - most - log(sum));
        }
    free(line), free(p), free(q);
    return e / (double)(H * counted);
}

static inline void reference_entropies(double *e1, double *e2, const double *s, int H, int64_t Tt,
                                       int64_t live_t, int64_t Ts, int64_t live_s,
                                       iso_mix_entropy mode)
{
    *e1 = reference_entropy(s, H, Tt * Ts, Tt, Ts, live_t, Ts, 1, live_s, mode);
    *e2 = reference_entropy(s, H, Tt * Ts, Ts, 1, live_s, Tt, Ts, live_t, mode);
}

/* State 0 of T ids, as the families make their positions: by counting ids that are no padding, or
 * by place. */
static inline double *reference_embed(const struct reference *m, const int32_t *ids, int64_t T)
{
    const int64_t C = m->c.C;
    double *x = reference_new(T * C);
    float *row = malloc((size_t)C * sizeof *row);
    int64_t seen = 0;

    for (int64_t t = 0; t < T; t++) {
        const bool real = ids[t] != m->pad;
        seen += real;
        const int64_t position = m->c.first_position == 0 ? t : (real ? seen : 0) + m->pad;
        const iso_lookup *tables[] = {&m->p.word, &m->p.position, &m->p.type};
        const int64_t at[] = {ids[t], position, 0};
        for (int k = 0; k < (m->c.types > 0 ? 3 : 2); k++) {
            iso_lookup_row(row, tables[k], at[k]);
            for (int64_t i = 0; i < C; i++)
                x[t * C + i] += row[i];
        }
    }
    reference_norm(x, T, C, &m->p.norm);
    free(row);
    return x;
}

/* x := LN1(x + SA(x)) */
static inline void reference_attend(double *x, int64_t T, int64_t live, const iso_layer *l, int H)
{
    const int64_t C = l->q.w.rows;
    double *s = reference_scores(x, T, x, T, l, H), *c = reference_context(s, T, x, T, live, l, H);

    for (int64_t i = 0; i < T * C; i++)
        x[i] += c[i];
    reference_norm(x, T, C, &l->n1);
    free(s), free(c);
}

/* x := LN2(x + FFN(x)); exact GELU. */
static inline void reference_feed(double *x, int64_t T, const iso_layer *l)
{
    const int64_t F = l->f1.w.rows, C = l->f1.w.cols;
    double *wide = reference_linear(x, T, &l->f1);

    for (int64_t i = 0; i < T * F; i++)
        wide[i] *= 0.5 * erfc(-wide[i] * M_SQRT1_2);
    double *fed = reference_linear(wide, T, &l->f2);
    for (int64_t i = 0; i < T * C; i++)
        x[i] += fed[i];
    reference_norm(x, T, C, &l->n2);
    free(wide), free(fed);
}

/* A pair on its way. */
struct reference_pair {
    int64_t Tt, Ts, live_t, live_s;
    double *t, *s; /* states */
    double e1, e2, lambda;
    double *attention; /* live rows × live columns, mean over heads; of the latest mix */
};

/* t := LN1(λ C + (1 − λ) t); λ by the rule. */
static inline void reference_mix(struct reference_pair *x, const iso_layer *l, int H,
                                 const iso_mix_rule *rule)
{
    const int64_t C = l->q.w.rows;
    double *s = reference_scores(x->t, x->Tt, x->s, x->Ts, l, H);
    double *equal = reference_new(H * x->Tt * x->Ts); /* scores of 0 */
    double *c = reference_context(rule->even ? equal : s, x->Tt, x->s, x->Ts, x->live_s, l, H),
           *p = reference_new(x->Ts);

    reference_entropies(&x->e1, &x->e2, s, H, x->Tt, x->live_t, x->Ts, x->live_s, rule->entropy);
    const double e = rule->kind == ISO_MIX_NO_ENTROPY ? 0 : x->e1 + x->e2;
    x->lambda = rule->kind == ISO_MIX_FIXED
                    ? rule->fixed
                    : rule->head.lambda0 / (1 + exp(-rule->head.w * e - rule->head.b));
    free(x->attention);
    x->attention = reference_new(x->live_t * x->live_s);
    for (int64_t i = 0; i < H * x->live_t; i++) {
        reference_softmax(p, s + (i / x->live_t * x->Tt + i % x->live_t) * x->Ts, x->live_s,
                          x->live_s, 0);
        for (int64_t j = 0; j < x->live_s; j++)
            x->attention[i % x->live_t * x->live_s + j] += p[j] / H;
    }
    for (int64_t i = 0; i < x->Tt * C; i++)
        x->t[i] = x->lambda * c[i] + (1 - x->lambda) * x->t[i];
    reference_norm(x->t, x->Tt, C, &l->n1);
    free(s), free(c), free(p), free(equal);
}

#endif
