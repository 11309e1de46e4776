/* isogloss help: what there is, what one command does, what a record holds. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "bin/cmd.h"
#include "bin/help.h"

static int run(const struct args *args)
{
    const char *word = args->inputs.count ? args->inputs.at[0] : NULL;
    const struct cmd *cmd = word ? cmd_find(word) : NULL;

    if (args->inputs.count > 1)
        return cmd_usage(args, "one command at a time, not %d", args->inputs.count);
    if (word && strcmp(word, "records") == 0)
        help_records(stdout);
    else if (word && !cmd)
        return cmd_unknown(word);
    else if (cmd)
        help_command(stdout, cmd);
    else
        help_overview(stdout);
    return EXIT_DONE;
}

const struct cmd cmd_help = {
    .name = "help",
    .args = "[COMMAND | records]",
    .summary = "what a command does, which options it takes; what a record holds",
    .options = "only",
    .run = run,
};
