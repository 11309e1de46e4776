/* p by permutation where nothing is related: uniform, of one correlation, of the strongest of many,
 * within blocks, of each kind. */
#include <stdlib.h>

#include "analysis/stats/permuted.h"
#include "lib/base/rng.h"
#include "tests/check.h"

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Kolmogorov and Smirnov's distance from uniform. */
static double uniform_distance(double *p, int n)
{
    double most = 0;

    qsort(p, (size_t)n, sizeof *p, by_size);
    for (int i = 0; i < n; i++)
        most = fmax(most, fmax((i + 1.0) / n - p[i], p[i] - (double)i / n));
    return most;
}

/* 21 related discrepancies of 14 languages and a gap that has nothing to do with them: the one p,
 * and the least p_max. Of 500 sets the distance exceeds 1.628/√500 = 0.073 one time in a hundred.
 * Where both differ by blocks, permuting across these finds what is not there. */
static void uniform(const char *name, const int *block, bool across)
{
    enum { SETS = 500, LANGS = 14, TRIED = 21, K = 199 };
    iso_rng rng = iso_rng_seeded(1, 0);
    double p[SETS], least[SETS], low = 0, low_max = 0;

    for (int set = 0; set < SETS; set++) {
        struct iso_permuted s = {0};
        double y[LANGS], x[LANGS], shared[LANGS];
        for (int i = 0; i < LANGS; i++) {
            y[i] = iso_rng_normal(&rng) + (block ? 2 * block[i] : 0);
            shared[i] = iso_rng_normal(&rng) + (block ? 2 * block[i] : 0);
        }
        for (int t = 0; t < TRIED; t++) {
            for (int i = 0; i < LANGS; i++)
                x[i] = shared[i] + iso_rng_normal(&rng);
            ok(iso_permuted_add(&s, &(struct iso_permuted_test){.n = LANGS, .x = x, .y = y}));
        }
        ok(iso_permuted_run(&s,
                            &(struct iso_permuted_opt){.permutations = K,
                                                       .seed = (uint64_t)set,
                                                       .block = across ? NULL : block},
                            NULL));
        p[set] = s.at[0].p;
        least[set] = 1;
        double least_p = 1;
        for (int t = 0; t < TRIED; t++) {
            least[set] = fmin(least[set], s.at[t].p_max);
            least_p = fmin(least_p, s.at[t].p);
        }
        low += least_p <= 0.05;
        low_max += least[set] <= 0.05;
        iso_permuted_free(&s);
    }
    const double one = uniform_distance(p, SETS), family_wise = uniform_distance(least, SETS);
    print_message("%s: Kolmogorov-Smirnov of p %.3f, of the least p_max %.3f; below 0.05: any p "
                  "%.3f of sets, p_max %.3f\n",
                  name, one, family_wise, low / SETS, low_max / SETS);
    if (across) {
        assert_true(one > 0.2);
        return;
    }
    assert_true(one < 0.073 && family_wise < 0.073);
    assert_true(low / SETS > 0.1);
    assert_true(low_max / SETS < 0.08 && low_max / SETS > 0.025);
}

static void uniform_by_chance(void **state)
{
    (void)state;
    static const int block[] = {0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2};

    uniform("all", NULL, false);
    uniform("within blocks", block, false);
    uniform("across blocks that differ", block, true);
}

/* Each kind by itself: a partial one whose sides both follow z, distances, coefficients of ranks,
 * whose p takes few values and may be too large, never too small. The distance exceeds 1.949/√500 =
 * 0.087 one time in a thousand, of six kinds. */
static void uniform_of_each_kind(void **state)
{
    (void)state;
    enum { SETS = 500, LANGS = 12, K = 199, KINDS = 6 };
    static const char *const name[KINDS] = {"Pearson",         "Spearman", "Kendall",
                                            "Pearson given z", "Mantel",   "Mantel given z"};
    static double p[KINDS][SETS];
    iso_rng rng = iso_rng_seeded(5, 0);

    for (int set = 0; set < SETS; set++) {
        struct iso_permuted s = {0};
        double x[LANGS], y[LANGS], z[LANGS], a[LANGS * LANGS], b[LANGS * LANGS], c[LANGS * LANGS];
        for (int i = 0; i < LANGS; i++) {
            z[i] = iso_rng_normal(&rng);
            x[i] = iso_rng_normal(&rng) + 2 * z[i];
            y[i] = iso_rng_normal(&rng) + 2 * z[i];
        }
        for (int i = 0; i < LANGS; i++) {
            for (int j = 0; j <= i; j++) {
                c[i * LANGS + j] = c[j * LANGS + i] = iso_rng_normal(&rng);
                a[i * LANGS + j] = a[j * LANGS + i] = iso_rng_normal(&rng) + c[i * LANGS + j];
                b[i * LANGS + j] = b[j * LANGS + i] = iso_rng_normal(&rng) + c[i * LANGS + j];
            }
        }
        double alone[LANGS], other[LANGS], d[LANGS * LANGS];
        for (int i = 0; i < LANGS; i++) {
            alone[i] = x[i] - 2 * z[i];
            other[i] = y[i] - 2 * z[i];
        }
        for (int i = 0; i < LANGS; i++)
            for (int j = 0; j < LANGS; j++)
                d[i * LANGS + j] = fabs(other[i] - other[j]);
        for (int k = 0; k < 3; k++)
            ok(iso_permuted_add(
                &s, &(struct iso_permuted_test){
                        .kind = (iso_correlation)k, .n = LANGS, .x = alone, .y = other}));
        ok(iso_permuted_add(&s, &(struct iso_permuted_test){.n = LANGS, .x = x, .y = y, .z = z}));
        ok(iso_permuted_add(
            &s, &(struct iso_permuted_test){.pairs = true, .n = LANGS, .x = a, .y = d}));
        ok(iso_permuted_add(
            &s, &(struct iso_permuted_test){.pairs = true, .n = LANGS, .x = a, .y = b, .z = c}));
        ok(iso_permuted_run(
            &s, &(struct iso_permuted_opt){.permutations = K, .seed = (uint64_t)set}, NULL));
        for (int k = 0; k < KINDS; k++)
            p[k][set] = s.at[k].p;
        iso_permuted_free(&s);
    }
    for (int k = 0; k < KINDS; k++) {
        double below = 0;
        const double both = uniform_distance(p[k], SETS);
        for (int i = 0; i < SETS; i++)
            below = fmax(below, (i + 1.0) / SETS - p[k][i]);
        print_message("%s: Kolmogorov-Smirnov of p %.3f, too small by %.3f\n", name[k], both,
                      below);
        assert_true(below < 0.087 && (both < 0.087 || k == ISO_KENDALL));
    }
}

int main(void)
{
    RUN_TESTS(test(uniform_by_chance), test(uniform_of_each_kind));
}
