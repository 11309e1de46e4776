/* Rows of word types that a dictionary pairs: words found, dealt to folds, asked for. */
#ifndef ISO_BIN_ALIGN_DICTIONARY_H
#define ISO_BIN_ALIGN_DICTIONARY_H

#include "analysis/maps/induce.h"
#include "analysis/study/align/align_rows.h"
#include "analysis/study/items/selection.h"
#include "lib/base/textmap.h"
#include "lib/io/states_input.h"

/* --- align_vocabulary.c --- */

/* The words of a language as they are looked up, under --lower. */
struct vocabulary {
    const iso_lang *lang;
    iso_textmap words;
    int64_t *row; /* by word */
};

/* Words that come again after folding are left out and told, with --strict refused. Errors ISO_EARG
 * (rows are no word types). */
iso_err iso_vocabulary_make(struct vocabulary *out, const iso_states *s, int lang,
                            const struct settings *set);
/* The row of a word, or −1. */
int64_t iso_vocabulary_find(const struct vocabulary *v, const char *word);
void iso_vocabulary_free(struct vocabulary *v);

/* --- align_lot.c --- */

/* What a lot is made of: pairs of rows, the scored ones and, where they are others, those that are
 * only fitted on. */
struct lot_ask {
    const iso_word_pairs *scored, *fitted; /* fitted NULL: held-out folds of `scored` */
    const struct vocabulary *src, *tgt;
    int64_t words; /* distinct source words of the dictionary, found or not */
    int folds;
    uint64_t seed;
};

/* Deals the source words to folds (one fold with `fitted`), a word's pairs together. */
iso_err iso_align_lot_make(struct align_lot *out, const struct lot_ask *ask);
void iso_align_lot_free(struct align_lot *lot);

/* --- align_named.c --- */

/* One option: its files, by target. */
struct named {
    const char *option;
    const char *text;
    iso_inputs list;
};

/* Reads the list; every file must belong to a target. Errors ISO_EARG, ISO_EIO. */
iso_err iso_named_read(struct named *n, const iso_states *s, const struct selection *sel);
/* The file of a target. Errors ISO_EARG (none, two). */
iso_err iso_named_path(const char **path, const struct named *n, const iso_states *s, int tgt);

/* --- align_dictionary.c --- */

/* Fills set's pairs and lots from --train and --test. */
iso_err iso_align_pairs_of_dictionaries(struct align_set *set, const struct align_ask *ask,
                                        iso_states *s);

#endif
