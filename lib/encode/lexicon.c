#include "lib/encode/lexicon.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/alloc.h"

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
