/* Measures as they are typed: `measure[@k][:estimator]`, one word or a list with commas between. */
#ifndef ISO_ANALYSIS_SPEC_H
#define ISO_ANALYSIS_SPEC_H

#include <stdbool.h>
#include <stdint.h>

#include "analysis/measure/measure.h"
#include "lib/base/str.h"

ISO_BEGIN

enum { ISO_SPEC_SIZE = 64 }; /* bytes of a name with its NUL */

typedef struct iso_spec {
    char name[ISO_SPEC_SIZE];      /* all before the colon, as typed: "cka", "p@5" */
    char measure[ISO_SPEC_SIZE];   /* without a rank: "cka", "p@k" */
    char estimator[ISO_SPEC_SIZE]; /* as records have it, whatever published name was typed; ""
                                    * where none is named; "*" for all */
    int64_t k; /* 0 where no rank is named ("p@k"), -1 where it is none ("p@x") */
} iso_spec;

/** Reads one word; false where it or its estimator is empty, or a name longer than it may be. */
ISO_API bool iso_spec_parse(iso_spec *out, const char *word);

/** Whether a record's measure ("p@5"), its estimator (NULL: none) and k (below 1: none) are what is
 * meant; what is not named may be anything. */
ISO_API bool iso_spec_fits(const iso_spec *s, const char *measure, const char *estimator,
                           int64_t k);

/** Adds such a word, "p@5:csls", of what a record says: estimator NULL or "" for none, k below 1
 * for none; "p@k" is named with its k. */
ISO_API ISO_MUST_USE iso_err iso_spec_print(iso_buf *out, const char *measure,
                                            const char *estimator, int64_t k);

/**
 * The measures of a pair that a list "cka,cka:biased,cosine:raw" names: a bare measure stands for
 * its recommended estimators, "measure:*" for all. Sets out[0..*count), each once, in the order
 * named.
 * Errors  ISO_EARG (unknown name, the nearest one suggested; more than `room`).
 */
ISO_API ISO_MUST_USE iso_err iso_measure_choose(const iso_measure **out, int *count, int room,
                                                const char *names);

ISO_END

#endif
