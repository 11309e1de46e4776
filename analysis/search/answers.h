/* Questions with several right answers: what share is answered, over which of three denominators.
 */
#ifndef ISO_ANALYSIS_ANSWERS_H
#define ISO_ANALYSIS_ANSWERS_H

#include <stdint.h>

#include "analysis/search/hits.h"
#include "analysis/measure/value.h"

ISO_BEGIN

/** Papers divide by different numbers under one name (P@1). */
typedef enum iso_denominator {
    ISO_OVER_IN_VOCABULARY =
        0,              /* words with at least one answer among the candidates: MUSE, vecmap */
    ISO_OVER_ALL_WORDS, /* all words; those without an answer are wrong: fastText */
    ISO_OVER_PAIRS      /* every word and answer: xling-eval */
} iso_denominator;

enum { ISO_DENOMINATORS = 3 };

/** "in-vocabulary", "all-words", "pairs". */
ISO_API const char *iso_denominator_name(iso_denominator d);

/** Ranks of the answers of `words` words: those of word w are rank[first[w]] … rank[first[w + 1] −
 * 1], from 1; none: neither the word nor an answer of it is in the vocabulary. */
typedef struct iso_answers {
    int64_t words, candidates;
    const int64_t *first, *rank;
} iso_answers;

/**
 * P@k, or with k = 0 the mean reciprocal rank. Any answer of a word counts, and the best-ranked one
 * makes its rank; over pairs each answer is an item of its own. `null` is the value of a random
 * order of the candidates: k/n for one answer, 1 − C(n−m, k)/C(n, k) for m. Intervals draw words
 * with replacement; over pairs each with all its pairs, which are not independent, as a ratio of
 * sums; where no resample differs there is none. Cost  O(pairs), and O(candidates) for each number
 * of answers that occurs. Errors  ISO_EARG, ISO_ENOMEM.
 */
ISO_API ISO_MUST_USE iso_err iso_answers_score(iso_value *out, const iso_answers *answers,
                                               int64_t k, iso_denominator over, iso_boot boot,
                                               uint64_t seed);

/** Share of the words that `in-vocabulary` counts, of all: coverage. */
ISO_API ISO_MUST_USE iso_err iso_answers_coverage(iso_value *out, const iso_answers *answers);

ISO_END

#endif
