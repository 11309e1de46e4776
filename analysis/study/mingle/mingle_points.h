/* The rows of all languages as points in the plane, for pictures. */
#ifndef ISO_STUDY_MINGLE_POINTS_H
#define ISO_STUDY_MINGLE_POINTS_H

#include "analysis/study/mingle/mingle.h"
#include "lib/linalg/view.h"

ISO_BEGIN

/** One layer of them. */
typedef struct iso_points_panel {
    int layer;
    double *at;           /* rows × 2 */
    double kl;            /* t-SNE: the divergence it ended at; NAN of principal components */
    double first, second; /* principal components: shares of the variance; NAN of t-SNE */
} iso_points_panel;

/** {0} is empty. Texts are its own. */
typedef struct iso_points {
    iso_mingle_way way;
    char *model, *pool; /* NULL: unknown */
    char **lang;
    int langs, panels;
    int64_t rows; /* points of a panel */
    int32_t *of;  /* the language of each; languages take turns */
    iso_points_panel *panel;
} iso_points;

/**
 * At most opt->points rows, an equal number of each language and, where items have ids, the same
 * items of each, drawn by the run's seed; of every layer chosen, as they are after opt->prep and
 * with length 1, so that near means a high cosine as in iso_mingle. opt->way says how they come
 * into the plane: by their first two principal components, or from there by iso_tsne. The same
 * for any number of threads.
 * Cost    as iso_tsne for each layer.
 * Errors  ISO_EDATA (fewer than 4 points), as iso_mingle and iso_tsne.
 */
ISO_API ISO_MUST_USE iso_err iso_mingle_points(iso_points *out, iso_states *states,
                                               const iso_mingle_opt *opt, const iso_run *run);
ISO_API void iso_points_free(iso_points *p);

ISO_END

#endif
