/* From the outcomes of folds to values with their intervals, and from values to records. */
#include <math.h>
#include <string.h>

#include "analysis/measure/difference.h"
#include "analysis/search/answers.h"
#include "analysis/search/hits.h"
#include "analysis/stats/correlation.h"
#include "analysis/study/align/align_inside.h"
#include "analysis/study/items/records.h"
#include "lib/base/alloc.h"
#include "lib/io/pool.h"
#include "lib/linalg/statistics.h"

/* --- Values --- */

/* What random order gives to those who ask in a fold, all together. */
static double chance(const struct align_measure *m, const struct align_rows *rows, int f)
{
    const struct align_answers *g = rows->answers;
    const int64_t size = rows->start[f + 1] - rows->start[f];
    double sum = 0;

    if (!g)
        return (double)size * iso_hits_chance(size, 1, m->k);
    for (int64_t w = g->asked[f]; w < g->asked[f + 1]; w++)
        sum +=
            iso_hits_chance(g->offered[f + 1] - g->offered[f], g->first[w + 1] - g->first[w], m->k);
    return sum;
}

/* The outcomes of fold f, or of all. */
static void range(int64_t *first, int64_t *n, const struct align_rows *rows, int f)
{
    const int64_t *start = align_outcomes(rows);

    *first = f < 0 ? 0 : start[f];
    *n = f < 0 ? start[rows->folds] : start[f + 1] - *first;
}

static iso_err retrieval(iso_value *out, const struct align_tally *t, const struct align_ask *ask,
                         const struct align_measure *m, const struct align_rows *rows, int stage,
                         int f)
{
    const iso_boot boot =
        ask->opt.interval == ISO_INTERVAL_NONE ? ISO_BOOT_NONE : ISO_BOOT_PERCENTILE;
    const uint64_t seed = iso_run_seed(ask->run);
    int64_t first, n;
    double null = 0;
    iso_err err = ISO_OK;

    range(&first, &n, rows, f);
    const double *before = t->outcome[ALIGN_BEFORE] + first;
    const double *after = t->outcome[ALIGN_AFTER] + first;
    if (stage == ALIGN_DIFFERENCE)
        ISO_TRY(iso_hits_difference(out, after, before, n, boot, seed));
    else
        ISO_TRY(iso_hits_mean(out, stage == ALIGN_BEFORE ? before : after, n, boot, seed));
    for (int g = 0; g < rows->folds; g++) {
        if (f < 0 || f == g)
            null += chance(m, rows, g) / (double)n;
    }
    out->null = stage == ALIGN_DIFFERENCE ? NAN : null;
done:
    return err;
}

/* A fold's value as the measure gave it; the difference by replicates that lose the same items. */
static iso_err of_fold(iso_value *out, const struct align_tally *t, int stage, int f)
{
    const int64_t first = t->rep_start[f], units = t->rep_start[f + 1] - first;

    if (stage == ALIGN_DIFFERENCE)
        return iso_difference(out, &t->value[ALIGN_AFTER][f], t->rep[ALIGN_AFTER] + first,
                              &t->value[ALIGN_BEFORE][f], t->rep[ALIGN_BEFORE] + first, units);
    *out = t->value[stage == ALIGN_BEFORE ? ALIGN_BEFORE : ALIGN_AFTER][f];
    return ISO_OK;
}

/* Rows that similarities are of. */
static int64_t compared(const struct align_rows *rows)
{
    int64_t n = 0;

    for (int f = 0; rows->answers && f < rows->folds; f++)
        n += rows->answers->once[f];
    return rows->answers ? n : rows->start[rows->folds];
}

/* The mean over folds of what is printed for each. */
static iso_err mean_of_folds(iso_value *out, const struct align_tally *t,
                             const struct align_rows *rows, int stage)
{
    double value = 0, null = 0, variance = 0;
    const char *interval = "";
    iso_value v;

    for (int f = 0; f < rows->folds; f++) {
        const iso_err err = of_fold(&v, t, stage, f);
        if (err)
            return err;
        if (isnan(v.value)) {
            *out = iso_value_undefined(compared(rows), v.why);
            return ISO_OK;
        }
        value += v.value / rows->folds;
        null += v.null / rows->folds;
        variance += v.null_sd * v.null_sd / rows->folds / rows->folds;
        interval = interval ? v.interval : NULL;
    }
    *out = iso_value_none();
    out->n = compared(rows);
    out->value = value;
    out->null = null;
    out->null_sd = sqrt(variance);
    out->interval = interval;
    return ISO_OK;
}

/* Folds share no item, so leaving a unit out of one of them moves the mean by a `folds`-th of what
 * it moves that fold. Not for centroids, whose replicates are not of the value itself but of the
 * one freed of its bias. */
static iso_err mean_interval(iso_value *v, const struct align_tally *t,
                             const struct align_rows *rows, int stage)
{
    double *rep = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&rep, t->rep_start[rows->folds], sizeof *rep));
    for (int f = 0; f < rows->folds; f++) {
        double mean = 0;
        int64_t units = 0;
        for (int64_t u = t->rep_start[f]; u < t->rep_start[f + 1]; u++) {
            const double x = t->rep[ALIGN_BEFORE][u], y = t->rep[ALIGN_AFTER][u];
            rep[u] = stage == ALIGN_BEFORE ? x : stage == ALIGN_AFTER ? y : y - x;
            mean += isnan(rep[u]) ? 0 : rep[u];
            units += !isnan(rep[u]);
        }
        for (int64_t u = t->rep_start[f]; u < t->rep_start[f + 1]; u++)
            rep[u] = v->value + (rep[u] - mean / (double)units) / rows->folds;
    }
    if (!iso_jackknife(&v->lo, &v->hi, v->value, rep, t->rep_start[rows->folds], 0.95, 0))
        v->interval = NULL;
done:
    iso_free(rep);
    return err;
}

static iso_err over_folds(iso_value *out, const struct align_tally *t,
                          const struct align_measure *m, const struct align_rows *rows, int stage)
{
    iso_value v;
    iso_err err = ISO_OK;

    ISO_TRY(mean_of_folds(&v, t, rows, stage));
    if (v.interval && strcmp(m->of->measure, "centroid") != 0)
        ISO_TRY(mean_interval(&v, t, rows, stage));
    else
        v.interval = NULL;
    *out = v;
done:
    return err;
}

/* The value of a measure at a stage: of fold f, or with f −1 of all folds: outcomes together,
 * similarities in the mean over folds. */
static iso_err value_of(iso_value *out, const struct align_scores *s, const struct align_ask *ask,
                        const struct align_rows *rows, int measure, int stage, int f)
{
    const struct align_measure *m = &ask->measure[measure];
    const struct align_tally *t = &s->tally[measure];
    iso_err err = ISO_OK;

    if (!m->of)
        return retrieval(out, t, ask, m, rows, stage, f);
    ISO_TRY(f < 0 ? over_folds(out, t, m, rows, stage) : of_fold(out, t, stage, f));
    if (ask->opt.interval == ISO_INTERVAL_NONE) {
        out->lo = out->hi = NAN;
        out->interval = NULL;
    }
done:
    return err;
}

/* --- Records --- */

static int64_t neighbours(const struct align_ask *ask, iso_rule rule)
{
    switch (rule) {
    case ISO_RULE_CSLS:
        return ask->near.neighbours ? ask->near.neighbours : 10;
    case ISO_RULE_RATIO:
    case ISO_RULE_DIFFERENCE:
    case ISO_RULE_ABSOLUTE:
        return ask->near.neighbours ? ask->near.neighbours : 4;
    default:
        return ISO_NO_INT;
    }
}

/* What all records of a pair of languages share. */
static iso_record record_of(const struct align_records *to, const struct align_pair *p)
{
    iso_record r = iso_record_none();

    r.src = p->src;
    r.tgt = p->tgt;
    r.src_dim = p->x->cols;
    r.tgt_dim = p->y->cols;
    r.pool = to->set->words ? iso_pool_name(ISO_POOL_WORD) : to->about->pooling;
    r.prep = to->ask->prep_text.text;
    r.subset = iso_language_spans_names(to->spans, to->states, p->layer);
    r.model = to->about->model;
    return r;
}

static iso_err add_record(const struct align_records *to, const struct align_pair *p,
                          const struct align_scores *scores, const struct align_rows *rows, int m,
                          int stage, int f)
{
    static const char *const stages[] = {"before", "after", "difference"};
    const struct align_measure *of = &to->ask->measure[m];
    const bool mapped = stage != ALIGN_BEFORE;
    iso_record r = record_of(to, p);
    iso_value v;
    iso_err err = ISO_OK;

    ISO_TRY(value_of(&v, scores, to->ask, rows, m, stage, f));
    iso_record_value(&r, &v);
    r.measure = of->name;
    r.estimator = of->estimator;
    r.src_layer = r.tgt_layer = p->layer;
    r.stage = stages[stage];
    r.given = stage == ALIGN_DIFFERENCE ? stages[ALIGN_BEFORE] : NULL;
    r.fold = f < 0 ? ISO_NO_INT : f;
    r.train = mapped ? to->ask->train.text : NULL;
    r.rank = mapped ? scores->rank : ISO_NO_INT;
    if (!of->of) {
        r.direction = "forward";
        r.denominator = rows->answers ? iso_denominator_name(ISO_OVER_IN_VOCABULARY) : NULL;
        r.k = of->k ? of->k : ISO_NO_INT;
        r.neighbours = neighbours(to->ask, of->rule);
        if (of->rule == ISO_RULE_INVSOFTMAX)
            r.param = ISO_RULE_BETA;
    }
    ISO_TRY(iso_records_add(to->out, &r));
done:
    return err;
}

/* By dictionary: the share of its words that are in the vocabulary. */
static iso_err add_coverage(const struct align_records *to, const struct align_pair *p,
                            const struct align_answers *g, int folds)
{
    iso_record r = record_of(to, p);

    r.measure = "coverage";
    r.estimator = "dictionary";
    r.src_layer = r.tgt_layer = p->layer;
    r.value = (double)g->asked[folds] / (double)g->words;
    r.interval = "none";
    r.n = g->words;
    return iso_records_add(to->out, &r);
}

iso_err iso_align_add_records(const struct align_records *to, const struct align_pair *p,
                              const struct align_scores *scores, const struct align_rows *rows)
{
    const int last = to->ask->opt.each_fold ? rows->folds : 0;
    iso_err err = ISO_OK;

    for (int m = 0; m < to->ask->measures; m++) {
        for (int stage = 0; stage < ALIGN_STAGES; stage++) {
            for (int f = -1; f < last; f++)
                ISO_TRY(add_record(to, p, scores, rows, m, stage, f));
        }
    }
    if (rows->answers)
        ISO_TRY(add_coverage(to, p, rows->answers, rows->folds));
done:
    return err;
}

/* --- The correlation over layers of CKA with retrieval --- */

iso_err iso_align_keep_cka(const struct align_records *to, int pair, struct align_scores *scores,
                           const struct align_rows *rows)
{
    const int m = iso_align_measure_find(to->ask, "cka", 0);
    iso_value v;
    iso_err err = ISO_OK;

    ISO_TRY(iso_align_score_bare(scores, to->ask, rows));
    ISO_TRY(value_of(&v, scores, to->ask, rows, m, ALIGN_BEFORE, -1));
    to->cka[pair] = v.value;
done:
    return err;
}

iso_err iso_align_keep_retrieval(const struct align_records *to, int pair,
                                 const struct align_scores *scores, const struct align_rows *rows)
{
    const int m = iso_align_measure_find(to->ask, "p@k", 1);
    iso_value v;
    iso_err err = ISO_OK;

    ISO_TRY(value_of(&v, scores, to->ask, rows, m, ALIGN_AFTER, -1));
    to->retrieval[pair] = v.value;
done:
    return err;
}

/* Of the layers of one pair of languages, x and y gathered. */
static iso_value correlation_of(const double *x, const double *y, int n)
{
    iso_value v = iso_value_none();

    if (n < 3)
        return iso_value_undefined(n, "fewer than 3 layers");
    for (int i = 0; i < n; i++) {
        if (isnan(x[i]) || isnan(y[i]))
            return iso_value_undefined(n, "a layer without a value");
    }
    v.value = iso_pearson(x, y, n);
    v.n = n;
    return isnan(v.value) ? iso_value_undefined(n, "equal in all layers") : v;
}

static bool same_langs(const struct align_pair *p, const struct align_pair *q)
{
    return !strcmp(p->src, q->src) && !strcmp(p->tgt, q->tgt);
}

iso_err iso_align_add_correlations(const struct align_records *to)
{
    double *x = NULL, *y = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&x, to->set->pairs, sizeof *x));
    ISO_TRY(iso_alloc(&y, to->set->pairs, sizeof *y));
    for (int i = 0; i < to->set->pairs; i++) {
        const struct align_pair *p = &to->set->pair[i];
        int n = 0, first = i;
        for (int j = 0; j < to->set->pairs; j++) {
            if (!same_langs(p, &to->set->pair[j]))
                continue;
            first = j < first ? j : first;
            x[n] = to->cka[j];
            y[n++] = to->retrieval[j];
        }
        if (first < i)
            continue;
        iso_record r = record_of(to, p);
        const iso_value v = correlation_of(x, y, n);
        iso_record_value(&r, &v);
        r.measure = "pearson";
        r.x = "cka";
        r.y = "p@1";
        r.train = to->ask->train.text;
        ISO_TRY(iso_records_add(to->out, &r));
    }
done:
    iso_free(x);
    iso_free(y);
    return err;
}
