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

/** Whether a model is counted so: its first pieces are <unk>, <s>, </s>. Errors  ISO_EUNSUP. */
ISO_MUST_USE iso_err iso_fairseq_check(const iso_spm *spm, const char *name);

/** Turns the ids of tokens `first` on from the model's into fairseq's. */
void iso_fairseq_ids(iso_tokens *tokens, int64_t first, const iso_fairseq *f, int32_t spm_unknown);

ISO_END

#endif
