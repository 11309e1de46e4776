/* Which items each pair of languages shares. Pairs with the same items are one set, so that they
 * are read together. */
#ifndef ISO_STUDY_ITEM_SETS_H
#define ISO_STUDY_ITEM_SETS_H

#include "analysis/study/items/parallel.h"

enum { ITEM_SIDES = 4 };

/* Languages, by their number in a list, whose common items are asked for; the first gives the
 * order. */
struct item_sides {
    int lang[ITEM_SIDES], count;
};

struct item_sets {
    struct parallel *set; /* pick[l] of the l-th language of the list, where it takes part */
    bool **in;            /* by set, then by language: whether it takes part */
    int *first;           /* by set: the language whose order the items have */
    int sets, langs, pairs;
    int *of;             /* by pair: its set */
    int joint;           /* the set of the items that all languages have; −1 unless asked for */
    int64_t least, most; /* items of a pair */
};

/* How items are shared out: each pair has what its languages have in common, or (ALL) what all
 * languages of the list have. JOINT: that too, as a set of no pair. */
enum item_share { ITEMS_OF_PAIRS, ITEMS_OF_PAIRS_AND_JOINT, ITEMS_OF_ALL };

/* Errors as iso_parallel_make. O(items) a pair. */
iso_err iso_item_sets_make(struct item_sets *out, const iso_lang *const *langs, int lang_count,
                           const struct item_sides *pair, int pairs, enum item_share share);
void iso_item_sets_free(struct item_sets *s);

/* Leaves the first `items` of every set; fewer stay as they are. Errors ISO_ENOMEM. */
iso_err iso_item_sets_first(struct item_sets *s, int64_t items);

/* The place of each item of a set in the language that gives its order; NULL: 0, 1, 2, … */
const int64_t *iso_item_sets_place(const struct item_sets *s, int set);

/* One line where items are left out: how many are left, and of which language (the first pair's
 * source is `first`) the others are. */
void iso_item_sets_note(const struct item_sets *s, const char *first, const iso_run *run);

#endif
