/* isogloss compare: similarity of languages, layers and models. */
#include "analysis/study/compare/compare.h"
#include "bin/cmd.h"
#include "bin/input.h"
#include "bin/opt.h"
#include "bin/out.h"
#include "bin/term.h"

/* Dims may differ: what needs equal ones is undefined then, with its reason. */
static iso_err compare(const struct args *args)
{
    struct args reading = *args;
    const iso_run run = term_run(args);
    const struct words against = opt_words(args, "against");
    iso_compare_opt *opt = args->study;
    iso_states *states = NULL;
    iso_records records = {0};
    iso_facts facts = {0};
    iso_err err = ISO_OK;

    reading.reading.any_dims = true;
    ISO_TRY(input_open(&states, &reading, &args->inputs, &run));
    if (against.count > 0)
        ISO_TRY(input_open(&opt->against, &reading, &against, &run));
    ISO_TRY(input_baseline(&opt->baseline.states, args, &run));
    if (args->plan) {
        ISO_TRY(iso_compare_plan(&facts, states, opt, &run));
        ISO_TRY(out_facts(&facts));
        goto done;
    }
    ISO_TRY(iso_compare(&records, states, opt, &run));
    ISO_TRY(
        out_records(args, &records, (iso_states *[]){states, opt->against}, opt->against ? 2 : 1));
done:
    iso_facts_free(&facts);
    iso_records_free(&records);
    iso_states_close(opt->against);
    iso_states_close(opt->baseline.states);
    iso_states_close(states);
    return err;
}

static int run(const struct args *args)
{
    if (args->inputs.count == 0)
        return cmd_usage(args, "needs an INPUT, such as states.h5 (`isogloss help compare`)");
    if (iso_compare_check(args->study))
        return cmd_usage(args, "%s", iso_err_msg());
    const iso_err err = compare(args);
    return err ? cmd_failed(args, err) : EXIT_DONE;
}

const struct cmd cmd_compare = {
    .name = "compare",
    .args = "INPUT... [--against INPUT...]",
    .summary = "similarity of languages per layer",
    .study = &iso_compare_options,
    .options = OPTIONS_READING,
    .reads = ISO_READS_STATES,
    .registry = true,
    .run = run,
};
