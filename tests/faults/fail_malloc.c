/* Preloaded into a program: its n-th allocation fails, alone (FAIL_MALLOC=n) or with all that follow
 * (FAIL_MALLOC=n+). Unlike iso_alloc_fail_after it reaches what foreign libraries allocate. Only in
 * the program that FAIL_MALLOC_IN names, not in what that starts; counted from main() on. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

extern void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t),
    *__libc_memalign(size_t, size_t);

static atomic_long left = -1; /* allocations until one fails; below 0: not counting */
static bool onwards;

static bool fails(void)
{
    const long now = atomic_load(&left);

    if (now < 0)
        return false;
    if (now == 0 && onwards)
        return true;
    return atomic_fetch_sub(&left, 1) == 0;
}

__attribute__((constructor)) static void begin(void)
{
    const char *count = getenv("FAIL_MALLOC"), *in = getenv("FAIL_MALLOC_IN");

    if (!count || !in || strcmp(in, program_invocation_short_name) != 0)
        return;
    onwards = strchr(count, '+') != NULL;
    atomic_store(&left, strtol(count, NULL, 10));
}

static void *refuse(void)
{
    errno = ENOMEM;
    return NULL;
}

void *malloc(size_t size)
{
    return fails() ? refuse() : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return fails() ? refuse() : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
    return fails() ? refuse() : __libc_realloc(old, size);
}

void *memalign(size_t alignment, size_t size)
{
    return fails() ? refuse() : __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return memalign(alignment, size);
}

int posix_memalign(void **out, size_t alignment, size_t size)
{
    void *p = memalign(alignment, size);

    if (!p)
        return ENOMEM;
    *out = p;
    return 0;
}
