#include "lib/nn/tape.h"

#include <string.h>

#include "lib/base/alloc.h"
#include "lib/nn/embedding_back.h"
#include "lib/nn/layer_back.h"

/* One piece. What it keeps lies in `memory`: a copy of x where `own`, then what the layer keeps,
 * unless that is made again. Without a copy x is what came out of the piece below. */
struct piece {
    iso_trained *e;
    const iso_batch *batch;
    const iso_dropout *drop;
    int layer;  /* 0: the embeddings */
    bool wants; /* something at or below it learns, or its input's gradient is asked for */
    bool own;
    int64_t tokens;
    iso_workspace memory;
};

struct iso_tape {
    iso_tape_opt opt;
    struct piece *pieces;
    int64_t depth, room;
    iso_workspace again, x, a; /* of the layer being undone: what it kept, what went in */
    iso_layer_work forward;    /* of layers that keep nothing */
    iso_back_work work;
};

iso_err iso_tape_new(iso_tape **out, const iso_tape_opt *opt)
{
    iso_tape *t;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&t, 1, sizeof *t));
    if (opt)
        t->opt = *opt;
    t->work.times = t->forward.times = t->opt.times;
    *out = t;
done:
    return err;
}

void iso_tape_free(iso_tape *t)
{
    if (!t)
        return;
    for (int64_t i = 0; i < t->room; i++)
        iso_workspace_free(&t->pieces[i].memory);
    iso_workspace_free(&t->again);
    iso_workspace_free(&t->x);
    iso_workspace_free(&t->a);
    iso_layer_work_free(&t->forward);
    iso_back_work_free(&t->work);
    iso_free(t->pieces);
    iso_free(t);
}

int64_t iso_tape_depth(const iso_tape *t)
{
    return t->depth;
}

void iso_tape_clear(iso_tape *t)
{
    t->depth = 0;
}

int64_t iso_tape_bytes(const iso_nn_config *c, int64_t tokens, int lowest, const iso_tape_opt *opt)
{
    const bool inputs = opt && opt->inputs, recompute = opt && opt->recompute;
    const int64_t layers = c->L + 1 - (lowest < 1 || inputs ? 1 : lowest), copy = tokens * c->C;
    const int64_t kept = iso_layer_kept_size(c, tokens);
    int64_t floats = tokens * (c->C + 1) + iso_back_work_size(c, tokens) + 2 * copy;

    if (layers > 0)
        floats += recompute ? layers * copy + kept : copy + layers * kept;
    return floats * (int64_t)sizeof(float);
}

static bool wanted_below(const iso_tape *t, int64_t depth)
{
    return t->opt.inputs || (depth > 0 && t->pieces[depth - 1].wants);
}

/* The next piece; it counts when the caller says so. */
static iso_err next(struct piece **out, iso_tape *t, iso_trained *e, const iso_batch *batch,
                    int layer, const iso_dropout *drop)
{
    iso_err err = ISO_OK;

    if (t->depth == t->room) {
        const int64_t room = t->room ? 2 * t->room : 32;
        ISO_TRY(iso_realloc(&t->pieces, t->room, room, sizeof *t->pieces));
        t->room = room;
    }
    struct piece *p = &t->pieces[t->depth];
    *p = (struct piece){.e = e,
                        .batch = batch,
                        .drop = drop,
                        .layer = layer,
                        .wants = wanted_below(t, t->depth) || iso_trained_learns(e, layer),
                        .tokens = batch->offsets[batch->B],
                        .memory = p->memory};
    if (!p->wants)
        p->drop = NULL;
    *out = p;
done:
    return err;
}

static iso_err check(const iso_trained *e, const iso_mat *x, const iso_batch *batch,
                     const iso_dropout *drop)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_dropout_check(drop));
    ISO_NEED(!batch->live, "training knows no padding");
    ISO_NEED(x->dtype == ISO_F32 && x->cols == e->config.C && x->rows == batch->offsets[batch->B],
             "states are %lld x %lld %s, not %lld x %lld f32", (long long)x->rows,
             (long long)x->cols, iso_dtype_name(x->dtype), (long long)batch->offsets[batch->B],
             (long long)e->config.C);
done:
    return err;
}

static iso_norm_kept kept_of_embeddings(const struct piece *p)
{
    float *const rstd = p->memory.at + p->tokens * p->e->config.C;

    return (iso_norm_kept){p->memory.at, rstd};
}

iso_err iso_tape_embed(iso_tape *t, iso_mat *x, iso_trained *e, const iso_batch *batch,
                       const iso_dropout *drop)
{
    struct piece *p;
    iso_err err = ISO_OK;

    ISO_TRY(check(e, x, batch, drop));
    ISO_TRY(next(&p, t, e, batch, 0, drop));
    const iso_drop state = iso_drop_at(p->drop, 0, ISO_DROP_STATE);
    ISO_TRY(iso_workspace_need(&p->memory, p->tokens * (e->config.C + 1)));
    ISO_TRY(iso_embedding_keep(x, &e->params, &e->config, batch, &state, kept_of_embeddings(p)));
    t->depth++;
done:
    return err;
}

static float *copy_of(const struct piece *p)
{
    return p->memory.at;
}

static iso_layer_kept kept_at(const struct piece *p, float *memory)
{
    return iso_layer_kept_at(memory, &p->e->config, p->tokens);
}

static iso_layer_kept kept_of(const struct piece *p)
{
    return kept_at(p, p->memory.at + (p->own ? p->tokens * p->e->config.C : 0));
}

static void copy(float *to, iso_view x)
{
#pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < x.rows; i++)
        memcpy(to + i * x.cols, (const float *)x.data + i * x.stride, (size_t)x.cols * sizeof *to);
}

static iso_err run(iso_mat *x, const struct piece *p, iso_layer_kept *kept, iso_back_work *work)
{
    const iso_layer_learnt l = iso_trained_layer(p->e, p->layer);
    iso_err err = ISO_OK;

    ISO_TRY(iso_layer_attend_keep(x, iso_mat_view(x), &l, p->batch, p->drop, kept, work));
    ISO_TRY(iso_layer_feed_keep(x, iso_mat_view(x), &l, p->drop, kept, work));
done:
    return err;
}

static iso_err run_plainly(iso_mat *x, const struct piece *p, iso_layer_work *work)
{
    const iso_nn_config *c = &p->e->config;
    iso_layer *l = &p->e->params.layers[p->layer - 1];
    iso_err err = ISO_OK;

    ISO_TRY(iso_layer_attend(x, iso_mat_view(x), l, c->H, p->batch, work));
    ISO_TRY(iso_layer_feed(x, iso_mat_view(x), l, c->activation, work));
done:
    return err;
}

static iso_err add_layer(iso_tape *t, iso_mat *x, iso_trained *e, const iso_batch *batch, int layer,
                         const iso_dropout *drop, bool first)
{
    const int64_t size = iso_layer_kept_size(&e->config, x->rows);
    struct piece *p;
    iso_err err = ISO_OK;

    ISO_TRY(next(&p, t, e, batch, layer, drop));
    if (!p->wants) {
        ISO_TRY(run_plainly(x, p, &t->forward));
        t->depth++;
        return ISO_OK;
    }
    p->own = first || t->opt.recompute || !t->pieces[t->depth - 1].wants;
    ISO_TRY(iso_workspace_need(&p->memory, (p->own ? p->tokens * e->config.C : 0) +
                                               (t->opt.recompute ? 0 : size)));
    if (t->opt.recompute)
        ISO_TRY(iso_workspace_need(&t->again, size));
    if (p->own)
        copy(copy_of(p), iso_mat_view(x));
    iso_layer_kept kept = t->opt.recompute ? kept_at(p, t->again.at) : kept_of(p);
    ISO_TRY(run(x, p, &kept, &t->work));
    t->depth++;
done:
    return err;
}

iso_err iso_tape_layers(iso_tape *t, iso_mat *x, iso_trained *e, const iso_batch *batch, int from,
                        int to, const iso_dropout *drop)
{
    const int64_t depth = t->depth;
    iso_err err = ISO_OK;

    ISO_NEED(0 <= from && from <= to && to <= e->config.L, "states %d to %d are not among 0 to %d",
             from, to, e->config.L);
    ISO_TRY(check(e, x, batch, drop));
    for (int k = from + 1; k <= to; k++)
        ISO_TRY(add_layer(t, x, e, batch, k, drop, k == from + 1));
done:
    if (err)
        t->depth = depth;
    return err;
}

/* What went into a layer: its copy, or what came out of the layer below. */
static iso_err input_of(iso_view *out, iso_tape *t, const struct piece *p)
{
    const int64_t C = p->e->config.C;
    iso_mat x;
    iso_err err = ISO_OK;

    if (p->own) {
        *out = iso_view_f32(copy_of(p), p->tokens, C);
        return ISO_OK;
    }
    ISO_TRY(iso_workspace_mat(&x, &t->x, p->tokens, C));
    iso_norm_kept_out(&x, kept_of(p - 1).n2, &p->e->params.layers[p->layer - 2].n2);
    *out = iso_mat_view(&x);
done:
    return err;
}

static iso_err undo_layer(iso_tape *t, iso_mat *dx, const struct piece *p, bool last, bool learn)
{
    const int64_t C = p->e->config.C;
    iso_layer_learnt l = iso_trained_layer(p->e, p->layer);
    iso_layer_kept kept = t->opt.recompute ? kept_at(p, t->again.at) : kept_of(p);
    iso_view x;
    iso_mat a;
    iso_err err = ISO_OK;

    if (!learn) {
        l.g = (iso_layer_grads){0};
        l.qkv_grad = (iso_linear_grad){0};
    }
    ISO_TRY(input_of(&x, t, p));
    ISO_TRY(iso_workspace_mat(&a, &t->a, p->tokens, C));
    if (t->opt.recompute) {
        copy(a.data, x);
        ISO_TRY(run(&a, p, &kept, &t->work));
    }
    iso_norm_kept_out(&a, kept.n1, &l.l->n1);
    ISO_TRY(iso_layer_feed_back(dx, iso_mat_view(&a), &l, p->drop, &kept, &t->work));
    ISO_TRY(iso_layer_attend_back(dx, x, &l, p->batch, p->drop, &kept, last, &t->work));
done:
    return err;
}

static iso_err undo_embeddings(iso_tape *t, iso_mat *dx, const struct piece *p)
{
    const iso_drop state = iso_drop_at(p->drop, 0, ISO_DROP_STATE);

    return iso_embedding_back(dx, &p->e->params, &p->e->config, p->batch, &state,
                              kept_of_embeddings(p), &p->e->grads, &t->work.sums, t->opt.times);
}

static iso_err undo(iso_tape *t, iso_mat *dx, bool learn)
{
    iso_err err = ISO_OK;

    ISO_NEED(t->depth > 0, "the tape has no piece to undo");
    const struct piece *p = &t->pieces[--t->depth];
    ISO_NEED(dx->dtype == ISO_F32 && dx->rows == p->tokens && dx->cols == p->e->config.C,
             "a gradient is %lld x %lld %s, not %lld x %lld f32", (long long)dx->rows,
             (long long)dx->cols, iso_dtype_name(dx->dtype), (long long)p->tokens,
             (long long)p->e->config.C);
    if (!p->wants)
        return ISO_OK;
    if (p->layer > 0)
        ISO_TRY(undo_layer(t, dx, p, !wanted_below(t, t->depth), learn));
    else if (learn)
        ISO_TRY(undo_embeddings(t, dx, p));
done:
    return err;
}

iso_err iso_tape_back(iso_tape *t, iso_mat *dx)
{
    return undo(t, dx, true);
}

iso_err iso_tape_back_input(iso_tape *t, iso_mat *dx)
{
    return undo(t, dx, false);
}
