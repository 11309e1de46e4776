#include "analysis/page/report/report_mix.h"

#include <string.h>

#include "analysis/study/mix/mix_job.h"
#include "analysis/page/report/report_gather.h"
#include "lib/base/str.h"
#include "lib/linalg/blas.h"

bool iso_report_mixes(const struct settings *set)
{
    return set->model && set->corpus;
}

/* Of a report's options those that mix has, in its sense. */
static struct settings of_mix(const struct settings *set, const char *src)
{
    return (struct settings){.model = set->model,
                             .corpus = set->corpus,
                             .columns = set->columns,
                             .text_format = set->text_format,
                             .src = set->src ? set->src : src,
                             .tgt = set->tgt,
                             .layer = set->layer ? set->layer : "sweep",
                             .interval = iso_str_same(set->interval, "none") ? set->interval : NULL,
                             .threads = set->threads,
                             .mem = set->mem,
                             .seed = set->seed,
                             .limit = set->limit,
                             .progress = set->progress,
                             .quiet = set->quiet};
}

iso_err iso_report_mix_check(const struct settings *set)
{
    const struct settings s = of_mix(set, NULL);

    if (!set->model != !set->corpus)
        return iso_fail(ISO_EARG,
                        "%s: " ISO_FIELD(model) " and " ISO_FIELD(corpus) " go together, to mix",
                        set->model ? ISO_FIELD(model) " without " ISO_FIELD(corpus)
                                   : ISO_FIELD(corpus) " without " ISO_FIELD(model));
    if (!iso_report_mixes(set))
        return set->layer
                   ? iso_fail(ISO_EARG,
                              ISO_FIELD(layer) " is of " ISO_FIELD(model) " and " ISO_FIELD(corpus))
                   : ISO_OK;
    if (!set->src && set->inputs.count == 0)
        return iso_fail(ISO_EARG, ISO_FIELD(corpus) ": needs " ISO_FIELD(
                                      src) ", the language that is mixed in");
    return iso_mixing_check(&s);
}

/* The command that makes the same records. */
static iso_err command_line(iso_buf *line, const struct settings *s)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_puts(line, "isogloss mix"));
    ISO_TRY(iso_gather_option(line, "model", s->model));
    ISO_TRY(iso_gather_option(line, "corpus", s->corpus));
    ISO_TRY(iso_gather_option(line, "columns", s->columns));
    ISO_TRY(iso_gather_option(line, "src", s->src));
    ISO_TRY(iso_gather_option(line, "tgt", s->tgt));
    ISO_TRY(iso_gather_option(line, "layer", s->layer));
    ISO_TRY(iso_gather_option(line, "interval", s->interval));
    if (s->limit)
        ISO_TRY(iso_buf_printf(line, " --limit %lld", (long long)s->limit));
    if (s->seed)
        ISO_TRY(iso_buf_printf(line, " --seed %lld", (long long)s->seed));
done:
    return err;
}

static iso_err mix(iso_records *out, const struct settings *s, const iso_run *run)
{
    const int threads = iso_blas_threads();
    struct mix_job job = {.set = s, .run = run, .entropy = ISO_MIX_MASKED};
    iso_err err = ISO_OK;

    if (run->threads > 0)
        iso_blas_set_threads(run->threads);
    ISO_TRY(iso_mix_prepare(&job));
    ISO_TRY(iso_mix_work_through(out, &job));
done:
    iso_mix_job_free(&job);
    if (run->threads > 0)
        iso_blas_set_threads(threads);
    return err;
}

iso_err iso_report_mix(struct report *report, const iso_run *run)
{
    const struct settings s = of_mix(report->set, report->src);
    iso_records records = {0};
    iso_buf line = {0};
    iso_err err = ISO_OK;

    ISO_TRY(command_line(&line, &s));
    ISO_TRY(mix(&records, &s, run));
    ISO_TRY(iso_gather_add(report, &line, &records));
    if (!report->src && report->records.count > 0)
        report->src = report->records.at[0].src;
done:
    iso_records_free(&records);
    iso_buf_free(&line);
    return err;
}
