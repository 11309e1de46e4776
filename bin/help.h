/* Help, made of the command and option tables. */
#ifndef ISO_BIN_HELP_H
#define ISO_BIN_HELP_H

#include <stdio.h>

#include "bin/cmd.h"

/* All commands with their summaries. */
void help_overview(FILE *to);

/* Every column of a record. */
void help_records(FILE *to);

/* One command: usage, summary, options, measures, examples. */
void help_command(FILE *to, const struct cmd *cmd);

#endif
