/* All subcommands, in the order of `isogloss help`. */
#include <stddef.h>

#include "bin/cmd.h"

const struct cmd *const commands[] = {
    &cmd_compare,
    &cmd_centroids,
    &cmd_plot,
    &cmd_doctor,
    &cmd_version,
    &cmd_help,
    &cmd_completion,
    NULL,
};
