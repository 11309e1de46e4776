/* The mean of the records of several seeds, and their range. */
#include <math.h>
#include <string.h>

#include "analysis/study/baseline/baseline_inside.h"
#include "lib/base/str.h"

/* One number in the mean; absent where one of them is. */
static double mean_of(const iso_records *lists, int count, int64_t i, const iso_column *column)
{
    double sum = 0;

    for (int s = 0; s < count; s++)
        sum += iso_record_real(&lists[s].at[i], column);
    return sum / count;
}

static iso_record mean_record(const iso_records *lists, int count, int64_t i)
{
    iso_record r = lists[0].at[i];

    r.value = mean_of(lists, count, i, iso_column_at(ISO_COLUMN_value));
    r.null = mean_of(lists, count, i, iso_column_at(ISO_COLUMN_null));
    r.null_sd = mean_of(lists, count, i, iso_column_at(ISO_COLUMN_null_sd));
    r.param = mean_of(lists, count, i, iso_column_at(ISO_COLUMN_param));
    r.calibrated = mean_of(lists, count, i, iso_column_at(ISO_COLUMN_calibrated));
    r.p = r.p_max = NAN; /* of one seed alone */
    r.family = ISO_NO_INT;
    r.lo = r.hi = NAN;
    r.interval = NULL;
    for (int s = 0; s < count; s++) {
        const iso_record *one = &lists[s].at[i];
        if (isnan(r.value) && isnan(one->value))
            r.why = one->why;
        r.lo = fmin(r.lo, one->value);
        r.hi = fmax(r.hi, one->value);
    }
    if (isnan(r.value)) {
        r.lo = r.hi = NAN;
        return r;
    }
    r.why = NULL; /* of an interval over items that is not here */
    r.interval = "range";
    return r;
}

iso_err iso_baseline_mean(iso_records *out, const iso_records *lists, int count, const char *model)
{
    iso_err err = ISO_OK;

    for (int s = 1; s < count; s++) {
        if (lists[s].count != lists[0].count)
            ISO_FAIL(
                ISO_EDATA,
                ISO_FIELD(baseline) " random: seeds 1 and %d give %lld and %lld records, which "
                                    "have no mean",
                s + 1, (long long)lists[0].count, (long long)lists[s].count);
    }
    for (int64_t i = 0; i < lists[0].count; i++) {
        iso_record r = mean_record(lists, count, i);
        r.model = model;
        r.baseline = "random";
        ISO_TRY(iso_records_add(out, &r));
    }
done:
    return err;
}
