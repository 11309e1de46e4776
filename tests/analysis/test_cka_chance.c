/* CKA of rows paired at random: closed forms against all pairings and against simulation. */
#include "tests/check.h"

#include "analysis/pass/pass.h"
#include "analysis/similarity/cka.h"
#include "lib/base/rng.h"
#include "lib/linalg/statistics.h"

static const iso_measure *const both[] = {&iso_cka_debiased, &iso_cka_biased};

/* Debiased and biased CKA of packed doubles with one method;  */
static void measure(iso_value v[2], const double *x, const double *y, int n, int p, int q,
                    iso_method method)
{
    const iso_gram_pair pair = {0, 1};
    const iso_run run = {.double_precision = true};
    iso_rows *rows[2];
    iso_plan plan = {0};

    ok(iso_rows_of_view(&rows[0], iso_view_f64(x, n, p)));
    ok(iso_rows_of_view(&rows[1], iso_view_f64(y, n, q)));
    const iso_task task = {.matrix = rows,
                           .matrices = 2,
                           .pair = &pair,
                           .pairs = 1,
                           .measure = both,
                           .measures = 2,
                           .tested = true,
                           .method = method};
    ok(iso_plan_make(&plan, &task, &run));
    ok(iso_pass(v, NULL, &task, &plan, &run));
    iso_plan_free(&plan);
    iso_rows_close(rows[0]);
    iso_rows_close(rows[1]);
}

/* All n! pairings of n rows: sums of the two values and of their squares. */
static void over_pairings(double sum[4], const double *x, double *y, int k, int n, int p, int q)
{
    iso_value v[2];

    if (k == n) {
        measure(v, x, y, n, p, q, ISO_METHOD_SUMS);
        for (int m = 0; m < 2; m++) {
            sum[m] += v[m].value;
            sum[2 + m] += v[m].value * v[m].value;
        }
        return;
    }
    for (int i = k; i < n; i++) {
        for (int way = 0; way < 2; way++) { /* swap, and swap back */
            for (int j = 0; j < q; j++) {
                const double kept = y[k * q + j];
                y[k * q + j] = y[i * q + j];
                y[i * q + j] = kept;
            }
            if (way == 0)
                over_pairings(sum, x, y, k + 1, n, p, q);
        }
    }
}

static void mean_and_sd_are_those_of_all_pairings(void **state)
{
    (void)state;
    enum { N = 6, P = 3, Q = 2, ALL = 720 };
    double x[N * P], y[N * Q];
    iso_rng rng = iso_rng_seeded(9, 0);

    for (int trial = 0; trial < 1; trial++) {
        for (int i = 0; i < N * P; i++)
            x[i] = iso_rng_normal(&rng) * (1 + i % P);
        for (int i = 0; i < N * Q; i++)
            y[i] = exp(iso_rng_normal(&rng)) + 40;
        for (int method = ISO_METHOD_SUMS; method <= ISO_METHOD_GRAM; method++) {
            double sum[4] = {0};
            iso_value v[2];
            measure(v, x, y, N, P, Q, (iso_method)method);
            over_pairings(sum, x, y, 0, N, P, Q);
            for (int m = 0; m < 2; m++) {
                const double mean = sum[m] / ALL;
                near(v[m].null, mean, 1e-12);
                near(v[m].null_sd, sqrt(sum[2 + m] / ALL - mean * mean), 1e-11);
            }
        }
    }
}

/* Unrelated rows, few dims that matter: is p uniform? The largest distance of 500 of them from the
 * uniform distribution, whose 1 % point is 1.63 / √500. */
static double uniform_distance(double *p, int count)
{
    double most = 0;

    iso_sort(p, count);
    for (int i = 0; i < count; i++)
        most = fmax(most, fmax(p[i] - (double)i / count, (double)(i + 1) / count - p[i]));
    return most;
}

static void closed_p_is_uniform(void **state)
{
    (void)state;
    enum { N = 100, P = 6, SETS = 500 };
    static double x[N * P], y[N * P], p[SETS];
    iso_rng rng = iso_rng_seeded(19, 0);
    iso_value v[2];

    for (int shape = 0; shape < 2; shape++) {
        int small = 0;
        for (int t = 0; t < SETS; t++) {
            for (int i = 0; i < N * P; i++) {
                x[i] = iso_rng_normal(&rng) * (shape && i % P == 0 ? 5 : 1);
                y[i] = iso_rng_normal(&rng) * (shape && i % P == 1 ? 5 : 1);
            }
            measure(v, x, y, N, P, P, ISO_METHOD_GRAM);
            p[t] = v[1].p;
            small += p[t] < 0.05;
        }
        const double distance = uniform_distance(p, SETS);
        /* one λ μ above all others: two moments are not all, but the tail holds */
        print_message("biased CKA, %s: p of 500 sets at most %.4f from uniform, %.3f below 0.05\n",
                      shape ? "one large direction" : "even", distance, (double)small / SETS);
        assert_true(distance < (shape ? 0.2 : 1.63 / sqrt(SETS)));
        assert_true(small > 0.02 * SETS && small < 0.08 * SETS);
    }
}

int main(void)
{
    RUN_TESTS(test(mean_and_sd_are_those_of_all_pairings), test(closed_p_is_uniform));
}
