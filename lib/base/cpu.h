/* Which instructions our own loops use: the best that the CPU has, unless that is limited. */
#ifndef ISO_BASE_CPU_H
#define ISO_BASE_CPU_H

#include <stdbool.h>

#include "lib/base/err.h"

ISO_BEGIN

/* Each holds what the one before it holds. PLAIN is what the compiler takes by itself. */
typedef enum iso_cpu {
    ISO_CPU_PLAIN = 0,
    ISO_CPU_AVX2,  /* AVX2, FMA and F16C */
    ISO_CPU_AVX512 /* F, CD, BW, DQ and VL: all that OpenBLAS's SkylakeX kernels use */
} iso_cpu;

/** What the CPU has and the system saves; PLAIN where we do not know the architecture. */
iso_cpu iso_cpu_native(void);

/** What our loops use: the CPU's, at most the limit. */
iso_cpu iso_cpu_level(void);

/**
 * Limits it from now on, for the whole process; returns the limit that held before, to be put
 * back. For tests, and for numbers that must be equal on unlike machines. OpenBLAS and oneDNN
 * choose for themselves (OPENBLAS_CORETYPE, DNNL_MAX_CPU_ISA).
 */
iso_cpu iso_cpu_limit(iso_cpu most);

/** "plain", "avx2", "avx512". */
const char *iso_cpu_name(iso_cpu cpu);

/** The one called so; false if there is none. */
bool iso_cpu_named(iso_cpu *out, const char *name);

ISO_END

#endif
