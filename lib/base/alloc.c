#include "lib/base/alloc.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#ifdef __linux__
#include <sys/mman.h>
#endif

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

/* Asks for pages of 2 MB; where there are none, nothing is lost. */
static void widen_pages(void *p, size_t bytes)
{
#if defined(__linux__) && defined(MADV_HUGEPAGE)
    const uintptr_t page = (uintptr_t)1 << 21, from = ((uintptr_t)p + page - 1) / page * page,
                    to = ((uintptr_t)p + bytes) / page * page;

    if (from < to)
        (void)madvise((unsigned char *)p + (from - (uintptr_t)p), to - from, MADV_HUGEPAGE);
#else
    (void)p;
    (void)bytes;
#endif
}

iso_err iso_alloc_scattered(void *out, int64_t count, size_t size)
{
    const iso_err err = iso_alloc(out, count, size);
    void *p;

    if (err)
        return err;
    memcpy(&p, out, sizeof p);
    widen_pages(p, (size_t)count * size);
    return ISO_OK;
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
