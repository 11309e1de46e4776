/* The study of similarity: languages, layers and models compared item by item. */
#ifndef ISO_STUDY_COMPARE_H
#define ISO_STUDY_COMPARE_H

#include "analysis/pass/method.h"
#include "analysis/study/baseline/baseline.h"
#include "analysis/study/study.h"

ISO_BEGIN

/** Options of iso_compare; iso_compare_opt_init fills the defaults. Texts are borrowed. */
typedef struct iso_compare_opt {
    size_t size;
    iso_states *against; /* NULL, or the states of which each language is compared with itself */
    bool difference;     /* with `against`: the pairs here minus the same pairs there */
    iso_scope select;
    const char *measure;   /* names of the registry: "cka,cosine:centred" */
    const char *prep;      /* steps on the rows of each language: "center,unit" (prep.h) */
    const char *condition; /* what is held constant: "length", "pieces", FILE, LANG=FILE,... */
    iso_interval interval; /* USUAL, NONE, JACKKNIFE (Gram terms), GROUPS (sums) */
    iso_method algorithm;  /* how sums are made */
    int64_t permutations;  /* of the targets' items; 0 for none */
    iso_baseline_opt baseline;
} iso_compare_opt;

extern ISO_API const iso_options iso_compare_options;
ISO_API void iso_compare_opt_init(iso_compare_opt *opt, size_t size);

/** What can be said before any input is open. Errors  ISO_EARG. */
ISO_API ISO_MUST_USE iso_err iso_compare_check(const iso_compare_opt *opt);

/** What would be read and computed, without reading it: algorithm, items, pairs, matrices, chunks,
 * readings, operations, bytes, memory. Errors  as iso_compare. */
ISO_API ISO_MUST_USE iso_err iso_compare_plan(iso_facts *out, iso_states *states,
                                              const iso_compare_opt *opt, const iso_run *run);

/**
 * Appends a record for every measure, pair of languages and layer; on an error `out` is as before.
 * A value lies where its measure says (CKA in [0, 1], debiased a little below 0, too); what is
 * undefined is NaN with `why`. Of each pair the items are joined that its own languages have
 * (`common`: that all chosen languages have), by their ids. A mean over all centroids is of items
 * that all have.
 * Cost    one reading of every matrix; O(n d^2) by sums or O(n^2 d) by Gram terms a pair.
 * Errors  ISO_EARG (also names that the states do not have), ISO_EFORMAT (numbers that are not
 *         finite), ISO_EIO, ISO_ENOMEM, ISO_ECANCEL.
 * Threads one call at a time on the same states.
 * Source  Kornblith et al., ICML 2019; Conneau et al., ACL 2020, section 5.
 */
ISO_API ISO_MUST_USE iso_err iso_compare(iso_records *out, iso_states *states,
                                         const iso_compare_opt *opt, const iso_run *run);

/* The method that `algorithm` and `interval` ask for together. ISO_EARG when they exclude each
 * other. */
iso_err iso_compare_method(iso_method *out, iso_method algorithm, iso_interval interval);

ISO_END

#endif
