/* Who is nearest to whom, exactly: cosine, CSLS, margins, inverted softmax; lists and ranks. */
#ifndef ISO_ANALYSIS_NEIGHBOURS_H
#define ISO_ANALYSIS_NEIGHBOURS_H

#include <stdbool.h>
#include <stdint.h>

#include "analysis/search/rule.h"
#include "lib/base/run.h"
#include "lib/linalg/view.h"

ISO_BEGIN

/** All zero: cosine, k 1, neighbours 10 (margins: 4), beta 30, kept 128, or 4k if that is more. */
typedef struct iso_near_opt {
    iso_rule rule;
    int k;
    int neighbours;
    double beta;
    int kept;   /* best cosines of each row that CSLS is ranked among before its certificate */
    bool plain; /* brute force in double: the oracle, slow */
    bool knn;   /* candidates are the `neighbours` nearest rows by cosine, not all */
} iso_near_opt;

/** The k best of each row, best first; ties to the lowest index; −1 and NAN where there are fewer.
 */
typedef struct iso_near {
    int64_t rows;
    int k;
    int32_t *index; /* rows × k */
    double *score;  /* rows × k */
} iso_near;

ISO_API void iso_near_free(iso_near *n);

/**
 * What the search had to do beyond one product. The neighbours never depend on the number of
 * threads; these counts may where a list is about to overflow.
 */
typedef struct iso_near_stats {
    int64_t again;      /* rows whose list was not certain to be final and were multiplied again */
    int64_t overflowed; /* lists with more candidates than room */
} iso_near_stats;

/**
 * The nearest rows of y for each row of x (`forward`) and of x for each row of y (`backward`);
 * either may be NULL. x is n × d, y m × d, f32; rows of zeros have cosine 0 with everything.
 *
 * Exact: the cosine is the dot product of the rows in double (sums in one fixed order, the same on
 * every machine) times 1/‖x‖ · 1/‖y‖; order, ties and scores rest on it, and with r, sums and
 * scores in double the answer is that of brute force, bit for bit. A blocked product only finds
 * candidates: it gives an upper bound of every cosine, from vectors rounded to 8 bits once their
 * mean is taken off, whose errors are known row by row; where rows lie too close together for that,
 * which a sample shows, from f32, (d + 4)·2⁻²⁴ above. Candidates are scored exactly from the
 * highest bound down, until the k-th best score is above the next bound. CSLS, margins and the
 * softmax look at the `kept` best cosines of each row. A row is final when its k-th best score is
 * above whatever a candidate could have whose bound is below those of its list, once the 64
 * candidates that the rule favours most were looked at one by one; else it is multiplied again, in
 * f32, listed by the rule itself. Equal rows, and rows of zeros, are searched once and take one
 * place in a list. Rows with more candidates that are near-equal but not equal than a list holds,
 * and those whose ratio may have a negative denominator, have all their cosines taken from a
 * product in double. CSLS and margins rank all candidates; with `knn` only the `neighbours` nearest
 * of each row by cosine, as LASER does: then k is at most `neighbours`, and ranks (below) are not
 * to be had. Cost  2nmd operations and a few per cent; the softmax's sums another 2nmd in double
 * for each direction, three times the time of the search, and so do lists where all overflow. A sum
 * adds its terms row by row in blocks of 48 rows, for brute force too. Memory beside x and y: a
 * quarter of both, or y once more; n + m lists of 8 bytes × 1.5 max(4k + 118, kept) at most; the
 * results, and with means the neighbours they are of. Errors  ISO_EARG (different d, k < 1, no
 * rows, knn with another rule), ISO_EFORMAT (not finite), ISO_ENOMEM, ISO_ECANCEL. Source  Lample
 * et al., ICLR 2018, arXiv:1710.04087 (CSLS); Artetxe, Schwenk, ACL 2019, arXiv:1811.01136
 * (margins); Smith et al., ICLR 2017, arXiv:1702.03859 (inverted softmax).
 */
ISO_API ISO_MUST_USE iso_err iso_near_find(iso_near *forward, iso_near *backward, iso_view x,
                                           iso_view y, const iso_near_opt *opt, const iso_run *run,
                                           iso_near_stats *stats);

/**
 * rank[p] = 1 + the number of rows of y that score better for query[p] than target[p] does (equal
 * scores count when their index is lower): query[p] is a row of x, target[p] one of y, in any
 * order; r_S and the softmax's sum are over all rows of x. Cosine and absolute cost 2md operations
 * a distinct query, the other rules also what iso_near_find costs. Errors as above, and ISO_EARG
 * for a row that is not there.
 */
ISO_API ISO_MUST_USE iso_err iso_near_ranks(int64_t *rank, iso_view x, iso_view y,
                                            const int64_t *query, const int64_t *target,
                                            int64_t pairs, const iso_near_opt *opt,
                                            const iso_run *run);

/** What finds the candidates on this CPU: the name of the instructions that multiply 8-bit numbers
 * ("AMX", "AVX512-VNNI", "AVX-VNNI", "AVX2"), or "f32" without any. Never fails. */
ISO_API const char *iso_near_engine(void);

ISO_END

#endif
