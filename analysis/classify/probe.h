/* Linear probes across languages: trained on some, tested on all, on items nobody trained on. */
#ifndef ISO_ANALYSIS_PROBE_H
#define ISO_ANALYSIS_PROBE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/err.h"
#include "lib/base/run.h"
#include "lib/linalg/view.h"

ISO_BEGIN

/** Rows of one language. */
typedef struct iso_probe_lang {
    iso_view x;           /* rows × d, f32; the same d for all */
    const int32_t *label; /* rows: 0 … classes − 1, or −1: neither trained on nor counted */
    const int32_t *fold;  /* rows: 0 … folds − 1, by item, so that translations share theirs */
    const uint8_t *learn; /* rows that may be trained on; NULL: none of this language */
} iso_probe_lang;

typedef struct iso_probe_task {
    const iso_probe_lang *lang;
    int langs, classes;
    int folds;        /* at least 3 */
    const double *l2; /* strengths to choose from, falling */
    int strengths;
} iso_probe_task;

/**
 * predicted[l][i] is the class of row i of language l, given by the probe of its fold: trained on
 * the rows with `learn` in all other folds. −1 in a fold whose probe had fewer than 2 classes to
 * learn. chosen[f] (NULL: not wanted) is the strength of fold f's probe: of those in l2 the one
 * with the most right answers when each other fold in turn is left out of learning too, of equals
 * the strongest; so neither fold f nor a language that is not trained on has a say in it.
 *
 * Fits with two folds left out serve both ways, folds · (folds − 1) / 2 · strengths of them, each
 * beginning where the stronger one before ended. They run on all threads; the result does not
 * depend on how many.
 * Cost  as iso_logistic_fit, (folds (folds − 1) / 2 + 1) · strengths times; memory a copy of the
 *       learnt rows in f32, twice, a thread.
 * Errors  ISO_EARG (shapes, folds, labels out of range, nothing to learn from), ISO_EFORMAT (not
 *         finite), ISO_ENOMEM, ISO_ECANCEL.
 */
ISO_API ISO_MUST_USE iso_err iso_probe_run(int32_t *const *predicted, double *chosen,
                                           const iso_probe_task *probe, const iso_run *run);

/**
 * The probes that iso_probe_run applies, as classifiers of rows as they are: w[f] (classes × d) and
 * b[f] (classes) of the probe of fold f, which was trained on the rows with `learn` in all other
 * folds; and, unless predicted is NULL, what iso_probe_run says. The caller gives the room. *two[f]
 * is false where that probe had fewer than 2 classes to learn, and w[f] and b[f] are then 0.
 * chosen, cost and errors  as iso_probe_run.
 */
ISO_API ISO_MUST_USE iso_err iso_probe_fit(int32_t *const *predicted, double *const *w,
                                           double *const *b, bool *two, double *chosen,
                                           const iso_probe_task *probe, const iso_run *run);

ISO_END

#endif
