#include "lib/base/alloc.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGN = 64 };

static _Atomic int64_t fail_after = -1;

void iso_alloc_fail_after(int64_t n)
{
    atomic_store(&fail_after, n);
}

static int must_fail(void)
{
    int64_t left = atomic_load(&fail_after);

    while (left > 0) {
        if (atomic_compare_exchange_weak(&fail_after, &left, left - 1))
            return 0;
    }
    return left == 0;
}

/* calloc hands out untouched zero pages; the byte before the aligned address says
 * how far back the block starts. */
static iso_err allocate(void *out, int64_t count, size_t size, bool zeros)
{
    if (count < 0)
        return iso_fail(ISO_EARG, "cannot allocate %lld elements", (long long)count);
    if (size != 0 && (uint64_t)count > (SIZE_MAX - ALIGN) / size)
        return iso_fail(ISO_ENOMEM, "out of memory (%lld elements of %zu bytes)", (long long)count,
                        size);
    const size_t bytes = (size_t)count * size;
    unsigned char *block = must_fail() ? NULL
                           : zeros     ? calloc(1, bytes + ALIGN)
                                       : malloc(bytes + ALIGN);
    if (!block)
        return iso_fail(ISO_ENOMEM, "out of memory (%zu bytes)", bytes);

    const size_t offset = ALIGN - (uintptr_t)block % ALIGN;
    unsigned char *p = block + offset;
    p[-1] = (unsigned char)offset;
    memcpy(out, &p, sizeof p);
    return ISO_OK;
}

iso_err iso_alloc(void *out, int64_t count, size_t size)
{
    return allocate(out, count, size, true);
}

iso_err iso_alloc_raw(void *out, int64_t count, size_t size)
{
    return allocate(out, count, size, false);
}

iso_err iso_realloc(void *ptr, int64_t used, int64_t count, size_t size)
{
    void *old, *fresh = NULL;
    iso_err err = iso_alloc(&fresh, count, size);

    if (err)
        return err;
    memcpy(&old, ptr, sizeof old);
    if (old)
        memcpy(fresh, old, (size_t)used * size);
    iso_free(old);
    memcpy(ptr, &fresh, sizeof fresh);
    return ISO_OK;
}

void iso_free(void *p)
{
    unsigned char *q = p;

    if (q)
        free(q - q[-1]);
}
