#include "lib/train/head_class.h"

#include <math.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/linalg/convert.h"
#include "lib/linalg/product.h"
#include "lib/nn/arch.h"
#include "lib/train/loss.h"
#include "lib/train/streams.h"

enum { DENSE, DENSE_BIAS, OUT, OUT_BIAS, TENSORS };

struct class_head {
    iso_head base;
    bool linear, relu, spans;
    iso_head_rows rows;
    int depth; /* L + 1 */
    iso_tensor tensor[TENSORS];
    float *memory; /* values, then gradients */
    char *name[TENSORS];
};

static void class_free(iso_head *h)
{
    struct class_head *k = (struct class_head *)h;

    for (int i = 0; i < TENSORS; i++)
        iso_free(k->name[i]);
    iso_free(k->memory);
    iso_free(k);
}

/* --- Rows of units --- */

/* How many tokens of unit i are read; their sum is divided by *per. */
static int64_t tokens_of(int64_t *per, const struct class_head *k, const iso_units *u, int64_t i)
{
    const int64_t n = u->first[i + 1] - u->first[i];

    *per = k->rows == ISO_HEAD_MEAN && n > 0 ? n : 1;
    return k->rows == ISO_HEAD_FIRST && n > 1 ? 1 : n;
}

static void pool(iso_mat *out, const struct class_head *k, iso_view x, const iso_units *u)
{
    const float *data = x.data;

#pragma omp parallel for schedule(static) if (u->n > 64)
    for (int64_t i = 0; i < u->n; i++) {
        int64_t per;
        const int64_t *list = u->index + u->first[i], n = tokens_of(&per, k, u, i);
        float *row = (float *)out->data + i * out->stride;
        for (int64_t c = 0; c < x.cols; c++) {
            double sum = 0;
            for (int64_t t = 0; t < n; t++)
                sum += (double)data[list[t] * x.stride + c];
            row[c] = (float)(sum / (double)per);
        }
    }
}

/* A token may be in several units. */
static void unpool(iso_mat *dx, const struct class_head *k, const iso_mat *d, const iso_units *u)
{
    for (int64_t i = 0; i < u->n; i++) {
        int64_t per;
        const int64_t *list = u->index + u->first[i], n = tokens_of(&per, k, u, i);
        const float *row = (const float *)d->data + i * d->stride;
        for (int64_t t = 0; t < n; t++) {
            float *to = (float *)dx->data + list[t] * dx->stride;
            for (int64_t c = 0; c < d->cols; c++)
                to[c] += row[c] / (float)per;
        }
    }
}

/* --- Linear maps --- */

static iso_view weights(const iso_tensor *t)
{
    return iso_view_f32(t->value, t->rows, t->cols);
}

/* y = x Wᵀ + b */
static iso_err map(iso_mat *y, iso_view x, const iso_tensor *w)
{
    for (int64_t i = 0; i < y->rows; i++)
        memcpy((float *)y->data + i * y->stride, w[1].value, (size_t)y->cols * sizeof(float));
    return iso_mul_nt(y, x, weights(w), 1);
}

/* Gradients of W and b, where they are wanted, and, unless NULL, dx = dy W. */
static iso_err map_back(iso_mat *dx, iso_view dy, iso_view x, const iso_tensor *w)
{
    iso_mat dw = {.data = w->grad, .rows = w->rows, .cols = w->cols, .stride = w->cols};
    const float *d = dy.data;
    iso_err err = ISO_OK;

    if (w->grad)
        ISO_TRY(iso_mul_tn(&dw, dy, x, 1));
    for (int64_t c = 0; w[1].grad && c < dy.cols; c++) {
        double sum = 0;
        for (int64_t i = 0; i < dy.rows; i++)
            sum += (double)d[i * dy.stride + c];
        w[1].grad[c] += (float)sum;
    }
    if (dx)
        ISO_TRY(iso_mul_nn(dx, dy, weights(w), 0));
done:
    return err;
}

static void activate(iso_mat *x, bool relu)
{
    float *at = x->data;

    for (int64_t i = 0; i < x->rows * x->cols; i++)
        at[i] = relu ? (at[i] > 0 ? at[i] : 0) : tanhf(at[i]);
}

static void activate_back(iso_mat *d, const float *out, bool relu)
{
    float *at = d->data;

    for (int64_t i = 0; i < d->rows * d->cols; i++)
        at[i] *= relu ? (float)(out[i] > 0) : 1 - out[i] * out[i];
}

/* --- Forward and back --- */

static iso_err find_drops(iso_head_tape *t, const struct class_head *k, const iso_units *u,
                          const iso_dropout *drop)
{
    iso_dropout own = drop ? *drop : (iso_dropout){0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_head_keys(t, u, drop));
    own.keys = t->keys;
    t->into = iso_drop_at(&own, k->depth, ISO_DROP_POOLED);
    t->between = iso_drop_at(&own, k->depth, ISO_DROP_DENSE);
done:
    return err;
}

/* The tape's `hidden`: what the activation gave, below it the same dropped. */
static void halves(iso_mat *plain, iso_mat *dropped, const iso_workspace *w, int64_t n, int64_t C)
{
    *plain = (iso_mat){.data = w->at, .rows = n, .cols = C, .stride = C};
    *dropped = *plain;
    dropped->data = w->at + n * C;
}

static iso_err class_logits(iso_head *h, iso_mat *logits, iso_view states, const iso_units *u,
                            const iso_dropout *drop, iso_head_tape *t)
{
    const struct class_head *k = (const struct class_head *)h;
    iso_mat rows, plain, dropped;
    iso_err err = ISO_OK;

    ISO_TRY(find_drops(t, k, u, k->spans ? NULL : drop));
    ISO_TRY(iso_workspace_mat(&rows, &t->rows, u->n, h->C));
    pool(&rows, k, states, u);
    iso_drop_rows(&rows, &t->into);
    if (k->linear) {
        ISO_TRY(map(logits, iso_mat_view(&rows), &k->tensor[OUT]));
        goto done;
    }
    ISO_TRY(iso_workspace_need(&t->hidden, 2 * u->n * h->C));
    halves(&plain, &dropped, &t->hidden, u->n, h->C);
    ISO_TRY(map(&plain, iso_mat_view(&rows), &k->tensor[DENSE]));
    activate(&plain, k->relu);
    memcpy(dropped.data, plain.data, (size_t)(u->n * h->C) * sizeof(float));
    iso_drop_rows(&dropped, &t->between);
    ISO_TRY(map(logits, iso_mat_view(&dropped), &k->tensor[OUT]));
done:
    return err;
}

static double class_loss(const iso_head *h, float *dlogits, const float *logits, const iso_units *u)
{
    double sum = 0;

    if (u->label)
        sum += iso_loss_hard(dlogits, logits, u->label, u->n, h->classes, u->by);
    if (u->soft)
        sum += iso_loss_soft(dlogits, logits, u->soft, u->n, h->classes, 0, u->by);
    return sum;
}

static iso_err class_back(iso_head *h, iso_mat *dstates, iso_view dlogits, const iso_units *u,
                          iso_head_tape *t)
{
    const struct class_head *k = (const struct class_head *)h;
    const iso_view rows = iso_view_f32(t->rows.at, u->n, h->C);
    iso_mat d, dh, plain, dropped;
    iso_err err = ISO_OK;

    ISO_TRY(iso_workspace_need(&t->back, 2 * u->n * h->C));
    halves(&d, &dh, &t->back, u->n, h->C);
    if (k->linear) {
        ISO_TRY(map_back(&d, dlogits, rows, &k->tensor[OUT]));
    } else {
        halves(&plain, &dropped, &t->hidden, u->n, h->C);
        ISO_TRY(map_back(&dh, dlogits, iso_mat_view(&dropped), &k->tensor[OUT]));
        iso_drop_rows(&dh, &t->between);
        activate_back(&dh, plain.data, k->relu);
        ISO_TRY(map_back(&d, iso_mat_view(&dh), rows, &k->tensor[DENSE]));
    }
    iso_drop_rows(&d, &t->into);
    unpool(dstates, k, &d, u);
done:
    return err;
}

static double span_loss(const iso_head *h, float *dlogits, const float *logits, const iso_units *u)
{
    (void)h;
    return iso_loss_span(dlogits, logits, u->batch->offsets, u->label, u->last, u->batch->B, u->by);
}

static const iso_head_ops ops = {"classify", class_logits, class_loss, class_back, class_free};
static const iso_head_ops span_ops = {"span", class_logits, span_loss, class_back, class_free};

/* --- Making one --- */

static iso_err name_tensor(struct class_head *k, int i, const char *stem, const char *ending)
{
    iso_buf name = {0};
    const iso_err err = iso_buf_printf(&name, "%s%s", stem, ending);

    k->name[i] = name.text;
    return err;
}

/* Tensors of a map from C to `rows`, whose values begin at *at, gradients `all` floats later. */
static iso_err add_map(struct class_head *k, int i, const char *stem, int64_t rows, float **at,
                       int64_t all)
{
    const int64_t C = k->base.C;
    iso_err err = ISO_OK;

    ISO_TRY(name_tensor(k, i, stem, ".weight"));
    ISO_TRY(name_tensor(k, i + 1, stem, ".bias"));
    k->tensor[i] = (iso_tensor){.name = k->name[i],
                                .value = *at,
                                .grad = *at + all,
                                .rows = rows,
                                .cols = C,
                                .kind = ISO_TENSOR_MATRIX,
                                .depth = k->depth};
    *at += rows * C;
    k->tensor[i + 1] = (iso_tensor){.name = k->name[i + 1],
                                    .value = *at,
                                    .grad = *at + all,
                                    .rows = 1,
                                    .cols = rows,
                                    .kind = ISO_TENSOR_VECTOR,
                                    .depth = k->depth};
    *at += rows;
done:
    return err;
}

static iso_err lay_out(struct class_head *k, const iso_nn_config *c, const char *linear)
{
    const iso_arch_head *names = c->arch->heads;
    const int64_t C = c->C, K = k->base.classes;
    const int64_t all = (k->linear ? 0 : C * C + C) + K * C + K;
    float *at;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&k->memory, 2 * all, sizeof *k->memory));
    at = k->memory;
    if (!k->linear)
        ISO_TRY(add_map(k, DENSE, names->dense, C, &at, all));
    ISO_TRY(add_map(k, OUT, k->linear ? linear : names->out, K, &at, all));
    k->base.tensors = &k->tensor[k->linear ? OUT : DENSE];
    k->base.tensor_count = k->linear ? TENSORS - OUT : TENSORS;
done:
    return err;
}

static void draw(const iso_tensor *t, uint64_t seed, uint64_t which)
{
    iso_rng rng = iso_stream_rng(seed, ISO_STREAM_HEAD, which);

    for (int64_t i = 0; i < t->rows * t->cols; i++)
        t->value[i] = (float)(0.02 * iso_rng_normal(&rng));
}

static void take(const iso_tensor *t, const iso_linear *from)
{
    iso_convert(t->value, t->cols, ISO_F32, from->w);
    memcpy(t[1].value, from->bias, (size_t)t->rows * sizeof(float));
}

static iso_err fill(struct class_head *k, const iso_head_class_opt *opt)
{
    const iso_linear *dense = NULL, *out = NULL;
    bool relu = false;
    iso_err err = ISO_OK;

    for (int i = k->linear ? OUT : DENSE; !opt->from && i < TENSORS; i += 2)
        draw(&k->tensor[i], opt->seed, (uint64_t)i);
    if (!opt->from && opt->pooler && !k->linear) {
        iso_classifier_maps(&dense, &out, &relu, opt->pooler);
        take(&k->tensor[DENSE], dense);
    }
    if (!opt->from)
        goto done;
    iso_classifier_maps(&dense, &out, &relu, opt->from);
    ISO_NEED(!dense == k->linear && (!dense || relu == k->relu) && out->w.rows == k->base.classes,
             "the checkpoint's head has %lld classes, asked for are %lld", (long long)out->w.rows,
             (long long)k->base.classes);
    if (dense)
        take(&k->tensor[DENSE], dense);
    take(&k->tensor[OUT], out);
done:
    return err;
}

iso_err iso_head_class_new(iso_head **out, const iso_nn_config *c, const iso_head_class_opt *opt)
{
    struct class_head *k = NULL;
    iso_err err = ISO_OK;

    ISO_NEED(opt->classes >= 2, "a head needs 2 classes or more, not %lld",
             (long long)opt->classes);
    ISO_NEED(!opt->spans || opt->classes == 2, "spans have a beginning and an end: 2 classes");
    ISO_TRY(iso_alloc(&k, 1, sizeof *k));
    k->base = (iso_head){.ops = opt->spans ? &span_ops : &ops, .C = c->C, .classes = opt->classes};
    k->base.of_class = opt->linear ? opt->of_class : "ForSequenceClassification";
    k->rows = opt->rows;
    k->linear = opt->linear;
    k->spans = opt->spans;
    k->relu = c->arch->heads->relu;
    k->depth = c->L + 1;
    ISO_TRY(lay_out(k, c, opt->name ? opt->name : "mean_classifier"));
    ISO_TRY(fill(k, opt));
    *out = &k->base;
    k = NULL;
done:
    if (k)
        class_free(&k->base);
    return err;
}
