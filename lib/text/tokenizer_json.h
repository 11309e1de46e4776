/* tokenizer.json, the one file that newer checkpoints hold. */
#ifndef ISO_TEXT_TOKENIZER_JSON_H
#define ISO_TEXT_TOKENIZER_JSON_H

#include "lib/text/tokenizer_inside.h"

ISO_BEGIN

/**
 * Fills a fresh tokenizer from such a file: WordPiece with the BERT normalizer, or Unigram, whose
 * ids are places in its own vocabulary and whose specials are found by their text.
 * Errors  ISO_EIO, ISO_EFORMAT, ISO_EUNSUP (BPE and other kinds, other normalizers), ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_tokenizer_json(iso_tokenizer *t, const iso_tokenizer_files *files,
                                        const char *path);

ISO_END

#endif
