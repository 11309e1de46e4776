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

/* q of x, k and v of y, side by side in one piece of scratch. */
static iso_err project(iso_mat *q, iso_mat *k, iso_mat *v, iso_layer *l, const iso_attends *in,
                       iso_workspace *work)
{
    const int64_t C = l->q.w.rows;
    iso_err err = ISO_OK;

    ISO_TRY(iso_workspace_need(work, (in->x.rows + 2 * in->y.rows) * C));
    *q = (iso_mat){work->at, in->x.rows, C, C, ISO_F32, NULL};
    *k = (iso_mat){work->at + in->x.rows * C, in->y.rows, C, C, ISO_F32, NULL};
    *v = (iso_mat){work->at + (in->x.rows + in->y.rows) * C, in->y.rows, C, C, ISO_F32, NULL};
    ISO_TRY(iso_linear_fwd(q, in->x, &l->q));
    ISO_TRY(iso_linear_fwd(k, in->y, &l->k));
    ISO_TRY(iso_linear_fwd(v, in->y, &l->v));
done:
    return err;
}

iso_err iso_layer_heads(iso_attention *heads, iso_layer *l, int H, const iso_attends *in,
                        iso_layer_work *work)
{
    iso_mat q, k, v;
    const iso_err err = project(&q, &k, &v, l, in, &work->qkv);

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

iso_err iso_layer_attention(iso_mat *out, iso_layer *l, int H, const iso_attends *in,
                            iso_layer_work *work)
{
    iso_attention heads;
    iso_mat context;
    iso_err err = ISO_OK;

    ISO_TRY(iso_layer_heads(&heads, l, H, in, work));
    ISO_TRY(iso_workspace_mat(&context, &work->context, in->x.rows, in->x.cols));
    ISO_TRY(iso_attention_fwd(&context, &heads, &work->heads));
    ISO_TRY(iso_linear_fwd(out, iso_mat_view(&context), &l->o));
done:
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
    iso_mat mixed;
    iso_err err = ISO_OK;

    ISO_TRY(iso_workspace_mat(&mixed, &work->block, x.rows, x.cols));
    ISO_TRY(iso_layer_attention(&mixed, l, H, &self, work));
    ISO_TRY(iso_norm_fwd(a, x, iso_mat_view(&mixed), &l->n1));
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
    const int64_t F = l->f1.w.rows, most = a.rows < BLOCK ? a.rows : BLOCK;
    iso_err err = ISO_OK;

    ISO_TRY(iso_workspace_need(&work->block, most * (F + a.cols)));
    for (int64_t i = 0; i < a.rows; i += BLOCK) {
        const int64_t n = a.rows - i < BLOCK ? a.rows - i : BLOCK;
        const iso_view in = iso_view_rows(a, i, n);
        iso_mat wide = {work->block.at, n, F, F, ISO_F32, NULL};
        iso_mat fed = {work->block.at + n * F, n, a.cols, a.cols, ISO_F32, NULL};
        iso_mat to = rows(y, i, n);
        ISO_TRY(iso_linear_fwd(&wide, in, &l->f1));
        iso_activation_fwd(&wide, activation);
        ISO_TRY(iso_linear_fwd(&fed, iso_mat_view(&wide), &l->f2));
        ISO_TRY(iso_norm_fwd(&to, in, iso_mat_view(&fed), &l->n2));
    }
done:
    return err;
}
