/* WordPiece: words cut greedily into the longest pieces of a vocabulary. */
#ifndef ISO_TEXT_WORDPIECE_H
#define ISO_TEXT_WORDPIECE_H

#include <stdint.h>

#include "lib/text/basic.h"
#include "lib/text/tokens.h"
#include "lib/text/vocab.h"

ISO_BEGIN

typedef struct iso_wordpiece iso_wordpiece;

/** How a vocabulary is used; basic.most is the longest word that is cut. */
typedef struct iso_wordpiece_opt {
    iso_basic_opt basic;
    const char *prefix; /* of pieces inside a word: "##" */
    int32_t unknown;    /* id of a word that pieces cannot make, or that is longer than that */
} iso_wordpiece_opt;

/**
 * Makes the tree of pieces; keeps nothing of `vocab` and `opt`. Pieces that are not UTF-8, that are
 * empty or longer than any word are never found.
 * Cost  linear in the vocabulary, 30 to 60 bytes a piece. Errors  ISO_EARG, ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_wordpiece_new(iso_wordpiece **out, const iso_vocab *vocab,
                                       const iso_wordpiece_opt *opt);
void iso_wordpiece_free(iso_wordpiece *w);

/**
 * Appends the pieces of text[0..len) with their bytes in it. Knows no added tokens: "[SEP]" becomes
 * "[", "SEP", "]". Safe for several threads. Cost  linear.
 * Errors  ISO_ENOMEM.
 * Source  Wu et al., arXiv:1609.08144; Devlin et al., NAACL 2019 (greedy, unknown words whole).
 */
ISO_MUST_USE iso_err iso_wordpiece_encode(const iso_wordpiece *w, iso_tokens *out, const char *text,
                                          int64_t len);

/** As iso_basic_normal, with the options of this tokenizer. */
ISO_MUST_USE iso_err iso_wordpiece_normal(iso_normal *out, const iso_wordpiece *w, const char *text,
                                          int64_t len);

ISO_END

#endif
