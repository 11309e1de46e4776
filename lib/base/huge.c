#include "lib/base/huge.h"

#include <string.h>
#ifdef __linux__
#include <sys/mman.h>
#include <unistd.h>
#endif

/* A wish: where it is refused, pages stay as they are. */
static void ask(void *block, size_t bytes)
{
#ifdef MADV_HUGEPAGE
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), at = (uintptr_t)block;
    const uintptr_t from = (at + page - 1) / page * page, to = (at + bytes) / page * page;

    if (to > from)
        (void)madvise((char *)block + (from - at), to - from, MADV_HUGEPAGE);
#else
    (void)block;
    (void)bytes;
#endif
}

iso_err iso_alloc_huge(void *out, int64_t count, size_t size)
{
    enum { LEAST = 2 << 20 }; /* no huge page fits into less */
    void *block = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc_raw(&block, count, size));
    if ((size_t)count * size >= LEAST)
        ask(block, (size_t)count * size);
    memcpy(out, &block, sizeof block);
done:
    return err;
}
