/* How much of the source went into the target: λ and the entropies it came from, over items. */
#include <math.h>

#include "analysis/study/mix/mix_inside.h"
#include "analysis/study/items/records.h"
#include "lib/base/alloc.h"

/* Bins are the same for all languages, layers and ways, so that histograms lay over each other:
 * λ by 0.02, entropies by a quarter nat, of which 25 reach the logarithm of 512 tokens. What lies
 * beyond the last counts into it. */
enum { LAMBDA_BINS_A_UNIT = 50, ENTROPY_BINS_A_NAT = 4, BINS = 400 };

/* One number of every item that has it. */
struct sample {
    double *x;
    int64_t n;
    int bins_a_unit;
};

static iso_err take(struct sample *out, const double *x, int64_t items, int bins_a_unit)
{
    iso_err err = iso_alloc(&out->x, items, sizeof *out->x);

    for (int64_t i = 0; i < items && !err; i++) {
        if (isfinite(x[i]))
            out->x[out->n++] = x[i];
    }
    out->bins_a_unit = bins_a_unit;
    return err;
}

static iso_err add(iso_records *out, iso_record *r, const char *estimator, const iso_value *v)
{
    r->estimator = estimator;
    iso_record_value(r, v);
    return iso_records_add(out, r);
}

static iso_err add_mean(iso_records *out, iso_record *r, const struct sample *s, double mean,
                        iso_boot boot, uint64_t seed)
{
    iso_value v = iso_value_none();
    iso_err err = ISO_OK;

    v.n = s->n;
    v.value = mean;
    if (boot != ISO_BOOT_NONE) {
        ISO_TRY(iso_boot_mean(&v.lo, &v.hi, s->x, s->n, boot, 0.95, seed));
        if (isnan(v.lo))
            v.why = "every item has the same: nothing to resample";
        else
            v.interval = "boot-items";
    }
    ISO_TRY(add(out, r, "mean", &v));
done:
    return err;
}

static iso_err add_sd(iso_records *out, iso_record *r, const struct sample *s, double mean)
{
    iso_value v = iso_value_undefined(s->n, "fewer than 2 items");
    double squares = 0;

    for (int64_t i = 0; i < s->n; i++)
        squares += (s->x[i] - mean) * (s->x[i] - mean);
    if (s->n > 1) {
        v.value = sqrt(squares / (double)(s->n - 1));
        v.why = NULL;
    }
    return add(out, r, "sd", &v);
}

/* A record for each bin that has items. */
static iso_err add_histogram(iso_records *out, iso_record *r, const struct sample *s)
{
    int64_t count[BINS] = {0};
    iso_value v = iso_value_none();
    iso_err err = ISO_OK;

    v.n = s->n;
    for (int64_t i = 0; i < s->n; i++) {
        const double at = floor(s->x[i] * s->bins_a_unit);
        count[at < 0 ? 0 : at >= BINS ? BINS - 1 : (int)at]++;
    }
    for (int b = 0; b < BINS; b++) {
        if (count[b] == 0)
            continue;
        v.value = (double)count[b] / (double)s->n;
        v.param = (double)b / s->bins_a_unit;
        ISO_TRY(add(out, r, "histogram", &v));
    }
done:
    return err;
}

static iso_err add_sample(iso_records *out, iso_record r, const struct sample *s, iso_boot boot,
                          uint64_t seed)
{
    double mean = 0;
    iso_err err = ISO_OK;

    if (s->n == 0) {
        const iso_value none = iso_value_undefined(0, "no item was mixed");
        return add(out, &r, "mean", &none);
    }
    for (int64_t i = 0; i < s->n; i++)
        mean += (s->x[i] - mean) / (double)(i + 1);
    ISO_TRY(add_mean(out, &r, s, mean, boot, seed));
    ISO_TRY(add_sd(out, &r, s, mean));
    ISO_TRY(add_histogram(out, &r, s));
done:
    return err;
}

iso_err iso_mix_lambda_records(iso_records *out, const iso_record *shared, const struct mixed *m,
                               const struct mix_ask *ask, int place, int way, uint64_t seed)
{
    const int64_t at = iso_mixed_place_way(m->scheme, place, way) * m->items;
    const iso_boot boot = ask->bare ? ISO_BOOT_NONE : ISO_BOOT_PERCENTILE;
    const struct {
        const char *measure, *direction;
        const double *x;
        int bins_a_unit;
    } parts[] = {
        {"lambda", NULL, m->lambda + at, LAMBDA_BINS_A_UNIT},
        {"entropy", "backward", m->e1 + at,
         ENTROPY_BINS_A_NAT}, /* the target looks at the source */
        {"entropy", "forward", m->e2 + at, ENTROPY_BINS_A_NAT},
    };
    iso_err err = ISO_OK;

    for (size_t i = 0; i < sizeof parts / sizeof *parts && !err; i++) {
        struct sample s = {0};
        iso_record r = *shared;
        r.measure = parts[i].measure;
        r.direction = parts[i].direction;
        err = take(&s, parts[i].x, m->items, parts[i].bins_a_unit);
        if (!err)
            err = add_sample(out, r, &s, boot, seed);
        iso_free(s.x);
    }
    return err;
}
