/* The words and pieces that the texts of each language are made of, and how often. */
#ifndef ISO_ENCODE_VOCABULARY_H
#define ISO_ENCODE_VOCABULARY_H

#include "lib/base/textmap.h"
#include "lib/encode/texts.h"
#include "lib/text/tokenizer.h"

/* Distinct ids, rising, and how often each comes. */
struct vocabulary_lang {
    int64_t tokens, types;
    int32_t *id;
    int64_t *count;
};

/* Of the languages of the texts, in their order. {0} is empty. */
struct vocabulary {
    struct vocabulary_lang *lang;
    int count;
    iso_textmap texts; /* of words: id w is texts.texts[w]; of pieces empty */
};

/*
 * Words as ISO_WORDS_BARE has them, in lower case; pieces as the tokenizer cuts the text, without
 * special tokens. Second texts count, too. `tokenizer` NULL: no pieces.
 * Errors  as iso_texts_read; ISO_EARG (a language is token ids alone), ISO_ENOMEM, ISO_ECANCEL.
 */
iso_err iso_vocabulary_make(struct vocabulary *words, struct vocabulary *pieces,
                            const iso_tokenizer *tokenizer, const iso_texts *texts,
                            const iso_run *run);
void iso_vocabulary_free(struct vocabulary *v);

/* What two languages share: distinct ids; and their occurrences, those of a and those of b. */
struct vocabulary_shared {
    int64_t types, tokens_a, tokens_b;
};

struct vocabulary_shared iso_vocabulary_shared(const struct vocabulary_lang *a,
                                               const struct vocabulary_lang *b);

#endif
