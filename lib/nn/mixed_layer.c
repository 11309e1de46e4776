#include "lib/nn/mixed_layer.h"

#include <string.h>

void iso_mixed_layer_free(iso_mixed_layer *m)
{
    for (int i = 0; i < ISO_BRANCHES; i++) {
        iso_workspace_free(&m->memory[i]);
        iso_workspace_free(&m->attended[i]);
    }
    iso_mix_kept_free(&m->mix);
}

static int64_t tokens_of(const iso_mixing *of, int i)
{
    return of->batch[i]->offsets[of->batch[i]->B];
}

/* What went into branch i, and behind it what the layer keeps. */
static iso_view input_of(const iso_mixed_layer *m, int i)
{
    return iso_view_f32(m->memory[i].at, tokens_of(&m->of, i), m->of.e->config.C);
}

static iso_layer_kept kept_of(const iso_mixed_layer *m, int i)
{
    const iso_nn_config *c = &m->of.e->config;
    const int64_t tokens = tokens_of(&m->of, i);

    return iso_layer_kept_at(m->memory[i].at + tokens * c->C, c, tokens);
}

static iso_err check(const iso_mat *x, const iso_mixing *of)
{
    const iso_nn_config *c = &of->e->config;
    iso_err err = ISO_OK;

    ISO_NEED(of->layer >= 1 && of->layer <= c->L, "layer %d is not among 1 to %d", of->layer, c->L);
    for (int i = 0; i < ISO_BRANCHES; i++) {
        ISO_NEED(x[i].dtype == ISO_F32 && x[i].cols == c->C && x[i].rows == tokens_of(of, i),
                 "states are %lld x %lld %s, not %lld x %d f32", (long long)x[i].rows,
                 (long long)x[i].cols, iso_dtype_name(x[i].dtype), (long long)tokens_of(of, i),
                 (int)c->C);
        ISO_TRY(iso_dropout_check(of->drop[i]));
    }
done:
    return err;
}

/* Takes a copy of what goes into a branch, and runs its attention. */
static iso_err attend(iso_mixed_layer *m, iso_mat *x, const iso_layer_learnt *l, int i,
                      iso_back_work *work)
{
    const iso_nn_config *c = &m->of.e->config;
    const int64_t size = iso_layer_kept_size(c, x->rows);
    iso_err err = ISO_OK;

    ISO_TRY(iso_workspace_need(&m->memory[i], x->rows * c->C + size));
    for (int64_t k = 0; k < x->rows; k++)
        memcpy(m->memory[i].at + k * c->C, (const float *)x->data + k * x->stride,
               (size_t)c->C * sizeof(float));
    iso_layer_kept kept = kept_of(m, i);
    ISO_TRY(
        iso_layer_attend_keep(x, input_of(m, i), l, m->of.batch[i], m->of.drop[i], &kept, work));
done:
    return err;
}

static iso_mix_pairs pairs_of(const iso_mixing *of, const iso_mat *x)
{
    return (iso_mix_pairs){.target = iso_mat_view(&x[ISO_TARGET]),
                           .source = iso_mat_view(&x[ISO_SOURCE]),
                           .to = of->batch[ISO_TARGET],
                           .from = of->batch[ISO_SOURCE]};
}

iso_err iso_mixed_layer_fwd(iso_mixed_layer *m, iso_mat *x, const iso_mixing *of,
                            iso_back_work *work)
{
    iso_layer_learnt l;
    iso_err err = ISO_OK;

    ISO_TRY(check(x, of));
    m->of = *of;
    l = iso_trained_layer(of->e, of->layer);
    for (int i = 0; i < ISO_BRANCHES; i++)
        ISO_TRY(attend(m, &x[i], &l, i, work));
    const iso_mix_pairs pairs = pairs_of(of, x);
    ISO_TRY(iso_layer_mix_keep(&x[ISO_TARGET], &l, &pairs, &of->rule, of->drop[ISO_TARGET], &m->mix,
                               work));
    for (int i = 0; i < ISO_BRANCHES; i++) {
        iso_layer_kept kept = kept_of(m, i);
        ISO_TRY(iso_layer_feed_keep(&x[i], iso_mat_view(&x[i]), &l, of->drop[i], &kept, work));
    }
done:
    return err;
}

/* What came out of a LayerNorm, made again. */
static iso_err again(iso_mat *out, iso_mixed_layer *m, iso_norm_kept norm, const iso_norm *n, int i)
{
    const iso_err err =
        iso_workspace_mat(out, &m->attended[i], tokens_of(&m->of, i), m->of.e->config.C);

    if (!err)
        iso_norm_kept_out(out, norm, n);
    return err;
}

/* Back through the half that feeds; what went into it is the attended source, the mixed target. */
static iso_err feed_back(iso_mixed_layer *m, iso_mat *dx, const iso_layer_learnt *l, int i,
                         iso_back_work *work)
{
    iso_layer_kept kept = kept_of(m, i);
    iso_mat a;
    iso_err err = ISO_OK;

    ISO_TRY(again(&a, m, i == ISO_TARGET ? m->mix.norm : kept.n1, &l->l->n1, i));
    ISO_TRY(iso_layer_feed_back(dx, iso_mat_view(&a), l, m->of.drop[i], &kept, work));
done:
    return err;
}

iso_err iso_mixed_layer_back(iso_mixed_layer *m, iso_mat *dx, iso_mix_head_grad *head, bool last,
                             iso_back_work *work)
{
    const iso_layer_learnt l = iso_trained_layer(m->of.e, m->of.layer);
    iso_mat a[ISO_BRANCHES];
    iso_err err = ISO_OK;

    ISO_TRY(check(dx, &m->of));
    for (int i = 0; i < ISO_BRANCHES; i++) {
        ISO_TRY(feed_back(m, &dx[i], &l, i, work));
        ISO_TRY(again(&a[i], m, kept_of(m, i).n1, &l.l->n1, i));
    }
    const iso_mix_pairs pairs = pairs_of(&m->of, a);
    ISO_TRY(iso_layer_mix_back(&dx[ISO_TARGET], &dx[ISO_SOURCE], head, &l, &pairs, &m->of.rule,
                               m->of.drop[ISO_TARGET], &m->mix, work));
    for (int i = 0; i < ISO_BRANCHES; i++) {
        iso_layer_kept kept = kept_of(m, i);
        ISO_TRY(iso_layer_attend_back(&dx[i], input_of(m, i), &l, m->of.batch[i], m->of.drop[i],
                                      &kept, last, work));
    }
done:
    return err;
}
