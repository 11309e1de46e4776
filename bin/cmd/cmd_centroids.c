/* isogloss centroids: how far apart the centres of the languages lie. */
#include "analysis/study/centroids/centroids.h"
#include "bin/cmd.h"
#include "bin/input.h"
#include "bin/out.h"
#include "bin/term.h"

/* Dims may differ: a distance is undefined then, with its reason. */
static iso_err centroids(const struct args *args)
{
    struct args reading = *args;
    const iso_run run = term_run(args);
    iso_states *states = NULL;
    iso_records records = {0};
    iso_facts facts = {0};
    iso_err err = ISO_OK;

    reading.reading.any_dims = true;
    ISO_TRY(input_open(&states, &reading, &args->inputs, &run));
    if (args->plan) {
        ISO_TRY(iso_centroids_plan(&facts, states, args->study, &run));
        ISO_TRY(out_facts(&facts));
        goto done;
    }
    ISO_TRY(iso_centroids(&records, states, args->study, &run));
    ISO_TRY(out_records(args, &records, &states, 1));
done:
    iso_facts_free(&facts);
    iso_records_free(&records);
    iso_states_close(states);
    return err;
}

static int run(const struct args *args)
{
    if (args->inputs.count == 0)
        return cmd_usage(args, "needs an INPUT, such as states.h5");
    if (iso_centroids_check(args->study))
        return cmd_usage(args, "%s", iso_err_msg());
    const iso_err err = centroids(args);
    return err ? cmd_failed(args, err) : EXIT_DONE;
}

const struct cmd cmd_centroids = {
    .name = "centroids",
    .args = "INPUT...",
    .summary = "distances of language centroids per layer",
    .study = &iso_centroids_options,
    .options = OPTIONS_READING,
    .reads = ISO_READS_STATES,
    .run = run,
};
