/* Published protocols by name: each stands for options, which it tells. */
#ifndef ISO_BIN_PRESET_H
#define ISO_BIN_PRESET_H

#include "bin/cmd.h"

/* Puts what --preset of this command stands for where the command line left a choice open, and says
 * so on stderr; without --preset nothing. Errors ISO_EARG (no such preset: the nearest, or all). */
ISO_MUST_USE iso_err preset_apply(struct settings *set, const struct cmd *cmd);

#endif
