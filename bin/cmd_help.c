/* isogloss help: what there is, and what one command does. */
#include <stddef.h>

#include "bin/cmd.h"
#include "bin/help.h"

static int run(const struct settings *set)
{
    if (set->inputs.count == 0) {
        help_overview(stdout);
        return EXIT_DONE;
    }
    if (set->inputs.count > 1)
        return cmd_usage(set, "one command at a time, not %d", set->inputs.count);
    const struct cmd *cmd = cmd_find(set->inputs.at[0]);
    if (!cmd)
        return cmd_unknown(set->inputs.at[0]);
    help_command(stdout, cmd);
    return EXIT_DONE;
}

const struct cmd cmd_help = {
    .name = "help",
    .args = "[COMMAND]",
    .summary = "what a command does and which options it takes",
    .options = "only",
    .run = run,
};
