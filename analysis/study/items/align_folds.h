/* Held-out folds: who is tested together, so that nothing seen in training is met again. */
#ifndef ISO_BIN_ALIGN_FOLDS_H
#define ISO_BIN_ALIGN_FOLDS_H

#include <stdint.h>

#include "lib/base/err.h"

/* The texts of one language in the common order of items: text[pick[i]] is that of item i (pick
 * NULL: text[i]). `second` may be NULL. */
struct fold_texts {
    const char *const *text, *const *second;
    const int64_t *pick;
};

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
    const int64_t *pick;    /* as in fold_texts */
    const struct fold_texts *texts;
    int languages;
};

/* Deals items to folds by their ids and the seed alone: not by their order in the file. Items of
 * equal text in any of the languages stay together. Folds differ by no more than the largest such
 * group. Errors ISO_EARG (too few items, or too few different ones). */
iso_err iso_folds_make(struct folds *out, const struct folds_ask *ask);
void iso_folds_free(struct folds *f);

/* first[i] = the lowest item with the text of item i; i itself without texts (`texts` NULL). */
iso_err iso_folds_first_of_text(int64_t *first, const struct fold_texts *texts, int64_t items);

#endif
