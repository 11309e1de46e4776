/* The study of sentence retrieval and mining: whether a sentence finds its translation. */
#ifndef ISO_STUDY_RETRIEVE_H
#define ISO_STUDY_RETRIEVE_H

#include "analysis/search/rule.h"
#include "analysis/study/baseline/baseline.h"
#include "analysis/study/study.h"

ISO_BEGIN

/** Who searches. */
typedef enum iso_retrieve_direction {
    ISO_RETRIEVE_FORWARD = 1, /* sources among targets */
    ISO_RETRIEVE_BACKWARD,
    ISO_RETRIEVE_BOTH
} iso_retrieve_direction;

/** Among which rows a query finds its best by CSLS or a margin. */
typedef enum iso_retrieve_candidates {
    ISO_RETRIEVE_ALL = 1,
    ISO_RETRIEVE_KNN /* its `neighbours` nearest by cosine, as LASER does */
} iso_retrieve_candidates;

/** Options of iso_retrieve; iso_retrieve_opt_init fills the defaults. Texts are borrowed. */
typedef struct iso_retrieve_opt {
    size_t size;
    iso_scope select;
    const char *measure;   /* "p@1,p@5:csls,mrr,error:ratio,mexa,f1"; a name alone: cosine and csls;
                            * NULL: p@1 */
    iso_interval interval; /* USUAL and BOOT_ITEMS: percentiles over items; BCA; NONE */
    const char *preset;    /* "tatoeba", "xsim", "mexa", "laser-mine": fields left as by default;
                            * rows pooled otherwise than there are taken, with a note */
    const char *prep;      /* steps on the rows of each language: "center,unit" (lib: prep.h) */
    const char
        *k; /* older name of ranks: "1,5,10" are those of p@k, or of a measure that is not said */
    int64_t neighbours; /* averaged by CSLS and margins; 0: 10, margins 4 */
    double beta;        /* inverse temperature of invsoftmax; NaN: 30, as MUSE */
    iso_retrieve_direction direction;
    iso_rule margin;         /* of mining: RATIO, DIFFERENCE, ABSOLUTE */
    double threshold;        /* of mining; NaN: the one with the best F1 */
    const char *gold;        /* a file of true pairs, two numbers a line, rows from 0 */
    const char *predictions; /* a file to write what was found to; "-" is standard output */
    iso_retrieve_candidates candidates;
    int64_t first;        /* only the first items that both languages have; 0: all */
    int64_t permutations; /* of the targets' items; 0 for none */
    iso_baseline_opt baseline;
} iso_retrieve_opt;

extern ISO_API const iso_options iso_retrieve_options;
ISO_API void iso_retrieve_opt_init(iso_retrieve_opt *opt, size_t size);

/** What can be said before any input is open. Errors  ISO_EARG. */
ISO_API ISO_MUST_USE iso_err iso_retrieve_check(const iso_retrieve_opt *opt);

/** What would be searched: items, pairs, searches, operations, memory. Errors  as iso_retrieve. */
ISO_API ISO_MUST_USE iso_err iso_retrieve_plan(iso_facts *out, iso_states *states,
                                               const iso_retrieve_opt *opt, const iso_run *run);

/**
 * Appends a record for every measure, direction, pair of languages and layer, and writes
 * `predictions`; on an error `out` is as before. Without `gold` row i belongs to row i after the
 * languages are joined by their ids; rows of equal text are answers alike. Of MEXA by cosine, and
 * several layers, each pair has two records more, without layers: estimators cosine-layers-mean and
 * cosine-layers-max.
 * Value   shares in [0, 1]; `null` is what rows that do not belong together would come to.
 * Cost    2 n m d operations a pair of n and m rows and search; the rows of one pair in memory.
 * Errors  ISO_EARG, ISO_EDATA (different dims, no rows, more memory than the run grants), ISO_EIO,
 *         ISO_EFORMAT, ISO_ENOMEM, ISO_ECANCEL.
 * Threads one call at a time on the same states.
 * Source  Artetxe and Schwenk, ACL 2019 (margins, mining); Conneau et al., ICLR 2018 (CSLS);
 *         Kargaran et al., 2024 (MEXA).
 */
ISO_API ISO_MUST_USE iso_err iso_retrieve(iso_records *out, iso_states *states,
                                          const iso_retrieve_opt *opt, const iso_run *run);

ISO_END

#endif
