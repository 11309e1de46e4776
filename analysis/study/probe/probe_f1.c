/* Macro-F1: the mean over classes of the harmonic mean of precision and recall. */
#include <math.h>
#include <string.h>

#include "analysis/study/probe/probe_inside.h"
#include "lib/base/alloc.h"
#include "lib/linalg/bootstrap.h"

/* Answers by item: those of item i are [first[i], first[i + 1]). */
struct answers {
    int64_t *first;
    int32_t *label, *said;
    int64_t items, count;
    double *hit, *asked, *given; /* of each class, scratch */
    int classes;
};

static void answers_free(struct answers *a)
{
    iso_free(a->first);
    iso_free(a->label);
    iso_free(a->said);
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
            if (a->said[j] >= 0)
                a->given[a->said[j]]++;
            a->hit[a->label[j]] += a->said[j] == a->label[j];
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

static iso_err gather(struct answers *a, const struct probe_set *set, const int32_t *const *label,
                      const int32_t *const *said, int first, int count)
{
    int64_t *size = NULL, *place = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&size, set->items, sizeof *size));
    ISO_TRY(iso_alloc(&place, set->items, sizeof *place));
    ISO_TRY(iso_alloc(&a->first, set->items + 1, sizeof *a->first));
    for (int l = first; l < first + count; l++) {
        for (int64_t r = 0; r < set->lang[l].lang->rows; r++)
            size[set->lang[l].item[r]] += label[l][r] >= 0;
    }
    lay_items(a, place, size, set->items);
    ISO_TRY(iso_alloc(&a->label, a->count, sizeof *a->label));
    ISO_TRY(iso_alloc(&a->said, a->count, sizeof *a->said));
    for (int l = first; l < first + count; l++) {
        for (int64_t r = 0; r < set->lang[l].lang->rows; r++) {
            if (label[l][r] < 0)
                continue;
            int64_t *at = &place[set->lang[l].item[r]];
            a->label[*at] = label[l][r];
            a->said[(*at)++] = said[l][r];
        }
    }
done:
    iso_free(size);
    iso_free(place);
    return err;
}

iso_err iso_probe_f1(iso_value *out, const struct probe_set *set, const struct probe_ask *ask,
                     const int32_t *const *label, const int32_t *const *said, int first, int count,
                     int classes)
{
    struct answers a = {.classes = classes};
    const iso_boot_statistic of = {of_items, &a};
    double lo = NAN, hi = NAN;
    iso_value v = iso_value_none();
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&a.hit, classes, sizeof *a.hit));
    ISO_TRY(iso_alloc(&a.asked, classes, sizeof *a.asked));
    ISO_TRY(iso_alloc(&a.given, classes, sizeof *a.given));
    ISO_TRY(gather(&a, set, label, said, first, count));
    v.n = a.count;
    v.value = of_items(&a, NULL, a.items);
    if (a.count == 0)
        v.why = "no example is tested";
    else if (!ask->bare)
        ISO_TRY(iso_boot_interval(&lo, &hi, &of, a.items, ISO_BOOT_PERCENTILE, 0.95,
                                  (uint64_t)ask->set->seed));
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
