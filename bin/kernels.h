/* OpenBLAS takes its kernels when it is loaded and guesses wrong on CPUs newer than itself. */
#ifndef ISO_BIN_KERNELS_H
#define ISO_BIN_KERNELS_H

#include <stdbool.h>

/* What matters of a CPU; all false where we do not know the architecture. */
struct kernels_cpu {
    bool known;  /* an x86-64 whose features were asked for */
    bool avx2;   /* AVX2 and FMA */
    bool avx512; /* F, CD, BW, DQ and VL: all that SkylakeX kernels use */
    bool amd;
};

struct kernels_cpu kernels_cpu(void);

/* "AVX2 FMA AVX-512", for people. */
const char *kernels_cpu_text(const struct kernels_cpu *cpu);

/* The best kernels this CPU can run, by OpenBLAS's name; NULL = no opinion. */
const char *kernels_best(const struct kernels_cpu *cpu);

/* The kernels to ask for instead of `corename`, or NULL to leave things as they are: it is as good
 * already, the library has only one kind (`config` without DYNAMIC_ARCH), or we do not know. */
const char *kernels_choose(const struct kernels_cpu *cpu, const char *corename, const char *config);

/* Before anything else: where the choice differs, sets OPENBLAS_CORETYPE and runs the program anew,
 * once. What the user set wins. Returns when there is nothing to do or it cannot be done. */
void kernels_settle(char **argv);

/* Limits our own loops to what ISOGLOSS_CPU says ("plain", "avx2", "avx512"), for numbers that must
 * be equal on unlike machines; false with a message if it says anything else. */
bool kernels_limit(void);

/* True if this process was started anew by kernels_settle with other kernels. */
bool kernels_were_set(void);

#endif
