/* Exact search of both directions from memory: time, and its share of one bare sgemm of that size.
 *
 *     bench_retrieval [N [M [D [K [ROUNDS [FILE [KERNEL]]]]]]]     default 30000 30000 300 10 1
 *
 * Prints a line of key=value words for each rule and round; tests/bench/retrieval.sh puts faiss
 * beside it. Rows are clustered as words are: a few hundred directions, noise around them, lengths
 * of all kinds; with N negative they are independent numbers. With a file name as sixth argument x
 * and y are written there (raw f32), for peers; "-" writes nothing. The seventh names the kernel of
 * the 8-bit product: AMX, AVX512-VNNI, AVX-VNNI, AVX2; $ISOGLOSS_CPU limits all loops.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "analysis/search/neighbours.h"
#include "lib/base/cpu.h"
#include "lib/base/rng.h"
#include "lib/linalg/panel_int8.h"
#include "lib/linalg/product.h"
#include "tests/bench/bench.h"

enum { CENTRES = 300, BLOCK = 4096 };

static void fill(iso_mat *x, uint64_t seed, bool alone)
{
#pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < x->rows; i++) {
        iso_rng rng = iso_rng_seeded(seed, (uint64_t)i);
        iso_rng centre = iso_rng_seeded(7, (uint64_t)iso_rng_below(&rng, CENTRES));
        float *row = (float *)x->data + i * x->stride;
        for (int64_t j = 0; j < x->cols && alone; j++)
            row[j] = (float)iso_rng_normal(&rng);
        for (int64_t j = 0; j < x->cols && !alone; j++)
            row[j] = (float)(iso_rng_uniform(&rng) - 0.5 + 0.5 * (iso_rng_uniform(&centre) - 0.5));
    }
}

/* One product of that size in blocks of rows of x, the result going to the same place. */
static double bare(iso_view x, iso_view y)
{
    iso_mat c = {0};
    double start;

    check(iso_mat_new(&c, x.rows < BLOCK ? x.rows : BLOCK, y.rows, ISO_F32));
    check(iso_mul_nt(&c, iso_view_rows(x, 0, c.rows), y, 0));
    start = now();
    for (int64_t i = 0; i < x.rows; i += c.rows) {
        iso_mat part = c;
        part.rows = x.rows - i < c.rows ? x.rows - i : c.rows;
        check(iso_mul_nt(&part, iso_view_rows(x, i, part.rows), y, 0));
    }
    iso_mat_free(&c);
    return now() - start;
}

static double cpu(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

static long peak(void)
{
    struct rusage u;

    getrusage(RUSAGE_SELF, &u);
    return u.ru_maxrss / 1024;
}

static void measure(iso_rule rule, iso_view x, iso_view y, int k)
{
    const iso_near_opt opt = {.rule = rule, .k = k};
    const long before = peak();
    iso_near f, b;
    iso_near_stats stats;
    const double start = now(), used = cpu();

    check(iso_near_find(&f, &b, x, y, &opt, NULL, &stats));
    printf("what=%s seconds=%.4f cpu=%.2f again=%lld overflowed=%lld mb_before=%ld mb_peak=%ld\n",
           iso_rule_name(rule), now() - start, cpu() - used, (long long)stats.again,
           (long long)stats.overflowed, before, peak());
    fflush(stdout);
    iso_near_free(&f);
    iso_near_free(&b);
}

static void save(const char *name, iso_view x, iso_view y)
{
    FILE *f = fopen(name, "wb");

    if (!f || fwrite(x.data, sizeof(float), (size_t)(x.rows * x.cols), f) == 0 ||
        fwrite(y.data, sizeof(float), (size_t)(y.rows * y.cols), f) == 0 || fclose(f)) {
        perror(name);
        exit(1);
    }
}

int main(int argc, char **argv)
{
    const int64_t rows = argc > 1 ? atoll(argv[1]) : 30000, n = llabs(rows),
                  m = argc > 2 ? atoll(argv[2]) : n, d = argc > 3 ? atoll(argv[3]) : 300;
    const int k = argc > 4 ? atoi(argv[4]) : 10, rounds = argc > 5 ? atoi(argv[5]) : 1;
    const char *level = getenv("ISOGLOSS_CPU");
    iso_cpu most = ISO_CPU_AVX512;
    iso_mat x, y;

    if (level && iso_cpu_named(&most, level))
        iso_cpu_limit(most);
    iso_panel_int8_force(argc > 7 ? argv[7] : NULL);
    printf("what=kernel name=%s\n", iso_panel_int8_best()->name);
    check(iso_mat_new(&x, n, d, ISO_F32));
    check(iso_mat_new(&y, m, d, ISO_F32));
    fill(&x, 1, rows < 0);
    fill(&y, 2, rows < 0);
    if (argc > 6 && strcmp(argv[6], "-") != 0)
        save(argv[6], iso_mat_view(&x), iso_mat_view(&y));
    for (int r = 0; r < rounds; r++) {
        const double used = cpu(), took = bare(iso_mat_view(&x), iso_mat_view(&y));
        printf("what=sgemm seconds=%.4f cpu=%.2f\n", took, cpu() - used);
        fflush(stdout);
        measure(ISO_RULE_COSINE, iso_mat_view(&x), iso_mat_view(&y), k);
        measure(ISO_RULE_CSLS, iso_mat_view(&x), iso_mat_view(&y), k);
    }
    iso_mat_free(&x);
    iso_mat_free(&y);
    return 0;
}
