#include "lib/text/fairseq.h"

#include <stdbool.h>
#include <string.h>

static bool piece_is(const iso_spm *spm, int32_t id, const char *text)
{
    int64_t len = 0;

    if (id >= iso_spm_size(spm))
        return false;
    const char *piece = iso_spm_piece(&len, spm, id);
    return len == (int64_t)strlen(text) && memcmp(piece, text, (size_t)len) == 0;
}

iso_err iso_fairseq_check(const iso_spm *spm, const char *name)
{
    if (iso_spm_unknown(spm) != 0 || !piece_is(spm, 1, "<s>") || !piece_is(spm, 2, "</s>"))
        return iso_fail(
            ISO_EUNSUP,
            "%s: its first pieces are not <unk>, <s>, </s>; the SentencePiece models of "
            "XLM-R and CamemBERT are supported",
            name);
    return ISO_OK;
}

void iso_fairseq_ids(iso_tokens *tokens, int64_t first, const iso_fairseq *f, int32_t spm_unknown)
{
    for (int64_t i = first; i < tokens->count; i++) {
        const int32_t id = tokens->ids[i];
        tokens->ids[i] = id == spm_unknown ? f->unknown : id + f->offset;
    }
}
