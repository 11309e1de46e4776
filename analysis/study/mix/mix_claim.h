/* What mixing is shown to do and what it is not: claims from records of `mix`. */
#ifndef ISO_STUDY_MIX_CLAIM_H
#define ISO_STUDY_MIX_CLAIM_H

#include "lib/base/run.h"
#include "lib/io/record.h"

/* What is not demanded but said: whether an effect claimed is beyond the control `uniform` too, on
 * the same side. Where it is, the attention brings it about; where it is not, the source leaks in
 * all the same, and any of its tokens would do. */
extern const char iso_mix_leak[];

/* What an effect must be beyond: the intervals of after − before, of after − fixed:0 and of
 * after − shuffled must all leave 0 out, on one side, by more than the 1e-6 that values are exact
 * to. */
enum mix_bar { MIX_BAR_BEFORE, MIX_BAR_FIXED0, MIX_BAR_SHUFFLED, MIX_BARS };

/* Fewer items than these claim nothing. Resampling a handful of them gives an interval that leaves
 * 0 out as soon as all lie on one side, which of 3 one time in 4 does by chance. */
enum { MIX_CLAIM_ITEMS = 10 };

/* "before", "fixed:0", "shuffled". */
const char *iso_mix_bar_name(enum mix_bar bar);

/* One way of mixing at one place, seen by one measure at one layer of one target. */
struct mix_claim {
    const iso_record *effect; /* after − before: all names, value, interval; borrowed */
    bool missed[MIX_BARS];    /* what it is not beyond; none: the effect is claimed */
    int side;                 /* claimed: +1 the value rises, −1 it falls; else 0 */
    bool leaked;              /* `uniform` was there */
    bool attended;            /* claimed, and beyond `uniform` */
    int closer; /* claimed: +1 the languages come closer, −1 they go apart; 0 else, and for
                   measures of which neither end means close */
};

struct mix_claims {
    struct mix_claim *at;
    int64_t count;
};

/* A claim for each way that was compared with a control, in the order of the records, which are
 * borrowed; a language against itself makes none. What is absent or has no interval is missed.
 * ISO_ENOMEM. */
iso_err iso_mix_claims_make(struct mix_claims *out, const iso_records *records);
void iso_mix_claims_free(struct mix_claims *c);

/* Claims of one measure, mixed layer and way, over targets and measured layers. */
struct mix_count {
    const iso_record *like; /* measure, estimator, direction, k, mix_layer, mix; borrowed */
    int64_t cases, targets; /* cases: a target and a measured layer */
    int64_t first, last;    /* measured layers */
    int64_t closer, apart;
    int64_t leaked, attended; /* cases with `uniform`; those claimed that are beyond it */
    int64_t moved;            /* claimed by a measure that says neither */
    int64_t missed[MIX_BARS]; /* of those not claimed; a case may count in several */
};

struct mix_counts {
    struct mix_count *at;
    int64_t count;
};

/* In the order of the claims, whose records are borrowed. ISO_ENOMEM. */
iso_err iso_mix_counts_make(struct mix_counts *out, const struct mix_claims *claims);
void iso_mix_counts_free(struct mix_counts *c);

#endif
