/* Permutations of CKA: every layer of one language with every layer of another.
 *
 *     bench_permuted [N [D [LAYERS [K]]]]     default 1000 384 13 1000
 *
 * Prints seconds and processor seconds of all K permutations of all pairs, Gram matrices and
 * drawing included, and the floor: half of the n² K LAYERS² multiplications that a permutation
 * needs, at the best sgemm rate measured beside it. */
#include "analysis/pass/permute.h"
#include "analysis/similarity/cka.h"
#include "lib/base/alloc.h"
#include "lib/base/rng.h"
#include "lib/linalg/product.h"
#include "tests/bench/bench.h"

enum { ROUNDS = 3, SQUARE = 2048 };

static double cpu(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Multiplications a processor second, all cores busy. */
static double sgemm_rate(void)
{
    iso_mat a = {0}, c = {0};
    double best = 0;

    check(iso_mat_new(&a, SQUARE, SQUARE, ISO_F32));
    check(iso_mat_new(&c, SQUARE, SQUARE, ISO_F32));
    for (int64_t i = 0; i < SQUARE * SQUARE; i++)
        ((float *)a.data)[i] = (float)(i % 7);
    for (int round = 0; round < ROUNDS; round++) {
        const double start = cpu();
        check(iso_mul_nt(&c, iso_mat_view(&a), iso_mat_view(&a), 0));
        const double rate = (double)SQUARE * SQUARE * SQUARE / (cpu() - start);
        best = rate > best ? rate : best;
    }
    iso_mat_free(&a);
    iso_mat_free(&c);
    return best;
}

static int64_t argument(int argc, char **argv, int i, int64_t otherwise)
{
    return argc > i ? atoll(argv[i]) : otherwise;
}

int main(int argc, char **argv)
{
    const int64_t n = argument(argc, argv, 1, 1000), d = argument(argc, argv, 2, 384);
    const int layers = (int)argument(argc, argv, 3, 13);
    const int64_t count = argument(argc, argv, 4, 1000);
    const iso_measure *const measure[] = {&iso_cka_debiased};
    const iso_run run = {.mem = (int64_t)2 << 30};
    iso_rng rng = iso_rng_seeded(1, 0);
    iso_mat *mat;
    iso_rows **rows;
    iso_gram_pair *pair;
    uint64_t *key;
    double *permuted;

    check(iso_alloc(&mat, 2 * layers, sizeof *mat));
    check(iso_alloc(&rows, 2 * layers, sizeof *rows));
    check(iso_alloc(&pair, layers * layers, sizeof *pair));
    check(iso_alloc(&key, n, sizeof *key));
    check(iso_alloc(&permuted, layers * layers * (count + 1), sizeof *permuted));
    for (int m = 0; m < 2 * layers; m++) {
        check(iso_mat_new(&mat[m], n, d, ISO_F32));
        for (int64_t i = 0; i < n * d; i++)
            ((float *)mat[m].data)[i] = (float)iso_rng_normal(&rng);
        check(iso_rows_of_view(&rows[m], iso_mat_view(&mat[m])));
    }
    for (int i = 0; i < layers * layers; i++)
        pair[i] = (iso_gram_pair){i / layers, layers + i % layers};
    for (int64_t i = 0; i < n; i++)
        key[i] = iso_rng_next(&rng);
    const iso_task task = {.matrix = rows,
                           .matrices = 2 * layers,
                           .pair = pair,
                           .pairs = layers * layers,
                           .measure = measure,
                           .measures = 1};
    const iso_permutations permutations = {.count = count, .key = key, .items = n};
    for (int round = 0; round < ROUNDS; round++) {
        const double start = now(), began = cpu();
        check(iso_permute(permuted, &task, &permutations, &run));
        const double seconds = now() - start, busy = cpu() - began, rate = sgemm_rate();
        const double floor = 0.5 * (double)n * (double)n * (double)count * layers * layers / rate;
        printf("seconds=%.2f cpu=%.2f floor_cpu=%.2f ratio=%.2f sgemm_gflops_a_core=%.1f\n",
               seconds, busy, floor, busy / floor, 2 * rate / 1e9);
    }
    return 0;
}
