/* isogloss retrieve: whether a sentence finds its translation. */
#include "analysis/study/retrieve/retrieve.h"
#include "bin/cmd.h"
#include "bin/input.h"
#include "bin/out.h"
#include "bin/opt.h"
#include "bin/term.h"

static iso_err retrieve(const struct args *args)
{
    const iso_run run = term_run(args);
    iso_retrieve_opt *opt = args->study;
    iso_states *states = NULL;
    iso_records records = {0};
    iso_facts facts = {0};
    iso_err err = ISO_OK;

    ISO_TRY(input_open(&states, args, &args->inputs, &run));
    ISO_TRY(input_baseline(&opt->baseline.states, args, &run));
    ISO_TRY(iso_preset_note(args->command, args->preset, states, &run));
    if (args->plan) {
        ISO_TRY(iso_retrieve_plan(&facts, states, opt, &run));
        ISO_TRY(out_facts(&facts));
        goto done;
    }
    ISO_TRY(iso_retrieve(&records, states, opt, &run));
    ISO_TRY(out_records(args, &records, &states, 1));
done:
    iso_facts_free(&facts);
    iso_records_free(&records);
    iso_states_close(states);
    iso_states_close(opt->baseline.states);
    return err;
}

static int run(const struct args *given)
{
    struct args args = *given;

    if (args.inputs.count == 0)
        return cmd_usage(given, "needs an INPUT, such as states.h5 (`isogloss help retrieve`)");
    if (opt_preset(&args, &cmd_retrieve) || iso_retrieve_check(args.study))
        return cmd_usage(given, "%s", iso_err_msg());
    const iso_err err = retrieve(&args);
    return err ? cmd_failed(given, err) : EXIT_DONE;
}

const struct cmd cmd_retrieve = {
    .name = "retrieve",
    .args = "INPUT...",
    .summary = "sentence retrieval between languages per layer, and mining",
    .study = &iso_retrieve_options,
    .options = OPTIONS_READING,
    .reads = ISO_READS_STATES,
    .run = run,
};
