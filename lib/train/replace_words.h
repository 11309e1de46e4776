/* Words of a text replaced by their neighbours in a table: RS-DA, randomized smoothing by data. */
#ifndef ISO_TRAIN_REPLACE_WORDS_H
#define ISO_TRAIN_REPLACE_WORDS_H

#include "lib/io/word_table.h"

ISO_BEGIN

/** How many words were seen, and what became of them. */
typedef struct iso_replaced {
    int64_t words, known, changed; /* in all; in the table as they stand; another one now */
    int64_t punctuated;            /* not in the table, but would be without punctuation around, */
    int64_t other_case;            /* or in lower case (with or without) */
} iso_replaced;

/** Which copy of which text it is: all that chance hangs on, with a word's place. */
typedef struct iso_replace {
    const iso_word_table *table;
    uint64_t key; /* of seed and item */
    int64_t copy;
    bool second;        /* the item's other text */
    double probability; /* that a word of the table is replaced; 0: k / (1 + k) */
    double most;        /* part of a text's words that are replaced at most; 0: all */
} iso_replace;

/**
 * Appends text[0..len) with words drawn anew. A word is what stands between spaces (U+0020), as the
 * published code splits; one that the table has as it stands becomes itself or one of its k
 * neighbours, each with probability 1 / (1 + k). All else stays. Adds to *n.
 * With a probability p it is replaced with that, by one of the k as likely as another; where more
 * than `most` of a text's words (rounded down) would be, those with the smallest random numbers
 * are. Cost  linear, with `most` n log n. Errors  ISO_ENOMEM. Source  Huang, Ahmad, Peng, Chang,
 * EMNLP 2021, arXiv:2104.08645 (RS-DA); with p 0.3 and most 0.15 the code-switched text of Conneau
 * et al., ACL 2020, arXiv:1911.01464.
 */
ISO_MUST_USE iso_err iso_replace_words(iso_buf *out, iso_replaced *n, const char *text, int64_t len,
                                       const iso_replace *how);

ISO_END

#endif
