/* isogloss align: maps between languages per layer, judged on held-out folds. */
#include <string.h>

#include "analysis/study/align/align.h"
#include "bin/cmd.h"
#include "bin/input.h"
#include "bin/out.h"
#include "bin/opt.h"
#include "bin/term.h"

/* The first measure at its three stages: differences are in the other outputs. */
static iso_err draw(const struct args *args, const iso_records *records, iso_states *states)
{
    iso_plot_opt opt = args->figure;
    iso_records stages = {0};
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < records->count; i++) {
        const iso_record *r = &records->at[i];
        if (r->stage && strcmp(r->stage, "difference") != 0 && r->fold == ISO_NO_INT)
            ISO_TRY(iso_records_add(&stages, r));
    }
    opt.states = &states;
    opt.state_count = 1;
    opt.among = records;
    ISO_TRY(iso_plot(&stages, &opt, args->plot, term_current()));
done:
    iso_records_free(&stages);
    return err;
}

static iso_err write_records(const struct args *args, const iso_records *records,
                             iso_states *states)
{
    struct args text = *args;
    iso_err err = ISO_OK;

    text.plot = text.figure.plot_data = NULL;
    ISO_TRY(out_records(&text, records, &states, 1));
    if (out_draws(args)) /* last: a machine without gnuplot has its numbers by now */
        ISO_TRY(draw(args, records, states));
done:
    return err;
}

/* The states hold token rows where words are made of them, and may differ in width to be padded. */
static iso_err align(const struct args *given)
{
    iso_align_opt *opt = given->study;
    struct args args = *given;
    const iso_run run = term_run(given);
    iso_states *states = NULL;
    iso_records records = {0};
    iso_facts facts = {0};
    iso_err err = ISO_OK;

    args.reading.pool = opt->alignments ? "none" : args.reading.pool;
    args.reading.any_dims = opt->pad;
    ISO_TRY(input_open(&states, &args, &args.inputs, &run));
    ISO_TRY(input_baseline(&opt->baseline.states, &args, &run));
    ISO_TRY(iso_preset_note(args.command, args.preset, states, &run));
    if (opt->apply) {
        ISO_TRY(iso_align_apply(args.out, states, opt, &run));
    } else if (args.plan) {
        ISO_TRY(iso_align_plan(&facts, states, opt, &run));
        ISO_TRY(out_facts(&facts));
    } else {
        ISO_TRY(iso_align(&records, states, opt, &run));
        ISO_TRY(write_records(&args, &records, states));
    }
done:
    iso_facts_free(&facts);
    iso_records_free(&records);
    iso_states_close(states);
    iso_states_close(opt->baseline.states);
    return err;
}

/* What the options that are the program's alone go with; and what would have no effect on maps that
 * are saved already. */
static iso_err check_out(const struct args *args)
{
    static const char *const fits[] = {"preset",    "method",     "ridge",      "whiten",
                                       "measure",   "folds",      "candidates", "each-fold",
                                       "correlate", "neighbours", "plan"};
    const iso_align_opt *opt = args->study;
    iso_err err = ISO_OK;

    for (size_t i = 0; opt->apply && i < sizeof fits / sizeof *fits; i++)
        ISO_NEED(!opt_given(args, fits[i]),
                 "--apply: maps are applied as they were saved, --%s would have no effect",
                 fits[i]);

    ISO_NEED(!opt->apply || args->out, "--apply needs --out, the file to write");
    ISO_NEED(!args->out || opt->apply, "--out goes with --apply; --map saves what is fitted");
done:
    return err;
}

static int run(const struct args *given)
{
    struct args args = *given;

    if (args.inputs.count == 0)
        return cmd_usage(given, "needs an INPUT, such as states.h5");
    if (check_out(&args) || opt_preset(&args, &cmd_align) || iso_align_check(args.study))
        return cmd_usage(given, "%s", iso_err_msg());
    const iso_err err = align(&args);
    return err ? cmd_failed(given, err) : EXIT_DONE;
}

const struct cmd cmd_align = {
    .name = "align",
    .args = "INPUT...",
    .summary = "maps between languages per layer, scored on held-out folds",
    .study = &iso_align_options,
    .options = "out " OPTIONS_READING,
    .reads = ISO_READS_STATES,
    .registry = true,
    .run = run,
};
