/* What the columns of a table of numbers are: numbers of a row, lists of them, ids, texts. */
#ifndef ISO_IO_NUMBER_COLUMNS_H
#define ISO_IO_NUMBER_COLUMNS_H

#include "lib/io/axes.h"
#include "lib/io/gathered.h"
#include "lib/io/number_lines.h"

ISO_BEGIN

typedef struct iso_number_column {
    char *first;          /* what the first line has there: its name in a header */
    iso_role role;        /* of what is no number of a row */
    bool number, list;    /* belongs to the row; is a row, "[0.1, 0.2]" */
    bool numeric, starts; /* most cells are numbers; the first line's is */
    int64_t numbers;      /* cells that are */
    int64_t commas;       /* cells that are numbers with a decimal comma */
    bool lists, whole, counts, codes,
        spaced; /* so are all cells: lists, whole numbers, each one
                 * more than the one before, codes; some have blanks */
    float last; /* the cell before */
} iso_number_column;

/** {0} is none. */
typedef struct iso_number_columns {
    char separator;
    bool header;
    int64_t count, lines; /* columns; lines looked at */
    int64_t numbers, lists;
    iso_number_column *at;
    char read_as[ISO_READ_AS]; /* what was left out, or decided, for a note; "" */
} iso_number_columns;

/**
 * Looks at the first hundred lines of a file for a table of numbers; out->count is 0 where it is
 * none: text, records, too few numbers.
 * Errors  ISO_EFORMAT (two plausible readings: the message has both), ISO_EIO, ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_number_columns_find(iso_number_columns *out, const iso_file *file,
                                             const iso_states_opt *opt);
void iso_number_columns_free(iso_number_columns *c);

ISO_END

#endif
