#include "lib/train/alone.h"

#include <string.h>

#include "lib/base/alloc.h"
#include "lib/nn/embedding.h"

void iso_method_free(iso_method *m)
{
    if (m)
        m->ops->free(m);
}

void iso_alone_free(struct alone *a)
{
    iso_workspace_free(&a->x);
    iso_workspace_free(&a->dx);
    iso_workspace_free(&a->logits);
    iso_workspace_free(&a->dlogits);
    iso_workspace_free(&a->delta);
    iso_head_tape_free(&a->head);
}

iso_err iso_alone_zeros(iso_mat *out, iso_workspace *w, int64_t rows, int64_t cols)
{
    const iso_err err = iso_workspace_mat(out, w, rows, cols);

    if (!err)
        memset(out->data, 0, (size_t)(rows * cols) * sizeof(float));
    return err;
}

iso_err iso_alone_layers(iso_mat *x, iso_learner *l, iso_tape *tape, const iso_side *side)
{
    const int lowest = iso_trained_lowest(l->encoder), frozen = lowest > 1 ? lowest - 1 : 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_tape_layers(tape, x, l->encoder, &side->batch, 0, frozen, NULL));
    ISO_TRY(iso_learner_layers(x, l, tape, side, frozen, l->encoder->config.L));
done:
    return err;
}

/* State 0, whatever of the layers is frozen. */
static iso_err state_0(iso_mat *x, iso_learner *l, const iso_side *side)
{
    int from = 0;

    if (iso_trained_lowest(l->encoder) > 1)
        return iso_embedding_fwd(x, &l->encoder->params, &l->encoder->config, &side->batch);
    return iso_learner_start(x, &from, l, l->tape, side);
}

static iso_err perturbed(iso_mat *x, struct alone *a, iso_learner *l, const iso_micro *micro)
{
    iso_mat delta;
    iso_err err = ISO_OK;

    ISO_TRY(state_0(x, l, &micro->target));
    ISO_TRY(iso_alone_zeros(&delta, &a->delta, x->rows, x->cols));
    ISO_TRY(a->perturb(&delta, a, iso_mat_view(x), l, micro));
    for (int64_t i = 0; i < x->rows * x->cols; i++)
        ((float *)x->data)[i] += ((const float *)delta.data)[i];
    a->added = delta;
    ISO_TRY(iso_alone_layers(x, l, l->tape, &micro->target));
done:
    return err;
}

/* Without a tape: as it predicts. */
static iso_err forward(iso_mat *logits, struct alone *a, iso_learner *l, iso_tape *tape,
                       const iso_micro *micro)
{
    const iso_side *side = &micro->target;
    const int64_t tokens = side->batch.offsets[side->batch.B];
    iso_mat x;
    iso_err err = ISO_OK;

    ISO_TRY(iso_workspace_mat(&x, &a->x, tokens, l->encoder->config.C));
    ISO_TRY(tape && a->perturb ? perturbed(&x, a, l, micro)
                               : iso_learner_states(&x, l, tape, side));
    ISO_TRY(l->head->ops->logits(l->head, logits, iso_mat_view(&x), &side->units,
                                 tape ? side->drop : NULL, &a->head));
done:
    return err;
}

iso_err iso_alone_learn(double *loss, iso_method *m, iso_learner *l, const iso_micro *micro)
{
    struct alone *a = (struct alone *)m;
    const iso_side *side = &micro->target;
    const int64_t tokens = side->batch.offsets[side->batch.B], units = side->units.n;
    iso_mat logits, dlogits, dx;
    iso_err err = ISO_OK;

    ISO_TRY(iso_workspace_mat(&logits, &a->logits, units, l->head->classes));
    ISO_TRY(forward(&logits, a, l, l->tape, micro));
    ISO_TRY(iso_alone_zeros(&dlogits, &a->dlogits, units, l->head->classes));
    ISO_TRY(iso_alone_zeros(&dx, &a->dx, tokens, l->encoder->config.C));
    *loss += l->head->ops->loss(l->head, dlogits.data, logits.data, &side->units);
    ISO_TRY(l->head->ops->back(l->head, &dx, iso_mat_view(&dlogits), &side->units, &a->head));
    ISO_TRY(iso_learner_back(l->tape, &dx));
done:
    if (err)
        iso_tape_clear(l->tape);
    return err;
}

iso_err iso_alone_predict(iso_mat *logits, iso_method *m, iso_learner *l, const iso_micro *micro)
{
    return forward(logits, (struct alone *)m, l, NULL, micro);
}

iso_view iso_method_added(const iso_method *m)
{
    return iso_mat_view(&((const struct alone *)m)->added);
}
