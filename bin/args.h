/* The command line, read: the command's own options, and those that all commands share. */
#ifndef ISO_BIN_ARGS_H
#define ISO_BIN_ARGS_H

#include <stdbool.h>

#include "analysis/page/plot.h"
#include "lib/base/run.h"
#include "lib/io/states.h"

/* A growing list of words (borrowed from argv). */
struct words {
    const char **at;
    int count;
};

struct opt_list;

struct args {
    const char *command; /* "compare" */
    int argc;            /* the command line as typed, for the records' header */
    char **argv;
    struct words inputs;      /* positional words */
    struct opt_list *options; /* what the command takes, and which were given (bin/opt.h) */
    const char *preset;       /* its name, once its options are set (bin/opt.h) */
    void *study;              /* the command's own options: those of its study, if it has one */

    iso_run run;            /* threads, memory, seed, precision; term_run adds the rest */
    iso_states_opt reading; /* how states are read, and the limit of items */
    iso_plot_opt figure;    /* of --plot */

    const char *json, *csv, *plot, *progress;
    const char *out;       /* -o */
    const char *title;     /* of a report's page */
    const char *attention; /* of mix: a folder for pictures */
    const char *picture;   /* of mingle: a figure of points */
    bool quiet, plan, force;
    bool help; /* the program answers it before the command runs */
};

#endif
