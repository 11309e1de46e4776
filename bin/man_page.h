/* Man pages: a hand-written source around which the tables put the rest. */
#ifndef ISO_BIN_MAN_PAGE_H
#define ISO_BIN_MAN_PAGE_H

#include <stdio.h>

#include "bin/cmd.h"

/* The source of a page, bin/man/NAME.man, which is built into the program: lines, ended by NULL. It
 * is roff: sections DESCRIPTION and onwards; OPTIONS and COMMANDS go in before EXAMPLES, and lines
 * between .EX and .EE are plain text. */
struct man_source {
    const char *name;
    const char *const *lines;
};

/* Ended by one without a name (made by man/lines.awk). */
extern const struct man_source man_sources[];

/* The lines of a command's source, of the program's when `cmd` is NULL. */
const char *const *man_lines(const struct cmd *cmd);

/* The whole page in roff. */
void man_page(FILE *to, const struct cmd *cmd);

/* The examples alone, each line after `indent` blanks. */
void man_examples(FILE *to, const struct cmd *cmd, int indent);

/* --- man_plain.c --- */

/* A page of ours in roff as plain text of 80 columns. */
iso_err man_plain(FILE *to, const char *roff);

#endif
