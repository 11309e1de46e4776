#include "lib/nn/layer.h"

#include "lib/nn/activation.h"

enum { BLOCK = 1024 }; /* tokens that go through the feed-forward part together: F is wide */

void iso_layer_work_free(iso_layer_work *work)
{
    iso_workspace_free(&work->qkv);
    iso_workspace_free(&work->context);
    iso_workspace_free(&work->block);
    iso_workspace_free(&work->heads);
    iso_workspace_free(&work->scores);
}

iso_err iso_layer_linear(iso_mat *y, iso_view x, iso_linear *l, const iso_then *then,
                         iso_layer_work *work)
{
    const int64_t began = iso_nn_began(work->times);
    const iso_err err = iso_linear_fwd(y, x, l, then);

    iso_nn_ended(work->times, ISO_NN_PRODUCTS, began);
    return err;
}

/* q of x, k and v of y, side by side in one piece of scratch. */
static iso_err project(iso_mat *q, iso_mat *k, iso_mat *v, iso_layer *l, const iso_attends *in,
                       iso_layer_work *work)
{
    const int64_t C = l->q.w.rows;
    iso_err err = ISO_OK;

    ISO_TRY(iso_workspace_need(&work->qkv, (in->x.rows + 2 * in->y.rows) * C));
    float *at = work->qkv.at;
    *q = (iso_mat){at, in->x.rows, C, C, ISO_F32, NULL};
    *k = (iso_mat){at + in->x.rows * C, in->y.rows, C, C, ISO_F32, NULL};
    *v = (iso_mat){at + (in->x.rows + in->y.rows) * C, in->y.rows, C, C, ISO_F32, NULL};
    ISO_TRY(iso_layer_linear(q, in->x, &l->q, NULL, work));
    ISO_TRY(iso_layer_linear(k, in->y, &l->k, NULL, work));
    ISO_TRY(iso_layer_linear(v, in->y, &l->v, NULL, work));
done:
    return err;
}

iso_err iso_layer_heads(iso_attention *heads, iso_layer *l, int H, const iso_attends *in,
                        iso_layer_work *work)
{
    iso_mat q, k, v;
    const iso_err err = project(&q, &k, &v, l, in, work);

    if (!err)
        *heads = (iso_attention){.q = iso_mat_view(&q),
                                 .k = iso_mat_view(&k),
                                 .v = iso_mat_view(&v),
                                 .B = in->B,
                                 .to = in->x_offsets,
                                 .from = in->y_offsets,
                                 .H = H,
                                 .scores = in->scores,
                                 .live = in->live,
                                 .with = in->with};
    return err;
}

iso_err iso_layer_attend(iso_mat *a, iso_view x, iso_layer *l, int H, const iso_batch *batch,
                         iso_layer_work *work)
{
    const iso_attends self = {.x = x,
                              .y = x,
                              .B = batch->B,
                              .x_offsets = batch->offsets,
                              .y_offsets = batch->offsets,
                              .live = batch->live};
    iso_norm_residual close = {*a, x, &l->n1, work->times};
    const iso_then then = iso_norm_then(&close);
    iso_attention heads;
    iso_mat context, mixed;
    iso_err err = ISO_OK;

    ISO_TRY(iso_layer_heads(&heads, l, H, &self, work));
    ISO_TRY(iso_workspace_mat(&context, &work->context, x.rows, x.cols));
    ISO_TRY(iso_workspace_mat(&mixed, &work->block, x.rows, x.cols));
    const int64_t began = iso_nn_began(work->times);
    ISO_TRY(iso_attention_fwd(&context, &heads, &work->heads));
    iso_nn_ended(work->times, ISO_NN_ATTENTION, began);
    ISO_TRY(iso_layer_linear(&mixed, iso_mat_view(&context), &l->o, &then, work));
done:
    return err;
}

static iso_mat rows(const iso_mat *m, int64_t first, int64_t count)
{
    return (iso_mat){
        (float *)m->data + first * m->stride, count, m->cols, m->stride, m->dtype, NULL};
}

iso_err iso_layer_feed(iso_mat *y, iso_view a, iso_layer *l, iso_activation activation,
                       iso_layer_work *work)
{
    const int64_t F = l->f1.w.rows, apart = iso_packed_apart(F);
    const int64_t most = a.rows < BLOCK ? a.rows : BLOCK;
    iso_activate each = {activation, work->times};
    const iso_then activate = iso_activation_then(&each);
    iso_err err = ISO_OK;

    ISO_TRY(iso_workspace_need(&work->block, most * (apart + a.cols)));
    for (int64_t i = 0; i < a.rows; i += BLOCK) {
        const int64_t n = a.rows - i < BLOCK ? a.rows - i : BLOCK;
        const iso_view in = iso_view_rows(a, i, n);
        iso_mat wide = {work->block.at, n, F, apart, ISO_F32, NULL};
        iso_mat fed = {work->block.at + n * apart, n, a.cols, a.cols, ISO_F32, NULL};
        iso_norm_residual close = {rows(y, i, n), in, &l->n2, work->times};
        const iso_then then = iso_norm_then(&close);
        ISO_TRY(iso_layer_linear(&wide, in, &l->f1, &activate, work));
        ISO_TRY(iso_layer_linear(&fed, iso_mat_view(&wide), &l->f2, &then, work));
    }
done:
    return err;
}
