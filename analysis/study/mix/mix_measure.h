/* From the states of one target, plain and mixed, to records. */
#ifndef ISO_BIN_MIX_MEASURE_H
#define ISO_BIN_MIX_MEASURE_H

#include "analysis/study/mix/mix.h"

/* What is measured unless --measure says otherwise. */
#define MIX_MEASURES "cka:debiased,centroid:relative,cosine:centred,p@1:cosine"

/* What the command line alone shows wrong of --measure, --interval and the options of retrieval.
 * ISO_EARG. */
iso_err iso_mix_measure_check(const struct settings *set);

/* Adds the records of one target. Of every measure, source against target at one layer: stage
 * `before`, and for every place and way from the place's first layer on `after` and `difference`
 * (after − before, paired interval); of ways that are no control also `difference` with the
 * control in `given` (after − after of the control). Then `lambda` and `entropy` of ways whose λ
 * comes from entropies. Errors as iso_pass and iso_near_find. */
iso_err iso_mix_records(iso_records *out, const struct mixed *m, const struct settings *set,
                        const iso_run *run);

#endif
