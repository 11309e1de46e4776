/* What correlations of discrepancy and gap are announced by, for notes and reports. */
#ifndef ISO_STUDY_GAP_CLAIM_H
#define ISO_STUDY_GAP_CLAIM_H

#include "lib/base/err.h"
#include "lib/io/record.h"

/* Pearson correlations over languages of one discrepancy, of all layers. */
struct gap_claim {
    const iso_record *first; /* one of them */
    const iso_record *best;  /* the strongest at a layer that has no flag; NULL: there is none */
    const iso_record
        *without;            /* that without the language it owes most to; NULL below 5 languages */
    char *lang;              /* that language */
    int64_t count;           /* that have a value */
    int64_t flagged;         /* of these */
    const iso_record *doubt; /* the first of those */
};

struct gap_claims {
    struct gap_claim *at;
    int64_t count;
};

/* Whether it is such a correlation, of all languages, with nothing held constant. */
bool iso_gap_claimable(const iso_record *r);

/* Of records of gap, in their order; they must outlive the claims. ISO_ENOMEM. */
iso_err iso_gap_claims_make(struct gap_claims *out, const iso_records *records);
void iso_gap_claims_free(struct gap_claims *list);

#endif
