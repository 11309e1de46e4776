/* Options: the one table from which parsing, help, man pages and completion are made. */
#ifndef ISO_BIN_OPT_H
#define ISO_BIN_OPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bin/cmd.h"
#include "lib/io/kind.h"

enum opt_kind {
    OPT_FLAG,
    OPT_TEXT,
    OPT_INT,    /* a number, at least `least` */
    OPT_SIZE,   /* bytes: 512M, 2G */
    OPT_CHOICE, /* one of `choices` */
    OPT_LIST    /* all words up to the next option */
};

/* What the file that an option names becomes. */
enum opt_writes {
    WRITES_NOTHING,
    WRITES_KIND,     /* a file of kind `file` */
    WRITES_FIGURE,   /* by its suffix */
    WRITES_NUMBERS,  /* of a figure: .tsv, or its script: .gp */
    WRITES_MAPS,     /* .npy or HDF5 */
    WRITES_PART,     /* states, by way of NAME.part and NAME.part.journal */
    WRITES_LAYERS,   /* states; %d in the name stands for the layer */
    WRITES_PICTURES, /* pictures in a folder */
    WRITES_FOLDER    /* a folder that is replaced whole */
};

enum { OPT_MOST = 128 }; /* options there may be */

struct opt {
    const char *name; /* "json", without the dashes */
    char letter;      /* 0 = none */
    enum opt_kind kind;
    size_t offset;       /* of the field within struct settings */
    const char *value;   /* what to call the value in help: "FILE" */
    const char *help;    /* one sentence part, no capital, no full stop */
    const char *choices; /* "single double" */
    const char *of; /* NULL, or the one command for which this entry replaces the general one */
    enum cmd_reads reads;
    enum opt_writes writes;
    iso_kind file; /* WRITES_KIND */
    int64_t least;
    bool common;   /* taken by every command whose options do not begin with "only" */
    bool advanced; /* left out of the short help, listed in the man page */
    bool hidden;
    bool any_case; /* choices are in capitals, and may be given in small letters */
};

/* The options a command takes, in the order of help: pass NULL, then what came back. */
const struct opt *opt_next(const struct cmd *cmd, const struct opt *after);

/* The same over all options of all commands. */
const struct opt *opt_any(const struct opt *after);

/* True if its value is a file. */
bool opt_is_path(const struct opt *o);

/* Fills `set` from argv[1..argc), argv[0] being the command's name. Options and words may come in
 * any order, `--` ends the options. Errors ISO_EARG; free with opt_free in either case. */
ISO_MUST_USE iso_err opt_parse(struct settings *set, const struct cmd *cmd, int argc, char **argv);
void opt_free(struct settings *set);

/* Gives the option `name` a value (a flag: NULL) where the command line gave none; *taken tells.
 * `value` is borrowed. Errors ISO_EARG (as on a command line; `cmd` does not take it). */
ISO_MUST_USE iso_err opt_fill(struct settings *set, bool *taken, const struct cmd *cmd,
                              const char *name, const char *value);

/* True if `word` is one of the space-separated `words`. */
bool opt_among(const char *words, const char *word, size_t len);

#endif
