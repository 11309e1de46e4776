/* The records of a report, each with the command that makes them. */
#include <string.h>

#include "analysis/page/figure/figure.h"
#include "analysis/page/report/report_inside.h"
#include "analysis/study/gap/gap.h"
#include "lib/io/record_read.h"

/* The states that stand for random, which no word of the options has. */
static iso_err add_files(iso_buf *line, const iso_states *states)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_printf(line, " --%s", "baseline-states"));
    for (int i = 0; i < iso_states_files(states); i++) {
        ISO_TRY(iso_buf_puts(line, " "));
        ISO_TRY(iso_buf_word(line, iso_states_file_at(states, i)->path));
    }
done:
    return err;
}

iso_err iso_report_line(iso_buf *line, const struct report *report, const iso_options *study,
                        const void *opt)
{
    const iso_report_opt *o = report->opt;
    const char *inputs = o->inputs ? o->inputs : iso_states_name(report->states);
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_printf(line, "isogloss %s %s", study->name, inputs));
    ISO_TRY(iso_options_words(line, study, opt));
    if (o->baseline_states && iso_options_find(study, "baseline_states"))
        ISO_TRY(add_files(line, o->baseline_states));
    ISO_TRY(iso_buf_puts(line, o->reading ? o->reading : ""));
done:
    return err;
}

iso_err iso_report_seed(iso_buf *line, const iso_run *run)
{
    const unsigned long long seed = iso_run_seed(run);

    return seed ? iso_buf_printf(line, " --%s %llu", "seed", seed) : ISO_OK;
}

iso_err iso_report_add(struct report *report, iso_buf *line, const iso_records *records,
                       iso_report_keep *keep)
{
    const int64_t first = report->records.count;
    bool mixes = false;
    iso_err err = ISO_OK;

    if (report->source_count == REPORT_SOURCES)
        ISO_FAIL(ISO_EARG, "a report takes at most %d files of records", REPORT_SOURCES - 4);
    for (int64_t i = 0; i < records->count; i++) {
        if (keep && !keep(report, &records->at[i]))
            continue;
        ISO_TRY(iso_records_add(&report->records, &records->at[i]));
        mixes = mixes || records->at[i].mix_layer >= 0;
    }
    if (report->records.count == first)
        goto done;
    report->source[report->source_count++] =
        (struct report_source){*line, first, report->records.count - first, mixes};
    *line = (iso_buf){0};
done:
    return err;
}

iso_err iso_report_file(struct report *report, const char *path, const iso_run *run)
{
    iso_records records = {0};
    iso_buf line = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_records_read(&records, &line, path, run));
    if (line.len == 0) {
        ISO_TRY(iso_buf_puts(&line, "records of "));
        ISO_TRY(iso_buf_word(&line, path));
    }
    ISO_TRY(iso_report_add(report, &line, &records, NULL));
    if (!report->src && report->records.count > 0)
        report->src = report->records.at[0].src;
done:
    iso_records_free(&records);
    iso_buf_free(&line);
    return err;
}

/* --- Transfer gaps --- */

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

static iso_gap_opt gaps_of(const iso_report_opt *opt)
{
    iso_gap_opt gap;

    iso_gap_opt_init(&gap, sizeof gap);
    gap.scores = opt->scores;
    gap.row = opt->row;
    gap.given = opt->given;
    gap.blocks = opt->blocks;
    gap.select.src = opt->select.src;
    gap.interval = opt->interval == ISO_INTERVAL_NONE ? ISO_INTERVAL_NONE : ISO_INTERVAL_USUAL;
    return gap;
}

iso_err iso_report_gap_check(const iso_report_opt *opt)
{
    if (opt->scores)
        return ISO_OK;
    if (opt->row)
        return iso_fail(ISO_EARG, ISO_FIELD(row) " is of " ISO_FIELD(scores));
    return opt->given ? iso_fail(ISO_EARG, ISO_FIELD(given) " is of " ISO_FIELD(scores)) : ISO_OK;
}

/* The command that makes the same records from the report's folder. */
static iso_err gap_line(iso_buf *line, iso_gap_opt gap, const iso_run *run)
{
    iso_err err = ISO_OK;

    gap.scores = gap.scores ? gap.scores : "records.json";
    ISO_TRY(iso_buf_puts(line, "isogloss gap"));
    ISO_TRY(iso_options_words(line, &iso_gap_options, &gap));
    ISO_TRY(iso_report_seed(line, run));
    ISO_TRY(iso_buf_puts(line, " records.json"));
done:
    return err;
}

iso_err iso_report_gap(struct report *report, const iso_run *run)
{
    const iso_gap_opt opt = gaps_of(report->opt);
    const bool probed = !opt.scores;
    iso_records in = {0}, made = {0}, kept = {0};
    iso_buf line = {0};
    iso_err err = ISO_OK;

    ISO_TRY(unmixed(&in, report));
    if (probed && (!has(&in, "accuracy", "probe") || related(&in))) {
        if (opt.blocks)
            iso_run_note(run, ISO_FIELD(blocks) " is not used: no scores are correlated here");
        goto done;
    }
    err = iso_gap(&made, &in, &opt, run);
    if (err == ISO_EDATA && probed && !opt.blocks) {
        iso_run_note(run, "no correlation with the gap: %s", iso_err_msg());
        err = ISO_OK;
        goto done;
    }
    ISO_TRY(err);
    ISO_TRY(add_new(&kept, &made, !probed || !has(&in, "gap", "language")));
    ISO_TRY(gap_line(&line, opt, run));
    ISO_TRY(iso_report_add(report, &line, &kept, NULL));
done:
    iso_records_free(&in);
    iso_records_free(&made);
    iso_records_free(&kept);
    iso_buf_free(&line);
    return err;
}
