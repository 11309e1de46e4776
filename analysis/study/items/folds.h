/* Held-out folds: who is tested together, so that nothing seen in training is met again. */
#ifndef ISO_ITEMS_FOLDS_H
#define ISO_ITEMS_FOLDS_H

#include "analysis/study/items/equal_text.h"

struct folds {
    int count;
    int64_t items;
    int32_t *of;      /* fold of each item */
    int64_t joined;   /* items that share the text of another, and so its fold */
    bool by_position; /* there were no ids */
};

/* What folds are dealt by. */
struct folds_ask {
    int count;
    uint64_t seed;
    int64_t items;
    const char *const *ids; /* of the first language, NULL: the position in its file is the id */
    const int64_t *pick;    /* as in item_texts */
    const struct item_texts *texts;
    int languages;
};

/* An item's number for all that is random about it: a hash of the seed and its id, or, where that
 * is NULL, of its position. */
uint64_t iso_item_key(uint64_t seed, const char *id, int64_t index);

/* Items of equal text in some language are one group: group[i] is the lowest item of that of item
 * i, key[group[i]] the least key in it; *groups counts them. Errors ISO_ENOMEM. */
iso_err iso_item_groups(int64_t *group, uint64_t *key, int64_t *groups,
                        const struct folds_ask *ask);

/* An item's fold is its key modulo `count`: nothing else that is there moves it, neither order nor
 * number of the items; sizes vary as those of random draws do. Items of equal text in any of the
 * languages stay together, in the fold of the one with the least key. Errors ISO_EDATA (too few
 * items, or too few different ones; a fold without any). */
iso_err iso_folds_make(struct folds *out, const struct folds_ask *ask);
/* Notes what folds went by: no ids of the language called so, equal texts. */
void iso_folds_note(const struct folds *f, const char *lang, const iso_run *run);
void iso_folds_free(struct folds *f);

#endif
