/* From collections and a selection to a task: matrices opened, lined up and paired. */
#ifndef ISO_STUDY_PAIRING_H
#define ISO_STUDY_PAIRING_H

#include "analysis/pass/plan.h"
#include "analysis/study/items/parallel.h"
#include "analysis/study/items/selection.h"
#include "lib/base/str.h"

/* Where a matrix came from. */
struct origin {
    int collection; /* 0 here, 1 there */
    int lang, layer;
    bool shuffled;
};

/* A task with everything it borrows. Pairs come by source and target layer, then by languages; with
 * a difference the second half of the pairs are the same pairs there. */
struct pairing {
    iso_task task;
    struct origin *origin; /* by matrix */
    struct parallel parallel;
    iso_states *states[2];
    iso_rows **rows;
    int *peers;
    iso_gram_pair *pair;
    int matrices, room;
    int64_t pairs;
};

/* `there` is NULL unless collections are compared; with `difference` the same pairs are taken in
 * both, else each language here is paired with itself there. `seed` is of the shuffled control. */
iso_err iso_pairing_make(struct pairing *out, const iso_select *select, bool difference,
                         uint64_t seed, iso_states *here, iso_states *there);
void iso_pairing_free(struct pairing *p);

/* "en+de+fr": the languages over whose centroids a mean is taken for this matrix. */
iso_err iso_pairing_peers(iso_buf *out, const struct pairing *p, int matrix);

/* What a matrix is called in records. */
const char *iso_pairing_lang(const struct pairing *p, int matrix);

#endif
