/* The number types that products are computed in.
 * Threads: any number may call at once. */
#ifndef ISO_LINALG_COMPUTE_H
#define ISO_LINALG_COMPUTE_H

#include <stdbool.h>

#include "lib/base/api.h"

ISO_BEGIN

/** What products are computed in; sums are f32 (of int8: 32-bit integers). */
typedef enum iso_compute {
    ISO_COMPUTE_F32 = 0,
    ISO_COMPUTE_BF16, /* W and each X rounded to bfloat16 */
    ISO_COMPUTE_INT8, /* W rounded to 8 bits by rows of W, X by rows of X; both symmetric: the
                       * largest magnitude of a row is 127, ties to even; what lies below 2^-100 is 0
                       */
    ISO_COMPUTE_FASTEST /* a wish, not a number type: iso_model_open makes one of it */
} iso_compute;

/** "f32", "bf16", "int8", "fastest". */
ISO_API const char *iso_compute_name(iso_compute compute);

/** The one with that name; false, and *out as it was, where there is none. */
ISO_API bool iso_compute_named(iso_compute *out, const char *name);

ISO_END

#endif
