/* A vocabulary: pieces and their ids. */
#ifndef ISO_TEXT_VOCAB_H
#define ISO_TEXT_VOCAB_H

#include <stdint.h>

#include "lib/base/err.h"

ISO_BEGIN

typedef struct iso_vocab iso_vocab;

/** An empty one; `name` is what messages call it. */
ISO_MUST_USE iso_err iso_vocab_new(iso_vocab **out, const char *name);
void iso_vocab_close(iso_vocab *v);

/**
 * Gives piece[0..len) the id. Two pieces may not share an id; a repeated piece is odd and
 * takes its last id, as the published readers have it; a repeated id keeps its piece. Ids
 * need not ascend, but memory grows with the largest. Errors  ISO_EARG (negative id), ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_vocab_put(iso_vocab *v, int32_t id, const char *piece, int64_t len);

/**
 * Reads a text with one piece a line, whose number counting from 0 is its id. Lines end in \n or
 * \r\n, the last one may not; an empty line is a piece of no bytes; a UTF-8 byte-order mark is
 * ignored. Pieces may hold any bytes: those that are not UTF-8 keep their id and are odd.
 * Errors  ISO_EIO, ISO_EFORMAT (an empty file), ISO_EUNSUP (2^31 lines), ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_vocab_read(iso_vocab **out, const char *path);

/** One above the largest id. */
int32_t iso_vocab_size(const iso_vocab *v);

/** The piece of an id; NULL and length 0 for an id that has none. Lives as long as `v`. */
const char *iso_vocab_piece(int64_t *len, const iso_vocab *v, int32_t id);

/** The id of piece[0..len) (-1: up to its NUL), or -1. */
int32_t iso_vocab_find(const iso_vocab *v, const char *piece, int64_t len);

/** How many odd things were met, and what the first was ("" if none). */
int64_t iso_vocab_odd(const iso_vocab *v, const char **first);

ISO_END

#endif
