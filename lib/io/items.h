/* What holds of the items of a language wherever they come from. */
#ifndef ISO_IO_ITEMS_H
#define ISO_IO_ITEMS_H

#include <stdint.h>

#include "lib/base/err.h"

ISO_BEGIN

/** That offsets[0..count) begin with 0, never fall and end at `rows`. Errors  ISO_EFORMAT; the
 * message begins with `path` and `lang`. */
ISO_MUST_USE iso_err iso_items_check_offsets(const char *path, const char *lang,
                                             const int64_t *offsets, int64_t count, int64_t rows);

/** That no id occurs twice. Errors  ISO_EFORMAT, ISO_ENOMEM. Cost  a sorted copy of the list. */
ISO_MUST_USE iso_err iso_items_check_ids(const char *path, const char *lang, const char *const *ids,
                                         int64_t count);

ISO_END

#endif
