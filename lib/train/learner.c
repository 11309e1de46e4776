#include "lib/train/learner.h"

#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/nn/embedding.h"
#include "lib/nn/layer.h"

/* States of the highest frozen layer: those of item i are rows at[i] to at[i + 1]. */
struct frozen {
    int64_t *at, items;
    float *states; /* NULL: they are not kept */
    bool *known;
};

/* The optimizer's numbers of an encoder's tables; −1: nothing to bring up to date. */
struct tables {
    int64_t word, position, type;
};

struct iso_learner_own {
    iso_tensor *tensors; /* the encoder's, then the head's */
    int64_t tensor_count;
    iso_trained **encoders; /* the encoder, its siblings */
    struct tables *tables;  /* of each */
    char **names;           /* of siblings' tensors */
    int64_t named;
    int encoder_count;
    int64_t *rows, row_room;
    int within;
    struct frozen frozen;
    iso_layer_work work;
};

void iso_learner_free(iso_learner *l)
{
    struct iso_learner_own *own = l ? l->own : NULL;

    if (own) {
        for (int64_t i = 0; i < own->named; i++)
            iso_free(own->names[i]);
        iso_free(own->names);
        iso_free(own->encoders);
        iso_free(own->tables);
        iso_free(own->tensors);
        iso_free(own->rows);
        iso_free(own->frozen.at);
        iso_free(own->frozen.states);
        iso_free(own->frozen.known);
        iso_layer_work_free(&own->work);
        iso_free(own);
    }
    if (l)
        iso_tape_free(l->tape);
    iso_free(l);
}

bool iso_tensor_learns(const iso_tensor *t)
{
    return t->grad || t->touched;
}

/* --- Making one --- */

static int64_t find_table(const iso_tensor *tensors, int64_t count, const iso_row_grads *touched)
{
    for (int64_t i = 0; touched && i < count; i++) {
        if (tensors[i].touched == touched)
            return i;
    }
    return -1;
}

void iso_learner_use(iso_learner *l, iso_optimizer *optimizer, const iso_tensor *tensors,
                     int64_t count)
{
    l->optimizer = optimizer;
    for (int i = 0; i < l->own->encoder_count; i++) {
        const iso_param_grads *g = &l->own->encoders[i]->grads;
        l->own->tables[i] = (struct tables){find_table(tensors, count, g->word.touched),
                                            find_table(tensors, count, g->position.touched),
                                            find_table(tensors, count, g->type.touched)};
    }
}

static iso_err list_encoders(struct iso_learner_own *own, iso_trained *encoder,
                             const iso_learner_opt *opt)
{
    iso_err err = ISO_OK;

    own->encoder_count = 1 + opt->sibling_count;
    ISO_TRY(iso_alloc(&own->encoders, own->encoder_count, sizeof *own->encoders));
    ISO_TRY(iso_alloc(&own->tables, own->encoder_count, sizeof *own->tables));
    own->encoders[0] = encoder;
    for (int i = 0; i < opt->sibling_count; i++)
        own->encoders[1 + i] = opt->siblings[i];
done:
    return err;
}

/* What the number-th of the encoders has of its own. */
static iso_err list_own(struct iso_learner_own *own, int number)
{
    int64_t count = 0;
    const iso_tensor *of = iso_trained_tensors(own->encoders[number], &count);
    iso_buf name = {0};
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < count; i++) {
        if (!iso_trained_owns(own->encoders[number], of[i].depth))
            continue;
        own->tensors[own->tensor_count] = of[i];
        if (number > 0) {
            ISO_TRY(iso_buf_printf(&name, "%d/%s", number, of[i].name));
            own->tensors[own->tensor_count].name = own->names[own->named++] = name.text;
            name = (iso_buf){0};
        }
        own->tensor_count++;
    }
done:
    iso_buf_free(&name);
    return err;
}

static iso_err list_tensors(iso_learner *l)
{
    struct iso_learner_own *own = l->own;
    const int64_t head = l->head->tensor_count;
    int64_t count = 0, most;
    iso_err err = ISO_OK;

    (void)iso_trained_tensors(l->encoder, &count);
    most = own->encoder_count * count + head;
    ISO_TRY(iso_alloc(&own->tensors, most, sizeof *own->tensors));
    ISO_TRY(iso_alloc(&own->names, most, sizeof *own->names));
    for (int i = 0; i < own->encoder_count; i++)
        ISO_TRY(list_own(own, i));
    memcpy(own->tensors + own->tensor_count, l->head->tensors, (size_t)head * sizeof *own->tensors);
    own->tensor_count += head;
done:
    return err;
}

/* The state below which nothing learns; −1: the embeddings do. */
static int frozen_state(const iso_learner *l)
{
    const int lowest = iso_trained_lowest(l->encoder), within = l->own->within;

    return (within > 0 && within < lowest ? within : lowest) - 1;
}

static iso_err make_frozen(struct frozen *f, const iso_learner *l, const iso_learner_opt *opt)
{
    iso_err err = ISO_OK;

    if (!opt->tokens || frozen_state(l) < 0)
        return ISO_OK;
    f->items = opt->items;
    ISO_TRY(iso_alloc(&f->at, f->items + 1, sizeof *f->at));
    for (int64_t i = 0; i < f->items; i++)
        f->at[i + 1] = f->at[i] + opt->tokens[i];
    ISO_TRY(iso_alloc(&f->known, f->items, sizeof *f->known));
    ISO_TRY(iso_alloc(&f->states, f->at[f->items] * l->encoder->config.C, sizeof *f->states));
done:
    return err;
}

iso_err iso_learner_new(iso_learner **out, iso_trained *encoder, iso_head *head,
                        const iso_learner_opt *opt)
{
    iso_learner *l = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&l, 1, sizeof *l));
    ISO_TRY(iso_alloc(&l->own, 1, sizeof *l->own));
    l->encoder = encoder;
    l->head = head;
    l->tape_opt.recompute = opt->recompute;
    l->own->within = opt->within;
    ISO_TRY(iso_tape_new(&l->tape, &l->tape_opt));
    ISO_TRY(list_encoders(l->own, encoder, opt));
    ISO_TRY(list_tensors(l));
    ISO_TRY(make_frozen(&l->own->frozen, l, opt));
    *out = l;
    l = NULL;
done:
    iso_learner_free(l);
    return err;
}

iso_err iso_learner_recompute(iso_learner *l)
{
    const iso_tape_opt opt = {.recompute = true};
    iso_tape *tape = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_tape_new(&tape, &opt));
    iso_tape_free(l->tape);
    l->tape = tape;
    l->tape_opt = opt;
done:
    return err;
}

const iso_tensor *iso_learner_tensors(const iso_learner *l, int64_t *count)
{
    *count = l->own->tensor_count;
    return l->own->tensors;
}

void iso_learner_zero_grads(iso_learner *l)
{
    for (int i = 0; i < l->own->encoder_count; i++)
        iso_trained_zero_grads(l->own->encoders[i]);
    iso_head_zero_grads(l->head);
}

const iso_trained *iso_learner_encoder(const iso_learner *l, const iso_side *side)
{
    return l->own->encoders[side->units.sibling];
}

/* --- Rows of tables --- */

static iso_err row_room(struct iso_learner_own *own, int64_t n)
{
    iso_err err = ISO_OK;

    if (n > own->row_room) {
        ISO_TRY(iso_realloc(&own->rows, 0, n, sizeof *own->rows));
        own->row_room = n;
    }
done:
    return err;
}

/* Rows first to first + n of a table. */
static iso_err catch_up(iso_learner *l, int64_t table, int64_t first, int64_t n)
{
    struct iso_learner_own *own = l->own;
    iso_err err = ISO_OK;

    if (table < 0)
        return ISO_OK;
    ISO_TRY(row_room(own, n));
    for (int64_t i = 0; i < n; i++)
        own->rows[i] = first + i;
    iso_optimizer_rows(l->optimizer, table, own->rows, n);
done:
    return err;
}

/* What the embeddings of a batch will read is what it would be had it never been left behind. */
static iso_err catch_up_side(iso_learner *l, const iso_side *side)
{
    struct iso_learner_own *own = l->own;
    const struct tables *of = &own->tables[side->units.sibling];
    const iso_batch *batch = &side->batch;
    const iso_nn_config *c = &l->encoder->config;
    const int64_t tokens = batch->offsets[batch->B];
    int64_t longest = 0;
    iso_err err = ISO_OK;

    if (!l->optimizer)
        return ISO_OK;
    if (of->word >= 0) {
        ISO_TRY(row_room(own, tokens));
        for (int64_t i = 0; i < tokens; i++)
            own->rows[i] = batch->ids[i];
        iso_optimizer_rows(l->optimizer, of->word, own->rows, tokens);
    }
    for (int64_t b = 0; b < batch->B; b++) {
        const int64_t n = batch->offsets[b + 1] - batch->offsets[b];
        longest = n > longest ? n : longest;
    }
    ISO_TRY(catch_up(l, of->position, c->first_position, longest));
    ISO_TRY(catch_up(l, of->type, 0, c->types));
done:
    return err;
}

/* --- Without a tape --- */

static iso_err plain_layers(iso_mat *x, iso_learner *l, const iso_side *side, int from, int to)
{
    const iso_trained *e = iso_learner_encoder(l, side);
    const iso_nn_config *c = &e->config;
    iso_err err = ISO_OK;

    for (int k = from; k < to; k++) {
        iso_layer *layer = &e->params.layers[k];
        ISO_TRY(iso_layer_attend(x, iso_mat_view(x), layer, c->H, &side->batch, &l->own->work));
        ISO_TRY(iso_layer_feed(x, iso_mat_view(x), layer, c->activation, &l->own->work));
    }
done:
    return err;
}

/* --- What is frozen --- */

static bool all_known(const struct frozen *f, const iso_side *side)
{
    bool known = f->states && side->item;

    for (int64_t b = 0; known && b < side->batch.B; b++)
        known = f->known[side->item[b]];
    return known;
}

/* Copies rows of a batch to the items, or back. */
static void exchange(iso_mat *x, struct frozen *f, const iso_side *side, bool out)
{
    const size_t row = (size_t)x->cols * sizeof(float);

    for (int64_t b = 0; b < side->batch.B; b++) {
        const int64_t item = side->item[b], first = side->batch.offsets[b];
        float *here = (float *)x->data + first * x->cols,
              *there = f->states + f->at[item] * x->cols;
        const size_t bytes = (size_t)(side->batch.offsets[b + 1] - first) * row;
        memcpy(out ? here : there, out ? there : here, bytes);
        f->known[item] = true;
    }
}

static iso_err start_frozen(iso_mat *x, iso_learner *l, const iso_side *side, int state)
{
    const iso_trained *e = iso_learner_encoder(l, side);
    struct frozen *f = &l->own->frozen;
    iso_err err = ISO_OK;

    if (all_known(f, side)) {
        exchange(x, f, side, true);
        return ISO_OK;
    }
    ISO_TRY(iso_embedding_fwd(x, &e->params, &e->config, &side->batch));
    ISO_TRY(plain_layers(x, l, side, 0, state));
    if (f->states && side->item)
        exchange(x, f, side, false);
done:
    return err;
}

/* --- Forward and back --- */

iso_err iso_learner_start(iso_mat *x, int *from, iso_learner *l, iso_tape *tape,
                          const iso_side *side)
{
    iso_trained *e = l->own->encoders[side->units.sibling];
    const int state = frozen_state(l);
    iso_err err = ISO_OK;

    *from = state > 0 ? state : 0;
    if (state >= 0)
        return start_frozen(x, l, side, state);
    ISO_TRY(catch_up_side(l, side));
    ISO_TRY(tape ? iso_tape_embed(tape, x, e, &side->batch, side->drop)
                 : iso_embedding_fwd(x, &e->params, &e->config, &side->batch));
done:
    return err;
}

iso_err iso_learner_layers(iso_mat *x, iso_learner *l, iso_tape *tape, const iso_side *side,
                           int from, int to)
{
    return tape ? iso_tape_layers(tape, x, l->own->encoders[side->units.sibling], &side->batch,
                                  from, to, side->drop)
                : plain_layers(x, l, side, from, to);
}

iso_err iso_learner_states(iso_mat *x, iso_learner *l, iso_tape *tape, const iso_side *side)
{
    int from = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_learner_start(x, &from, l, tape, side));
    ISO_TRY(iso_learner_layers(x, l, tape, side, from, l->encoder->config.L));
done:
    return err;
}

iso_err iso_learner_back(iso_tape *tape, iso_mat *dx)
{
    iso_err err = ISO_OK;

    while (iso_tape_depth(tape) > 0)
        ISO_TRY(iso_tape_back(tape, dx));
done:
    if (err)
        iso_tape_clear(tape);
    return err;
}
