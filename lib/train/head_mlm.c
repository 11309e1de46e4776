#include "lib/train/head_mlm.h"

#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/linalg/convert.h"
#include "lib/nn/activation_back.h"
#include "lib/nn/arch.h"
#include "lib/nn/linear_back.h"
#include "lib/nn/norm_back.h"
#include "lib/nn/store.h"
#include "lib/train/streams.h"
#include "lib/train/vocab_loss.h"

enum { DENSE, DENSE_BIAS, GAIN, NORM_BIAS, WORD_BIAS, TENSORS };

struct mlm_head {
    iso_head base;
    iso_trained *encoder;
    const iso_trained **encoders; /* it, and its siblings */
    int *bias;                    /* of each: the number of its tensor */
    iso_activation activation;
    int64_t most;
    iso_tensor *tensor; /* TENSORS, then biases of siblings */
    float *memory;      /* values, then gradients */
    char **name;
    int count;
    iso_vocab_tape words;
    iso_workspace sums;
};

static void mlm_free(iso_head *h)
{
    struct mlm_head *k = (struct mlm_head *)h;

    for (int i = 0; k->name && i < k->count; i++)
        iso_free(k->name[i]);
    iso_free(k->name);
    iso_free(k->tensor);
    iso_free(k->bias);
    iso_free(k->encoders);
    iso_vocab_tape_free(&k->words);
    iso_workspace_free(&k->sums);
    iso_free(k->memory);
    iso_free(k);
}

/* --- Its parts --- */

static iso_linear dense_of(const struct mlm_head *k)
{
    return (iso_linear){.w = iso_view_f32(k->tensor[DENSE].value, k->base.C, k->base.C),
                        .bias = k->tensor[DENSE_BIAS].value,
                        .changes = true};
}

static iso_norm norm_of(const struct mlm_head *k)
{
    return (iso_norm){k->tensor[GAIN].value, k->tensor[NORM_BIAS].value, k->encoder->config.eps};
}

static iso_vocab vocab_of(const struct mlm_head *k, int sibling)
{
    const iso_trained *e = k->encoders[sibling];
    const iso_tensor *bias = &k->tensor[k->bias[sibling]];

    return (iso_vocab){.words = e->params.word.rows.data,
                       .bias = bias->value,
                       .dwords = e->grads.word.dense,
                       .dbias = bias->grad,
                       .V = k->encoder->config.V,
                       .C = k->base.C,
                       .most = k->most};
}

/* What a pass keeps, n rows each: what goes into the activation, what comes out of LayerNorm, and
 * what LayerNorm keeps. */
struct kept {
    iso_mat inner, h;
    iso_norm_kept norm;
};

static iso_err find_kept(struct kept *out, iso_head_tape *t, int64_t n, int64_t C, bool fresh)
{
    const iso_err err = fresh ? iso_workspace_need(&t->hidden, 3 * n * C + n) : ISO_OK;
    float *at = t->hidden.at;

    *out = (struct kept){{at, n, C, C, ISO_F32, NULL},
                         {at + n * C, n, C, C, ISO_F32, NULL},
                         {at + 2 * n * C, at + 3 * n * C}};
    return err;
}

static int64_t token_of(const iso_units *u, int64_t unit)
{
    return u->index[u->first[unit]];
}

/* --- Forward and back --- */

static iso_err mlm_logits(iso_head *h, iso_mat *said, iso_view states, const iso_units *u,
                          const iso_dropout *drop, iso_head_tape *t)
{
    struct mlm_head *k = (struct mlm_head *)h;
    const iso_vocab vocab = vocab_of(k, u->sibling);
    const iso_norm norm = norm_of(k);
    iso_linear dense = dense_of(k);
    iso_activate_part each = {.activation = k->activation, .bias = dense.bias};
    const iso_then activate = iso_activation_keep_then(&each);
    struct kept kept;
    iso_mat rows;
    iso_err err = ISO_OK;

    (void)drop; /* hubs' heads have none */
    ISO_TRY(iso_workspace_mat(&rows, &t->rows, u->n, h->C));
    ISO_TRY(find_kept(&kept, t, u->n, h->C, true));
    for (int64_t i = 0; i < u->n; i++)
        memcpy((float *)rows.data + i * h->C,
               (const float *)states.data + token_of(u, i) * states.stride,
               (size_t)h->C * sizeof(float));
    each.other = kept.h;
    dense.bias = NULL; /* the activation adds it */
    ISO_TRY(iso_linear_fwd(&kept.inner, iso_mat_view(&rows), &dense, &activate));
    iso_norm_keep_rows(&kept.h, iso_mat_view(&kept.h), &norm, kept.norm);
    ISO_TRY(iso_vocab_loss(said->data, &k->words, &vocab, iso_mat_view(&kept.h), u->label));
done:
    return err;
}

static double mlm_loss(const iso_head *h, float *dsaid, const float *said, const iso_units *u)
{
    double sum = 0;

    (void)h;
    (void)dsaid; /* of the loss itself: `back` knows */
    for (int64_t i = 0; i < u->n; i++)
        sum += (double)said[2 * i];
    return u->by * sum;
}

/* d = d act'(inner). */
static void activate_back(iso_mat *d, const struct mlm_head *k, const iso_mat *inner)
{
    iso_activate_part each = {.activation = k->activation, .other = *inner};
    const iso_then then = iso_activation_back_then(&each);

#pragma omp parallel for schedule(static) if (d->rows * d->cols > 1 << 14)
    for (int64_t i = 0; i < d->rows; i++) {
        const iso_mat row = {
            (float *)d->data + i * d->stride, 1, d->cols, d->stride, ISO_F32, NULL};
        then.call(then.with, &row, i, 0);
    }
}

static void give_back(iso_mat *dstates, const iso_mat *d, const iso_units *u)
{
    for (int64_t i = 0; i < u->n; i++) {
        const float *from = (const float *)d->data + i * d->stride;
        float *to = (float *)dstates->data + token_of(u, i) * dstates->stride;
        for (int64_t c = 0; c < d->cols; c++)
            to[c] += from[c];
    }
}

static iso_err mlm_back(iso_head *h, iso_mat *dstates, iso_view dsaid, const iso_units *u,
                        iso_head_tape *t)
{
    struct mlm_head *k = (struct mlm_head *)h;
    const iso_vocab vocab = vocab_of(k, u->sibling);
    const iso_norm norm = norm_of(k);
    const iso_linear dense = dense_of(k);
    const iso_linear_grad dense_grad = {k->tensor[DENSE].grad, k->tensor[DENSE_BIAS].grad};
    const iso_norm_grad norm_grad = {k->tensor[GAIN].grad, k->tensor[NORM_BIAS].grad};
    const iso_drop none = {0};
    struct kept kept;
    iso_mat d, dx;
    iso_err err = ISO_OK;

    (void)dsaid;
    ISO_TRY(find_kept(&kept, t, u->n, h->C, false));
    ISO_TRY(iso_workspace_need(&t->back, 2 * u->n * h->C));
    d = (iso_mat){t->back.at, u->n, h->C, h->C, ISO_F32, NULL};
    dx = (iso_mat){t->back.at + u->n * h->C, u->n, h->C, h->C, ISO_F32, NULL};
    ISO_TRY(iso_vocab_back(&d, &k->words, &vocab, iso_mat_view(&kept.h), u->label, u->by));
    ISO_TRY(iso_norm_back(&d, NULL, &norm, kept.norm, &none, norm_grad, NULL, &k->sums, NULL));
    activate_back(&d, k, &kept.inner);
    ISO_TRY(iso_linear_back_weights(&dense_grad, iso_mat_view(&d),
                                    iso_view_f32(t->rows.at, u->n, h->C), &k->sums, NULL));
    ISO_TRY(iso_linear_back_input(&dx, iso_mat_view(&d), &dense, 0, NULL, NULL));
    give_back(dstates, &dx, u);
done:
    return err;
}

static const iso_head_ops ops = {"mlm", mlm_logits, mlm_loss, mlm_back, mlm_free};

/* --- Making one --- */

/* rows × cols of each tensor, and what its name is made of. */
struct shape {
    const char *stem, *ending, *old; /* `old`: as early checkpoints call it */
    int64_t rows, cols;
};

static void list_shapes(struct shape *shape, const struct mlm_head *k)
{
    const iso_nn_config *c = &k->encoder->config;
    const iso_arch_words *n = c->arch->masked;

    shape[DENSE] = (struct shape){n->dense, ".weight", NULL, c->C, c->C};
    shape[DENSE_BIAS] = (struct shape){n->dense, ".bias", NULL, 1, c->C};
    shape[GAIN] = (struct shape){n->norm, ".weight", ".gamma", 1, c->C};
    shape[NORM_BIAS] = (struct shape){n->norm, ".bias", ".beta", 1, c->C};
    for (int i = WORD_BIAS; i < k->count; i++)
        shape[i] = (struct shape){n->bias, "", NULL, 1, c->V};
}

/* Whose table of words is whose. */
static iso_err list_encoders(struct mlm_head *k, iso_trained *encoder, const iso_head_mlm_opt *opt)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&k->encoders, 1 + opt->sibling_count, sizeof *k->encoders));
    ISO_TRY(iso_alloc(&k->bias, 1 + opt->sibling_count, sizeof *k->bias));
    k->encoder = encoder;
    k->count = TENSORS;
    for (int i = 0; i <= opt->sibling_count; i++) {
        k->encoders[i] = i == 0 ? encoder : opt->siblings[i - 1];
        k->bias[i] = i > 0 && iso_trained_owns(k->encoders[i], 0) ? k->count++ : WORD_BIAS;
        ISO_NEED(!k->encoders[i]->grads.word.touched,
                 "the table of words needs a gradient of all its rows");
    }
done:
    return err;
}

/* Which sibling a bias is of; 0: none. */
static int sibling_of(const struct mlm_head *k, int tensor)
{
    int sibling = 0;

    while (tensor > WORD_BIAS && k->bias[sibling] != tensor)
        sibling++;
    return sibling;
}

static iso_err lay_out(struct mlm_head *k, const struct shape *shape)
{
    iso_buf name = {0};
    int64_t all = 0;
    float *at;
    iso_err err = ISO_OK;

    for (int i = 0; i < k->count; i++)
        all += shape[i].rows * shape[i].cols;
    ISO_TRY(iso_alloc(&k->memory, 2 * all, sizeof *k->memory));
    ISO_TRY(iso_alloc(&k->tensor, k->count, sizeof *k->tensor));
    ISO_TRY(iso_alloc(&k->name, k->count, sizeof *k->name));
    at = k->memory;
    for (int i = 0; i < k->count; i++) {
        if (sibling_of(k, i) > 0)
            ISO_TRY(iso_buf_printf(&name, "%d/", sibling_of(k, i)));
        ISO_TRY(iso_buf_printf(&name, "%s%s", shape[i].stem, shape[i].ending));
        k->name[i] = name.text;
        name = (iso_buf){0};
        k->tensor[i] = (iso_tensor){.name = k->name[i],
                                    .value = at,
                                    .grad = at + all,
                                    .rows = shape[i].rows,
                                    .cols = shape[i].cols,
                                    .kind = i == DENSE ? ISO_TENSOR_MATRIX : ISO_TENSOR_VECTOR,
                                    .depth = k->encoder->config.L + 1};
        at += shape[i].rows * shape[i].cols;
    }
    k->base.tensors = k->tensor;
    k->base.tensor_count = k->count;
done:
    iso_buf_free(&name);
    return err;
}

static void draw(struct mlm_head *k, uint64_t seed)
{
    iso_rng rng = iso_stream_rng(seed, ISO_STREAM_HEAD, DENSE);
    const int64_t C = k->base.C;

    for (int64_t i = 0; i < C * C; i++)
        k->tensor[DENSE].value[i] = (float)(0.02 * iso_rng_normal(&rng));
    for (int64_t c = 0; c < C; c++)
        k->tensor[GAIN].value[c] = 1;
}

static iso_err look(const iso_weight **out, const iso_weights *from, const struct shape *s)
{
    iso_buf name = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_printf(&name, "%s%s", s->stem, s->ending));
    *out = iso_weights_find(from, name.text);
    if (!*out && s->old) {
        name.len = 0;
        ISO_TRY(iso_buf_printf(&name, "%s%s", s->stem, s->old));
        *out = iso_weights_find(from, name.text);
    }
done:
    iso_buf_free(&name);
    return err;
}

/* The checkpoint's own, if it is there whole; biases of siblings are in theirs. */
static iso_err take(bool *own, struct mlm_head *k, const iso_head_mlm_opt *opt,
                    const struct shape *shape)
{
    const iso_weight **found = NULL;
    struct iso_store store = {0};
    const float *vector;
    iso_view matrix;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&found, k->count, sizeof *found));
    *own = true;
    for (int i = 0; i < k->count; i++) {
        const int sibling = opt->siblings_from ? sibling_of(k, i) : 0;
        ISO_TRY(
            look(&found[i], sibling > 0 ? opt->siblings_from[sibling - 1] : opt->from, &shape[i]));
        *own = *own && found[i];
    }
    for (int i = 0; *own && i < k->count; i++) {
        const int64_t cols = shape[i].cols;
        if (i == DENSE) {
            ISO_TRY(iso_store_matrix(&matrix, &store, found[i], cols, cols));
            iso_convert(k->tensor[i].value, cols, ISO_F32, matrix);
            continue;
        }
        ISO_TRY(iso_store_vector(&vector, &store, found[i], cols));
        memcpy(k->tensor[i].value, vector, (size_t)cols * sizeof *vector);
    }
done:
    iso_free(found);
    iso_store_free(&store);
    return err;
}

iso_err iso_head_mlm_new(iso_head **out, bool *own, iso_trained *encoder,
                         const iso_head_mlm_opt *opt)
{
    const iso_nn_config *c = &encoder->config;
    struct shape *shape = NULL;
    struct mlm_head *k = NULL;
    bool has = false;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&k, 1, sizeof *k));
    ISO_TRY(list_encoders(k, encoder, opt));
    ISO_TRY(iso_alloc(&shape, k->count, sizeof *shape));
    list_shapes(shape, k);
    k->base = (iso_head){.ops = &ops, .C = c->C, .classes = 2, .of_class = "ForMaskedLM"};
    k->activation = c->arch->masked->gelu ? ISO_GELU : c->activation;
    k->most = opt->most;
    ISO_TRY(lay_out(k, shape));
    if (opt->from)
        ISO_TRY(take(&has, k, opt, shape));
    if (!has)
        draw(k, opt->seed);
    if (own)
        *own = has;
    *out = &k->base;
    k = NULL;
done:
    iso_free(shape);
    if (k)
        mlm_free(&k->base);
    return err;
}
