/* Multinomial logistic regression: classes separated by a linear probe. */
#ifndef ISO_ANALYSIS_LOGISTIC_H
#define ISO_ANALYSIS_LOGISTIC_H

#include <stdint.h>

#include "lib/base/err.h"
#include "lib/linalg/view.h"

ISO_BEGIN

/** Rows of x (f32, d columns) that are trained on, each with its class. */
typedef struct iso_examples {
    iso_view x;
    const int32_t *label; /* of each row of x: 0 … classes − 1 */
    const int64_t *pick;  /* the rows taken; NULL: all */
    int64_t n;            /* rows taken */
    int classes;
} iso_examples;

typedef struct iso_logistic iso_logistic;

/**
 * Room for fits on these examples. Columns are standardised by the mean and standard deviation of
 * the rows taken (a constant one becomes 0); what is learnt carries that along.
 * Cost  8 n d bytes. Errors  ISO_EARG (fewer than 2 classes, no rows, a label out of range, f32),
 *       ISO_EFORMAT (not finite), ISO_ENOMEM.
 */
ISO_API ISO_MUST_USE iso_err iso_logistic_new(iso_logistic **out, const iso_examples *examples);
ISO_API void iso_logistic_free(iso_logistic *m);

/**
 * Minimises  mean over rows of −log p(class | row) + l2/2 · ‖W‖²,  p = softmax(W x̃ + b), b free,
 * from where the last fit ended (the first: 0). l2 = 1 / (n C) for those who count in C.
 *
 * Products in f32, sums of losses in double; ends at ‖gradient‖ <= 1e-4 max(1, ‖W, b‖), or where
 * f32 cannot go further. May be called from a parallel region; outside it uses all threads.
 * Cost  4 n d · 16⌈classes/16⌉ operations an evaluation, of which there are 20 to 200.
 * Errors  ISO_EARG (l2 <= 0), ISO_ENUMERIC, ISO_ENOMEM.
 */
ISO_API ISO_MUST_USE iso_err iso_logistic_fit(iso_logistic *m, double l2);

/** label[i] is the most probable class of row i of x (n × d, f32); of equals the lowest.
 * Errors  ISO_EARG (other columns), ISO_ENOMEM. */
ISO_API ISO_MUST_USE iso_err iso_logistic_predict(int32_t *label, const iso_logistic *m,
                                                  iso_view x);

/** What was learnt as a classifier of rows as they are: w (classes × d) and b (classes), logits
 * w x + b, with the means and deviations of the columns folded in. */
ISO_API void iso_logistic_weights(double *w, double *b, const iso_logistic *m);

/** The value that the last fit ended at. */
ISO_API double iso_logistic_loss(const iso_logistic *m);

ISO_END

#endif
