/* Randomised smoothing: the class that a classifier gives most often under Gaussian noise, and how
 * far the input may move before that can change. */
#ifndef ISO_ANALYSIS_SMOOTHING_H
#define ISO_ANALYSIS_SMOOTHING_H

#include <stdint.h>

#include "lib/base/err.h"

/* Answers of draws first … first + count − 1, each a class from 0 on, or −1 for none. */
typedef iso_err smoothing_classify(int32_t *answer, void *payload, int64_t first, int64_t count);

struct smoothing {
    int classes;
    int64_t choose, estimate; /* draws that choose the class, and that then estimate its share */
    double alpha;             /* the radius is too large with at most this probability */
    double sigma;             /* standard deviation of each number's noise */
    smoothing_classify *classify;
    void *payload;
};

struct smoothed {
    int32_t answer; /* −1: it abstains, and `why` says so */
    int64_t votes;  /* of the class chosen first, among `estimate` */
    double p;       /* lower bound of its probability (Clopper, Pearson) */
    double radius; /* L2, sigma · Φ⁻¹(p): nothing nearer has another answer; NAN: it abstains */
    const char *why; /* static */
};

/* Draws 0 … choose − 1 choose, choose … choose + estimate − 1 estimate.
 * Errors  ISO_EARG (classes, draws, alpha, sigma), ISO_ENOMEM, those of `classify`.
 * Source  Cohen, Rosenfeld, Kolter, ICML 2019, arXiv:1902.02918 (CERTIFY). */
iso_err iso_smoothing_run(struct smoothed *out, const struct smoothing *s);

/* Bytes that it takes for the answers. */
double iso_smoothing_memory(int64_t choose, int64_t estimate);

/* The p at which so many votes or more of n have probability alpha: with confidence 1 − alpha the
 * true share is no less. 0 for votes = 0. */
double iso_binomial_lower(int64_t votes, int64_t n, double alpha);

#endif
