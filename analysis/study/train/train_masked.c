/* Masked words: units, masks of a micro-batch, loss and accuracy on dev and test. */
#include <math.h>
#include <string.h>

#include "analysis/classify/scored.h"
#include "analysis/study/items/records.h"
#include "analysis/study/train/train_inside.h"
#include "lib/base/alloc.h"
#include "lib/io/weights.h"

/* --- The head --- */

iso_err iso_train_make_mlm_head(struct training *t)
{
    const iso_model_info *about = iso_model_about(t->model);
    iso_weights *weights = NULL;
    bool own = false;
    iso_err err = ISO_OK;

    if (!about->random && !t->opt.new_head)
        ISO_TRY(iso_weights_open(&weights, about->folder));
    ISO_TRY(iso_train_sibling_head(&own, t, weights));
    if (own)
        iso_run_note(t->run, "%s: goes on from its head of masked words", about->folder);
done:
    iso_weights_close(weights);
    return err;
}

/* --- Units: as many of each example in every step --- */

static int64_t plain_tokens(const struct examples *e, int64_t i)
{
    const struct encoding_lang *l = &e->in->lang[e->at[i].lang];
    int64_t n = 0;

    for (int64_t k = l->token_at[e->at[i].item]; k < l->token_at[e->at[i].item + 1]; k++)
        n += !(l->mark[k] & TOKEN_SPECIAL);
    return n;
}

static iso_err lay_units(struct examples *e)
{
    iso_err err = ISO_OK;

    e->masked = true;
    ISO_TRY(iso_alloc(&e->unit_at, e->n + 1, sizeof *e->unit_at));
    for (int64_t i = 0; i < e->n; i++)
        e->unit_at[i + 1] = e->unit_at[i] + iso_masking_count(plain_tokens(e, i));
    ISO_TRY(iso_alloc(&e->label, e->unit_at[e->n], sizeof *e->label));
done:
    return err;
}

/* What is said without looking: the most frequent token of what is learnt. */
static iso_err find_usual(struct training *t)
{
    const struct examples *e = &t->set.part[TRAIN_LEARN];
    const int64_t V = iso_train_rows(t);
    int64_t *seen = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&seen, V, sizeof *seen));
    for (int64_t i = 0; i < e->n; i++) {
        const struct encoding_lang *l = &e->in->lang[e->at[i].lang];
        for (int64_t k = l->token_at[e->at[i].item]; k < l->token_at[e->at[i].item + 1]; k++)
            seen[l->ids[k]] += !(l->mark[k] & TOKEN_SPECIAL);
    }
    for (int64_t id = 0; id < V; id++)
        t->usual = seen[id] > seen[t->usual] ? (int32_t)id : t->usual;
done:
    iso_free(seen);
    return err;
}

iso_err iso_train_lay_masked(struct training *t)
{
    iso_err err = ISO_OK;

    for (int p = TRAIN_LEARN; p < TRAIN_PARTS; p++) {
        if (t->set.of[p])
            ISO_TRY(lay_units(&t->set.part[p]));
    }
    ISO_TRY(iso_train_ordinary(t));
    ISO_TRY(find_usual(t));
done:
    return err;
}

/* --- Masks --- */

uint64_t iso_train_chunk_key(const char *lang, int64_t chunk)
{
    uint64_t h = 0;

    for (const char *c = lang; *c; c++)
        h = iso_key_mix(h ^ (uint8_t)*c);
    return iso_key_mix(h + (uint64_t)chunk);
}

static iso_err mask_room(struct loaded *r, int64_t units, int64_t tokens)
{
    iso_err err = ISO_OK;

    if (units >= r->unit_room) {
        ISO_TRY(iso_realloc(&r->first, 0, units + 1, sizeof *r->first));
        ISO_TRY(iso_realloc(&r->at, 0, units + 1, sizeof *r->at));
        r->unit_room = units + 1;
    }
    if (tokens > r->keyed_room) {
        ISO_TRY(iso_realloc(&r->keyed, 0, tokens, sizeof *r->keyed));
        r->keyed_room = tokens;
    }
done:
    return err;
}

iso_err iso_train_mask(iso_side *side, const struct training *t, struct loaded *r,
                       enum train_part part, const int64_t *list, int64_t step)
{
    const struct examples *e = &t->set.part[part];
    const int *number = t->set.of[part]->lang;
    int64_t used = 0, units = 0;
    iso_err err = ISO_OK;

    for (int64_t b = 0; b < side->batch.B; b++)
        units += iso_example_units(e, list[b]);
    ISO_TRY(mask_room(r, units, side->batch.offsets[side->batch.B]));
    for (int64_t b = 0; b < side->batch.B; b++) {
        const struct example *x = &e->at[list[b]];
        const int64_t from = side->batch.offsets[b], n = side->batch.offsets[b + 1] - from;
        const int64_t count = iso_masking_apply(
            r->at + used, r->labels + used, r->batch.ids + from, r->special + from, n,
            t->own_words ? &t->own_words[number[x->lang]].masking : &t->masking, step,
            iso_train_chunk_key(e->in->lang[x->lang].name, x->item), r->keyed);
        for (int64_t i = 0; i < count; i++)
            r->at[used++] += from;
    }
    for (int64_t i = 0; i <= used; i++)
        r->first[i] = i;
    side->units.n = used;
    side->units.first = r->first;
    side->units.index = r->at;
    side->item = NULL; /* what is masked differs from step to step */
done:
    return err;
}

/* --- Loss and accuracy: sums over the masked tokens of each example --- */

struct guessed {
    double *loss, *right, *usual;
};

static iso_err guessed_new(struct guessed *g, int64_t n)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&g->loss, n, sizeof *g->loss));
    ISO_TRY(iso_alloc(&g->right, n, sizeof *g->right));
    ISO_TRY(iso_alloc(&g->usual, n, sizeof *g->usual));
done:
    return err;
}

static void guessed_free(struct guessed *g)
{
    iso_free(g->loss);
    iso_free(g->right);
    iso_free(g->usual);
}

static void add_up(struct guessed *g, const struct training *t, const struct examples *e,
                   const int64_t *list, int64_t count, const float *said, const int32_t *label)
{
    int64_t u = 0;

    for (int64_t i = 0; i < count; i++) {
        for (int64_t k = 0; k < iso_example_units(e, list[i]); k++, u++) {
            g->loss[list[i]] += (double)said[2 * u];
            g->right[list[i]] += (double)said[2 * u + 1];
            g->usual[list[i]] += label[u] == t->usual;
        }
    }
}

static iso_err guess(struct guessed *g, struct training *t, enum train_part part)
{
    const struct examples *e = &t->set.part[part];
    struct encoding_batch *batch = &t->loaded[LOADED_TARGET].batch;
    struct encoding_turn *turn = NULL;
    iso_workspace room = {0};
    int64_t *list = NULL;
    iso_mat said;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&turn, e->n, sizeof *turn));
    ISO_TRY(iso_alloc(&list, e->n, sizeof *list));
    iso_train_turns(turn, t, e);
    for (int64_t i = 0; i < e->n; i++)
        list[i] = turn[i].row;
    batch->size = iso_train_micro(&t->opt);
    for (int64_t at = 0, count; at < e->n; at += count) {
        iso_micro micro = {0};
        if (part == TRAIN_TEST)
            ISO_TRY(iso_run_step(t->run, "testing", at, e->n, "items"));
        count = iso_train_take_turns(t, batch, e, turn + at, e->n - at);
        ISO_TRY(iso_train_load(&micro, t, part, SOURCE_SELF, list + at, count, -1));
        ISO_TRY(iso_workspace_mat(&said, &room, micro.target.units.n, t->head->classes));
        ISO_TRY(t->method->ops->predict(&said, t->method, t->learner, &micro));
        add_up(g, t, e, list + at, count, said.data, micro.target.units.label);
    }
done:
    iso_free(turn);
    iso_free(list);
    iso_workspace_free(&room);
    return err;
}

iso_err iso_train_masked_score(double *out, struct training *t)
{
    const struct examples *e = &t->set.part[TRAIN_DEV];
    struct guessed g = {0};
    double sum = 0;
    int langs = 0;
    iso_err err = ISO_OK;

    ISO_TRY(guessed_new(&g, e->n));
    ISO_TRY(guess(&g, t, TRAIN_DEV));
    for (int64_t i = 0, end; i < e->n; i = end, langs++) {
        double loss = 0;
        end = iso_examples_end(e, i);
        for (int64_t k = i; k < end; k++)
            loss += g.loss[k];
        sum += loss / (double)(e->unit_at[end] - e->unit_at[i]);
    }
    *out = -sum / langs;
    if (!isfinite(*out))
        ISO_FAIL(ISO_ENUMERIC, "the loss on dev is not finite: a lower " ISO_FIELD(lr) " may do");
done:
    guessed_free(&g);
    return err;
}

/* --- Records --- */

/* The mean over the masked tokens of examples [from, end) of what was summed up, by items. */
static iso_err mean_of(iso_value *out, const struct training *t, const double *sums, int64_t from,
                       int64_t end, bool bare)
{
    const struct examples *e = &t->set.part[TRAIN_TEST];
    const struct score_ask how = {.items = end - from,
                                  .seed = iso_run_seed(t->run),
                                  .bare = bare || t->opt.interval == ISO_INTERVAL_NONE};
    struct tally tally = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&tally.right, end - from, sizeof *tally.right));
    ISO_TRY(iso_alloc(&tally.whole, end - from, sizeof *tally.whole));
    for (int64_t i = from; i < end; i++) {
        tally.right[i - from] = sums[i];
        tally.whole[i - from] = (double)(e->unit_at[i + 1] - e->unit_at[i]);
    }
    ISO_TRY(iso_score_accuracy(out, &tally, 1, &how));
done:
    iso_tally_free(&tally);
    return err;
}

/* Losses as parts of the largest, since intervals are of outcomes within [0, 1]. Where all are the
 * same there is none. */
static iso_err perplexity_of(iso_value *out, const struct training *t, const double *sums,
                             int64_t from, int64_t end)
{
    const int64_t *unit_at = t->set.part[TRAIN_TEST].unit_at;
    double *part = NULL, most = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&part, end, sizeof *part));
    for (int64_t i = from; i < end; i++)
        most = fmax(most, sums[i] / (double)(unit_at[i + 1] - unit_at[i]));
    if (!(most > 0 && isfinite(most)))
        most = 1;
    for (int64_t i = from; i < end; i++)
        part[i] = sums[i] / most;
    ISO_TRY(mean_of(out, t, part, from, end, false));
    if (out->why)
        ISO_TRY(mean_of(out, t, part, from, end, true));
    out->value = exp(most * out->value); /* rises with it: the ends of an interval stay its ends */
    out->lo = exp(most * out->lo);
    out->hi = exp(most * out->hi);
    out->null = (double)t->masking.ordinary_count;
done:
    iso_free(part);
    return err;
}

static iso_err add_lang(iso_records *out, const struct training *t, const struct guessed *g,
                        int64_t from, int64_t end, bool perplexity)
{
    const struct train_texts *x = t->set.of[TRAIN_TEST];
    const char *lang = t->set.lang[x->lang[t->set.part[TRAIN_TEST].at[from].lang]];
    iso_record r = iso_train_record(t, perplexity ? "perplexity" : "accuracy", "masked", lang);
    iso_value v, usual;
    iso_err err = ISO_OK;

    if (perplexity) {
        ISO_TRY(perplexity_of(&v, t, g->loss, from, end));
    } else {
        ISO_TRY(mean_of(&v, t, g->right, from, end, false));
        ISO_TRY(mean_of(&usual, t, g->usual, from, end, true));
        v.null = usual.value;
    }
    iso_record_value(&r, &v);
    ISO_TRY(iso_records_add(out, &r));
done:
    return err;
}

iso_err iso_train_masked_records(iso_records *out, struct training *t)
{
    const struct examples *e = &t->set.part[TRAIN_TEST];
    struct guessed g = {0};
    iso_err err = ISO_OK;

    ISO_TRY(guessed_new(&g, e->n));
    ISO_TRY(guess(&g, t, TRAIN_TEST));
    for (int perplexity = 0; perplexity <= 1; perplexity++) {
        for (int64_t i = 0, end; i < e->n; i = end) {
            end = iso_examples_end(e, i);
            ISO_TRY(add_lang(out, t, &g, i, end, perplexity));
        }
    }
done:
    guessed_free(&g);
    return err;
}
