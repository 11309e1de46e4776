#include "analysis/hits.h"

#include <math.h>
#include <stdbool.h>

#define CONFIDENCE 0.95

double iso_hit(int64_t rank, int64_t k)
{
    return rank >= 1 && rank <= k ? 1 : 0;
}

double iso_reciprocal(int64_t rank)
{
    return rank >= 1 ? 1 / (double)rank : 0;
}

static bool all_equal(const double *x, int64_t n)
{
    for (int64_t i = 1; i < n; i++) {
        if (x[i] != x[0])
            return false;
    }
    return true;
}

/* The value of n equal outcomes. */
static void certain(iso_value *v, double outcome, int64_t n)
{
    const double far = pow(0.5 * (1 - CONFIDENCE), 1 / (double)n);

    v->value = outcome;
    v->why = "every outcome is the same: nothing to resample";
    if (outcome > 0 && outcome < 1)
        return;
    v->lo = outcome > 0 ? far : 0;
    v->hi = outcome > 0 ? 1 : 1 - far;
    v->interval = "boot-items";
    v->why = "every outcome is the same: the bounds are the exact binomial ones";
}

iso_err iso_hits_mean(iso_value *out, const double *outcome, int64_t n, iso_boot boot,
                      uint64_t seed)
{
    iso_value v = iso_value_none();
    double sum = 0;
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < n; i++) {
        ISO_NEED(outcome[i] >= 0 && outcome[i] <= 1, "outcome %lld is %g, not in 0 to 1",
                 (long long)i, outcome[i]);
        sum += outcome[i];
    }
    v.n = n > 0 ? n : 0;
    if (n < 1) {
        v.why = "no items";
    } else if (boot == ISO_BOOT_NONE) {
        v.value = sum / (double)n;
    } else if (all_equal(outcome, n)) {
        certain(&v, outcome[0], n);
    } else {
        v.value = sum / (double)n;
        ISO_TRY(iso_boot_mean(&v.lo, &v.hi, outcome, n, boot, CONFIDENCE, seed));
        v.interval = "boot-items";
    }
    *out = v;
done:
    return err;
}
