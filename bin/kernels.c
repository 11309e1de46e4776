/* Which kernels OpenBLAS should use, and starting anew with them; which our own loops may use. */
#include "bin/kernels.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "bin/term.h"
#include "lib/base/cpu.h"
#include "lib/linalg/blas.h"

/* Set in the second process: it must not start a third. */
static const char guard[] = "ISOGLOSS_KERNELS";

struct kernels_cpu kernels_cpu(void)
{
    struct kernels_cpu cpu = {0};

#if defined(__x86_64__)
    __builtin_cpu_init();
    cpu.known = true;
    cpu.amd = __builtin_cpu_is("amd");
    cpu.avx2 = iso_cpu_native() >= ISO_CPU_AVX2;
    cpu.avx512 = iso_cpu_native() >= ISO_CPU_AVX512;
#endif
    return cpu;
}

const char *kernels_cpu_text(const struct kernels_cpu *cpu)
{
    if (!cpu->known)
        return "not asked on this architecture";
    if (cpu->avx512)
        return "AVX2 FMA AVX-512 (F CD BW DQ VL)";
    return cpu->avx2 ? "AVX2 FMA" : "neither AVX2 nor AVX-512";
}

/* Cooperlake and Sapphire Rapids differ from SkylakeX only in products of bfloat16. */
const char *kernels_best(const struct kernels_cpu *cpu)
{
    if (!cpu->known || !cpu->avx2)
        return NULL;
    if (cpu->avx512)
        return "SkylakeX";
    return cpu->amd ? "Zen" : "Haswell";
}

/* How wide the kernels of that name are: 0 = less than AVX2, 1 = AVX2, 2 = AVX-512; -1 unknown. */
static int width(const char *corename)
{
    static const struct {
        const char *name;
        int width;
    } known[] = {
        {"Katmai", 0},     {"Coppermine", 0},   {"Northwood", 0},      {"Prescott", 0},
        {"Banias", 0},     {"Atom", 0},         {"Core2", 0},          {"Penryn", 0},
        {"Dunnington", 0}, {"Nehalem", 0},      {"Sandybridge", 0},    {"Athlon", 0},
        {"Opteron", 0},    {"Opteron_SSE3", 0}, {"Barcelona", 0},      {"Nano", 0},
        {"Bobcat", 0},     {"Bulldozer", 0},    {"Piledriver", 0},     {"Steamroller", 0},
        {"Excavator", 0},  {"Unknown", 0},      {"Haswell", 1},        {"Zen", 1},
        {"SkylakeX", 2},   {"Cooperlake", 2},   {"SapphireRapids", 2}, {"Sapphirerapids", 2},
    };

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i].name, corename) == 0)
            return known[i].width;
    return -1;
}

const char *kernels_choose(const struct kernels_cpu *cpu, const char *corename, const char *config)
{
    const char *best = kernels_best(cpu);

    if (!best || !strstr(config, "DYNAMIC_ARCH"))
        return NULL;
    /* a name we do not know is newer than we are: its guess is better than ours */
    if (width(corename) < 0 || width(corename) >= width(best))
        return NULL;
    return best;
}

/* Two pools of threads: OpenMP's, which spins after each of our loops, would take the cores from
 * OpenBLAS's own. A little spinning, about 0.1 ms, bridges the gaps between the loops of
 * a layer (a tenth of the encoder's time on single sentences). libgomp reads this when it is
 * loaded, too. */
static bool calm(const char *config)
{
    if (strstr(config, "USE_OPENMP") || strstr(config, "SINGLE_THREADED"))
        return false;
    return setenv("GOMP_SPINCOUNT", "30000", 0) == 0;
}

void kernels_settle(char **argv)
{
    const char *config = iso_blas_config();
    const bool loaded_by_kernel = getauxval(AT_BASE) != 0;
    const char *name = NULL;
    bool again = false;

    /* run by hand through ld.so, /proc/self/exe is ld.so */
    if (getenv(guard) || !loaded_by_kernel)
        return;
    if (!getenv("OPENBLAS_CORETYPE")) {
        const struct kernels_cpu cpu = kernels_cpu();
        name = kernels_choose(&cpu, iso_blas_corename(), config);
    }
    if (name)
        again = setenv("OPENBLAS_CORETYPE", name, 0) == 0;
    if (!getenv("OMP_WAIT_POLICY") && !getenv("GOMP_SPINCOUNT"))
        again = calm(config) || again;
    if (again && setenv(guard, name ? name : "-", 1) == 0)
        execv("/proc/self/exe", argv);
}

bool kernels_limit(void)
{
    const char *name = getenv("ISOGLOSS_CPU");
    iso_cpu most;

    if (!name || !*name)
        return true;
    if (!iso_cpu_named(&most, name)) {
        term_say("isogloss: ISOGLOSS_CPU is %s, not plain, avx2 or avx512", name);
        return false;
    }
    iso_cpu_limit(most);
    return true;
}

bool kernels_were_set(void)
{
    const char *name = getenv(guard);

    return name && strcmp(name, "-") != 0;
}
