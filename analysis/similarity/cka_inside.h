/* Inside CKA: its distribution when the rows are paired at random. */
#ifndef ISO_ANALYSIS_CKA_INSIDE_H
#define ISO_ANALYSIS_CKA_INSIDE_H

#include "analysis/similarity/cka.h"

enum { ISO_CKA_DEBIASED, ISO_CKA_BIASED, ISO_CKAS };

extern const iso_null_model iso_cka_permuted; /* rows paired at random: cka_permuted.c */

/* Of one side's centred Gram matrix S: tr S, tr S², Σ s_ii². */
struct iso_cka_side {
    double trace, square, diagonal;
};

/* Mean and standard deviation of the biased CKA over all pairings of n rows; sd NAN below 4. */
struct iso_cka_chance {
    double mean, sd;
};
struct iso_cka_chance iso_cka_chance_of(int64_t n, const struct iso_cka_side *x,
                                        const struct iso_cka_side *y);

/* P(CKA >= value), of Pearson's type III with this mean and sd, and the skewness 2 sd / mean of
 * `biased`, the chance of the biased form: NAN where there is no spread. */
double iso_cka_chance_tail(double value, double mean, double sd, struct iso_cka_chance biased);

/* The value that is reached with probability `level`. */
double iso_cka_chance_point(double level, double mean, double sd, struct iso_cka_chance biased);

#endif
