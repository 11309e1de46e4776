#include "lib/nn/layer_back.h"

#include "lib/nn/activation_back.h"
#include "lib/nn/attention_back.h"
#include "lib/nn/linear_back.h"

enum { LINE = 16 }; /* floats of a cache line */

void iso_back_work_free(iso_back_work *work)
{
    iso_workspace_free(&work->inner);
    iso_workspace_free(&work->qkv);
    iso_workspace_free(&work->first);
    iso_workspace_free(&work->second);
    iso_workspace_free(&work->heads);
    iso_workspace_free(&work->sums);
}

/* Rows of q, k and v that do not fall on each other's places in the cache. */
static int64_t qkv_stride(int64_t C)
{
    return 3 * C % 512 == 0 ? 3 * C + LINE : 3 * C;
}

int64_t iso_layer_kept_size(const iso_nn_config *c, int64_t tokens)
{
    return tokens * (3 * c->C + 2 + qkv_stride(c->C) + c->F);
}

int64_t iso_back_work_size(const iso_nn_config *c, int64_t tokens)
{
    const int64_t widest = 3 * c->C > c->F ? 3 * c->C : c->F;

    return tokens * (c->F + qkv_stride(c->C) + 2 * c->C) + iso_sum_chunks(tokens) * widest;
}

iso_layer_kept iso_layer_kept_at(float *memory, const iso_nn_config *c, int64_t tokens)
{
    const int64_t T = tokens, C = c->C, stride = qkv_stride(C);
    float *const context = memory + T * stride, *const inner = context + T * C;
    float *const hat = inner + T * c->F, *const rstd = hat + 2 * T * C;

    return (iso_layer_kept){.n1 = {hat, rstd},
                            .n2 = {hat + T * C, rstd + T},
                            .qkv = {memory, T, 3 * C, stride, ISO_F32, NULL},
                            .context = {context, T, C, C, ISO_F32, NULL},
                            .inner = {inner, T, c->F, c->F, ISO_F32, NULL}};
}

static iso_err linear(iso_mat *y, iso_view x, const iso_linear *l, const iso_then *then,
                      iso_back_work *work)
{
    const int64_t began = iso_nn_began(work->times);
    iso_linear changing = *l;
    const iso_err err = iso_linear_fwd(y, x, &changing, then);

    iso_nn_ended(work->times, ISO_NN_PRODUCTS, began);
    return err;
}

static iso_attention heads_of(const iso_mat *qkv, const iso_layer_learnt *l, const iso_batch *batch,
                              const iso_drop *drop)
{
    const int64_t C = qkv->cols / 3;
    const iso_mat q = iso_mat_columns(qkv, 0, C), k = iso_mat_columns(qkv, C, C),
                  v = iso_mat_columns(qkv, 2 * C, C);

    return (iso_attention){.q = iso_mat_view(&q),
                           .k = iso_mat_view(&k),
                           .v = iso_mat_view(&v),
                           .B = batch->B,
                           .to = batch->offsets,
                           .from = batch->offsets,
                           .H = l->H,
                           .drop = drop->rate > 0 ? drop : NULL};
}

iso_err iso_layer_attend_keep(iso_mat *a, iso_view x, const iso_layer_learnt *l,
                              const iso_batch *batch, const iso_dropout *drop, iso_layer_kept *kept,
                              iso_back_work *work)
{
    const iso_drop weights = iso_drop_at(drop, l->number, ISO_DROP_HEADS);
    const iso_attention heads = heads_of(&kept->qkv, l, batch, &weights);
    iso_norm_keep close = {.y = *a,
                           .x = x,
                           .norm = &l->l->n1,
                           .kept = kept->n1,
                           .drop = iso_drop_at(drop, l->number, ISO_DROP_ATTENDED),
                           .times = work->times};
    const iso_then then = iso_norm_keep_then(&close);
    iso_mat mixed;
    iso_err err = ISO_OK;

    ISO_TRY(iso_workspace_mat(&mixed, &work->first, x.rows, x.cols));
    ISO_TRY(linear(&kept->qkv, x, &l->qkv, NULL, work));
    const int64_t began = iso_nn_began(work->times);
    ISO_TRY(iso_attention_fwd(&kept->context, &heads, &work->heads));
    iso_nn_ended(work->times, ISO_NN_ATTENTION, began);
    ISO_TRY(linear(&mixed, iso_mat_view(&kept->context), &l->l->o, &then, work));
done:
    return err;
}

iso_err iso_layer_feed_keep(iso_mat *y, iso_view a, const iso_layer_learnt *l,
                            const iso_dropout *drop, iso_layer_kept *kept, iso_back_work *work)
{
    iso_norm_keep close = {.y = *y,
                           .x = a,
                           .norm = &l->l->n2,
                           .kept = kept->n2,
                           .drop = iso_drop_at(drop, l->number, ISO_DROP_FED),
                           .times = work->times};
    iso_activate_part each = {
        .activation = l->activation, .bias = l->l->f1.bias, .times = work->times};
    const iso_then activate = iso_activation_keep_then(&each), then = iso_norm_keep_then(&close);
    iso_linear f1 = l->l->f1;
    iso_mat fed;
    iso_err err = ISO_OK;

    ISO_TRY(iso_workspace_mat(&each.other, &work->inner, a.rows, kept->inner.cols));
    ISO_TRY(iso_workspace_mat(&fed, &work->first, a.rows, a.cols));
    f1.bias = NULL; /* the activation adds it */
    ISO_TRY(linear(&kept->inner, a, &f1, &activate, work));
    ISO_TRY(linear(&fed, iso_mat_view(&each.other), &l->l->f2, &then, work));
done:
    return err;
}

/* Back through y = LN(x + dropped r): d becomes the gradient of x, *dr that of r. */
static iso_err open_norm(iso_mat *dr, iso_mat *d, const iso_norm *norm, iso_norm_kept kept,
                         const iso_drop *drop, iso_norm_grad g, float *sum_r, iso_back_work *work)
{
    const bool dropped = drop->rate > 0;
    iso_err err = ISO_OK;

    *dr = *d;
    if (dropped)
        ISO_TRY(iso_workspace_mat(dr, &work->first, d->rows, d->cols));
    ISO_TRY(iso_norm_back(d, dropped ? dr : NULL, norm, kept, drop, g, sum_r, &work->sums,
                          work->times));
done:
    return err;
}

/* The bias is summed elsewhere. */
static iso_linear_grad weights_alone(iso_linear_grad g)
{
    return (iso_linear_grad){.w = g.w};
}

iso_err iso_layer_feed_back(iso_mat *d, iso_view a, const iso_layer_learnt *l,
                            const iso_dropout *drop, iso_layer_kept *kept, iso_back_work *work)
{
    const iso_drop fed = iso_drop_at(drop, l->number, ISO_DROP_FED);
    const iso_linear_grad f2 = weights_alone(l->g.f2);
    iso_activate_part each = {
        .activation = l->activation, .other = kept->inner, .times = work->times};
    const iso_then then = iso_activation_back_then(&each);
    iso_mat dr, inner;
    iso_err err = ISO_OK;

    ISO_TRY(iso_workspace_mat(&inner, &work->inner, d->rows, kept->inner.cols));
    ISO_TRY(open_norm(&dr, d, &l->l->n2, kept->n2, &fed, l->g.n2, l->g.f2.bias, work));
    ISO_TRY(iso_linear_back_input(&inner, iso_mat_view(&dr), &l->l->f2, 0, &then, work->times));
    ISO_TRY(iso_linear_back_weights(&f2, iso_mat_view(&dr), iso_mat_view(&kept->inner), &work->sums,
                                    work->times));
    ISO_TRY(iso_linear_back_weights(&l->g.f1, iso_mat_view(&inner), a, &work->sums, work->times));
    ISO_TRY(iso_linear_back_input(d, iso_mat_view(&inner), &l->l->f1, 1, NULL, work->times));
done:
    return err;
}

iso_err iso_layer_attend_back(iso_mat *d, iso_view x, const iso_layer_learnt *l,
                              const iso_batch *batch, const iso_dropout *drop, iso_layer_kept *kept,
                              bool last, iso_back_work *work)
{
    const iso_drop attended = iso_drop_at(drop, l->number, ISO_DROP_ATTENDED);
    const iso_drop weights = iso_drop_at(drop, l->number, ISO_DROP_HEADS);
    const iso_attention heads = heads_of(&kept->qkv, l, batch, &weights);
    const iso_linear_grad o = weights_alone(l->g.o);
    const int64_t C = d->cols, stride = kept->qkv.stride;
    iso_mat dr, dcontext;
    iso_err err = ISO_OK;

    ISO_TRY(iso_workspace_mat(&dcontext, &work->second, d->rows, C));
    ISO_TRY(iso_workspace_need(&work->qkv, d->rows * stride));
    const iso_mat dqkv = {work->qkv.at, d->rows, 3 * C, stride, ISO_F32, NULL};
    ISO_TRY(open_norm(&dr, d, &l->l->n1, kept->n1, &attended, l->g.n1, l->g.o.bias, work));
    ISO_TRY(iso_linear_back_input(&dcontext, iso_mat_view(&dr), &l->l->o, 0, NULL, work->times));
    ISO_TRY(iso_linear_back_weights(&o, iso_mat_view(&dr), iso_mat_view(&kept->context),
                                    &work->sums, work->times));
    const iso_attention_grad grad = {.context = iso_mat_view(&kept->context),
                                     .dcontext = iso_mat_view(&dcontext),
                                     .dq = iso_mat_columns(&dqkv, 0, C),
                                     .dk = iso_mat_columns(&dqkv, C, C),
                                     .dv = iso_mat_columns(&dqkv, 2 * C, C)};
    const int64_t began = iso_nn_began(work->times);
    ISO_TRY(iso_attention_back(&grad, &heads, &work->heads));
    iso_nn_ended(work->times, ISO_NN_ATTENTION, began);
    ISO_TRY(
        iso_linear_back_weights(&l->qkv_grad, iso_mat_view(&dqkv), x, &work->sums, work->times));
    if (!last)
        ISO_TRY(iso_linear_back_input(d, iso_mat_view(&dqkv), &l->qkv, 1, NULL, work->times));
done:
    return err;
}
