/* What the benchmark programs share: clocks, medians, the machine's best sgemm, and leaving when a
 * call fails. */
#ifndef ISO_TESTS_BENCH_H
#define ISO_TESTS_BENCH_H

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/cpu.h"
#include "lib/base/err.h"
#include "lib/linalg/blas.h"

static inline double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static inline void check(iso_err err)
{
    if (err) {
        fprintf(stderr, "%s\n", iso_err_msg());
        exit(1);
    }
}

/* ISOGLOSS_CPU limits a benchmark as it does the program, and so oneDNN and OpenBLAS where a
 * benchmark calls them itself. */
__attribute__((constructor)) static void limit(void)
{
    const char *name = getenv("ISOGLOSS_CPU");
    iso_cpu most;

    if (!name || !*name)
        return;
    if (!iso_cpu_named(&most, name)) {
        fprintf(stderr, "ISOGLOSS_CPU is %s, not plain, avx2 or avx512\n", name);
        exit(2);
    }
    if (most == ISO_CPU_AVX2) {
        (void)setenv("DNNL_MAX_CPU_ISA", "AVX2", 0);
        (void)setenv("OPENBLAS_CORETYPE", "Haswell", 0);
    }
    iso_cpu_limit(most);
    iso_blas_choose();
}

static inline int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Sorts them. */
static inline double median(double *t, int n)
{
    qsort(t, (size_t)n, sizeof *t, by_size);
    return t[n / 2];
}

/* Operations a second of the machine's best sgemm, as bench_sgemm beside this program finds it
 * (some seconds), or as SGEMM says (GFLOP/s), for scripts that asked before. */
static inline double best_sgemm(void)
{
    const char *told = getenv("SGEMM");
    char command[64], line[512];
    double best = 0;

    if (told && *told)
        return atof(told) * 1e9;
    snprintf(command, sizeof command, "\"$(dirname $(readlink /proc/%d/exe))/bench_sgemm\"",
             (int)getpid());
    FILE *f = popen(command, "r");
    while (f && fgets(line, sizeof line, f))
        (void)sscanf(line, "best %lf", &best);
    if (!f || pclose(f) != 0 || best <= 0) {
        fprintf(stderr, "bench_sgemm gives no rate\n");
        exit(1);
    }
    return best * 1e9;
}

#endif
