/* Values under permutations against those of rows that are permuted, slowly and one by one; what is
 * made of them by hand; p of unrelated rows is uniform. */
#include "tests/check.h"

#include "analysis/pass/permute.h"
#include "analysis/similarity/centroid.h"
#include "analysis/similarity/cka.h"
#include "analysis/similarity/cosine.h"
#include "analysis/similarity/procrustes.h"
#include "lib/base/alloc.h"
#include "lib/base/rng.h"
#include "lib/linalg/statistics.h"
#include "tests/oracle/cka_reference.h"
#include "tests/oracle/distance_reference.h"
#include "tests/oracle/procrustes_reference.h"

enum { MATRICES = 40, ITEMS = 80, MEASURES = 11 };

static const iso_measure *const all[MEASURES] = {
    &iso_cka_debiased,        &iso_cka_biased,
    &iso_cosine_raw,          &iso_cosine_centred,
    &iso_centroid_euclidean,  &iso_centroid_relative,
    &iso_centroid_cosine,     &iso_centroid_cosine_centred,
    &iso_centroid_share,      &iso_procrustes_similarity,
    &iso_procrustes_distance,
};

/* Matrices over the same items, and pairs of them. */
struct world {
    int64_t n;
    int matrices, cols[MATRICES];
    double *x[MATRICES];
    iso_rows *rows[MATRICES];
    uint64_t key[ITEMS];
    iso_gram_pair pair[MATRICES * MATRICES];
    int64_t pairs;
};

/* Matrix m has cols + (m % odd) columns; means of `mean`; neighbours are related. */
static void world_make(struct world *w, int64_t n, int matrices, int cols, int odd, double mean,
                       uint64_t seed)
{
    iso_rng rng = iso_rng_seeded(seed, 0);

    *w = (struct world){.n = n, .matrices = matrices};
    for (int64_t i = 0; i < n; i++)
        w->key[i] = iso_rng_next(&rng);
    for (int m = 0; m < matrices; m++) {
        const int p = cols + m % odd;
        w->cols[m] = p;
        ok(iso_alloc(&w->x[m], n * p, sizeof(double)));
        for (int64_t i = 0; i < n * p; i++)
            w->x[m][i] = iso_rng_normal(&rng) * (1 + (double)(i % p)) + mean +
                         (m > 0 ? w->x[m - 1][i % (n * w->cols[m - 1])] - mean : 0) * 0.5;
        ok(iso_rows_of_view(&w->rows[m], iso_view_f64(w->x[m], n, p)));
    }
}

static void world_free(struct world *w)
{
    for (int m = 0; m < w->matrices; m++) {
        iso_rows_close(w->rows[m]);
        iso_free(w->x[m]);
    }
}

static void across(struct world *w, int sources)
{
    w->pairs = 0;
    for (int i = 0; i < sources; i++)
        for (int j = sources; j < w->matrices; j++)
            w->pair[w->pairs++] = (iso_gram_pair){i, j};
}

static double *permute(const struct world *w, const iso_measure *const *measure, int measures,
                       int64_t count, const iso_run *run)
{
    const iso_task task = {.matrix = w->rows,
                           .matrices = w->matrices,
                           .pair = w->pair,
                           .pairs = w->pairs,
                           .measure = measure,
                           .measures = measures};
    const iso_permutations p = {.count = count, .key = w->key, .items = w->n};
    double *out = NULL;

    ok(iso_alloc(&out, w->pairs * measures * (count + 1), sizeof *out));
    ok(iso_permute(out, &task, &p, run));
    return out;
}

/* --- The oracle --- */

/* The mean of the means of all matrices, which are all of one width. */
static double *centre_of(const struct world *w)
{
    double *c = calloc((size_t)w->cols[0], sizeof *c);

    for (int m = 0; m < w->matrices; m++) {
        double *mean = reference_mean(w->x[m], (int)w->n, w->cols[0]);
        for (int j = 0; j < w->cols[0]; j++)
            c[j] += mean[j] / w->matrices;
        free(mean);
    }
    return c;
}

/* All values of a pair under permutation b, from the rows themselves. */
static void slow(double v[MEASURES], const struct world *w, iso_gram_pair pair, int64_t b)
{
    const iso_permutations p = {.count = b, .key = w->key, .items = w->n};
    const int n = (int)w->n, c = w->cols[pair.x], q = w->cols[pair.y];
    double *x = w->x[pair.x], *y = w->x[pair.y], d[REFERENCE_DISTANCES], e[REFERENCE_DISTANCES];
    double *moved = calloc((size_t)(n * q), sizeof *moved);
    double *left = calloc((size_t)(n * c), sizeof *left), *right = calloc((size_t)(n * q), 8);
    int32_t order[ITEMS], place[ITEMS];

    ok(iso_permutations_draw(order, place, &p, b, 1));
    for (int i = 0; i < n; i++) {
        const bool coin = iso_permutations_coin(&p, b, i);
        assert_int_equal(place[order[i]], i);
        assert_true(b > 0 || (order[i] == i && !coin));
        memcpy(moved + i * q, y + order[i] * q, (size_t)q * sizeof *moved);
        if (c == q) {
            memcpy(left + i * c, (coin ? y : x) + i * c, (size_t)c * sizeof *left);
            memcpy(right + i * c, (coin ? x : y) + i * c, (size_t)c * sizeof *right);
        }
    }
    v[0] = reference_cka(x, moved, n, c, q, 1);
    v[1] = reference_cka(x, moved, n, c, q, 0);
    if (c == q) {
        double *centre = centre_of(w);
        reference_distances(d, x, moved, centre, n, c);
        reference_distances(e, left, right, centre, n, c);
        free(centre);
    }
    v[2] = c == q ? d[5] : NAN;
    v[3] = c == q ? d[6] : NAN;
    for (int k = 0; k < 5; k++)
        v[4 + k] = c == q ? e[k] : NAN;
    v[9] =
        c <= q ? procrustes_reference(x, moved, n, c, q) : procrustes_reference(moved, x, n, q, c);
    v[10] = sqrt(2 - 2 * v[9]);
    free(moved);
    free(left);
    free(right);
}

/* Every value of every pair and permutation, against the slow way. */
static void agree(const struct world *w, int64_t count, const iso_run *run, double tolerance)
{
    double *fast = permute(w, all, MEASURES, count, run);

    for (int64_t i = 0; i < w->pairs; i++)
        for (int64_t b = 0; b <= count; b++) {
            double v[MEASURES];
            slow(v, w, w->pair[i], b);
            for (int m = 0; m < MEASURES; m++) {
                const double got = fast[(i * MEASURES + m) * (count + 1) + b];
                const bool length = m == 4;
                if (m == 10 && v[9] > 1 - 1e-9)
                    continue; /* the root of rounding */
                if (isnan(v[m]))
                    assert_true(isnan(got));
                else
                    near(got, v[m], tolerance * (length ? 1 + v[m] : 1));
            }
        }
    iso_free(fast);
}

static const iso_run twice = {.double_precision = true};

static void odd_shapes_agree_with_the_rows(void **state)
{
    (void)state;
    struct world w;

    for (int64_t n = 4; n < 40; n += 7) {
        world_make(&w, n, 4, 3, 1, 5, (uint64_t)n);
        across(&w, 1);
        w.pair[w.pairs++] = (iso_gram_pair){3, 2};
        w.pair[w.pairs++] = (iso_gram_pair){2, 3};
        w.pair[w.pairs++] = (iso_gram_pair){1, 1};
        agree(&w, 19, &twice, 1e-9);
        world_free(&w);
        world_make(&w, n, 3, 2, 3, 5000, (uint64_t)n); /* unequal columns, large means */
        across(&w, 1);
        agree(&w, 19, &twice, 1e-8);
        world_free(&w);
    }
}

/* More sides than a table has lanes or a kernel takes, on either side; every kernel; bands. */
static void many_sides_agree_with_the_rows(void **state)
{
    (void)state;
    static const iso_cpu level[] = {ISO_CPU_PLAIN, ISO_CPU_AVX2, ISO_CPU_AVX512};
    const iso_measure *const cka[] = {&iso_cka_debiased};
    struct world w;

    for (int sources = 1; sources < 36; sources += 7) {
        world_make(&w, 21, 36, 2, 1, 0, (uint64_t)sources);
        across(&w, sources);
        for (int k = 0; k < 6; k++) {
            const iso_run run = {.double_precision = k < 3, .mem = k == 1 ? 600000 : 0};
            kernels(level[k % 3]);
            double *fast = permute(&w, cka, 1, 3, &run);
            for (int64_t i = 0; i < w.pairs; i += 5)
                for (int64_t b = 0; b <= 3; b++) {
                    double v[MEASURES];
                    slow(v, &w, w.pair[i], b);
                    near(fast[i * 4 + b], v[0], k < 3 ? 1e-11 : 2e-6);
                }
            iso_free(fast);
        }
        world_free(&w);
    }
    kernels(ISO_CPU_AVX512);
}

static void single_precision_is_near(void **state)
{
    (void)state;
    struct world w;

    world_make(&w, 70, 3, 12, 1, 2, 3);
    across(&w, 1);
    agree(&w, 19, NULL, 3e-6);
    world_free(&w);
}

/* Alone and in company, in any order of the items, with any number of threads and permutations. */
static void a_value_is_a_matter_of_its_own(void **state)
{
    (void)state;
    struct world w, turned;
    const int64_t count = 1100; /* two batches */

    world_make(&w, 30, 5, 4, 1, 0, 8);
    across(&w, 2);
    double *together = permute(&w, all, 9, count, &twice);
    for (int64_t i = 0; i < w.pairs; i++) {
        struct world alone = w;
        alone.pair[0] = w.pair[i];
        alone.pairs = 1;
        for (int m = 0; m < 9; m++) {
            const iso_run run = {.double_precision = true, .threads = 1 + m % 2};
            if (all[m] == &iso_centroid_cosine_centred)
                continue; /* its centre is of all that are read */
            double *own = permute(&alone, all + m, 1, 25, &run);
            for (int64_t b = 0; b <= 25; b++)
                near(own[b], together[(i * 9 + m) * (count + 1) + b], 1e-12);
            iso_free(own);
        }
    }
    turned = w; /* the items from last to first */
    for (int m = 0; m < w.matrices; m++) {
        double *x = NULL;
        ok(iso_alloc(&x, w.n * 4, sizeof *x));
        for (int64_t i = 0; i < w.n; i++)
            memcpy(x + i * 4, w.x[m] + (w.n - 1 - i) * 4, 4 * sizeof *x);
        turned.x[m] = x;
        ok(iso_rows_of_view(&turned.rows[m], iso_view_f64(x, w.n, 4)));
    }
    for (int64_t i = 0; i < w.n; i++)
        turned.key[i] = w.key[w.n - 1 - i];
    double *back = permute(&turned, all, 9, count, &twice);
    for (int64_t c = 0; c < w.pairs * 9 * (count + 1); c++)
        near(back[c], together[c], 1e-11);
    iso_free(back);
    iso_free(together);
    world_free(&turned);
    world_free(&w);
}

/* --- What is made of them --- */

/* 19 permuted values 1 … 19, the value itself 18.5: one lies above; τ is the largest. */
static void judged_by_hand(void **state)
{
    (void)state;
    double x[4][20];
    iso_value v[4];
    const iso_against against[] = {{1, true, 100}, {-1, true, -100}, {1, false, 0}, {1, true, 1}};

    for (int c = 0; c < 4; c++) {
        v[c] = iso_value_none();
        v[c].value = x[c][0] = c == 1 ? -18.5 : 18.5;
        for (int b = 1; b < 20; b++)
            x[c][b] = c == 3 ? 7 : c == 1 ? -b : b;
    }
    x[3][0] = v[3].value = 7; /* nothing changes: nothing is said */
    v[2].null = 3;            /* of a formula */
    ok(iso_permutations_judge(v, x[0], against, 4, 19));
    for (int c = 0; c < 3; c++) {
        near(v[c].p, 2 / 20.0, 1e-15);
        near(v[c].p_max, 2 / 20.0, 1e-15);
        assert_int_equal(v[c].permutations, 19);
        assert_int_equal(v[c].family, 3);
        near(v[c].null_sd, sqrt(95.0 / 3), 1e-12);
    }
    near(v[0].null, 10, 1e-14);
    near(v[1].null, -10, 1e-14);
    near(v[2].null, 3, 0);
    near(v[0].calibrated, -0.5 / 81, 1e-14);
    near(v[1].calibrated, -0.5 / 81, 1e-14);
    assert_true(isnan(v[2].calibrated) && isnan(v[3].p) && v[3].family == 0);
}

/* The largest of several, in their own deviations, counted one by one. */
static void the_largest_of_all_is_counted(void **state)
{
    (void)state;
    enum { C = 5, K = 40 };
    double x[C][K + 1], z[C][K + 1], most[K + 1];
    iso_against against[C];
    iso_value v[C];
    iso_rng rng = iso_rng_seeded(4, 0);

    for (int c = 0; c < C; c++) {
        double mean = 0, squares = 0;
        against[c] = (iso_against){c % 2 ? -1 : 1, false, 0};
        for (int b = 0; b <= K; b++)
            mean += (x[c][b] = iso_rng_normal(&rng) * (c + 1) + c) / (K + 1);
        for (int b = 0; b <= K; b++)
            squares += (x[c][b] - mean) * (x[c][b] - mean);
        for (int b = 0; b <= K; b++)
            z[c][b] = against[c].side * (x[c][b] - mean) / sqrt(squares / K);
        v[c] = iso_value_none();
        v[c].value = x[c][0];
    }
    for (int b = 0; b <= K; b++) {
        most[b] = z[0][b];
        for (int c = 1; c < C; c++)
            most[b] = fmax(most[b], z[c][b]);
    }
    ok(iso_permutations_judge(v, x[0], against, C, K));
    for (int c = 0; c < C; c++) {
        int out = 1;
        for (int b = 1; b <= K; b++)
            out += most[b] >= z[c][0];
        near(v[c].p_max, out / (K + 1.0), 1e-15);
        assert_true(v[c].p_max >= v[c].p);
    }
}

static void too_few_are_refused(void **state)
{
    (void)state;
    ok(iso_permutations_check(0));
    ok(iso_permutations_check(19));
    fails(iso_permutations_check(18), ISO_EARG,
          "--permutations 18: p is at least 1/(K + 1), so that fewer than 19");
    fails(iso_permutations_check(1000001), ISO_EARG, "at most 1000000");
}

/* --- p of unrelated rows --- */

enum { SETS = 500, K = 99 };

static double uniform_distance(double *p, int count)
{
    double most = 0;

    iso_sort(p, count);
    for (int i = 0; i < count; i++)
        most = fmax(most, fmax(p[i] - (double)i / count, (double)(i + 1) / count - p[i]));
    return most;
}

/* 500 sets of one source and three targets, unrelated and of one distribution; p is a multiple of
 * 1/100, moved to the middle of its step. Its 1 % point of the distance is 1.63 / √500 = 0.073. */
static void p_is_uniform(void **state)
{
    (void)state;
    static double p[MEASURES][SETS];
    int family = 0;

    for (int t = 0; t < SETS; t++) {
        struct world w;
        iso_against against[3 * MEASURES];
        iso_value v[3 * MEASURES];
        bool found = false;
        world_make(&w, 16, 4, 3, 1, 0, (uint64_t)(1000 + t));
        iso_rng rng = iso_rng_seeded((uint64_t)t, 7);
        for (int m = 0; m < 4; m++)
            for (int i = 0; i < 16 * 3; i++)
                w.x[m][i] = iso_rng_normal(&rng) + 0.5;
        across(&w, 1);
        double *x = permute(&w, all, MEASURES, K, NULL);
        for (int c = 0; c < 3 * MEASURES; c++) {
            against[c] = all[c % MEASURES]->against;
            v[c] = iso_value_none();
            v[c].value = x[c * (K + 1)];
        }
        ok(iso_permutations_judge(v, x, against, 3 * MEASURES, K));
        for (int m = 0; m < MEASURES; m++)
            p[m][t] = v[m].p - 0.5 / (K + 1);
        for (int c = 0; c < 3 * MEASURES; c++)
            found = found || v[c].p_max <= 0.05;
        family += found;
        iso_free(x);
        world_free(&w);
    }
    for (int m = 0; m < MEASURES; m++) {
        const double distance = uniform_distance(p[m], SETS);
        print_message("%s:%s: p of %d sets at most %.4f from uniform\n", all[m]->measure,
                      all[m]->estimator, SETS, distance);
        assert_true(distance < 1.63 / sqrt(SETS));
    }
    print_message("p_max of some value of 33 at most 0.05 in %.3f of %d sets\n",
                  (double)family / SETS, SETS);
    assert_true(family < 0.08 * SETS);
}

static void allocations_may_fail(void **state)
{
    (void)state;
    struct world w;
    double out[MEASURES * 20];
    iso_err err = ISO_ENOMEM;

    world_make(&w, 9, 2, 3, 1, 0, 2);
    across(&w, 1);
    const iso_permutations p = {.count = 19, .key = w.key, .items = w.n};
    const iso_task task = {.matrix = w.rows,
                           .matrices = 2,
                           .pair = w.pair,
                           .pairs = 1,
                           .measure = all,
                           .measures = MEASURES};
    for (int at = 0; err == ISO_ENOMEM && at < 10000; at++) {
        iso_alloc_fail_after(at);
        err = iso_permute(out, &task, &p, NULL);
        iso_alloc_fail_after(-1);
    }
    ok(err);
    world_free(&w);
}

int main(void)
{
    RUN_TESTS(test(odd_shapes_agree_with_the_rows), test(many_sides_agree_with_the_rows),
              test(single_precision_is_near), test(a_value_is_a_matter_of_its_own),
              test(judged_by_hand), test(the_largest_of_all_is_counted), test(too_few_are_refused),
              test(p_is_uniform), test(allocations_may_fail));
}
