/* A row of a table: looked up, or made. */
#ifndef ISO_NN_LOOKUP_H
#define ISO_NN_LOOKUP_H

#include "lib/nn/params.h"

/** Row i in f32; of a random table N(0, 0.02²), the same row whenever it is asked for. */
void iso_lookup_row(float *to, const iso_lookup *t, int64_t i);

#endif
