/* One text, or a pair, cut into pieces of a model's vocabulary. */
#ifndef ISO_TEXT_TOKENS_H
#define ISO_TEXT_TOKENS_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/err.h"

ISO_BEGIN

/** Grown and used again from text to text; {0} is empty. All arrays have `count` entries. */
typedef struct iso_tokens {
    int64_t count, room;
    int32_t *ids;
    int32_t *types;       /* what the model adds: 0, in BERT 1 from the second text on */
    uint8_t *part;        /* 0 the first text, 1 the second */
    uint8_t *special;     /* put in by us, not by the text */
    int64_t *begin, *end; /* the bytes of its text that a piece stands for; equal when none */
    bool truncated;       /* pieces were left out to keep to the length asked for */
} iso_tokens;

/** Empties, keeping the room. */
void iso_tokens_clear(iso_tokens *t);
void iso_tokens_free(iso_tokens *t);

/** Appends a piece: type 0, part 0, not special. Errors ISO_ENOMEM. */
ISO_MUST_USE iso_err iso_tokens_add(iso_tokens *t, int32_t id, int64_t begin, int64_t end);

ISO_END

#endif
