/* Lists of layers as they are typed: "0,3-6,last,sentence". */
#ifndef ISO_BASE_RANGES_H
#define ISO_BASE_RANGES_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/err.h"

ISO_BEGIN

/** One word of such a list, "3", "3-6", "last", "10-last", as first and last number; `final` is
 * what "last" stands for. false where it is none. */
bool iso_range_parse(int64_t *first, int64_t *last, const char *word, int64_t final);

/** Whether a list (NULL: all) can be read at all. Errors  ISO_EARG, naming the word. */
ISO_MUST_USE iso_err iso_ranges_check(const char *list);

/**
 * Sets take[i] for every layer of layer[0..count), ascending, that a list names; the others stay.
 * `sentence` is the layer called so, 0 if none is; "last" is the last of the others, if there are
 * any. `who` has these layers, for messages.
 * Errors  ISO_EARG (a word that is none, an end that is no layer).
 */
ISO_MUST_USE iso_err iso_ranges_take(bool *take, const char *list, const int *layer, int count,
                                     int sentence, const char *who);

ISO_END

#endif
