/* The gradient of X-Mixup's λ: what a loss asks of W, b and the raw cross scores. */
#ifndef ISO_NN_XMIXUP_BACK_H
#define ISO_NN_XMIXUP_BACK_H

#include "lib/nn/xmixup.h"

ISO_BEGIN

/**
 * λ = λ0 sigmoid(z), z = w (e1 + e2) + b: adds dλ's share to dw and db, and returns that of e1 (and
 * of e2), dL/de = dL/dλ · λ0 sigmoid(z) (1 − sigmoid(z)) w.
 */
double iso_mix_lambda_back(double *dw, double *db, const iso_mix_head *head, double e1, double e2,
                           double dlambda);

/**
 * ds += de · ∂(e1 + e2) / ∂s, of as many numbers as the scores: for a line (a row for e1, a column
 * for e2) with P = softmax of its live scores and n lines that have an entropy in each of H heads
 *
 *     ∂e / ∂sⱼ = −Pⱼ (log Pⱼ + E + q) / (H n),   E = −Σ P log P
 *
 * with q = 0 (masked) or padded / (padded + Σ exp(live scores)) (repo). Scores that count nowhere
 * get nothing. NaN in a head with a score that is not finite.
 *
 * Cost    two exponentials for each score; sums in double.
 * Errors  ISO_EARG (sizes, type), ISO_ENOMEM; ds is then untouched.
 */
ISO_MUST_USE iso_err iso_mix_entropies_back(float *ds, const iso_mix_scores *s,
                                            iso_mix_entropy mode, double de);

ISO_END

#endif
