/* The one allocator: zeroed where not said otherwise, 64-byte aligned, overflow-checked, can be
 * made to fail. Threads: any number may call at once; one block is for one at a time. */
#ifndef ISO_BASE_ALLOC_H
#define ISO_BASE_ALLOC_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/err.h"

ISO_BEGIN

/**
 * Allocates count × size zero bytes.
 *
 * `out` is the address of the pointer to set (`iso_alloc(&p, n, sizeof *p)`); it
 * is untouched on failure. A count of 0 gives a pointer that may be freed.
 * Large blocks cost nothing until touched.
 * Errors  ISO_EARG (negative count), ISO_ENOMEM (also on overflow).
 */
ISO_API ISO_MUST_USE iso_err iso_alloc(void *out, int64_t count, size_t size);

/** The same with whatever the memory holds: for work areas that are written before they are read.
 * Reused memory is not cleared, and threads that write their parts first share its page faults. */
ISO_API ISO_MUST_USE iso_err iso_alloc_raw(void *out, int64_t count, size_t size);

/** The same as iso_alloc for memory whose parts are used in no order, or that products read from
 * beyond the caches: a large block lies in large pages where the system has them, and counts whole
 * once it is touched. */
ISO_MUST_USE iso_err iso_alloc_scattered(void *out, int64_t count, size_t size);

/**
 * Resizes *ptr, which iso_alloc made or which is NULL, to hold `count` elements; the
 * first `used` are kept, the rest is zero. On failure *ptr is as before.
 */
ISO_API ISO_MUST_USE iso_err iso_realloc(void *ptr, int64_t used, int64_t count, size_t size);

/** Frees what iso_alloc made; NULL is fine. */
ISO_API void iso_free(void *p);

/** For tests: the n-th allocation from now (0 = the next) and all later ones fail; -1 ends it. */
ISO_API void iso_alloc_fail_after(int64_t n);

ISO_END

#endif
