/* What the files of scores share: cells on their way into the table. */
#ifndef ISO_IO_SCORES_INSIDE_H
#define ISO_IO_SCORES_INSIDE_H

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

struct iso_scores_store {
    struct scores_names row, lang;
    struct scores_cell *cell;
    int64_t cells, room;
    double *value;
};

/* Where a name is, or −1; the number of a name, which is added when it is new. */
int scores_find(const struct scores_names *n, const char *name);
iso_err scores_name(int *out, struct scores_names *n, const char *name, int64_t line);

/* Notes a number; a cell that says nothing is passed over. */
iso_err scores_add(struct iso_scores_store *s, int row, int lang, const char *text, int64_t line);

/* Cells to their places; one that is said twice is an error. */
iso_err scores_lay_out(struct iso_scores_store *s);

#endif
