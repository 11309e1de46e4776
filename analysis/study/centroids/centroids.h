/* The study of language centroids: how far apart the means of the languages lie. */
#ifndef ISO_STUDY_CENTROIDS_H
#define ISO_STUDY_CENTROIDS_H

#include "analysis/study/study.h"

ISO_BEGIN

/** Options of iso_centroids; iso_centroids_opt_init fills the defaults. Texts are borrowed. */
typedef struct iso_centroids_opt {
    size_t size;
    iso_scope select;
    const char *measure;   /* "centroid:relative"; the name alone: its recommended estimators */
    const char *prep;      /* steps on the rows of each language (prep.h) */
    iso_interval interval; /* USUAL, NONE, GROUPS */
    int64_t permutations; /* coins that give the two rows of an item to the languages; 0 for none */
} iso_centroids_opt;

extern ISO_API const iso_options iso_centroids_options;
ISO_API void iso_centroids_opt_init(iso_centroids_opt *opt, size_t size);

/** What can be said before any input is open. Errors  ISO_EARG. */
ISO_API ISO_MUST_USE iso_err iso_centroids_check(const iso_centroids_opt *opt);

/** As iso_compare_plan. */
ISO_API ISO_MUST_USE iso_err iso_centroids_plan(iso_facts *out, iso_states *states,
                                                const iso_centroids_opt *opt, const iso_run *run);

/**
 * Appends a record for every estimator, pair of languages and layer, and notes for every layer
 * which language lies nearest to the source. Value   Euclidean and relative distances from 0,
 * cosine distances in [0, 2], shares in [0, 1]. Cost    one reading, O(n d). Errors, threads as
 * iso_compare. Source  Libovicky, Rosa and Fraser, 2020, arXiv:2004.05160.
 */
ISO_API ISO_MUST_USE iso_err iso_centroids(iso_records *out, iso_states *states,
                                           const iso_centroids_opt *opt, const iso_run *run);

ISO_END

#endif
