/* One layer of one target, on its way from states to values. */
#ifndef ISO_BIN_MIX_LAYER_H
#define ISO_BIN_MIX_LAYER_H

#include "analysis/study/mix/mix_values.h"

/* Matrix 0 is the source, 1 the target before, then after mixing by place and way; pair i is of the
 * source and matrix i + 1. */
struct mix_layer {
    struct mix_values *v;
    const struct mixed *m;
    const struct mix_ask *ask;
    const iso_run *run;
    int k, matrices, pairs;
    iso_rows **rows;
};

/* Places whose mixing has begun at this layer. */
static inline bool mix_reached(const struct mix_layer *l, int place)
{
    return l->m->scheme->place[place].first <= l->k;
}

/* What retrieval says, where it is asked for. ISO_ENOMEM, and what searching fails with. */
iso_err iso_mix_layer_search(const struct mix_layer *l);

#endif
