/* A study with random weights of several seeds: the mean of the records, and their range. */
#include <math.h>
#include <stdio.h>
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

static iso_err add_means(iso_records *out, const iso_records *lists, int count, const char *model)
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

iso_err iso_baseline_seeds(iso_records *out, const char *model, baseline_seed *study,
                           const void *ask, const iso_run *run)
{
    iso_records lists[BASELINE_SEEDS] = {{0}};
    iso_run silent = run ? *run : (iso_run){0};
    iso_buf name = {0};
    char seed[16];
    int s = 0;
    iso_err err = ISO_OK;

    silent.note = NULL;
    ISO_TRY(iso_buf_printf(&name, "%s (random weights)", model));
    for (; s < BASELINE_SEEDS; s++) {
        (void)snprintf(seed, sizeof seed, "%d", s + 1);
        ISO_TRY(study(&lists[s], seed, ask, &silent));
    }
    ISO_TRY(add_means(out, lists, BASELINE_SEEDS, name.text));
done:
    for (int k = 0; k < BASELINE_SEEDS; k++)
        iso_records_free(&lists[k]);
    iso_buf_free(&name);
    return err && s < BASELINE_SEEDS ? iso_fail_in(err, "baseline random, seed %d", s + 1) : err;
}
