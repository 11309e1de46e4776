/* isogloss report: from hidden states or records to a folder with one page. */
#include <stdio.h>
#include <string.h>

#include "analysis/page/report/report.h"
#include "bin/cmd.h"
#include "bin/input.h"
#include "bin/opt.h"
#include "bin/out.h"
#include "bin/term.h"
#include "lib/base/alloc.h"

/* The states as they were typed, and how they were read, for the page's command lines. */
static iso_err add_inputs(iso_buf *out, const struct settings *set)
{
    iso_err err = ISO_OK;

    for (int i = 0; i < set->inputs.count; i++) {
        ISO_TRY(iso_buf_puts(out, i ? " " : ""));
        ISO_TRY(iso_buf_word(out, set->inputs.at[i]));
    }
done:
    return err;
}

static iso_err add_reading(iso_buf *out, const struct settings *set)
{
    static const char read[] = OPTIONS_READING " precision limit seed";
    iso_err err = ISO_OK;

    for (const char *name = read; *name;) {
        const size_t len = strcspn(name, " ");
        for (int i = 0; i < set->options->count; i++) {
            const struct opt *o = &set->options->at[i];
            if (o->given && o->fills == OPT_SETTINGS && strlen(o->name) == len && !memcmp(o->name, name, len))
                ISO_TRY(iso_option_words(out, o->is, set));
        }
        name += len + (name[len] == ' ');
    }
done:
    return err;
}

static iso_err report(const struct settings *set)
{
    const iso_run run = term_run(set);
    const struct words files = opt_words(set, "records");
    iso_report_opt *opt = set->study;
    iso_states *states = NULL;
    const char **records = NULL;
    struct out_origin origin = {0};
    iso_buf inputs = {0}, reading = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&records, files.count + 1, sizeof *records));
    for (int i = 0; i < files.count; i++)
        records[i] = files.at[i];
    ISO_TRY(add_inputs(&inputs, set));
    ISO_TRY(add_reading(&reading, set));
    ISO_TRY(out_origin_make(&origin, set));
    opt->records = records;
    opt->inputs = inputs.text;
    opt->reading = reading.text;
    opt->origin = &origin.is;
    opt->title = set->title;
    opt->texts.limit = set->limit;
    opt->replace = set->force;
    if (set->inputs.count > 0)
        ISO_TRY(input_open(&states, set, &set->inputs, &run));
    ISO_TRY(iso_report(states, opt, set->out, &run));
    term_clear();
    printf("%s/report.html\n", set->out);
done:
    iso_states_close(states);
    out_origin_free(&origin);
    iso_free(records);
    iso_buf_free(&inputs);
    iso_buf_free(&reading);
    return err;
}

static int run(const struct settings *set)
{
    const iso_report_opt *opt = set->study;

    if (set->inputs.count == 0 && opt_words(set, "records").count == 0 && !opt->model.folder &&
        !opt->texts.corpus)
        return cmd_usage(set, "needs an INPUT, --records FILE, or --model and --corpus");
    if (!set->out || !*set->out || strcmp(set->out, "-") == 0)
        return cmd_usage(set, "no folder to write: -o DIR");
    if (iso_report_check(opt, set->inputs.count > 0))
        return cmd_usage(set, "%s", iso_err_msg());
    const iso_err err = report(set);
    return err ? cmd_failed(set, err) : EXIT_DONE;
}

const struct cmd cmd_report = {
    .name = "report",
    .args = "INPUT... -o DIR [--records FILE...] [--model DIR --corpus DIR] [--scores TABLE]",
    .summary = "one page of figures, tables and reading guides",
    .study = &iso_report_options,
    .options = "only out title threads mem seed precision limit progress quiet " OPTIONS_READING,
    .reads = ISO_READS_STATES,
    .run = run,
};
