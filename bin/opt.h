/* Options of the command line: each command's own, which its study describes, and the general ones
 * of one table. Parsing, help, man pages and completion follow from the descriptions. */
#ifndef ISO_BIN_OPT_H
#define ISO_BIN_OPT_H

#include <stdbool.h>
#include <stddef.h>

#include "analysis/study/preset.h"
#include "bin/cmd.h"

enum { OPT_MOST = 128, OPT_NAME = 40 };

/* Which struct an option fills. */
enum opt_fills { OPT_ARGS, OPT_STUDY, OPT_RUN, OPT_READING, OPT_FIGURES };

/* One option of a command. */
struct opt {
    const iso_option *is;
    char name[OPT_NAME]; /* as it is typed, without the two dashes: "max-vocab" */
    enum opt_fills fills;
    bool given;         /* on the command line */
    struct words words; /* given for an INPUT */
};

/* The options a command takes, in the order of help. */
struct opt_list {
    struct opt at[OPT_MOST];
    int count;
};

void opt_list_of(struct opt_list *list, const struct cmd *cmd);

/* An option's name as it is typed. */
void opt_name(char name[OPT_NAME], const iso_option *o);

/* True if its value is a file. */
bool opt_is_path(const iso_option *o);

/* Fills `set` from argv[1..argc), argv[0] being the command's name. Options and words may come in
 * any order, `--` ends the options. Errors ISO_EARG; free with opt_free in either case. */
ISO_MUST_USE iso_err opt_parse(struct args *args, const struct cmd *cmd, int argc, char **argv);
void opt_free(struct args *args);

/* The words that an option was given: those of an INPUT, or its one text; none is an empty list. */
struct words opt_words(const struct args *args, const char *name);

/* Whether the command line, or a preset, gave an option; the struct that it is a field of. */
bool opt_given(const struct args *args, const char *name);
const void *opt_struct(const struct args *args, const struct opt *o);

/* Gives the option `name` a value (a flag: NULL) where the command line gave none; *taken tells.
 * `value` is borrowed. Errors ISO_EARG (as on a command line; `cmd` does not take it). */
ISO_MUST_USE iso_err opt_fill(struct args *args, bool *taken, const struct cmd *cmd,
                              const char *name, const char *value);

/* Puts what --preset stands for where the command line left a choice open, and says so on stderr;
 * without --preset nothing. Errors ISO_EARG (no such preset: the nearest, or all). */
ISO_MUST_USE iso_err opt_preset(struct args *args, const struct cmd *cmd);

/* What a preset is, what it sets, what is not as published; no full stop. */
void opt_preset_text(char *out, size_t room, const iso_preset *preset);

#endif
