/* Inside retrieval: the rows that are asked of, mining, the files it reads and writes. */
#ifndef ISO_STUDY_RETRIEVE_INSIDE_H
#define ISO_STUDY_RETRIEVE_INSIDE_H

#include "analysis/search/hits.h"
#include "analysis/study/items/language_span.h"
#include "analysis/study/items/item_sets.h"
#include "analysis/study/retrieve/retrieve_ask.h"
#include "analysis/study/retrieve/retrieve_pair.h"
#include "analysis/study/retrieve/retrieve_permute.h"
#include "analysis/study/items/selection.h"

/* --- The rows (retrieve_rows.c) --- */

/* One language of one layer, in memory. */
struct retrieve_side {
    iso_mat rows; /* f32, prepared */
    int lang, layer, set;
    bool there;
};

struct retrieve_rows {
    iso_states *states;
    struct selection sel;
    struct item_sets
        sets; /* of languages in the order of sel.lang; none when rows are not joined */
    struct duplicates *duplicates; /* by set, then by sel.lang */
    struct retrieve_side side[2];
    struct language_spans spans;
};

/* Chooses and joins (`joined`), and checks sizes: ISO_EDATA for different dims, no rows, and pairs
 * that do not fit the memory; ISO_EARG for k beyond the rows. */
iso_err iso_retrieve_rows_open(struct retrieve_rows *out, const iso_scope *select,
                               const struct retrieve_ask *ask, iso_states *states, bool joined,
                               const iso_run *run);
void iso_retrieve_rows_free(struct retrieve_rows *r);

/* Rows of one side (0 source, 1 target) of a pair, and which of them have equal text. */
int64_t iso_retrieve_items(const struct retrieve_rows *r, int pair, int side);
const struct duplicates *iso_retrieve_duplicates(const struct retrieve_rows *r, int pair, int side);

/* Reads and prepares both sides of a pair at a layer; what is there already is kept. */
iso_err iso_retrieve_rows_load(struct retrieve_rows *r, const struct retrieve_ask *ask, int pair,
                               int layer, const iso_run *run);

/* --- MEXA over layers (retrieve_layers.c) --- */

/* Of MEXA by cosine, where several layers are asked for; else `cell` is -1, and nothing is done. */
struct retrieve_over {
    int cell, cells;
    double *outcome; /* of one pair and layer, by cell */
    int64_t room;    /* items it has room for */
    struct retrieve_over_pair {
        double *sum; /* over layers, by item */
        int64_t n;
        int layers;
        double most, null; /* the largest value; the sum of chance levels */
    } * pair;
};

iso_err iso_retrieve_over_make(struct retrieve_over *o, const struct retrieve_ask *ask, int pairs,
                               int layers);
void iso_retrieve_over_free(struct retrieve_over *o, int pairs);

/* Where iso_retrieve_pair_values puts the outcomes of n items; NULL: they are not needed. */
iso_err iso_retrieve_over_room(double **outcome, struct retrieve_over *o, int64_t n);

/* Adds a layer of a pair, whose values those are. */
iso_err iso_retrieve_over_add(struct retrieve_over *o, int pair, int64_t n,
                              const iso_value *values);

/* Once a pair: the mean over layers, items drawn, and the largest, which has no interval. */
iso_err iso_retrieve_over_values(iso_value *mean, iso_value *most, const struct retrieve_over *o,
                                 int pair, const struct retrieve_ask *ask, const iso_run *run);

/* p and its like of the means and the largest of all pairs, one after the other, from what their
 * layers come to under the same permutations; nothing where there are none. */
iso_err iso_retrieve_over_judge(iso_value *v, const struct retrieve_over *o,
                                const struct retrieve_permute *permute, int pairs, int layers);

/* Bytes for n items. */
double iso_retrieve_over_memory(const struct retrieve_ask *ask, int pairs, int layers, int64_t n);

/* --- Mining (retrieve_mining.c) --- */

iso_err iso_retrieve_mining_values(iso_value *values, struct retrieve_found *found,
                                   iso_near_stats *stats, const struct retrieve_pair *pair,
                                   const struct retrieve_ask *ask, const iso_run *run);

/* --- Files (retrieve_files.c) --- */

/* Lines of two numbers from 0, tabs or blanks between; n and m rows are there. */
iso_err iso_retrieve_truth_read(iso_mined **out, int64_t *count, const char *path, int64_t n,
                                int64_t m, const iso_run *run);

/* A line a query: best row (−1 none), score. Of mining: source row, target row, score. */
iso_err iso_retrieve_found_write(const char *path, const struct retrieve_found *f);

#endif
