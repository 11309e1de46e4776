/* A text as a tokenizer's normaliser leaves it, each byte knowing where it comes from. */
#ifndef ISO_TEXT_NORMAL_H
#define ISO_TEXT_NORMAL_H

#include "lib/base/str.h"

ISO_BEGIN

/** Byte i of `text` stands for bytes [begin[i], end[i]) of the original. Grown and used again; {0}
 * is empty. */
typedef struct iso_normal {
    iso_buf text;
    int64_t *begin, *end;
    int64_t room;
} iso_normal;

/** Empties, keeping the room. */
void iso_normal_clear(iso_normal *n);
void iso_normal_free(iso_normal *n);

/** Appends bytes that all stand for [begin, end). Errors  ISO_ENOMEM. */
ISO_MUST_USE iso_err iso_normal_add(iso_normal *n, const char *bytes, int64_t len, int64_t begin,
                                    int64_t end);
ISO_MUST_USE iso_err iso_normal_add_point(iso_normal *n, uint32_t point, int64_t begin,
                                          int64_t end);

/** What was dropped up to `end` belongs to the last byte that is there. */
void iso_normal_extend(iso_normal *n, int64_t end);

/** Turns places in the normalised text into those in the original; an empty span stays empty. */
void iso_normal_original(const iso_normal *n, int64_t *begin, int64_t *end);

ISO_END

#endif
