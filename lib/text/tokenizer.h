/* The tokenizer of a checkpoint's folder, whatever its kind. */
#ifndef ISO_TEXT_TOKENIZER_H
#define ISO_TEXT_TOKENIZER_H

#include <stdint.h>

#include "lib/text/tokens.h"

ISO_BEGIN

typedef struct iso_tokenizer iso_tokenizer;

/**
 * Opens what the folder holds, the first of: `vocab.txt` (WordPiece; do_lower_case, strip_accents,
 * tokenize_chinese_chars from tokenizer_config.json), `sentencepiece.bpe.model`,
 * `spiece.model`, `tokenizer.model` (SentencePiece unigram, ids as fairseq counts them),
 * `tokenizer.json` of either kind. config.json, where there is one, tells the family.
 *
 * As with the published BERT, text is lower-cased unless do_lower_case is false (odd when nobody
 * says so and pieces have capital letters), accents go with the capitals unless strip_accents says
 * otherwise, ideographs stand alone, words of more than 100 characters are unknown. Of pieces that
 * are twice in the vocabulary the last counts. Special tokens may be named in
 * tokenizer_config.json or special_tokens_map.json.
 *
 * Errors  ISO_EIO, ISO_EFORMAT (what is wrong with which file), ISO_EUNSUP (another kind of
 *         tokenizer, such as byte-level BPE; says which are read), ISO_ENOMEM.
 */
ISO_API ISO_MUST_USE iso_err iso_tokenizer_open(iso_tokenizer **out, const char *folder);
ISO_API void iso_tokenizer_close(iso_tokenizer *t);

/** "wordpiece" or "sentencepiece". */
ISO_API const char *iso_tokenizer_kind(const iso_tokenizer *t);

/** One above the largest id it can give. */
ISO_API int32_t iso_tokenizer_size(const iso_tokenizer *t);

/** Odd things met on opening (duplicate entries of the vocabulary...): how many, and the first. */
ISO_API int64_t iso_tokenizer_odd(const iso_tokenizer *t, const char **first);

/** Texts of `len` bytes; a NULL `pair` is a single text. */
typedef struct iso_text {
    const char *text;
    int64_t len;
    const char *pair;
    int64_t pair_len;
} iso_text;

/**
 * Cuts a text into pieces, special tokens around them: [CLS] a [SEP], [CLS] a [SEP] b [SEP], or
 * <s> a </s>, <s> a </s></s> b </s>. Emptied first.
 *
 * What reads like a special token in a text is text and never gets its id.
 *
 * No more than `max_length` pieces with the special tokens (0: no limit); of a pair the longer text
 * loses its last piece first, of equals the second. Bytes that are not UTF-8 and NUL are legal and
 * become U+FFFD or nothing, as the kind has it. Safe for several threads on one tokenizer. Cost
 * linear in the text. Errors  ISO_ENOMEM, ISO_EARG (max_length leaves no room for a piece).
 */
ISO_API ISO_MUST_USE iso_err iso_tokenizer_encode(const iso_tokenizer *t, iso_tokens *out,
                                                  const iso_text *text, int64_t max_length);

/**
 * How piece i of `tokens` reads: as in the vocabulary; a piece that SentencePiece does not know
 * as in the text. Not NUL-terminated; lives as long as tokenizer and text.
 */
ISO_API const char *iso_tokenizer_piece(int64_t *len, const iso_tokenizer *t,
                                        const iso_tokens *tokens, int64_t i, const iso_text *text);

ISO_END

#endif
