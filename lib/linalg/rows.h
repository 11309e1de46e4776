/* A source of rows: the one callback that carries data. */
#ifndef ISO_LINALG_ROWS_H
#define ISO_LINALG_ROWS_H

#include "lib/linalg/view.h"

ISO_BEGIN

/**
 * A matrix that is read a few rows at a time, from memory, a file or another source.
 *
 * read() sets *out to `count` rows from `first` on; the view lives until the next read of
 * the same source. Any order of reads is legal, ascending is fast. `run` is the number of
 * neighbouring rows that come together cheaply (a chunk's height; 1 when it does not matter).
 * `bytes` counts what was read so far, in bytes of the source's dtype.
 * Implementations embed this struct as their first member. Not safe for two threads at once.
 */
typedef struct iso_rows {
    int64_t rows, cols;
    iso_dtype dtype;
    int64_t run;
    int64_t bytes;
    iso_err (*read)(struct iso_rows *self, int64_t first, int64_t count, iso_view *out);
    void (*close)(struct iso_rows *self);
    char *name; /* for messages ("x.h5: en, layer 3"); owned, may be NULL */
} iso_rows;

/** Reads with the bounds checked. Errors ISO_EARG, and what the source says. */
ISO_API ISO_MUST_USE iso_err iso_rows_read(iso_rows *self, int64_t first, int64_t count,
                                           iso_view *out);

/** Closes a source of any kind and frees it; NULL is fine. */
ISO_API void iso_rows_close(iso_rows *self);

/** What to call a source in a message; never NULL. */
ISO_API const char *iso_rows_name(const iso_rows *self);

/** A source over memory; the view is borrowed and must outlive it. */
ISO_API ISO_MUST_USE iso_err iso_rows_of_view(iso_rows **out, iso_view v);

/**
 * The rows index[0..count) of `inner`, in that order; copies the index, takes over `inner`
 * on success. Neighbouring indices are read together.
 */
ISO_API ISO_MUST_USE iso_err iso_rows_pick(iso_rows **out, iso_rows *inner, const int64_t *index,
                                           int64_t count);

/** The same with an index that is borrowed and must outlive the source. */
ISO_API ISO_MUST_USE iso_err iso_rows_pick_borrowed(iso_rows **out, iso_rows *inner,
                                                    const int64_t *index, int64_t count);

/** Of a source that these made its index, which lives as long as it does; of any other NULL. */
ISO_API const int64_t *iso_rows_picked(const iso_rows *self);

ISO_END

#endif
