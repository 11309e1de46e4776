/* What parameters of either origin share: the memory behind them. */
#ifndef ISO_NN_PARAMS_INSIDE_H
#define ISO_NN_PARAMS_INSIDE_H

#include "lib/nn/params.h"
#include "lib/nn/store.h"

/** A zeroed block of the store. */
ISO_MUST_USE iso_err iso_params_block(void *out, iso_params *p, int64_t count, size_t size);

/** Empty parameters: a store and the layers. */
ISO_MUST_USE iso_err iso_params_begin(iso_params *out, const iso_nn_config *c);

#endif
