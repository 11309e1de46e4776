/* The normalisation rules inside a SentencePiece model: are they sound, and what do they say? */
#ifndef ISO_TEXT_CHARSMAP_H
#define ISO_TEXT_CHARSMAP_H

#include <stdint.h>

#include "lib/base/err.h"

ISO_BEGIN

/**
 * Walks all of a `precompiled_charsmap`: the size of a trie (4 bytes), the trie as a double array
 * of 32-bit units, then the replacements, each ended by a NUL. *growth becomes the most bytes that
 * one byte of text turns into, spaces counted as the three of U+2581; at least 3.
 *
 * Cost  256 looks for each unit, four times at most.
 * Errors  ISO_EFORMAT (a link out of the trie or in a circle, a replacement out of its place, more
 * than 32 rules inside one another, a growth beyond 256), ISO_ENOMEM; `name` begins the message.
 * Source  Yata's darts-clone (the double array), Kudo and Richardson 2018 (the rules).
 */
ISO_MUST_USE iso_err iso_charsmap_check(int64_t *growth, const void *map, int64_t len,
                                        const char *name);

/**
 * The longest rule of such a map, checked and with a NUL behind it, that begins text[0..len): bytes
 * it takes, 0 if there is none; *with becomes what stands in their place, ended by a NUL.
 */
int64_t iso_charsmap_find(const char **with, const void *map, int64_t map_len, const char *text,
                          int64_t len);

ISO_END

#endif
