/* Which tokens of a sentence make which rows. */
#include "lib/encode/texts.h"
#include "lib/base/alloc.h"

int64_t iso_texts_row(const struct texts_lang *lang, iso_pool pool, int64_t item)
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

void iso_texts_lists_free(struct texts_lists *lists)
{
    iso_free(lists->first);
    iso_free(lists->index);
    *lists = (struct texts_lists){0};
}

static iso_err reserve(struct texts_lists *to, int64_t rows, int64_t tokens)
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

static void end_row(struct texts_lists *to)
{
    to->first[++to->rows] = to->used;
}

/* Adds the tokens of an item to the row that is open: those of the text alone, or all. */
static void together(struct texts_lists *to, const struct texts_lang *l, int64_t item, int64_t base,
                     bool specials)
{
    const int64_t begin = l->token_at[item], count = l->token_at[item + 1] - begin;

    for (int64_t i = 0; i < count; i++) {
        if (specials || !(l->mark[begin + i] & TEXTS_SPECIAL))
            to->index[to->used++] = base + i;
    }
}

static iso_err words(struct texts_lists *to, const struct texts_lang *l, int64_t item, int64_t base)
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

iso_err iso_texts_lists_add(struct texts_lists *to, const struct texts_lang *l, iso_pool pool,
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
        together(to, l, item, base, pool == ISO_POOL_MEAN_SPECIAL);
        if (to->used == to->first[to->rows]) /* an empty line */
            together(to, l, item, base, true);
    }
    end_row(to);
done:
    return err;
}
