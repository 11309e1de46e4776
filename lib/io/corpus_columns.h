/* Which column of a table or JSON object is the text, its id, its label. */
#ifndef ISO_IO_CORPUS_COLUMNS_H
#define ISO_IO_CORPUS_COLUMNS_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/str.h"

ISO_BEGIN

/** What a file gives for each item. */
typedef enum iso_corpus_column {
    CORPUS_TEXT,
    CORPUS_TEXT2,
    CORPUS_ID,
    CORPUS_LABEL,
    CORPUS_COLUMNS
} iso_corpus_column;

/** The name that always stands for it: text, text2, id, label. */
const char *iso_corpus_column_name(int column);

/** Whether a name is one of those in use for this column, letters' case aside. */
bool iso_corpus_column_known(int column, const char *name);

/** The option `columns`: names by column, NULL where nothing was said; "" takes none. */
typedef struct iso_corpus_wish {
    char *name[CORPUS_COLUMNS];
} iso_corpus_wish;

/** Errors  ISO_EARG, ISO_ENOMEM. What was parsed is to be freed even then. */
ISO_MUST_USE iso_err iso_corpus_wish_parse(iso_corpus_wish *out, const char *columns);
void iso_corpus_wish_free(iso_corpus_wish *wish);

/** Which field is which column; -1 = none. */
typedef struct iso_corpus_layout {
    int64_t field[CORPUS_COLUMNS];
    int64_t fields;
} iso_corpus_layout;

/**
 * Chooses among the names of a header, `path` being its file's. A column is the wished one, else
 * the one with its own name, else the only one whose name is in use for it (sentence, index_id,
 * category, ...); a second text only beside its partner (premise and hypothesis). Fields of one
 * name are no choice. Errors  ISO_EFORMAT (none, several; the way out is --columns), ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_corpus_layout_choose(iso_corpus_layout *out, const iso_corpus_wish *wish,
                                              const char *path, const char *const *names,
                                              int64_t count);

/** The columns that were found, a bit each. */
unsigned iso_corpus_layout_has(const iso_corpus_layout *layout);

/**
 * Adds what a person should know of the choice: names that were recognised ("text is sentence"),
 * names that are left out. Nothing when there is nothing. Errors  ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_corpus_layout_say(iso_buf *out, const iso_corpus_layout *layout,
                                           const iso_corpus_wish *wish, const char *const *names,
                                           int64_t count);

ISO_END

#endif
