#include "lib/io/word_set.h"

#include <string.h>

#include "lib/base/alloc.h"

enum { BLOCK = 1 << 18, SLOTS = 1024 };

/* Texts lie one after another: length, bytes, NUL. */
struct iso_word_block {
    struct iso_word_block *older;
    int64_t room, used;
    char bytes[];
};

void iso_word_set_free(iso_word_set *set)
{
    for (struct iso_word_block *b = set->blocks, *older; b; b = older) {
        older = b->older;
        iso_free(b);
    }
    iso_free(set->words);
    iso_free(set->table);
    *set = (iso_word_set){0};
}

static int64_t length_of(const char *word)
{
    uint32_t len;

    memcpy(&len, word - sizeof len, sizeof len);
    return len;
}

/* Murmur's way of mixing eight bytes at a time (Appleby, public domain algorithm), begun from the
 * length. */
static uint64_t hash(const char *bytes, int64_t len)
{
    uint64_t h = (uint64_t)len * 0x9e3779b97f4a7c15u;

    for (int64_t i = 0; i < len; i += 8) {
        uint64_t w = 0;
        memcpy(&w, bytes + i, len - i < 8 ? (size_t)(len - i) : 8);
        h = (h ^ w) * 0xff51afd7ed558ccdu;
        h ^= h >> 32;
    }
    h *= 0xc4ceb9fe1a85ec53u;
    return h ^ h >> 29;
}

/* The slot of a text, or the free one where it belongs. */
static int64_t slot_of(const iso_word_set *set, const char *bytes, int64_t len)
{
    const uint64_t mask = (uint64_t)set->slots - 1;
    uint64_t at = hash(bytes, len) & mask;

    for (; set->table[at]; at = (at + 1) & mask) {
        const char *word = set->words[set->table[at] - 1];
        if (length_of(word) == len && memcmp(word, bytes, (size_t)len) == 0)
            break;
    }
    return (int64_t)at;
}

static iso_err widen(iso_word_set *set)
{
    const int64_t slots = set->slots ? set->slots * 2 : SLOTS, room = slots / 2;
    int64_t *table = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&table, slots, sizeof *table));
    ISO_TRY(iso_realloc(&set->words, set->count, room, sizeof *set->words));
    set->room = room;
    iso_free(set->table);
    set->table = table;
    set->slots = slots;
    table = NULL;
    for (int64_t i = 0; i < set->count; i++)
        set->table[slot_of(set, set->words[i], length_of(set->words[i]))] = i + 1;
done:
    iso_free(table);
    return err;
}

static iso_err keep(const char **out, iso_word_set *set, const char *bytes, int64_t len)
{
    const uint32_t size = (uint32_t)len;
    const int64_t need = (int64_t)sizeof size + len + 1;
    struct iso_word_block *b = set->blocks;
    iso_err err = ISO_OK;

    if (!b || b->room - b->used < need) {
        const int64_t room = need < BLOCK / 2 ? BLOCK : need;
        ISO_TRY(iso_alloc(&b, (int64_t)sizeof *b + room, 1));
        b->older = set->blocks;
        b->room = room;
        set->blocks = b;
    }
    char *to = b->bytes + b->used;
    memcpy(to, &size, sizeof size);
    memcpy(to + sizeof size, bytes, (size_t)len);
    b->used += need;
    *out = to + sizeof size;
done:
    return err;
}

iso_err iso_word_set_put(iso_word_set *set, bool *fresh, const char *bytes, int64_t len)
{
    iso_err err = ISO_OK;

    ISO_NEED(len >= 0 && len <= INT32_MAX, "a word of %lld bytes: at most %d", (long long)len,
             INT32_MAX);
    if (set->count == set->room)
        ISO_TRY(widen(set));
    const int64_t slot = slot_of(set, bytes, len);
    const bool there = set->table[slot] != 0;
    if (!there) {
        ISO_TRY(keep(&set->words[set->count], set, bytes, len));
        set->table[slot] = ++set->count;
    }
    *fresh = !there;
done:
    return err;
}

int64_t iso_word_set_find(const iso_word_set *set, const char *bytes, int64_t len)
{
    return set->slots ? set->table[slot_of(set, bytes, len)] - 1 : -1;
}
