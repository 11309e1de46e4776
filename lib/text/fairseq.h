/* Ids of SentencePiece models as fairseq counts them: special tokens first, then the pieces. */
#ifndef ISO_TEXT_FAIRSEQ_H
#define ISO_TEXT_FAIRSEQ_H

#include <stdint.h>

#include "lib/text/spm.h"
#include "lib/text/tokens.h"

ISO_BEGIN

/** Id i of the model is `offset` + i, but its unknown piece is `unknown`. */
typedef struct iso_fairseq {
    int32_t offset, unknown, first, last; /* first and last: <s> and </s> around a text */
} iso_fairseq;

/**
 * The ids of a family (config.json's model_type; NULL or another one: XLM-R's):
 *
 *     XLM-R      <s> 0, <pad> 1, </s> 2, <unk> 3, then the model's piece 3: offset 1
 *     CamemBERT  <unk> 3, offset 4, hence <s> 5, </s> 6
 *
 * Errors  ISO_EUNSUP (the model's first pieces are not <unk>, <s>, </s>, so this is another
 * family's).
 */
ISO_MUST_USE iso_err iso_fairseq_of(iso_fairseq *out, const iso_spm *spm, const char *family,
                                    const char *name);

/** Turns the ids of tokens `first` on from the model's into fairseq's. */
void iso_fairseq_ids(iso_tokens *tokens, int64_t first, const iso_fairseq *f, int32_t spm_unknown);

ISO_END

#endif
