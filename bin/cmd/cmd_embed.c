/* isogloss embed: every layer's hidden states of a checkpoint, straight into a file. */
#include "bin/cmd.h"
#include "lib/encode/embed.h"

static int run(const struct settings *set)
{
    iso_err err = iso_embed_check(set);

    if (err == ISO_EARG)
        return cmd_usage(set, "%s", iso_err_msg());
    if (!err)
        err = iso_embed_job(set);
    return err ? cmd_failed(set, err) : EXIT_DONE;
}

const struct cmd cmd_embed = {
    .name = "embed",
    .args = "--model DIR LANG=TEXT... -o OUT",
    .summary = "every layer's hidden states of a checkpoint, for any texts",
    .options = "only model corpus src layers pool dtype max-length compute resume columns "
               "text-format batch "
               "random-weights out threads mem limit plan progress quiet",
    .reads = ISO_READS_TEXT,
    .run = run,
};
