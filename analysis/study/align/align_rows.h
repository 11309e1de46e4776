/* The rows of align: which matrices belong together, and their numbers in the order of folds. */
#ifndef ISO_BIN_ALIGN_ROWS_H
#define ISO_BIN_ALIGN_ROWS_H

#include "analysis/study/items/folds.h"
#include "analysis/study/align/align_score.h"
#include "analysis/study/items/pairing.h"

/* Two sources whose rows say the same: row by row, or as the dictionary of their lot says. */
struct align_pair {
    const char *src, *tgt; /* languages */
    int layer, target;     /* target: number of the language in `answers` */
    int lot;
    int64_t cols; /* of both sides, padded where they differ */
    iso_rows *x, *y;
};

/* Rows as they are dealt to folds. */
struct align_lot {
    int folds;
    int64_t items;            /* what was dealt: items, or source words */
    int64_t n;                /* rows; those behind the last fold are only fitted on */
    int64_t *start;           /* folds + 1: where each fold begins */
    int64_t *place;           /* where row i of both sources goes; NULL with `row` */
    int64_t *row[2];          /* by dictionary: which row of either source stands at each place */
    struct align_golds golds; /* by dictionary */
};

/* All that is aligned under one selection. */
struct align_set {
    struct pairing pairing;  /* when rows are joined by id or position */
    struct word_rows *words; /* when words are linked by --alignments */
    bool own;                /* the sources of the pairs are closed here, not by the pairing */
    struct align_pair *pair;
    int pairs;
    struct align_lot *lot; /* one for all pairs, or, by dictionaries, one for each target */
    int lots;
    int64_t joined;   /* items that follow an earlier one of equal text into its fold */
    int64_t **answer; /* by target language: see struct align_rows; in the order of folds */
    int answers;
};

/* Chooses, joins and deals to folds; reads no number. Errors name languages and files. */
iso_err iso_align_set_make(struct align_set *out, const struct align_ask *ask, iso_states *s);
void iso_align_set_free(struct align_set *set);

/* Deals the items of joined or linked rows, of which there are n, to folds. */
iso_err iso_align_deal(struct align_set *set, const struct align_ask *ask, iso_states *s,
                       int64_t n);

/* Numbers of both sides of a pair, not prepared yet, once; the second half of the rows is open. */
iso_err iso_align_rows_read(struct align_rows *out, const struct align_set *set, int pair,
                            const iso_run *run);
void iso_align_rows_free(struct align_rows *rows);

/* Applies the steps to both sides and makes the second half equal to the first. */
iso_err iso_align_rows_prepare(struct align_rows *rows, const iso_prep *prep);

#endif
