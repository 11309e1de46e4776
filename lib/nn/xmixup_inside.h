/* Entropies in memory that is there already. */
#ifndef ISO_NN_XMIXUP_INSIDE_H
#define ISO_NN_XMIXUP_INSIDE_H

#include "lib/nn/xmixup.h"

/* Doubles of scratch for scores of Tt rows and Ts columns. */
int64_t iso_mix_scratch(int64_t Tt, int64_t Ts);

/* iso_mix_entropies of sizes that were checked. */
void iso_mix_fold(double *e1, double *e2, const iso_mix_scores *s, iso_mix_entropy mode,
                  double *scratch);

#endif
