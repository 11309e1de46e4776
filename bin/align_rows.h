/* The rows of align: which matrices belong together, and their numbers in the order of folds. */
#ifndef ISO_BIN_ALIGN_ROWS_H
#define ISO_BIN_ALIGN_ROWS_H

#include "bin/align_folds.h"
#include "bin/align_score.h"
#include "bin/pairing.h"

/* Two sources whose rows say the same, row by row. */
struct align_pair {
    const char *src, *tgt; /* languages */
    int layer, target;     /* target: number of the language in `answers` */
    iso_rows *x, *y;
};

/* All that is aligned under one selection. */
struct align_set {
    struct pairing pairing;  /* when rows are joined by id or position */
    struct word_rows *words; /* when words are linked by --alignments */
    struct align_pair *pair;
    int pairs;
    struct folds folds;
    int64_t n;        /* rows of every pair */
    int64_t *place;   /* where row i goes in the order of folds */
    int64_t *start;   /* folds + 1 */
    int64_t **answer; /* by target language: see struct align_rows; in the order of folds */
    int answers;
};

/* Chooses, joins and deals to folds; reads no number. Errors name languages and files. */
iso_err align_set_make(struct align_set *out, const struct align_ask *ask, iso_states *s);
void align_set_free(struct align_set *set);

/* Deals the items of joined or linked rows to folds. */
iso_err align_deal(struct align_set *set, const struct align_ask *ask, iso_states *s);

/* Numbers of both sides of a pair, not prepared yet, once; the second half of the rows is open. */
iso_err align_rows_read(struct align_rows *out, const struct align_set *set, int pair,
                        const struct align_ask *ask, const iso_run *run);
void align_rows_free(struct align_rows *rows);

/* Applies the steps to both sides and makes the second half equal to the first. */
iso_err align_rows_prepare(struct align_rows *rows, const iso_prep *prep);

#endif
