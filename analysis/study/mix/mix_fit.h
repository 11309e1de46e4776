/* What of a mixing is within a limit of operations. */
#ifndef ISO_STUDY_MIX_FIT_H
#define ISO_STUDY_MIX_FIT_H

#include "analysis/study/mix/mix.h"
#include "lib/base/str.h"

struct mix_fit {
    int64_t items, of_items; /* sentences; items 0: not even the fewest are within the limit */
    int places, of_places;   /* mixed layers */
    double operations, all;  /* of these, and of all sentences and places */
    iso_buf layers;          /* as the option `layer` has them: "1,3,5"; to be freed */
};

/* Fewer sentences and layers than the options ask for, so that they take no more than `operations`:
 * counted from tokens and shapes, so that they are the same on any machine; neither falls as the
 * limit grows. Opens, reads and notes as iso_mix_plan, with its errors. */
ISO_MUST_USE iso_err iso_mix_fit(struct mix_fit *out, iso_model *model, const iso_texts *texts,
                                 const iso_mix_opt *opt, double operations, const iso_run *run);

#endif
