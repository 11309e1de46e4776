/* isogloss probe: what a classifier that knows one language knows of the others. */
#include "analysis/study/probe/probes.h"
#include "bin/cmd.h"
#include "bin/input.h"
#include "bin/opt.h"
#include "bin/out.h"
#include "bin/term.h"

static iso_err probe(const struct args *args)
{
    const iso_run run = term_run(args);
    const struct words second = opt_words(args, "second");
    iso_probe_opt *opt = args->study;
    iso_states *states = NULL;
    iso_records records = {0};
    iso_facts facts = {0};
    iso_err err = ISO_OK;

    ISO_TRY(input_open(&states, args, &args->inputs, &run));
    if (second.count > 0)
        ISO_TRY(input_open(&opt->second, args, &second, &run));
    ISO_TRY(input_baseline(&opt->baseline.states, args, &run));
    if (args->plan) {
        ISO_TRY(iso_probe_plan(&facts, states, opt, &run));
        ISO_TRY(out_facts(&facts));
        goto done;
    }
    ISO_TRY(iso_probe(&records, states, opt, &run));
    ISO_TRY(
        out_records(args, &records, (iso_states *[]){states, opt->second}, opt->second ? 2 : 1));
done:
    iso_facts_free(&facts);
    iso_records_free(&records);
    iso_states_close(opt->second);
    iso_states_close(opt->baseline.states);
    iso_states_close(states);
    return err;
}

static int run(const struct args *args)
{
    if (args->inputs.count == 0)
        return cmd_usage(args, "needs an INPUT with labels, such as states.h5");
    if (iso_probe_check(args->study))
        return cmd_usage(args, "%s", iso_err_msg());
    const iso_err err = probe(args);
    return err ? cmd_failed(args, err) : EXIT_DONE;
}

const struct cmd cmd_probe = {
    .name = "probe",
    .args = "INPUT... [--second INPUT...]",
    .summary = "linear probes across languages: accuracy and transfer gap per layer",
    .study = &iso_probe_options,
    .options = OPTIONS_READING,
    .reads = ISO_READS_STATES,
    .run = run,
};
