/* Work areas of megabytes that are gone through again and again. On pages of 4 KB each stride
 * beyond what the core has translations for waits for one, on virtual machines for a fifth of the
 * time of a product and more. */
#ifndef ISO_BASE_HUGE_H
#define ISO_BASE_HUGE_H

#include "lib/base/alloc.h"

/** iso_alloc_raw, on huge pages where the system gives them; iso_free frees it. For what is touched
 * whole: memory comes in pieces of megabytes. Errors as there. */
ISO_MUST_USE iso_err iso_alloc_huge(void *out, int64_t count, size_t size);

#endif
