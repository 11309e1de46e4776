/* isogloss compare: similarity of languages, layers and models. */
#include "bin/cmd.h"
#include "analysis/study/compare/compare.h"
#include "bin/input.h"
#include "bin/out.h"
#include "bin/term.h"

static iso_err compare(const struct settings *set)
{
    const iso_run run = term_run(set);
    iso_states *states[2] = {NULL, NULL};
    iso_records records = {0};
    iso_err err = ISO_OK;

    ISO_TRY(input_open(&states[0], set, &set->inputs, &run));
    if (set->against.count > 0)
        ISO_TRY(input_open(&states[1], set, &set->against, &run));
    ISO_TRY(iso_compare_records(&records, set, "cka", states[0], states[1], &run));
    if (!set->plan)
        ISO_TRY(out_records(set, &records, states, states[1] ? 2 : 1));
done:
    iso_records_free(&records);
    iso_states_close(states[0]);
    iso_states_close(states[1]);
    return err;
}

static int run(const struct settings *set)
{
    if (set->inputs.count == 0)
        return cmd_usage(set, "needs an INPUT, such as states.h5 (`isogloss help compare`)");
    if (iso_compare_check(set, "cka"))
        return cmd_usage(set, "%s", iso_err_msg());
    const iso_err err = compare(set);
    return err ? cmd_failed(set, err) : EXIT_DONE;
}

const struct cmd cmd_compare = {
    .name = "compare",
    .args = "INPUT... [--against INPUT...]",
    .summary = "similarity of languages per layer",
    .options = "against difference src tgt pairs layers across shuffle measure interval "
               "road " OPTIONS_READING,
    .reads = ISO_READS_STATES,
    .registry = true,
    .run = run,
};
