/* What a picture says of a sentence: its tokens on the axes. */
#include <stdio.h>
#include <string.h>

#include "analysis/study/mix/mix_job.h"
#include "lib/base/alloc.h"

void iso_mix_labels_free(struct mix_labels *l)
{
    for (int i = 0; l->at && i < l->count; i++)
        iso_free(l->at[i]);
    iso_free(l->at);
    *l = (struct mix_labels){0};
}

/* Token ids by themselves where there is no text. */
static iso_err ids_as_labels(struct mix_labels *out, const struct encoding_lang *l, int64_t item)
{
    const int64_t first = l->token_at[item];
    char number[32];
    iso_err err = ISO_OK;

    out->count = (int)(l->token_at[item + 1] - first);
    ISO_TRY(iso_alloc(&out->at, out->count, sizeof *out->at));
    for (int i = 0; i < out->count; i++) {
        snprintf(number, sizeof number, "%d", l->ids[first + i]);
        ISO_TRY(iso_str_dup(&out->at[i], number, -1));
    }
done:
    return err;
}

static iso_err pieces_as_labels(struct mix_labels *out, const struct encoding *t,
                                const struct encoding_lang *l, int64_t item)
{
    const iso_text text = iso_texts_item(&l->corpus, item);
    iso_tokens tokens = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_tokenizer_encode(t->tokenizer, &tokens, &text, t->longest));
    out->count = (int)tokens.count;
    ISO_TRY(iso_alloc(&out->at, tokens.count, sizeof *out->at));
    for (int i = 0; i < out->count; i++) {
        int64_t len;
        const char *piece = iso_tokenizer_piece(&len, t->tokenizer, &tokens, i, &text);
        ISO_TRY(iso_str_dup(&out->at[i], piece, len));
    }
done:
    iso_tokens_free(&tokens);
    return err;
}

iso_err iso_mix_labels_make(struct mix_labels *out, const struct mix_job *job, int lang, int64_t i)
{
    const struct encoding_lang *l = &job->in.lang[lang];
    const int64_t item = job->pick[lang][i];

    return l->corpus.text ? pieces_as_labels(out, &job->in, l, item) : ids_as_labels(out, l, item);
}
