#include "analysis/stats/auc.h"

#include <math.h>

#include "analysis/stats/correlation.h"
#include "lib/base/alloc.h"
#include "lib/linalg/statistics.h"

/* A positive's rank among all less its rank among the positives counts the negatives below it,
 * equal ones half. */
struct work {
    double *all, *own, *part, *sorted; /* ranks among all, among its kind; scratch */
    int64_t *place;
};

static void rank_kind(struct work *w, const double *x, const uint8_t *positive, int64_t n,
                      bool kind)
{
    int64_t count = 0;

    for (int64_t i = 0; i < n; i++) {
        if ((positive[i] != 0) == kind) {
            w->place[count] = i;
            w->part[count++] = x[i];
        }
    }
    iso_ranks(w->part, w->sorted, w->part, count);
    for (int64_t i = 0; i < count; i++)
        w->own[w->place[i]] = w->part[i];
}

iso_err iso_auc(iso_value *out, const double *x, const uint8_t *positive, int64_t n)
{
    struct work w = {0};
    double sum = 0;
    int64_t m = 0;
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < n; i++)
        m += positive[i] != 0;
    const int64_t k = n - m;
    *out = iso_value_undefined(n, m == 0 ? "none is positive" : "none is negative");
    if (m == 0 || k == 0)
        return ISO_OK;
    ISO_TRY(iso_alloc(&w.all, n, sizeof *w.all));
    ISO_TRY(iso_alloc(&w.own, n, sizeof *w.own));
    ISO_TRY(iso_alloc(&w.part, n, sizeof *w.part));
    ISO_TRY(iso_alloc(&w.sorted, n, sizeof *w.sorted));
    ISO_TRY(iso_alloc(&w.place, n, sizeof *w.place));
    iso_ranks(w.all, w.sorted, x, n);
    rank_kind(&w, x, positive, n, true);
    rank_kind(&w, x, positive, n, false);
    for (int64_t i = 0; i < n; i++)
        sum += positive[i] ? w.all[i] - w.own[i] : 0;
    *out = iso_value_none();
    out->n = n;
    out->null = 0.5;
    out->value = sum / ((double)m * (double)k);
    for (int64_t i = 0; i < n; i++) { /* the pairs that item i is in, won by the positive */
        const double won = positive[i] ? w.all[i] - w.own[i] : (double)m - (w.all[i] - w.own[i]);
        const double left = positive[i] ? (double)(m - 1) * (double)k : (double)m * (double)(k - 1);
        w.part[i] = left > 0 ? (sum - won) / left : NAN;
    }
    if (iso_jackknife(&out->lo, &out->hi, out->value, w.part, n, 0.95)) {
        out->interval = "jackknife";
        out->lo = fmax(out->lo, 0);
        out->hi = fmin(out->hi, 1);
    }
done:
    iso_free(w.all);
    iso_free(w.own);
    iso_free(w.part);
    iso_free(w.sorted);
    iso_free(w.place);
    return err;
}
