/* The texts behind a collection of states: item by item, in the order of its rows. */
#ifndef ISO_ENCODE_STATES_TEXTS_H
#define ISO_ENCODE_STATES_TEXTS_H

#include "lib/encode/texts.h"
#include "lib/io/states.h"

/* Languages of a collection with their texts; {0} is empty. Item i of language l is the item i that
 * the states have of it. */
struct states_texts {
    iso_texts *texts; /* in memory, the languages in the order they were asked for */
    iso_corpus *lang; /* of each what `texts` borrows, */
    iso_corpus *read; /* and what that borrows from a corpus */
    int count;
};

/*
 * The texts of languages (their numbers in `states`): those that the states keep, else those of
 * `corpus` (NULL: none), joined by ids where both have them, else by position. The states must
 * outlive them. Errors  ISO_EARG (a language or an item without text, named, and the way out; rows
 * that are not one an item), those of iso_texts_read, ISO_ENOMEM.
 */
iso_err iso_states_texts(struct states_texts *out, const iso_states *states, const int *lang,
                         int count, const iso_texts *corpus, const iso_run *run);
void iso_states_texts_free(struct states_texts *t);

#endif
