/* How to read the figures of a report: HTML of our own, a paragraph each, with the source of what
 * is measured. "[[bands|text]]" is read only where the figure shows bands (report_guide_fill.c has
 * the names), {n} and {critical} are numbers of a scatter. */
#ifndef ISO_BIN_REPORT_GUIDE_H
#define ISO_BIN_REPORT_GUIDE_H

#include "bin/figure.h"

extern const char guide_cka_curves[], guide_cka_biased[], guide_cosine_raw[],
    guide_cosine_centred[], guide_retrieval_cosine[], guide_retrieval_csls[], guide_alignment[],
    guide_layer_map[], guide_language_map[], guide_centroid_relative[], guide_centroid_share[],
    guide_centroid_map[], guide_models[], guide_difference[], guide_anything_else[];

/* A guide as it reads below a figure. */
iso_err guide_fill(iso_buf *out, const char *guide, const struct figure *f);

/* Of a measure without a section of its own; never NULL. */
const char *guide_of(const char *measure, const char *estimator);

/* Of probes. */
extern const char guide_probe[], guide_language_id[];

/* Of mixing. */
extern const char guide_mixed[], guide_sweep[], guide_lambda[], guide_mixed_centroid[],
    guide_mixed_cosine[], guide_mixed_retrieval[];

/* Of transfer gaps. */
extern const char guide_gap[], guide_gap_scatter[], guide_gap_layers[];

#endif
