/* Many correlations under one permutation of their items: p of each, and of the largest. */
#ifndef ISO_ANALYSIS_PERMUTED_H
#define ISO_ANALYSIS_PERMUTED_H

#include <stdbool.h>

#include "analysis/stats/correlation.h"
#include "lib/base/run.h"

enum {
    ISO_PERMUTATIONS = 10000,    /* drawn where nothing is said */
    ISO_PERMUTATIONS_ALL = 40320 /* 8!: all are taken where there are no more */
};

/* One correlation: of x and y, or of the entries above the diagonals of two symmetric matrices,
 * with z (or NULL) held constant. It has a value: no side is constant. Of pairs no Kendall, of z no
 * Kendall. */
struct iso_permuted_test {
    iso_correlation kind;
    bool pairs;
    int64_t n;               /* items */
    const int *item;         /* which they are, of all, from 0; NULL: the first n */
    const double *x, *y, *z; /* y is permuted; of pairs n × n */
    int64_t stride[3];       /* of pairs: of x, y, z; 0 = n */
    int64_t tag;             /* the caller's */
};

struct iso_permuted_one {
    int64_t tag, n;
    int family;      /* which p_max is corrected over: from 0, the caller's to set before the run */
    double p, p_max; /* after the run */
    double bar;      /* what |r| must exceed for p_max to be at most ISO_LEVEL; 1: no r does */
    int64_t together; /* how many are of the family */
    iso_correlation kind;
    bool pairs;
    int set;                     /* of items */
    double *own, *moved, *third; /* x, y, z as the coefficient looks at them; one block */
    double scale;                /* of Kendall: what concordance is multiplied by */
    double size, edge;           /* 1 / sd of chance; what counts as far */
    int64_t far;
};

/* {0} is empty. */
struct iso_permuted {
    struct iso_permuted_one *at;
    int count, room;
    struct permuted_set *set; /* distinct lists of items */
    int sets;
    int64_t tried;   /* permutations, after the run */
    double possible; /* as many different ones there are */
};

struct iso_permuted_opt {
    int64_t permutations; /* 0 = ISO_PERMUTATIONS */
    uint64_t seed;
    const int *block; /* of each item, from 0: items change places within a block only; NULL: all */
};

/* Copies what it needs. Errors  ISO_ENOMEM. */
iso_err iso_permuted_add(struct iso_permuted *s, const struct iso_permuted_test *test);

/*
 * Once for a list. Every permutation is one of all the items that any test has; a test whose items
 * are some of them sees these in the order in which the permutation has them. With one order of all
 * languages behind all tests the largest value under each permutation is that of one world in which
 * nothing is related, however the tests hang together (Westfall & Young 1993).
 *
 * p is the share of permutations whose |r| is as far from 0, p_max that of those whose largest
 * |r| / sd among the family is as far as this one's; sd is that of independent quantities:
 * 1/√(n − 1), with z 1/√(n − 2), Kendall √(2(2n + 5)/9n(n − 1)); so that with one n it is the
 * largest |r|. Drawn permutations: (b + 1)/(K + 1); where there are no more than
 * ISO_PERMUTATIONS_ALL, all of them, the true one among them: b / K. With z it is what z leaves of
 * y that is permuted (Freedman & Lane 1983; of matrices Smouse et al. 1986).
 *
 * Cost  a permutation O(n) a test; Kendall and pairs O(n²). Errors  ISO_ENOMEM, ISO_ECANCEL.
 */
iso_err iso_permuted_run(struct iso_permuted *s, const struct iso_permuted_opt *opt,
                         const iso_run *run);

void iso_permuted_free(struct iso_permuted *s);

#endif
