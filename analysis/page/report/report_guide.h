/* How to read the figures of a report: HTML of our own, a paragraph each, with the source of what
 * is measured. "[[bands|text]]" is read only where the figure shows bands (report_guide_fill.c has
 * the names), {n} and {critical} are numbers of a scatter. */
#ifndef ISO_PAGE_REPORT_GUIDE_H
#define ISO_PAGE_REPORT_GUIDE_H

#include "analysis/page/figure/figure.h"

extern const char iso_guide_cka_curves[], iso_guide_cka_biased[], iso_guide_cosine_raw[],
    iso_guide_cosine_centred[], iso_guide_retrieval_cosine[], iso_guide_retrieval_csls[],
    iso_guide_alignment[], iso_guide_layer_map[], iso_guide_language_map[],
    iso_guide_centroid_relative[], iso_guide_centroid_share[], iso_guide_centroid_map[],
    iso_guide_models[], iso_guide_difference[], iso_guide_given[], iso_guide_anything_else[];

/* A guide as it reads below a figure. */
iso_err iso_guide_fill(iso_buf *out, const char *guide, const struct figure *f);

/* Of a measure without a section of its own; never NULL. */
const char *iso_guide_of(const char *measure, const char *estimator);

/* Of probes. */
extern const char iso_guide_probe[], iso_guide_language_id[], iso_guide_grid[], iso_guide_robust[],
    iso_guide_robust_auc[];

/* Of mingling. */
extern const char iso_guide_mingle[], iso_guide_overlap[], iso_guide_silhouette[];

/* Of sets of sources. */
extern const char iso_guide_sources[], iso_guide_diversity[];

/* Of mixing. */
extern const char iso_guide_mixed[], iso_guide_sweep[], iso_guide_lambda[],
    iso_guide_mixed_centroid[], iso_guide_mixed_cosine[], iso_guide_mixed_retrieval[];

/* Of transfer gaps. */
extern const char iso_guide_gap[], iso_guide_gap_scatter[], iso_guide_gap_layers[];

#endif
