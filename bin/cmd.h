/* A subcommand: one table entry; main.c finds it, help, man pages and completion are made of it. */
#ifndef ISO_BIN_CMD_H
#define ISO_BIN_CMD_H

#include <stdbool.h>

#include "bin/args.h"
#include "lib/base/err.h"
#include "lib/base/option.h"

/* Exit statuses. */
enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_INTERRUPTED = 130 };

struct cmd {
    const char *name;    /* "compare" */
    const char *args;    /* "INPUT... [--against INPUT...]" */
    const char *summary; /* one line, no full stop */
    /* Long options it takes besides the common ones, space-separated ("src tgt layers");
     * when it begins with "only", the common ones are not added: "only out quiet". */
    const char *options;
    const iso_options *study; /* those of its study, which come first; NULL: none */
    iso_option_reads reads;   /* its words */
    bool registry;            /* --measure takes those of the registry: help lists them */
    int (*run)(const struct args *args); /* returns an exit status */
};

/* All subcommands, in the order of `isogloss help`; ends with NULL. */
extern const struct cmd *const all_commands[];

/* The same for those whom the list itself names: the program points it there. */
extern const struct cmd *const *commands;

extern const struct cmd cmd_inspect, cmd_compare, cmd_centroids, cmd_align, cmd_retrieve, cmd_words,
    cmd_gap, cmd_mix, cmd_probe, cmd_robust, cmd_select, cmd_convert, cmd_plot, cmd_report,
    cmd_embed, cmd_tokenize, cmd_train, cmd_augment, cmd_mingle, cmd_doctor, cmd_version, cmd_help,
    cmd_man, cmd_completion;

/* Option groups for .options: "out " OPTIONS_READING. */
#define OPTIONS_READING "pool specials axes dtype layout dim transpose"

/* The command called `name`, or NULL; the nearest name to it, or NULL. */
const struct cmd *cmd_find(const char *name);
const char *cmd_nearest(const char *name);

/* "unknown command ...; did you mean ...?" on stderr; returns 2. */
int cmd_unknown(const char *name);

/* The whole program; main() calls it, tests too. */
int isogloss_main(int argc, char **argv);

/* "isogloss compare: <iso_err_msg()>" on stderr; returns 130 for ISO_ECANCEL, else 1. */
int cmd_failed(const struct args *args, iso_err err);

/* The same for a wrong command line, with a formatted message; returns 2. */
int cmd_usage(const struct args *args, const char *format, ...) ISO_PRINTF(2, 3);

#endif
