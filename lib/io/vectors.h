/* Words and their vectors, from the files word embeddings come in. */
#ifndef ISO_IO_VECTORS_H
#define ISO_IO_VECTORS_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/run.h"
#include "lib/linalg/view.h"

ISO_BEGIN

/** All zero: every word, UTF-8, as they stand. */
typedef struct iso_vectors_opt {
    int64_t limit;        /* the first so many words of the file; 0 = all */
    const char *encoding; /* "utf-8" (NULL) or "latin1" */
    char *(*lower)(
        const char *word); /* folds a word to lower case (lib/text); NULL = as it stands */
    bool strict;           /* what would be counted is an error */
    const char
        *lang; /* of a states file with word types: which language, and layer (−1 the last) */
    int layer;
    const iso_run *run;
} iso_vectors_opt;

enum { ISO_ODD_FEW = 3 };

/** Lines or words that were left out, with the first few as "line 7: …" texts. */
typedef struct iso_odd {
    int64_t short_lines, duplicates, zeros, bad_text; /* zeros are kept, the others left out */
    char *few[ISO_ODD_FEW];
} iso_odd;

typedef struct iso_vectors {
    int64_t count, dim;
    const char *const *words; /* valid UTF-8, distinct */
    iso_mat rows;             /* count × dim, f32 */
    const int64_t *counts;    /* of word types, or NULL */
    iso_odd odd;
    struct iso_vectors_store *store;
} iso_vectors;

/**
 * Reads word2vec binary, word2vec and fastText text (with or without the header line; words may
 * hold spaces other than the last separators say), unquantised fastText .bin, or a native states
 * file with pooling `types`; by content.
 *
 * Of words that come again (after folding) the first counts. Errors  ISO_EIO, ISO_EFORMAT (nothing
 * usable; with `strict` the first odd line), ISO_EUNSUP (quantised .bin), ISO_ENOMEM.
 */
ISO_API ISO_MUST_USE iso_err iso_vectors_read(iso_vectors *out, const char *path,
                                              const iso_vectors_opt *opt);
ISO_API void iso_vectors_free(iso_vectors *v);

/** The number of a word, or −1. */
ISO_API int64_t iso_vectors_find(const iso_vectors *v, const char *word);

ISO_END

#endif
