/* Inside one run of align: shared by the files align*.c. */
#ifndef ISO_BIN_ALIGN_INSIDE_H
#define ISO_BIN_ALIGN_INSIDE_H

#include "analysis/study/align/align_rows.h"
#include "lib/io/map_file.h"

/* One run of align. */
struct align {
    const struct align_ask *ask;
    const iso_run *run;
    const iso_states_info *about;
    iso_records *out;
    struct align_set set;
    struct align_scores scores;
    iso_map_file *maps;  /* NULL without --map */
    double *layer[2];    /* with --correlate, by pair: CKA as read, P@1 after */
    int64_t least, rank; /* fewest rows a map was fitted on, directions it knew */
    int64_t least_dims;  /* of the pair where that was */
};

/* --- align_record.c --- */

/* What all records of a pair of languages share. */
iso_record iso_align_record_of(const struct align *a, const struct align_pair *p);
/* Every measure before, after and as difference, of all folds and, when asked, of each. */
iso_err iso_align_add_records(struct align *a, const struct align_pair *p,
                              const struct align_rows *rows);

/* --- align_layers.c: with --correlate, CKA against retrieval over layers --- */

/* Of rows as they were read: preparation is for the map, the published CKA knows none. */
iso_err iso_align_keep_cka(struct align *a, int pair, const struct align_rows *rows);
iso_err iso_align_keep_retrieval(struct align *a, int pair, const struct align_rows *rows);

/* One record for each pair of languages, over its layers. */
iso_err iso_align_add_correlations(struct align *a);

/* --- align_plan.c --- */

/* Prints the plan, or refuses what does not fit the memory. */
iso_err iso_align_plan(const struct align *a);

#endif
