/* isogloss help: what there is, and what one command does. */
#include <stddef.h>
#include <stdio.h>

#include "bin/cmd.h"
#include "bin/help.h"
#include "bin/man_page.h"

static int page(const struct settings *set, const struct cmd *cmd)
{
    iso_err err = man_page(stdout, cmd, set->man);

    return err == ISO_OK ? EXIT_DONE : cmd_failed(set, err);
}

static int run(const struct settings *set)
{
    const struct cmd *cmd = NULL;

    if (set->inputs.count > 1)
        return cmd_usage(set, "one command at a time, not %d", set->inputs.count);
    if (set->inputs.count == 1 && !(cmd = cmd_find(set->inputs.at[0])))
        return cmd_unknown(set->inputs.at[0]);
    if (set->man)
        return page(set, cmd);
    if (cmd)
        help_command(stdout, cmd);
    else
        help_overview(stdout);
    return EXIT_DONE;
}

const struct cmd cmd_help = {
    .name = "help",
    .args = "[COMMAND]",
    .summary = "what a command does and which options it takes",
    .options = "only man",
    .run = run,
};
