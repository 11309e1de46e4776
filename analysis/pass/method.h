/* How the sums of a pair are made: by dims or by items.
 * Threads: any number may call at once. */
#ifndef ISO_ANALYSIS_METHOD_H
#define ISO_ANALYSIS_METHOD_H

#include "lib/base/api.h"

ISO_BEGIN

/** Sums are d x d products of columns, Gram terms n x n products of items; AUTO: as is cheaper. */
typedef enum iso_method { ISO_METHOD_AUTO = 0, ISO_METHOD_SUMS, ISO_METHOD_GRAM } iso_method;

/** "gram" or "sums". */
ISO_API const char *iso_method_name(iso_method method);

ISO_END

#endif
