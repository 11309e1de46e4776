#include "lib/base/textmap.h"

#include <stdbool.h>
#include <string.h>

#include "lib/base/alloc.h"

enum { SLOTS = 64, BLOCK_MIN = 1 << 12, BLOCK_MAX = 1 << 18 };

/* The hash decides most comparisons without a look at the text, and is all that growing needs. */
struct iso_textmap_slot {
    uint32_t hash;
    uint32_t number; /* + 1; 0 is free */
};

/* Copies lie one after another. */
struct iso_textmap_block {
    struct iso_textmap_block *older;
    int64_t room, used;
    char bytes[];
};

void iso_textmap_free(iso_textmap *map)
{
    for (struct iso_textmap_block *b = map->blocks, *older; b; b = older) {
        older = b->older;
        iso_free(b);
    }
    iso_free(map->texts);
    iso_free(map->lens);
    iso_free(map->slots);
    *map = (iso_textmap){0};
}

/* Hash ------------------------------------------------------------------------------- */

static uint64_t read64(const char *bytes)
{
    uint64_t w;

    memcpy(&w, bytes, sizeof w);
    return w;
}

static uint64_t read32(const char *bytes)
{
    uint32_t w;

    memcpy(&w, bytes, sizeof w);
    return w;
}

/* Fewer than eight bytes as one number; texts of one length never share it. */
static uint64_t read_few(const char *bytes, int64_t len)
{
    if (len >= 4)
        return read32(bytes) << 32 | read32(bytes + len - 4);
    if (len == 0)
        return 0;
    return (uint64_t)(unsigned char)bytes[0] << 16 | (uint64_t)(unsigned char)bytes[len / 2] << 8 |
           (unsigned char)bytes[len - 1];
}

static uint64_t mix(uint64_t h, uint64_t w)
{
    h = (h ^ w) * 0xff51afd7ed558ccdu;
    return h ^ h >> 32;
}

/* Eight bytes at a time after Murmur (Appleby, public domain), begun from the length; the last
 * eight overlap with those before. */
static uint32_t hash_of(const char *text, int64_t len)
{
    uint64_t h = (uint64_t)len * 0x9e3779b97f4a7c15u;

    for (int64_t i = 0; i + 8 < len; i += 8)
        h = mix(h, read64(text + i));
    h = mix(h, len >= 8 ? read64(text + len - 8) : read_few(text, len));
    h *= 0xc4ceb9fe1a85ec53u;
    return (uint32_t)(h >> 32);
}

/* Table ------------------------------------------------------------------------------ */

/* The slot of a text, or the free one where it belongs. */
static struct iso_textmap_slot *slot_of(const iso_textmap *map, const char *text, int64_t len,
                                        uint32_t hash)
{
    const uint64_t mask = (uint64_t)map->slot_count - 1;
    uint64_t i = hash & mask;

    for (; map->slots[i].number; i = (i + 1) & mask) {
        if (map->slots[i].hash != hash)
            continue;
        const uint32_t n = map->slots[i].number - 1;
        if (map->lens[n] == len && (len == 0 || memcmp(map->texts[n], text, (size_t)len) == 0))
            break;
    }
    return &map->slots[i];
}

iso_err iso_textmap_reserve(iso_textmap *map, int64_t count)
{
    struct iso_textmap_slot *slots = NULL;
    int64_t wide = map->slot_count ? map->slot_count : SLOTS;
    iso_err err = ISO_OK;

    if (count <= map->capacity)
        return ISO_OK;
    if (count > INT32_MAX)
        ISO_FAIL(ISO_EUNSUP, "%lld different texts: at most %d", (long long)count, INT32_MAX);
    while (wide / 2 < count)
        wide *= 2;
    ISO_TRY(iso_alloc(&slots, wide, sizeof *slots));
    ISO_TRY(iso_realloc(&map->texts, map->count, wide / 2, sizeof *map->texts));
    ISO_TRY(iso_realloc(&map->lens, map->count, wide / 2, sizeof *map->lens));
    for (int64_t k = 0; k < map->slot_count; k++) {
        if (!map->slots[k].number)
            continue;
        uint64_t i = map->slots[k].hash & (uint64_t)(wide - 1);
        while (slots[i].number)
            i = (i + 1) & (uint64_t)(wide - 1);
        slots[i] = map->slots[k];
    }
    iso_free(map->slots);
    map->slots = slots;
    map->slot_count = wide;
    map->capacity = wide / 2;
    slots = NULL;
done:
    iso_free(slots);
    return err;
}

/* A copy with a NUL behind it, where it stays. */
static iso_err copy(const char **out, iso_textmap *map, const char *text, int64_t len)
{
    struct iso_textmap_block *b = map->blocks;
    iso_err err = ISO_OK;

    if (!b || b->room - b->used <= len) {
        int64_t room = b ? 2 * b->room : BLOCK_MIN;
        room = room < BLOCK_MAX ? room : BLOCK_MAX;
        room = len < room ? room : len + 1;
        ISO_TRY(iso_alloc(&b, (int64_t)sizeof *b + room, 1));
        b->older = map->blocks;
        b->room = room;
        map->blocks = b;
    }
    char *to = b->bytes + b->used;
    if (len > 0)
        memcpy(to, text, (size_t)len);
    b->used += len + 1;
    *out = to;
done:
    return err;
}

static iso_err add(int64_t *number, iso_textmap *map, const char *text, int64_t len, bool keep)
{
    iso_err err = ISO_OK;

    if (len < 0)
        len = (int64_t)strlen(text);
    if (len > INT32_MAX)
        ISO_FAIL(ISO_EUNSUP, "a text of %lld bytes: at most %d", (long long)len, INT32_MAX);
    if (map->count == map->capacity)
        ISO_TRY(iso_textmap_reserve(map, map->count + 1));
    const uint32_t hash = hash_of(text, len);
    struct iso_textmap_slot *slot = slot_of(map, text, len, hash);
    if (!slot->number) {
        if (keep)
            ISO_TRY(copy(&text, map, text, len));
        map->texts[map->count] = text;
        map->lens[map->count] = (int32_t)len;
        *slot = (struct iso_textmap_slot){hash, (uint32_t)++map->count};
    }
    *number = (int64_t)slot->number - 1;
done:
    return err;
}

iso_err iso_textmap_keep(int64_t *number, iso_textmap *map, const char *text, int64_t len)
{
    return add(number, map, text, len, true);
}

iso_err iso_textmap_put(int64_t *number, iso_textmap *map, const char *text, int64_t len)
{
    return add(number, map, text, len, false);
}

int64_t iso_textmap_find(const iso_textmap *map, const char *text, int64_t len)
{
    if (len < 0)
        len = (int64_t)strlen(text);
    return map->count > 0 ? (int64_t)slot_of(map, text, len, hash_of(text, len))->number - 1 : -1;
}
