/* Inside the distances of centroids: their values under permutations. */
#ifndef ISO_ANALYSIS_CENTROID_INSIDE_H
#define ISO_ANALYSIS_CENTROID_INSIDE_H

#include "analysis/similarity/centroid.h"

enum {
    ISO_CENTROID_EUCLIDEAN,
    ISO_CENTROID_RELATIVE,
    ISO_CENTROID_COSINE,
    ISO_CENTROID_COSINE_CENTRED,
    ISO_CENTROID_SHARE,
    ISO_CENTROIDS
};

extern const iso_null_model iso_centroid_permuted;

/* What an estimator says of them; whether its values end, at 1. */
#define ISO_UNDER_COINS(which, ends)                                                               \
    .null_model = &iso_centroid_permuted, .null_value = ISO_CENTROID_##which,                      \
    .against = {1, ends, 1}

#endif
