/* What the files of the tokenizer share. */
#ifndef ISO_TEXT_TOKENIZER_INSIDE_H
#define ISO_TEXT_TOKENIZER_INSIDE_H

#include "lib/io/json.h"
#include "lib/text/fairseq.h"
#include "lib/text/tokenizer.h"
#include "lib/text/vocab.h"
#include "lib/text/wordpiece.h"

ISO_BEGIN

struct iso_tokenizer {
    iso_vocab *vocab; /* WordPiece, else NULL */
    iso_wordpiece *wordpiece;
    iso_spm *spm; /* SentencePiece, else NULL */
    iso_fairseq fairseq;
    int32_t first, last; /* ids of what stands around a text */
    int between;         /* how many `last` stand between two texts */
    bool types;          /* the second text is of type 1 */
    int64_t odd;         /* beside those of the vocabulary */
    char first_odd[512];
};

/** The JSON files of a folder; NULL where it has none. */
typedef struct iso_tokenizer_files {
    const char *folder;
    iso_json *config, *settings, *specials; /* config, tokenizer_config, special_tokens_map */
} iso_tokenizer_files;

/** The text of a special token ("cls_token"), from the settings, the map of specials, or `usual`.
 */
const char *iso_tokenizer_special(const iso_tokenizer_files *files, const char *role,
                                  const char *usual);

/** Completes a tokenizer that has a vocabulary: specials and the tree of pieces. `opt.unknown` is
 * found by `unknown`, a text. */
ISO_MUST_USE iso_err iso_tokenizer_wordpiece(iso_tokenizer *t, iso_wordpiece_opt *opt,
                                             const char *unknown, const iso_tokenizer_files *files,
                                             const char *path);

/** Notes something odd; keeps the text of the first. */
void iso_tokenizer_note(iso_tokenizer *t, const char *format, ...) ISO_PRINTF(2, 3);

ISO_END

#endif
