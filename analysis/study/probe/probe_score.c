/* From what was said to accuracy, F1 and gaps, each with its interval over items. */
#include <math.h>

#include "analysis/search/hits.h"
#include "analysis/study/probe/probe_inside.h"
#include "lib/base/alloc.h"

static const char no_examples[] = "no example is tested";

static iso_boot boot_of(const struct probe_ask *ask)
{
    return ask->bare ? ISO_BOOT_NONE : ISO_BOOT_PERCENTILE;
}

iso_err iso_probe_tally_make(struct probe_tally *out, const struct probe_set *set, int lang,
                             const int32_t *label, const int32_t *said)
{
    const struct probe_lang *l = &set->lang[lang];
    struct probe_tally t = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&t.right, set->items, sizeof *t.right));
    ISO_TRY(iso_alloc(&t.whole, set->items, sizeof *t.whole));
    for (int64_t r = 0; r < l->lang->rows; r++) {
        if (label[r] < 0)
            continue;
        t.whole[l->item[r]]++;
        t.right[l->item[r]] += said[r] == label[r];
    }
    *out = t;
    return ISO_OK;
done:
    iso_probe_tally_free(&t);
    return err;
}

void iso_probe_tally_free(struct probe_tally *t)
{
    iso_free(t->right);
    iso_free(t->whole);
    *t = (struct probe_tally){0};
}

/* --- Accuracy --- */

static void take_bounds(iso_value *v, double lo, double hi)
{
    if (!isfinite(lo) || !isfinite(hi))
        return;
    v->lo = lo;
    v->hi = hi;
    v->interval = "boot-items";
}

/* Items whose examples are several: whole items are drawn. Where all are right, or none, the exact
 * bounds of so many items serve. */
static iso_err ratio(iso_value *out, double *right, const double *whole, int64_t n, double examples,
                     const struct probe_ask *ask)
{
    double sum = 0, lo = NAN, hi = NAN;
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < n; i++)
        sum += right[i];
    if (!ask->bare)
        ISO_TRY(iso_boot_ratio(&lo, &hi, right, whole, n, ISO_BOOT_PERCENTILE, 0.95,
                               (uint64_t)ask->set->seed));
    *out = iso_value_none();
    for (int64_t i = 0; i < n; i++)
        right[i] /= whole[i];
    if (!ask->bare && (sum == 0 || sum == examples))
        ISO_TRY(iso_hits_mean(out, right, n, ISO_BOOT_PERCENTILE, (uint64_t)ask->set->seed));
    out->value = sum / examples;
    out->n = (int64_t)examples;
    take_bounds(out, lo, hi);
done:
    return err;
}

iso_err iso_probe_accuracy(iso_value *out, const struct probe_tally *tally, int count,
                           const struct probe_set *set, const struct probe_ask *ask)
{
    double *right = NULL, *whole = NULL, examples = 0;
    int64_t n = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&right, set->items, sizeof *right));
    ISO_TRY(iso_alloc(&whole, set->items, sizeof *whole));
    for (int64_t i = 0; i < set->items; i++) {
        right[n] = whole[n] = 0;
        for (int t = 0; t < count; t++) {
            right[n] += tally[t].right[i];
            whole[n] += tally[t].whole[i];
        }
        examples += whole[n];
        n += whole[n] > 0;
    }
    if (n == 0)
        *out = iso_value_undefined(0, no_examples);
    else if (examples == (double)n)
        ISO_TRY(iso_hits_mean(out, right, n, boot_of(ask), (uint64_t)ask->set->seed));
    else
        ISO_TRY(ratio(out, right, whole, n, examples, ask));
done:
    iso_free(right);
    iso_free(whole);
    return err;
}

/* --- Gaps --- */

struct gap {
    const struct probe_tally *source, *target;
    int sources, targets;
    const int64_t *item; /* those that some language was asked about */
};

/* The mean over languages of their accuracies on the items drawn. */
static double mean_accuracy(const struct probe_tally *t, int count, const struct gap *g,
                            const int64_t *pick, int64_t n)
{
    double sum = 0;

    for (int l = 0; l < count; l++) {
        double right = 0, whole = 0;
        for (int64_t i = 0; i < n; i++) {
            right += t[l].right[g->item[pick[i]]];
            whole += t[l].whole[g->item[pick[i]]];
        }
        sum += right / whole;
    }
    return sum / count;
}

static double iso_gap_of(void *payload, const int64_t *pick, int64_t n)
{
    const struct gap *g = payload;

    return mean_accuracy(g->source, g->sources, g, pick, n) -
           mean_accuracy(g->target, g->targets, g, pick, n);
}

/* The mean of right answers over languages, where each was asked once; else *once is false. */
static double outcome(const struct probe_tally *t, int count, int64_t item, bool *once)
{
    double sum = 0;

    for (int l = 0; l < count; l++) {
        sum += t[l].right[item];
        *once = *once && t[l].whole[item] == 1;
    }
    return sum / count;
}

static bool asked(const struct probe_tally *t, int count, int64_t item)
{
    for (int l = 0; l < count; l++) {
        if (t[l].whole[item] > 0)
            return true;
    }
    return false;
}

static iso_err gap_by_draws(iso_value *out, struct gap *g, int64_t n, const struct probe_ask *ask)
{
    const iso_boot_statistic of = {iso_gap_of, g};
    int64_t *all = NULL;
    double lo = NAN, hi = NAN;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&all, n, sizeof *all));
    for (int64_t i = 0; i < n; i++)
        all[i] = i;
    if (!ask->bare)
        ISO_TRY(iso_boot_interval(&lo, &hi, &of, n, ISO_BOOT_PERCENTILE, 0.95,
                                  (uint64_t)ask->set->seed));
    *out = iso_value_none();
    out->value = iso_gap_of(g, all, n);
    out->n = n;
    take_bounds(out, lo, hi);
done:
    iso_free(all);
    return err;
}

iso_err iso_probe_gap(iso_value *out, const struct probe_tally *source, int sources,
                      const struct probe_tally *target, int targets, const struct probe_set *set,
                      const struct probe_ask *ask)
{
    double *here = NULL, *there = NULL;
    int64_t *item = NULL, n = 0;
    bool once = true;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&here, set->items, sizeof *here));
    ISO_TRY(iso_alloc(&there, set->items, sizeof *there));
    ISO_TRY(iso_alloc(&item, set->items, sizeof *item));
    for (int64_t i = 0; i < set->items; i++) {
        if (!asked(source, sources, i) && !asked(target, targets, i))
            continue;
        here[n] = outcome(source, sources, i, &once);
        there[n] = outcome(target, targets, i, &once);
        item[n++] = i;
    }
    struct gap g = {source, target, sources, targets, item};
    if (once)
        ISO_TRY(iso_hits_difference(out, here, there, n, boot_of(ask), (uint64_t)ask->set->seed));
    else
        ISO_TRY(gap_by_draws(out, &g, n, ask));
done:
    iso_free(here);
    iso_free(there);
    iso_free(item);
    return err;
}
