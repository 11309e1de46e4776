/* The study of linear probes: trained on source languages, tested on all, layer by layer. */
#ifndef ISO_STUDY_PROBES_H
#define ISO_STUDY_PROBES_H

#include "analysis/study/baseline/baseline.h"
#include "analysis/study/study.h"

ISO_BEGIN

/** Options of iso_probe; iso_probe_opt_init fills the defaults. Texts are borrowed. */
typedef struct iso_probe_opt {
    size_t size;
    iso_states
        *second;      /* NULL, or the second sentences of pairs, whose first ones are the states */
    iso_scope select; /* src: trained on (several); tgt: tested beside them (NULL: all) */
    int64_t budget;   /* items trained on in all, an equal share of each source; 0: all */
    const char *measure;       /* "accuracy,f1,gap,accuracy:language-id" */
    int64_t folds;             /* parts of the items, at least 3 */
    const char *prep;          /* steps on the rows of each language */
    iso_interval interval;     /* USUAL or NONE */
    iso_baseline_opt baseline; /* of items that have labels of their own */
    bool each_source;          /* a probe of each source alone, tested on all languages: a grid */
} iso_probe_opt;

extern ISO_API const iso_options iso_probe_options;
ISO_API void iso_probe_opt_init(iso_probe_opt *opt, size_t size);

/** What can be said before any input is open. Errors  ISO_EARG. */
ISO_API ISO_MUST_USE iso_err iso_probe_check(const iso_probe_opt *opt);

/** What would be learnt: items, languages, layers, fits, memory. Errors  as iso_probe. */
ISO_API ISO_MUST_USE iso_err iso_probe_plan(iso_facts *out, iso_states *states,
                                            const iso_probe_opt *opt, const iso_run *run);

/**
 * Appends records of accuracy, macro-F1 and transfer gap of a multinomial logistic probe, each
 * beside the most frequent class and a probe of permuted labels; on an error `out` is as before.
 * Items that are translations, or of equal text, share a fold: nobody is tested on what it learnt.
 * Value   shares in [0, 1]; gaps in [-1, 1], source minus target.
 * Cost    folds (folds + 1) / 2 times 8 fits a layer; the rows of a layer in memory.
 * Errors  ISO_EARG; ISO_EDATA (no labels, one class, fewer examples than folds, more memory than
 * the run grants, different dims, items that do not match), ISO_EIO, ISO_EFORMAT, ISO_ENOMEM,
 *         ISO_ECANCEL.
 * Threads one call at a time on the same states.
 * Source  Yang et al., ICLR 2022 (transfer gaps); Hewitt and Liang, EMNLP 2019 (control labels).
 */
ISO_API ISO_MUST_USE iso_err iso_probe(iso_records *out, iso_states *states,
                                       const iso_probe_opt *opt, const iso_run *run);

/** Whether the language (its number in the collection) says of its items what they are. */
ISO_API bool iso_probe_has_labels(const iso_states *states, int lang);

ISO_END

#endif
