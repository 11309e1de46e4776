#include "analysis/measure/difference.h"

#include <math.h>

#include "lib/base/alloc.h"
#include "lib/linalg/statistics.h"

iso_err iso_difference(iso_value *out, const iso_value *a, const double *rep_a, const iso_value *b,
                       const double *rep_b, int64_t units)
{
    iso_value v = iso_value_none();
    double *rep = NULL;
    iso_err err = ISO_OK;

    if (isnan(a->value) || isnan(b->value)) {
        *out = iso_value_undefined(a->n, isnan(a->value) ? a->why : b->why);
        return ISO_OK;
    }
    v.n = a->n;
    v.value = a->value - b->value;
    if (!a->interval || !b->interval) {
        v.why = a->interval ? b->why : a->why;
    } else {
        ISO_TRY(iso_alloc(&rep, units, sizeof *rep));
        for (int64_t u = 0; u < units; u++)
            rep[u] = rep_a[u] - rep_b[u];
        if (iso_jackknife(&v.lo, &v.hi, v.value, rep, units, 0.95))
            v.interval = a->interval;
    }
    *out = v;
done:
    iso_free(rep);
    return err;
}
