/* From collections and a selection to a task: matrices opened, lined up and paired. */
#ifndef ISO_STUDY_PAIRING_H
#define ISO_STUDY_PAIRING_H

#include "analysis/pass/plan.h"
#include "analysis/study/items/item_sets.h"
#include "analysis/study/items/selection.h"

/* Where a matrix came from. */
struct origin {
    int collection; /* 0 here, 1 there */
    int lang, layer;
    bool shuffled;
    int set; /* of items: sets.set[set] */
};

/* A task with everything it borrows. Pairs come by source and target layer, then by languages; with
 * a difference the second half of the pairs are the same pairs there. */
struct pairing {
    iso_task task;
    struct origin *origin;  /* by matrix */
    const iso_lang **langs; /* that were joined: here, then there */
    struct item_sets sets;
    iso_states *states[2];
    iso_rows **rows;
    int *peers, *set;
    const int64_t **place; /* by set */
    iso_gram_pair *pair, *joint;
    int matrices, room;
    int64_t pairs;
};

/* How pairs are made beside the selection of languages and layers. */
struct pairing_ask {
    bool difference;       /* the same pairs in both collections, else each language here is paired
                              with itself there */
    enum item_share share; /* which items a pair has */
    uint64_t seed;         /* of the shuffled control */
};

/* `there` is NULL unless collections are compared. */
iso_err iso_pairing_make(struct pairing *out, const iso_scope *select,
                         const struct pairing_ask *ask, iso_states *here, iso_states *there);
void iso_pairing_free(struct pairing *p);

/* "en+de+fr": the languages over whose centroids a mean is taken for this matrix. */
iso_err iso_pairing_peers(iso_buf *out, const struct pairing *p, int matrix);

/* The language in whose order the items of a set are. */
const iso_lang *iso_pairing_first(const struct pairing *p, int set);

/* What a matrix is called in records. */
const char *iso_pairing_lang(const struct pairing *p, int matrix);

/* One line, where items are left out: how many, and of which language. */
void iso_pairing_note(const struct pairing *p, const iso_run *run);

#endif
