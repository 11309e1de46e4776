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
