/* From outcomes to values with their intervals, and from values to records. */
#include <math.h>
#include <string.h>

#include "analysis/measure/difference.h"
#include "analysis/search/answers.h"
#include "analysis/search/hits.h"
#include "analysis/study/align/align_inside.h"
#include "analysis/study/items/records.h"
#include "lib/base/alloc.h"
#include "lib/io/pool.h"
#include "lib/linalg/statistics.h"

/* --- What is told --- */

/* A stage, or one less another. */
struct aspect {
    int stage, less; /* less: −1 for none */
};

static const struct aspect aspects[] = {
    {ALIGN_BEFORE, -1},          {ALIGN_CENTRED, -1},          {ALIGN_AFTER, -1},
    {ALIGN_AFTER, ALIGN_BEFORE}, {ALIGN_AFTER, ALIGN_CENTRED}, {ALIGN_CENTRED, ALIGN_BEFORE},
};

enum { ASPECTS = (int)(sizeof aspects / sizeof *aspects) };

/* --- Values --- */

/* The outcomes of those who ask in fold f at a stage, one after another. */
static int64_t of_fold_only(double *out, const double *outcome, const struct align_split *s, int f)
{
    int64_t n = 0;

    for (int64_t q = 0; q < s->asked; q++) {
        if (f < 0 || s->fold[q] == f)
            out[n++] = outcome[q];
    }
    return n;
}

static iso_err retrieval(iso_value *out, const struct align_tally *t, const struct align_ask *ask,
                         const struct align_measure *m, const struct align_split *s,
                         struct aspect is, int f)
{
    const iso_boot boot =
        ask->opt.interval == ISO_INTERVAL_NONE ? ISO_BOOT_NONE : ISO_BOOT_PERCENTILE;
    const uint64_t seed = iso_run_seed(ask->run);
    double *one = NULL, *other = NULL, null = NAN;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&one, s->asked, sizeof *one));
    ISO_TRY(iso_alloc(&other, s->asked, sizeof *other));
    const int64_t n = of_fold_only(one, t->outcome[is.stage], s, f);
    if (is.less >= 0) {
        (void)of_fold_only(other, t->outcome[is.less], s, f);
        ISO_TRY(iso_hits_difference(out, one, other, n, boot, seed));
    } else {
        ISO_TRY(iso_hits_mean(out, one, n, boot, seed));
        ISO_TRY(iso_align_chance(&null, m, ask, s, f));
    }
    out->null = null;
done:
    iso_free(one);
    iso_free(other);
    return err;
}

/* A fold's value as the measure gave it; the difference by replicates that lose the same items. */
static iso_err of_fold(iso_value *out, const struct align_tally *t, struct aspect is, int f)
{
    const int64_t first = t->rep_start[f], units = t->rep_start[f + 1] - first;

    if (is.less >= 0)
        return iso_difference(out, &t->value[is.stage][f], t->rep[is.stage] + first,
                              &t->value[is.less][f], t->rep[is.less] + first, units);
    *out = t->value[is.stage][f];
    return ISO_OK;
}

/* The mean over folds of what is printed for each. */
static iso_err mean_of_folds(iso_value *out, const struct align_tally *t, int folds,
                             struct aspect is)
{
    double value = 0, null = 0, variance = 0;
    const char *interval = "", *why = NULL;
    int64_t n = 0;
    iso_value v;

    for (int f = 0; f < folds; f++) {
        const iso_err err = of_fold(&v, t, is, f);
        if (err)
            return err;
        why = isnan(v.value) && !why ? v.why : why;
        n += t->value[is.stage][f].n;
        value += v.value / folds;
        null += v.null / folds;
        variance += v.null_sd * v.null_sd / folds / folds;
        interval = interval ? v.interval : NULL;
    }
    *out = isnan(value) ? iso_value_undefined(n, why) : iso_value_none();
    if (isnan(value))
        return ISO_OK;
    out->n = n;
    out->value = value;
    out->null = null;
    out->null_sd = sqrt(variance);
    out->interval = interval;
    return ISO_OK;
}

/* Folds share no item, so leaving a unit out of one of them moves the mean by a `folds`-th of what
 * it moves that fold. Not for centroids, whose replicates are not of the value itself but of the
 * one freed of its bias. */
static iso_err mean_interval(iso_value *v, const struct align_tally *t, int folds, struct aspect is)
{
    double *rep = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&rep, t->rep_start[folds], sizeof *rep));
    for (int f = 0; f < folds; f++) {
        double mean = 0;
        int64_t units = 0;
        for (int64_t u = t->rep_start[f]; u < t->rep_start[f + 1]; u++) {
            rep[u] = t->rep[is.stage][u] - (is.less >= 0 ? t->rep[is.less][u] : 0);
            mean += isnan(rep[u]) ? 0 : rep[u];
            units += !isnan(rep[u]);
        }
        for (int64_t u = t->rep_start[f]; u < t->rep_start[f + 1]; u++)
            rep[u] = v->value + (rep[u] - mean / (double)units) / folds;
    }
    if (!iso_jackknife(&v->lo, &v->hi, v->value, rep, t->rep_start[folds], 0.95))
        v->interval = NULL;
done:
    iso_free(rep);
    return err;
}

static iso_err over_folds(iso_value *out, const struct align_tally *t,
                          const struct align_measure *m, int folds, struct aspect is)
{
    iso_value v;
    iso_err err = ISO_OK;

    ISO_TRY(mean_of_folds(&v, t, folds, is));
    if (v.interval && strcmp(m->of->measure, "centroid") != 0)
        ISO_TRY(mean_interval(&v, t, folds, is));
    else
        v.interval = NULL;
    *out = v;
done:
    return err;
}

/* Whether what lies between two stages leaves a measure as it is, so that they differ by rounding
 * alone. */
static const char *unchanged(const struct align_ask *ask, const iso_measure *of, struct aspect is)
{
    static const unsigned turned = ISO_INVARIANT_ROTATION | ISO_INVARIANT_SCALE;
    const iso_map_method method = ask->map.method;
    const bool turns =
        method == ISO_MAP_ORTHOGONAL || method == ISO_MAP_ROTATION || method == ISO_MAP_SCALED;

    if (is.less < 0 || !(of->invariant & ISO_INVARIANT_SHIFT))
        return NULL;
    if (is.stage != ALIGN_AFTER)
        return "means do not change this measure";
    return turns && (of->invariant & turned) == turned
               ? "neither means nor rotations change this measure"
               : NULL;
}

static iso_err value_of(iso_value *out, const struct align_scores *s, const struct align_ask *ask,
                        const struct align_rows *rows, int measure, struct aspect is, int f)
{
    const struct align_measure *m = &ask->measure[measure];
    const struct align_tally *t = &s->tally[measure];
    iso_err err = ISO_OK;

    if (ask->unmapped && is.stage == ALIGN_AFTER) {
        *out = iso_value_undefined(rows->split->items, ask->unmapped);
        return ISO_OK;
    }
    if (!m->of)
        return retrieval(out, t, ask, m, rows->split, is, f);
    ISO_TRY(f < 0 ? over_folds(out, t, m, rows->split->folds, is) : of_fold(out, t, is, f));
    const char *same = unchanged(ask, m->of, is);
    if (same && !isnan(out->value)) {
        out->value = 0;
        out->why = same;
    }
    if (same || ask->opt.interval == ISO_INTERVAL_NONE) {
        out->lo = out->hi = NAN;
        out->interval = NULL;
    }
done:
    return err;
}

iso_err iso_align_value(iso_value *out, const struct align_scores *s, const struct align_ask *ask,
                        const struct align_rows *rows, int measure, int stage, int f)
{
    return value_of(out, s, ask, rows, measure, (struct aspect){stage, -1}, f);
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

iso_record iso_align_record(const struct align_records *to, const struct align_pair *p)
{
    iso_record r = iso_record_none();

    r.src = p->of->name[0];
    r.tgt = p->of->name[1];
    r.src_dim = p->dim[0];
    r.tgt_dim = p->dim[1];
    r.pool = p->of->words.links > 0 ? iso_pool_name(ISO_POOL_WORD)
                                    : iso_record_pool(to->about, p->layer);
    r.prep = to->ask->prep_text.text;
    r.subset = iso_language_spans_names(to->spans, to->states, p->layer);
    r.model = to->about->model;
    return r;
}

static iso_err add_record(const struct align_records *to, const struct align_pair *p,
                          const struct align_scores *scores, const struct align_rows *rows, int m,
                          struct aspect is, int f)
{
    static const char *const stages[ALIGN_STAGES] = {"before", "centred", "after"};
    const struct align_ask *ask = to->ask;
    const struct align_measure *of = &ask->measure[m];
    const char *const fitted[ALIGN_STAGES] = {NULL, ask->means.text, ask->train.text};
    iso_record r = iso_align_record(to, p);
    iso_value v;
    iso_err err = ISO_OK;

    ISO_TRY(value_of(&v, scores, ask, rows, m, is, f));
    iso_record_value(&r, &v);
    r.measure = of->name;
    r.estimator = of->estimator;
    r.src_layer = r.tgt_layer = p->layer;
    r.stage = is.less < 0 ? stages[is.stage] : "difference";
    r.given = is.less < 0 ? NULL : stages[is.less];
    r.fold = f < 0 ? ISO_NO_INT : f;
    r.train = fitted[is.stage];
    r.rank = is.stage == ALIGN_AFTER && !ask->unmapped ? scores->rank : ISO_NO_INT;
    if (!of->of) {
        r.direction = "forward";
        r.denominator = ask->opt.train ? iso_denominator_name(ISO_OVER_IN_VOCABULARY) : NULL;
        r.candidates = ask->by_fold ? "fold" : NULL;
        r.k = of->k ? of->k : ISO_NO_INT;
        r.neighbours = neighbours(ask, of->rule);
        if (of->rule == ISO_RULE_INVSOFTMAX)
            r.param = ISO_RULE_BETA;
    }
    ISO_TRY(iso_records_add(to->out, &r));
    if (scores->permuted && f < 0 && is.less < 0 && is.stage < ALIGN_PERMUTED)
        ISO_TRY(iso_align_permute_keep(
            to->permute, ask, iso_records_count(to->out) - 1,
            scores->permuted + (is.stage * ask->measures + m) * (ask->opt.permutations + 1), m));
done:
    return err;
}

/* By dictionary: the share of its words that are in the vocabulary. */
static iso_err add_coverage(const struct align_records *to, const struct align_pair *p)
{
    iso_record r = iso_align_record(to, p);

    r.measure = "coverage";
    r.estimator = "dictionary";
    r.src_layer = r.tgt_layer = p->layer;
    r.value = (double)p->of->split.asked / (double)p->of->dictionary;
    r.interval = "none";
    r.n = p->of->dictionary;
    return iso_records_add(to->out, &r);
}

iso_err iso_align_add_records(const struct align_records *to, const struct align_pair *p,
                              const struct align_scores *scores, const struct align_rows *rows)
{
    const int last = to->ask->opt.each_fold ? rows->split->folds : 0;
    iso_err err = ISO_OK;

    for (int m = 0; m < to->ask->measures; m++) {
        for (int a = 0; a < ASPECTS; a++) {
            for (int f = -1; f < last; f++)
                ISO_TRY(add_record(to, p, scores, rows, m, aspects[a], f));
        }
    }
    if (to->ask->opt.train)
        ISO_TRY(add_coverage(to, p));
done:
    return err;
}
