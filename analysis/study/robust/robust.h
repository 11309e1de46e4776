/* The study of robustness: whether a translation lies farther from its source than the boundary of
 * a probe, and whether transfer fails there. */
#ifndef ISO_STUDY_ROBUST_H
#define ISO_STUDY_ROBUST_H

#include "analysis/study/study.h"
#include "lib/encode/model.h"
#include "lib/encode/texts.h"

ISO_BEGIN

/** Options of iso_robust; iso_robust_opt_init fills the defaults. Texts are borrowed. */
typedef struct iso_robust_opt {
    size_t size;
    iso_states *second;    /* NULL, or the second sentences of pairs, as of iso_probe: then pairs in
                            * two languages are tested too */
    iso_scope select;      /* src: trained on (several); tgt: tested beside them (NULL: all) */
    int64_t folds;         /* parts of the items, at least 3 */
    const char *prep;      /* steps on the rows of each language: the space that is measured in */
    iso_interval interval; /* USUAL or NONE */
    /* Randomised smoothing, where there is a model: that of the states. */
    iso_model_opt model;
    iso_texts_opt texts;  /* corpus: texts of states that keep none */
    double sigma;         /* of the noise on state 0, in mean lengths of it; NaN: 0.1 */
    int64_t smooth;       /* sentences of each language */
    int64_t draws_choose; /* draws that choose the class */
    int64_t draws;        /* draws that estimate its share */
    bool head;            /* the checkpoint's own classification head in place of the probe */
    bool each;            /* records of each item, too */
} iso_robust_opt;

extern ISO_API const iso_options iso_robust_options;
ISO_API void iso_robust_opt_init(iso_robust_opt *opt, size_t size);

/** What can be said before any input is open. Errors  ISO_EARG. */
ISO_API ISO_MUST_USE iso_err iso_robust_check(const iso_robust_opt *opt);

/** What would be computed: items, pairs, layers, fits, memory. Errors  as iso_robust. */
ISO_API ISO_MUST_USE iso_err iso_robust_plan(iso_facts *out, iso_states *states,
                                             const iso_robust_opt *opt, const iso_run *run);

/**
 * Appends, of each source and each language that is none, layer by layer: the distance (L2) from a
 * sentence x to its translation y, that from x to the boundary of the probe of its fold, which was
 * not trained on it in any language,
 *
 *     boundary(x) = min over c ≠ a of (z_a − z_c) / ‖w_a − w_c‖,   a the answer for x,
 *
 * their ratio, the answers that differ, accuracy by bins of the ratio, and how well ratio,
 * distance, boundary and length tell the items that fail (AUC), each beside the same of shuffled
 * translations; of one source with 4 languages or more the correlations over languages with the
 * transfer gap (as iso_gap), P@1 and lengths beside. Within the boundary an answer cannot change,
 * so ratio < 1 means an equal answer. On an error `out` is as before.
 *
 * With `each` the records of single items follow: of each pair of languages the ratio (param the
 * distance to the boundary, null the ratio of another item's translation) and whether the answers
 * differ; of smoothing the radius of each sentence, undefined where it abstains.
 *
 * With a model, at the last layer: of each language the accuracy of the answer that `draws_choose`
 * draws of noise N(0, (sigma u)²/C) on each number of state 0 give most often (u its mean length
 * over the vocabulary, C its numbers; special tokens stay), the share that abstains, where `draws`
 * further ones do not show more than half for it (lower bound of Clopper and Pearson at 0.001), and
 * the mean radius sigma/√C · Φ⁻¹(bound), in u, over the embeddings of all tokens of a sentence but
 * special ones, together, within which the smoothed answer cannot change.
 *
 * Value   distances, ratios and radii from 0 on, shares and AUC in [0, 1], correlations in [-1, 1].
 *
 * Cost    as iso_probe without its shuffled labels; three products of a row with the classes a pair
 *         and item; 2000 resamples a median. Smoothing: all draws through the encoder.
 *
 * Errors  as iso_probe; ISO_EDATA where rows are tokens, or states are not the model's.
 *
 * Threads one call at a time on the same states.
 *
 * Source  Huang, Ahmad, Peng, Chang, EMNLP 2021 (arXiv:2104.08645), whose claim it tests; the
 * distance to a linear boundary: Moosavi-Dezfooli et al., CVPR 2016 (arXiv:1511.04599); smoothing:
 * Cohen, Rosenfeld, Kolter, ICML 2019 (arXiv:1902.02918).
 */
ISO_API ISO_MUST_USE iso_err iso_robust(iso_records *out, iso_states *states,
                                        const iso_robust_opt *opt, const iso_run *run);

ISO_END

#endif
