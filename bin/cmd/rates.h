/* How fast this machine is at what Isogloss does. */
#ifndef ISO_BIN_RATES_H
#define ISO_BIN_RATES_H

#include "lib/base/run.h"
#include "lib/io/states.h"

/* Operations a second of matrix products, the best of about half a second of tries. */
ISO_MUST_USE iso_err rate_products(double *out, iso_dtype dtype, const iso_run *run);

/* Bytes a second that all cores read from memory. */
ISO_MUST_USE iso_err rate_memory(double *out, const iso_run *run);

/* Bytes a second of a collection's rows, read and converted to f32; the second of two readings of
 * at most a second each, so that it comes from the page cache. */
ISO_MUST_USE iso_err rate_reading(double *out, iso_states *states, const iso_run *run);

#endif
