/* isogloss align: maps between languages per layer, judged on held-out folds. */
#include <string.h>

#include "analysis/study/align/align.h"
#include "bin/cmd.h"
#include "bin/input.h"
#include "bin/out.h"
#include "bin/opt.h"
#include "bin/term.h"

/* What the maps make of the first measure: before and difference are in the other outputs. */
static iso_err draw(const struct settings *set, const iso_records *records, iso_states *states)
{
    iso_plot_opt opt = out_plot_opt(set);
    iso_records after = {0};
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < records->count; i++) {
        const iso_record *r = &records->at[i];
        if (r->stage && !strcmp(r->stage, "after") && r->fold == ISO_NO_INT)
            ISO_TRY(iso_records_add(&after, r));
    }
    opt.states = &states;
    opt.state_count = 1;
    opt.among = records;
    ISO_TRY(iso_plot(&after, &opt, set->plot, term_current()));
done:
    iso_records_free(&after);
    return err;
}

static iso_err write_records(const struct settings *set, const iso_records *records,
                             iso_states *states)
{
    struct settings text = *set;
    iso_err err = ISO_OK;

    text.plot = text.figure.plot_data = NULL;
    ISO_TRY(out_records(&text, records, &states, 1));
    if (out_draws(set)) /* last: a machine without gnuplot has its numbers by now */
        ISO_TRY(draw(set, records, states));
done:
    return err;
}

static iso_err align(const struct settings *set, const struct align_ask *ask)
{
    const iso_run run = term_run(set);
    iso_states *states = NULL;
    iso_records records = {0};
    iso_err err = ISO_OK;

    ISO_TRY(input_open(&states, set, &set->inputs, &run));
    if (set->apply) {
        ISO_TRY(iso_align_apply(ask, states, &run));
        goto done;
    }
    ISO_TRY(iso_align_records(&records, ask, states, &run));
    if (!set->plan)
        ISO_TRY(write_records(set, &records, states));
done:
    iso_records_free(&records);
    iso_states_close(states);
    return err;
}

static int run(const struct settings *given)
{
    struct settings set = *given;
    struct align_ask ask = {0};
    int status = EXIT_DONE;

    if (set.inputs.count == 0)
        return cmd_usage(&set, "needs an INPUT, such as states.h5");
    if (opt_preset(&set, &cmd_align) || iso_align_ask_make(&ask, &set)) {
        status = cmd_usage(&set, "%s", iso_err_msg());
    } else {
        if (set.alignments)
            set.pool = "none"; /* words are made of token rows */
        const iso_err err = align(&set, &ask);
        status = err ? cmd_failed(&set, err) : EXIT_DONE;
    }
    iso_align_ask_free(&ask);
    return status;
}

const struct cmd cmd_align = {
    .name = "align",
    .args = "INPUT...",
    .summary = "maps between languages per layer, scored on held-out folds",
    .options = "src tgt pairs layers measure interval preset prep neighbours method centre ridge "
               "whiten folds each-fold correlate train test lower encoding strict alignments pad "
               "map apply "
               "out " OPTIONS_READING,
    .reads = ISO_READS_STATES,
    .registry = true,
    .run = run,
};
