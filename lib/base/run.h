/* The run context: what a caller grants and wants to hear while something long runs.
 * Threads: any number may call at once, on the same run too, which no call changes; its callbacks
 * are called from the thread that called. */
#ifndef ISO_BASE_RUN_H
#define ISO_BASE_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/option.h"

ISO_BEGIN

/**
 * All fields zero is a valid run: one thread per core, memory 1 GiB, seed 0, single
 * precision, silent. NULL stands for that.
 */
typedef struct iso_run {
    size_t size;   /* of the struct, or 0 */
    int threads;   /* of the BLAS and of our loops while a call runs; 0 = as they are. They are the
                    * process's: calls that run at once leave it 0 */
    int64_t mem;   /* bytes of anonymous memory a call may plan for; 0 = 1 GiB */
    bool mem_firm; /* what needs more than that all the same is refused (ISO_EARG), not begun */
    uint64_t seed;
    bool double_precision;
    /* Called now and then from the calling thread; return false to stop the work. `total`
     * may be 0 when unknown. `unit` is "rows", "bytes", "pairs"... */
    bool (*progress)(void *payload, const char *what, int64_t done, int64_t total,
                     const char *unit);
    void *payload;
    /* Called from the calling thread with what a person should know and no result says: how a file
     * was read, what was left out and how much. One line, without capital and full stop; NULL =
     * nobody listens. `payload` as above. */
    void (*note)(void *payload, const char *text);
    int64_t mem_free; /* bytes that the machine has to spare; 0: unknown. What would take more may
                       * be computed in a slower way that takes less */
} iso_run;

/** The fields a person chooses: threads, mem, seed, precision. */
extern ISO_API const iso_options iso_run_options;

/** The memory budget of `run` in bytes. */
ISO_API int64_t iso_run_mem(const iso_run *run);

/** The seed of `run`; 0 without one. */
ISO_API uint64_t iso_run_seed(const iso_run *run);

/** Reports progress; ISO_ECANCEL when the callback says stop. */
ISO_API ISO_MUST_USE iso_err iso_run_step(const iso_run *run, const char *what, int64_t done,
                                          int64_t total, const char *unit);

/** Makes a note, where someone listens; what is longer than some 1000 bytes is cut. */
ISO_API void iso_run_note(const iso_run *run, const char *format, ...) ISO_PRINTF(2, 3);

/**
 * For tests: from now on the step called `what` is interrupted as soon as it reports `done` or
 * more, whatever the callback says; NULL ends it. `what` must outlive that. Not for two threads at
 * once.
 */
ISO_API void iso_run_interrupt_at(const char *what, int64_t done);

ISO_END

#endif
