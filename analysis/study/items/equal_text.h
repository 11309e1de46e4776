/* Items that hold the same text. */
#ifndef ISO_ITEMS_EQUAL_TEXT_H
#define ISO_ITEMS_EQUAL_TEXT_H

#include "lib/io/states.h"

/* The texts of one language in the common order of items: text[pick[i]] is that of item i (pick
 * NULL: text[i]). `second` may be NULL. */
struct item_texts {
    const char *const *text, *const *second;
    const int64_t *pick;
};

/* first[i]: the lowest item with the text, and second text, of item i; i itself when nothing is
 * known of texts. A text that is NULL equals another NULL alone. Errors ISO_ENOMEM. */
iso_err iso_equal_text_first(int64_t *first, const struct item_texts *texts, int64_t items);

/* first[i] as above; next[i]: the next item with the text of item i, −1 for none. Both NULL when
 * nothing is known of texts. */
struct duplicates {
    int64_t *first, *next;
    int64_t items, shared; /* shared: items whose text another item holds too */
};

/* Of item i the row pick[i] (NULL: i) of the language counts. Token rows have no texts. */
iso_err iso_duplicates_make(struct duplicates *out, const iso_lang *lang, const int64_t *pick,
                            int64_t items);

/* Items with the text of item i, itself among them. */
int64_t iso_duplicates_count(const struct duplicates *d, int64_t i);

/* Rows that are right where item i is looked for: itself, then others of its text, 64 of them at
 * most. Returns how many, writes unless NULL. */
int64_t iso_duplicates_right(int64_t *row, const struct duplicates *d, int64_t i);
void iso_duplicates_free(struct duplicates *d);

#endif
