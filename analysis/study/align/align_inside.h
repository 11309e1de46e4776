/* Inside the study of maps: what is asked, which rows are paired and how they are split, what came
 * of it. */
#ifndef ISO_ALIGN_INSIDE_H
#define ISO_ALIGN_INSIDE_H

#include "analysis/maps/induce.h"
#include "analysis/measure/measure.h"
#include "analysis/pass/plan.h"
#include "analysis/study/items/language_span.h"
#include "analysis/search/neighbours.h"
#include "analysis/study/align/align.h"
#include "analysis/study/items/folds.h"
#include "analysis/study/items/parallel.h"
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
    bool by_fold;      /* candidates are the target rows of the fold */
    iso_prep prep;
    iso_map_opt map;
    const char *unmapped; /* why no map is fitted: before and centred alone; NULL: one is */
    iso_buf prep_text, train, means; /* as records have them; no text for no step */
};

/* Errors ISO_EARG. Free in any case. */
iso_err iso_align_ask_make(struct align_ask *out, const iso_align_opt *opt, const iso_run *run);
void iso_align_ask_free(struct align_ask *ask);
/* The first measure of that name and rank; −1. */
int iso_align_measure_find(const struct align_ask *ask, const char *name, int64_t k);

/* --- align_words.c: words of parallel sentences that links such as fast_align's pair --- */

/* Words of one language: those of sentence s are [first[s], first[s + 1]); word w is the rows
 * [start[w], end[w]) of its pieces. */
struct words_of {
    int64_t *first, *start, *end, count;
};

/* Words of two languages and the links between them. */
struct word_rows {
    struct words_of side[2];
    int64_t links;
    int64_t *link[2]; /* by link: the word on either side */
    int64_t *item;    /* by link: its sentence */
};

/* Reads the links of `path` for two languages of a collection of token or word rows; sentences by
 * position. Errors ISO_EARG (no offsets, no tokens, sentence counts that differ), ISO_EFORMAT (a
 * link to a word that is not there: line and word named). */
iso_err iso_word_rows_make(struct word_rows *out, const char *path, iso_states *s, int src, int tgt,
                           const iso_run *run);
void iso_word_rows_free(struct word_rows *w);

/* A source of the mean states of all words of one side (0 source, 1 target), f32; takes over
 * `inner` on success, borrows `w`. */
iso_err iso_word_rows_open(iso_rows **out, iso_rows *inner, const struct words_of *w);

/* --- align_split.c: pairs of rows go to folds, and who asks for whom --- */

/* Pairs of rows that say the same, before they are dealt. */
struct align_links {
    int64_t rows[2];               /* of either side */
    int64_t count, fitted;         /* pairs that are scored; those that are fitted on alone */
    const int64_t *row[2];         /* by pair: its rows; NULL: pair i is row i of both */
    const int64_t *also[2];        /* the same of the pairs fitted on alone */
    const int64_t *item;           /* by pair: what is dealt; NULL: pair i is item i */
    const struct duplicates *same; /* of the target: rows of equal text are right too; or NULL */
};

struct align_split {
    int folds;
    int64_t items;           /* what was dealt: items, or source words */
    int64_t rows[2];         /* of either side */
    int64_t pairs, fitted;   /* as above */
    bool whole;              /* each row stands in one pair */
    int64_t *start;          /* folds + 1: where the pairs of each fold begin */
    int64_t *row[2];         /* by pair, fold after fold, then those fitted on alone */
    int64_t asked;           /* rows of the source that ask for their partners */
    int64_t *query, *answer; /* by who asks: the row; rows of the target that are right */
    int64_t *first;          /* asked + 1: where the answers of each begin */
    int64_t *right;          /* by who asks: how many are right, also those that are not listed */
    int32_t *fold;           /* by who asks */
};

/* `folds` NULL: there is one fold, and none but `fitted` is fitted on. Errors as iso_folds_make. */
iso_err iso_align_split_make(struct align_split *out, const struct align_links *links,
                             const struct folds *folds);
void iso_align_split_free(struct align_split *split);

/* --- align_pairs.c: which matrices belong together --- */

/* Two languages, in all layers. */
struct align_link {
    int lang[2]; /* in the collection: source, target */
    const char *name[2];
    struct parallel parallel; /* rows joined by id or position */
    struct word_rows words;   /* with `alignments` */
    int64_t dictionary;       /* with `train`: distinct source words, also those without a row */
    struct align_split split;
};

/* The same in one layer. */
struct align_pair {
    const struct align_link *of;
    int layer;
    int64_t dim[2], cols; /* columns of either side, and of both where the narrower is padded */
    int64_t bytes;        /* that are read */
};

/* All that is aligned under one selection. */
struct align_set {
    iso_states *states;
    struct align_link *link;
    int links;
    struct align_pair *pair; /* layer by layer */
    int pairs;
    int64_t joined; /* items that share the text of another, of the pair that has the most */
    bool by_position;
};

/* Chooses, joins and deals to folds; reads no number. Errors name languages and files. */
iso_err iso_align_set_make(struct align_set *out, const struct align_ask *ask, iso_states *s);
void iso_align_set_free(struct align_set *set);

/* align_dictionary.c: fills the splits of a set's links from dictionaries. */
iso_err iso_align_pair_by_dictionaries(struct align_set *set, const struct align_ask *ask);

/* All rows of both sides of a pair. */
struct align_rows {
    const struct align_split *split;
    const uint64_t *key; /* by row of the source, for permutations of its partners; NULL: none */
    iso_mat side[2];     /* f32, both `cols` wide */
};

/* Numbers of both sides, not prepared yet. */
iso_err iso_align_rows_read(struct align_rows *out, const struct align_set *set,
                            const struct align_pair *p, const iso_run *run);
void iso_align_rows_free(struct align_rows *rows);

/* Applies the steps to both sides. */
iso_err iso_align_rows_prepare(struct align_rows *rows, const iso_prep *prep,
                               const iso_prep_span *span);

/* --- align_stage.c: rows as a stage of a fold has them --- */

/* Rows as they are; without the means of the rows fitted on; the source mapped. */
enum { ALIGN_BEFORE, ALIGN_CENTRED, ALIGN_AFTER, ALIGN_STAGES };

/* What is fitted on all folds but one. */
struct align_fit {
    iso_map map;
    double *mean[2]; /* of either side */
    int64_t n;       /* pairs it was fitted on */
};

/* Errors as iso_map_fit. */
iso_err iso_align_fit(struct align_fit *out, const struct align_rows *rows, int fold,
                      const iso_map_opt *opt);
void iso_align_fit_free(struct align_fit *fit);

/* Rows of one side at a stage; `own` is empty where they are those of align_rows. */
struct align_view {
    iso_view view;
    iso_mat own;
};

/* The rows row[0 .. n), or all where that is NULL; `fit` may be NULL before. */
iso_err iso_align_view(struct align_view *out, const struct align_rows *rows, int side,
                       const int64_t *row, int64_t n, int stage, const struct align_fit *fit);

/* --- align_search.c: do rows find their partners --- */

/* Outcomes of retrieval of those who ask in `fold` (−1: in any) at a stage, to outcome[m][q] of the
 * measures that are retrieval; with keys of rows their permuted means are added to
 * permuted[m (count + 1) + b]. */
iso_err iso_align_search(double *const *outcome, double *permuted, const struct align_ask *ask,
                         const struct align_rows *rows, int fold, int stage,
                         const struct align_fit *fit);

/* Operations of all searches of a pair; what random order gives to those who ask in `fold` (−1: in
 * any) on average. */
double iso_align_search_cost(const struct align_ask *ask, const struct align_split *split,
                             int64_t cols);
iso_err iso_align_chance(double *out, const struct align_measure *m, const struct align_ask *ask,
                         const struct align_split *split, int fold);

/* --- align_score.c: what a map fitted on the other folds does to the rows of each fold --- */

/* What came of it, measure by measure. */
struct align_tally {
    double *outcome[ALIGN_STAGES];  /* retrieval: by who asks */
    iso_value *value[ALIGN_STAGES]; /* else: of each fold */
    double *rep[ALIGN_STAGES]; /* else: replicates of fold f from start[f] + f · ISO_GROUPS on, NAN
                                * else */
    int64_t *rep_start;        /* folds + 1 */
};

struct align_scores {
    struct align_tally tally[ALIGN_MEASURES];
    int measures;
    int64_t rank, least; /* fewest directions a fold's map knew, fewest pairs it was fitted on */
    double *permuted; /* with keys of rows: [(stage measures + m) (count + 1) + b] of ALIGN_PERMUTED
                         stages; or NULL */
};

/* Fills the scores of one pair of languages and layer. */
iso_err iso_align_score(struct align_scores *out, const struct align_ask *ask,
                        const struct align_rows *rows);
void iso_align_scores_free(struct align_scores *s);

/* One similarity of all pairs of rows as they are, each row once. */
iso_err iso_align_similarity(iso_value *out, const iso_measure *of, const struct align_rows *rows,
                             const iso_run *run);

/* --- align_permute.c: partners of held-out rows change places within their fold ---
 *
 * Before and centred alone: what a stage is there does not depend on who belongs to whom. Maps do,
 * and those of two folds rest on each other's pairs, so that values of permuted partners after maps
 * of the true ones vary less than values by chance do. */
enum { ALIGN_PERMUTED = ALIGN_CENTRED + 1 }; /* stages */

/* What a search found for those who ask. */
struct align_found {
    const iso_near *near;
    int64_t asked;
    const int64_t *asks, *query;   /* by who asks: its number in the split, its row in the lists */
    const int64_t *first, *target; /* asked + 1: where the right candidates of each begin */
};

iso_err iso_align_permute_hits(double *permuted, const struct align_ask *ask,
                               const struct align_rows *rows, iso_rule rule,
                               const struct align_found *f);

/* Adds what the measures of the registry make of a fold, all stages, to permuted[(stage measures +
 * m) (count + 1) + b], divided by the folds. `row`: the rows of the source that are compared. */
iso_err iso_align_permute_task(double *permuted, const struct align_ask *ask,
                               const struct align_rows *rows, const iso_task *task,
                               const int64_t *row);

/* Values of all pairs and layers that are judged together, with the records they are in. */
struct align_permute {
    int64_t count, room, *record;
    iso_against *against;
    double *permuted;
};
iso_err iso_align_permute_keep(struct align_permute *p, const struct align_ask *ask, int64_t record,
                               const double *permuted, int measure);
iso_err iso_align_permute_judge(iso_records *out, const struct align_permute *p,
                                const struct align_ask *ask);
void iso_align_permute_free(struct align_permute *p);

/* --- align_records.c: from outcomes to values, and from values to records --- */

/* Where records go, and what they share. */
struct align_records {
    const struct language_spans *spans; /* of `states` */
    const iso_states *states;
    const struct align_ask *ask;
    const iso_states_info *about;
    iso_records *out;
    struct align_permute *permute;
};

/* Every measure at each stage and the differences, of all folds and, when asked, of each. */
iso_err iso_align_add_records(const struct align_records *to, const struct align_pair *p,
                              const struct align_scores *scores, const struct align_rows *rows);

/* What all records of a pair of languages share. */
iso_record iso_align_record(const struct align_records *to, const struct align_pair *p);

/* The value of a measure at a stage: of fold f, or with f −1 of all folds: outcomes together,
 * similarities in the mean over folds. */
iso_err iso_align_value(iso_value *out, const struct align_scores *s, const struct align_ask *ask,
                        const struct align_rows *rows, int measure, int stage, int f);

/* --- align_correlate.c: over layers, CKA with retrieval after the map --- */

/* By pair of a set. CKA is of all rows as they were read: preparation is for the map, the published
 * CKA knows none. */
struct align_course {
    double *cka, *retrieval;
};

iso_err iso_align_course_new(struct align_course *out, const struct align_set *set);
void iso_align_course_free(struct align_course *c);

/* One record for each pair of languages, over its layers. */
iso_err iso_align_add_correlations(const struct align_records *to, const struct align_set *set,
                                   const struct align_course *course);

#endif
