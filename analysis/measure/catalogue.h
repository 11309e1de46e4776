/* Everything a record may hold, with its words: the measures of a pair, of which anyone may
 * register more, and what studies make beside them.
 * Threads: any number may call at once, unless one registers a measure. */
#ifndef ISO_ANALYSIS_CATALOGUE_H
#define ISO_ANALYSIS_CATALOGUE_H

#include <stdbool.h>

#include "analysis/measure/value.h"
#include "lib/base/err.h"

ISO_BEGIN

struct iso_measure; /* iso_measure of measure.h, for those who look into one */

enum { ISO_MEASURES_MOST = 64 }; /* of a pair, those registered included */

/** All measures of a pair, ours first, then those registered, in a fixed order. */
ISO_API int iso_measure_count(void);
ISO_API const struct iso_measure *iso_measure_at(int i);

/**
 * Adds a measure (borrowed, for the life of the program). From then on it can be chosen by its
 * name, and figures, reports and help call it by its title. Not thread-safe; call before any pass.
 * Errors  ISO_EARG (no title or no function; a name that a list of measures cannot hold: empty, 64
 *         bytes, one of ":,@*" or a blank; a name that is taken, table full).
 */
ISO_API ISO_MUST_USE iso_err iso_measure_register(const struct iso_measure *m);

/* What a number is about. */
typedef enum iso_about {
    ISO_ABOUT_PAIR, /* how alike or how far apart two languages are */
    ISO_ABOUT_TASK, /* how well a task is done: a score */
    ISO_ABOUT_OTHER /* baselines, gaps, correlations, shares of a mix */
} iso_about;

/** Whether two names are of one measure, ranks aside: "p@1", "p@5" and "p@k" are. */
ISO_API bool iso_measure_same(const char *a, const char *b);

/* Borrowed names; the words are the entry's own. The entry of `p@1` stands for every rank. */
typedef struct iso_catalogue_entry {
    const char *measure, *estimator; /* estimator "" where there is none */
    bool known;
    iso_about about;
    iso_high high;   /* what a high value means */
    char title[256]; /* "Linear CKA, debiased" */
    char axis[256];  /* "linear CKA (debiased)" */
} iso_catalogue_entry;

/** The entries by number: the measures of a pair first. */
ISO_API int iso_catalogue_count(void);
ISO_API iso_catalogue_entry iso_catalogue_at(int i);

/**
 * The entry of a measure and its estimator (NULL: none). What is not known is called as it is
 * ("measure estimator"), says nothing of high values, and is about what its measure is about, a
 * pair where that is unknown too.
 */
ISO_API iso_catalogue_entry iso_catalogue_of(const char *measure, const char *estimator);

ISO_END

#endif
