/* Whether OpenBLAS and OpenMP will get the memory that their threads ask for: refused, the one asks
 * again for ever, the other ends the process. */
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "lib/linalg/blas.h"

/* What OpenBLAS maps for a thread (BUFFER_SIZE of its common_x86_64.h, the largest of all CPUs); a
 * thread's stack, of 8 MB as a rule, with as much to spare. */
static const int64_t BUFFER = (int64_t)128 << 20, STACK = (int64_t)16 << 20;

/* Buffers that are mapped already, as far as /proc shows. Neighbouring ones are one line there. */
static int64_t buffers_held(void)
{
    FILE *maps = fopen("/proc/self/maps", "re");
    int64_t held = 0;
    char line[512];

    while (maps && fgets(line, sizeof line, maps)) {
        unsigned long first, end, inode;
        if (sscanf(line, "%lx-%lx rw-p %*s %*s %lu", &first, &end, &inode) == 3 && inode == 0)
            held += (int64_t)(end - first) / BUFFER;
    }
    if (maps)
        fclose(maps);
    return held;
}

static bool fits(int64_t bytes)
{
    void *p =
        mmap(NULL, (size_t)bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    return p != MAP_FAILED && munmap(p, (size_t)bytes) == 0;
}

/* All threads take what they need while it is there: a product large enough for every one. */
static iso_err take(void)
{
    enum { N = 256 };
    iso_mat a = {0}, c = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_mat_new(&a, N, N, ISO_F32));
    ISO_TRY(iso_mat_new(&c, N, N, ISO_F32));
    ISO_TRY(iso_mul_nn(&c, iso_mat_view(&a), iso_mat_view(&a), 0));
#pragma omp parallel
    {
    }
done:
    iso_mat_free(&a);
    iso_mat_free(&c);
    return err;
}

iso_err iso_blas_ready(void)
{
    static atomic_bool ready;
    struct rlimit limit;

    if (atomic_load_explicit(&ready, memory_order_relaxed))
        return ISO_OK;
    const bool limited = getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
    if (limited) {
        const int threads = iso_blas_threads();
        const int64_t held = buffers_held();
        const int64_t more = (held < threads ? threads - held : 0) * BUFFER + threads * STACK;
        if (!fits(more))
            return iso_fail(ISO_ENOMEM,
                            "the limit of %lld MB on this process's memory (ulimit -v) leaves less "
                            "than the %lld MB that OpenBLAS needs for %d thread%s: raise it, or "
                            "set OPENBLAS_NUM_THREADS=1",
                            (long long)(limit.rlim_cur >> 20), (long long)(more >> 20), threads,
                            threads == 1 ? "" : "s");
    }
    atomic_store_explicit(&ready, true, memory_order_relaxed);
    if (limited && take() != ISO_OK) {
        atomic_store_explicit(&ready, false, memory_order_relaxed);
        return ISO_ENOMEM;
    }
    return ISO_OK;
}
