/* The one hash table of texts: each distinct text has a number, in the order they came. */
#ifndef ISO_BASE_TEXTMAP_H
#define ISO_BASE_TEXTMAP_H

#include <stdint.h>

#include "lib/base/err.h"

ISO_BEGIN

/**
 * Texts of any bytes; {0} is empty. Text `number` is texts[number][0..lens[number]), count of them.
 * The two arrays move when a text is added, copies of texts do not. Numbers follow from what was
 * put alone, never from the hash. Not for two threads at once, unless all of them only find.
 */
typedef struct iso_textmap {
    int64_t count, capacity;
    const char **texts;
    int32_t *lens;
    struct iso_textmap_slot *slots; /* open addressing, at most half full */
    int64_t slot_count;             /* 0 or a power of two */
    struct iso_textmap_block *blocks;
} iso_textmap;

/**
 * The number of text[0..len) (-1: up to its NUL), which is added when it is new: then it is the
 * count there was. `keep` copies a new text, with a NUL behind it; `put` borrows it, and it must
 * outlive the map. On failure the map is as it was.
 * Errors  ISO_ENOMEM; ISO_EUNSUP (2^31 texts, or a text of 2^31 bytes).
 * Cost    O(len) time on average; 28 to 44 bytes a text, and the copy.
 */
ISO_MUST_USE iso_err iso_textmap_keep(int64_t *number, iso_textmap *map, const char *text,
                                      int64_t len);
ISO_MUST_USE iso_err iso_textmap_put(int64_t *number, iso_textmap *map, const char *text,
                                     int64_t len);

/** The number of a text, or -1. */
int64_t iso_textmap_find(const iso_textmap *map, const char *text, int64_t len);

/** Makes place for `count` texts in all, so that adding up to as many fails for copies alone.
 * Errors  ISO_ENOMEM, ISO_EUNSUP. */
ISO_MUST_USE iso_err iso_textmap_reserve(iso_textmap *map, int64_t count);

void iso_textmap_free(iso_textmap *map);

ISO_END

#endif
