/* X-Mixup: how much of the source goes into the target, by the entropies of cross attention. */
#ifndef ISO_NN_XMIXUP_H
#define ISO_NN_XMIXUP_H

#include <stdbool.h>

#include "lib/linalg/view.h"
#include "lib/nn/batch.h"
#include "lib/nn/mix_entropy.h"

ISO_BEGIN

/** Raw cross scores of one pair: H heads, a row a target token, a column a source token, packed. */
typedef struct iso_mix_scores {
    const void *data;
    iso_dtype dtype; /* f32 or f64 */
    int H;
    int64_t Tt, Ts;         /* rows and columns */
    int64_t live_t, live_s; /* of those that are not padding, the first; at least 1 */
} iso_mix_scores;

/**
 * Translation entropies of a pair, natural logarithms, means over heads and rows:
 *
 *     e1  of target rows:  −Σⱼ P log Q,  P = softmax of the row over live source columns
 *     e2  of source rows:  the same of the transposed scores over live target columns
 *
 * masked: Q = P, so both lie in [0, log of the live columns], and the mean is over live rows. repo:
 * Q is the softmax in which each padded column has score 0, and the mean is over all rows; so e =
 * H(P) + log(1 + padded / Σ exp(live scores)). NaN when a score that counts is not finite.
 *
 * Cost    one exponential for each score; sums in double.
 * Errors  ISO_EARG (sizes, type), ISO_ENOMEM; outputs are then untouched.
 * Source  Yang et al., ICLR 2022, arXiv:2205.04182, and its published code.
 */
ISO_MUST_USE iso_err iso_mix_entropies(double *e1, double *e2, const iso_mix_scores *s,
                                       iso_mix_entropy mode);

/** The mean over heads of softmax(scores), live rows × live columns, packed; rows sum to 1. */
void iso_mix_attention(float *out, const iso_mix_scores *s);

/** λ of a layer: lambda0 · sigmoid(w (e1 + e2) + b), in (0, lambda0). */
typedef struct iso_mix_head {
    double lambda0; /* in (0, 1] */
    double w, b;
} iso_mix_head;

/** What the published code computes with: lambda0 0.5, w 1, b 0. */
iso_mix_head iso_mix_head_default(void);

double iso_mix_lambda(const iso_mix_head *head, double e1, double e2);

/** By which λ: of the entropies; the same for all pairs; the head's without its w: λ0 sigmoid(b).
 */
typedef enum iso_mix_kind {
    ISO_MIX_BY_ENTROPY = 0,
    ISO_MIX_FIXED,
    ISO_MIX_NO_ENTROPY
} iso_mix_kind;

typedef struct iso_mix_rule {
    iso_mix_kind kind;
    double fixed; /* λ of ISO_MIX_FIXED, in [0, 1] */
    iso_mix_head head;
    iso_mix_entropy entropy;
    bool even; /* each target token takes the mean over the source's tokens that are no padding, as
                * if all scores were equal; λ, entropies and attention stay those of the scores */
} iso_mix_rule;

/**
 * What a mixed layer sees: states (tokens × C, f32) after the layer's own attention block
 * (iso_encoder_attend), of targets and of their sources. Of the batches only B, offsets and live
 * count. Padding (live) is for ISO_MIX_REPO; masked entropies and attention pass it over.
 */
typedef struct iso_mix_pairs {
    iso_view target, source;
    const iso_batch *to, *from;
    /* The source of target b is sentence with[b] of `from`, which may serve several; NULL: sentence
     * b, and both have as many. */
    const int64_t *with;
} iso_mix_pairs;

/**
 * Statistics of each pair; each unless NULL. lambda, e1, e2: an entry a target; e1, e2 and
 * attention are computed when asked for, whatever the rule. Of a target without tokens all three
 * numbers are NaN. attention: iso_mix_attention of pair after pair, as many numbers as
 * iso_mix_attention_size says.
 */
typedef struct iso_mix_stats {
    double *lambda, *e1, *e2;
    float *attention;
} iso_mix_stats;

/** Σ live target rows × live source columns. */
int64_t iso_mix_attention_size(const iso_mix_pairs *in);

ISO_END

#endif
