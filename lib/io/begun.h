/* What a long work was begun with, so that it goes on with the same. */
#ifndef ISO_IO_BEGUN_H
#define ISO_IO_BEGUN_H

#include "lib/base/err.h"

ISO_BEGIN

/**
 * That two plans, lines of "KEY TAB VALUE", are equal: what `part` was begun with, and what is
 * given now. Errors  ISO_EFORMAT: the first thing in which they differ, and the way out.
 */
ISO_MUST_USE iso_err iso_begun_same(const char *part, const char *was, const char *is);

ISO_END

#endif
