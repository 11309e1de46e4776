/* isogloss probe: what a classifier that knows one language knows of the others. */
#include "bin/cmd.h"
#include "bin/input.h"
#include "bin/out.h"
#include "analysis/study/probe/probes.h"
#include "bin/term.h"

static const char usual[] = "accuracy,f1,gap";

static iso_err probe(const struct settings *set)
{
    const iso_run run = term_run(set);
    iso_states *states[2] = {NULL, NULL};
    iso_records records = {0};
    const int count = set->second.count > 0 ? 2 : 1;
    iso_err err = ISO_OK;

    ISO_TRY(input_open(&states[0], set, &set->inputs, &run));
    if (count == 2)
        ISO_TRY(input_open(&states[1], set, &set->second, &run));
    ISO_TRY(iso_probe_records(&records, set, usual, states[0], states[1], &run));
    if (!set->plan)
        ISO_TRY(out_records(set, &records, states, count));
done:
    iso_records_free(&records);
    iso_states_close(states[0]);
    iso_states_close(states[1]);
    return err;
}

static int run(const struct settings *set)
{
    if (set->inputs.count == 0)
        return cmd_usage(set, "needs an INPUT with labels, such as states.h5");
    if (iso_probe_check(set, usual))
        return cmd_usage(set, "%s", iso_err_msg());
    const iso_err err = probe(set);
    return err ? cmd_failed(set, err) : EXIT_DONE;
}

const struct cmd cmd_probe = {
    .name = "probe",
    .args = "INPUT... [--second INPUT...]",
    .summary = "linear probes across languages: accuracy and transfer gap per layer",
    .options = "second src budget tgt layers measure folds prep interval " OPTIONS_READING,
    .reads = ISO_READS_STATES,
    .run = run,
};
