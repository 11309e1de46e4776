/* Which instructions our own loops use: the best that the CPU has, unless that is limited; and how
 * many cores there are for them. */
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
 * back. For tests, and for numbers that must be equal on unlike machines. OpenBLAS follows when it
 * is told (iso_blas_choose); oneDNN, which can be told only once, is not used under a limit.
 */
iso_cpu iso_cpu_limit(iso_cpu most);

/* Instructions for products of short numbers, which CPUs have or lack whatever their level. */
enum iso_cpu_dots {
    ISO_CPU_DOT8_AVX = 1,    /* AVX-VNNI: vectors of 256 bits */
    ISO_CPU_DOT8_AVX512 = 2, /* AVX512-VNNI */
    ISO_CPU_DOT8_AMX = 4,    /* AMX-INT8, where the system lets this process have tiles */
    ISO_CPU_BF16_AMX = 8     /* AMX-BF16, likewise */
};

/** Which of them the CPU has, added up; none where the level is limited to less than AVX512. */
int iso_cpu_dots(void);

/** "plain", "avx2", "avx512". */
const char *iso_cpu_name(iso_cpu cpu);

/** The one called so; false if there is none. */
bool iso_cpu_named(iso_cpu *out, const char *name);

/**
 * The cores that this process may use when it is first asked: those of its affinity mask, at most
 * the quota of its cgroups, rounded up. At least 1.
 */
int iso_cpu_cores(void);

/**
 * The quota alone, in cores: the tightest of the cgroups that `root`/proc/self/cgroup names and
 * those above them, from `root`/sys/fs/cgroup, version 1 or 2; 0 = none. `root` is "" but in tests.
 */
int iso_cpu_quota(const char *root);

ISO_END

#endif
