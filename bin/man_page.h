/* Man pages: a hand-written source around which the tables put the rest. */
#ifndef ISO_BIN_MAN_PAGE_H
#define ISO_BIN_MAN_PAGE_H

#include <stdio.h>

#include "bin/cmd.h"

/* The whole page of a command, or of the program when `cmd` is NULL. `source` is roff: sections
 * DESCRIPTION and onwards; OPTIONS and COMMANDS go in before EXAMPLES, and lines between .EX and
 * .EE are plain text. */
ISO_MUST_USE iso_err man_page(FILE *to, const struct cmd *cmd, const char *source);

#endif
