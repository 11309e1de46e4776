/* Distinct texts, each with its number, found by content. */
#ifndef ISO_IO_WORD_SET_H
#define ISO_IO_WORD_SET_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/err.h"

ISO_BEGIN

/** Texts of any bytes, a NUL behind each, in the order they came; they stay where they are until
 * the set is freed. {0} is empty. */
typedef struct iso_word_set {
    int64_t count, room;
    const char **words;
    struct iso_word_block *blocks;
    int64_t *table; /* numbers + 1, open addressing */
    int64_t slots;
} iso_word_set;

/** Adds a text of up to INT32_MAX bytes unless it is there; *fresh tells. Errors  ISO_ENOMEM. */
ISO_API ISO_MUST_USE iso_err iso_word_set_put(iso_word_set *set, bool *fresh, const char *bytes,
                                              int64_t len);

/** The number of a text, or −1. */
ISO_API int64_t iso_word_set_find(const iso_word_set *set, const char *bytes, int64_t len);

ISO_API void iso_word_set_free(iso_word_set *set);

ISO_END

#endif
