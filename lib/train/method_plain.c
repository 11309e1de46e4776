/* Plain training: the loss of the head on the encoder's final states. */
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/train/objective.h"

struct plain {
    iso_method base;
    iso_workspace x, dx, logits, dlogits;
    iso_head_tape head;
};

static void plain_free(iso_method *m)
{
    struct plain *p = (struct plain *)m;

    iso_workspace_free(&p->x);
    iso_workspace_free(&p->dx);
    iso_workspace_free(&p->logits);
    iso_workspace_free(&p->dlogits);
    iso_head_tape_free(&p->head);
    iso_free(p);
}

void iso_method_free(iso_method *m)
{
    if (m)
        m->ops->free(m);
}

static iso_err zeros(iso_mat *out, iso_workspace *w, int64_t rows, int64_t cols)
{
    const iso_err err = iso_workspace_mat(out, w, rows, cols);

    if (!err)
        memset(out->data, 0, (size_t)(rows * cols) * sizeof(float));
    return err;
}

static iso_err forward(iso_mat *logits, struct plain *p, iso_learner *l, iso_tape *tape,
                       const iso_side *side)
{
    const int64_t tokens = side->batch.offsets[side->batch.B];
    iso_mat x;
    iso_err err = ISO_OK;

    ISO_TRY(iso_workspace_mat(&x, &p->x, tokens, l->encoder->config.C));
    ISO_TRY(iso_learner_states(&x, l, tape, side));
    ISO_TRY(l->head->ops->logits(l->head, logits, iso_mat_view(&x), &side->units,
                                 tape ? side->drop : NULL, &p->head));
done:
    return err;
}

static iso_err plain_learn(double *loss, iso_method *m, iso_learner *l, const iso_micro *micro)
{
    struct plain *p = (struct plain *)m;
    const iso_side *side = &micro->target;
    const int64_t tokens = side->batch.offsets[side->batch.B], units = side->units.n;
    iso_mat logits, dlogits, dx;
    iso_err err = ISO_OK;

    ISO_TRY(iso_workspace_mat(&logits, &p->logits, units, l->head->classes));
    ISO_TRY(zeros(&dlogits, &p->dlogits, units, l->head->classes));
    ISO_TRY(zeros(&dx, &p->dx, tokens, l->encoder->config.C));
    ISO_TRY(forward(&logits, p, l, l->tape, side));
    *loss += l->head->ops->loss(l->head, dlogits.data, logits.data, &side->units);
    ISO_TRY(l->head->ops->back(l->head, &dx, iso_mat_view(&dlogits), &side->units, &p->head));
    ISO_TRY(iso_learner_back(l->tape, &dx));
done:
    if (err)
        iso_tape_clear(l->tape);
    return err;
}

static iso_err plain_predict(iso_mat *logits, iso_method *m, iso_learner *l, const iso_micro *micro)
{
    return forward(logits, (struct plain *)m, l, NULL, &micro->target);
}

static const iso_method_ops ops = {"plain", plain_learn, plain_predict, plain_free};

iso_err iso_method_plain(iso_method **out)
{
    struct plain *p = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&p, 1, sizeof *p));
    p->base.ops = &ops;
    *out = &p->base;
done:
    return err;
}
