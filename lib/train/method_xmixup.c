#include "lib/train/method_xmixup.h"

#include <string.h>

#include "lib/base/alloc.h"
#include "lib/nn/pooling_back.h"
#include "lib/train/loss.h"

/* Tokens that a vector is the mean of, those of vector v in [first[v], first[v + 1]) of index. */
struct lists {
    int64_t *first, *index, rows, tokens; /* room for so many */
};

struct branch {
    iso_workspace x, dx, logits, dlogits, rows, drows;
    iso_head_tape head;
    struct lists sentences;
};

struct xmixup {
    iso_method base;
    iso_xmixup_opt opt;
    iso_pair_pass *pairs;
    struct branch branch[ISO_BRANCHES];
    iso_view said[ISO_BRANCHES]; /* logits of the last prediction */
};

static void branch_free(struct branch *b)
{
    iso_workspace_free(&b->x);
    iso_workspace_free(&b->dx);
    iso_workspace_free(&b->logits);
    iso_workspace_free(&b->dlogits);
    iso_workspace_free(&b->rows);
    iso_workspace_free(&b->drows);
    iso_head_tape_free(&b->head);
    iso_free(b->sentences.first);
    iso_free(b->sentences.index);
}

static void xmixup_free(iso_method *m)
{
    struct xmixup *p = (struct xmixup *)m;

    for (int i = 0; i < ISO_BRANCHES; i++)
        branch_free(&p->branch[i]);
    iso_pair_pass_free(p->pairs);
    iso_free(p);
}

/* Losses --------------------------------------------------------------------------- */

/* Both branches of a micro-batch after the forward pass. */
struct pass {
    const iso_side *side[ISO_BRANCHES];
    iso_mat x[ISO_BRANCHES], dx[ISO_BRANCHES];
    iso_mat logits[ISO_BRANCHES], dlogits[ISO_BRANCHES];
    bool gold;
    double each;
};

static iso_err zeros(iso_mat *out, iso_workspace *w, int64_t rows, int64_t cols)
{
    const iso_err err = iso_workspace_mat(out, w, rows, cols);

    if (!err)
        memset(out->data, 0, (size_t)(rows * cols) * sizeof(float));
    return err;
}

/* What a branch's own loss counts. */
static double share_of(const struct xmixup *p, const struct pass *s, int i)
{
    if (!s->gold)
        return i == ISO_TARGET ? 1 : 0;
    return i == ISO_SOURCE ? p->opt.alpha : 1 - p->opt.alpha;
}

static double task_loss(const struct xmixup *p, const iso_learner *l, struct pass *s, int i)
{
    iso_units units = s->side[i]->units;

    units.by *= share_of(p, s, i);
    return units.by > 0 ? l->head->ops->loss(l->head, s->dlogits[i].data, s->logits[i].data, &units)
                        : 0;
}

static iso_err list_sentences(struct lists *l, const iso_side *side)
{
    const iso_batch *b = &side->batch;
    const int64_t tokens = b->offsets[b->B];
    iso_err err = ISO_OK;

    if (b->B >= l->rows) {
        ISO_TRY(iso_realloc(&l->first, 0, b->B + 1, sizeof *l->first));
        l->rows = b->B + 1;
    }
    if (tokens > l->tokens) {
        ISO_TRY(iso_realloc(&l->index, 0, tokens, sizeof *l->index));
        l->tokens = tokens;
    }
    l->first[0] = 0;
    for (int64_t i = 0, n = 0; i < b->B; i++) {
        for (int64_t t = b->offsets[i]; t < b->offsets[i + 1]; t++) {
            if (!side->special || !side->special[t])
                l->index[n++] = t;
        }
        l->first[i + 1] = n;
    }
done:
    return err;
}

/* Vectors of units, or of sentences, drawn together; their gradient goes to the states. */
static iso_err draw_together(double *loss, struct xmixup *p, const iso_learner *l, struct pass *s)
{
    const iso_side *t = s->side[ISO_TARGET];
    const int64_t n = p->opt.apart ? t->batch.B : t->units.n, C = l->encoder->config.C;
    const int64_t *first[ISO_BRANCHES], *index[ISO_BRANCHES];
    iso_mat rows[ISO_BRANCHES], drows[ISO_BRANCHES];
    iso_err err = ISO_OK;

    for (int i = 0; i < ISO_BRANCHES; i++) {
        struct branch *b = &p->branch[i];
        if (p->opt.apart)
            ISO_TRY(list_sentences(&b->sentences, s->side[i]));
        first[i] = p->opt.apart ? b->sentences.first : s->side[i]->units.first;
        index[i] = p->opt.apart ? b->sentences.index : s->side[i]->units.index;
        ISO_TRY(iso_workspace_mat(&rows[i], &b->rows, n, C));
        ISO_TRY(zeros(&drows[i], &b->drows, n, C));
        ISO_TRY(
            iso_pool_lists(&rows[i], iso_mat_view(&s->x[i]), first[i], index[i], ISO_POOL_MEAN));
    }
    *loss += iso_loss_mse(drows[0].data, drows[1].data, rows[0].data, rows[1].data, n, C,
                          p->opt.apart ? s->each : t->units.by);
    for (int i = 0; i < ISO_BRANCHES; i++)
        ISO_TRY(iso_pool_lists_back(&s->dx[i], iso_mat_view(&drows[i]), first[i], index[i],
                                    ISO_POOL_MEAN));
done:
    return err;
}

static iso_err losses(double *loss, struct xmixup *p, iso_learner *l, struct pass *s)
{
    const iso_units *u = &s->side[ISO_TARGET]->units;
    const int64_t C = l->encoder->config.C;
    iso_err err = ISO_OK;

    for (int i = 0; i < ISO_BRANCHES; i++) {
        ISO_TRY(zeros(&s->dx[i], &p->branch[i].dx, s->x[i].rows, C));
        ISO_TRY(zeros(&s->dlogits[i], &p->branch[i].dlogits, s->logits[i].rows, l->head->classes));
        *loss += task_loss(p, l, s, i);
    }
    if (p->opt.kl)
        *loss += iso_loss_kl(s->dlogits[ISO_SOURCE].data, s->dlogits[ISO_TARGET].data,
                             s->logits[ISO_SOURCE].data, s->logits[ISO_TARGET].data, u->n,
                             l->head->classes, u->by);
    if (p->opt.mse)
        ISO_TRY(draw_together(loss, p, l, s));
    for (int i = 0; i < ISO_BRANCHES; i++)
        ISO_TRY(l->head->ops->back(l->head, &s->dx[i], iso_mat_view(&s->dlogits[i]),
                                   &s->side[i]->units, &p->branch[i].head));
done:
    return err;
}

/* Method --------------------------------------------------------------------------- */

static iso_err check_micro(const struct xmixup *p, const iso_micro *micro)
{
    const iso_side *t = &micro->target, *s = &micro->source;

    if ((p->opt.apart || t->units.n == s->units.n) && t->batch.B == s->batch.B)
        return ISO_OK;
    return iso_fail(ISO_EARG, "%lld targets with %lld units, %lld sources with %lld",
                    (long long)t->batch.B, (long long)t->units.n, (long long)s->batch.B,
                    (long long)s->units.n);
}

static iso_err forward(struct pass *s, struct xmixup *p, iso_learner *l, const iso_micro *micro,
                       bool learn)
{
    const int64_t C = l->encoder->config.C;
    iso_err err = ISO_OK;

    ISO_TRY(check_micro(p, micro));
    *s = (struct pass){
        .side = {&micro->target, &micro->source}, .gold = micro->gold, .each = micro->each};
    for (int i = 0; i < ISO_BRANCHES; i++)
        ISO_TRY(iso_workspace_mat(&s->x[i], &p->branch[i].x,
                                  s->side[i]->batch.offsets[s->side[i]->batch.B], C));
    ISO_TRY(iso_pair_pass_states(s->x, p->pairs, l, s->side, learn));
    for (int i = 0; i < ISO_BRANCHES; i++) {
        const iso_side *side = s->side[i];
        ISO_TRY(iso_workspace_mat(&s->logits[i], &p->branch[i].logits, side->units.n,
                                  l->head->classes));
        ISO_TRY(l->head->ops->logits(l->head, &s->logits[i], iso_mat_view(&s->x[i]), &side->units,
                                     learn ? side->drop : NULL, &p->branch[i].head));
    }
done:
    return err;
}

static iso_err xmixup_learn(double *loss, iso_method *m, iso_learner *l, const iso_micro *micro)
{
    struct xmixup *p = (struct xmixup *)m;
    struct pass s;
    iso_err err = ISO_OK;

    ISO_TRY(forward(&s, p, l, micro, true));
    ISO_TRY(losses(loss, p, l, &s));
    ISO_TRY(iso_pair_pass_back(p->pairs, s.dx));
done:
    iso_pair_pass_clear(p->pairs);
    return err;
}

static iso_err xmixup_predict(iso_mat *logits, iso_method *m, iso_learner *l,
                              const iso_micro *micro)
{
    struct xmixup *p = (struct xmixup *)m;
    struct pass s;
    iso_err err = ISO_OK;

    ISO_TRY(forward(&s, p, l, micro, false));
    for (int i = 0; i < ISO_BRANCHES; i++)
        p->said[i] = iso_mat_view(&s.logits[i]);
    for (int64_t u = 0; u < logits->rows; u++) {
        const float *t = (const float *)s.logits[ISO_TARGET].data + u * logits->cols;
        const float *from = (const float *)s.logits[ISO_SOURCE].data + u * logits->cols;
        float *to = (float *)logits->data + u * logits->stride;
        for (int64_t c = 0; c < logits->cols; c++)
            to[c] = p->opt.apart ? t[c] : 0.5f * t[c] + 0.5f * from[c];
    }
done:
    return err;
}

static const iso_method_ops ops = {"xmixup", xmixup_learn, xmixup_predict, xmixup_free};

iso_err iso_method_xmixup(iso_method **out, iso_trained *e, const iso_xmixup_opt *opt)
{
    struct xmixup *p = NULL;
    iso_err err = ISO_OK;

    ISO_NEED(opt->alpha >= 0 && opt->alpha <= 1, "alpha is %g, not within [0, 1]", opt->alpha);
    ISO_NEED(!opt->apart || !opt->kl, "predictions of other units have no KL divergence");
    ISO_TRY(iso_alloc(&p, 1, sizeof *p));
    *p = (struct xmixup){.base = {.ops = &ops, .sources = true}, .opt = *opt};
    ISO_TRY(iso_pair_pass_new(&p->pairs, e, &opt->mix));
    p->base.tensors = iso_pair_pass_tensors(p->pairs, &p->base.tensor_count);
    *out = &p->base;
    p = NULL;
done:
    if (p)
        xmixup_free(&p->base);
    return err;
}

iso_view iso_method_xmixup_branch(const iso_method *m, int branch)
{
    return ((const struct xmixup *)m)->said[branch];
}

const iso_pair_pass *iso_method_xmixup_pairs(const iso_method *m)
{
    return ((const struct xmixup *)m)->pairs;
}
