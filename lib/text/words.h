/* The words of a text and the pieces each is made of. */
#ifndef ISO_TEXT_WORDS_H
#define ISO_TEXT_WORDS_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/text/tokens.h"

ISO_BEGIN

/**
 * Word w is bytes [begin[w], end[w]) of its text; its pieces are index[first[w]] up to, not
 * including, index[first[w + 1]] of the tokens. Grown and used again; {0} is empty.
 */
typedef struct iso_words {
    int64_t count, room, indexed, index_room;
    int64_t *begin, *end;
    uint8_t *part;  /* 0 the first text, 1 the second */
    int64_t *first; /* count + 1 */
    int64_t *index;
    int64_t marks; /* words of nothing but punctuation that were left out */
} iso_words;

/** What a word is. */
typedef enum iso_words_kind {
    ISO_WORDS_WHOLE,
    ISO_WORDS_BARE,  /* without punctuation at its ends */
    ISO_WORDS_BLANKS /* what U+0020 divides, alone */
} iso_words_kind;

/**
 * Appends the words of one text. Words are what Unicode white space divides; every CJK ideograph
 * is a word of its own. A piece belongs to each word that shares a byte with it (one of two
 * ideographs counts in both); one that shares none, such as a lone U+2581, to the word it stands
 * before or in, if any. Special tokens belong to none. Words that truncation left without pieces
 * at the end of the text are left out; a word in the middle may have none (nothing of it is
 * visible). The pieces of a text are in its order, as both tokenizers give them.
 *
 * BARE: a word has no punctuation (category P*) at its ends, inside it keeps its apostrophes
 * and hyphens; pieces of what is cut off belong to no word, and a word of which nothing is left is
 * left out and counted.
 * Cost  linear. Errors  ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_words_find(iso_words *out, const iso_tokens *tokens, const char *text,
                                    int64_t len, int part, iso_words_kind kind);

/** The bytes of the next word of a text, whatever its pieces: set *end to 0 before the first, and
 * leave it. BARE passes over words of nothing but punctuation. False where there is none. */
bool iso_words_next(int64_t *begin, int64_t *end, const char *text, int64_t len,
                    iso_words_kind kind);

void iso_words_clear(iso_words *w);
void iso_words_free(iso_words *w);

ISO_END

#endif
