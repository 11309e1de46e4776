/* Lines up the rows of languages that say the same things. */
#ifndef ISO_STUDY_PARALLEL_H
#define ISO_STUDY_PARALLEL_H

#include "lib/io/states.h"

/* The items all languages share: pick[p][i] is the row of item i in language p, NULL when rows are
 * taken as they are. */
struct parallel {
    int lang_count;
    int64_t items;
    int64_t **pick;
    int64_t unshared; /* items of the first language that others lack */
    bool by_ids;
};

/* By ids where all have them (those common to all, in the first language's order), else by
 * position, and then the counts must agree. Errors name both languages. */
iso_err iso_parallel_make(struct parallel *out, const iso_lang *const *langs, int lang_count);

/* Leaves the first `items` of them; fewer stay as they are. Errors ISO_ENOMEM. */
iso_err iso_parallel_first(struct parallel *p, int64_t items);

/* Notes how many items are left, and how many of the first language, called so, are not. */
void iso_parallel_note(const struct parallel *p, const char *first, const iso_run *run);
void iso_parallel_free(struct parallel *p);

#endif
