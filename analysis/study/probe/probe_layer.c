/* One layer: its examples read, and what is predicted of each by the probe and its controls. */
#include <string.h>

#include "analysis/study/items/load.h"
#include "analysis/study/probe/probe_set.h"
#include "lib/base/alloc.h"
#include "lib/base/rng.h"
#include "lib/linalg/blas.h"
#include "lib/linalg/statistics.h"

/* Languages are identified on so many items of each, by one of these strengths. */
enum { LANGUAGE_ITEMS = 100, LANGUAGE_STRENGTHS = 3 };
static const double language_l2[LANGUAGE_STRENGTHS] = {0.1, 0.01, 0.001};

double iso_probe_memory(const struct probe_set *set, int64_t dim, int folds)
{
    const int pairs = folds * (folds - 1) / 2, threads = iso_blas_threads();
    double rows = 0, learnt = 0;

    for (int l = 0; l < set->langs; l++) {
        rows += (double)set->lang[l].lang->rows;
        learnt += l < set->sources ? (double)set->lang[l].lang->rows : 0;
    }
    const double languages = (double)LANGUAGE_ITEMS * set->langs;
    learnt = learnt > languages ? learnt : languages;
    /* what is trained on once more, and two copies in each thread that learns */
    return 4 * (double)dim * (rows + (1 + 2 * (threads < pairs ? threads : pairs)) * learnt);
}

/* --- Room --- */

static iso_err new_classes(int32_t ***out, const struct probe_set *set)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(out, set->langs, sizeof **out));
    for (int l = 0; l < set->langs; l++)
        ISO_TRY(iso_alloc(&(*out)[l], set->lang[l].lang->rows, sizeof ***out));
done:
    return err;
}

static void free_classes(int32_t **list, const struct probe_set *set)
{
    for (int l = 0; list && l < set->langs; l++)
        iso_free(list[l]);
    iso_free(list);
}

iso_err iso_probe_layer_new(struct probe_layer *out, const struct probe_set *set, int layer)
{
    struct probe_layer l = {.layer = layer};
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&l.x, set->langs, sizeof *l.x));
    for (int s = 0; s < PROBE_PREDICTORS; s++)
        ISO_TRY(new_classes(&l.predicted[s], set));
    ISO_TRY(new_classes(&l.language, set));
    if (set->turns > 1) {
        for (int s = 0; s < PROBE_LANGUAGE; s++)
            ISO_TRY(iso_alloc(&l.kept[s], (int64_t)set->sources * set->langs, sizeof *l.kept[s]));
    }
    *out = l;
    return ISO_OK;
done:
    iso_probe_layer_free(&l, set);
    return err;
}

void iso_probe_layer_free(struct probe_layer *l, const struct probe_set *set)
{
    for (int i = 0; l->x && i < set->langs; i++)
        iso_mat_free(&l->x[i]);
    iso_free(l->x);
    for (int s = 0; s < PROBE_PREDICTORS; s++)
        free_classes(l->predicted[s], set);
    free_classes(l->language, set);
    for (int s = 0; s < PROBE_PREDICTORS; s++) {
        for (int i = 0; l->kept[s] && i < set->sources * set->langs; i++)
            iso_tally_free(&l->kept[s][i]);
        iso_free(l->kept[s]);
    }
    iso_probe_folds_free(l);
    iso_language_spans_free(&l->spans);
    *l = (struct probe_layer){0};
}

/* --- The probe, and the probe of permuted labels --- */

static double middle(double *chosen, int count)
{
    iso_sort(chosen, count);
    return chosen[(count - 1) / 2]; /* of an even number the lower one */
}

/* The same, and what was learnt stays. */
static iso_err keep_folds(struct probe_layer *l, const struct probe_set *set, double *chosen,
                          const iso_probe_task *probe, const iso_run *run)
{
    double **w = NULL, **b = NULL;
    bool *two = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&w, probe->folds, sizeof *w));
    ISO_TRY(iso_alloc(&b, probe->folds, sizeof *b));
    ISO_TRY(iso_alloc(&two, probe->folds, sizeof *two));
    ISO_TRY(iso_probe_folds_new(l, set, probe->folds));
    for (int f = 0; f < probe->folds; f++) {
        w[f] = l->fold[f].w;
        b[f] = l->fold[f].b;
    }
    ISO_TRY(iso_probe_fit(l->predicted[PROBE_LEARNT], w, b, two, chosen, probe, run));
    for (int f = 0; f < probe->folds; f++) {
        if (!two[f])
            iso_linear_probe_free(&l->fold[f]);
    }
done:
    iso_free(w);
    iso_free(b);
    iso_free(two);
    return err;
}

/* label[] and learn[]: of each language. */
static iso_err run_probe(struct probe_layer *l, const struct probe_set *set,
                         const struct probe_ask *ask, enum probe_predictor predictor,
                         const iso_probe_task *like, const int32_t *const *label,
                         const uint8_t *const *learn, const iso_run *run)
{
    iso_probe_lang *lang = NULL;
    double *chosen = NULL;
    iso_probe_task probe = *like;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&lang, set->langs, sizeof *lang));
    ISO_TRY(iso_alloc(&chosen, ask->folds, sizeof *chosen));
    for (int i = 0; i < set->langs; i++)
        lang[i] = (iso_probe_lang){iso_mat_view(&l->x[i]), label[i], set->lang[i].fold, learn[i]};
    probe.lang = lang;
    probe.langs = set->langs;
    probe.folds = ask->folds;
    if (predictor == PROBE_LEARNT && ask->paired)
        ISO_TRY(keep_folds(l, set, chosen, &probe, run));
    else
        ISO_TRY(iso_probe_run(l->predicted[predictor], chosen, &probe, run));
    l->strength[predictor] = middle(chosen, ask->folds);
done:
    iso_free(lang);
    iso_free(chosen);
    return err;
}

/* The labels of the rows trained on change places within their language. */
static iso_err shuffle(int32_t *out, const struct probe_lang *l, const uint8_t *learn, iso_rng *rng)
{
    int64_t *row = NULL, *order = NULL, n = 0;
    iso_err err = ISO_OK;

    memcpy(out, l->label, (size_t)l->lang->rows * sizeof *out);
    if (!learn)
        return ISO_OK;
    ISO_TRY(iso_alloc(&row, l->lang->rows, sizeof *row));
    ISO_TRY(iso_alloc(&order, l->lang->rows, sizeof *order));
    for (int64_t r = 0; r < l->lang->rows; r++) {
        if (learn[r] && l->label[r] >= 0)
            row[n++] = r;
    }
    iso_rng_permutation(rng, order, n);
    for (int64_t i = 0; i < n; i++)
        out[row[i]] = l->label[row[order[i]]];
done:
    iso_free(row);
    iso_free(order);
    return err;
}

static iso_err run_shuffled(struct probe_layer *l, const struct probe_set *set,
                            const struct probe_ask *ask, const uint8_t *const *learn,
                            const iso_run *run)
{
    const iso_probe_task probe = {
        .classes = set->classes, .l2 = &l->strength[PROBE_LEARNT], .strengths = 1};
    iso_rng rng = iso_rng_seeded(ask->seed, 2);
    int32_t **label = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(new_classes(&label, set));
    for (int i = 0; i < set->langs; i++)
        ISO_TRY(shuffle(label[i], &set->lang[i], learn[i], &rng));
    ISO_TRY(
        run_probe(l, set, ask, PROBE_SHUFFLED, &probe, (const int32_t *const *)label, learn, run));
done:
    free_classes(label, set);
    return err;
}

/* --- Majority --- */

/* Of all rows trained on, whatever their fold: the majority outside a fold is rarer inside it, so
 * that it would fall below chance where classes are equally frequent. */
static iso_err run_majority(struct probe_layer *l, const struct probe_set *set)
{
    int64_t *count = NULL;
    int32_t most = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&count, set->classes, sizeof *count));
    for (int i = set->from; i < set->end; i++) {
        const struct probe_lang *s = &set->lang[i];
        for (int64_t r = 0; r < s->lang->rows; r++) {
            if (s->learn[r] && s->label[r] >= 0)
                count[s->label[r]]++;
        }
    }
    for (int32_t c = 1; c < set->classes; c++)
        most = count[c] > count[most] ? c : most;
    for (int i = 0; i < set->langs; i++) {
        for (int64_t r = 0; r < set->lang[i].lang->rows; r++)
            l->predicted[PROBE_MAJORITY][i][r] = most;
    }
done:
    iso_free(count);
    return err;
}

/* --- Languages --- */

/* Of the random order of all items the first LANGUAGE_ITEMS that the language has, a token each. */
static void ask_languages(int32_t *language, const struct probe_set *set, int lang, int64_t *row)
{
    const struct probe_lang *l = &set->lang[lang];
    int taken = 0;

    for (int64_t i = 0; i < set->items; i++)
        row[i] = -1;
    for (int64_t r = 0; r < l->lang->rows; r++) {
        language[r] = -1;
        row[l->item[r]] = row[l->item[r]] < 0 ? r : row[l->item[r]];
    }
    for (int64_t i = 0; i < set->items && taken < LANGUAGE_ITEMS; i++) {
        const int64_t at = row[set->order[i]];
        if (at < 0)
            continue;
        language[at] = lang;
        taken++;
    }
}

static iso_err run_languages(struct probe_layer *l, const struct probe_set *set,
                             const struct probe_ask *ask, const iso_run *run)
{
    const iso_probe_task probe = {
        .classes = set->langs, .l2 = language_l2, .strengths = LANGUAGE_STRENGTHS};
    const uint8_t **learn = NULL;
    int64_t *row = NULL, most = 0;
    uint8_t *all = NULL;
    iso_err err = ISO_OK;

    for (int i = 0; i < set->langs; i++)
        most = set->lang[i].lang->rows > most ? set->lang[i].lang->rows : most;
    ISO_TRY(iso_alloc(&learn, set->langs, sizeof *learn));
    ISO_TRY(iso_alloc(&row, set->items, sizeof *row));
    ISO_TRY(iso_alloc(&all, most, 1));
    memset(all, 1, (size_t)most);
    for (int i = 0; i < set->langs; i++) {
        ask_languages(l->language[i], set, i, row);
        learn[i] = all;
    }
    ISO_TRY(run_probe(l, set, ask, PROBE_LANGUAGE, &probe, (const int32_t *const *)l->language,
                      learn, run));
done:
    iso_free(learn);
    iso_free(row);
    iso_free(all);
    return err;
}

/* --- All of one layer --- */

static iso_err run_learnt(struct probe_layer *l, const struct probe_set *set,
                          const struct probe_ask *ask, const iso_run *run)
{
    const iso_probe_task probe = {
        .classes = set->classes, .l2 = iso_probe_l2, .strengths = PROBE_STRENGTHS};
    const int32_t **label = NULL;
    const uint8_t **learn = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&label, set->langs, sizeof *label));
    ISO_TRY(iso_alloc(&learn, set->langs, sizeof *learn));
    for (int i = 0; i < set->langs; i++) {
        label[i] = set->lang[i].label;
        learn[i] = i >= set->from && i < set->end ? set->lang[i].learn : NULL;
    }
    ISO_TRY(run_probe(l, set, ask, PROBE_LEARNT, &probe, label, learn, run));
    if (ask->needs[PROBE_SHUFFLED])
        ISO_TRY(run_shuffled(l, set, ask, learn, run));
done:
    iso_free(label);
    iso_free(learn);
    return err;
}

iso_err iso_probe_layer_run(struct probe_layer *l, const struct probe_set *set,
                            const struct probe_ask *ask, const iso_run *run)
{
    iso_err err = ISO_OK;

    if (ask->needs[PROBE_MAJORITY])
        ISO_TRY(run_majority(l, set));
    if (ask->needs[PROBE_LEARNT])
        ISO_TRY(run_learnt(l, set, ask, run));
    if (ask->needs[PROBE_LANGUAGE] && set->from == 0)
        ISO_TRY(run_languages(l, set, ask, run));
done:
    return err;
}

/* --- Reading: rows prepared, and put together where sentences come in pairs --- */

static iso_err read_plain(iso_mat *out, struct probe_layer *l, iso_states *states, int lang,
                          const struct probe_ask *ask)
{
    const struct language_span *span;
    iso_rows *rows = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_language_span(&span, &l->spans, &ask->prep, states, l->layer, ask->run));
    ISO_TRY(iso_states_rows(&rows, states, lang, l->layer));
    ISO_TRY(iso_load_rows(out, rows, &ask->prep, &span->span));
done:
    iso_rows_close(rows);
    return err;
}

static void put_pairs(iso_mat *out, const iso_mat *u, const iso_mat *v)
{
    for (int64_t i = 0; i < u->rows; i++)
        iso_probe_put_pair((float *)out->data + i * out->stride,
                           (const float *)u->data + i * u->stride,
                           (const float *)v->data + i * v->stride, u->cols);
}

/* Row i of both must be of one pair. */
static iso_err check_pairs(const struct probe_set *set, const struct probe_lang *l)
{
    const iso_lang *u = l->lang, *v = iso_states_lang(set->second, l->number2);

    if (u->rows != v->rows)
        return iso_fail(ISO_EDATA, "%s: %s has %lld second sentences, %s has %lld first ones",
                        v->path, v->name, (long long)v->rows, u->path, (long long)u->rows);
    for (int64_t i = 0; u->ids && v->ids && i < u->items; i++) {
        if (strcmp(u->ids[i], v->ids[i]) != 0)
            return iso_fail(ISO_EDATA,
                            "%s: %s, item %lld is '%s', the first sentence of %s is '%s'", v->path,
                            v->name, (long long)i, v->ids[i], u->path, u->ids[i]);
    }
    return ISO_OK;
}

static iso_err read_pairs(iso_mat *out, struct probe_layer *to, const struct probe_set *set,
                          const struct probe_lang *l, const struct probe_ask *ask)
{
    iso_mat u = {0}, v = {0}, x = {0};
    iso_err err = ISO_OK;

    ISO_TRY(check_pairs(set, l));
    ISO_TRY(read_plain(&u, to, set->states, l->number, ask));
    ISO_TRY(read_plain(&v, to, set->second, l->number2, ask));
    if (u.cols != v.cols)
        ISO_FAIL(ISO_EDATA, "%s: %s, layer %d of second sentences has %lld dims, of first %lld",
                 iso_states_name(set->second), l->lang->name, to->layer, (long long)v.cols,
                 (long long)u.cols);
    ISO_TRY(iso_mat_new(&x, u.rows, 4 * u.cols, ISO_F32));
    put_pairs(&x, &u, &v);
    *out = x;
    x = (iso_mat){0};
done:
    iso_mat_free(&u);
    iso_mat_free(&v);
    iso_mat_free(&x);
    return err;
}

iso_err iso_probe_dim(int64_t *out, const struct probe_set *set, int layer)
{
    int64_t rows, cols, first = 0;
    iso_dtype type;
    iso_err err = ISO_OK;

    for (int l = 0; l < set->langs; l++) {
        ISO_TRY(iso_states_shape(&rows, &cols, &type, set->states, set->lang[l].number, layer));
        first = l ? first : cols;
        if (cols != first)
            ISO_FAIL(ISO_EDATA, "%s: layer %d of %s has %lld dims, of %s %lld",
                     set->lang[l].lang->path, layer, set->lang[l].lang->name, (long long)cols,
                     set->lang[0].lang->name, (long long)first);
    }
    *out = set->second ? 4 * first : first;
done:
    return err;
}

iso_err iso_probe_layer_read(struct probe_layer *l, const struct probe_set *set,
                             const struct probe_ask *ask)
{
    iso_err err = ISO_OK;

    for (int i = 0; i < set->langs; i++) {
        const struct probe_lang *lang = &set->lang[i];
        ISO_TRY(set->second ? read_pairs(&l->x[i], l, set, lang, ask)
                            : read_plain(&l->x[i], l, set->states, lang->number, ask));
    }
done:
    return err;
}
