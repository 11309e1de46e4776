#include "lib/base/cpu.h"

#if defined(__linux__) && !defined(_GNU_SOURCE)
#define _GNU_SOURCE /* syscall */
#endif
#include <stdatomic.h>
#include <string.h>

#if defined(__x86_64__) && defined(__GNUC__)
#include <cpuid.h>
#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif
#endif

enum { LEVELS = ISO_CPU_AVX512 + 1, UNKNOWN = -1 };

static const char *const names[LEVELS] = {"plain", "avx2", "avx512"};
static atomic_int native = UNKNOWN, most = ISO_CPU_AVX512, dots = UNKNOWN;

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

/* A process must ask for tiles, whose state is large, before it uses them. */
static bool tiles(void)
{
#if defined(__linux__) && defined(SYS_arch_prctl)
    enum { REQUEST = 0x1023, TILE_DATA = 18 };

    return syscall(SYS_arch_prctl, REQUEST, TILE_DATA) == 0;
#else
    return false;
#endif
}

static int ask_dots(iso_cpu level)
{
    enum { AVX512_VNNI = 1 << 11, AVX_VNNI = 1 << 4 };
    enum { AMX_BF16 = 1 << 22, AMX_TILE = 1 << 24, AMX_INT8 = 1 << 25 };
    unsigned leaves, b, c, d, more = 0, rest;
    int has = 0;

    if (level == ISO_CPU_PLAIN || !__get_cpuid_count(7, 0, &leaves, &b, &c, &d))
        return 0;
    if (leaves >= 1 && __get_cpuid_count(7, 1, &more, &b, &rest, &rest) && (more & AVX_VNNI))
        has |= ISO_CPU_DOT8_AVX;
    if (level == ISO_CPU_AVX512 && (c & AVX512_VNNI))
        has |= ISO_CPU_DOT8_AVX512;
    if (level == ISO_CPU_AVX512 && (d & AMX_TILE) && tiles())
        has |= (d & AMX_INT8 ? ISO_CPU_DOT8_AMX : 0) | (d & AMX_BF16 ? ISO_CPU_BF16_AMX : 0);
    return has;
}

#else

static iso_cpu ask(void)
{
    return ISO_CPU_PLAIN;
}

static int ask_dots(iso_cpu level)
{
    (void)level;
    return 0;
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

int iso_cpu_dots(void)
{
    int has = atomic_load_explicit(&dots, memory_order_relaxed);

    if (has == UNKNOWN) {
        has = ask_dots(iso_cpu_native());
        atomic_store_explicit(&dots, has, memory_order_relaxed);
    }
    return atomic_load_explicit(&most, memory_order_relaxed) < ISO_CPU_AVX512 ? 0 : has;
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
