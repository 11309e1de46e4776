/* isogloss words: how many words of a dictionary find their translation. */
#include "analysis/study/words/translation.h"
#include "bin/cmd.h"
#include "bin/opt.h"
#include "bin/out.h"
#include "bin/term.h"
#include "lib/io/h5.h"
#include "lib/io/states_input.h"

/* The files of a run, as the header of the records lists them. */
static iso_err write_records(const struct args *args, const iso_records *records)
{
    iso_states_file files[2];
    iso_inputs named = {0};
    iso_err err = ISO_OK;

    for (int i = 0; i < 2; i++) {
        ISO_TRY(iso_inputs_add(&named, args->inputs.at[i]));
        const char *path = named.at[i].path;
        files[i] = out_file_at(path, iso_h5_is(path) ? "native" : "vectors");
    }
    ISO_TRY(out_records_of(args, records, files, 2));
done:
    iso_inputs_free(&named);
    return err;
}

static iso_err words(const struct args *args)
{
    const iso_run run = term_run(args);
    const iso_words_side side[2] = {{.file = args->inputs.at[0]}, {.file = args->inputs.at[1]}};
    iso_records records = {0};
    iso_facts facts = {0};
    iso_err err = ISO_OK;

    if (args->plan) {
        ISO_TRY(iso_words_plan(&facts, side, args->study, &run));
        ISO_TRY(out_facts(&facts));
        goto done;
    }
    ISO_TRY(iso_words(&records, side, args->study, &run));
    ISO_TRY(write_records(args, &records));
done:
    iso_facts_free(&facts);
    iso_records_free(&records);
    return err;
}

/* One file, and no records. */
static int nearest(const struct args *args)
{
    const iso_words_side side = {.file = args->inputs.count ? args->inputs.at[0] : NULL};
    const iso_run how = term_run(args);
    const char *records = args->json   ? "--json"
                          : args->csv  ? "--csv"
                          : args->plot ? "--plot"
                                       : NULL;
    iso_err err;

    if (args->inputs.count != 1)
        return cmd_usage(args, "--nearest needs one file of word vectors; %d given",
                         args->inputs.count);
    if (records || args->plan)
        return cmd_usage(args, "--nearest writes a table of words, no records; leave out %s",
                         records ? records : "--plan");
    err = iso_words_nearest(&side, args->study, &how);
    return err ? cmd_failed(args, err) : EXIT_DONE;
}

/* Texts, and no vectors. */
static iso_err anchors(const struct args *args)
{
    const iso_words_opt *opt = args->study;
    const iso_run run = term_run(args);
    const iso_states_file files[] = {{opt->texts.corpus, "corpus", 0},
                                     {opt->model, "checkpoint", 0}};
    iso_records records = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_words_anchors(&records, NULL, opt, &run));
    ISO_TRY(out_records_of(args, &records, files, opt->model ? 2 : 1));
done:
    iso_records_free(&records);
    return err;
}

static int run(const struct args *given)
{
    struct args args = *given;
    const iso_words_opt *opt = args.study;
    iso_err err = opt_preset(&args, &cmd_words);

    if (!err && opt->nearest) {
        err = iso_words_check(opt);
        return err ? cmd_usage(given, "%s", iso_err_msg()) : nearest(&args);
    }
    if (!err && opt->anchors) {
        if (args.inputs.count > 0 || args.plan)
            return cmd_usage(given, "--anchors is of texts, not of word vectors; leave out %s",
                             args.inputs.count ? args.inputs.at[0] : "--plan");
        err = iso_words_check(opt);
        if (err)
            return cmd_usage(given, "%s", iso_err_msg());
        err = anchors(&args);
        return err ? cmd_failed(given, err) : EXIT_DONE;
    }
    if (!err && args.inputs.count != 2)
        return cmd_usage(given, "needs two files of word vectors, SRC and TGT; %d given",
                         args.inputs.count);
    if (!err)
        err = iso_words_check(args.study);
    if (err == ISO_EARG)
        return cmd_usage(given, "%s", iso_err_msg());
    if (!err)
        err = words(&args);
    return err ? cmd_failed(given, err) : EXIT_DONE;
}

const struct cmd cmd_words = {
    .name = "words",
    .args = "SRC TGT --train DICT --test DICT | SRC --nearest FILE | --anchors KIND --corpus DIR",
    .summary = "word translation from word vectors and dictionaries",
    .study = &iso_words_options,
    .options = "only force json csv plot plot-data title width height threads mem seed plan "
               "progress quiet",
    .reads = ISO_READS_STATES,
    .run = run,
};
