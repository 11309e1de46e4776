/* What the files of mingle share. */
#ifndef ISO_STUDY_MINGLE_INSIDE_H
#define ISO_STUDY_MINGLE_INSIDE_H

#include "analysis/measure/permutation.h"
#include "analysis/measure/value.h"
#include "analysis/search/mingling.h"
#include "analysis/study/items/language_span.h"
#include "analysis/study/items/selection.h"
#include "analysis/study/mingle/mingle.h"
#include "lib/base/str.h"
#include "lib/linalg/view.h"

/* --- What is asked --- */

/* What is made of the pool of all rows; others are left to other studies. */
enum mingle_cell {
    MINGLE_RATIO,
    MINGLE_ENTROPY,
    MINGLE_BRIDGE,
    MINGLE_REACH,
    MINGLE_HARMONIC,
    MINGLE_COSINE,
    MINGLE_EUCLIDEAN,
    MINGLE_CELLS
};

struct mingle_name {
    const char *measure, *estimator;
    bool usual;    /* meant by the measure's bare name */
    bool shuffled; /* made anew of shuffled labels */
    iso_against against;
};
extern const struct mingle_name iso_mingle_names[MINGLE_CELLS];

struct mingle_ask {
    iso_mingle_opt opt;
    bool asked[MINGLE_CELLS];
    bool language_id;
    iso_buf pairs; /* measures of pairs, for iso_compare; empty: none */
    bool bare;     /* no intervals */
    bool whole;    /* the default list: what cannot be had is noted */
    uint64_t seed;
    iso_prep prep;
    iso_buf prep_text;
};

iso_err iso_mingle_ask_make(struct mingle_ask *out, const iso_mingle_opt *opt, const iso_run *run);
void iso_mingle_ask_free(struct mingle_ask *ask);

/* Whether a cell of the neighbours, or of silhouettes by cosine, is asked for. */
bool iso_mingle_asks_near(const struct mingle_ask *ask);

/* --- The rows of all languages, one after the other --- */

struct mingle_set {
    iso_states *states;
    struct selection sel;
    int langs;
    int64_t *size;  /* rows of each language */
    int64_t *first; /* its first row */
    int64_t rows, items;
    int32_t *label; /* of each row: its language; then the same shuffled, permutations times */
    int64_t *item;  /* of each row: its item among those of all languages */
    iso_buf names;  /* "en+de" */
    iso_mat x;      /* of the layer at hand */
    struct language_spans spans;
};

/* ISO_EDATA, before labels are made, where the memory does not hold what iso_mingle_memory says. */
iso_err iso_mingle_set_make(struct mingle_set *out, const struct mingle_ask *ask,
                            iso_states *states, const iso_run *run);
void iso_mingle_set_free(struct mingle_set *set);

/* Reads one layer, prepared. */
iso_err iso_mingle_set_read(struct mingle_set *set, const struct mingle_ask *ask, int layer,
                            const iso_run *run);

/* Columns of a layer; fails where languages differ. */
iso_err iso_mingle_dim(int64_t *out, const struct mingle_set *set, int layer);

/* Columns of the widest layer chosen. */
iso_err iso_mingle_widest(int64_t *out, const struct mingle_set *set);

/* Bytes of one layer, of what is made of it, and of what all shuffles say of all layers. */
double iso_mingle_memory(const struct mingle_set *set, const struct mingle_ask *ask, int64_t dim);

/* --- Values of one layer --- */

/* value[cell · groups + g]: of all languages (g = 0) and of each; shuffled[that · (permutations +
 * 1) + b] as in iso_permutations_judge. */
iso_err iso_mingle_layer(iso_value *value, double *shuffled, const struct mingle_set *set,
                         const struct mingle_ask *ask, const iso_run *run);

/* Intervals of what the neighbours say; out[cell] and rows as in iso_mingle_layer. */
struct mingle_seen {
    iso_mingled *row, *expected; /* of each row; of a row of each language */
    uint8_t *reach;              /* rows × langs */
};
iso_err iso_mingle_near_intervals(iso_value *value, const struct mingle_seen *seen,
                                  const struct mingle_set *set, const struct mingle_ask *ask);

/* The interval of a mean over the rows of a group (0: all), drawn by items: Σ part / Σ whole. */
iso_err iso_mingle_interval(iso_value *v, const double *part, const double *whole,
                            const struct mingle_set *set, int group, uint64_t seed);

/* --- Points --- */

/* The rows (f64) of the first layer chosen, as iso_mingle_points has them before they come into the
 * plane: for who compares. */
iso_err iso_mingle_points_rows(iso_mat *out, iso_states *states, const iso_mingle_opt *opt,
                               const iso_run *run);

/* --- Records --- */

/* What other studies make of the same languages and layers. */
iso_err iso_mingle_beside(iso_records *out, const struct mingle_set *set,
                          const struct mingle_ask *ask, const iso_run *run);

#endif
