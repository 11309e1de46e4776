/* isogloss train: fine-tunes a checkpoint on some languages, tests it on all. */
#include "analysis/study/train/train.h"
#include "bin/cmd.h"
#include "bin/opt.h"
#include "bin/out.h"
#include "bin/term.h"
#include "lib/base/alloc.h"

/* The header of records lists the texts. */
static iso_err write_records(const struct args *args, const iso_texts *texts,
                             const iso_records *records)
{
    iso_states_file *files = NULL;
    int all = 0, count = 0;
    iso_err err = ISO_OK;

    for (int l = 0; l < iso_texts_langs(texts); l++)
        all += iso_texts_files(texts, l);
    ISO_TRY(iso_alloc(&files, all, sizeof *files));
    for (int l = 0; l < iso_texts_langs(texts); l++) {
        for (int i = 0; i < iso_texts_files(texts, l); i++)
            files[count++] = out_file_at(iso_texts_file(texts, l, i), "text");
    }
    ISO_TRY(out_records_of(args, records, files, count));
done:
    iso_free(files);
    return err;
}

static iso_err train(const struct args *args)
{
    const iso_run run = term_run(args);
    iso_train_opt *opt = args->study;
    iso_texts *texts = NULL;
    iso_records records = {0};
    iso_facts facts = {0};
    iso_err err = ISO_OK;

    opt->texts.limit = args->reading.limit;
    opt->force = args->force;
    ISO_TRY(iso_texts_open(&texts, args->inputs.at, args->inputs.count, &opt->texts, &run));
    if (args->plan) {
        ISO_TRY(iso_train_plan(&facts, NULL, texts, opt, &run));
        ISO_TRY(out_facts(&facts));
        goto done;
    }
    ISO_TRY(iso_train(&records, NULL, texts, opt, &run));
    ISO_TRY(write_records(args, texts, &records));
done:
    iso_facts_free(&facts);
    iso_records_free(&records);
    iso_texts_close(texts);
    return err;
}

/* What the command line alone shows wrong. */
static iso_err check(const struct args *args)
{
    const iso_train_opt *opt = args->study;
    iso_err err = ISO_OK;

    ISO_TRY(iso_model_check(&opt->model));
    ISO_NEED(args->inputs.count > 0 || opt->texts.corpus,
             "needs --corpus DIR, or LANG=TEXT, such as en=en.tsv");
    ISO_NEED(opt->path || args->plan, "needs --out, the folder of the checkpoint to write");
    ISO_TRY(iso_train_check(opt));
done:
    return err;
}

static int run(const struct args *given)
{
    struct args args = *given;
    iso_err err = opt_preset(&args, &cmd_train);

    if (!err)
        err = check(&args);
    if (err)
        return cmd_usage(&args, "%s", iso_err_msg());
    err = train(&args);
    return err ? cmd_failed(&args, err) : EXIT_DONE;
}

const struct cmd cmd_train = {
    .name = "train",
    .args = "--model DIR --corpus DIR -o OUT [--src LANG]",
    .summary = "fine-tune a checkpoint on some languages, test it on all",
    .study = &iso_train_options,
    .options = "only json csv plot plot-data title width height threads mem seed limit plan "
               "progress quiet",
    .reads = ISO_READS_TEXT,
    .run = run,
};
