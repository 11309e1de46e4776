/* isogloss retrieve: whether a sentence finds its translation. */
#include "bin/cmd.h"
#include "bin/input.h"
#include "bin/out.h"
#include "bin/preset.h"
#include "analysis/study/retrieve/retrieve.h"
#include "bin/term.h"

static const char usual[] = "p@k";

static iso_err retrieve(const struct settings *set)
{
    const iso_run run = term_run(set);
    iso_states *states = NULL;
    iso_records records = {0};
    iso_err err = ISO_OK;

    ISO_TRY(input_open(&states, set, &set->inputs, &run));
    ISO_TRY(iso_retrieve_records(&records, set, usual, states, &run));
    if (!set->plan)
        ISO_TRY(out_records(set, &records, &states, 1));
done:
    iso_records_free(&records);
    iso_states_close(states);
    return err;
}

static int run(const struct settings *given)
{
    struct settings set = *given;

    if (set.inputs.count == 0)
        return cmd_usage(given, "needs an INPUT, such as states.h5 (`isogloss help retrieve`)");
    if (preset_apply(&set, &cmd_retrieve) || iso_retrieve_check(&set, usual))
        return cmd_usage(given, "%s", iso_err_msg());
    const iso_err err = retrieve(&set);
    return err ? cmd_failed(given, err) : EXIT_DONE;
}

const struct cmd cmd_retrieve = {
    .name = "retrieve",
    .args = "INPUT...",
    .summary = "sentence retrieval between languages per layer, and mining",
    .options = "preset src tgt pairs layers measure k direction neighbours beta prep interval "
               "margin threshold gold predictions " OPTIONS_READING,
    .reads = ISO_READS_STATES,
    .run = run,
};
