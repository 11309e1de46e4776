#include "lib/base/cpu.h"

#include <stdatomic.h>
#include <string.h>

#if defined(__x86_64__) && defined(__GNUC__)
#include <cpuid.h>
#endif

enum { LEVELS = ISO_CPU_AVX512 + 1, UNKNOWN = -1 };

static const char *const names[LEVELS] = {"plain", "avx2", "avx512"};
static atomic_int native = UNKNOWN, most = ISO_CPU_AVX512;

#if defined(__x86_64__) && defined(__GNUC__)

/* The compiler's test also asks whether the system saves the wide registers; F16C it does not know
 * everywhere. */
static bool f16c(void)
{
    enum { F16C = 1 << 29 };
    unsigned a, b, c, d;

    return __get_cpuid(1, &a, &b, &c, &d) && (c & F16C);
}

static iso_cpu ask(void)
{
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma") || !f16c())
        return ISO_CPU_PLAIN;
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512cd") &&
        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl"))
        return ISO_CPU_AVX512;
    return ISO_CPU_AVX2;
}

#else

static iso_cpu ask(void)
{
    return ISO_CPU_PLAIN;
}

#endif

/* Asking takes the CPU long, and the answer does not change. */
iso_cpu iso_cpu_native(void)
{
    int cpu = atomic_load_explicit(&native, memory_order_relaxed);

    if (cpu == UNKNOWN) {
        cpu = (int)ask();
        atomic_store_explicit(&native, cpu, memory_order_relaxed);
    }
    return (iso_cpu)cpu;
}

iso_cpu iso_cpu_level(void)
{
    const iso_cpu limit = (iso_cpu)atomic_load_explicit(&most, memory_order_relaxed);
    const iso_cpu cpu = iso_cpu_native();

    return cpu < limit ? cpu : limit;
}

iso_cpu iso_cpu_limit(iso_cpu limit)
{
    return (iso_cpu)atomic_exchange(&most, (int)limit);
}

const char *iso_cpu_name(iso_cpu cpu)
{
    return (unsigned)cpu < LEVELS ? names[cpu] : "unknown";
}

bool iso_cpu_named(iso_cpu *out, const char *name)
{
    for (int i = 0; i < LEVELS; i++)
        if (strcmp(names[i], name) == 0) {
            *out = (iso_cpu)i;
            return true;
        }
    return false;
}
