/* BERT's basic tokenisation: a text as clean words of code points, each knowing its bytes. */
#ifndef ISO_TEXT_BASIC_H
#define ISO_TEXT_BASIC_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/text/normal.h"

ISO_BEGIN

/** What is done to characters, by the names BERT's files give it. */
typedef struct iso_basic_opt {
    bool clean;      /* NUL, U+FFFD, controls (Cc, Cf, Co) but tab and line ends are dropped */
    bool lower;      /* lower case, each character by itself: a final sigma is none */
    bool strip;      /* NFD, marks (Mn) dropped */
    bool ideographs; /* each CJK ideograph is a word */
    int most;        /* code points of a word that are kept; 1 to ISO_BASIC_MOST */
} iso_basic_opt;

enum { ISO_BASIC_MOST = 1000 };

typedef struct iso_basic iso_basic;

/** Makes the tables (a quarter of a MB, a few ms). Errors  ISO_EARG (most), ISO_ENOMEM. */
ISO_MUST_USE iso_err iso_basic_new(iso_basic **out, const iso_basic_opt *opt);
void iso_basic_free(iso_basic *b);

/** Code point i stands for bytes [begin[i], end[i]) of the text: a dropped mark is part of what it
 * stood on, and what one character became shares its bytes. */
typedef struct iso_basic_word {
    int64_t from, to; /* the bytes of the whole word */
    int count;        /* code points; `most` + 1 when there were more than that */
    uint32_t points[ISO_BASIC_MOST + 1];
    int64_t begin[ISO_BASIC_MOST + 1], end[ISO_BASIC_MOST + 1];
} iso_basic_word;

/**
 * The next word of text[0..len) from *at on, which moves behind it; false when there is none.
 * White space divides, punctuation stands alone. Bytes that are not UTF-8 count as U+FFFD each.
 * Categories are those of Unicode 8, as the published tokenizer has them: what came later, and what
 * is unassigned, is a letter like others.
 * Source  Devlin et al., NAACL 2019 (BERT); huggingface/tokenizers, BertNormalizer.
 */
bool iso_basic_next(const iso_basic *b, iso_basic_word *word, int64_t *at, const char *text,
                    int64_t len);

/** All of text[0..len) as one text: cleaned, each white space a blank, folded, blanks around
 * ideographs. Cutting that into words gives the same words. Errors  ISO_ENOMEM. */
ISO_MUST_USE iso_err iso_basic_normal(iso_normal *out, const iso_basic *b, const char *text,
                                      int64_t len);

ISO_END

#endif
