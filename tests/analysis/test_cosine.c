/* Paired cosine: by hand, its chance level over all pairings, the coverage of its interval. */
#include "analysis/similarity/cosine.h"
#include "tests/analysis/paired.h"

/* The value of a pair held in memory, dealt to `units` units in order. */
static iso_value cosine_of(double *rep, iso_view x, iso_view y, int64_t units)
{
    const iso_measure *m = &iso_cosine_raw;
    const int64_t n = x.rows;
    iso_moments mx = {.n = n, .p = x.cols}, my = {.n = n, .p = y.cols};
    double *outcome = NULL, *state = NULL, *sums = NULL;
    int64_t *size = NULL;
    iso_value v;

    ok(iso_alloc(&outcome, n, sizeof *outcome));
    ok(iso_alloc(&sums, units, sizeof *sums));
    ok(iso_alloc(&size, units, sizeof *size));
    ok(iso_alloc(&state, m->state_size(x.cols, y.cols), sizeof *state));
    m->feed(outcome, state, x, y);
    for (int64_t i = 0; i < n; i++) {
        sums[i * units / n] += outcome[i];
        size[i * units / n]++;
    }
    const iso_pair pair = {.n = n,
                           .units = units,
                           .x = &mx,
                           .y = &my,
                           .outcome = sums,
                           .unit_size = size,
                           .state = state};
    ok(m->value(&v, rep, &pair));
    iso_free(outcome);
    iso_free(sums);
    iso_free(size);
    iso_free(state);
    return v;
}

/* Cosines 1, 0, −1/√2: mean (1 − 0.70711)/3. Unit sums (1, 0) + (0, 1) + (1, 0) = (2, 1) and
 * (1, 0) + (1, 0) + (−1, 1)/√2; null = their product / 9. */
static void three_items_by_hand(void **state)
{
    (void)state;
    const double x[] = {2, 0, 0, 3, 5, 0}, y[] = {4, 0, 1, 0, -2, 2}, r = sqrt(0.5);
    const float xf[] = {2, 0, 0, 3, 5, 0}, yf[] = {4, 0, 1, 0, -2, 2};
    double rep[3];
    iso_value v = cosine_of(rep, iso_view_f64(x, 3, 2), iso_view_f64(y, 3, 2), 3);

    near(v.value, (1 - r) / 3, 1e-15);
    near(v.null, (2 * (2 - r) + r) / 9, 1e-15);
    near(rep[0], -r / 2, 1e-15);
    near(rep[1], (1 - r) / 2, 1e-15);
    near(rep[2], 0.5, 1e-15);
    text(v.interval, "jackknife");
    assert_int_equal(v.n, 3);
    assert_null(v.why);
    v = cosine_of(NULL, iso_view_f32(xf, 3, 2), iso_view_f32(yf, 3, 2), 3);
    near(v.value, (1 - r) / 3, 1e-15);
}

/* Rows further apart than they are wide, in both types. */
static void strides_are_kept(void **state)
{
    (void)state;
    const double x[] = {1, 0, 99, 0, 1, 99}, y[] = {3, 4, 0, 5};
    const iso_view wide = {x, 2, 2, 3, ISO_F64};

    near(cosine_of(NULL, wide, iso_view_f64(y, 2, 2), 2).value, 0.8, 1e-15);
}

static void absent_with_a_reason(void **state)
{
    (void)state;
    const double x[] = {1, 2, 0, 0, 3, 1};
    double rep[3] = {0};
    iso_value v = cosine_of(rep, iso_view_f64(x, 3, 2), iso_view_f64(x, 3, 2), 3);

    assert_true(isnan(v.value) && isnan(v.null) && isnan(v.lo) && isnan(rep[0]));
    text(v.why, "an item's state is all zero");
    v = cosine_of(rep, iso_view_f64(x, 2, 3), iso_view_f64(x, 2, 2), 2);
    text(v.why, "the cosine needs sides of equal dimension");
    v = cosine_of(rep, iso_view_f64(x, 0, 2), iso_view_f64(x, 0, 2), 0);
    text(v.why, "no items");
    v = cosine_of(rep, iso_view_f64(x, 1, 2), iso_view_f64(x, 1, 2), 1);
    near(v.value, 1, 1e-15); /* one item: a value, no interval */
    assert_null(v.interval);
}

/* All 5! pairings of five items: their mean is the null, to rounding. */
static double over_pairings(int64_t *order, int k, int n, const double *x, double *y,
                            const double *from, int p)
{
    double sum = 0;

    if (k == n) {
        for (int i = 0; i < n; i++)
            memcpy(y + i * p, from + order[i] * p, (size_t)p * sizeof *y);
        return cosine_of(NULL, iso_view_f64(x, n, p), iso_view_f64(y, n, p), n).value;
    }
    for (int i = k; i < n; i++) {
        const int64_t swap = order[k];
        order[k] = order[i];
        order[i] = swap;
        sum += over_pairings(order, k + 1, n, x, y, from, p);
        order[i] = order[k];
        order[k] = swap;
    }
    return sum;
}

static void null_is_the_mean_over_all_pairings(void **state)
{
    (void)state;
    iso_rng rng = iso_rng_seeded(11, 0);
    double *x = paired_noise(&rng, 5 * 4), *from = paired_noise(&rng, 5 * 4), y[5 * 4];
    int64_t order[] = {0, 1, 2, 3, 4};
    const double mean = over_pairings(order, 0, 5, x, y, from, 4) / 120;

    near(cosine_of(NULL, iso_view_f64(x, 5, 4), iso_view_f64(from, 5, 4), 5).null, mean, 1e-14);
    iso_free(x);
    iso_free(from);
}

/* Pairs that share half of their variance; the first `rogue` of p dimensions have sd 30. The noise
 * is standard, x's and then y's own. */
static void fill(double *x, double *y, const double *noise, int64_t n, int64_t p, int64_t rogue)
{
    for (int64_t i = 0; i < n * p; i++) {
        const double sd = i % p < rogue ? 30 : 1;
        x[i] = sd * noise[i] + 0.4;
        y[i] = sd * (0.5 * noise[i] + sqrt(0.75) * noise[n * p + i]) - 0.2;
    }
}

static bool holds(iso_value v, double target)
{
    return v.lo <= target && target <= v.hi;
}

/* The target is the mean cosine of the population, here of many more items. 300 sets of n = 200,
 * d = 150: at least 0.90 of the intervals hold it, by items and by groups. */
static void intervals_cover(void **state)
{
    (void)state;
    enum { N = 200, P = 150, SETS = 300, MANY = 10000 };
    const int64_t rogue[] = {0, 3};
    iso_rng rng = iso_rng_seeded(12, 0);
    double *many = paired_noise(&rng, 2 * MANY * P), *x = NULL, *y = NULL, target[2];
    int by_item[2] = {0}, by_group[2] = {0};

    ok(iso_alloc(&x, MANY * P, sizeof *x));
    ok(iso_alloc(&y, MANY * P, sizeof *y));
    for (int k = 0; k < 2; k++) {
        fill(x, y, many, MANY, P, rogue[k]);
        target[k] = cosine_of(NULL, iso_view_f64(x, MANY, P), iso_view_f64(y, MANY, P), 20).value;
    }
    for (int s = 0; s < SETS; s++) {
        double *noise = paired_noise(&rng, 2 * N * P);
        for (int k = 0; k < 2; k++) {
            fill(x, y, noise, N, P, rogue[k]);
            const iso_view a = iso_view_f64(x, N, P), b = iso_view_f64(y, N, P);
            by_item[k] += holds(cosine_of(NULL, a, b, N), target[k]);
            by_group[k] += holds(cosine_of(NULL, a, b, 20), target[k]);
        }
        iso_free(noise);
    }
    iso_free(many);
    iso_free(x);
    iso_free(y);
    for (int k = 0; k < 2; k++) {
        print_message("coverage with %d rogue dimensions: items %.3f, groups %.3f\n", (int)rogue[k],
                      by_item[k] / (double)SETS, by_group[k] / (double)SETS);
        assert_true(by_item[k] >= 0.90 * SETS && by_item[k] < SETS);
        assert_true(by_group[k] >= 0.90 * SETS && by_group[k] < SETS);
    }
}

static void survives_failing_memory(void **state)
{
    (void)state;
    const double one = 1;
    const int64_t size = 1;
    iso_moments m = {.n = 1, .p = 1};
    const double unit[] = {1, 1};
    const iso_pair pair = {
        .n = 1, .units = 1, .x = &m, .y = &m, .outcome = &one, .unit_size = &size, .state = unit};
    iso_value v = iso_value_none();

    iso_alloc_fail_after(0);
    const iso_err err = iso_cosine_raw.value(&v, NULL, &pair);
    iso_alloc_fail_after(-1);
    assert_int_equal(err, ISO_ENOMEM);
    assert_true(isnan(v.value)); /* untouched */
}

int main(void)
{
    RUN_TESTS(test(three_items_by_hand), test(strides_are_kept), test(absent_with_a_reason),
              test(null_is_the_mean_over_all_pairings), test(intervals_cover),
              test(survives_failing_memory));
}
