/* Inside the study of maps: what is asked, which rows are paired and how they are split, what came
 * of it. */
#ifndef ISO_ALIGN_INSIDE_H
#define ISO_ALIGN_INSIDE_H

#include "analysis/maps/induce.h"
#include "analysis/measure/measure.h"
#include "analysis/study/items/language_span.h"
#include "analysis/search/neighbours.h"
#include "analysis/study/align/align.h"
#include "analysis/study/items/folds.h"
#include "analysis/study/items/pairing.h"
#include "lib/base/str.h"
#include "lib/base/textmap.h"

/* --- align_options.c: what is asked --- */

enum { ALIGN_MEASURES = 48 };

/* What is looked at before and after: retrieval of held-out rows, or a measure of the registry. */
struct align_measure {
    char name[16];         /* "p@1" */
    const char *estimator; /* "cosine" */
    int64_t k;             /* retrieval: hits among the first k; 0 = 1/rank */
    iso_rule rule;         /* retrieval */
    const iso_measure *of; /* NULL: retrieval */
};

/* The options understood. */
struct align_ask {
    iso_align_opt opt;
    const iso_run *run;
    struct align_measure measure[ALIGN_MEASURES];
    int measures, folds;
    iso_near_opt near; /* but for the rule */
    iso_prep prep;
    iso_map_opt map;
    iso_buf prep_text, train; /* as records have them; no text for no step */
};

/* Errors ISO_EARG. Free in any case. */
iso_err iso_align_ask_make(struct align_ask *out, const iso_align_opt *opt, const iso_run *run);
void iso_align_ask_free(struct align_ask *ask);
/* The first measure of that name and rank; −1. */
int iso_align_measure_find(const struct align_ask *ask, const char *name, int64_t k);

/* --- align_words.c: words of parallel sentences that links such as fast_align's pair --- */

/* Pairs of words: rows [first, first + count) of either side are the pieces of one word. */
struct word_rows {
    int64_t n;
    int64_t *first[2];
    int32_t *count[2];
    int64_t *item; /* sentence of each pair */
};

/* Reads the links of `path` for two languages of a collection of token or word rows; sentences by
 * position. Errors ISO_EARG (no offsets, no tokens, sentence counts that differ), ISO_EFORMAT (a
 * link to a word that is not there: line and word named). */
iso_err iso_word_rows_make(struct word_rows *out, const char *path, iso_states *s, int src, int tgt,
                           const iso_run *run);
void iso_word_rows_free(struct word_rows *w);

/* A source of the mean states of one side's words (0 source, 1 target), f32; takes over `inner` on
 * success, borrows `w`. */
iso_err iso_word_rows_open(iso_rows **out, iso_rows *inner, const struct word_rows *w, int side);

/* --- align_split.c: rows go to folds --- */

/* By dictionary: distinct words ask and distinct words are searched, fold by fold. */
struct align_answers {
    int64_t words;      /* distinct source words of the dictionary, with those that have no row */
    int64_t *asked;     /* folds + 1: the first word of each fold */
    int64_t *offered;   /* folds + 1: the first candidate of each fold */
    int64_t *word;      /* by word: a row of its fold, from the fold's first, whose source it is */
    int64_t *candidate; /* by candidate: the same of targets */
    int64_t *first;     /* words asked + 1: where the answers of each begin */
    int64_t *answer;    /* candidates of the same fold, from its first */
    int64_t *once;      /* by fold: rows at its beginning in which every word stands once */
};

/* Rows as they are dealt to folds. */
struct align_split {
    int folds;
    int64_t items;                /* what was dealt: items, or source words */
    int64_t n;                    /* rows; those behind the last fold are only fitted on */
    int64_t *start;               /* folds + 1: where each fold begins */
    int64_t *place;               /* where row i of both sources goes; NULL with `row` */
    int64_t *row[2];              /* by dictionary: which row of either source stands where */
    struct align_answers answers; /* by dictionary */
};

/* Two sources whose rows say the same: row by row, or as the dictionary of their split says. */
struct align_pair {
    const char *src, *tgt; /* languages */
    int layer, target;     /* target: number of the language in `equal` */
    int split;
    int64_t cols; /* of both sides, padded where they differ */
    iso_rows *x, *y;
};

/* All that is aligned under one selection. */
struct align_set {
    struct pairing pairing;  /* when rows are joined by id or position */
    struct word_rows *words; /* when words are linked by alignments */
    bool own;                /* the sources of the pairs are closed here, not by the pairing */
    struct align_pair *pair;
    int pairs;
    struct align_split *split; /* one for all pairs, or, by dictionaries, one for each target */
    int splits;
    int64_t **equal; /* by target language: see struct align_rows; in the order of folds */
    int equals;
};

/* Deals the items of joined or linked rows, of which there are n, to folds. */
iso_err iso_align_split_items(struct align_set *set, const struct align_ask *ask, iso_states *s,
                              int64_t n);

/* Deals pairs of rows by their source words, all pairs of a word to one fold: those of `scored`;
 * with `fitted`, pairs that are fitted on alone, there is one fold. */
iso_err iso_align_split_words(struct align_split *out, const struct align_ask *ask,
                              const iso_word_pairs *scored, const iso_word_pairs *fitted,
                              const iso_lang *src, const iso_lang *tgt);
void iso_align_split_free(struct align_split *split);

/* --- align_dictionary.c --- */

/* Fills the pairs and splits of a set from dictionaries. */
iso_err iso_align_pairs_of_dictionaries(struct align_set *set, const struct align_ask *ask,
                                        iso_states *s);

/* --- align_pairs.c: which matrices belong together, and their numbers in the order of folds --- */

/* Chooses, joins and deals to folds; reads no number. Errors name languages and files. */
iso_err iso_align_set_make(struct align_set *out, const struct align_ask *ask, iso_states *s);
void iso_align_set_free(struct align_set *set);

/* Rows that belong together, in the order of their folds and twice one after the other, so that all
 * but one fold always lie together. */
struct align_rows {
    int64_t n;
    int folds;
    const int64_t *start; /* folds + 1: where each fold begins; rows from the last on are fitted on
                           * alone */
    const int64_t *equal; /* the first row of the same fold whose target says the same; NULL: itself
                           */
    const struct align_answers *answers; /* NULL: each row asks for its own partner */
    const int64_t *row[2];               /* with answers: which row of `whole` each is */
    iso_mat whole[2];                    /* with answers, until rows are prepared: all words */
    iso_mat x, y;                        /* 2n × d, f32 */
};

/* Numbers of both sides of a pair, not prepared yet, once; the second half of the rows is open. */
iso_err iso_align_rows_read(struct align_rows *out, const struct align_set *set, int pair,
                            const iso_run *run);
void iso_align_rows_free(struct align_rows *rows);

/* Applies the steps to both sides and makes the second half equal to the first. */
iso_err iso_align_rows_prepare(struct align_rows *rows, const iso_prep *prep,
                               const iso_prep_span *span);

/* --- align_score.c: what a map fitted on the other folds does to the rows of each fold --- */

enum { ALIGN_BEFORE, ALIGN_AFTER, ALIGN_DIFFERENCE, ALIGN_STAGES };

/* Where the outcomes of each fold begin: a row has one, with answers a word. */
static inline const int64_t *align_outcomes(const struct align_rows *rows)
{
    return rows->answers ? rows->answers->asked : rows->start;
}

/* What came of it, measure by measure. */
struct align_tally {
    double *outcome[2];  /* retrieval: see align_outcomes */
    iso_value *value[2]; /* else: of each fold */
    double *rep[2]; /* else: replicates of fold f from start[f] + f · ISO_GROUPS on, NAN else */
    int64_t *rep_start; /* folds + 1 */
};

struct align_scores {
    struct align_tally tally[ALIGN_MEASURES];
    int measures;
    int64_t rank, least; /* fewest directions a fold's map knew, fewest rows it was fitted on */
};

iso_err iso_align_scores_new(struct align_scores *out, const struct align_ask *ask,
                             const struct align_rows *rows);
void iso_align_scores_free(struct align_scores *s);

/* Fills the scores of one pair of languages and layer. */
iso_err iso_align_score(struct align_scores *s, const struct align_ask *ask,
                        const struct align_rows *rows);

/* Only the similarities before any map, for rows that are not prepared yet. */
iso_err iso_align_score_bare(struct align_scores *s, const struct align_ask *ask,
                             const struct align_rows *rows);

/* --- align_records.c: from outcomes to values, and from values to records --- */

/* Where records go, and what they share. */
struct align_records {
    const struct language_spans *spans; /* of `states` */
    const iso_states *states;
    const struct align_ask *ask;
    const iso_states_info *about;
    const struct align_set *set;
    iso_records *out;
    double *cka, *retrieval; /* with `correlate`, by pair: CKA as read, P@1 after */
};

/* Every measure before, after and as difference, of all folds and, when asked, of each. */
iso_err iso_align_add_records(const struct align_records *to, const struct align_pair *p,
                              const struct align_scores *scores, const struct align_rows *rows);

/* With `correlate`. CKA is of rows as they were read: preparation is for the map, the published CKA
 * knows none. */
iso_err iso_align_keep_cka(const struct align_records *to, int pair, struct align_scores *scores,
                           const struct align_rows *rows);
iso_err iso_align_keep_retrieval(const struct align_records *to, int pair,
                                 const struct align_scores *scores, const struct align_rows *rows);

/* With `correlate`: one record for each pair of languages, over its layers. */
iso_err iso_align_add_correlations(const struct align_records *to);

#endif
