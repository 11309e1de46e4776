/* Which kernels OpenBLAS uses: it takes them when it is loaded, guesses wrong on CPUs newer than
 * itself, and takes what it is told to even where the CPU would fault. */
#ifndef ISO_LINALG_BLAS_KERNELS_H
#define ISO_LINALG_BLAS_KERNELS_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/cpu.h"

/* What a choice depends on. */
struct iso_kernels_cpu {
    iso_cpu native, level;    /* what the CPU has, and what is left of it by iso_cpu_limit */
    bool avx, fma4, amd3dnow; /* what kernels of old CPUs need beside */
    bool amd;
};

struct iso_kernels_cpu iso_kernels_cpu(void);

/** Whether kernels of this name run on the CPU; true for names that are not known. */
bool iso_kernels_run(const char *name, const struct iso_kernels_cpu *cpu);

/**
 * The kernels to tell OpenBLAS instead of those it has, or NULL to leave them. What a person
 * `asked` for stays if it runs; what we do not know is newer than we are, and its guess better than
 * ours.
 */
const char *iso_kernels_choose(const char *has, bool asked, const struct iso_kernels_cpu *cpu);

/**
 * Tells OpenBLAS its kernels; nobody may be inside it. False where it has only one kind or does not
 * take these.
 */
bool iso_kernels_tell(const char *name);

/** Chooses and tells again, where it is safe, after iso_cpu_limit; it was done when the library was
 * loaded. Not for two threads at once. */
void iso_kernels_settle(void);

/** "SkylakeX, chosen by isogloss instead of Haswell". */
const char *iso_kernels_text(void);

/** The same if it is not what a person would expect, else NULL. */
const char *iso_kernels_remark(void);

/** Whether OpenBLAS holds to kernels that this CPU does not run. */
bool iso_kernels_fault(void);

/* What OpenBLAS maps for a thread: BUFFER_SIZE of its common_x86_64.h, the largest of all CPUs. */
#define ISO_BLAS_BUFFER (INT64_C(128) << 20)

#endif
