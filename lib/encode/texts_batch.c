/* Sentences of like length in batches, as every command feeds them to the encoder. */
#include <stdlib.h>

#include "lib/encode/texts.h"
#include "lib/base/alloc.h"

enum { BATCH = 1024 /* tokens, when not said: long products whose rows still fit the caches */ };

int64_t iso_texts_batch_size(const struct settings *set)
{
    return set->batch > 0 ? set->batch : BATCH;
}

static int by_length(const void *a, const void *b)
{
    const struct texts_turn *x = a, *y = b;

    if (x->tokens != y->tokens)
        return x->tokens < y->tokens ? 1 : -1;
    return (x->item > y->item) - (x->item < y->item);
}

void iso_texts_sort(struct texts_turn *turn, int64_t count)
{
    if (count > 0)
        qsort(turn, (size_t)count, sizeof *turn, by_length);
}

static int64_t length(const struct texts_batch *b, const struct texts_turn *turn)
{
    return b->pad > turn->tokens ? b->pad : turn->tokens;
}

int64_t iso_texts_fill(int64_t *tokens, const struct texts_batch *b, const struct texts_turn *turn,
                       int64_t left)
{
    int64_t count = 1;

    *tokens = length(b, turn);
    while (count < left && *tokens + length(b, turn + count) <= b->size)
        *tokens += length(b, turn + count++);
    return count;
}

static iso_err make_room(struct texts_batch *b, int64_t sentences, int64_t tokens)
{
    iso_err err = ISO_OK;

    if (sentences > b->sentence_room) {
        ISO_TRY(iso_realloc(&b->offsets, 0, sentences + 1, sizeof *b->offsets));
        ISO_TRY(iso_realloc(&b->live, 0, sentences, sizeof *b->live));
        b->sentence_room = sentences;
    }
    if (tokens > b->token_room) {
        ISO_TRY(iso_realloc(&b->ids, 0, tokens, sizeof *b->ids));
        ISO_TRY(iso_realloc(&b->types, 0, tokens, sizeof *b->types));
        b->token_room = tokens;
    }
done:
    return err;
}

/* The tokens of an item from place `at` on, and what it is padded with; returns where it ends. */
static int64_t put(struct texts_batch *b, bool *typed, const struct texts_lang *l,
                   const struct texts_turn *turn, int64_t at)
{
    const int64_t from = l->token_at[turn->item], end = at + length(b, turn);

    for (int64_t i = 0; i < turn->tokens; i++, at++) {
        b->ids[at] = l->ids[from + i];
        b->types[at] = (l->mark[from + i] & TEXTS_SECOND) != 0;
        *typed = *typed || b->types[at];
    }
    for (; at < end; at++) {
        b->ids[at] = b->pad_id;
        b->types[at] = 0;
    }
    return end;
}

iso_err iso_texts_load(struct texts_batch *b, const struct texts_lang *l, iso_pool pool,
                       const struct texts_turn *turn, int64_t count, int64_t tokens)
{
    int64_t at = 0;
    bool typed = false;
    iso_err err = ISO_OK;

    ISO_TRY(make_room(b, count, tokens));
    b->lists.rows = b->lists.used = 0;
    for (int64_t i = 0; i < count; i++) {
        ISO_TRY(iso_texts_lists_add(&b->lists, l, pool, turn[i].item, at));
        b->offsets[i] = at;
        b->live[i] = turn[i].tokens;
        at = put(b, &typed, l, &turn[i], at);
    }
    b->offsets[count] = at;
    b->batch = (iso_batch){.B = count,
                           .offsets = b->offsets,
                           .ids = b->ids,
                           .types = typed ? b->types : NULL,
                           .live = b->pad > 0 ? b->live : NULL};
done:
    return err;
}

void iso_texts_batch_free(struct texts_batch *b)
{
    iso_free(b->offsets);
    iso_free(b->live);
    iso_free(b->ids);
    iso_free(b->types);
    iso_texts_lists_free(&b->lists);
    *b = (struct texts_batch){0};
}

iso_err iso_texts_not_finite(const struct texts *t, const struct texts_lang *lang, int layer)
{
    return iso_fail(ISO_EFORMAT,
                    "%s: its layer %d gives NaN or infinity for %s: the weights are damaged, or no "
                    "encoder's",
                    t->set->model, layer, lang->name);
}
