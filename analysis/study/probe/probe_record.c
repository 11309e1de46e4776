/* Names around the values of one layer. */
#include <stdio.h>

#include "analysis/study/probe/probe_set.h"
#include "analysis/study/items/records.h"
#include "lib/base/alloc.h"

/* One layer on its way to records. */
struct work {
    iso_records *list; /* of each cell */
    const struct probe_layer *l;
    const struct probe_set *set;
    const struct probe_ask *ask;
    struct score_ask how;
    struct scored *said[PROBE_PREDICTORS]; /* of each language */
    struct tally *tally[PROBE_PREDICTORS];
};

static iso_record name(const struct work *w, int cell)
{
    const iso_states_info *about = iso_states_about(w->set->states);
    const struct probe_cell *c = &iso_probe_cells[cell];
    iso_record r = iso_record_none();

    r.measure = c->measure;
    r.estimator = c->estimator;
    r.src_layer = r.tgt_layer = w->l->layer;
    r.src_dim = r.tgt_dim = w->l->x[0].cols;
    r.pool = iso_record_pool(about, w->l->layer);
    r.model = about->model;
    r.prep = w->ask->prep_text.len > 0 ? w->ask->prep_text.text : NULL;
    r.subset = iso_language_spans_names(&w->l->spans, w->set->states, w->l->layer);
    if (c->predictor != PROBE_LANGUAGE)
        r.src = r.train = w->set->train.text;
    if (c->predictor != PROBE_MAJORITY && c->kind <= PROBE_F1)
        r.param = w->l->strength[c->predictor];
    return r;
}

static iso_err add(const struct work *w, int cell, iso_record *r, const iso_value *v)
{
    iso_record_value(r, v);
    return iso_records_add(&w->list[cell], r);
}

/* --- Of one language --- */

static iso_err score(iso_value *out, const struct work *w, const struct probe_cell *c,
                     enum probe_predictor predictor, int lang, const struct score_ask *how)
{
    if (c->kind == PROBE_ACCURACY)
        return iso_score_accuracy(out, &w->tally[predictor][lang], 1, how);
    return iso_score_f1(out, &w->said[predictor][lang], 1, w->set->classes, how);
}

/* What the most frequent class would have had is chance to those who learnt. */
static iso_err value_of(iso_value *out, const struct work *w, const struct probe_cell *c, int lang)
{
    struct score_ask bare = w->how;
    iso_value majority;
    iso_err err = ISO_OK;

    bare.bare = true;
    ISO_TRY(score(out, w, c, c->predictor, lang, &w->how));
    if (c->predictor == PROBE_MAJORITY)
        return ISO_OK;
    ISO_TRY(score(&majority, w, c, PROBE_MAJORITY, lang, &bare));
    out->null = majority.value;
done:
    return err;
}

/* Languages on all threads; the first error, and its message, comes back. */
static iso_err values_of(iso_value *out, const struct work *w, const struct probe_cell *c)
{
    iso_err first = ISO_OK;
    char said[512] = "";

#pragma omp parallel for schedule(dynamic)
    for (int l = 0; l < w->set->langs; l++) {
        const iso_err err = value_of(&out[l], w, c, l);
        if (err) {
#pragma omp critical(probe_score)
            if (!first) {
                (void)snprintf(said, sizeof said, "%s", iso_err_msg());
                first = err;
            }
        }
    }
    return first ? iso_fail(first, "%s", said) : ISO_OK;
}

static iso_err add_scores(const struct work *w, int cell)
{
    iso_record r = name(w, cell);
    iso_value *v = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&v, w->set->langs, sizeof *v));
    ISO_TRY(values_of(v, w, &iso_probe_cells[cell]));
    for (int l = 0; l < w->set->langs; l++) {
        r.tgt = w->set->lang[l].lang->name;
        ISO_TRY(add(w, cell, &r, &v[l]));
    }
done:
    iso_free(v);
    return err;
}

static iso_err add_gap(const struct work *w, int cell, const char *tgt, const struct tally *of,
                       int count)
{
    const struct probe_set *set = w->set;
    iso_record r = name(w, cell);
    iso_value v;
    iso_err err = ISO_OK;

    r.tgt = tgt;
    ISO_TRY(iso_score_gap(&v, w->tally[PROBE_LEARNT] + set->from, set->end - set->from, of, count,
                          &w->how));
    ISO_TRY(add(w, cell, &r, &v));
done:
    return err;
}

/* Of each language that this turn learns nothing from, or of these together. */
static iso_err add_gaps(const struct work *w, int cell)
{
    const struct probe_set *set = w->set;
    const bool together = iso_probe_cells[cell].kind == PROBE_GAP_MEAN;
    struct tally *of = NULL; /* the tallies stay those of w */
    int count = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&of, set->langs, sizeof *of));
    for (int l = 0; l < set->langs; l++) {
        if (l >= set->from && l < set->end)
            continue;
        of[count++] = w->tally[PROBE_LEARNT][l];
        if (!together)
            ISO_TRY(add_gap(w, cell, set->lang[l].lang->name, &of[count - 1], 1));
    }
    if (together && count > 0)
        ISO_TRY(add_gap(w, cell, NULL, of, count));
done:
    iso_free(of);
    return err;
}

/* First sentences in one language, second ones in another. */
static iso_err add_pair(const struct work *w, int cell, int first, int second)
{
    const struct probe_set *set = w->set;
    const struct probe_lang *a = &set->lang[first];
    int32_t *label = NULL, *said = NULL;
    struct tally tally = {0};
    iso_record r = name(w, cell);
    iso_buf tgt = {0};
    iso_value v;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&label, a->lang->rows, sizeof *label));
    ISO_TRY(iso_alloc(&said, a->lang->rows, sizeof *said));
    ISO_TRY(iso_probe_pair_answers(label, said, w->l, set, first, second));
    ISO_TRY(
        iso_tally_make(&tally, &(struct scored){label, said, a->item, a->lang->rows}, set->items));
    ISO_TRY(iso_score_accuracy(&v, &tally, 1, &w->how));
    ISO_TRY(iso_buf_printf(&tgt, "%s+%s", a->lang->name, set->lang[second].lang->name));
    r.tgt = tgt.text;
    ISO_TRY(add(w, cell, &r, &v));
done:
    iso_free(label);
    iso_free(said);
    iso_tally_free(&tally);
    iso_buf_free(&tgt);
    return err;
}

static iso_err add_pairs(const struct work *w, int cell)
{
    iso_err err = ISO_OK;

    for (int a = 0; w->ask->paired && a < w->set->langs; a++) {
        for (int b = 0; b < w->set->langs; b++) {
            if (a != b)
                ISO_TRY(add_pair(w, cell, a, b));
        }
    }
done:
    return err;
}

/* --- Of all languages --- */

/* Chance tells none from another. */
static iso_err add_languages(const struct work *w, int cell)
{
    const struct probe_set *set = w->set;
    iso_record r = name(w, cell);
    iso_buf names = {0};
    iso_value v;
    iso_err err = ISO_OK;

    for (int l = 0; l < set->langs; l++)
        ISO_TRY(iso_buf_printf(&names, "%s%s", l ? "+" : "", set->lang[l].lang->name));
    r.subset = names.text;
    if (iso_probe_cells[cell].kind == PROBE_ACCURACY)
        ISO_TRY(iso_score_accuracy(&v, w->tally[PROBE_LANGUAGE], set->langs, &w->how));
    else
        ISO_TRY(iso_score_f1(&v, w->said[PROBE_LANGUAGE], set->langs, set->langs, &w->how));
    if (iso_probe_cells[cell].kind == PROBE_ACCURACY)
        v.null = 1.0 / set->langs;
    ISO_TRY(add(w, cell, &r, &v));
done:
    iso_buf_free(&names);
    return err;
}

static iso_err add_cell(const struct work *w, int cell)
{
    const struct probe_cell *c = &iso_probe_cells[cell];

    if (c->predictor == PROBE_LANGUAGE)
        return w->set->from == 0 ? add_languages(w, cell) : ISO_OK;
    if (c->kind == PROBE_GAP_MEAN || c->kind == PROBE_GAP)
        return add_gaps(w, cell);
    if (c->kind == PROBE_PAIR)
        return add_pairs(w, cell);
    return c->kind == PROBE_ACCURACY || c->kind == PROBE_F1 ? add_scores(w, cell) : ISO_OK;
}

/* --- Right answers --- */

static iso_err count_right(struct work *w, enum probe_predictor s)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&w->tally[s], w->set->langs, sizeof **w->tally));
    ISO_TRY(iso_alloc(&w->said[s], w->set->langs, sizeof **w->said));
    for (int i = 0; i < w->set->langs; i++) {
        const struct probe_lang *l = &w->set->lang[i];
        w->said[s][i] = (struct scored){.label = s == PROBE_LANGUAGE ? w->l->language[i] : l->label,
                                        .said = w->l->predicted[s][i],
                                        .item = l->item,
                                        .rows = l->lang->rows};
        ISO_TRY(iso_tally_make(&w->tally[s][i], &w->said[s][i], w->set->items));
    }
done:
    return err;
}

/* A grid's tallies stay for its means. */
static void keep(struct probe_layer *l, const struct work *w)
{
    const int64_t first = (int64_t)w->set->from * w->set->langs;

    for (int s = 0; s < PROBE_LANGUAGE; s++) {
        for (int i = 0; l->kept[s] && w->tally[s] && i < w->set->langs; i++) {
            iso_tally_free(&l->kept[s][first + i]);
            l->kept[s][first + i] = w->tally[s][i];
            w->tally[s][i] = (struct tally){0};
        }
    }
}

iso_err iso_probe_layer_records(iso_records *list, struct probe_layer *l,
                                const struct probe_set *set, const struct probe_ask *ask)
{
    struct work w = {.list = list,
                     .l = l,
                     .set = set,
                     .ask = ask,
                     .how = {.items = set->items, .seed = ask->seed, .bare = ask->bare}};
    iso_err err = ISO_OK;

    for (int s = 0; s < PROBE_PREDICTORS; s++) {
        if (ask->needs[s])
            ISO_TRY(count_right(&w, (enum probe_predictor)s));
    }
    for (int c = 0; c < PROBE_CELLS; c++) {
        if (ask->asked[c])
            ISO_TRY(add_cell(&w, c));
    }
    keep(l, &w);
done:
    for (int s = 0; s < PROBE_PREDICTORS; s++) {
        for (int i = 0; w.tally[s] && i < set->langs; i++)
            iso_tally_free(&w.tally[s][i]);
        iso_free(w.tally[s]);
        iso_free(w.said[s]);
    }
    return err;
}

/* --- Means of a grid --- */

/* Of one source over the other languages, of one language over the other sources: cells beside it
 * in a row, or below it in a column. */
static iso_err add_mean(const struct work *w, int cell, int at)
{
    const struct probe_set *set = w->set;
    const bool row = iso_probe_cells[cell].kind == PROBE_SOURCE_MEAN;
    const int across = row ? set->langs : set->sources;
    struct tally *of[PROBE_PREDICTORS] = {0};
    struct score_ask bare = w->how;
    iso_record r = name(w, cell);
    iso_buf train = {0}; /* all sources, so that columns go into one figure */
    iso_value v, majority;
    int count = 0;
    iso_err err = ISO_OK;

    bare.bare = true;
    for (int s = PROBE_LEARNT; s <= PROBE_MAJORITY; s++)
        ISO_TRY(iso_alloc(&of[s], across, sizeof *of[s]));
    for (int i = 0; i < across; i++) {
        const int source = row ? at : i, target = row ? i : at;
        if (source == target)
            continue;
        for (int s = PROBE_LEARNT; s <= PROBE_MAJORITY; s++)
            of[s][count] = w->l->kept[s][source * set->langs + target];
        count++;
    }
    if (count == 0)
        goto done;
    for (int i = 0; i < set->sources; i++)
        ISO_TRY(iso_buf_printf(&train, "%s%s", i ? "+" : "", set->lang[i].lang->name));
    r.src = row ? set->lang[at].lang->name : NULL;
    r.tgt = row ? NULL : set->lang[at].lang->name;
    r.train = row ? r.src : train.text;
    ISO_TRY(iso_score_mean(&v, of[PROBE_LEARNT], count, &w->how));
    ISO_TRY(iso_score_mean(&majority, of[PROBE_MAJORITY], count, &bare));
    v.null = majority.value;
    ISO_TRY(add(w, cell, &r, &v));
done:
    iso_free(of[PROBE_LEARNT]);
    iso_free(of[PROBE_MAJORITY]);
    iso_buf_free(&train);
    return err;
}

iso_err iso_probe_means_records(iso_records *list, const struct probe_layer *l,
                                const struct probe_set *set, const struct probe_ask *ask)
{
    const struct work w = {.list = list,
                           .l = l,
                           .set = set,
                           .ask = ask,
                           .how = {.items = set->items, .seed = ask->seed, .bare = ask->bare}};
    iso_err err = ISO_OK;

    for (int c = 0; set->turns > 1 && c < PROBE_CELLS; c++) {
        const enum probe_kind kind = iso_probe_cells[c].kind;
        const int count = kind == PROBE_SOURCE_MEAN   ? set->sources
                          : kind == PROBE_TARGET_MEAN ? set->langs
                                                      : 0;
        for (int i = 0; ask->asked[c] && i < count; i++)
            ISO_TRY(add_mean(&w, c, i));
    }
done:
    return err;
}
