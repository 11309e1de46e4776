/* How the entropies of X-Mixup are taken. */
#ifndef ISO_NN_MIX_ENTROPY_H
#define ISO_NN_MIX_ENTROPY_H

/**
 * How entropies see padding. `masked`: not at all; `repo`: as the published code does, where padded
 * columns count in the logarithm with a score of 0 and padded rows count in the mean. Without
 * padding the two are one.
 */
typedef enum iso_mix_entropy { ISO_MIX_MASKED = 0, ISO_MIX_REPO } iso_mix_entropy;

#endif
