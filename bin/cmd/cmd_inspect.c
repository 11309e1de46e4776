/* isogloss inspect: what a file or a checkpoint holds, and what is odd about it. */
#include "bin/cmd.h"
#include "bin/input.h"
#include "bin/inspect/inspect.h"
#include "bin/inspect/inspect_checkpoint.h"
#include "bin/out.h"
#include "bin/term.h"

static iso_err inspect(const struct settings *set)
{
    const iso_run run = term_run(set);
    struct settings raw = *set;
    struct inspect in = {0};
    iso_states *states = NULL;
    iso_buf text = {0};
    iso_err err = ISO_OK;

    if (!raw.pool) /* token rows as they are */
        raw.pool = "none";
    ISO_TRY(input_open(&states, &raw, &set->inputs, &run));
    ISO_TRY(inspect_look(&in, states, set->quick, &run));
    ISO_TRY(set->json ? inspect_json(&text, &in) : inspect_table(&text, &in));
    term_clear();
    ISO_TRY(out_file(set->json ? set->json : "-", &text));
done:
    iso_buf_free(&text);
    inspect_free(&in);
    iso_states_close(states);
    return err;
}

static iso_err inspect_folder(const struct settings *set)
{
    struct checkpoint c = {0};
    iso_buf text = {0};
    iso_err err = ISO_OK;

    ISO_TRY(checkpoint_look(&c, set->inputs.at[0], set->quick));
    ISO_TRY(set->json ? checkpoint_json(&text, &c) : checkpoint_table(&text, &c));
    ISO_TRY(out_file(set->json ? set->json : "-", &text));
done:
    iso_buf_free(&text);
    checkpoint_free(&c);
    return err;
}

static int run(const struct settings *set)
{
    if (set->inputs.count == 0)
        return cmd_usage(set, "needs an INPUT, such as states.h5");
    for (int i = 0; i < set->inputs.count && set->inputs.count > 1; i++) {
        if (checkpoint_is(set->inputs.at[i]))
            return cmd_usage(set, "%s: is a checkpoint; look at one at a time", set->inputs.at[i]);
    }
    const iso_err err = checkpoint_is(set->inputs.at[0]) ? inspect_folder(set) : inspect(set);
    return err ? cmd_failed(set, err) : EXIT_DONE;
}

const struct cmd cmd_inspect = {
    .name = "inspect",
    .args = "INPUT...",
    .summary = "what a file or a checkpoint holds, and what is odd about it",
    .options = "only quick json mem limit progress quiet " OPTIONS_READING,
    .reads = ISO_READS_STATES,
    .run = run,
};
