/* The transfer gap: of each language, and their mean. */
#include "analysis/study/gap/gap.h"

#include <math.h>
#include <string.h>

#include "analysis/measure/permutation.h"
#include "analysis/study/gap/gap_inside.h"
#include "analysis/study/items/records.h"
#include "analysis/study/items/selection.h"
#include "lib/base/alloc.h"
#include "lib/linalg/bootstrap.h"

/* clang-format off */
static const iso_option options[] = {
    ISO_OPTION(iso_gap_opt, PATH, scores, "TABLE", "task scores: a row a model and a column a language, or lang and score; or records of accuracy or f1", .reads = ISO_READS_FILE),
    ISO_OPTION(iso_gap_opt, TEXT, row, "NAME", "row of " ISO_FIELD(scores) ", where it has several"),
    ISO_OPTION(iso_gap_opt, PATH, given, "TABLE", "quantities to hold constant: a row each by language, or of pairs src, tgt", .reads = ISO_READS_FILE),
    ISO_SELECT_SRC(iso_gap_opt),
    ISO_SELECT_TGT(iso_gap_opt),
    ISO_SELECT_LAYERS(iso_gap_opt),
    ISO_OPTION(iso_gap_opt, MEASURES, measure, "LIST", "of RECORDS: cka,centroid:relative,p@1,... (default: the usual ones that are there)"),
    ISO_OPTION(iso_gap_opt, TEXT, baseline, "LIST", "baselines of RECORDS to hold against: random,pieces,length, or none (default: all that are there)"),
    ISO_OPTION(iso_gap_opt, ENUM, interval, "KIND", "none leaves intervals out", .choices = "none"),
    ISO_OPTION(iso_gap_opt, INT, permutations, "K", "permutations of the languages for p and p_max, at least 19 (default: 10000; all of them up to 8 languages)", .most = 1e9),
    ISO_OPTION(iso_gap_opt, PATH, blocks, "TABLE", "lang and block (a family, a script): permute languages within blocks only", .reads = ISO_READS_FILE),
};
/* clang-format on */
const iso_options iso_gap_options = ISO_OPTIONS("gap", iso_gap_opt, options);

void iso_gap_opt_init(iso_gap_opt *opt, size_t size)
{
    iso_options_init(&iso_gap_options, opt, size);
}

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
    const bool plain = job->opt.interval == ISO_INTERVAL_NONE;
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
        ISO_TRY(iso_boot_mean(&r.lo, &r.hi, gap, n, ISO_BOOT_BCA, 0.95, iso_run_seed(job->run)));
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

static iso_err add_gaps(iso_records *out, const struct gap_job *job)
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

static iso_err take_options(iso_gap_opt *out, const iso_gap_opt *opt)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_options_take(&iso_gap_options, out, opt));
    ISO_TRY(iso_permutations_check(out->permutations));
done:
    return err;
}

iso_err iso_gap_check(const iso_gap_opt *opt)
{
    iso_gap_opt o;

    return take_options(&o, opt);
}

static iso_err add_all(iso_records *out, struct gap_job *job, const iso_records *in)
{
    iso_records chosen = {0}, held = {0};
    iso_err err = ISO_OK;

    if (job->opt.baseline) {
        ISO_TRY(iso_gap_baselines(&held, in, job->opt.baseline));
        in = &held;
    }
    if (job->opt.select.layers && in->count > 0) {
        ISO_TRY(iso_records_choose(&chosen, in, &(iso_scope){.layers = job->opt.select.layers}));
        in = &chosen;
    }
    ISO_TRY(iso_gap_ask(job, in));
    ISO_TRY(add_gaps(out, job));
    for (int i = 0; i < job->series.count; i++) {
        ISO_TRY(iso_gap_relate(out, job, &job->series.at[i]));
        ISO_TRY(iso_gap_by_language(out, job, &job->series.at[i]));
        ISO_TRY(iso_gap_mantel(out, job, &job->series.at[i]));
    }
    ISO_TRY(iso_gap_search_run(out, job));
    ISO_TRY(iso_gap_notes(job, out));
done:
    iso_records_free(&chosen);
    iso_records_free(&held);
    return err;
}

iso_err iso_gap(iso_records *out, const iso_records *in, const iso_gap_opt *opt, const iso_run *run)
{
    struct gap_job job = {.run = run};
    iso_records list = {0};
    iso_err err = ISO_OK;
    const int64_t before = iso_records_count(out);

    ISO_NEED(in && in != out,
             "gaps go to another list of records than they are read from, and none is NULL");
    ISO_TRY(take_options(&job.opt, opt));
    ISO_TRY(add_all(&list, &job, in));
    for (int64_t i = 0; i < list.count; i++)
        ISO_TRY(iso_records_add(out, &list.at[i]));
done:
    if (err)
        iso_records_cut(out, before);
    iso_records_free(&list);
    iso_gap_job_free(&job);
    return err;
}
