/* Distinct texts, numbered in the order of their first appearance. */
#ifndef ISO_BIN_LEXICON_H
#define ISO_BIN_LEXICON_H

#include "lib/base/str.h"

/* {0} is empty. */
struct lexicon {
    iso_buf bytes; /* the texts, each with its NUL */
    int64_t *at;   /* count: where a text begins */
    int64_t *seen; /* count: how often it was given */
    int32_t *slot; /* open addressing: entry + 1, 0 free */
    int64_t count, room, slots;
};

/* The number of a text, which is added when it is new. Errors ISO_ENOMEM. */
iso_err iso_lexicon_add(int32_t *out, struct lexicon *l, const char *text, int64_t len);

/* NUL-terminated; lives until the next addition. */
const char *iso_lexicon_text(const struct lexicon *l, int32_t entry);

/* Entries by falling count, equal ones by their bytes: order[rank] = entry. */
iso_err iso_lexicon_order(int32_t *order, const struct lexicon *l);

void iso_lexicon_free(struct lexicon *l);

#endif
