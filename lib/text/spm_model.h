/* A unigram tokenizer.json as a SentencePiece model, so that one road cuts all texts. */
#ifndef ISO_TEXT_SPM_MODEL_H
#define ISO_TEXT_SPM_MODEL_H

#include "lib/base/str.h"
#include "lib/io/json.h"

ISO_BEGIN

/**
 * Appends the bytes of a model for iso_spm_of_bytes. Pieces keep their places: SentencePiece's ids
 * are those of the file. Special added tokens become control pieces, which no text is cut into;
 * other added tokens user-defined ones; those whose ids follow the vocabulary are appended to it.
 *
 * Normalizers: none, Precompiled, or a Sequence of it, Strip and a Replace of " {2,}";
 * pre-tokenizers: Metaspace, alone or after WhitespaceSplit. Both mean what training meant by them,
 * `remove_extra_whitespaces` and `add_dummy_prefix`: spaces at the end of a text make no piece.
 *
 * Cost  linear. Errors  ISO_EFORMAT (what is wrong where), ISO_EUNSUP (names what a model cannot
 * express), ISO_ENOMEM; `name` begins the message.
 */
ISO_MUST_USE iso_err iso_spm_model_of_json(iso_buf *out, const iso_json *tokenizer,
                                           const char *name);

ISO_END

#endif
