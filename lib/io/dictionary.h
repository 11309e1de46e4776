/* Bilingual dictionaries, and word alignments of parallel sentences. */
#ifndef ISO_IO_DICTIONARY_H
#define ISO_IO_DICTIONARY_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/err.h"

ISO_BEGIN

typedef struct iso_dictionary_opt {
    const char *encoding;             /* "utf-8" (NULL) or "latin1" */
    char *(*lower)(const char *word); /* NULL = as it stands */
    bool strict;
} iso_dictionary_opt;

/** Pairs in the file's order, each once. */
typedef struct iso_dictionary {
    int64_t pairs;
    const char *const *source, *const *target;
    int64_t duplicates, bad_lines, bad_text; /* left out, counted; the first of them: */
    char *first_odd;
    struct iso_dictionary_store *store;
} iso_dictionary;

/**
 * Reads lines `source TAB target`, or, without a tab, split at the first run of spaces. Empty lines
 * are passed over; a line of one word is odd. Errors  ISO_EIO, ISO_EFORMAT (no pair; with `strict`
 * the first odd line), ISO_ENOMEM.
 */
ISO_API ISO_MUST_USE iso_err iso_dictionary_read(iso_dictionary *out, const char *path,
                                                 const iso_dictionary_opt *opt);
ISO_API void iso_dictionary_free(iso_dictionary *d);

/** Links of one sentence pair after another: links [first[s], first[s + 1]) of `source`, `target`.
 */
typedef struct iso_alignments {
    int64_t sentences;
    int64_t *first;
    int32_t *source, *target; /* words of the sentence, counting from 0 */
} iso_alignments;

/** Reads fast_align's lines of "i-j" ("i-j:score", "i?j" are read too). Errors name the line. */
ISO_API ISO_MUST_USE iso_err iso_alignments_read(iso_alignments *out, const char *path);
ISO_API void iso_alignments_free(iso_alignments *a);

ISO_END

#endif
