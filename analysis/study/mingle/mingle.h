/* The study of mingling: whether the rows of languages lie among each other or apart. */
#ifndef ISO_STUDY_MINGLE_H
#define ISO_STUDY_MINGLE_H

#include "analysis/study/baseline/baseline.h"
#include "analysis/study/study.h"

ISO_BEGIN

/** How rows come into the plane (iso_mingle_points). */
typedef enum iso_mingle_way { ISO_WAY_TSNE = 1, ISO_WAY_PCA } iso_mingle_way;

/** Options of iso_mingle; iso_mingle_opt_init fills the defaults. Texts are borrowed. */
typedef struct iso_mingle_opt {
    size_t size;
    iso_scope select;      /* tgt: the languages (NULL: all); layers */
    const char *measure;   /* "mingle,ilo,silhouette,accuracy,centroid:relative,cka" */
    int64_t neighbours;    /* k: nearest rows that are looked at */
    int64_t bridge;        /* other languages among them that make a bridge */
    bool each;             /* records of each language and each pair, too */
    int64_t permutations;  /* shuffles of the language labels */
    const char *prep;      /* steps on the rows of each language */
    iso_interval interval; /* USUAL or NONE */
    iso_baseline_opt baseline;
    iso_states *after;  /* NULL, or states after training: the same is measured there */
    iso_mingle_way way; /* of pictures: how, of how many points, of which perplexity */
    int64_t points;
    int64_t perplexity;
} iso_mingle_opt;

extern ISO_API const iso_options iso_mingle_options;
ISO_API void iso_mingle_opt_init(iso_mingle_opt *opt, size_t size);

/** What can be said before any input is open. Errors  ISO_EARG. */
ISO_API ISO_MUST_USE iso_err iso_mingle_check(const iso_mingle_opt *opt);

/** What would be computed: rows, languages, layers, operations, memory. Errors  as iso_mingle. */
ISO_API ISO_MUST_USE iso_err iso_mingle_plan(iso_facts *out, iso_states *states,
                                             const iso_mingle_opt *opt, const iso_run *run);

/**
 * Appends records of each layer, over all languages together; on an error `out` is as before. The
 * neighbours of a row are the k other rows, of any language, nearest to it by cosine.
 *
 *     mingle:ratio    share of neighbours of another language / the same where labels are shuffled
 *     mingle:entropy  entropy of the neighbours' languages / the same where labels are shuffled
 *     ilo:bridge      share of rows whose neighbours hold at least `bridge` other languages
 *     ilo:reach       other languages among the neighbours of a language's rows / (L − 1), the mean
 *                     over languages
 *     ilo:harmonic    harmonic mean of the two, Interlingual Local Overlap
 *     silhouette:cosine, silhouette:euclidean   as iso_silhouette, languages the classes
 *     accuracy:language-id                      as iso_probe
 *     any measure of iso_compare                the mean over all pairs of languages
 *
 * `mingle` is an index of this program's own: sums over rows of what is seen, divided by sums of
 * what iso_mingled_expected says; 0 where each language has its own place, 1 where the labels might
 * as well be shuffled.
 *
 * With `after` the records have the stage before, and those of `after` follow with the stage after.
 *
 * Chance  labels shuffled over all rows, `permutations` times: null (of mingle 1, exactly; of the
 *         probe 1/L), null_sd, p (as far apart by chance) and its company as of permutations
 *         elsewhere. Pairs have the chance level of their measure.
 * Interval  boot-items: translations are drawn together, neighbours stay as they are. A mean over
 *         pairs has the mean of the pairs' ends: no shorter than its own interval would be, since
 *         the standard deviation of a mean is at most the mean of the standard deviations.
 * Cost    one search in n rows, 2 n² d operations, and permutations · n · (k + 2 d L) a layer; what
 *         iso_probe and iso_compare cost. The rows of a layer, three times, in memory.
 * Errors  ISO_EARG (one language, unknown names), ISO_EDATA (fewer than two rows of a language, no
 *         more than k rows, different dims, more memory than the run grants), ISO_EIO, ISO_EFORMAT,
 *         ISO_ENOMEM, ISO_ECANCEL. Where a measure of the default list cannot be had from the data,
 *         a note says so instead.
 * Threads one call at a time on the same states.
 * Source  ILO: HLTCHKUST/interlingua (there per language, Euclidean by default).
 */
ISO_API ISO_MUST_USE iso_err iso_mingle(iso_records *out, iso_states *states,
                                        const iso_mingle_opt *opt, const iso_run *run);

ISO_END

#endif
