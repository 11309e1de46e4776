/* An encoder in double, loops only, and a loss on it: what gradients are compared with. Independent
 * of lib/nn but for the names of tensors, the config and, where there is dropout, its masks. */
#ifndef TESTS_NN_ENCODER_REFERENCE_H
#define TESTS_NN_ENCODER_REFERENCE_H

#include "tests/check.h"

#include "lib/base/rng.h"
#include "lib/nn/arch.h"
#include "lib/nn/tape.h"

enum { REF_TENSORS = 128, REF_LAYERS = 6 };

struct ref_linear {
    const double *w, *b;
};

struct ref_norm {
    const double *gain, *bias;
};

/* The parameters of `e` in double; `value` may be changed. */
struct ref {
    const iso_nn_config *c;
    double *value[REF_TENSORS];
    const iso_tensor *tensors;
    int64_t count;
    const double *word, *position, *type;
    struct ref_norm norm;
    struct {
        struct ref_linear q, k, v, o, f1, f2;
        struct ref_norm n1, n2;
    } layers[REF_LAYERS];
};

static inline double *ref_new(int64_t n)
{
    double *x = calloc((size_t)n + 1, sizeof *x);

    assert_non_null(x);
    return x;
}

static inline const double *ref_find(const struct ref *r, const char *a, const char *b,
                                     const char *ending)
{
    char name[256];

    snprintf(name, sizeof name, "%s%s%s%s", r->c->arch->prefix, a, b, ending);
    for (int64_t i = 0; i < r->count; i++)
        if (strcmp(r->tensors[i].name, name) == 0)
            return r->value[i];
    fail_msg("no tensor %s", name);
    return NULL;
}

static inline struct ref_linear ref_find_linear(const struct ref *r, const char *a, const char *b)
{
    return (struct ref_linear){ref_find(r, a, b, ".weight"), ref_find(r, a, b, ".bias")};
}

static inline struct ref_norm ref_find_norm(const struct ref *r, const char *a, const char *b)
{
    return (struct ref_norm){ref_find(r, a, b, ".weight"), ref_find(r, a, b, ".bias")};
}

static inline void ref_begin(struct ref *r, iso_trained *e)
{
    const iso_arch_tensors *n = e->config.arch->tensors;
    char layer[128];

    *r = (struct ref){.c = &e->config};
    r->tensors = iso_trained_tensors(e, &r->count);
    assert_true(r->count <= REF_TENSORS && r->c->L <= REF_LAYERS);
    for (int64_t i = 0; i < r->count; i++) {
        const int64_t size = r->tensors[i].rows * r->tensors[i].cols;
        r->value[i] = ref_new(size);
        for (int64_t j = 0; j < size; j++)
            r->value[i][j] = (double)r->tensors[i].value[j];
    }
    r->word = ref_find(r, n->word, "", ".weight");
    r->position = ref_find(r, n->position, "", ".weight");
    r->type = r->c->types > 0 ? ref_find(r, n->type, "", ".weight") : NULL;
    r->norm = ref_find_norm(r, n->norm, "");
    for (int i = 0; i < r->c->L; i++) {
        snprintf(layer, sizeof layer, "%s.%d.", n->layer, i);
        r->layers[i].q = ref_find_linear(r, layer, n->q);
        r->layers[i].k = ref_find_linear(r, layer, n->k);
        r->layers[i].v = ref_find_linear(r, layer, n->v);
        r->layers[i].o = ref_find_linear(r, layer, n->o);
        r->layers[i].f1 = ref_find_linear(r, layer, n->f1);
        r->layers[i].f2 = ref_find_linear(r, layer, n->f2);
        r->layers[i].n1 = ref_find_norm(r, layer, n->n1);
        r->layers[i].n2 = ref_find_norm(r, layer, n->n2);
    }
}

static inline void ref_end(struct ref *r)
{
    for (int64_t i = 0; i < r->count; i++)
        free(r->value[i]);
}

/* x[0..n) by a mask of dropout. */
static inline void ref_drop(double *x, int64_t n, const iso_dropout *drop, int layer, int place,
                            int64_t token)
{
    const iso_drop d = iso_drop_at(drop, layer, place);
    float mask[1024];

    assert_true(n <= 1024);
    for (int64_t i = 0; i < n; i++)
        mask[i] = 1;
    iso_drop_row(mask, n, &d, token, 0);
    for (int64_t i = 0; i < n; i++)
        x[i] *= mask[i] > 0 ? 1 / (1 - (double)d.rate) : 0;
}

static inline void ref_layer_norm(double *x, struct ref_norm n, double eps, int64_t C)
{
    double mean = 0, var = 0;

    for (int64_t j = 0; j < C; j++)
        mean += x[j] / (double)C;
    for (int64_t j = 0; j < C; j++)
        var += (x[j] - mean) * (x[j] - mean) / (double)C;
    for (int64_t j = 0; j < C; j++)
        x[j] = n.gain[j] * (x[j] - mean) / sqrt(var + eps) + n.bias[j];
}

static inline void ref_linear_row(double *y, const double *x, struct ref_linear l, int64_t out,
                                  int64_t in)
{
    for (int64_t i = 0; i < out; i++) {
        y[i] = l.b[i];
        for (int64_t j = 0; j < in; j++)
            y[i] += l.w[i * in + j] * x[j];
    }
}

static inline double ref_activation(double x, iso_activation a)
{
    if (a == ISO_RELU)
        return x > 0 ? x : 0;
    if (a == ISO_GELU)
        return 0.5 * x * (1 + erf(x / sqrt(2.0)));
    return 0.5 * x * (1 + tanh(sqrt(2 / acos(-1.0)) * (x + 0.044715 * x * x * x)));
}

static inline void ref_embed(double *x, const struct ref *r, const iso_batch *b,
                             const iso_dropout *drop)
{
    const int64_t C = r->c->C;

    for (int64_t s = 0; s < b->B; s++) {
        for (int64_t t = b->offsets[s]; t < b->offsets[s + 1]; t++) {
            const int64_t place = r->c->first_position + t - b->offsets[s];
            for (int64_t j = 0; j < C; j++) {
                x[t * C + j] = r->word[b->ids[t] * C + j] + r->position[place * C + j];
                if (r->type)
                    x[t * C + j] += r->type[(b->types ? b->types[t] : 0) * C + j];
            }
            ref_layer_norm(x + t * C, r->norm, r->c->eps, C);
            ref_drop(x + t * C, C, drop, 0, ISO_DROP_STATE, t);
        }
    }
}

/* One head of one sentence: tokens [first, end). */
static inline void ref_head(double *context, const double *q, const double *k, const double *v,
                            const struct ref *r, int layer, int h, int64_t first, int64_t end,
                            const iso_dropout *drop)
{
    const int64_t C = r->c->C, D = C / r->c->H;
    double w[1024];

    for (int64_t t = first; t < end; t++) {
        double sum = 0;
        for (int64_t u = first; u < end; u++) {
            double s = 0;
            for (int64_t d = h * D; d < (h + 1) * D; d++)
                s += q[t * C + d] * k[u * C + d];
            w[u - first] = exp(s / sqrt((double)D));
            sum += w[u - first];
        }
        for (int64_t u = first; u < end; u++)
            w[u - first] /= sum;
        ref_drop(w, end - first, drop, layer, ISO_DROP_HEADS + h, t);
        for (int64_t d = h * D; d < (h + 1) * D; d++) {
            context[t * C + d] = 0;
            for (int64_t u = first; u < end; u++)
                context[t * C + d] += w[u - first] * v[u * C + d];
        }
    }
}

/* The half of a layer that attends: each sentence to itself. */
static inline void ref_attend(double *x, const struct ref *r, int layer, const iso_batch *b,
                              const iso_dropout *drop)
{
    const int64_t C = r->c->C, T = b->offsets[b->B];
    double *q = ref_new(4 * T * C), *k = q + T * C, *v = k + T * C, *context = v + T * C;
    double *row = ref_new(C);

    for (int64_t t = 0; t < T; t++) {
        ref_linear_row(q + t * C, x + t * C, r->layers[layer - 1].q, C, C);
        ref_linear_row(k + t * C, x + t * C, r->layers[layer - 1].k, C, C);
        ref_linear_row(v + t * C, x + t * C, r->layers[layer - 1].v, C, C);
    }
    for (int64_t s = 0; s < b->B; s++)
        for (int h = 0; h < r->c->H; h++)
            ref_head(context, q, k, v, r, layer, h, b->offsets[s], b->offsets[s + 1], drop);
    for (int64_t t = 0; t < T; t++) {
        ref_linear_row(row, context + t * C, r->layers[layer - 1].o, C, C);
        ref_drop(row, C, drop, layer, ISO_DROP_ATTENDED, t);
        for (int64_t j = 0; j < C; j++)
            x[t * C + j] += row[j];
        ref_layer_norm(x + t * C, r->layers[layer - 1].n1, r->c->eps, C);
    }
    free(q);
    free(row);
}

/* The half that feeds. */
static inline void ref_feed(double *x, const struct ref *r, int layer, int64_t T,
                            const iso_dropout *drop)
{
    const int64_t C = r->c->C, F = r->c->F;
    double *wide = ref_new(F + C), *row = wide + F;

    for (int64_t t = 0; t < T; t++) {
        double *const at = x + t * C;
        ref_linear_row(wide, at, r->layers[layer - 1].f1, F, C);
        for (int64_t j = 0; j < F; j++)
            wide[j] = ref_activation(wide[j], r->c->activation);
        ref_linear_row(row, wide, r->layers[layer - 1].f2, C, F);
        ref_drop(row, C, drop, layer, ISO_DROP_FED, t);
        for (int64_t j = 0; j < C; j++)
            at[j] += row[j];
        ref_layer_norm(at, r->layers[layer - 1].n2, r->c->eps, C);
    }
    free(wide);
}

static inline void ref_layer(double *x, const struct ref *r, int layer, const iso_batch *b,
                             const iso_dropout *drop)
{
    ref_attend(x, r, layer, b, drop);
    ref_feed(x, r, layer, b->offsets[b->B], drop);
}

/* x (tokens × C) goes from state `from` to state `to`; from -1: begins with the embeddings. */
static inline void ref_states(double *x, const struct ref *r, const iso_batch *b, int from, int to,
                              const iso_dropout *drop)
{
    if (from < 0)
        ref_embed(x, r, b, drop);
    for (int k = from < 0 ? 1 : from + 1; k <= to; k++)
        ref_layer(x, r, k, b, drop);
}

#endif
