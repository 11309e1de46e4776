/* Layers of a collection from memory whose rows are made as they are read. */
#ifndef ISO_IO_STATES_MADE_H
#define ISO_IO_STATES_MADE_H

#include "lib/io/states.h"

/* What opens the rows; `self` is borrowed until the collection is closed. */
struct made_rows {
    int64_t rows, cols;
    iso_dtype dtype;
    iso_err (*open)(iso_rows **out, const void *self);
    const void *self;
};

/* As iso_states_put. */
iso_err iso_states_put_made(iso_states *s, const char *lang, int layer,
                            const struct made_rows *made);

#endif
