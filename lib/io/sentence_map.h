/* What `sentence_to_index` of a per-sentence file says: which text has which number. */
#ifndef ISO_IO_SENTENCE_MAP_H
#define ISO_IO_SENTENCE_MAP_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/io/h5.h"

ISO_BEGIN

/** Pairs by text ascending; the texts live as long as the map. {0} is empty. */
typedef struct iso_sentence_map {
    struct iso_sentence_pair *pairs;
    int64_t count;
    struct iso_json *json;
} iso_sentence_map;

/** Reads the map; it stays empty when the file has none or one that is no JSON object of numbers. */
ISO_MUST_USE iso_err iso_sentence_map_read(iso_sentence_map *out, iso_h5 *h5);
void iso_sentence_map_free(iso_sentence_map *map);

/** The number of a text, or -1. */
int64_t iso_sentence_map_find(const iso_sentence_map *map, const char *text);

/**
 * The texts of sentences 0 to count-1, or an empty list unless every one of them has one.
 * " (Occurrence k)" is cut off where the text without it is in the map too.
 */
ISO_MUST_USE iso_err iso_sentence_map_texts(iso_h5_texts *out, const iso_sentence_map *map,
                                            int64_t count);

ISO_END

#endif
