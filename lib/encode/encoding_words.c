/* The words of a text, the tokens each is made of, and which of them are the same. */
#include "lib/encode/encoding.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/alloc.h"

/* --- Distinct texts --- */

iso_err iso_lexicon_add(int32_t *out, struct lexicon *l, const char *text, int64_t len)
{
    const int64_t count = l->words.count;
    int64_t number;
    iso_err err = ISO_OK;

    if (count == l->capacity) {
        const int64_t capacity = count ? 2 * count : 512;
        ISO_TRY(iso_realloc(&l->seen, count, capacity, sizeof *l->seen));
        l->capacity = capacity;
    }
    ISO_TRY(iso_textmap_keep(&number, &l->words, text, len));
    l->bytes += number == count ? len + 1 : 0;
    l->seen[number]++;
    *out = (int32_t)number;
done:
    return err;
}

const char *iso_lexicon_text(const struct lexicon *l, int32_t entry)
{
    return l->words.texts[entry];
}

struct ranked {
    int64_t seen;
    const char *text;
    int32_t entry;
};

static int by_rank(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;

    if (x->seen != y->seen)
        return x->seen < y->seen ? 1 : -1;
    return strcmp(x->text, y->text);
}

iso_err iso_lexicon_order(int32_t *order, const struct lexicon *l)
{
    struct ranked *list = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&list, l->words.count, sizeof *list));
    for (int32_t i = 0; i < (int32_t)l->words.count; i++)
        list[i] = (struct ranked){l->seen[i], l->words.texts[i], i};
    if (l->words.count > 0)
        qsort(list, (size_t)l->words.count, sizeof *list, by_rank);
    for (int64_t i = 0; i < l->words.count; i++)
        order[i] = list[i].entry;
done:
    iso_free(list);
    return err;
}

void iso_lexicon_free(struct lexicon *l)
{
    iso_textmap_free(&l->words);
    iso_free(l->seen);
    *l = (struct lexicon){0};
}

/* --- Words of an item --- */

static iso_err word_room(struct encoding_lang *l, int64_t used, int64_t more)
{
    int64_t room = l->word_room ? l->word_room : 4096;
    iso_err err = ISO_OK;

    if (used + more + 1 <= l->word_room)
        return ISO_OK;
    while (room < used + more + 1)
        room *= 2;
    ISO_TRY(iso_realloc(&l->first, l->first ? used + 1 : 0, room, sizeof *l->first));
    ISO_TRY(iso_realloc(&l->entry, used, room, sizeof *l->entry));
    l->word_room = room;
done:
    return err;
}

static iso_err index_room(struct encoding_lang *l, int64_t used, int64_t more)
{
    int64_t room = l->index_room ? l->index_room : 4096;
    iso_err err = ISO_OK;

    if (used + more <= l->index_room)
        return ISO_OK;
    while (room < used + more)
        room *= 2;
    ISO_TRY(iso_realloc(&l->index, used, room, sizeof *l->index));
    l->index_room = room;
done:
    return err;
}

/* Appends the words that were found, each with its tokens. For word types those that no token is
 * left of say nothing. */
static iso_err take(struct encoding_lang *l, const iso_words *w, int64_t item, const iso_text *text,
                    iso_pool pool)
{
    int64_t used = l->word_at[item];
    iso_err err = ISO_OK;

    ISO_TRY(word_room(l, used, w->count));
    for (int64_t i = 0; i < w->count; i++) {
        const int64_t count = w->first[i + 1] - w->first[i];
        const char *from = w->part[i] ? text->pair : text->text;
        if (count == 0 && pool == ISO_POOL_TYPES)
            continue;
        ISO_TRY(index_room(l, l->first[used], count));
        for (int64_t k = 0; k < count; k++)
            l->index[l->first[used] + k] = (int32_t)w->index[w->first[i] + k];
        ISO_TRY(iso_lexicon_add(&l->entry[used], &l->lexicon, from + w->begin[i],
                                w->end[i] - w->begin[i]));
        l->first[used + 1] = l->first[used] + count;
        used++;
    }
    l->word_at[item + 1] = used;
done:
    return err;
}

iso_err iso_encoding_words_begin(struct encoding_lang *l)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&l->word_at, l->corpus.items + 1, sizeof *l->word_at));
    ISO_TRY(word_room(l, 0, 0));
done:
    return err;
}

iso_err iso_encoding_words_add(struct encoding_lang *l, iso_words *words, const iso_tokens *tokens,
                               int64_t item, const iso_text *text, iso_pool pool,
                               iso_words_kind kind)
{
    iso_err err = ISO_OK;

    iso_words_clear(words);
    ISO_TRY(iso_words_find(words, tokens, text->text, text->len, 0, kind));
    if (text->pair)
        ISO_TRY(iso_words_find(words, tokens, text->pair, text->pair_len, 1, kind));
    l->marks += words->marks;
    ISO_TRY(take(l, words, item, text, pool));
done:
    return err;
}
