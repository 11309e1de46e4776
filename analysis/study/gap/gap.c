/* The transfer gap: of each language, and their mean. */
#include "analysis/study/gap/gap.h"

#include <math.h>
#include <string.h>

#include "analysis/study/gap/gap_inside.h"
#include "lib/base/alloc.h"
#include "lib/linalg/bootstrap.h"

double iso_gap_of(const struct gap_job *job, const char *lang, int64_t layer)
{
    return iso_gap_score(&job->scores, job->src, layer) - iso_gap_score(&job->scores, lang, layer);
}

static iso_record record(const struct gap_job *job, const char *estimator, int64_t layer)
{
    iso_record r = iso_record_none();

    r.measure = "gap";
    r.estimator = estimator;
    r.src = job->src;
    r.src_layer = r.tgt_layer = layer;
    r.interval = "none";
    r.model = job->scores.model;
    r.train = job->scores.train;
    return r;
}

static iso_err add_mean(iso_records *out, const struct gap_job *job, int64_t layer,
                        const double *gap, int n)
{
    const bool plain = iso_str_same(job->set->interval, "none");
    iso_record r = record(job, "mean", layer);
    double sum = 0;
    iso_err err = ISO_OK;

    for (int i = 0; i < n; i++)
        sum += gap[i];
    r.n = n;
    if (n > 0)
        r.value = sum / n;
    else
        r.why = "no language has a score beside the source";
    if (n > 1 && !plain)
        ISO_TRY(iso_boot_mean(&r.lo, &r.hi, gap, n, ISO_BOOT_BCA, 0.95, (uint64_t)job->set->seed));
    if (isfinite(r.lo))
        r.interval = "boot-items";
    ISO_TRY(iso_records_add(out, &r));
done:
    return err;
}

static iso_err gaps_at(iso_records *out, const struct gap_job *job, int64_t layer, double *gap)
{
    int n = 0;
    iso_err err = ISO_OK;

    for (int i = 0; i < job->tgts; i++) {
        iso_record r = record(job, "language", layer);
        r.tgt = job->tgt[i];
        r.value = iso_gap_of(job, r.tgt, layer);
        if (isnan(r.value))
            continue;
        gap[n++] = r.value;
        ISO_TRY(iso_records_add(out, &r));
    }
    ISO_TRY(add_mean(out, job, layer, gap, n));
done:
    return err;
}

iso_err iso_gap_gaps(iso_records *out, const struct gap_job *job)
{
    double *gap = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&gap, job->tgts, sizeof *gap));
    for (int i = 0; i < job->layers; i++)
        ISO_TRY(gaps_at(out, job, job->layer[i], gap));
done:
    iso_free(gap);
    return err;
}

iso_err iso_gap_records(iso_records *out, const struct settings *set, const iso_records *records,
                        const iso_run *run)
{
    struct gap_job job = {.set = set, .run = run};
    iso_records list = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_gap_ask(&job, records));
    ISO_TRY(iso_gap_gaps(&list, &job));
    for (int i = 0; i < job.lots.count; i++) {
        ISO_TRY(iso_gap_relate(&list, &job, &job.lots.at[i]));
        ISO_TRY(iso_gap_by_language(&list, &job, &job.lots.at[i]));
        ISO_TRY(iso_gap_mantel(&list, &job, &job.lots.at[i]));
    }
    iso_gap_tell(&job, &list);
    for (int64_t i = 0; i < list.count; i++)
        ISO_TRY(iso_records_add(out, &list.at[i]));
done:
    iso_records_free(&list);
    iso_gap_job_free(&job);
    return err;
}
