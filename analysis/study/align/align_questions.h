/* Who asks for whom in one fold. */
#ifndef ISO_BIN_ALIGN_QUESTIONS_H
#define ISO_BIN_ALIGN_QUESTIONS_H

#include "analysis/study/align/align_score.h"

/* A fold under test: its rows before and after the map, and those they belong to. */
struct align_fold {
    int f;
    int64_t n, once; /* rows; the first so many are compared */
    iso_view x[2], y;
    iso_view asks[2], offers; /* who searches before and after, and among what */
    iso_mat own[3];           /* of these, where they are not the rows themselves */
    int64_t asked, questions;
    int64_t *query, *target, *rank;
};

/* Fills who asks and what for, with room for the ranks; free in any case. Errors ISO_ENOMEM. */
iso_err iso_align_questions(struct align_fold *t, const struct align_rows *rows);
void iso_align_questions_free(struct align_fold *t);

/* rank[i] of who asks i-th, from those of the questions in the same place: the best. */
void iso_align_best_ranks(int64_t *rank, const struct align_fold *t);

#endif
