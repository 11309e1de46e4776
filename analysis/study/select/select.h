/* The study of sources: which languages to train on together, by what is known before training. */
#ifndef ISO_STUDY_SELECT_H
#define ISO_STUDY_SELECT_H

#include "analysis/study/study.h"
#include "lib/encode/texts.h"

ISO_BEGIN

/** Options of iso_select; iso_select_opt_init fills the defaults. Texts are borrowed. */
typedef struct iso_select_opt {
    size_t size;
    const char *src;     /* candidates: "en,de,fr"; NULL: the languages of states, texts, results */
    const char *tgt;     /* that sources are held against; NULL: the candidates not in a set */
    int64_t k;           /* languages of a set */
    int64_t top;         /* sets that each predictor reports */
    const char *layers;  /* one layer of the states; NULL: the last */
    const char *model;   /* the folder of a checkpoint, whose tokenizer cuts the texts */
    iso_texts_opt texts; /* what a call opens that is given no texts */
    const char *typology;  /* features: a folder of lang2vec's arrays, one of them, or a table */
    bool predicted;        /* of a folder the predicted features, which have no gaps */
    const char *sizes;     /* a table: pretraining data by language */
    const char *results;   /* a file: sets that were trained on, and their scores */
    iso_interval interval; /* of agreement: USUAL and BCA, NONE */
    int64_t permutations;  /* of entries of `results`, at least 19; 0: 10 000 */
    int64_t shuffles;      /* of the languages: the control */
    bool by_language;      /* agreement language by language, each one left out of the fit */
} iso_select_opt;

extern ISO_API const iso_options iso_select_options;
ISO_API void iso_select_opt_init(iso_select_opt *opt, size_t size);

/** What can be said before any input is open. Errors  ISO_EARG. */
ISO_API ISO_MUST_USE iso_err iso_select_check(const iso_select_opt *opt);

/** What would be computed: candidates, targets, sets or published runs, shuffles. Texts and results
 * are read, states are not. Errors  as iso_select. */
ISO_API ISO_MUST_USE iso_err iso_select_plan(iso_facts *out, iso_states *states,
                                             const iso_texts *texts, const iso_select_opt *opt,
                                             const iso_run *run);

/**
 * Every set of `k` candidates gets a value by each predictor that the inputs allow; `out` takes the
 * `top` best of each with their `place` among `family` sets that have a value. `states` and `texts`
 * may be NULL; of texts, opened as `opt` says where `corpus` names a folder.
 *
 *     coverage:pieces   |union of V_i| / |V|: pieces of the texts of the set, of all candidates
 *     diversity:G       Σ over pairs 1 − cos: of the features of group G (syntax, phonology,
 *                       inventory, family, geography, other), or of the means of all sentences
 *                       (states); features that one of two languages lacks count for neither
 *     scripts:count     distinct scripts
 *     pretraining:size  Σ of `sizes`
 *     similarity:M      mean over targets of the highest similarity to a source: cosine of
 *                       translations (mPLM-Sim), debiased CKA
 *     distance:G        mean over targets of the least 1 − cos; the lowest is best
 *     overlap:U         likewise of |A ∩ B| / (|A| + |B|), words or pieces
 *     ttr:sources       mean type-token ratio; ttr:distance (1 − ttr_s / ttr_t)², the lowest is
 *                       best
 *
 * With `results` a set is the languages with examples, the targets those without; records of
 * agreement hold Spearman's correlation of each predictor with the mean score of the targets
 * (transfer:held-out), with that of the targets each minus its own mean over the entries without it
 * (transfer:relative), and of all languages (transfer:all), alone and with the logarithm of all
 * examples and the size of the set held constant (ranks regressed on ranks); p by permutation of
 * the entries, p_max corrected for all predictors of the same outcome; beside each, as baseline
 * `shuffled`, the mean over `shuffles` in which the languages change places, its range, and p: how
 * often a shuffle is as far. Where all sets of one size are there, regret of the first, and how
 * likely the best is among the first five.
 * With `by_language`, for each language over the entries without it: the same, and the rank
 * correlation of a least-squares fit on all predictors that has seen the other languages alone.
 * Cost    O(sets · (k + targets)) a predictor, `top` records; what the inputs cost to read.
 * Errors  ISO_EARG (no candidates, k beyond them, more than ten million sets), ISO_EDATA (no
 *         input that predicts; results without held-out languages), those of the inputs,
 *         ISO_ENOMEM, ISO_ECANCEL.
 * Threads one call at a time on the same states.
 * Source  coverage, diversity, scripts, pretraining: MSLT, ACL 2024 (second hand); similarity: Lin
 *         et al., mPLM-Sim, 2023; distances, overlap, ttr: Lin et al., LangRank, ACL 2019.
 */
ISO_API ISO_MUST_USE iso_err iso_select(iso_records *out, iso_states *states,
                                        const iso_texts *texts, const iso_select_opt *opt,
                                        const iso_run *run);

ISO_END

#endif
