/* The study of transfer gaps, and of how discrepancies of languages go together with them. */
#ifndef ISO_STUDY_GAP_H
#define ISO_STUDY_GAP_H

#include "analysis/study/study.h"

ISO_BEGIN

/** Options of iso_gap; iso_gap_opt_init fills the defaults. Texts are borrowed. */
typedef struct iso_gap_opt {
    size_t size;
    const char *scores;    /* a file: a row a model and a column a language, or lang and score, or
                            * records of accuracy or f1; NULL: the scores among the records */
    const char *row;       /* of the scores, where they have several */
    const char *given;     /* a file of quantities to hold constant, by language or of pairs */
    iso_scope select;      /* src, tgt, layers (of the records) */
    const char *baseline;  /* of the records, to hold against: "random,pieces"; NULL: all there are,
                            * "none": none */
    const char *measure;   /* discrepancies: "cka,centroid:relative,p@1"; NULL: the usual ones */
    iso_interval interval; /* USUAL: BCa over languages; NONE */
    int64_t permutations;  /* of languages, at least 19; 0: 10 000. All where there are few */
    const char *blocks;    /* a file: lang and block; languages change places within a block only */
} iso_gap_opt;

extern ISO_API const iso_options iso_gap_options;
ISO_API void iso_gap_opt_init(iso_gap_opt *opt, size_t size);

/** What can be said before any input is open. Errors  ISO_EARG. */
ISO_API ISO_MUST_USE iso_err iso_gap_check(const iso_gap_opt *opt);

/**
 * Appends the gaps of the scores (source minus language), their mean, and, where `in` holds
 * discrepancies of the source with others, Pearson, Spearman and Kendall correlations of these with
 * the gaps over languages (at each layer and over layers, without each language, a given quantity
 * held constant), over layers for each language, and Mantel tests of distances; on an error `out`
 * is as before. `out` may not be `in`. Value   gaps in [-1, 1] (percentages are divided by 100);
 * correlations in [-1, 1] with p by permutation of the languages. One permutation serves all of a
 * call: p_max is that of the largest |r| in standard deviations among the `family`, the
 * correlations of the same coefficient (with something given or not, of states or of one baseline;
 * of matrices of the same two). Scores at one layer alone are held against discrepancies of every
 * layer. `flag` marks correlations with scores of a probe that are below the majority class on
 * average, or of most languages; where the records hold no such class there is none. Errors
 * ISO_EARG; ISO_EDATA (no scores, several rows and none said, no score of the source, a language
 * without block, nothing to permute), ISO_EIO, ISO_EFORMAT, ISO_ENOMEM, ISO_ECANCEL. Threads any
 * number of calls at once. Source  Yang et al., ICLR 2022, section 5; Mantel, 1967; Westfall &
 * Young, 1993.
 */
ISO_API ISO_MUST_USE iso_err iso_gap(iso_records *out, const iso_records *in,
                                     const iso_gap_opt *opt, const iso_run *run);

ISO_END

#endif
