/* isogloss mingle: whether languages lie among each other or apart. */
#include "analysis/study/mingle/mingle.h"
#include "bin/cmd.h"
#include "bin/input.h"
#include "bin/out.h"
#include "bin/term.h"

static iso_err mingle(const struct args *args)
{
    const iso_run run = term_run(args);
    iso_mingle_opt *opt = args->study;
    iso_states *states = NULL;
    iso_records records = {0};
    iso_facts facts = {0};
    iso_err err = ISO_OK;

    ISO_TRY(input_open(&states, args, &args->inputs, &run));
    ISO_TRY(input_baseline(&opt->baseline.states, args, &run));
    if (args->plan) {
        ISO_TRY(iso_mingle_plan(&facts, states, opt, &run));
        ISO_TRY(out_facts(&facts));
        goto done;
    }
    ISO_TRY(iso_mingle(&records, states, opt, &run));
    ISO_TRY(out_records(args, &records, &states, 1));
done:
    iso_facts_free(&facts);
    iso_records_free(&records);
    iso_states_close(opt->baseline.states);
    iso_states_close(states);
    return err;
}

static int run(const struct args *args)
{
    if (args->inputs.count == 0)
        return cmd_usage(args, "needs an INPUT, such as states.h5");
    if (iso_mingle_check(args->study))
        return cmd_usage(args, "%s", iso_err_msg());
    const iso_err err = mingle(args);
    return err ? cmd_failed(args, err) : EXIT_DONE;
}

const struct cmd cmd_mingle = {
    .name = "mingle",
    .args = "INPUT...",
    .summary = "whether languages lie among each other or apart, per layer",
    .study = &iso_mingle_options,
    .options = OPTIONS_READING,
    .reads = ISO_READS_STATES,
    .registry = true,
    .run = run,
};
