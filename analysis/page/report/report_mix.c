#include "analysis/page/report/report_mix.h"

#include <string.h>

#include "analysis/study/mix/mix.h"
#include "analysis/page/report/report_gather.h"
#include "lib/base/str.h"

bool iso_report_mixes(const struct settings *set)
{
    return set->model && set->corpus;
}

/* Of a report's options those that mix has, in its sense. */
static iso_mix_opt of_mix(const struct settings *set, const char *src)
{
    iso_mix_opt opt;

    iso_mix_opt_init(&opt, sizeof opt);
    opt.model.folder = set->model;
    opt.texts = SETTINGS_TEXTS(set);
    opt.src = set->src ? set->src : src;
    opt.tgt = set->tgt;
    opt.layer = set->layer ? set->layer : "sweep";
    opt.interval = iso_str_same(set->interval, "none") ? ISO_INTERVAL_NONE : ISO_INTERVAL_USUAL;
    return opt;
}

iso_err iso_report_mix_check(const struct settings *set)
{
    const iso_mix_opt opt = of_mix(set, NULL);

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
    return iso_mix_check(&opt);
}

/* The command that makes the same records. */
static iso_err command_line(iso_buf *line, const iso_mix_opt *opt, const iso_run *run)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_puts(line, "isogloss mix"));
    ISO_TRY(iso_gather_option(line, "model", opt->model.folder));
    ISO_TRY(iso_gather_option(line, "corpus", opt->texts.corpus));
    ISO_TRY(iso_gather_option(line, "columns", opt->texts.columns));
    ISO_TRY(iso_gather_option(line, "src", opt->src));
    ISO_TRY(iso_gather_option(line, "tgt", opt->tgt));
    ISO_TRY(iso_gather_option(line, "layer", opt->layer));
    ISO_TRY(
        iso_gather_option(line, "interval", opt->interval == ISO_INTERVAL_NONE ? "none" : NULL));
    if (opt->texts.limit)
        ISO_TRY(iso_buf_printf(line, " --limit %lld", (long long)opt->texts.limit));
    if (iso_run_seed(run))
        ISO_TRY(iso_buf_printf(line, " --seed %lld", (long long)iso_run_seed(run)));
done:
    return err;
}

iso_err iso_report_mix(struct report *report, const iso_run *run)
{
    const iso_mix_opt opt = of_mix(report->set, report->src);
    iso_records records = {0};
    iso_buf line = {0};
    iso_err err = ISO_OK;

    ISO_TRY(command_line(&line, &opt, run));
    ISO_TRY(iso_mix(&records, NULL, NULL, &opt, run));
    ISO_TRY(iso_gather_add(report, &line, &records));
    if (!report->src && report->records.count > 0)
        report->src = report->records.at[0].src;
done:
    iso_records_free(&records);
    iso_buf_free(&line);
    return err;
}
