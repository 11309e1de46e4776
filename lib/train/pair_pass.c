#include "lib/train/pair_pass.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/io/number.h"
#include "lib/nn/xmixup_layer.h"

enum { BELOW, ABOVE, TAPES }; /* the lowest mixed layer */

/* λ of one layer. */
struct numbers {
    float w, b, dw, db;
    char name[2][32];
};

/* What it takes to run a mixed layer again. */
struct again {
    iso_mixing of;
    iso_workspace input[ISO_BRANCHES];
};

struct iso_pair_pass {
    iso_trained *e;
    iso_mix_rule rule;
    bool frozen;
    int L, first, stop;      /* the lowest mixed layer; the lowest that is undone; L + 1: none */
    bool *mixed;             /* L */
    struct numbers *numbers; /* L */
    iso_mixed_layer *layer;  /* L: what each keeps; where activations are computed again the first
                              * of them is for all, and: */
    struct again *again;     /* L: each has this, with what went into both branches */
    iso_tensor *tensors;
    int64_t tensor_count;
    iso_tape *tape[ISO_BRANCHES][TAPES];
    iso_back_work work;
    bool recompute; /* in the latest pass */
    iso_workspace states[ISO_BRANCHES];
};

void iso_pair_pass_free(iso_pair_pass *p)
{
    if (!p)
        return;
    for (int k = 0; p->layer && k < p->L; k++)
        iso_mixed_layer_free(&p->layer[k]);
    for (int i = 0; i < ISO_BRANCHES; i++) {
        for (int k = 0; k < TAPES; k++)
            iso_tape_free(p->tape[i][k]);
        for (int k = 0; p->again && k < p->L; k++)
            iso_workspace_free(&p->again[k].input[i]);
        iso_workspace_free(&p->states[i]);
    }
    iso_free(p->again);
    iso_back_work_free(&p->work);
    iso_free(p->mixed);
    iso_free(p->numbers);
    iso_free(p->layer);
    iso_free(p->tensors);
    iso_free(p);
}

/* Making one ----------------------------------------------------------------------- */

static void add_tensor(iso_pair_pass *p, int layer, bool is_w)
{
    struct numbers *n = &p->numbers[layer - 1];

    (void)snprintf(n->name[is_w], sizeof n->name[is_w], "mixup.%d.%s", layer, is_w ? "W" : "b");
    p->tensors[p->tensor_count++] = (iso_tensor){.name = n->name[is_w],
                                                 .value = is_w ? &n->w : &n->b,
                                                 .grad = p->frozen ? NULL
                                                         : is_w    ? &n->dw
                                                                   : &n->db,
                                                 .rows = 1,
                                                 .cols = 1,
                                                 .kind = ISO_TENSOR_SCALAR,
                                                 .depth = layer};
}

static iso_err allocate(iso_pair_pass *p, const bool *mixed)
{
    const iso_mix_head *head = &p->rule.head;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&p->mixed, p->L, sizeof *p->mixed));
    ISO_TRY(iso_alloc(&p->numbers, p->L, sizeof *p->numbers));
    ISO_TRY(iso_alloc(&p->layer, p->L, sizeof *p->layer));
    ISO_TRY(iso_alloc(&p->again, p->L, sizeof *p->again));
    ISO_TRY(iso_alloc(&p->tensors, 2 * p->L, sizeof *p->tensors));
    p->first = p->L + 1;
    for (int k = p->L; k >= 1; k--) {
        p->mixed[k - 1] = mixed && mixed[k - 1];
        p->first = p->mixed[k - 1] ? k : p->first;
        p->numbers[k - 1].w = (float)head->w;
        p->numbers[k - 1].b = (float)head->b;
    }
    for (int k = 1; k <= p->L; k++) {
        if (!p->mixed[k - 1])
            continue;
        add_tensor(p, k, true);
        add_tensor(p, k, false);
    }
done:
    return err;
}

iso_err iso_pair_pass_new(iso_pair_pass **out, iso_trained *e, const iso_pair_mix *mix)
{
    iso_pair_pass *p = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_mix_rule_check(&mix->rule));
    ISO_TRY(iso_alloc(&p, 1, sizeof *p));
    *p = (iso_pair_pass){.e = e,
                         .rule = mix->rule,
                         .frozen = mix->frozen || mix->rule.kind == ISO_MIX_FIXED,
                         .L = e->config.L};
    ISO_TRY(allocate(p, mix->mixed));
    p->stop = iso_trained_lowest(e);
    if (!p->frozen && p->first < p->stop)
        p->stop = p->first;
    *out = p;
    p = NULL;
done:
    iso_pair_pass_free(p);
    return err;
}

iso_tensor *iso_pair_pass_tensors(iso_pair_pass *p, int64_t *count)
{
    *count = p->tensor_count;
    return p->tensors;
}

/* Forward -------------------------------------------------------------------------- */

/* Made when first needed: the learner may decide later to compute activations again. */
static iso_err make_tapes(iso_pair_pass *p, const iso_learner *l)
{
    iso_tape_opt above = l->tape_opt;
    iso_err err = ISO_OK;

    above.inputs = p->stop <= p->first; /* something at the lowest mixed layer or below it learns */
    for (int i = 0; i < ISO_BRANCHES && !p->tape[i][ABOVE]; i++) {
        ISO_TRY(iso_tape_new(&p->tape[i][BELOW], &l->tape_opt));
        ISO_TRY(iso_tape_new(&p->tape[i][ABOVE], &above));
    }
done:
    return err;
}

void iso_pair_pass_clear(iso_pair_pass *p)
{
    for (int i = 0; i < ISO_BRANCHES; i++)
        for (int k = 0; k < TAPES; k++)
            if (p->tape[i][k])
                iso_tape_clear(p->tape[i][k]);
}

static iso_mixed_layer *slot_of(const iso_pair_pass *p, int layer)
{
    return &p->layer[p->recompute ? 0 : layer - 1];
}

static void copy(float *to, const float *from, int64_t rows, int64_t cols, int64_t stride)
{
    for (int64_t i = 0; i < rows; i++)
        memcpy(to + i * cols, from + i * stride, (size_t)cols * sizeof *to);
}

static iso_err keep_inputs(struct again *a, const iso_mat *x, const iso_mixing *of)
{
    iso_err err = ISO_OK;

    a->of = *of;
    for (int i = 0; i < ISO_BRANCHES; i++) {
        ISO_TRY(iso_workspace_need(&a->input[i], x[i].rows * x[i].cols));
        copy(a->input[i].at, x[i].data, x[i].rows, x[i].cols, x[i].stride);
    }
done:
    return err;
}

static iso_err mix(iso_pair_pass *p, iso_mat *x, const iso_side *const *side, int layer, bool learn)
{
    const bool undone = learn && layer >= p->stop;
    iso_mixing of = {.e = p->e, .layer = layer, .rule = p->rule};
    iso_err err = ISO_OK;

    for (int i = 0; i < ISO_BRANCHES; i++) {
        of.batch[i] = &side[i]->batch;
        of.drop[i] = undone ? side[i]->drop : NULL;
    }
    of.rule.head.w = (double)p->numbers[layer - 1].w;
    of.rule.head.b = (double)p->numbers[layer - 1].b;
    if (undone && p->recompute)
        ISO_TRY(keep_inputs(&p->again[layer - 1], x, &of));
    ISO_TRY(iso_mixed_layer_fwd(slot_of(p, layer), x, &of, &p->work));
done:
    return err;
}

/* The next mixed layer above state `from`; L + 1: none. */
static int next_mixed(const iso_pair_pass *p, int from)
{
    int k = from + 1;

    while (k <= p->L && !p->mixed[k - 1])
        k++;
    return k;
}

iso_err iso_pair_pass_states(iso_mat *x, iso_pair_pass *p, iso_learner *l,
                             const iso_side *const *side, bool learn)
{
    int from = 0;
    iso_err err = ISO_OK;

    p->recompute = l->tape_opt.recompute;
    if (learn)
        ISO_TRY(make_tapes(p, l));
    for (int i = 0; i < ISO_BRANCHES; i++)
        ISO_TRY(iso_learner_start(&x[i], &from, l, learn ? p->tape[i][BELOW] : NULL, side[i]));
    ISO_NEED(from < p->first, "learning begins from state %d, above the mixed layer %d", from,
             p->first);
    for (int to; from < p->L; from = to) {
        to = next_mixed(p, from);
        for (int i = 0; i < ISO_BRANCHES; i++)
            ISO_TRY(iso_learner_layers(&x[i], l, learn ? p->tape[i][from >= p->first] : NULL,
                                       side[i], from, to - 1));
        if (to <= p->L)
            ISO_TRY(mix(p, x, side, to, learn));
    }
done:
    if (err)
        iso_pair_pass_clear(p);
    return err;
}

/* Back ----------------------------------------------------------------------------- */

/* The slot of all holds the layer that ran last. */
static iso_err run_again(iso_pair_pass *p, iso_mat *dx, int layer)
{
    const struct again *a = &p->again[layer - 1];
    iso_mixed_layer *slot = slot_of(p, layer);
    iso_mat x[ISO_BRANCHES];
    iso_err err = ISO_OK;

    if (slot->of.layer == layer)
        return ISO_OK;
    for (int i = 0; i < ISO_BRANCHES; i++) {
        ISO_TRY(iso_workspace_mat(&x[i], &p->states[i], dx[i].rows, dx[i].cols));
        copy(x[i].data, a->input[i].at, x[i].rows, x[i].cols, x[i].cols);
    }
    ISO_TRY(iso_mixed_layer_fwd(slot, x, &a->of, &p->work));
done:
    return err;
}

static iso_err mix_back(iso_pair_pass *p, iso_mat *dx, int layer)
{
    struct numbers *n = &p->numbers[layer - 1];
    iso_mix_head_grad g = {0, 0};
    iso_err err = ISO_OK;

    if (p->recompute)
        ISO_TRY(run_again(p, dx, layer));
    ISO_TRY(iso_mixed_layer_back(slot_of(p, layer), dx, &g, layer == p->stop, &p->work));
    if (!p->frozen) {
        n->dw += (float)g.w;
        n->db += (float)g.b;
    }
done:
    return err;
}

iso_err iso_pair_pass_back(iso_pair_pass *p, iso_mat *dx)
{
    iso_err err = ISO_OK;

    for (int k = p->L; k >= p->stop; k--) {
        if (k > 0 && p->mixed[k - 1]) {
            ISO_TRY(mix_back(p, dx, k));
            continue;
        }
        for (int i = 0; i < ISO_BRANCHES; i++)
            ISO_TRY(iso_tape_back(p->tape[i][k > p->first], &dx[i]));
    }
done:
    iso_pair_pass_clear(p);
    return err;
}

/* λ ------------------------------------------------------------------------------ */

double iso_pair_pass_lambda(const iso_pair_pass *p, int layer)
{
    const iso_mixed_layer *k = slot_of(p, layer);
    double sum = 0;

    if (!p->mixed[layer - 1] || k->of.layer != layer)
        return NAN;
    const int64_t B = k->of.batch[ISO_TARGET]->B;
    for (int64_t b = 0; b < B; b++)
        sum += iso_mix_kept_lambda(&k->mix)[b];
    return sum / (double)B;
}

iso_err iso_pair_pass_heads(iso_buf *out, const iso_pair_pass *p)
{
    char number[3][ISO_NUMBER_SIZE];
    const char *comma = "";
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_printf(out, "{\"lambda0\": %s, \"layers\": {",
                           iso_number_exact(number[0], p->rule.head.lambda0)));
    for (int k = 1; k <= p->L; k++) {
        if (!p->mixed[k - 1])
            continue;
        ISO_TRY(iso_buf_printf(out, "%s\"%d\": {\"W\": %s, \"b\": %s}", comma, k,
                               iso_number_exact(number[1], (double)p->numbers[k - 1].w),
                               iso_number_exact(number[2], (double)p->numbers[k - 1].b)));
        comma = ", ";
    }
    ISO_TRY(iso_buf_puts(out, "}}\n"));
done:
    return err;
}
