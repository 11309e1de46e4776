/* Word translation: from two files of word vectors and two dictionaries to records. */
#ifndef ISO_STUDY_WORDS_JOB_H
#define ISO_STUDY_WORDS_JOB_H

#include "analysis/maps/chain.h"
#include "analysis/search/answers.h"
#include "analysis/maps/induce.h"
#include "analysis/search/neighbours.h"
#include "analysis/pass/prep.h"
#include "analysis/study/items/dictionaries.h"
#include "analysis/study/words/translation.h"
#include "lib/io/record.h"
#include "lib/io/states.h"
#include "lib/io/states_input.h"
#include "lib/io/vectors.h"

enum { WORDS_RANKS = 16, WORDS_RULES = 6 };

/* The options understood. */
struct words_ask {
    iso_words_opt opt;
    const iso_run *run;
    iso_prep prep;
    char *prep_text; /* as records have it; NULL for no step */
    bool mapped;     /* false: the spaces are compared as they are */
    iso_map_opt map;
    iso_chain chain; /* of the steps, else none */
    int rounds;
    int64_t rank[WORDS_RANKS];
    int ranks;
    iso_rule rule[WORDS_RULES];
    int rules;
    iso_near_opt near;
    iso_boot boot;
    int64_t max_vocab;
    char *train; /* as records have it */
};

/* Errors ISO_EARG: what the options alone show wrong. Free in any case. */
iso_err iso_words_ask_make(struct words_ask *out, const iso_words_opt *opt, const iso_run *run);
void iso_words_ask_free(struct words_ask *ask);

/* One side, before its vectors are read. */
struct words_source {
    iso_words_side given;
    iso_inputs named;   /* one file */
    const char *path;   /* of it */
    char *lang;         /* as records have it */
    char *within;       /* of a states file: its name of the language, else NULL */
    int *layer;         /* of a states file: those chosen, ascending */
    int layers;         /* 0: a file without layers */
    char *model, *pool; /* of a states file */
};

/* Looks what a side is: a file of words, one language of states with word types, memory. */
iso_err iso_words_source_open(struct words_source *out, const iso_words_side *given,
                              const struct words_ask *ask);
void iso_words_source_close(struct words_source *side);

/* The words of one side and layer, and where they lie. */
struct words_space {
    iso_vectors v; /* the words; its rows are looked at through `rows` alone */
    iso_mat rows;  /* borrowed from v, or our own */
};

/* Reads, notes what was odd when `note`, and prepares the vectors of one layer (-1: no layers). */
iso_err iso_words_space_read(struct words_space *out, const struct words_source *side,
                             const struct words_ask *ask, int layer, bool note);
void iso_words_space_free(struct words_space *space);

/* Columns of zeros at the right of the side that has fewer; without padding an error. */
iso_err iso_words_pad(struct words_space space[2], const struct words_source side[2], bool pad);

/* The words asked for, and where their answers are: `pairs` of rows (query → target), those of word
 * w at first[w] … first[w + 1] − 1. */
struct words_test {
    int64_t words, pairs;
    int64_t lost; /* words without a vector themselves; the others that are missing lack answers */
    int64_t *first, *query, *target;
};

/* The pairs of both dictionaries whose words both sides have. Errors ISO_EDATA (none). */
iso_err iso_words_train_pairs(iso_word_pairs *out, const iso_dictionary *d,
                              const struct words_ask *ask, const struct words_space space[2]);
iso_err iso_words_test_make(struct words_test *out, const iso_dictionary *d,
                            const struct words_ask *ask, const struct words_space space[2]);
void iso_words_test_free(struct words_test *test);

/* Fits and maps: the rows of both sides are comparable afterwards. `pairs` are the training pairs,
 * replaced by those of the best round; unsupervised they are found. */
iso_err iso_words_map(struct words_space space[2], iso_word_pairs *pairs,
                      const struct words_ask *ask);

/* Scores by every rule asked for, over all denominators. `like` has the names. */
iso_err iso_words_score(iso_records *out, const iso_record *like, const struct words_test *test,
                        iso_view x, iso_view y, const struct words_ask *ask);

#endif
