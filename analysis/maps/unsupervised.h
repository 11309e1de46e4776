/* A dictionary without a dictionary: words of alike similarities to all others, then self-learning.
 */
#ifndef ISO_ANALYSIS_UNSUPERVISED_H
#define ISO_ANALYSIS_UNSUPERVISED_H

#include "analysis/maps/induce.h"

ISO_BEGIN

/** All zero: the published values, which the comments name. */
typedef struct iso_unsupervised_opt {
    int64_t start;    /* words whose similarities are compared: 4000 */
    int64_t most;     /* words among which pairs are induced: 20 000 */
    int neighbours;   /* of CSLS: 10 */
    double keep;      /* probability that a candidate is looked at, to begin with: 0.1 */
    double growth;    /* factor of it when nothing gets better: 2 */
    int patience;     /* rounds without getting better by `threshold`: 50 */
    double threshold; /* of the criterion: 1e-6 */
    int rounds;       /* at most: 5000 */
    uint64_t seed;
} iso_unsupervised_opt;

/** How it went. */
typedef struct iso_unsupervised_stats {
    int64_t first; /* pairs of the start */
    int rounds;
    double criterion; /* of the last round */
} iso_unsupervised_stats;

/**
 * The start: S = (XXᵀ)^½ of the first words of each side, each row sorted, so that a word is what
 * its similarities are and not whose; rows to length 1, centred, length 1; nearest by CSLS, both
 * ways. Expects rows prepared alike (unit, center, unit). Sets pairs, never 0 ↔ 0 by accident.
 * Cost  2 · start² · (2d + start) operations, 12 start² bytes. Errors  as iso_near_find.
 */
ISO_API ISO_MUST_USE iso_err iso_unsupervised_start(iso_word_pairs *out, iso_view x, iso_view y,
                                                    const iso_unsupervised_opt *opt,
                                                    const iso_run *run);

/**
 * The start, then rounds of orthogonal map and pairs both ways, candidates dropped at random and
 * fewer of them whenever the criterion no longer rises, to the end without dropping. x (n × d), y
 * (m × d), f32, rows by falling frequency. Sets the last round's pairs. The result depends on the
 * seed, not on threads. Source  Artetxe, Labaka, Agirre, ACL 2018, arXiv:1805.06297.
 */
ISO_API ISO_MUST_USE iso_err iso_unsupervised(iso_word_pairs *out, iso_unsupervised_stats *stats,
                                              iso_view x, iso_view y,
                                              const iso_unsupervised_opt *opt, const iso_run *run);

ISO_END

#endif
