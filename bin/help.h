/* Help, made of the command and option tables. */
#ifndef ISO_BIN_HELP_H
#define ISO_BIN_HELP_H

#include <stdio.h>

#include "bin/cmd.h"

/* All commands with their summaries. */
void help_overview(FILE *to);

/* One command: usage, summary, options. */
void help_command(FILE *to, const struct cmd *cmd);

#endif
