/* Adversarial training: from state 0 moved, token by token within a ball, to where the loss is
 * larger. */
#include <math.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/train/alone.h"

struct adversarial {
    struct alone alone;
    iso_adversarial_opt opt;
    double step, most; /* of one step, of all: lengths, or sizes of each number */
    iso_tape *tape;    /* of the inner steps */
    bool recompute;    /* what it was made for */
    iso_workspace moved, dx, logits, dlogits;
    iso_head_tape head;
};

static void adversarial_free(iso_method *m)
{
    struct adversarial *a = (struct adversarial *)m;

    iso_alone_free(&a->alone);
    iso_tape_free(a->tape);
    iso_workspace_free(&a->moved);
    iso_workspace_free(&a->dx);
    iso_workspace_free(&a->logits);
    iso_workspace_free(&a->dlogits);
    iso_head_tape_free(&a->head);
    iso_free(a);
}

static iso_err need_tape(struct adversarial *a, const iso_learner *l)
{
    const iso_tape_opt opt = {.recompute = l->tape_opt.recompute, .inputs = true};
    iso_tape *tape = NULL;
    iso_err err = ISO_OK;

    if (a->tape && a->recompute == opt.recompute)
        return ISO_OK;
    ISO_TRY(iso_tape_new(&tape, &opt));
    iso_tape_free(a->tape);
    a->tape = tape;
    a->recompute = opt.recompute;
done:
    return err;
}

/* --- One token --- */

static double length(const float *x, int64_t n)
{
    double sum = 0;

    for (int64_t c = 0; c < n; c++)
        sum += (double)x[c] * (double)x[c];
    return sqrt(sum);
}

/* δ = P(δ + step g / |g|), P onto the ball of radius `most`. */
static void step_l2(float *delta, const float *g, int64_t n, double step, double most)
{
    const double size = length(g, n);

    if (size == 0)
        return;
    for (int64_t c = 0; c < n; c++)
        delta[c] += (float)(step / size * (double)g[c]);
    const double far = length(delta, n);
    for (int64_t c = 0; far > most && c < n; c++)
        delta[c] = (float)(most / far * (double)delta[c]);
}

/* δ = min(max(δ + step sign g, −most), most) */
static void step_linf(float *delta, const float *g, int64_t n, double step, double most)
{
    for (int64_t c = 0; c < n; c++) {
        const double to = (double)delta[c] + step * ((g[c] > 0) - (g[c] < 0));
        delta[c] = (float)(to > most ? most : to < -most ? -most : to);
    }
}

static void step_all(iso_mat *delta, const iso_mat *dx, const struct adversarial *a,
                     const uint8_t *special)
{
#pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < delta->rows; i++) {
        float *to = (float *)delta->data + i * delta->cols;
        const float *g = (const float *)dx->data + i * dx->stride;
        if (!special || !special[i])
            (a->opt.linf ? step_linf : step_l2)(to, g, delta->cols, a->step, a->most);
    }
}

/* --- One step --- */

/* dx = gradient of the loss by state 0 at `moved`, which is spoilt; the weights' gradients stay. */
static iso_err gradient(iso_mat *dx, struct adversarial *a, iso_mat *moved, iso_learner *l,
                        const iso_side *side)
{
    iso_head *h = l->head;
    iso_mat logits, dlogits;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alone_layers(moved, l, a->tape, side));
    ISO_TRY(iso_workspace_mat(&logits, &a->logits, side->units.n, h->classes));
    ISO_TRY(h->ops->logits(h, &logits, iso_mat_view(moved), &side->units, side->drop, &a->head));
    ISO_TRY(iso_alone_zeros(&dlogits, &a->dlogits, side->units.n, h->classes));
    (void)h->ops->loss(h, dlogits.data, logits.data, &side->units);
    ISO_TRY(iso_head_back_input(h, dx, iso_mat_view(&dlogits), &side->units, &a->head));
    while (iso_tape_depth(a->tape) > 0)
        ISO_TRY(iso_tape_back_input(a->tape, dx));
done:
    if (err)
        iso_tape_clear(a->tape);
    return err;
}

static iso_err perturb(iso_mat *delta, struct alone *alone, iso_view x, iso_learner *l,
                       const iso_micro *micro)
{
    struct adversarial *a = (struct adversarial *)alone;
    const float *from = x.data, *by = delta->data;
    iso_mat moved, dx;
    iso_err err = ISO_OK;

    ISO_TRY(need_tape(a, l));
    for (int64_t k = 0; k < a->opt.steps; k++) {
        ISO_TRY(iso_workspace_mat(&moved, &a->moved, x.rows, x.cols));
        ISO_TRY(iso_alone_zeros(&dx, &a->dx, x.rows, x.cols));
        for (int64_t i = 0; i < x.rows * x.cols; i++)
            ((float *)moved.data)[i] = from[i] + by[i];
        ISO_TRY(gradient(&dx, a, &moved, l, &micro->target));
        step_all(delta, &dx, a, micro->target.special);
    }
done:
    return err;
}

static const iso_method_ops ops = {"adversarial", iso_alone_learn, iso_alone_predict,
                                   adversarial_free};

iso_err iso_method_adversarial(iso_method **out, const iso_adversarial_opt *opt)
{
    struct adversarial *a = NULL;
    iso_err err = ISO_OK;

    ISO_NEED(opt->epsilon >= 0 && opt->unit >= 0 && opt->steps >= 0 && opt->C > 0,
             "a ball of radius %g times %g, %lld steps", opt->epsilon, opt->unit,
             (long long)opt->steps);
    ISO_TRY(iso_alloc(&a, 1, sizeof *a));
    a->alone.base.ops = &ops;
    a->opt = *opt;
    a->most = opt->epsilon * opt->unit / (opt->linf ? sqrt((double)opt->C) : 1);
    a->step = opt->steps > 0 ? 2 * a->most / (double)opt->steps : 0;
    if (opt->steps > 0 && a->most > 0)
        a->alone.perturb = perturb;
    *out = &a->alone.base;
done:
    return err;
}
