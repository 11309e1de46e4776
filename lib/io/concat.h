/* Several sources one below the other, as one. */
#ifndef ISO_IO_CONCAT_H
#define ISO_IO_CONCAT_H

#include "lib/linalg/rows.h"

ISO_BEGIN

/**
 * A source over the rows of all parts in order; takes the parts over on success (the array stays
 * the caller's). Errors  ISO_EFORMAT (columns or types differ), ISO_EARG (no part), ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_rows_concat(iso_rows **out, iso_rows *const *parts, int count);

ISO_END

#endif
