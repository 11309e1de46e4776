/* Differences of two values over the same items: by hand, of what has none, and their coverage. */
#include "analysis/measure/difference.h"
#include "analysis/similarity/centroid.h"
#include "analysis/similarity/cka.h"
#include "analysis/similarity/cosine.h"
#include "analysis/pass/pass.h"
#include "lib/base/alloc.h"
#include "lib/base/rng.h"
#include "tests/check.h"

static iso_value value_of(double value, const char *interval, const char *why)
{
    iso_value v = iso_value_none();

    v.n = 4;
    v.value = value;
    v.interval = interval;
    v.why = why;
    return v;
}

/* Replicates 1, 2, 3, 4 and 1, 1, 1, 1 differ by 0, 1, 2, 3: se² = 3/4 · 5, t of 3 degrees of
 * freedom at 0.975 is 3.182446. */
static void by_hand(void **state)
{
    (void)state;
    const double x[] = {1, 2, 3, 4}, y[] = {1, 1, 1, 1};
    const iso_value a = value_of(7, "jackknife", NULL), b = value_of(5, "jackknife", NULL);
    iso_value v;

    ok(iso_difference(&v, &a, x, &b, y, 4));
    near(v.value, 2, 0);
    near(v.hi - 2, 3.182446305284263 * sqrt(0.75 * 5), 1e-9);
    near(2 - v.lo, v.hi - 2, 1e-12);
    text(v.interval, "jackknife");
    assert_true(v.n == 4 && isnan(v.null) && !v.why);
    ok(iso_difference(&v, &a, x, &a, x, 4));
    assert_true(v.value == 0 && v.lo == 0 && v.hi == 0);
}

static void absent(void **state)
{
    (void)state;
    const double x[] = {1, 2, 3, 4};
    const iso_value a = value_of(7, "groups", NULL), none = value_of(5, NULL, "too few");
    const iso_value undefined = iso_value_undefined(4, "no variance");
    iso_value v;

    ok(iso_difference(&v, &a, x, &none, x, 4));
    assert_true(v.value == 2 && isnan(v.lo) && !v.interval);
    text(v.why, "too few");
    ok(iso_difference(&v, &none, x, &a, x, 4));
    assert_true(v.value == -2 && !v.interval);
    text(v.why, "too few");
    ok(iso_difference(&v, &undefined, x, &a, x, 4));
    assert_true(isnan(v.value));
    text(v.why, "no variance");
    ok(iso_difference(&v, &a, x, &undefined, x, 4));
    assert_true(isnan(v.value));
    text(v.why, "no variance");
    iso_alloc_fail_after(0);
    fails(iso_difference(&v, &a, x, &a, x, 4), ISO_ENOMEM, "out of memory");
    iso_alloc_fail_after(-1);
    text(v.why, "no variance");
}

/* --- Coverage --- */

enum { N = 120, D = 6, SETS = 400, LONG = 100000, KINDS = 3 };

static const iso_measure *const kinds[KINDS] = {&iso_cka_debiased, &iso_centroid_relative,
                                                &iso_cosine_centred};

/* Languages that share `alike` of their variance: a source x, a target before and after something
 * brought it nearer. Rows of the three are noisy views of one meaning, with centroids apart. */
static void draw(float *x, float *before, float *after, int64_t n, iso_rng *rng)
{
    for (int64_t i = 0; i < n; i++) {
        for (int j = 0; j < D; j++) {
            const double scale = 1.0 / (1 + j), z = iso_rng_normal(rng) * scale;
            const double noise = iso_rng_normal(rng) * scale;
            x[i * D + j] = (float)(z + 0.5 * scale * iso_rng_normal(rng));
            before[i * D + j] = (float)(z + noise + (j == 0 ? 1.5 : 0.4));
            after[i * D + j] = (float)(z + 0.8 * noise + (j == 0 ? 1.2 : 0.4));
        }
    }
}

/* after − before by each measure. */
static void differences(iso_value *out, const float *x, const float *before, const float *after,
                        int64_t n, iso_method method)
{
    const iso_gram_pair pair[2] = {{0, 1}, {0, 2}};
    iso_rows *rows[3] = {NULL};
    iso_value value[2 * KINDS];
    iso_plan plan = {0};
    double *rep = NULL;
    const iso_task task = {.matrix = rows,
                           .matrices = 3,
                           .pair = pair,
                           .pairs = 2,
                           .measure = kinds,
                           .measures = KINDS,
                           .method = method};

    ok(iso_rows_of_view(&rows[0], iso_view_f32(x, n, D)));
    ok(iso_rows_of_view(&rows[1], iso_view_f32(before, n, D)));
    ok(iso_rows_of_view(&rows[2], iso_view_f32(after, n, D)));
    ok(iso_plan_make(&plan, &task, NULL));
    ok(iso_alloc(&rep, 2 * KINDS * plan.stride, sizeof *rep));
    ok(iso_pass(value, rep, &task, &plan, NULL));
    for (int m = 0; m < KINDS; m++)
        ok(iso_difference(&out[m], &value[KINDS + m], rep + (KINDS + m) * plan.stride, &value[m],
                          rep + m * plan.stride, iso_plan_units(&plan, 0, m)));
    iso_plan_free(&plan);
    iso_free(rep);
    for (int m = 0; m < 3; m++)
        iso_rows_close(rows[m]);
}

/* What is true is what very many rows say. Of 400 intervals 380 ± 4.4 (1 sd) should hold it; 0.92
 * to 0.985 leaves three sd; groups of six rows give CKA wider ones. */
static void intervals_cover(void **state)
{
    iso_value truth[KINDS], v[KINDS];
    float *x = NULL;
    iso_rng rng = iso_rng_seeded(5, 1);
    (void)state;

    ok(iso_alloc(&x, 3 * LONG * D, sizeof *x));
    draw(x, x + LONG * D, x + 2 * LONG * D, LONG, &rng);
    differences(truth, x, x + LONG * D, x + 2 * LONG * D, LONG, ISO_METHOD_AUTO);
    for (int method = ISO_METHOD_SUMS; method <= ISO_METHOD_GRAM; method++) {
        int held[KINDS] = {0};
        for (int set = 0; set < SETS; set++) {
            draw(x, x + N * D, x + 2 * N * D, N, &rng);
            differences(v, x, x + N * D, x + 2 * N * D, N, (iso_method)method);
            for (int m = 0; m < KINDS; m++)
                held[m] += v[m].lo <= truth[m].value && truth[m].value <= v[m].hi;
        }
        for (int m = 0; m < KINDS; m++) {
            const double share = (double)held[m] / SETS;
            const bool wide = method == ISO_METHOD_SUMS && m == 0;
            if (share < 0.92 || (share > 0.985 && !wide))
                fail_msg("%s by method %d: %g hold the difference, not 0.95", kinds[m]->measure,
                         method, share);
        }
    }
    iso_free(x);
}

int main(void)
{
    RUN_TESTS(test(by_hand), test(absent), test(intervals_cover));
}
