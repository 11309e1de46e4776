/* Whether the vocabulary file of a folder and its tokenizer.json say the same. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lib/text/tokenizer_inside.h"

/* Differences, and what the first is. */
struct differences {
    int64_t count;
    char first[200];
};

static void differ(struct differences *d, long long id, const char *a, int a_len, const char *b)
{
    if (d->count++)
        return;
    (void)snprintf(d->first, sizeof d->first, "id %lld is \"%.*s\" and \"%.60s\"", id,
                   a_len < 60 ? a_len : 60, a ? a : "", b ? b : "");
}

/* {"[PAD]": 0, ...}: a piece that a vocab.txt has twice has its last id. */
static void compare_vocab(struct differences *d, const iso_tokenizer *t, const iso_json *vocab)
{
    int64_t most = -1;

    for (const iso_json *m = iso_json_first(vocab); m; m = iso_json_next(m)) {
        const char *piece = iso_json_name(m);
        int64_t id = -1, len;
        (void)iso_json_int(&id, m);
        most = id > most ? id : most;
        if (piece && iso_vocab_find(t->vocab, piece, -1) == id)
            continue;
        const char *other =
            iso_vocab_piece(&len, t->vocab, id >= 0 && id < INT32_MAX ? (int32_t)id : -1);
        differ(d, (long long)id, other, (int)(len < 60 ? len : 60), piece);
    }
    for (int32_t id = (int32_t)(most < INT32_MAX ? most + 1 : 0); id < iso_vocab_size(t->vocab);
         id++) {
        int64_t len;
        const char *piece = iso_vocab_piece(&len, t->vocab, id);
        char copy[61];
        (void)snprintf(copy, sizeof copy, "%.*s", (int)(len < 60 ? len : 60), piece ? piece : "");
        if (len > 0 && !iso_added_find(t->added, copy))
            differ(d, id, piece, (int)len, "");
    }
}

/* [["<s>", 0], ...]: the model's pieces behind fairseq's own tokens, a <mask> at the end. */
static void compare_pieces(struct differences *d, const iso_tokenizer *t,
                           const iso_json_pairs *vocab)
{
    const int32_t offset = t->fairseq.offset, size = iso_spm_size(t->spm);
    int64_t id = 0;

    for (; id < vocab->count; id++) {
        const iso_json_pair *pair = &vocab->pair[id];
        const int64_t of = id - offset;
        int64_t len;
        if (of < 3)
            continue;
        if (of >= size) {
            if (!iso_added_find(t->added, pair->text))
                differ(d, id, "", 0, pair->text);
            continue;
        }
        const char *ours = iso_spm_piece(&len, t->spm, (int32_t)of);
        const bool same =
            (int64_t)strlen(pair->text) == len && memcmp(pair->text, ours, (size_t)len) == 0;
        if (!same || fabs(pair->number - (double)iso_spm_score(t->spm, (int32_t)of)) > 1e-4)
            differ(d, id, ours, (int)(len < 60 ? len : 60), pair->text);
    }
    if (id < size + offset)
        differ(d, id, "", 0, "");
}

bool iso_tokenizer_agree(char *why, size_t room, const iso_tokenizer *t,
                         const iso_tokenizer_files *files)
{
    const iso_json *vocab = iso_json_get(iso_json_get(files->tokenizer, "model"), "vocab");
    const iso_json_kind kind = iso_json_is(vocab);
    struct differences d = {0};

    if (kind != (t->spm ? ISO_JSON_ARRAY : ISO_JSON_OBJECT)) {
        (void)snprintf(why, room, "another kind of model");
        return false;
    }
    if (t->spm)
        compare_pieces(&d, t, &files->vocab);
    else
        compare_vocab(&d, t, vocab);
    if (d.count)
        (void)snprintf(why, room, "%lld of %lld pieces, the first: %s", (long long)d.count,
                       (long long)(t->spm ? files->vocab.count : iso_json_count(vocab)), d.first);
    return d.count == 0;
}
