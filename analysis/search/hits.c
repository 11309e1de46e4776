#include "analysis/search/hits.h"

#include <math.h>
#include <stdbool.h>

#include "lib/base/alloc.h"
#include "lib/linalg/statistics.h"

#define CONFIDENCE 0.95

double iso_hit(int64_t rank, int64_t k)
{
    return rank >= 1 && rank <= k ? 1 : 0;
}

double iso_reciprocal(int64_t rank)
{
    return rank >= 1 ? 1 / (double)rank : 0;
}

double iso_hits_chance(int64_t n, int64_t m, int64_t k)
{
    double at = (double)m / (double)n, sum = 0; /* that the best of m stands at rank r */

    for (int64_t r = 1; r <= n - m + 1 && (k == 0 || r <= k); r++) {
        sum += k > 0 ? at : at / (double)r;
        at *= (double)(n - r - m + 1) / (double)(n - r);
    }
    return sum;
}

/* Bounds of the mean of n equal outcomes: beyond them, seeing nothing but the lowest, or nothing
 * but the highest, had a probability below 0.025. */
static void certain(iso_value *v, double outcome, int64_t n, double low, double high)
{
    const double far = (high - low) * (1 - pow(0.5 * (1 - CONFIDENCE), 1 / (double)n));

    v->why = "every outcome is the same: nothing to resample";
    if (outcome > low && outcome < high)
        return;
    v->lo = outcome > low ? high - far : low;
    v->hi = outcome > low ? high : low + far;
    v->interval = "boot-items";
    v->why = "every outcome is the same: the bounds are the exact binomial ones";
}

/* The mean of outcomes in [low, high]. */
static iso_err mean_of(iso_value *out, const double *outcome, int64_t n, double low, double high,
                       iso_boot boot, uint64_t seed)
{
    iso_value v = iso_value_none();
    double sum = 0;
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < n; i++) {
        ISO_NEED(outcome[i] >= low && outcome[i] <= high, "outcome %lld is %g, not in %g to %g",
                 (long long)i, outcome[i], low, high);
        sum += outcome[i];
    }
    v.n = n > 0 ? n : 0;
    if (n < 1) {
        v.why = "no items";
    } else if (iso_all_equal(outcome, n)) {
        v.value = outcome[0];
        if (boot != ISO_BOOT_NONE)
            certain(&v, outcome[0], n, low, high);
    } else {
        v.value = sum / (double)n;
        if (boot != ISO_BOOT_NONE) {
            ISO_TRY(iso_boot_mean(&v.lo, &v.hi, outcome, n, boot, CONFIDENCE, seed));
            v.interval = "boot-items";
        }
    }
    *out = v;
done:
    return err;
}

iso_err iso_hits_mean(iso_value *out, const double *outcome, int64_t n, iso_boot boot,
                      uint64_t seed)
{
    return mean_of(out, outcome, n, 0, 1, boot, seed);
}

iso_err iso_hits_difference(iso_value *out, const double *after, const double *before, int64_t n,
                            iso_boot boot, uint64_t seed)
{
    double *change = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&change, n, sizeof *change));
    for (int64_t i = 0; i < n; i++)
        change[i] = after[i] - before[i];
    ISO_TRY(mean_of(out, change, n, -1, 1, boot, seed));
    if (n > 0 && !out->interval && boot != ISO_BOOT_NONE)
        out->why = out->value == 0 ? "no item changes: nothing to resample"
                                   : "every item changes alike: nothing to resample";
done:
    iso_free(change);
    return err;
}

iso_err iso_hits_ratio(iso_value *v, const double *part, const double *whole, int64_t units,
                       iso_boot boot, uint64_t seed)
{
    iso_err err = ISO_OK;

    if (boot == ISO_BOOT_NONE)
        return ISO_OK;
    ISO_TRY(iso_boot_ratio(&v->lo, &v->hi, part, whole, units, boot, CONFIDENCE, seed));
    if (isnan(v->lo))
        v->why = "no resample differs: nothing to make an interval of";
    else
        v->interval = "boot-items";
done:
    return err;
}
