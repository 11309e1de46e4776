/* Before and after: what a map fitted on the other folds does to the rows of each fold. */
#ifndef ISO_BIN_ALIGN_SCORE_H
#define ISO_BIN_ALIGN_SCORE_H

#include "analysis/study/align/align.h"

enum { ALIGN_BEFORE, ALIGN_AFTER, ALIGN_DIFFERENCE, ALIGN_STAGES };

/* By dictionary: distinct words ask and distinct words are searched, fold by fold. */
struct align_golds {
    int64_t words;      /* distinct source words of the dictionary, with those that have no row */
    int64_t *asked;     /* folds + 1: the first word of each fold */
    int64_t *offered;   /* folds + 1: the first candidate of each fold */
    int64_t *word;      /* by word: a row of its fold, from the fold's first, whose source it is */
    int64_t *candidate; /* by candidate: the same of targets */
    int64_t *first;     /* words asked + 1: where the golds of each begin */
    int64_t *gold;      /* candidates of the same fold, from its first */
    int64_t *once;      /* by fold: rows at its beginning in which every word stands once */
};

/* Rows that belong together, in the order of their folds and twice one after the other, so that all
 * but one fold always lie together. */
struct align_rows {
    int64_t n;
    int folds;
    const int64_t *start; /* folds + 1: where each fold begins; rows from the last on are fitted on
                           * alone */
    const int64_t
        *answer; /* the first row of the same fold whose target says the same; NULL: itself */
    const struct align_golds *golds; /* NULL: each row asks for its own partner */
    const int64_t *row[2];           /* with golds: which row of `whole` each is */
    iso_mat whole[2];                /* with golds, until rows are prepared: all words */
    iso_mat x, y;                    /* 2n × d, f32 */
};

/* Where the outcomes of each fold begin: a row has one, with golds a word. */
static inline const int64_t *align_outcomes(const struct align_rows *rows)
{
    return rows->golds ? rows->golds->asked : rows->start;
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
    int64_t rank,
        least; /* fewest directions that a fold's map knew, fewest rows it was fitted on */
};

iso_err iso_align_scores_new(struct align_scores *out, const struct align_ask *ask,
                             const struct align_rows *rows);
void iso_align_scores_free(struct align_scores *s);

/* Fills the scores of one pair of languages and layer. */
iso_err iso_align_score(struct align_scores *s, const struct align_ask *ask,
                        const struct align_rows *rows, const iso_run *run);

/* Only the similarities before any map, for rows that are not prepared yet. */
iso_err iso_align_score_bare(struct align_scores *s, const struct align_ask *ask,
                             const struct align_rows *rows, const iso_run *run);

/* The value of a measure at a stage: of fold f, or with f −1 of all folds: outcomes together,
 * similarities in the mean over folds. */
iso_err iso_align_value(iso_value *out, const struct align_scores *s, const struct align_ask *ask,
                        const struct align_rows *rows, int measure, int stage, int f);

#endif
