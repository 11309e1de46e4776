/* isogloss robust: how far translations lie beside the boundary of a probe. */
#include "analysis/study/robust/robust.h"
#include "bin/cmd.h"
#include "bin/input.h"
#include "bin/opt.h"
#include "bin/out.h"
#include "bin/term.h"

static iso_err robust(const struct args *args)
{
    const iso_run run = term_run(args);
    const struct words second = opt_words(args, "second");
    iso_robust_opt *opt = args->study;
    iso_states *states = NULL;
    iso_records records = {0};
    iso_facts facts = {0};
    iso_err err = ISO_OK;

    ISO_TRY(input_open(&states, args, &args->inputs, &run));
    if (second.count > 0)
        ISO_TRY(input_open(&opt->second, args, &second, &run));
    if (args->plan) {
        ISO_TRY(iso_robust_plan(&facts, states, opt, &run));
        ISO_TRY(out_facts(&facts));
        goto done;
    }
    ISO_TRY(iso_robust(&records, states, opt, &run));
    ISO_TRY(
        out_records(args, &records, (iso_states *[]){states, opt->second}, opt->second ? 2 : 1));
done:
    iso_facts_free(&facts);
    iso_records_free(&records);
    iso_states_close(opt->second);
    iso_states_close(states);
    return err;
}

static int run(const struct args *args)
{
    if (args->inputs.count == 0)
        return cmd_usage(args, "needs an INPUT with labels, such as states.h5");
    if (iso_robust_check(args->study))
        return cmd_usage(args, "%s", iso_err_msg());
    const iso_err err = robust(args);
    return err ? cmd_failed(args, err) : EXIT_DONE;
}

const struct cmd cmd_robust = {
    .name = "robust",
    .args = "INPUT... [--second INPUT...]",
    .summary = "distance to the translation against distance to a probe's boundary",
    .study = &iso_robust_options,
    .options = OPTIONS_READING,
    .reads = ISO_READS_STATES,
    .run = run,
};
