/* Copies of items whose words are replaced by neighbours: texts in memory. */
#ifndef ISO_ITEMS_COPIES_H
#define ISO_ITEMS_COPIES_H

#include "lib/io/corpus.h"
#include "lib/train/replace_words.h"

struct copies_ask {
    const iso_word_table *table;
    int64_t copies;
    uint64_t seed;
    const iso_run *run;
    double probability, most; /* as iso_replace has them */
};

/* Row i · copies + c is copy c of the i-th item. {0} is empty. */
struct copies {
    iso_corpus corpus; /* text, text2 where there is one, ids "ID.1", labels (borrowed) */
    const char **text, **text2, **ids, **labels;
    iso_replaced replaced;
    iso_textmap kept; /* the bytes of all */
};

/* Copies of those items of a text (NULL: of all `count`), each a function of the seed and its
 * item's id, or number without ids. Errors  ISO_EARG (token ids), ISO_ENOMEM (also beyond the run's
 * memory), ISO_ECANCEL. */
iso_err iso_copies_make(struct copies *out, const iso_corpus *of, const int64_t *items,
                        int64_t count, const struct copies_ask *ask);
void iso_copies_free(struct copies *c);

/* Notes how many words a table had, of the texts called so. */
void iso_copies_note(const iso_replaced *n, const char *path, const char *table,
                     const iso_run *run);

#endif
