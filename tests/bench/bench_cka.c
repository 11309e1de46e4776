/* Debiased CKA with intervals of 13 × 13 layers of two languages, from memory: the first pass of
 * the process by itself, then later ones, and the share of the best sgemm rate this machine gives.
 *
 *     bench_cka [N [D [LAYERS [ROUNDS [gram|sums]]]]]     default 10000 768 13 5, by the items
 *
 * Prints a line of key=value words for each pass: seconds, processor seconds, of these the
 * system's, page faults; at the end the first beside the median of the later ones. Freed memory is
 * kept for the next pass, as a long-lived program would have it: only the first meets pages never
 * touched. tests/bench/cka.sh puts torch and numpy beside it. */
#include <limits.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "analysis/similarity/cka.h"
#include "analysis/pass/pass.h"
#include "lib/base/alloc.h"
#include "lib/base/rng.h"
#include "lib/linalg/blas.h"
#include "lib/linalg/product.h"
#include "tests/bench/bench.h"

enum { MOST_ROUNDS = 50 };

/* What a pass took. */
struct cost {
    double seconds, busy, system;
    long faults;
};

static double seconds_of(struct timeval t)
{
    return (double)t.tv_sec + 1e-6 * (double)t.tv_usec;
}

static struct cost so_far(void)
{
    struct rusage u;

    getrusage(RUSAGE_SELF, &u);
    return (struct cost){now(), seconds_of(u.ru_utime) + seconds_of(u.ru_stime),
                         seconds_of(u.ru_stime), u.ru_minflt + u.ru_majflt};
}

static int64_t argument(int argc, char **argv, int i, int64_t otherwise)
{
    return argc > i ? atoll(argv[i]) : otherwise;
}

static struct cost one_pass(iso_value *values, const iso_task *task, const iso_plan *plan,
                            const iso_run *run, int round)
{
    const struct cost before = so_far();

    check(iso_pass(values, NULL, task, plan, run));
    const struct cost after = so_far();
    const struct cost c = {after.seconds - before.seconds, after.busy - before.busy,
                           after.system - before.system, after.faults - before.faults};
    printf("pass=%s seconds=%.3f cpu=%.3f system=%.3f faults=%ld gflops=%.1f\n",
           round ? "later" : "first", c.seconds, c.busy, c.system, c.faults,
           plan->operations / c.seconds / 1e9);
    fflush(stdout);
    return c;
}

static int by_seconds(const void *a, const void *b)
{
    const double x = ((const struct cost *)a)->seconds, y = ((const struct cost *)b)->seconds;

    return (x > y) - (x < y);
}

/* Sorts them; 0 of none. */
static double median_seconds(struct cost *cost, int count)
{
    if (count < 1)
        return 0;
    qsort(cost, (size_t)count, sizeof *cost, by_seconds);
    return (cost[(count - 1) / 2].seconds + cost[count / 2].seconds) / 2;
}

int main(int argc, char **argv)
{
    mallopt(M_MMAP_MAX, 0);
    mallopt(M_TRIM_THRESHOLD, INT_MAX);
    const int64_t n = argument(argc, argv, 1, 10000), d = argument(argc, argv, 2, 768);
    const int layers = (int)argument(argc, argv, 3, 13), wish = (int)argument(argc, argv, 4, 5);
    const int rounds = wish < 1 ? 1 : wish > MOST_ROUNDS ? MOST_ROUNDS : wish;
    const iso_measure *const measure[] = {&iso_cka_debiased};
    iso_mat *mat;
    iso_rows **rows;
    iso_gram_pair *pair;
    iso_value *values;
    iso_plan plan = {0};

    check(iso_alloc(&mat, 2 * layers, sizeof *mat));
    check(iso_alloc(&rows, 2 * layers, sizeof *rows));
    check(iso_alloc(&pair, layers * layers, sizeof *pair));
    check(iso_alloc(&values, layers * layers, sizeof *values));
    iso_rng rng = iso_rng_seeded(1, 0);
    for (int m = 0; m < 2 * layers; m++) {
        check(iso_mat_new(&mat[m], n, d, ISO_F32));
        for (int64_t i = 0; i < n * d; i++)
            ((float *)mat[m].data)[i] = (float)iso_rng_uniform(&rng);
        check(iso_rows_of_view(&rows[m], iso_mat_view(&mat[m])));
    }
    for (int i = 0; i < layers * layers; i++)
        pair[i] = (iso_gram_pair){i / layers, layers + i % layers};

    const iso_task task = {.matrix = rows,
                           .matrices = 2 * layers,
                           .pair = pair,
                           .pairs = layers * layers,
                           .measure = measure,
                           .method = argc <= 5                      ? ISO_METHOD_AUTO
                                     : strcmp(argv[5], "gram") == 0 ? ISO_METHOD_GRAM
                                                                    : ISO_METHOD_SUMS,
                           .measures = 1};
    const iso_run run = {.mem = (int64_t)8 << 30};
    check(iso_plan_make(&plan, &task, &run));
    struct cost cost[MOST_ROUNDS];
    for (int round = 0; round < rounds; round++)
        cost[round] = one_pass(values, &task, &plan, &run, round);
    const double best = best_sgemm(), later = median_seconds(cost + 1, rounds - 1);
    printf("kernels=%s algorithm=%s operations=%.4g value=%.6f lo=%.6f hi=%.6f\n",
           iso_blas_corename(), iso_plan_method(&plan), plan.operations, values[0].value,
           values[0].lo, values[0].hi);
    printf("sgemm=%.1f first=%.3f later=%.3f ratio=%.3f share_first=%.3f share_later=%.3f\n",
           best / 1e9, cost[0].seconds, later, cost[0].seconds / later,
           plan.operations / cost[0].seconds / best, plan.operations / later / best);
    return 0;
}
