/* Distinct texts, numbered in the order of their first appearance, and how often each was given. */
#ifndef ISO_BIN_LEXICON_H
#define ISO_BIN_LEXICON_H

#include "lib/base/textmap.h"

/* {0} is empty. */
struct lexicon {
    iso_textmap words;
    int64_t *seen; /* by number: how often it was given */
    int64_t capacity;
    int64_t bytes; /* of all, each with its NUL */
};

/* The number of a text, which is added when it is new. Errors ISO_ENOMEM. */
iso_err iso_lexicon_add(int32_t *out, struct lexicon *l, const char *text, int64_t len);

/* NUL-terminated; lives as long as the lexicon. */
const char *iso_lexicon_text(const struct lexicon *l, int32_t entry);

/* Entries by falling count, equal ones by their bytes: order[rank] = entry. */
iso_err iso_lexicon_order(int32_t *order, const struct lexicon *l);

void iso_lexicon_free(struct lexicon *l);

#endif
