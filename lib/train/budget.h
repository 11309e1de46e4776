/* Which items each of several source languages has, where they share one budget. */
#ifndef ISO_TRAIN_BUDGET_H
#define ISO_TRAIN_BUDGET_H

#include <stdint.h>

#include "lib/base/err.h"

ISO_BEGIN

/** A language's items; id[i] is a number for item i, equal for translations, each once. */
typedef struct iso_budget_lang {
    const char *name; /* for messages */
    const int64_t *id;
    int64_t n;
} iso_budget_lang;

/**
 * Gives each language as many items of `budget` as the others (the first ones one more where it
 * does not divide), and none two languages the same id: chosen has `budget` numbers, the items of
 * the first language, then those of the next; share[l] takes how many language l has. Which ones
 * is a function of seed and ids: ids come in random order, and each goes to the language that
 * needs it most, for what it still has to choose from.
 *
 * Cost    O(N (langs + log N)), N the items of all.
 * Errors  ISO_EARG (no language, a negative budget), ISO_EDATA (a language could not be given its
 * share: which, how many), ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_budget(int64_t *chosen, int64_t *share, int64_t budget,
                                const iso_budget_lang *lang, int langs, uint64_t seed);

ISO_END

#endif
