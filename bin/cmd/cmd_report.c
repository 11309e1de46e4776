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
static iso_err add_inputs(iso_buf *out, const struct args *args)
{
    iso_err err = ISO_OK;

    for (int i = 0; i < args->inputs.count; i++) {
        ISO_TRY(iso_buf_puts(out, i ? " " : ""));
        ISO_TRY(iso_buf_word(out, args->inputs.at[i]));
    }
done:
    return err;
}

static iso_err add_reading(iso_buf *out, const struct args *args)
{
    static const char read[] = OPTIONS_READING " precision limit seed";
    iso_err err = ISO_OK;

    for (const char *name = read; *name;) {
        const size_t len = strcspn(name, " ");
        for (int i = 0; i < args->options->count; i++) {
            const struct opt *o = &args->options->at[i];
            if (o->given && (o->fills == OPT_READING || o->fills == OPT_RUN) &&
                strlen(o->name) == len && !memcmp(o->name, name, len))
                ISO_TRY(iso_option_words(out, o->is, opt_struct(args, o)));
        }
        name += len + (name[len] == ' ');
    }
done:
    return err;
}

static iso_err report(const struct args *args)
{
    const iso_run run = term_run(args);
    const struct words files = opt_words(args, "records");
    iso_report_opt *opt = args->study;
    iso_states *states = NULL;
    const char **records = NULL;
    struct out_origin origin = {0};
    iso_buf inputs = {0}, reading = {0};
    iso_facts facts = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&records, files.count + 1, sizeof *records));
    for (int i = 0; i < files.count; i++)
        records[i] = files.at[i];
    ISO_TRY(add_inputs(&inputs, args));
    ISO_TRY(add_reading(&reading, args));
    ISO_TRY(out_origin_make(&origin, args));
    opt->records = records;
    opt->inputs = inputs.text;
    opt->reading = reading.text;
    opt->origin = &origin.is;
    opt->title = args->title;
    opt->texts.limit = args->reading.limit;
    opt->force = args->force;
    if (args->inputs.count > 0)
        ISO_TRY(input_open(&states, args, &args->inputs, &run));
    ISO_TRY(input_baseline(&opt->baseline_states, args, &run));
    if (args->plan) {
        ISO_TRY(iso_report_plan(&facts, states, opt, &run));
        ISO_TRY(out_facts(&facts));
        goto done;
    }
    ISO_TRY(iso_report(states, opt, args->out, &run));
    term_clear();
    printf("%s/report.html\n", args->out);
done:
    iso_facts_free(&facts);
    iso_states_close(opt->baseline_states);
    iso_states_close(states);
    out_origin_free(&origin);
    iso_free(records);
    iso_buf_free(&inputs);
    iso_buf_free(&reading);
    return err;
}

static int run(const struct args *args)
{
    const iso_report_opt *opt = args->study;

    if (args->inputs.count == 0 && opt_words(args, "records").count == 0 && !opt->model.folder &&
        !opt->texts.corpus)
        return cmd_usage(args, "needs an INPUT, --records FILE, or --model and --corpus");
    if (!args->plan && (!args->out || !*args->out || strcmp(args->out, "-") == 0))
        return cmd_usage(args, "no folder to write: -o DIR");
    if (iso_report_check(opt, args->inputs.count > 0))
        return cmd_usage(args, "%s", iso_err_msg());
    const iso_err err = report(args);
    return err ? cmd_failed(args, err) : EXIT_DONE;
}

const struct cmd cmd_report = {
    .name = "report",
    .args = "INPUT... -o DIR [--records FILE...] [--model DIR --corpus DIR] [--scores TABLE]",
    .summary = "one page of figures, tables and reading guides",
    .study = &iso_report_options,
    .options =
        "only out title threads mem seed precision limit plan progress quiet " OPTIONS_READING,
    .reads = ISO_READS_STATES,
    .run = run,
};
