/* The items of several languages together: who is whose translation, and their texts. */
#ifndef ISO_STUDY_UNION_ITEMS_H
#define ISO_STUDY_UNION_ITEMS_H

#include "analysis/study/items/equal_text.h"

/* Items of one language, borrowed; ids, text and text2 may be NULL. */
struct items_lang {
    const char *name, *path;
    int64_t items;
    const char *const *ids, *const *text, *const *text2;
};

/* {0} is empty. */
struct union_items {
    int64_t **number;         /* [language][its item]: the item of all */
    const char **id;          /* borrowed, of each; NULL: the position is the id */
    struct item_texts *texts; /* of each of the first `texted` languages; an item that one lacks has
                               * no text there and equals none */
    const char **text, **text2;
    int64_t items;
    int langs;
};

/* Numbered by ids where all languages have them, else by position. Errors  ISO_EDATA (no ids, and
 * unequal numbers of items), ISO_ENOMEM. */
iso_err iso_union_items_make(struct union_items *out, const struct items_lang *lang, int langs,
                             int texted);
void iso_union_items_free(struct union_items *u);

#endif
