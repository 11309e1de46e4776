/* From what was said of labelled examples to accuracy, macro-F1 and gaps, each with its interval
 * over items: examples of one item (tokens of a sentence, its translations) are drawn together. */
#ifndef ISO_ANALYSIS_SCORED_H
#define ISO_ANALYSIS_SCORED_H

#include <stdbool.h>
#include <stdint.h>

#include "analysis/measure/value.h"
#include "lib/base/err.h"

/* Examples of one language. Borrowed. */
struct scored {
    const int32_t *label,
        *said;           /* classes; label −1: it is not asked about; said −1: nothing was */
    const int64_t *item; /* of each example its number among those of all languages */
    int64_t rows;
};

/* How they are counted. */
struct score_ask {
    int64_t items; /* of all languages together */
    uint64_t seed;
    bool bare; /* no intervals */
};

/* Right answers and questions of each item, of one language. {0} is empty. */
struct tally {
    double *right, *whole;
};

/* Errors  ISO_ENOMEM. */
iso_err iso_tally_make(struct tally *out, const struct scored *of, int64_t items);
void iso_tally_free(struct tally *t);

/* Accuracy of some languages together. Errors  ISO_ENOMEM. */
iso_err iso_score_accuracy(iso_value *out, const struct tally *tally, int count,
                           const struct score_ask *ask);

/* Mean F1 over the classes that some languages have or were said to have. Errors  ISO_ENOMEM. */
iso_err iso_score_f1(iso_value *out, const struct scored *of, int count, int classes,
                     const struct score_ask *ask);

/* Mean of the accuracies of `count` tallies, whose items are drawn together; n: items that one was
 * asked about. Errors  ISO_ENOMEM. */
iso_err iso_score_mean(iso_value *out, const struct tally *tally, int count,
                       const struct score_ask *ask);

/* Mean accuracy of `sources` minus that of `targets` languages, tally by tally. Errors  ISO_ENOMEM.
 */
iso_err iso_score_gap(iso_value *out, const struct tally *source, int sources,
                      const struct tally *target, int targets, const struct score_ask *ask);

#endif
