/* Lines up the rows of languages that say the same things. */
#ifndef ISO_BIN_PARALLEL_H
#define ISO_BIN_PARALLEL_H

#include "lib/io/states.h"

/* The items all parties share: pick[p][i] is the row of item i at party p, NULL when rows are taken
 * as they are. */
struct parallel {
    int parties;
    int64_t items;
    int64_t **pick;
    int64_t unshared; /* items of the first party that others lack */
    bool by_ids;
};

/* By ids where all have them (those common to all, in the first party's order), else by position,
 * and then the counts must agree. Errors name both languages. */
iso_err iso_parallel_make(struct parallel *out, const iso_lang *const *party, int parties);
void iso_parallel_free(struct parallel *p);

#endif
