/* Random networks' states, made once for several studies. */
#ifndef ISO_STUDY_BASELINE_SET_H
#define ISO_STUDY_BASELINE_SET_H

#include "analysis/study/baseline/baseline.h"
#include "analysis/study/study.h"

ISO_BEGIN

/**
 * Makes what the baseline `random` of `opt` stands on, the states of three seeds, for studies of
 * `states` whose options name it as baseline.set: their records are the same as without. Takes the
 * languages and layers of `select`; studies may take fewer. *out stays NULL where `opt` does not
 * ask for random, is given states for it, or where the three take more than half of the run's
 * memory: then each study makes one after the other.
 * Cost    that of embedding three times.
 * Errors  as of a study with the same baselines: ISO_EARG (no model, no text), those of iso_embed.
 * Threads one call at a time on the same states, and one study at a time with the same set.
 */
ISO_API ISO_MUST_USE iso_err iso_baseline_set_new(iso_baseline_set **out, iso_states *states,
                                                  const iso_baseline_opt *opt,
                                                  const iso_scope *select, const iso_run *run);

/** Bytes that it holds, which the runs of its studies should leave; 0 of NULL. */
ISO_API int64_t iso_baseline_set_bytes(const iso_baseline_set *set);

/** Frees it, after the studies that borrow it; NULL is nothing. */
ISO_API void iso_baseline_set_free(iso_baseline_set *set);

ISO_END

#endif
