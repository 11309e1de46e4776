/* Token rows to one row an item. */
#ifndef ISO_IO_POOL_H
#define ISO_IO_POOL_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/run.h"
#include "lib/linalg/rows.h"

ISO_BEGIN

typedef enum iso_pool {
    ISO_POOL_MEAN = 0,
    ISO_POOL_CLS,  /* the first row */
    ISO_POOL_LAST, /* the last row */
    ISO_POOL_MAX,
    ISO_POOL_NONE /* token rows stay */
} iso_pool;

/** "mean" (NULL too), "cls", "last", "max", "none". Errors ISO_EARG, with the nearest name. */
ISO_API ISO_MUST_USE iso_err iso_pool_find(iso_pool *out, const char *name);
ISO_API const char *iso_pool_name(iso_pool pool);

/** That a collection may say its rows were pooled so: "mean", "mean-special", "cls", "last", "max",
 * "none", "word", "types", or NULL (it does not say). Errors  ISO_EFORMAT; begins with `path`. */
ISO_API ISO_MUST_USE iso_err iso_pool_check_said(const char *pooling, const char *path);

/** f64 rows stay f64, all others are pooled into f32 (sums in double). */
ISO_API iso_dtype iso_pool_dtype(iso_dtype from);

/**
 * One item's token rows (n × cols) into `to` (cols numbers of iso_pool_dtype).
 *
 * With `specials` the first and last row are special tokens: mean and max leave them out,
 * unless there is nothing else. An item without rows becomes a row of zeros.
 * Cost  O(n cols) time, 2 cols doubles of scratch.
 */
ISO_API void iso_pool_item(void *to, iso_view tokens, iso_pool pool, bool specials,
                           double *scratch);

/**
 * A source of pooled rows over a source of token rows, made as it is read: the rows of item i are
 * [offsets[i], offsets[i + 1]). Takes over `inner` on success; `offsets` (items + 1, ascending,
 * within the rows) is borrowed. Reads at most 4 MiB of tokens at once, or one item.
 */
ISO_API ISO_MUST_USE iso_err iso_rows_pool(iso_rows **out, iso_rows *inner, const int64_t *offsets,
                                           int64_t items, iso_pool pool, bool specials);

/** Notes how many items of a file have no rows, if any has none. */
ISO_API void iso_pool_note_empty(const iso_run *run, const char *path, const int64_t *offsets,
                                 int64_t items, bool pooled);

ISO_END

#endif
