#include "lib/encode/lexicon.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/alloc.h"

/* FNV-1a, its bits stirred once more since only the low ones choose the slot. */
static uint64_t hash(const char *text, int64_t len)
{
    uint64_t h = 14695981039346656037u;

    for (int64_t i = 0; i < len; i++)
        h = (h ^ (unsigned char)text[i]) * 1099511628211u;
    return h ^ h >> 29;
}

static bool same(const struct lexicon *l, int32_t entry, const char *text, int64_t len)
{
    const int64_t at = l->at[entry];
    const int64_t end = entry + 1 < l->count ? l->at[entry + 1] : l->bytes.len;

    return end - at - 1 == len && memcmp(l->bytes.text + at, text, (size_t)len) == 0;
}

/* The slot of a text, or the free one it belongs into. */
static int32_t *find(const struct lexicon *l, const char *text, int64_t len)
{
    const uint64_t mask = (uint64_t)l->slots - 1;
    uint64_t i = hash(text, len) & mask;

    while (l->slot[i] && !same(l, l->slot[i] - 1, text, len))
        i = (i + 1) & mask;
    return &l->slot[i];
}

/* Twice the slots; every entry finds its new one. */
static iso_err spread(struct lexicon *l)
{
    struct lexicon wide = *l;
    iso_err err = ISO_OK;

    if (2 * (l->count + 1) <= l->slots)
        return ISO_OK;
    wide.slots = l->slots ? 2 * l->slots : 1024;
    wide.slot = NULL;
    ISO_TRY(iso_alloc(&wide.slot, wide.slots, sizeof *wide.slot));
    for (int32_t i = 0; i < (int32_t)l->count; i++) {
        const int64_t end = i + 1 < (int32_t)l->count ? l->at[i + 1] : l->bytes.len;
        *find(&wide, l->bytes.text + l->at[i], end - l->at[i] - 1) = i + 1;
    }
    iso_free(l->slot);
    l->slot = wide.slot;
    l->slots = wide.slots;
done:
    return err;
}

static iso_err more_room(struct lexicon *l)
{
    const int64_t room = l->room ? 2 * l->room : 512;
    iso_err err = ISO_OK;

    if (l->count < l->room)
        return ISO_OK;
    if (l->count >= INT32_MAX / 2)
        ISO_FAIL(ISO_EUNSUP, "more than %lld different texts: take fewer with " ISO_FIELD(limit),
                 (long long)l->count);
    ISO_TRY(iso_realloc(&l->at, l->count, room, sizeof *l->at));
    ISO_TRY(iso_realloc(&l->seen, l->count, room, sizeof *l->seen));
    l->room = room;
done:
    return err;
}

iso_err iso_lexicon_add(int32_t *out, struct lexicon *l, const char *text, int64_t len)
{
    const int64_t begin = l->bytes.len;
    iso_err err = ISO_OK;

    ISO_TRY(spread(l));
    int32_t *slot = find(l, text, len);
    if (!*slot) {
        ISO_TRY(more_room(l));
        ISO_TRY(iso_buf_add(&l->bytes, text, len));
        if ((err = iso_buf_add(&l->bytes, "", 1)) != ISO_OK) {
            l->bytes.len = begin;
            goto done;
        }
        l->at[l->count] = begin;
        l->seen[l->count] = 0;
        *slot = (int32_t)++l->count;
    }
    l->seen[*slot - 1]++;
    *out = *slot - 1;
done:
    return err;
}

const char *iso_lexicon_text(const struct lexicon *l, int32_t entry)
{
    return l->bytes.text + l->at[entry];
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

    ISO_TRY(iso_alloc(&list, l->count, sizeof *list));
    for (int32_t i = 0; i < (int32_t)l->count; i++)
        list[i] = (struct ranked){l->seen[i], iso_lexicon_text(l, i), i};
    if (l->count > 0)
        qsort(list, (size_t)l->count, sizeof *list, by_rank);
    for (int64_t i = 0; i < l->count; i++)
        order[i] = list[i].entry;
done:
    iso_free(list);
    return err;
}

void iso_lexicon_free(struct lexicon *l)
{
    iso_buf_free(&l->bytes);
    iso_free(l->at);
    iso_free(l->seen);
    iso_free(l->slot);
    *l = (struct lexicon){0};
}
