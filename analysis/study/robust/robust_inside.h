/* What the files of robust share: probes of a layer, pairs of sentences, what is measured of them.
 */
#ifndef ISO_STUDY_ROBUST_INSIDE_H
#define ISO_STUDY_ROBUST_INSIDE_H

#include <stdio.h>

#include "analysis/classify/linear_probe.h"
#include "analysis/study/probe/probe_set.h"
#include "analysis/study/robust/robust.h"

/* --- A layer and its probes --- */

struct robust_layer {
    struct probe_layer rows;   /* of each language; of pairs [u; v; |u − v|; u · v] */
    struct linear_probe *fold; /* the probe that is tested on each fold; empty: it had one class */
    double **apart;            /* of each, as iso_linear_probe_apart */
    int folds;
    int64_t **row_of; /* [language][item]: its row, −1 none; borrowed from the job */
};

iso_err iso_robust_layer_make(struct robust_layer *out, const struct probe_set *set,
                              const struct probe_ask *ask, int layer, int64_t **row_of);
void iso_robust_layer_free(struct robust_layer *l, const struct probe_set *set);

/* --- What is tested: a language, or first sentences in one and second ones in another --- */

struct robust_target {
    int first, second; /* the same where sentences are alone */
    iso_buf name;      /* "de", "de+fr" */
};

/* --- The items of a source and a target --- */

/* A number of each item that both have, with labels. */
struct robust_items {
    int64_t n, lost;              /* lost: no probe, or no other class, so no boundary */
    int64_t *item;                /* among those of all languages */
    double *distance, *boundary;  /* ‖x − y‖, of x to the boundary */
    double *ratio;                /* of both */
    double *shuffled;             /* the ratio where y is another item's translation */
    double *length;               /* |log of the texts' lengths' ratio|; NULL: not all have texts */
    uint8_t *right, *kept, *flip; /* y's answer is right; x's is; they differ */
    uint8_t *flip_shuffled;       /* x's and that of the other y differ */
};

iso_err iso_robust_items_make(struct robust_items *out, const struct robust_layer *l,
                              const struct probe_set *set, int source,
                              const struct robust_target *target);
void iso_robust_items_free(struct robust_items *p);

/* --- Records --- */

/* Lower edges of the bins of ratios; the last has no upper one. */
enum { ROBUST_BINS = 8 };
extern const double iso_robust_bins[ROBUST_BINS];

struct robust_place {
    const struct probe_set *set;
    const struct probe_ask *ask;
    const struct robust_layer *layer;
    int source;
    const struct robust_target *target;
};

/* What stands in all its records. */
iso_record iso_robust_name(const struct robust_place *at, const char *measure,
                           const char *estimator);

/* All that is measured of one source and one target. */
iso_err iso_robust_records(iso_records *out, const struct robust_items *of,
                           const struct robust_place *at);

/* Of each item its ratio, and whether its answers differ. */
iso_err iso_robust_each(iso_records *out, const struct robust_items *of,
                        const struct robust_place *at);

/* What a row of a language is called: its id, else its number from 1 on, written into `room`. */
enum { ROBUST_NAME = 24 };
static inline const char *robust_item(char room[ROBUST_NAME], const struct probe_lang *lang,
                                      int64_t row)
{
    if (lang->lang->ids)
        return lang->lang->ids[row];
    snprintf(room, ROBUST_NAME, "%lld", (long long)row + 1);
    return room;
}

/* Adds correlations over the targets of what `out` holds from `first` on with the transfer gap. */
iso_err iso_robust_correlate(iso_records *out, int64_t first, iso_states *states,
                             const iso_robust_opt *opt, const struct probe_set *set,
                             const iso_run *run);

#endif
