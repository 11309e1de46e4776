/* OpenBLAS, which LAPACK runs on: its kernels, its threads, its memory. */
#ifndef ISO_LINALG_BLAS_H
#define ISO_LINALG_BLAS_H

#include "lib/base/run.h"
#include "lib/linalg/view.h"

ISO_BEGIN

/**
 * What every product and decomposition asks first: whether the limit on the process's address space
 * (ulimit -v) leaves what OpenBLAS takes for its threads, without which it would not return. Asks
 * the system once, until it was answered yes. Errors  ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_blas_ready(void);

/** The kernels of the BLAS ("Haswell"), and how it was built. */
const char *iso_blas_corename(void);
const char *iso_blas_config(void);

/** The kernels and who chose them, for people: "SkylakeX, chosen by isogloss instead of Haswell".
 * The library chooses when it is loaded, and what OPENBLAS_CORETYPE says stays. */
const char *iso_blas_kernels(void);

/** Chooses anew after iso_cpu_limit. When a program starts: not while other threads run. */
void iso_blas_choose(void);

/** The threads of a run that does not say: one for each core that this process may use, or as many
 * as the host or a person told OpenMP. */
int iso_blas_threads(void);

/* The threads of OpenBLAS, and in the calling thread those of our own loops. */
typedef struct iso_threads {
    int blas, loops;
} iso_threads;

/** The threads that a run asks for (it may be NULL), until iso_blas_leave gets what this returned.
 * Says once in a process where that is more than there are cores. */
ISO_MUST_USE iso_threads iso_blas_enter(const iso_run *run);
void iso_blas_leave(iso_threads before);

ISO_END

#endif
