/* Sentences of like length in batches, as every study feeds them to the encoder, and which of their
 * tokens make which rows. */
#include <stdlib.h>

#include "lib/base/alloc.h"
#include "lib/encode/encoding.h"

enum { BATCH = 1024 /* tokens, when not said: long products whose rows still fit the caches */ };

/* --- Rows --- */

int64_t iso_encoding_row(const struct encoding_lang *lang, iso_pool pool, int64_t item)
{
    switch (pool) {
    case ISO_POOL_NONE:
        return lang->token_at[item];
    case ISO_POOL_WORD:
    case ISO_POOL_TYPES:
        return lang->word_at[item];
    default:
        return item;
    }
}

static void lists_free(struct token_lists *lists)
{
    iso_free(lists->first);
    iso_free(lists->index);
    *lists = (struct token_lists){0};
}

static iso_err reserve(struct token_lists *to, int64_t rows, int64_t tokens)
{
    iso_err err = ISO_OK;

    if (to->rows + rows + 1 > to->row_room) {
        const int64_t room = 2 * (to->rows + rows + 1);
        ISO_TRY(iso_realloc(&to->first, to->first ? to->rows + 1 : 0, room, sizeof *to->first));
        to->row_room = room;
    }
    if (to->used + tokens > to->room) {
        const int64_t room = 2 * (to->used + tokens);
        ISO_TRY(iso_realloc(&to->index, to->used, room, sizeof *to->index));
        to->room = room;
    }
done:
    return err;
}

static void end_row(struct token_lists *to)
{
    to->first[++to->rows] = to->used;
}

/* Adds the tokens of an item to the row that is open: those of the text alone, or all. */
static void together(struct token_lists *to, const struct encoding_lang *l, int64_t item,
                     int64_t base, bool specials)
{
    const int64_t begin = l->token_at[item], count = l->token_at[item + 1] - begin;

    for (int64_t i = 0; i < count; i++) {
        if (specials || !(l->mark[begin + i] & TOKEN_SPECIAL))
            to->index[to->used++] = base + i;
    }
}

static iso_err words(struct token_lists *to, const struct encoding_lang *l, int64_t item,
                     int64_t base)
{
    const int64_t from = l->word_at[item], until = l->word_at[item + 1];
    const int64_t tokens = l->first[until] - l->first[from];
    iso_err err = ISO_OK;

    ISO_TRY(reserve(to, until - from, tokens));
    for (int64_t w = from; w < until; w++) {
        for (int64_t i = l->first[w]; i < l->first[w + 1]; i++)
            to->index[to->used++] = base + l->index[i];
        end_row(to);
    }
done:
    return err;
}

static iso_err lists_add(struct token_lists *to, const struct encoding_lang *l, iso_pool pool,
                         int64_t item, int64_t base)
{
    const int64_t count = l->token_at[item + 1] - l->token_at[item];
    iso_err err = ISO_OK;

    if (pool == ISO_POOL_WORD || pool == ISO_POOL_TYPES)
        return words(to, l, item, base);
    ISO_TRY(reserve(to, pool == ISO_POOL_NONE ? count : 1, count));
    switch (pool) {
    case ISO_POOL_CLS:
    case ISO_POOL_LAST:
        if (count > 0)
            to->index[to->used++] = base + (pool == ISO_POOL_CLS ? 0 : count - 1);
        break;
    case ISO_POOL_NONE:
        for (int64_t i = 0; i < count; i++) {
            to->index[to->used++] = base + i;
            end_row(to);
        }
        goto done;
    default:
        together(to, l, item, base, pool != ISO_POOL_MEAN && pool != ISO_POOL_MAX);
        if (to->used == to->first[to->rows]) /* an empty line */
            together(to, l, item, base, true);
    }
    end_row(to);
done:
    return err;
}

/* --- Batches --- */

int64_t iso_encoding_batch_size(int64_t asked)
{
    const int64_t most = INT32_MAX; /* as much as all: what memory it takes can be told */

    return asked > most ? most : asked > 0 ? asked : BATCH;
}

static int by_length(const void *a, const void *b)
{
    const struct encoding_turn *x = a, *y = b;

    if (x->tokens != y->tokens)
        return x->tokens < y->tokens ? 1 : -1;
    return (x->item > y->item) - (x->item < y->item);
}

void iso_encoding_sort(struct encoding_turn *turn, int64_t count)
{
    if (count > 0)
        qsort(turn, (size_t)count, sizeof *turn, by_length);
}

static int64_t length(const struct encoding_batch *b, const struct encoding_turn *turn)
{
    return b->pad > turn->tokens ? b->pad : turn->tokens;
}

int64_t iso_encoding_fill(int64_t *tokens, const struct encoding_batch *b,
                          const struct encoding_turn *turn, int64_t left)
{
    int64_t count = 1;

    *tokens = length(b, turn);
    while (count < left && *tokens + length(b, turn + count) <= b->size)
        *tokens += length(b, turn + count++);
    return count;
}

static iso_err make_room(struct encoding_batch *b, int64_t sentences, int64_t tokens)
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
static int64_t put(struct encoding_batch *b, bool *typed, const struct encoding_lang *l,
                   const struct encoding_turn *turn, int64_t at)
{
    const int64_t from = l->token_at[turn->item], end = at + length(b, turn);

    for (int64_t i = 0; i < turn->tokens; i++, at++) {
        b->ids[at] = l->ids[from + i];
        b->types[at] = (l->mark[from + i] & TOKEN_SECOND) != 0;
        *typed = *typed || b->types[at];
    }
    for (; at < end; at++) {
        b->ids[at] = b->pad_id;
        b->types[at] = 0;
    }
    return end;
}

iso_err iso_encoding_load_begin(struct encoding_batch *b, int64_t count, int64_t tokens)
{
    iso_err err = ISO_OK;

    ISO_TRY(make_room(b, count, tokens));
    b->lists.rows = b->lists.used = 0;
    b->offsets[0] = 0;
    b->batch =
        (iso_batch){.offsets = b->offsets, .ids = b->ids, .live = b->pad > 0 ? b->live : NULL};
done:
    return err;
}

iso_err iso_encoding_load_add(struct encoding_batch *b, const struct encoding_lang *l,
                              iso_pool pool, const struct encoding_turn *turn)
{
    const int64_t at = b->offsets[b->batch.B];
    bool typed = b->batch.types != NULL;
    iso_err err = ISO_OK;

    ISO_TRY(lists_add(&b->lists, l, pool, turn->item, at));
    b->live[b->batch.B] = turn->tokens;
    b->offsets[++b->batch.B] = put(b, &typed, l, turn, at);
    b->batch.types = typed ? b->types : NULL;
done:
    return err;
}

iso_err iso_encoding_load(struct encoding_batch *b, const struct encoding_lang *l, iso_pool pool,
                          const struct encoding_turn *turn, int64_t count, int64_t tokens)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_encoding_load_begin(b, count, tokens));
    for (int64_t i = 0; i < count; i++)
        ISO_TRY(iso_encoding_load_add(b, l, pool, &turn[i]));
done:
    return err;
}

void iso_encoding_batch_free(struct encoding_batch *b)
{
    iso_free(b->offsets);
    iso_free(b->live);
    iso_free(b->ids);
    iso_free(b->types);
    lists_free(&b->lists);
    *b = (struct encoding_batch){0};
}
