/* From the outcomes of folds to values with their intervals. */
#include "analysis/study/align/align_score.h"

#include <math.h>
#include <string.h>

#include "analysis/measure/difference.h"
#include "analysis/search/hits.h"
#include "lib/base/alloc.h"
#include "lib/linalg/statistics.h"

/* What random order gives to those who ask in a fold, all together. */
static double chance(const struct align_measure *m, const struct align_rows *rows, int f)
{
    const struct align_golds *g = rows->golds;
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
    const bool bare = ask->set->interval && !strcmp(ask->set->interval, "none");
    const iso_boot boot = bare ? ISO_BOOT_NONE : ISO_BOOT_PERCENTILE;
    int64_t first, n;
    double null = 0;
    iso_err err = ISO_OK;

    range(&first, &n, rows, f);
    const double *before = t->outcome[ALIGN_BEFORE] + first;
    const double *after = t->outcome[ALIGN_AFTER] + first;
    if (stage == ALIGN_DIFFERENCE)
        ISO_TRY(iso_hits_difference(out, after, before, n, boot, (uint64_t)ask->set->seed));
    else
        ISO_TRY(iso_hits_mean(out, stage == ALIGN_BEFORE ? before : after, n, boot,
                              (uint64_t)ask->set->seed));
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

    for (int f = 0; rows->golds && f < rows->folds; f++)
        n += rows->golds->once[f];
    return rows->golds ? n : rows->start[rows->folds];
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

iso_err iso_align_value(iso_value *out, const struct align_scores *s, const struct align_ask *ask,
                        const struct align_rows *rows, int measure, int stage, int f)
{
    const struct align_measure *m = &ask->measure[measure];
    const struct align_tally *t = &s->tally[measure];
    iso_err err = ISO_OK;

    if (!m->of)
        return retrieval(out, t, ask, m, rows, stage, f);
    ISO_TRY(f < 0 ? over_folds(out, t, m, rows, stage) : of_fold(out, t, stage, f));
    if (ask->set->interval && !strcmp(ask->set->interval, "none")) {
        out->lo = out->hi = NAN;
        out->interval = NULL;
    }
done:
    return err;
}
