/* Bilingual dictionaries. */
#ifndef ISO_IO_DICTIONARY_H
#define ISO_IO_DICTIONARY_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/run.h"
#include "lib/io/word_text.h"

ISO_BEGIN

typedef struct iso_dictionary_opt {
    const char *encoding; /* "utf-8" (NULL) or "latin1" */
    iso_lower lower;      /* iso_text_lower; NULL = as it stands */
    bool strict;          /* what would be counted is an error */
    const iso_run *run;   /* memory budget and progress; may be NULL */
} iso_dictionary_opt;

/** Pairs in the file's order, each once; words are valid UTF-8 and not empty. */
typedef struct iso_dictionary {
    int64_t pairs;
    const char *const *source, *const *target;
    int64_t duplicates, empty_lines, bad_lines, bad_text; /* left out, counted */
    char *few; /* the first three: "line 7: one word, no pair; line 9: is empty", or NULL */
    struct iso_dictionary_store *store;
} iso_dictionary;

/**
 * Reads lines `source TAB target` (a third column is ignored), or, without a tab, split at the
 * first run of spaces. An empty line is odd, as is a line of one word, or a repeated pair
 * (after folding). Errors  ISO_EIO, ISO_EFORMAT (no pair; more bytes than the memory budget; with
 * `strict` the first odd line), ISO_EARG (encoding), ISO_ENOMEM, ISO_ECANCEL.
 */
ISO_MUST_USE iso_err iso_dictionary_read(iso_dictionary *out, const char *path,
                                         const iso_dictionary_opt *opt);
void iso_dictionary_free(iso_dictionary *d);

/** How much was odd in all. */
int64_t iso_dictionary_odd(const iso_dictionary *d);

ISO_END

#endif
