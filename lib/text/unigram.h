/* A unigram model: pieces with scores, and the best way to cut a text into them. */
#ifndef ISO_TEXT_UNIGRAM_H
#define ISO_TEXT_UNIGRAM_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/err.h"

ISO_BEGIN

/** Kinds of pieces, numbered as sentencepiece_model.proto has them. A text is cut into normal
 * pieces and symbols of the user, which count more than any cut without them; nothing else is found
 * in a text. */
typedef enum iso_piece_kind {
    ISO_PIECE_NORMAL = 1,
    ISO_PIECE_UNKNOWN = 2,
    ISO_PIECE_CONTROL = 3,
    ISO_PIECE_SYMBOL = 4,
    ISO_PIECE_UNUSED = 5,
    ISO_PIECE_BYTE = 6
} iso_piece_kind;

typedef struct iso_piece {
    const char *text; /* borrowed */
    float score;
    uint16_t len, kind;
} iso_piece;

typedef struct iso_unigram {
    iso_piece *piece; /* by id */
    int64_t count;
    int32_t unknown; /* id */
    bool symbols;    /* there are some of the user's */
    float least, most;
    struct iso_unigram_slot *slots; /* open addressing, at most half full */
    uint8_t *marks;
    int slot_bits, mark_bits;
} iso_unigram;

/** With room for so many pieces: the caller puts them, by id, and `count`. {0} is empty.
 * Errors  ISO_EUNSUP (more than 33 million), ISO_ENOMEM. */
ISO_MUST_USE iso_err iso_unigram_new(iso_unigram *u, int64_t room);

/**
 * Ends putting. Cost  a few tens of nanoseconds a piece; 36 to 54 bytes a piece.
 * Errors  ISO_EFORMAT (a piece twice, or not UTF-8; not one unknown piece; none that text is cut
 * into; `name` begins the message), ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_unigram_seal(iso_unigram *u, const char *name);
void iso_unigram_free(iso_unigram *u);

/** The id of a piece, or -1; control, unknown and byte pieces before others of the same text. */
int32_t iso_unigram_find(const iso_unigram *u, const char *text, int64_t len);

/** Bytes of the longest symbol of the user that begins text[0..len); 0 if there is none. */
int64_t iso_unigram_symbol(const iso_unigram *u, const char *text, int64_t len);

/** Where a piece of a cut ends, and where it begins. */
typedef struct iso_unigram_step {
    float score;          /* of the best cut up to here */
    int32_t id, from, to; /* `to`: where the piece ends that begins here */
} iso_unigram_step;

/**
 * The cut of text[0..len) with the largest sum of scores; of equals the one found first. A
 * character that is no piece costs 10 more than the worst piece and is unknown. `step` has len + 1
 * zeroed entries: the first piece ends at step[0].to and has the id there, the next begins there.
 *
 * Scores are summed in f32, as SentencePiece does, whose ids these are to the last tie.
 * Cost    linear in the text, times the pieces that begin at a place; safe for several threads.
 * Source  Kudo, ACL 2018, arXiv:1804.10959; Song et al., EMNLP 2021, arXiv:2012.15524 (one pass).
 */
void iso_unigram_cut(iso_unigram_step *step, const iso_unigram *u, const char *text, int32_t len);

ISO_END

#endif
