/* Names around the values of one layer. */
#include <stdio.h>

#include "analysis/study/probe/probe_inside.h"
#include "analysis/study/items/records.h"
#include "lib/base/alloc.h"

/* One layer on its way to records. */
struct work {
    iso_records *list; /* of each cell */
    const struct probe_layer *l;
    const struct probe_set *set;
    const struct probe_ask *ask;
    const int32_t **label;
    struct probe_tally *tally[PROBE_PREDICTORS];
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
    r.pool = about->pooling;
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
                     enum probe_predictor predictor, int lang, const struct probe_ask *ask)
{
    if (c->kind == PROBE_ACCURACY)
        return iso_probe_accuracy(out, &w->tally[predictor][lang], 1, w->set, ask);
    return iso_probe_f1(out, w->set, ask, w->label,
                        (const int32_t *const *)w->l->predicted[predictor], lang, 1,
                        w->set->classes);
}

/* What the most frequent class would have had is chance to those who learnt. */
static iso_err value_of(iso_value *out, const struct work *w, const struct probe_cell *c, int lang)
{
    const struct probe_ask bare = {.seed = w->ask->seed, .bare = true};
    iso_value majority;
    iso_err err = ISO_OK;

    ISO_TRY(score(out, w, c, c->predictor, lang, w->ask));
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

static iso_err add_gap(const struct work *w, int cell, int first, int count)
{
    const struct probe_tally *t = w->tally[PROBE_LEARNT];
    iso_record r = name(w, cell);
    iso_value v;
    iso_err err = ISO_OK;

    if (iso_probe_cells[cell].kind == PROBE_GAP)
        r.tgt = w->set->lang[first].lang->name;
    ISO_TRY(iso_probe_gap(&v, t, w->set->sources, t + first, count, w->set, w->ask));
    ISO_TRY(add(w, cell, &r, &v));
done:
    return err;
}

/* --- Of all languages --- */

/* Chance tells none from another. */
static iso_err add_languages(const struct work *w, int cell)
{
    const struct probe_set *set = w->set;
    const int32_t *const *language = (const int32_t *const *)w->l->language;
    iso_record r = name(w, cell);
    iso_buf names = {0};
    iso_value v;
    iso_err err = ISO_OK;

    for (int l = 0; l < set->langs; l++)
        ISO_TRY(iso_buf_printf(&names, "%s%s", l ? "+" : "", set->lang[l].lang->name));
    r.subset = names.text;
    if (iso_probe_cells[cell].kind == PROBE_ACCURACY)
        ISO_TRY(iso_probe_accuracy(&v, w->tally[PROBE_LANGUAGE], set->langs, set, w->ask));
    else
        ISO_TRY(iso_probe_f1(&v, set, w->ask, language,
                             (const int32_t *const *)w->l->predicted[PROBE_LANGUAGE], 0, set->langs,
                             set->langs));
    if (iso_probe_cells[cell].kind == PROBE_ACCURACY)
        v.null = 1.0 / set->langs;
    ISO_TRY(add(w, cell, &r, &v));
done:
    iso_buf_free(&names);
    return err;
}

static iso_err add_cell(const struct work *w, int cell)
{
    const struct probe_set *set = w->set;
    const struct probe_cell *c = &iso_probe_cells[cell];
    const int targets = set->langs - set->sources;
    iso_err err = ISO_OK;

    if (c->predictor == PROBE_LANGUAGE)
        return add_languages(w, cell);
    if (c->kind == PROBE_GAP_MEAN)
        return targets > 0 ? add_gap(w, cell, set->sources, targets) : ISO_OK;
    if (c->kind != PROBE_GAP)
        return add_scores(w, cell);
    for (int l = set->sources; l < set->langs; l++)
        ISO_TRY(add_gap(w, cell, l, 1));
done:
    return err;
}

/* --- Right answers --- */

static iso_err count_right(struct work *w, enum probe_predictor s)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&w->tally[s], w->set->langs, sizeof **w->tally));
    for (int l = 0; l < w->set->langs; l++)
        ISO_TRY(iso_probe_tally_make(&w->tally[s][l], w->set, l,
                                     s == PROBE_LANGUAGE ? w->l->language[l] : w->label[l],
                                     w->l->predicted[s][l]));
done:
    return err;
}

iso_err iso_probe_layer_records(iso_records *list, const struct probe_layer *l,
                                const struct probe_set *set, const struct probe_ask *ask)
{
    struct work w = {list, l, set, ask, NULL, {NULL}};
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&w.label, set->langs, sizeof *w.label));
    for (int i = 0; i < set->langs; i++)
        w.label[i] = set->lang[i].label;
    for (int s = 0; s < PROBE_PREDICTORS; s++) {
        if (ask->needs[s])
            ISO_TRY(count_right(&w, (enum probe_predictor)s));
    }
    for (int c = 0; c < PROBE_CELLS; c++) {
        if (ask->asked[c])
            ISO_TRY(add_cell(&w, c));
    }
done:
    for (int s = 0; s < PROBE_PREDICTORS; s++) {
        for (int i = 0; w.tally[s] && i < set->langs; i++)
            iso_probe_tally_free(&w.tally[s][i]);
        iso_free(w.tally[s]);
    }
    iso_free(w.label);
    return err;
}
