/* Inside the cosine: its values under permutations. */
#ifndef ISO_ANALYSIS_COSINE_INSIDE_H
#define ISO_ANALYSIS_COSINE_INSIDE_H

#include "analysis/similarity/cosine.h"

extern const iso_null_model iso_cosine_raw_permuted, iso_cosine_centred_permuted;

#endif
