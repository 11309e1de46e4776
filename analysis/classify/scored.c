#include "analysis/classify/scored.h"

#include <math.h>
#include <string.h>

#include "analysis/search/hits.h"
#include "lib/base/alloc.h"
#include "lib/linalg/bootstrap.h"

static const char no_examples[] = "no example is tested";

static iso_boot boot_of(const struct score_ask *ask)
{
    return ask->bare ? ISO_BOOT_NONE : ISO_BOOT_PERCENTILE;
}

iso_err iso_tally_make(struct tally *out, const struct scored *of, int64_t items)
{
    struct tally t = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&t.right, items, sizeof *t.right));
    ISO_TRY(iso_alloc(&t.whole, items, sizeof *t.whole));
    for (int64_t r = 0; r < of->rows; r++) {
        if (of->label[r] < 0)
            continue;
        t.whole[of->item[r]]++;
        t.right[of->item[r]] += of->said[r] == of->label[r];
    }
    *out = t;
    return ISO_OK;
done:
    iso_tally_free(&t);
    return err;
}

void iso_tally_free(struct tally *t)
{
    iso_free(t->right);
    iso_free(t->whole);
    *t = (struct tally){0};
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
                     const struct score_ask *ask)
{
    double sum = 0, lo = NAN, hi = NAN;
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < n; i++)
        sum += right[i];
    if (!ask->bare)
        ISO_TRY(iso_boot_ratio(&lo, &hi, right, whole, n, ISO_BOOT_PERCENTILE, 0.95, ask->seed));
    *out = iso_value_none();
    for (int64_t i = 0; i < n; i++)
        right[i] /= whole[i];
    if (!ask->bare && (sum == 0 || sum == examples))
        ISO_TRY(iso_hits_mean(out, right, n, ISO_BOOT_PERCENTILE, ask->seed));
    out->value = sum / examples;
    out->n = (int64_t)examples;
    take_bounds(out, lo, hi);
done:
    return err;
}

iso_err iso_score_accuracy(iso_value *out, const struct tally *tally, int count,
                           const struct score_ask *ask)
{
    double *right = NULL, *whole = NULL, examples = 0;
    int64_t n = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&right, ask->items, sizeof *right));
    ISO_TRY(iso_alloc(&whole, ask->items, sizeof *whole));
    for (int64_t i = 0; i < ask->items; i++) {
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
        ISO_TRY(iso_hits_mean(out, right, n, boot_of(ask), ask->seed));
    else
        ISO_TRY(ratio(out, right, whole, n, examples, ask));
done:
    iso_free(right);
    iso_free(whole);
    return err;
}

/* --- Gaps --- */

struct gap {
    const struct tally *source, *target;
    int sources, targets;
    const int64_t *item; /* those that some language was asked about */
};

/* The mean over languages of their accuracies on the items drawn. */
static double mean_accuracy(const struct tally *t, int count, const struct gap *g,
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
    return count ? sum / count : 0;
}

static double iso_gap_of(void *payload, const int64_t *pick, int64_t n)
{
    const struct gap *g = payload;

    return mean_accuracy(g->source, g->sources, g, pick, n) -
           mean_accuracy(g->target, g->targets, g, pick, n);
}

/* The mean of right answers over languages, where each was asked once; else *once is false. */
static double outcome(const struct tally *t, int count, int64_t item, bool *once)
{
    double sum = 0;

    for (int l = 0; l < count; l++) {
        sum += t[l].right[item];
        *once = *once && t[l].whole[item] == 1;
    }
    return count ? sum / count : 0;
}

static bool asked(const struct tally *t, int count, int64_t item)
{
    for (int l = 0; l < count; l++) {
        if (t[l].whole[item] > 0)
            return true;
    }
    return false;
}

static iso_err gap_by_draws(iso_value *out, struct gap *g, int64_t n, const struct score_ask *ask)
{
    const iso_boot_statistic of = {iso_gap_of, g};
    int64_t *all = NULL;
    double lo = NAN, hi = NAN;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&all, n, sizeof *all));
    for (int64_t i = 0; i < n; i++)
        all[i] = i;
    if (!ask->bare)
        ISO_TRY(iso_boot_interval(&lo, &hi, &of, n, ISO_BOOT_PERCENTILE, 0.95, ask->seed));
    *out = iso_value_none();
    out->value = iso_gap_of(g, all, n);
    out->n = n;
    take_bounds(out, lo, hi);
done:
    iso_free(all);
    return err;
}

iso_err iso_score_gap(iso_value *out, const struct tally *source, int sources,
                      const struct tally *target, int targets, const struct score_ask *ask)
{
    double *here = NULL, *there = NULL;
    int64_t *item = NULL, n = 0;
    bool once = true;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&here, ask->items, sizeof *here));
    ISO_TRY(iso_alloc(&there, ask->items, sizeof *there));
    ISO_TRY(iso_alloc(&item, ask->items, sizeof *item));
    for (int64_t i = 0; i < ask->items; i++) {
        if (!asked(source, sources, i) && !asked(target, targets, i))
            continue;
        here[n] = outcome(source, sources, i, &once);
        there[n] = outcome(target, targets, i, &once);
        item[n++] = i;
    }
    struct gap g = {source, target, sources, targets, item};
    if (once)
        ISO_TRY(iso_hits_difference(out, here, there, n, boot_of(ask), ask->seed));
    else
        ISO_TRY(gap_by_draws(out, &g, n, ask));
done:
    iso_free(here);
    iso_free(there);
    iso_free(item);
    return err;
}

/* What is taken away is the mean of none, 0. */
iso_err iso_score_mean(iso_value *out, const struct tally *tally, int count,
                       const struct score_ask *ask)
{
    return iso_score_gap(out, tally, count, NULL, 0, ask);
}

/* --- Macro-F1: the mean over classes of the harmonic mean of precision and recall --- */

/* Answers by item: those of item i are [first[i], first[i + 1]). */
struct answers {
    int64_t *first;
    int32_t *label, *predicted;
    int64_t items, count;
    double *hit, *asked, *given; /* of each class, scratch */
    int classes;
};

static void answers_free(struct answers *a)
{
    iso_free(a->first);
    iso_free(a->label);
    iso_free(a->predicted);
    iso_free(a->hit);
    iso_free(a->asked);
    iso_free(a->given);
}

static double macro(const struct answers *a)
{
    double sum = 0;
    int classes = 0;

    for (int c = 0; c < a->classes; c++) {
        if (a->asked[c] + a->given[c] == 0)
            continue;
        sum += 2 * a->hit[c] / (a->asked[c] + a->given[c]);
        classes++;
    }
    return classes ? sum / classes : NAN;
}

static double of_items(void *payload, const int64_t *pick, int64_t n)
{
    struct answers *a = payload;
    const size_t size = (size_t)a->classes * sizeof(double);

    memset(a->hit, 0, size);
    memset(a->asked, 0, size);
    memset(a->given, 0, size);
    for (int64_t i = 0; i < n; i++) {
        const int64_t item = pick ? pick[i] : i;
        for (int64_t j = a->first[item]; j < a->first[item + 1]; j++) {
            a->asked[a->label[j]]++;
            if (a->predicted[j] >= 0)
                a->given[a->predicted[j]]++;
            a->hit[a->label[j]] += a->predicted[j] == a->label[j];
        }
    }
    return macro(a);
}

/* Where the answers of each item begin; items without any are left out by `place`. */
static void lay_items(struct answers *a, int64_t *place, const int64_t *size, int64_t items)
{
    int64_t at = 0;

    for (int64_t i = 0; i < items; i++) {
        place[i] = at;
        if (size[i] == 0)
            continue;
        a->first[a->items++] = at;
        at += size[i];
    }
    a->first[a->items] = at;
    a->count = at;
}

static iso_err gather(struct answers *a, const struct scored *of, int count, int64_t items)
{
    int64_t *size = NULL, *place = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&size, items, sizeof *size));
    ISO_TRY(iso_alloc(&place, items, sizeof *place));
    ISO_TRY(iso_alloc(&a->first, items + 1, sizeof *a->first));
    for (int l = 0; l < count; l++) {
        for (int64_t r = 0; r < of[l].rows; r++)
            size[of[l].item[r]] += of[l].label[r] >= 0;
    }
    lay_items(a, place, size, items);
    ISO_TRY(iso_alloc(&a->label, a->count, sizeof *a->label));
    ISO_TRY(iso_alloc(&a->predicted, a->count, sizeof *a->predicted));
    for (int l = 0; l < count; l++) {
        for (int64_t r = 0; r < of[l].rows; r++) {
            if (of[l].label[r] < 0)
                continue;
            int64_t *at = &place[of[l].item[r]];
            a->label[*at] = of[l].label[r];
            a->predicted[(*at)++] = of[l].said[r];
        }
    }
done:
    iso_free(size);
    iso_free(place);
    return err;
}

iso_err iso_score_f1(iso_value *out, const struct scored *of, int count, int classes,
                     const struct score_ask *ask)
{
    struct answers a = {.classes = classes};
    const iso_boot_statistic statistic = {of_items, &a};
    double lo = NAN, hi = NAN;
    iso_value v = iso_value_none();
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&a.hit, classes, sizeof *a.hit));
    ISO_TRY(iso_alloc(&a.asked, classes, sizeof *a.asked));
    ISO_TRY(iso_alloc(&a.given, classes, sizeof *a.given));
    ISO_TRY(gather(&a, of, count, ask->items));
    v.n = a.count;
    v.value = of_items(&a, NULL, a.items);
    if (a.count == 0)
        v.why = "no example is tested";
    else if (!ask->bare)
        ISO_TRY(
            iso_boot_interval(&lo, &hi, &statistic, a.items, ISO_BOOT_PERCENTILE, 0.95, ask->seed));
    if (isfinite(lo) && isfinite(hi)) {
        v.lo = lo;
        v.hi = hi;
        v.interval = "boot-items";
    }
    *out = v;
done:
    answers_free(&a);
    return err;
}
