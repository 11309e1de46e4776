/* Rows that lie in several stretches of several arrays, as one matrix: tokens of sentences. */
#ifndef ISO_IO_ARRAY_PIECES_H
#define ISO_IO_ARRAY_PIECES_H

#include "lib/io/array.h"

ISO_BEGIN

/** Rows of one array that lie `step` numbers apart, whose own numbers lie side by side. */
typedef struct iso_array_piece {
    int64_t array, first, step; /* which array; the number at which the first row begins */
    int64_t before;             /* rows of the pieces before it */
} iso_array_piece;

/** {0} is empty. */
typedef struct iso_array_pieces {
    iso_array *arrays;
    int64_t array_count;
    iso_array_piece *at;
    int64_t count, room;
    int64_t rows, cols;
} iso_array_pieces;

/** Appends `rows` rows; none are left out. Errors  ISO_ENOMEM. */
ISO_MUST_USE iso_err iso_array_pieces_add(iso_array_pieces *p, int64_t array, int64_t first,
                                          int64_t step, int64_t rows);
void iso_array_pieces_free(iso_array_pieces *p);

/** A source over all rows in order; takes the pieces over, which are empty then. Errors ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_array_pieces_rows(iso_rows **out, iso_array_pieces *p);

ISO_END

#endif
