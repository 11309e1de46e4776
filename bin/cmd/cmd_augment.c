/* isogloss augment: copies of texts with words replaced by their neighbours. */
#include "analysis/study/augment/augment.h"
#include "bin/cmd.h"
#include "bin/term.h"

static int run(const struct args *args)
{
    const iso_run how = term_run(args);
    iso_err err = iso_augment_check(args->study);

    if (!err && args->inputs.count == 0)
        return cmd_usage(args, "needs texts, whose words are replaced");
    if (err == ISO_EARG)
        return cmd_usage(args, "%s", iso_err_msg());
    if (!err)
        err = iso_augment(args->inputs.at, args->inputs.count, args->study, &how);
    return err ? cmd_failed(args, err) : EXIT_DONE;
}

const struct cmd cmd_augment = {
    .name = "augment",
    .args = "TEXT... --table FILE -o OUT.tsv",
    .summary = "copies of texts with words replaced by neighbours, to train on",
    .study = &iso_augment_options,
    .options = "only force mem seed progress quiet",
    .reads = ISO_READS_FILE,
    .run = run,
};
