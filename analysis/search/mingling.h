/* How much the rows of several languages mingle: whose rows are nearest to each. */
#ifndef ISO_ANALYSIS_MINGLING_H
#define ISO_ANALYSIS_MINGLING_H

#include <stdint.h>

#include "lib/base/run.h"
#include "lib/linalg/view.h"

ISO_BEGIN

/**
 * near[i k + j], j = 0 … k − 1: the k other rows of x (n × d, f32) nearest to row i by cosine, best
 * first, ties to the lowest index; exact, as iso_near_find. Of more than k rows equal to row i some
 * k are taken.
 * Cost and memory  of iso_near_find for k + 1.
 * Errors  ISO_EARG (k < 1, k > n − 1), and its own.
 */
ISO_API ISO_MUST_USE iso_err iso_near_others(int32_t *near, iso_view x, int k, const iso_run *run);

/** Rows of several languages, and the k others nearest to each. Borrowed. */
typedef struct iso_neighbourhood {
    int64_t rows;
    int k, langs;
    const int32_t *near; /* rows × k */
} iso_neighbourhood;

/** What the neighbours of one row say, or sums over rows of it. */
typedef struct iso_mingled {
    double other;   /* share of the neighbours that are of another language, [0, 1] */
    double entropy; /* of the languages of the neighbours, own one included: nats, [0, ln k] */
    double bridge;  /* 1 where the neighbours hold at least `least` other languages */
} iso_mingled;

/**
 * Of each row, where label[i] is its language; reach[i langs + c] (rows × langs, zeros before) is
 * set to 1 for each other language c among its neighbours. O(n k). Errors  ISO_ENOMEM.
 */
ISO_API ISO_MUST_USE iso_err iso_mingled_rows(iso_mingled *out, uint8_t *reach,
                                              const iso_neighbourhood *of, const int32_t *label,
                                              int least);

/** The sums of these over the rows of each language: out (langs); reach[l langs + c] (zeros before)
 * is set to 1 where a row of language l has a neighbour of c. As above. */
ISO_API ISO_MUST_USE iso_err iso_mingled_sums(iso_mingled *out, uint8_t *reach,
                                              const iso_neighbourhood *of, const int32_t *label,
                                              int least);

/**
 * What is expected of a row of each language where labels are shuffled over all rows, so that its
 * neighbours are k of the n − 1 others, drawn without replacement: other = (n − n_l) / (n − 1); the
 * entropy from hypergeometric counts. Exact; `bridge` is left 0. Cost  O(langs² + langs k²).
 * Errors  ISO_ENOMEM.
 */
ISO_API ISO_MUST_USE iso_err iso_mingled_expected(iso_mingled *out, const int64_t *size, int langs,
                                                  int k);

ISO_END

#endif
