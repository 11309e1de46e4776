/* isogloss embed: every layer's hidden states of a checkpoint, straight into a file. */
#include "bin/cmd.h"
#include "bin/out.h"
#include "bin/term.h"
#include "lib/encode/embed.h"

static iso_err open_texts(iso_texts **out, const struct args *args, const iso_run *run)
{
    const iso_embed_opt *opt = args->study;
    iso_texts *texts = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_texts_open(&texts, args->inputs.at, args->inputs.count, &opt->texts, run));
    ISO_TRY(iso_embed_check_texts(opt, texts));
    *out = texts;
    texts = NULL;
done:
    iso_texts_close(texts);
    return err;
}

/* What the command line alone shows wrong. */
static iso_err check(const struct args *args)
{
    const iso_embed_opt *opt = args->study;
    iso_texts *texts = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_model_check(&opt->model));
    ISO_NEED(args->inputs.count > 0 || opt->texts.corpus,
             "needs LANG=TEXT, such as en=en.txt, or --corpus DIR");
    ISO_NEED(opt->path || args->plan, "needs --out, the file to write");
    ISO_TRY(iso_embed_check(opt));
    if (!opt->texts.corpus)
        ISO_TRY(open_texts(&texts, args, NULL));
done:
    iso_texts_close(texts);
    return err;
}

static iso_err embed(const struct args *args)
{
    const iso_run run = term_run(args);
    iso_embed_opt *opt = args->study;
    iso_texts *texts = NULL;
    iso_model *model = NULL;
    iso_facts facts = {0};
    iso_err err = ISO_OK;

    opt->texts.limit = args->reading.limit;
    ISO_TRY(open_texts(&texts, args, &run));
    ISO_TRY(iso_model_open(&model, &opt->model, &run));
    if (args->plan) {
        ISO_TRY(iso_embed_plan(&facts, model, texts, opt, &run));
        ISO_TRY(out_facts(&facts));
        goto done;
    }
    ISO_TRY(iso_embed(NULL, model, texts, opt, &run));
done:
    iso_facts_free(&facts);
    iso_texts_close(texts);
    iso_model_close(model);
    return err;
}

static int run(const struct args *args)
{
    iso_err err = check(args);

    if (err == ISO_EARG)
        return cmd_usage(args, "%s", iso_err_msg());
    if (!err)
        err = embed(args);
    return err ? cmd_failed(args, err) : EXIT_DONE;
}

const struct cmd cmd_embed = {
    .name = "embed",
    .args = "--model DIR LANG=TEXT... -o OUT",
    .summary = "every layer's hidden states of a checkpoint, for any texts",
    .study = &iso_embed_options,
    .options = "only threads mem limit plan progress quiet",
    .reads = ISO_READS_TEXT,
    .run = run,
};
