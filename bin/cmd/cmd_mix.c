/* isogloss mix: X-Mixup's forward pass, and the discrepancy before and after it. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "analysis/page/plot.h"
#include "analysis/study/mix/mix.h"
#include "bin/cmd.h"
#include "bin/opt.h"
#include "bin/out.h"
#include "bin/term.h"
#include "lib/base/alloc.h"

/* --- Texts --- */

/* What cannot go together. */
static iso_err check_words(const struct args *args, const iso_mix_opt *opt)
{
    const int targets = opt_words(args, "target").count;
    const bool words = opt_words(args, "source").count > 0 || targets > 0;

    if (args->inputs.count > 0)
        return iso_fail(ISO_EARG, "%s: is it mixed in or mixed into? --source or --target says so",
                        args->inputs.at[0]);
    if (opt->texts.corpus && words)
        return iso_fail(ISO_EARG, "--corpus takes --src and --tgt, not --source and --target");
    if (!opt->texts.corpus && (opt->src || opt->tgt))
        return iso_fail(ISO_EARG, "--%s chooses from --corpus; texts go with --source and --target",
                        opt->src ? "src" : "tgt");
    if (!opt->texts.corpus && targets == 0)
        return iso_fail(ISO_EARG, "needs --source en=en.txt --target de=de.txt, or --corpus DIR "
                                  "--src en");
    return ISO_OK;
}

/* The words of --source, which are one language, and of --target, which are others. */
static iso_err add_words(iso_texts *texts, const struct args *args)
{
    const struct words source = opt_words(args, "source"), target = opt_words(args, "target");
    int lang;
    iso_err err = ISO_OK;

    for (int i = 0; i < source.count; i++) {
        ISO_TRY(iso_texts_add(texts, &lang, source.at[i]));
        ISO_NEED(lang == 0, "--source: %s is of another language than %s; one is mixed into all",
                 source.at[i], source.at[0]);
    }
    for (int i = 0; i < target.count; i++) {
        ISO_TRY(iso_texts_add(texts, &lang, target.at[i]));
        ISO_NEED(lang > 0 || source.count == 0,
                 "--target: %s is of the source's language; leave out --source to mix a language "
                 "with itself",
                 target.at[i]);
    }
done:
    return err;
}

/* Everything that the command line alone shows wrong; `texts` are named then, and not yet read. */
static iso_err check(iso_texts **texts, const struct args *args, iso_mix_opt *opt)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_model_check(&opt->model));
    ISO_TRY(check_words(args, opt));
    opt->texts.limit = args->reading.limit;
    ISO_TRY(iso_texts_new(texts, &opt->texts));
    ISO_TRY(add_words(*texts, args));
    if (opt_words(args, "source").count > 0)
        opt->src = iso_texts_name(*texts, 0);
    ISO_TRY(iso_mix_check(opt));
done:
    return err;
}

/* --- The work --- */

/* Adds the files of a language, once. */
static void add_files(iso_states_file *files, int *count, const iso_texts *texts, const char *name)
{
    const int lang = iso_texts_find(texts, name);

    for (int i = 0; i < *count; i++) {
        if (files[i].path == iso_texts_file(texts, lang, 0))
            return;
    }
    for (int i = 0; i < iso_texts_files(texts, lang); i++)
        files[(*count)++] = out_file_at(iso_texts_file(texts, lang, i), "text");
}

/* The header of records lists the texts of the languages that were mixed. */
static iso_err write_records(const struct args *args, const iso_texts *texts,
                             const iso_records *records)
{
    iso_states_file *files = NULL;
    int all = 0, count = 0;
    iso_err err = ISO_OK;

    for (int l = 0; l < iso_texts_langs(texts); l++)
        all += iso_texts_files(texts, l);
    ISO_TRY(iso_alloc(&files, all, sizeof *files));
    for (int64_t i = 0; i < records->count; i++) {
        add_files(files, &count, texts, records->at[i].src);
        add_files(files, &count, texts, records->at[i].tgt);
    }
    ISO_TRY(out_records_of(args, records, files, count));
done:
    iso_free(files);
    return err;
}

/* What could not be drawn is an error when the records are written: without gnuplot there
 * are numbers by then. */
struct pictures {
    const char *folder;
    const iso_run *run;
    iso_err err;
    char why[1024];
};

static iso_err draw(void *payload, const iso_cross_attention *a)
{
    struct pictures *to = payload;

    if (!to->err)
        to->err = iso_plot_attention(a, to->folder, to->run);
    if (to->err && !*to->why)
        (void)snprintf(to->why, sizeof to->why, "%s", iso_err_msg());
    return ISO_OK;
}

static iso_err mix(const struct args *args, iso_texts *texts)
{
    const iso_run run = term_run(args);
    iso_mix_opt *opt = args->study;
    struct pictures pictures = {.folder = args->attention, .run = &run};
    iso_records records = {0};
    iso_facts facts = {0};
    struct stat st;
    iso_err err = ISO_OK;

    opt->attention_payload = &pictures;
    if (args->attention && stat(args->attention, &st) == 0 && !S_ISDIR(st.st_mode))
        ISO_FAIL(ISO_EIO, "%s: is no folder: --attention DIR", args->attention);
    ISO_TRY(iso_texts_add_corpus(texts, &run));
    if (args->plan) {
        ISO_TRY(iso_mix_plan(&facts, NULL, texts, opt, &run));
        ISO_TRY(out_facts(&facts));
        goto done;
    }
    ISO_TRY(iso_mix(&records, NULL, texts, opt, &run));
    if (opt->interval != ISO_INTERVAL_NONE)
        ISO_TRY(iso_mix_note_claims(&run, &records));
    ISO_TRY(write_records(args, texts, &records));
    if (pictures.err)
        ISO_FAIL(pictures.err, "%s", pictures.why);
done:
    iso_facts_free(&facts);
    iso_records_free(&records);
    return err;
}

static int run(const struct args *given)
{
    struct args args = *given;
    iso_mix_opt *opt = args.study;
    const double lambda0 = opt->lambda0;
    iso_texts *texts = NULL;
    iso_err err = opt_preset(&args, &cmd_mix);

    if (opt->lambda) /* what the file says holds */
        opt->lambda0 = lambda0;
    opt->attention = args.attention ? draw : NULL;
    args.figure.layer = opt->layer;
    if (!err)
        err = check(&texts, &args, opt);
    const bool misused = err == ISO_EARG;
    if (!err)
        err = mix(&args, texts);
    iso_texts_close(texts);
    if (misused)
        return cmd_usage(&args, "%s", iso_err_msg());
    return err ? cmd_failed(&args, err) : EXIT_DONE;
}

const struct cmd cmd_mix = {
    .name = "mix",
    .args = "--model DIR --source L=TEXT --target L=TEXT... | --corpus DIR --src L",
    .summary = "X-Mixup's forward pass: how far apart languages are before and after mixing",
    .study = &iso_mix_options,
    .options = "source target attention",
    .registry = true,
    .run = run,
};
