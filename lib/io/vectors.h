/* Words and their vectors, from the files word embeddings come in. */
#ifndef ISO_IO_VECTORS_H
#define ISO_IO_VECTORS_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/run.h"
#include "lib/io/word_text.h"
#include "lib/linalg/view.h"

ISO_BEGIN

/** All zero: every word, UTF-8, as they stand. */
typedef struct iso_vectors_opt {
    int64_t limit;        /* the first so many words that are kept; 0 = all */
    const char *encoding; /* "utf-8" (NULL) or "latin1"; states files are UTF-8 */
    iso_lower lower;      /* folds a word to lower case (iso_text_lower); NULL = as it stands */
    bool strict;          /* what would be counted is an error */
    const char *lang;     /* of a states file: which language (NULL = its only one) ... */
    int layer;            /* ... and layer (−1 the last) */
    const char *(*canonical)(const char *code); /* as in iso_states_opt */
    const iso_run *run;
} iso_vectors_opt;

enum { ISO_ODD_FEW = 3, ISO_VECTORS_WORD = 4096 };

/**
 * What was odd, with the first few as texts ("line 7: 299 numbers, not 300"). Left out: lines
 * without a word or with fewer numbers than dims, repeated words, words that are not text or
 * longer than ISO_VECTORS_WORD bytes, vectors with NaN or infinity. Kept: vectors of zeros.
 * `header` is 1 when the header line lies.
 */
typedef struct iso_odd {
    int64_t short_lines, duplicates, zeros, bad_text, not_finite, header;
    char *few[ISO_ODD_FEW];
} iso_odd;

struct iso_states;

typedef struct iso_vectors {
    int64_t count, dim;
    const char *const *words; /* valid UTF-8, distinct, not empty */
    iso_mat rows;             /* count × dim, f32, finite */
    const int64_t *counts;    /* how often a word was seen: word types, fastText .bin; or NULL */
    iso_odd odd;
    struct iso_vectors_store *store;
} iso_vectors;

/**
 * Reads word2vec binary, word2vec and fastText text (with or without the header line; a word may
 * hold spaces, the last `dim` fields are its numbers), unquantised fastText .bin (a word's vector
 * is the mean of its own row and those of its character n-grams), or a native states file with
 * pooling `types`; by content.
 *
 * Text numbers become the nearest f32. Of repeated words (after folding) the first counts.
 * Errors  ISO_EIO, ISO_EFORMAT (nothing usable, hardly a line of a word and numbers, truncated,
 *         bytes behind the words of a binary; with `strict` the first odd line),
 *         ISO_EUNSUP (quantised or pruned .bin), ISO_EARG (encoding, language, layer), ISO_ENOMEM,
 *         ISO_ECANCEL.
 * Cost    one reading, one core; memory is the vectors, the words and a buffer (without a header
 *         half as much again while reading).
 */
ISO_MUST_USE iso_err iso_vectors_read(iso_vectors *out, const char *path,
                                      const iso_vectors_opt *opt);

/**
 * The same of words and rows in memory, and of one language of states whose rows are word types
 * (opt->lang, opt->layer); both are copied, what is odd is counted by their number from 1.
 * Errors  as above but of files; ISO_EARG (no words, as many rows as words).
 */
ISO_MUST_USE iso_err iso_vectors_of(iso_vectors *out, const char *const *words, iso_view rows,
                                    const iso_vectors_opt *opt);
ISO_MUST_USE iso_err iso_vectors_of_states(iso_vectors *out, struct iso_states *states,
                                           const iso_vectors_opt *opt);
void iso_vectors_free(iso_vectors *v);

/** The number of a word, or −1. */
int64_t iso_vectors_find(const iso_vectors *v, const char *word);

/** How much was odd in all. */
int64_t iso_odd_total(const iso_odd *odd);

ISO_END

#endif
