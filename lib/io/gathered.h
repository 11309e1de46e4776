/* Rows that come one after another, each with what belongs to it, as a reader of states: what text
 * formats hold (CSV, JSON lines). */
#ifndef ISO_IO_GATHERED_H
#define ISO_IO_GATHERED_H

#include "lib/io/reader.h"

ISO_BEGIN

/** What a column or member that is no number of a row is, by its name. */
typedef enum iso_role {
    ISO_ROLE_NONE,
    ISO_ROLE_ID,
    ISO_ROLE_TEXT,
    ISO_ROLE_LABEL,
    ISO_ROLE_LANG,
    ISO_ROLE_LAYER,
    ISO_ROLES
} iso_role;

/** By the names in use for columns of texts (lib/io/corpus_columns.h); "lang", "language",
 * "lang_code"; "layer". The case of letters does not matter. */
iso_role iso_role_of(const char *name);

/** What belongs to a row; texts are NULL where there is none, and copied. */
typedef struct iso_gathered_item {
    const char *of[ISO_ROLES]; /* that of ISO_ROLE_LAYER is not looked at */
    int layer;                 /* -1: not said */
    int64_t line;              /* for messages */
} iso_gathered_item;

typedef struct iso_gathered iso_gathered;

/** Room for `most` rows of `cols` numbers: in memory, or past a sixteenth of the budget in an
 * unlinked file. `file` and `opt` are borrowed. */
ISO_MUST_USE iso_err iso_gathered_new(iso_gathered **out, const iso_file *file,
                                      const iso_states_opt *opt, int64_t most, int64_t cols);
void iso_gathered_free(iso_gathered *g);

/**
 * Appends a row. All rows have an id, a label, a language, or none has.
 * Errors  ISO_EFORMAT, ISO_ENOMEM (texts beyond the run's memory), ISO_EIO.
 */
ISO_MUST_USE iso_err iso_gathered_add(iso_gathered *g, const iso_gathered_item *item,
                                      const float *values);

/** Whether no further row is of use: `limit` is reached, and nothing says which language it is of.
 */
bool iso_gathered_full(const iso_gathered *g);

/**
 * The reader over all rows, which takes `g` over: a matrix a language and layer, its rows in their
 * order; `read_as` is copied. Errors  ISO_EFORMAT (no rows; layers of a language that differ in
 * rows or ids; an id twice), ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_gathered_finish(iso_reader **out, iso_gathered *g, const char *read_as);

ISO_END

#endif
