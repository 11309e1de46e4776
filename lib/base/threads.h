/* How many threads a parallel region has, and which one runs. */
#ifndef ISO_BASE_THREADS_H
#define ISO_BASE_THREADS_H

#ifdef _OPENMP
#include <omp.h>
#endif

/** At most so many threads take part in the next parallel region. */
static inline int iso_threads_most(void)
{
#ifdef _OPENMP
    return omp_get_max_threads();
#else
    return 1;
#endif
}

/** So many would take part if nobody had said anything: the cores of the affinity mask. */
static inline int iso_threads_by_default(void)
{
#ifdef _OPENMP
    return omp_get_num_procs();
#else
    return 1;
#endif
}

/** Sets iso_threads_most for regions that the calling thread begins. */
static inline void iso_threads_set(int threads)
{
#ifdef _OPENMP
    omp_set_num_threads(threads);
#else
    (void)threads;
#endif
}

/** The number of the calling thread in its region, from 0. */
static inline int iso_thread_this(void)
{
#ifdef _OPENMP
    return omp_get_thread_num();
#else
    return 0;
#endif
}

#endif
