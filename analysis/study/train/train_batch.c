/* Micro-batches of examples, what the learner says of them, and how good that is. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/study/train/train_inside.h"
#include "lib/base/alloc.h"
#include "lib/train/method_xmixup.h"

enum { MICRO = 2048 }; /* tokens: long products, and activations of some MB a layer */

int64_t iso_train_micro(const iso_train_opt *opt)
{
    return opt->micro_batch > 0 ? opt->micro_batch : MICRO;
}

int64_t iso_example_tokens(const struct examples *e, int64_t i)
{
    const int64_t *at = e->in->lang[e->at[i].lang].token_at + e->at[i].item;

    return at[1] - at[0];
}

int64_t iso_example_units(const struct examples *e, int64_t i)
{
    const int64_t *word_at = e->in->lang[e->at[i].lang].word_at;

    if (e->masked)
        return e->unit_at[i + 1] - e->unit_at[i];
    return word_at ? word_at[e->at[i].item + 1] - word_at[e->at[i].item] : 1;
}

/* --- Loading --- */

void iso_loaded_free(struct loaded *r)
{
    iso_encoding_batch_free(&r->batch);
    iso_free(r->places);
    iso_free(r->labels);
    iso_free(r->lasts);
    iso_free(r->keys);
    iso_free(r->special);
    iso_free(r->first);
    iso_free(r->at);
    iso_free(r->keyed);
}

static iso_err make_room(struct loaded *r, int64_t count, int64_t units, int64_t tokens)
{
    iso_err err = ISO_OK;

    if (count > r->item_room) {
        ISO_TRY(iso_realloc(&r->places, 0, count, sizeof *r->places));
        r->item_room = count;
    }
    if (units > r->label_room) {
        ISO_TRY(iso_realloc(&r->labels, 0, units, sizeof *r->labels));
        ISO_TRY(iso_realloc(&r->lasts, 0, units, sizeof *r->lasts));
        r->label_room = units;
    }
    if (tokens > r->key_room) {
        ISO_TRY(iso_realloc(&r->keys, 0, tokens, sizeof *r->keys));
        ISO_TRY(iso_realloc(&r->special, 0, tokens, 1));
        r->key_room = tokens;
    }
done:
    return err;
}

static void mark_specials(uint8_t *to, const struct origin *o)
{
    const uint8_t *mark = o->lang->mark + o->lang->token_at[o->item];

    for (int64_t k = 0; k < iso_source_tokens(o); k++)
        to[k] = mark[k] & TOKEN_SPECIAL;
}

/* Texts of examples of a part, listed by number. */
static iso_err load_side(iso_side *out, struct training *t, struct loaded *r, enum train_part part,
                         enum source_kind kind, const int64_t *list, int64_t count)
{
    const struct examples *e = &t->set.part[part];
    int64_t tokens = 0, units = 0;
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < count; i++) {
        const struct origin o = iso_train_origin(t, part, kind, list[i]);
        tokens += iso_source_tokens(&o);
        units += e->masked ? iso_example_units(e, list[i]) : iso_source_units(&o);
    }
    ISO_TRY(make_room(r, count, units, tokens));
    units = 0;
    ISO_TRY(iso_encoding_load_begin(&r->batch, count, tokens));
    for (int64_t i = 0; i < count; i++) {
        const struct origin o = iso_train_origin(t, part, kind, list[i]);
        const struct encoding_turn turn = {iso_source_tokens(&o), o.item, 0};
        ISO_TRY(iso_encoding_load_add(&r->batch, o.lang, e->in->pool, &turn));
        mark_specials(r->special + r->batch.offsets[i], &o);
        r->places[i] = o.place;
        for (int64_t u = 0; u < iso_source_units(&o); u++, units++) {
            r->labels[units] = o.label ? o.label[u] : -1;
            r->lasts[units] = o.last ? *o.last : -1;
        }
    }
    *out = (iso_side){
        .batch = r->batch.batch,
        .units = {.n = r->batch.lists.rows, /* of spans one each token */
                  .first = r->batch.lists.first,
                  .index = r->batch.lists.index,
                  .label = r->labels,
                  .last = r->lasts,
                  .sibling = count > 0 ? iso_train_sibling_of(t, part, e->at[list[0]].lang) : 0,
                  .batch = &r->batch.batch},
        .item = part == TRAIN_TEST ? NULL : r->places,
        .special = r->special};
done:
    return err;
}

/* Both sides, the source where the method wants one. */
iso_err iso_train_load(iso_micro *out, struct training *t, enum train_part part,
                       enum source_kind kind, const int64_t *list, int64_t count, int64_t step)
{
    struct loaded *r = &t->loaded[LOADED_TARGET];
    iso_err err = ISO_OK;

    ISO_TRY(load_side(&out->target, t, r, part, SOURCE_SELF, list, count));
    if (t->set.part[part].masked)
        ISO_TRY(iso_train_mask(&out->target, t, r, part, list, step));
    if (t->method->sources)
        ISO_TRY(load_side(&out->source, t, &t->loaded[LOADED_SOURCE], part, kind, list, count));
done:
    return err;
}

static void set_dropout(iso_side *side, const struct training *t, struct loaded *r,
                        const int64_t *items, int64_t step, int branch)
{
    const uint64_t seed = iso_run_seed(t->run);

    for (int64_t b = 0; b < side->batch.B; b++) {
        const int64_t first = side->batch.offsets[b], end = side->batch.offsets[b + 1];
        for (int64_t k = first; k < end; k++)
            r->keys[k] = iso_dropout_key(seed, step, items[b], k - first, branch);
    }
    r->drop = t->drop;
    r->drop.keys = r->keys;
    side->drop = &r->drop;
}

static double share_of(int64_t units)
{
    return units > 0 ? 1 / (double)units : 0;
}

/* Units of a step's sources that have labels. */
static int64_t source_units(const struct training *t, enum source_kind kind,
                            const iso_sample *whole)
{
    int64_t units = 0;

    for (int64_t i = 0; i < whole->count; i++) {
        const struct origin o = iso_train_origin(t, TRAIN_LEARN, kind, whole->items[i]);
        units += o.label ? iso_source_units(&o) : 0;
    }
    return units;
}

static iso_err load(void *payload, iso_micro *out, const iso_sample *part, const iso_sample *whole,
                    int64_t step)
{
    struct training *t = payload;
    const bool drops = t->drop.hidden > 0 || t->drop.attention > 0;
    const enum source_kind kind = iso_train_source_of_step(&out->gold, t, step);
    iso_err err = ISO_OK;

    ISO_TRY(iso_train_load(out, t, TRAIN_LEARN, kind, part->items, part->count, step));
    out->target.units.by = share_of(whole->labelled);
    if (t->method->sources)
        out->source.units.by = share_of(source_units(t, kind, whole));
    if (drops)
        set_dropout(&out->target, t, &t->loaded[LOADED_TARGET], part->items, step, LOADED_TARGET);
    if (drops && t->method->sources)
        set_dropout(&out->source, t, &t->loaded[LOADED_SOURCE], part->items, step, LOADED_SOURCE);
done:
    return err;
}

/* --- Saying --- */

/* A batch's worth of logits at a time, long sentences first. */
struct saying {
    struct training *t;
    enum train_part part;
    enum source_kind kind;
    struct encoding_turn *turn; /* `row`: the example */
    int64_t *list;
    iso_workspace logits;
    train_take *take;
    void *to;
};

static iso_err say(struct saying *s, const struct encoding_turn *turn, int64_t count)
{
    struct training *t = s->t;
    iso_micro micro = {0};
    iso_mat logits;
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < count; i++)
        s->list[i] = turn[i].row;
    ISO_TRY(iso_train_load(&micro, t, s->part, s->kind, s->list, count, -1));
    const int64_t units = micro.target.units.n;
    ISO_TRY(iso_workspace_mat(&logits, &s->logits, units, t->head->classes));
    ISO_TRY(t->method->ops->predict(&logits, t->method, t->learner, &micro));
    ISO_TRY(s->take(s->to, s->list, count, &micro, logits.data));
done:
    return err;
}

iso_err iso_train_say(struct training *t, enum train_part part, enum source_kind kind,
                      train_take *take, void *to)
{
    const struct examples *e = &t->set.part[part];
    struct saying s = {.t = t, .part = part, .kind = kind, .take = take, .to = to};
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&s.turn, e->n, sizeof *s.turn));
    ISO_TRY(iso_alloc(&s.list, e->n, sizeof *s.list));
    iso_train_turns(s.turn, t, e);
    t->loaded[LOADED_TARGET].batch.size = iso_train_micro(&t->opt);
    for (int64_t at = 0, count; at < e->n; at += count) {
        if (part == TRAIN_TEST)
            ISO_TRY(iso_run_step(t->run, "testing", at, e->n, "items"));
        count = iso_train_take_turns(t, &t->loaded[LOADED_TARGET].batch, e, s.turn + at, e->n - at);
        ISO_TRY(say(&s, s.turn + at, count));
    }
done:
    iso_free(s.turn);
    iso_free(s.list);
    iso_workspace_free(&s.logits);
    return err;
}

iso_err iso_train_not_finite(void)
{
    return iso_fail(ISO_ENUMERIC,
                    "the logits of dev items are not finite: a lower " ISO_FIELD(lr) " may do");
}

struct classes {
    const struct training *t;
    enum train_part part;
    int32_t *class, *const *said; /* [said_by]; NULL: not asked for */
};

/* Their logits, where the pass gave `logits`. */
static const float *logits_by(const struct classes *c, int by, const float *logits)
{
    return by == BY_BOTH
               ? logits
               : iso_method_xmixup_branch(c->t->method, by == BY_TARGET ? ISO_TARGET : ISO_SOURCE)
                     .data;
}

static iso_err put_classes(int32_t *said, const struct classes *c, const int64_t *list,
                           int64_t count)
{
    const struct examples *e = &c->t->set.part[c->part];
    int64_t at = 0;

    for (int64_t i = 0; i < count; i++) {
        for (int64_t u = 0; u < iso_example_units(e, list[i]); u++, at++) {
            if (c->class[at] < 0 && c->part == TRAIN_DEV)
                return iso_train_not_finite();
            said[e->unit_at[list[i]] + u] = c->class[at];
        }
    }
    return ISO_OK;
}

static iso_err take_classes(void *to, const int64_t *list, int64_t count, const iso_micro *micro,
                            const float *logits)
{
    const struct classes *c = to;
    iso_err err = ISO_OK;

    for (int by = 0; by < BY; by++) {
        if (!c->said[by])
            continue;
        iso_head_predict(c->class, logits_by(c, by, logits), micro->target.units.n,
                         c->t->head->classes);
        ISO_TRY(put_classes(c->said[by], c, list, count));
    }
done:
    return err;
}

iso_err iso_train_predict_apart(int32_t *const said[BY], struct training *t, enum train_part part,
                                enum source_kind kind)
{
    const struct examples *e = &t->set.part[part];
    struct classes c = {.t = t, .part = part, .said = said};
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&c.class, e->unit_at[e->n], sizeof *c.class));
    for (int by = 0; by < BY; by++)
        for (int64_t u = 0; said[by] && u < e->unit_at[e->n]; u++)
            said[by][u] = -1;
    ISO_TRY(iso_train_say(t, part, kind, take_classes, &c));
done:
    iso_free(c.class);
    return err;
}

iso_err iso_train_predict(int32_t *said, struct training *t, enum train_part part,
                          enum source_kind kind)
{
    int32_t *const all[BY] = {said};

    return iso_train_predict_apart(all, t, part, kind);
}

/* --- The score that checkpoints are chosen by: the mean over languages of theirs --- */

iso_err iso_train_tally(struct tally *out, int64_t *there, const struct training *t,
                        const struct scored *of, int64_t items)
{
    int64_t entities = 0;

    if (!t->set.entity)
        return iso_tally_make(out, of, items);
    return iso_entity_tally(out, there ? there : &entities, of, t->set.entity, items);
}

static iso_err score_of(double *out, const struct training *t, const struct scored *of)
{
    const int64_t items = t->set.of[TRAIN_DEV]->all.items;
    struct tally tally = {0};
    double right = 0, whole = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_train_tally(&tally, NULL, t, of, items));
    for (int64_t i = 0; i < items; i++) {
        right += tally.right[i];
        whole += tally.whole[i];
    }
    *out = whole > 0 ? right / whole : 0;
done:
    iso_tally_free(&tally);
    return err;
}

/* Examples come language by language. */
static iso_err mean_score(double *out, const struct training *t, const int32_t *said)
{
    const struct examples *e = &t->set.part[TRAIN_DEV];
    double sum = 0;
    int count = 0;
    iso_err err = ISO_OK;

    for (int64_t i = 0, end; i < e->n; i = end, count++) {
        double one;
        end = iso_examples_end(e, i);
        const int64_t from = e->unit_at[i], n = e->unit_at[end] - from;
        ISO_TRY(
            score_of(&one, t, &(struct scored){e->label + from, said + from, e->number + from, n}));
        sum += one;
    }
    *out = sum / count;
done:
    return err;
}

static iso_err score(void *payload, double *out, iso_learner *l, iso_method *m)
{
    struct training *t = payload;
    const struct examples *e = &t->set.part[TRAIN_DEV];
    int32_t *said = NULL;
    iso_err err = ISO_OK;

    (void)l;
    (void)m;
    *out = NAN;
    if (e->n == 0)
        return ISO_OK;
    if (t->opt.task == ISO_TRAIN_SPAN)
        return iso_train_answer_score(out, t);
    if (e->masked)
        return iso_train_masked_score(out, t);
    ISO_TRY(iso_alloc(&said, e->unit_at[e->n], sizeof *said));
    ISO_TRY(iso_train_predict(said, t, TRAIN_DEV, iso_train_test_source(t)));
    ISO_TRY(mean_score(out, t, said));
done:
    iso_free(said);
    return err;
}

/* "en home-01", or "en 7" without ids. */
static const char *name(void *payload, int64_t item)
{
    struct training *t = payload;
    const struct examples *e = &t->set.part[TRAIN_LEARN];
    const struct encoding_lang *l = &e->in->lang[e->at[item].lang];
    const int64_t at = e->at[item].item;

    t->name.len = 0;
    const iso_err err = l->corpus.ids
                            ? iso_buf_printf(&t->name, "%s %s", l->name, l->corpus.ids[at])
                            : iso_buf_printf(&t->name, "%s %" PRId64, l->name, at + 1);
    return err ? "?" : t->name.text;
}

iso_loop_data iso_train_data(struct training *t)
{
    return (iso_loop_data){t, load, score, name};
}
