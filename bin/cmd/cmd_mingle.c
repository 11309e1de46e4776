/* isogloss mingle: whether languages lie among each other or apart. */
#include "analysis/study/mingle/mingle.h"
#include "bin/cmd.h"
#include "bin/input.h"
#include "bin/opt.h"
#include "bin/out.h"
#include "bin/term.h"

/* A row of panels each for the states, those after training and those of random weights. */
static iso_err draw(const struct args *args, iso_states *const *states, const iso_run *run)
{
    const iso_mingle_opt *opt = args->study;
    iso_points points[3] = {{0}};
    const iso_points *set[3];
    iso_plot_opt figure = args->figure;
    int count = 0;
    iso_err err = ISO_OK;

    for (int s = 0; s < 3; s++) {
        if (!states[s])
            continue;
        ISO_TRY(iso_mingle_points(&points[s], states[s], opt, run));
        set[count++] = &points[s];
    }
    figure.states = states;
    figure.state_count = 1;
    figure.plot_data = NULL; /* of records */
    ISO_TRY(iso_plot_points(set, count, &figure, args->picture, run));
done:
    for (int s = 0; s < 3; s++)
        iso_points_free(&points[s]);
    return err;
}

static iso_err mingle(const struct args *args)
{
    const iso_run run = term_run(args);
    const struct words after = opt_words(args, "after");
    iso_mingle_opt *opt = args->study;
    iso_states *states = NULL;
    iso_records records = {0};
    iso_facts facts = {0};
    iso_err err = ISO_OK;

    ISO_TRY(input_open(&states, args, &args->inputs, &run));
    if (after.count > 0)
        ISO_TRY(input_open(&opt->after, args, &after, &run));
    ISO_TRY(input_baseline(&opt->baseline.states, args, &run));
    if (args->plan) {
        ISO_TRY(iso_mingle_plan(&facts, states, opt, &run));
        ISO_TRY(out_facts(&facts));
        goto done;
    }
    ISO_TRY(iso_mingle(&records, states, opt, &run));
    ISO_TRY(out_records(args, &records, (iso_states *[]){states, opt->after}, opt->after ? 2 : 1));
    if (args->picture)
        ISO_TRY(draw(args, (iso_states *[]){states, opt->after, opt->baseline.states}, &run));
done:
    iso_facts_free(&facts);
    iso_records_free(&records);
    iso_states_close(opt->baseline.states);
    iso_states_close(opt->after);
    iso_states_close(states);
    return err;
}

static int run(const struct args *args)
{
    if (args->inputs.count == 0)
        return cmd_usage(args, "needs an INPUT, such as states.h5");
    if (iso_mingle_check(args->study) || iso_plot_check(NULL, args->picture))
        return cmd_usage(args, "%s", iso_err_msg());
    const iso_err err = mingle(args);
    return err ? cmd_failed(args, err) : EXIT_DONE;
}

const struct cmd cmd_mingle = {
    .name = "mingle",
    .args = "INPUT...",
    .summary = "whether languages lie among each other or apart, per layer",
    .study = &iso_mingle_options,
    .options = "picture " OPTIONS_READING,
    .reads = ISO_READS_STATES,
    .registry = true,
    .run = run,
};
