/* All subcommands, in the order of `isogloss help`. */
#include <stddef.h>

#include "bin/cmd.h"

/* clang-format off */
const struct cmd *const all_commands[] = {
    &cmd_embed,
    &cmd_tokenize,
    &cmd_augment,
    &cmd_inspect,
    &cmd_compare,
    &cmd_centroids,
    &cmd_mingle,
    &cmd_align,
    &cmd_retrieve,
    &cmd_words,
    &cmd_train,
    &cmd_mix,
    &cmd_probe,
    &cmd_robust,
    &cmd_gap,
    &cmd_select,
    &cmd_report,
    &cmd_plot,
    &cmd_convert,
    &cmd_doctor,
    &cmd_version,
    &cmd_help,
    &cmd_man,
    &cmd_completion,
    NULL,
};
