/* The tokenizer of a checkpoint's folder, whatever its kind. */
#ifndef ISO_TEXT_TOKENIZER_H
#define ISO_TEXT_TOKENIZER_H

#include <stdint.h>

#include "lib/text/tokens.h"

ISO_BEGIN

typedef struct iso_tokenizer iso_tokenizer;

/**
 * Opens what the folder holds, the first of: `vocab.txt` (WordPiece), `sentencepiece.bpe.model`,
 * `spiece.model`, `tokenizer.model` (SentencePiece unigram, ids as fairseq counts them),
 * `tokenizer.json` of either kind; where a tokenizer.json beside one of the others has other
 * pieces, it counts, and that is odd. config.json, where there is one, tells the family.
 *
 * As with the published BERT, text is lower-cased unless do_lower_case is false (odd when nobody
 * says so and pieces have capital letters), accents go with the capitals unless strip_accents says
 * otherwise, ideographs stand alone (tokenize_chinese_chars), words of more than 100 characters are
 * unknown. tokenizer_config.json counts over tokenizer.json, unless its tokenizer_class is the
 * generic PreTrainedTokenizerFast; where they disagree, that is odd. Of pieces that are twice in
 * the vocabulary the last counts. Around texts stands what tokenizer.json's post_processor says,
 * else cls_token and sep_token.
 *
 * Added tokens are those of tokenizer_config.json (added_tokens_decoder), tokenizer.json
 * (added_tokens), added_tokens.json, and all that are called something_token there or in
 * special_tokens_map.json, and the usual ones of the kind. The first that names one says how it is
 * found (lstrip, rstrip, single_word, normalized); the vocabulary says its id, where it has it.
 *
 * Errors  ISO_EIO, ISO_EFORMAT (what is wrong with which file), ISO_EUNSUP (another kind of
 *         tokenizer, such as byte-level BPE; parts of tokenizer.json that are not honoured; says
 *         which are read), ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_tokenizer_open(iso_tokenizer **out, const char *folder);

/** The folder of the base model whose tokenizer is opened where an adapter's folder
 * (lib/io/adapter.h) has none, yours to iso_free; else NULL. Errors  as iso_adapter_base. */
ISO_MUST_USE iso_err iso_tokenizer_base(char **base, const char *folder);

void iso_tokenizer_close(iso_tokenizer *t);

/** "wordpiece" or "sentencepiece". */
const char *iso_tokenizer_kind(const iso_tokenizer *t);

/** The file of the folder that its pieces are of; "tokenizer.ggml", the facts of a GGUF file. */
const char *iso_tokenizer_file(const iso_tokenizer *t);

/** One above the largest id it can give. */
int32_t iso_tokenizer_size(const iso_tokenizer *t);

/** The id of the padding token; -1 when there is none. */
int32_t iso_tokenizer_padding(const iso_tokenizer *t);

/** The id of the mask token; -1 when there is none. */
int32_t iso_tokenizer_mask(const iso_tokenizer *t);

/** The most tokens that tokenizer_config.json allows a text (model_max_length; 0: no limit is
 * known); *cut, unless NULL, takes those of tokenizer.json's truncation, which is not applied. */
int64_t iso_tokenizer_longest(const iso_tokenizer *t, int64_t *cut);

/** Odd things met on opening (duplicate entries of the vocabulary...): how many, and the first. */
int64_t iso_tokenizer_odd(const iso_tokenizer *t, const char **first);

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
 * A text is split at added tokens first, special ones too, the longest first; each gets its id and
 * the bytes it stands for, and is not marked as special: the text has it.
 *
 * No more than `max_length` pieces with the special tokens (0: no limit); of a pair the longer text
 * loses its last piece first, of equals the second. Bytes that are not UTF-8 and NUL are legal and
 * become U+FFFD or nothing, as the kind has it. Safe for several threads on one tokenizer. Cost
 * linear in the text. Errors  ISO_ENOMEM, ISO_EARG (max_length leaves no room for a piece).
 */
ISO_MUST_USE iso_err iso_tokenizer_encode(const iso_tokenizer *t, iso_tokens *out,
                                          const iso_text *text, int64_t max_length);

/**
 * How piece i of `tokens` reads: as in the vocabulary; a piece that SentencePiece does not know
 * as in the text. Not NUL-terminated; lives as long as tokenizer and text.
 */
const char *iso_tokenizer_piece(int64_t *len, const iso_tokenizer *t, const iso_tokens *tokens,
                                int64_t i, const iso_text *text);

ISO_END

#endif
