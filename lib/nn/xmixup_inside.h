/* Entropies in memory that is there already, and what their gradient shares with them. */
#ifndef ISO_NN_XMIXUP_INSIDE_H
#define ISO_NN_XMIXUP_INSIDE_H

#include <stdbool.h>

#include "lib/nn/xmixup.h"
#include "lib/nn/xmixup_loops.h"

/* The work on one pair. Rows are target tokens, columns source tokens. */
typedef struct iso_mix_work {
    const iso_mix_scores *s;
    const iso_mix_loops *op;
    int64_t rows, cols;  /* that have an entropy; of them the live ones come first */
    double pad_t, pad_s; /* padded rows and columns that count with a score of 0 */
    double *x;           /* a row or a column on its way */
    double *z, *a; /* of each column Σ e^x and Σ x e^x, x the distance to the largest score */
    double *unseen, *too;  /* the same, of rows that no column counts */
    double *row_z, *row_a; /* of each row; NULL: not kept */
    double e1, e2;         /* sums */
} iso_mix_work;

/* Doubles of scratch for scores of Tt rows and Ts columns. */
int64_t iso_mix_scratch(int64_t Tt, int64_t Ts);

/* iso_mix_entropies of sizes that were checked. */
void iso_mix_fold(double *e1, double *e2, const iso_mix_scores *s, iso_mix_entropy mode,
                  double *scratch);

/* iso_mix_entropies_back likewise. */
void iso_mix_fold_back(float *ds, const iso_mix_scores *s, iso_mix_entropy mode, double de,
                       double *scratch);

/* Shares out the scratch; rows are kept if asked for. */
iso_mix_work iso_mix_begin(const iso_mix_scores *s, iso_mix_entropy mode, double *scratch,
                           bool keep_rows);

/* The largest score of head h, NaN when one is not finite; `apart`: too far from the least for one
 * to serve all lines. */
double iso_mix_most(bool *apart, const iso_mix_work *f, int h);

/* Sums of rows and columns by the same exponentials, those of the distance to `most`. */
void iso_mix_fold_together(iso_mix_work *f, int h, double most);

/* x = scores − shift, n of them from number `at` on. */
void iso_mix_shift(const iso_mix_work *f, int64_t at, double shift, int64_t n);

/* Number of the score of row i and column j; its value. */
static inline int64_t iso_mix_place(const iso_mix_scores *s, int h, int64_t i, int64_t j)
{
    return (h * s->Tt + i) * s->Ts + j;
}

static inline double iso_mix_score(const iso_mix_scores *s, int64_t at)
{
    return s->dtype == ISO_F32 ? ((const float *)s->data)[at] : ((const double *)s->data)[at];
}

/* What iso_mix_entropies and its gradient need of their scores. */
iso_err iso_mix_scores_check(const iso_mix_scores *s);

#endif
