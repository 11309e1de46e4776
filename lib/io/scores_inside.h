/* What the files of scores share: cells on their way into the table. */
#ifndef ISO_IO_SCORES_INSIDE_H
#define ISO_IO_SCORES_INSIDE_H

#include "lib/base/str.h"
#include "lib/io/delimited.h"
#include "lib/io/scores.h"

enum { SCORES_ROWS = 10000 };

/* Names in the order of their first coming, each once. */
struct scores_names {
    char **at;
    int count, room;
};

/* One number, where it stands. */
struct scores_cell {
    int row, lang;
    double value;
    int64_t line;
};

/* Numbers as they were written: 85.8 and 85,8, with a per cent sign, or three digits behind a
 * comma; the line of the first of each. */
struct scores_style {
    int64_t points, commas, percents, plain, thousands; /* plain: without a per cent sign */
    int64_t comma_line, percent_line;
};

/* The columns of a table; −1 where there is none. */
struct scores_columns {
    int lang, row, model, task, score;
};

enum scores_layout {
    SCORES_LONG,  /* a line a score */
    SCORES_WIDE,  /* a row a model, a column a language */
    SCORES_TURNED /* a row a language, a column a model */
};

/* scores_layout.c: which way round the table of that header is, by names and by what is a language.
 */
iso_err iso_scores_layout_of(enum scores_layout *out, struct scores_columns *columns,
                             const iso_delimited *head, const char *bytes, int64_t len,
                             const iso_scores_opt *opt);

struct iso_scores_store {
    struct scores_style style;
    struct scores_names row, lang;
    struct scores_cell *cell;
    int64_t cells, room;
    double *value;
    iso_buf note;
};

/* Where a name is, or −1; the number of a name, which is added when it is new. */
int iso_scores_find(const struct scores_names *n, const char *name);
iso_err iso_scores_name(int *out, struct scores_names *n, const char *name, int64_t line);

/* Notes a number; a cell that says nothing is ignored. */
iso_err iso_scores_add(struct iso_scores_store *s, int row, int lang, const char *text,
                       int64_t line);

/* Cells to their places; one that is said twice is an error. */
iso_err iso_scores_lay_out(struct iso_scores_store *s);

#endif
