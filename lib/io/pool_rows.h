/* Token rows to one row an item. */
#ifndef ISO_IO_POOL_ROWS_H
#define ISO_IO_POOL_ROWS_H

#include <stdint.h>

#include "lib/base/run.h"
#include "lib/io/pool.h"
#include "lib/linalg/rows.h"

/** That a collection may say its rows were pooled so; NULL: it does not say. Errors  ISO_EFORMAT;
 * begins with `path`. */
ISO_MUST_USE iso_err iso_pool_check_said(const char *pooling, const char *path);

/** f64 rows stay f64, all others are pooled into f32 (sums in double). */
iso_dtype iso_pool_dtype(iso_dtype from);

/**
 * One item's token rows (n × cols) into `to` (cols numbers of iso_pool_dtype).
 *
 * With `specials` the first and last row are special tokens: mean and max leave them out, unless
 * there is nothing else; all others know no difference. An item without rows becomes a row of zeros.
 * Cost  O(n cols) time, 2 cols doubles of scratch.
 */
void iso_pool_item(void *to, iso_view tokens, iso_pool pool, bool specials, double *scratch);

/**
 * A source of pooled rows over a source of token rows, made as it is read: the rows of item i are
 * [offsets[i], offsets[i + 1]). Takes over `inner` on success; `offsets` (items + 1, ascending,
 * within the rows) is borrowed. Reads at most 4 MiB of tokens at once, or one item.
 */
ISO_MUST_USE iso_err iso_rows_pool(iso_rows **out, iso_rows *inner, const int64_t *offsets,
                                   int64_t items, iso_pool pool, bool specials);

/** Notes how many items of a file have no rows, if any has none. */
void iso_pool_note_empty(const iso_run *run, const char *path, const int64_t *offsets,
                         int64_t items, bool pooled);

#endif
