#include "bin/cmd/machine.h"

#include <stdio.h>
#include <string.h>

#include "analysis/search/neighbours.h"
#include "lib/base/cpu.h"
#include "lib/linalg/blas.h"
#include "lib/linalg/packed.h"

/* "AMD EPYC 7B13, ", or "" where the system does not say. */
static void model_name(char *out, size_t room)
{
    FILE *file = fopen("/proc/cpuinfo", "r");
    char line[256];

    *out = '\0';
    while (file && fgets(line, sizeof line, file)) {
        const char *name = strstr(line, ": ");
        if (strncmp(line, "model name", 10) == 0 && name) {
            snprintf(out, room, "%.*s, ", (int)strcspn(name + 2, "\n"), name + 2);
            break;
        }
    }
    if (file)
        fclose(file);
}

static const char *instructions(void)
{
    switch (iso_cpu_native()) {
    case ISO_CPU_AVX512:
        return "AVX2 FMA AVX-512 (F CD BW DQ VL)";
    case ISO_CPU_AVX2:
        return "AVX2 FMA";
    default:
        return "neither AVX2 nor AVX-512";
    }
}

void machine_print(void)
{
    const int cores = iso_cpu_cores();
    char model[256];

    model_name(model, sizeof model);
    printf("cpu         %s%d core%s, %s\n", model, cores, cores == 1 ? "" : "s", instructions());
    printf("threads     %d\n", iso_blas_threads());
    printf("own kernels %s%s; search: %s\n", iso_cpu_name(iso_cpu_level()),
           iso_cpu_level() < iso_cpu_native() ? ", limited by ISOGLOSS_CPU" : "",
           iso_near_engine());
    for (int c = ISO_COMPUTE_F32; c <= ISO_COMPUTE_INT8; c++)
        printf("%s%s: %s", c == ISO_COMPUTE_F32 ? "encoder     " : ", ",
               iso_compute_name((iso_compute)c), iso_packed_engine((iso_compute)c));
    printf("\nLAPACK      %s\n", iso_blas_config());
    printf("its kernels %s\n", iso_blas_kernels());
}
