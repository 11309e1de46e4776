/* Held-out folds: who is tested together, so that nothing seen in training is met again. */
#ifndef ISO_ITEMS_FOLDS_H
#define ISO_ITEMS_FOLDS_H

#include "analysis/study/items/equal_text.h"

struct folds {
    int count;
    int64_t items;
    int32_t *of;    /* fold of each item */
    int64_t joined; /* items that follow an earlier one of equal text into its fold */
};

/* What folds are dealt by. */
struct folds_ask {
    int count;
    uint64_t seed;
    int64_t items;
    const char *const *ids; /* of the first language, NULL: the position is the id */
    const int64_t *pick;    /* as in item_texts */
    const struct item_texts *texts;
    int languages;
};

/* Deals items to folds by their ids and the seed alone: not by their order in the file. Items of
 * equal text in any of the languages stay together. Folds differ by no more than the largest such
 * group. Errors ISO_EDATA (too few items, or too few different ones). */
iso_err iso_folds_make(struct folds *out, const struct folds_ask *ask);
void iso_folds_free(struct folds *f);

#endif
