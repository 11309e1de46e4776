#include "lib/linalg/blas.h"

#include <cblas.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "lib/base/cpu.h"
#include "lib/base/threads.h"
#include "lib/linalg/blas_kernels.h"

const char *iso_blas_corename(void)
{
    return openblas_get_corename();
}

const char *iso_blas_config(void)
{
    return openblas_get_config();
}

const char *iso_blas_kernels(void)
{
    return iso_kernels_text();
}

void iso_blas_choose(void)
{
    iso_kernels_settle();
}

/* --- Whether OpenBLAS and OpenMP will get the memory that their threads ask for: refused, the one
 * asks again for ever, the other ends the process --- */

/* A thread's stack, of 8 MB as a rule, with as much to spare. */
static const int64_t BUFFER = ISO_BLAS_BUFFER, STACK = (int64_t)16 << 20;

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

static bool limited(int64_t *bytes)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
        return false;
    *bytes = (int64_t)limit.rlim_cur;
    return true;
}

static bool fits(int64_t bytes)
{
    void *p =
        mmap(NULL, (size_t)bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    return p != MAP_FAILED && munmap(p, (size_t)bytes) == 0;
}

/* --- Threads --- */

/* Both count the cores of the affinity mask, and know nothing of quotas. Another number is what a
 * person (OMP_NUM_THREADS) or a host told them. */
static int usual(int have, int could_have)
{
    const int cores = iso_cpu_cores();

    return have == could_have && cores < have ? cores : have;
}

int iso_blas_threads(void)
{
    return usual(iso_threads_most(), iso_threads_by_default());
}

/* OpenBLAS starts threads that it has no buffers for, and asks for them for ever: more than there
 * are cores, or memory for, are not asked of it. */
static int affordable(int threads)
{
    const int have = openblas_get_num_threads(), cores = openblas_get_num_procs();
    int64_t limit;

    if (threads > have && threads > cores)
        threads = cores > have ? cores : have;
    if (threads > have && limited(&limit) && !fits((threads - have) * (BUFFER + STACK)))
        threads = have;
    return threads;
}

static void take_threads(iso_threads t)
{
    const int blas = affordable(t.blas);

    if (blas != openblas_get_num_threads())
        openblas_set_num_threads(blas);
    if (t.loops != iso_threads_most())
        iso_threads_set(t.loops);
}

/* What a person should know, once in a process. */
static void remark(const iso_run *run)
{
    static atomic_bool kernels, threads;

    if (!run || !run->note)
        return;
    if (run->threads > iso_cpu_cores() && !atomic_exchange(&threads, true))
        iso_run_note(run, ISO_FIELD(threads) " is %d, this process may use %d core%s", run->threads,
                     iso_cpu_cores(), iso_cpu_cores() == 1 ? "" : "s");
    if (iso_kernels_remark() && !atomic_exchange(&kernels, true))
        iso_run_note(run, "kernels of OpenBLAS: %s", iso_kernels_remark());
}

iso_threads iso_blas_enter(const iso_run *run)
{
    const iso_threads before = {openblas_get_num_threads(), iso_threads_most()};

    remark(run);
    if (run && run->threads > 0)
        take_threads((iso_threads){run->threads, run->threads});
    else
        take_threads((iso_threads){usual(before.blas, openblas_get_num_procs()),
                                   usual(before.loops, iso_threads_by_default())});
    return before;
}

void iso_blas_leave(iso_threads before)
{
    take_threads(before);
}

/* --- Ready --- */

/* All threads take what they need while it is there: a product large enough for every one. */
static iso_err take(void)
{
    enum { N = 256 };
    iso_mat a = {0}, c = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_mat_new(&a, N, N, ISO_F32));
    ISO_TRY(iso_mat_new(&c, N, N, ISO_F32));
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, N, N, N, 1, a.data, N, a.data, N, 0,
                c.data, N);
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
    int64_t limit;

    if (atomic_load_explicit(&ready, memory_order_relaxed))
        return ISO_OK;
    if (iso_kernels_fault())
        return iso_fail(ISO_EUNSUP, "kernels of OpenBLAS: %s, and this CPU does not run them",
                        iso_kernels_text());
    const bool tight = limited(&limit);
    if (tight) {
        const int threads = openblas_get_num_threads();
        const int64_t held = buffers_held();
        const int64_t more = (held < threads ? threads - held : 0) * BUFFER + threads * STACK;
        if (!fits(more))
            return iso_fail(ISO_ENOMEM,
                            "the limit of %lld MB on this process's memory (ulimit -v) leaves less "
                            "than the %lld MB that OpenBLAS needs for %d thread%s: raise it, or "
                            "set OPENBLAS_NUM_THREADS=1",
                            (long long)(limit >> 20), (long long)(more >> 20), threads,
                            threads == 1 ? "" : "s");
    }
    atomic_store_explicit(&ready, true, memory_order_relaxed);
    if (tight && take() != ISO_OK) {
        atomic_store_explicit(&ready, false, memory_order_relaxed);
        return ISO_ENOMEM;
    }
    return ISO_OK;
}
