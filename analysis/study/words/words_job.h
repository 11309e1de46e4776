/* Word translation: from two files of word vectors and two dictionaries to records. */
#ifndef ISO_BIN_WORDS_JOB_H
#define ISO_BIN_WORDS_JOB_H

#include "analysis/maps/chain.h"
#include "analysis/search/answers.h"
#include "analysis/maps/induce.h"
#include "analysis/search/neighbours.h"
#include "analysis/pass/prep.h"
#include "analysis/study/items/dictionaries.h"
#include "bin/settings.h"
#include "lib/io/record.h"
#include "lib/io/states.h"
#include "lib/io/states_input.h"
#include "lib/io/vectors.h"

enum { WORDS_RANKS = 16, WORDS_RULES = 6 };

/* The command line understood. */
struct words_ask {
    const struct settings *set;
    iso_prep prep;
    char *prep_text; /* as records have it; NULL for no step */
    bool mapped;     /* false: the spaces are compared as they are */
    iso_map_opt map;
    iso_chain chain; /* --steps, else no step */
    int rounds;
    int64_t rank[WORDS_RANKS]; /* --k */
    int ranks;
    iso_rule rule[WORDS_RULES]; /* --measure */
    int rules;
    iso_near_opt near;
    iso_boot boot;
    int64_t max_vocab;
    char *train; /* as records have it */
};

/* Errors ISO_EARG: what the command line alone shows wrong. Free in any case. */
iso_err iso_words_ask_make(struct words_ask *out, const struct settings *set);
void iso_words_ask_free(struct words_ask *ask);

/* One side as the command line names it, before its vectors are read. */
struct words_side {
    iso_inputs named;   /* one file */
    const char *path;   /* of it */
    char *lang;         /* as records have it */
    char *within;       /* of a states file: its name of the language, else NULL */
    int *layer;         /* of a states file: those chosen, ascending */
    int layers;         /* 0: a file without layers */
    char *model, *pool; /* of a states file */
    int64_t bytes;
};

/* Looks what SRC or TGT is: a file of words, or one language of a states file with word types. */
iso_err iso_words_side_open(struct words_side *out, const char *word, const struct words_ask *ask,
                            const iso_run *run);
void iso_words_side_close(struct words_side *side);

/* The words of one side and layer, and where they lie. */
struct words_space {
    iso_vectors v; /* the words; its rows are looked at through `rows` alone */
    iso_mat rows;  /* borrowed from v, or our own */
};

/* Reads, tells what was odd when `tell`, and prepares the vectors of one layer (-1: no layers). */
iso_err iso_words_space_read(struct words_space *out, const struct words_side *side,
                             const struct words_ask *ask, int layer, bool tell, const iso_run *run);
void iso_words_space_free(struct words_space *space);

/* Columns of zeros at the right of the side that has fewer; without --pad an error. */
iso_err iso_words_pad(struct words_space space[2], const struct words_side side[2],
                      const struct settings *set);

/* The words asked for, and where their answers are: `pairs` of rows (query → target), those of word
 * w at first[w] … first[w + 1] − 1. */
struct words_test {
    int64_t words, pairs;
    int64_t lost; /* words without a vector themselves; the others that are missing lack answers */
    int64_t *first, *query, *target;
};

/* The pairs of --train and of --test whose words both sides have. Errors ISO_EARG (none). */
iso_err iso_words_train_pairs(iso_word_pairs *out, const iso_dictionary *d,
                              const struct settings *set, const struct words_space space[2]);
iso_err iso_words_test_make(struct words_test *out, const iso_dictionary *d,
                            const struct settings *set, const struct words_space space[2]);
void iso_words_test_free(struct words_test *test);

/* Fits and maps: the rows of both sides are comparable afterwards. `pairs` are the training pairs,
 * replaced by those of the best round; with --unsupervised they are found. */
iso_err iso_words_map(struct words_space space[2], iso_word_pairs *pairs,
                      const struct words_ask *ask, const iso_run *run);

/* Scores by every rule asked for, over all denominators. `like` has the names. */
iso_err iso_words_score(iso_records *out, const iso_record *like, const struct words_test *test,
                        iso_view x, iso_view y, const struct words_ask *ask, const iso_run *run);

/* The whole command: records of every layer. */
iso_err iso_words_records(iso_records *out, const struct words_ask *ask, struct words_side side[2],
                          const iso_run *run);

#endif
