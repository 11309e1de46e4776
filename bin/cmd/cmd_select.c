/* isogloss select: which languages to train on together. */
#include "analysis/study/select/select.h"
#include "bin/cmd.h"
#include "bin/input.h"
#include "bin/out.h"
#include "bin/term.h"
#include "lib/base/alloc.h"

static void add_file(iso_states_file *file, int *count, const char *path, const char *layout)
{
    if (path)
        file[(*count)++] = out_file_at(path, layout);
}

/* The files of a run, as the header of the records lists them. */
static iso_err write_all(const struct args *args, const iso_records *records,
                         const iso_states *states)
{
    const iso_select_opt *opt = args->study;
    const int files = states ? iso_states_files(states) : 0;
    iso_states_file *file = NULL;
    int count = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&file, files + 5, sizeof *file));
    for (int i = 0; i < files; i++)
        file[count++] = *iso_states_file_at(states, i);
    add_file(file, &count, opt->texts.corpus, "corpus");
    add_file(file, &count, opt->model, "checkpoint");
    add_file(file, &count, opt->typology, "typology");
    add_file(file, &count, opt->sizes, "scores");
    add_file(file, &count, opt->results, "results");
    ISO_TRY(out_records_of(args, records, file, count));
done:
    iso_free(file);
    return err;
}

static iso_err choose(const struct args *args)
{
    const iso_run run = term_run(args);
    iso_states *states = NULL;
    iso_records records = {0};
    iso_facts facts = {0};
    iso_err err = ISO_OK;

    if (args->inputs.count > 0)
        ISO_TRY(input_open(&states, args, &args->inputs, &run));
    if (args->plan) {
        ISO_TRY(iso_select_plan(&facts, states, NULL, args->study, &run));
        ISO_TRY(out_facts(&facts));
        goto done;
    }
    ISO_TRY(iso_select(&records, states, NULL, args->study, &run));
    ISO_TRY(write_all(args, &records, states));
done:
    iso_facts_free(&facts);
    iso_records_free(&records);
    iso_states_close(states);
    return err;
}

static int run(const struct args *args)
{
    if (iso_select_check(args->study))
        return cmd_usage(args, "%s", iso_err_msg());
    const iso_err err = choose(args);
    return err ? cmd_failed(args, err) : EXIT_DONE;
}

const struct cmd cmd_select = {
    .name = "select",
    .args = "[INPUT...] [--corpus DIR] [--typology PATH] [--results FILE.json]",
    .summary = "which languages to train on together, by states, texts and typology",
    .study = &iso_select_options,
    .options = OPTIONS_READING,
    .reads = ISO_READS_STATES,
    .run = run,
};
