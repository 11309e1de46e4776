/* Options of a call, described once as data: defaults, checks, the program's parser, help, man
 * pages, completion, presets and bindings follow from one table.
 * Threads: any number may call at once, one at a time on the same struct; tables are constant. */
#ifndef ISO_BASE_OPTION_H
#define ISO_BASE_OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/err.h"
#include "lib/base/str.h"

ISO_BEGIN

/** What a field holds, and what a person writes for it. */
typedef enum iso_option_kind {
    ISO_OPTION_FLAG,     /* bool */
    ISO_OPTION_INT,      /* int or int64_t; 0 where `init` is NULL: not given */
    ISO_OPTION_BYTES,    /* int64_t: 512M, 2G */
    ISO_OPTION_REAL,     /* double; NaN where `init` is NULL: not given */
    ISO_OPTION_TIME,     /* double, in seconds: 90s, 2m, 1.5h; none: INFINITY */
    ISO_OPTION_ENUM,     /* an enum: one of `choices`; 0 where `init` is NULL: not given */
    ISO_OPTION_TEXT,     /* const char *, any */
    ISO_OPTION_CHOICE,   /* const char *, one of `choices` */
    ISO_OPTION_NAMES,    /* const char *: de,fr */
    ISO_OPTION_RANGES,   /* const char *: 0,3-6,last */
    ISO_OPTION_MEASURES, /* const char *: p@1,p@5:csls,cka (lib/../spec.h) */
    ISO_OPTION_PATH,     /* const char *: a file or a folder; `reads` and `writes` say which */
    ISO_OPTION_INPUT /* a pointer to something opened: states, texts; on a command line a list of
                      * words that the caller opens */
} iso_option_kind;

/** What a word that names files for reading looks like. */
typedef enum iso_option_reads {
    ISO_READS_NOTHING,
    ISO_READS_FILE,   /* FILE; - is standard input */
    ISO_READS_STATES, /* FILE, LANG=FILE, LANG:LAYER=FILE, FILE:/path, with %d; or a checkpoint */
    ISO_READS_TEXT,   /* LANG=FILE */
    ISO_READS_NAMED,  /* FILE, or LANG=FILE,LANG=FILE */
    ISO_READS_CORPUS, /* a folder, all files of it */
    ISO_READS_CHECKPOINT /* a folder, those files of it that make a model */
} iso_option_reads;

/** What the file that an option names becomes. */
typedef enum iso_option_writes {
    ISO_WRITES_NOTHING,
    ISO_WRITES_KIND,     /* a file of kind `file` */
    ISO_WRITES_FIGURE,   /* by its suffix */
    ISO_WRITES_NUMBERS,  /* of a figure: .tsv, or its script: .gp */
    ISO_WRITES_MAPS,     /* .npy or HDF5 */
    ISO_WRITES_STATES,   /* states, by the suffix npz, safetensors or native */
    ISO_WRITES_PART,     /* states, by way of NAME.part and NAME.part.journal */
    ISO_WRITES_LAYERS,   /* states; %d in the name stands for the layer */
    ISO_WRITES_PICTURES, /* pictures in a folder */
    ISO_WRITES_FOLDER    /* a folder that is replaced whole */
} iso_option_writes;

typedef enum iso_option_tier {
    ISO_OPTION_USUAL,
    ISO_OPTION_RARE,
    ISO_OPTION_HIDDEN,
    ISO_OPTION_FIRST /* decides whether the numbers are right: stands first in help */
} iso_option_tier;

/** One field of an options struct. */
typedef struct iso_option {
    const char *name; /* as in C: "max_vocab" */
    iso_option_kind kind;
    size_t offset, size; /* of the field */
    const char *value;   /* what stands for a value in help: "FILE"; NULL of a flag */
    const char *help;    /* one sentence part; fields are marked (ISO_FIELD) */
    const char *init;    /* the default, as a person would write it; NULL: zero, NULL, NaN */
    const char *choices; /* "single double" */
    const int *numbers;  /* of an enum the value of each choice; NULL: 1, 2, ... in their order */
    bool empty;          /* a text may be empty, which is not NULL */
    bool any_case;       /* choices are in capitals, and may be given in small letters */
    bool in_help;        /* `help` names the choices; a near miss is answered with the nearest */
    double least, most;  /* bounds of INT and REAL; most 0: none above */
    bool above;          /* REAL: `least` itself is too little */
    const char *needs, *excludes; /* the names of other fields, comma-separated; of an INPUT that is
                                   * needed the call says so when it runs */
    const char *binding;          /* the name where a language keeps `name` for itself */
    iso_option_tier tier;
    iso_option_reads reads;
    iso_option_writes writes;
    int file;    /* ISO_WRITES_KIND: an iso_kind */
    char letter; /* -o; 0: none */
} iso_option;

/** The options of one call, in the order of help. The struct they fill begins with its size. */
typedef struct iso_options {
    const char *name; /* of the call: "compare" */
    size_t size;      /* of the struct */
    const iso_option *at;
    int count;
} iso_options;

/** A row of a table: ISO_OPTION(iso_compare_opt, FLAG, across, NULL, "pair every layer with ...").
 */
#define ISO_OPTION(type, kind_, field, ...) ISO_OPTION_AS(type, #field, kind_, field, __VA_ARGS__)
#define ISO_OPTION_AS(type, name_, kind_, field, value_, ...)                                      \
    {                                                                                              \
        .name = name_, .kind = ISO_OPTION_##kind_, .offset = offsetof(type, field),                \
        .size = sizeof(((type *)0)->field), .value = value_, .help = __VA_ARGS__                   \
    }

/** A table of rows for a struct: const iso_options iso_x_options = ISO_OPTIONS("x", iso_x_opt,
 * rows). */
#define ISO_OPTIONS(name_, type, rows)                                                             \
    {                                                                                              \
        .name = name_, .size = sizeof(type), .at = rows,                                           \
        .count = (int)(sizeof rows / sizeof *rows)                                                 \
    }

/** Fills the defaults into the first `size` bytes of a struct, and the size into its first field.
 */
ISO_API void iso_options_init(const iso_options *table, void *opt, size_t size);

/**
 * A whole struct from what a caller gave: NULL are the defaults; where the caller's struct is of an
 * earlier version, and shorter, the rest is. A field that is zero, NULL or NaN is as by default, so
 * that {.size = sizeof opt, ...} does without init where no field is a double. Then every field is
 * checked by its row.
 * Errors  ISO_EARG: no size is set, a number out of bounds, an unknown choice, what needs or
 *         excludes another option.
 */
ISO_API ISO_MUST_USE iso_err iso_options_take(const iso_options *table, void *out, const void *opt);

/** The option called `name`, with either - or _ between its words, or NULL. */
ISO_API const iso_option *iso_options_find(const iso_options *table, const char *name);

/** Whether a field of a struct differs from what it is without a default. */
ISO_API bool iso_option_given(const iso_option *o, const void *opt);

/**
 * Sets a field from a person's text, which is borrowed; of a flag it is not looked at. Not for
 * ISO_OPTION_INPUT. Errors  ISO_EARG; the message begins with the marked field.
 */
ISO_API ISO_MUST_USE iso_err iso_option_set(const iso_option *o, void *opt, const char *text);

/** The choice that an ENUM or CHOICE field stands for, copied to `out`; "" where none is chosen. */
ISO_API void iso_option_choice(char *out, size_t room, const iso_option *o, const void *opt);

/**
 * Adds what of a struct differs from the defaults, as a command line has it: " --name value", in
 * the order of the table, measures always; of INPUT nothing. Errors  ISO_ENOMEM.
 */
ISO_API ISO_MUST_USE iso_err iso_options_words(iso_buf *out, const iso_options *table,
                                               const void *opt);

/** Adds one option so, whatever its value. Not for INPUT. Errors  ISO_ENOMEM. */
ISO_API ISO_MUST_USE iso_err iso_option_words(iso_buf *out, const iso_option *o, const void *opt);

/** True if `word` of `len` bytes is one of the space-separated `words`. */
ISO_API bool iso_option_among(const char *words, const char *word, size_t len);

ISO_END

#endif
