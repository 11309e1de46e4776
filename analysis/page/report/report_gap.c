#include "analysis/page/report/report_gap.h"

#include <string.h>

#include "analysis/study/gap/gap.h"
#include "analysis/page/report/report_gather.h"
#include "bin/term.h"
#include "lib/base/str.h"

iso_err iso_report_gap_check(const struct settings *set)
{
    if (set->scores)
        return ISO_OK;
    if (set->row)
        return iso_fail(ISO_EARG, ISO_FIELD(row) " is of " ISO_FIELD(scores));
    return set->given ? iso_fail(ISO_EARG, ISO_FIELD(given) " is of " ISO_FIELD(scores)) : ISO_OK;
}

/* Of a report's options those that gap has, in its sense. */
static struct settings of_gap(const struct settings *set)
{
    return (struct settings){.command = set->command,
                             .scores = set->scores,
                             .row = set->row,
                             .given = set->given,
                             .src = set->src,
                             .interval = iso_str_same(set->interval, "none") ? set->interval : NULL,
                             .seed = set->seed,
                             .quiet = set->quiet};
}

/* The command that makes the same records from the report's folder. */
static iso_err command_line(iso_buf *line, const struct settings *s)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_puts(line, "isogloss gap"));
    ISO_TRY(iso_gather_option(line, "scores", s->scores ? s->scores : "records.json"));
    ISO_TRY(iso_gather_option(line, "row", s->row));
    ISO_TRY(iso_gather_option(line, "given", s->given));
    ISO_TRY(iso_gather_option(line, "src", s->src));
    ISO_TRY(iso_gather_option(line, "interval", s->interval));
    if (s->seed)
        ISO_TRY(iso_buf_printf(line, " --seed %lld", (long long)s->seed));
    ISO_TRY(iso_buf_puts(line, " records.json"));
done:
    return err;
}

/* Records of languages as the model has them. */
static iso_err unmixed(iso_records *out, const struct report *report)
{
    iso_err err = ISO_OK;

    for (int s = 0; s < report->source_count; s++) {
        const struct report_source *source = &report->source[s];
        for (int64_t i = source->first; i < source->first + source->count; i++) {
            const iso_record *r = &report->records.at[i];
            if (!(source->mixes && iso_figure_is_mixing(r)) && r->mix_layer == ISO_NO_INT)
                ISO_TRY(iso_records_add(out, r));
        }
    }
done:
    return err;
}

static bool has(const iso_records *records, const char *measure, const char *estimator)
{
    for (int64_t i = 0; i < records->count; i++) {
        const iso_record *r = &records->at[i];
        if (strcmp(r->measure, measure) == 0 && iso_str_same(r->estimator, estimator))
            return true;
    }
    return false;
}

static bool related(const iso_records *records)
{
    for (int64_t i = 0; i < records->count; i++) {
        if (iso_str_same(records->at[i].y, "gap:language"))
            return true;
    }
    return false;
}

/* A probe's gaps are there already. */
static iso_err add_new(iso_records *out, const iso_records *made, bool gaps)
{
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < made->count; i++) {
        if (gaps || strcmp(made->at[i].measure, "gap") != 0)
            ISO_TRY(iso_records_add(out, &made->at[i]));
    }
done:
    return err;
}

iso_err iso_report_gap(struct report *report, const iso_run *run)
{
    const struct settings s = of_gap(report->set);
    const bool probed = !s.scores;
    iso_gap_opt opt;
    iso_records in = {0}, made = {0}, kept = {0};
    iso_buf line = {0};
    iso_err err = ISO_OK;

    ISO_TRY(unmixed(&in, report));
    if (probed && (!has(&in, "accuracy", "probe") || related(&in)))
        goto done;
    iso_gap_opt_init(&opt, sizeof opt);
    opt.scores = s.scores;
    opt.row = s.row;
    opt.given = s.given;
    opt.select.src = s.src;
    opt.interval = s.interval ? ISO_INTERVAL_NONE : ISO_INTERVAL_USUAL;
    err = iso_gap(&made, &in, &opt, run);
    if (err == ISO_EDATA && probed) {
        term_note(report->set, "no correlation with the gap: %s", iso_err_msg());
        err = ISO_OK;
        goto done;
    }
    ISO_TRY(err);
    ISO_TRY(add_new(&kept, &made, !probed || !has(&in, "gap", "language")));
    ISO_TRY(command_line(&line, &s));
    ISO_TRY(iso_gather_add(report, &line, &kept));
done:
    iso_records_free(&in);
    iso_records_free(&made);
    iso_records_free(&kept);
    iso_buf_free(&line);
    return err;
}
