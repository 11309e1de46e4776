/* The area under the curve beside counted pairs, and its jackknife beside leaving out. */
#include <math.h>

#include "analysis/stats/auc.h"
#include "lib/base/alloc.h"
#include "lib/base/rng.h"
#include "lib/linalg/statistics.h"
#include "tests/check.h"

enum { MOST = 60 };

static double counted(const double *x, const uint8_t *positive, int n, int without)
{
    double won = 0, pairs = 0;

    for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
            if (i == without || j == without || !positive[i] || positive[j])
                continue;
            won += x[i] > x[j] ? 1 : x[i] == x[j] ? 0.5 : 0;
            pairs++;
        }
    }
    return pairs > 0 ? won / pairs : NAN;
}

static void as_counted(void **state)
{
    (void)state;
    iso_rng rng = iso_rng_seeded(4, 0);

    for (int n = 2; n <= MOST; n++) {
        double x[MOST], rep[MOST], lo, hi;
        uint8_t positive[MOST];
        iso_value v;
        for (int i = 0; i < n; i++) {
            positive[i] = i == 0 ? 1 : i == 1 ? 0 : (uint8_t)iso_rng_below(&rng, 2);
            x[i] = (double)iso_rng_below(&rng, n % 3 ? 1000 : 5) + positive[i];
        }
        ok(iso_auc(&v, x, positive, n));
        near(v.value, counted(x, positive, n, -1), 1e-12);
        for (int i = 0; i < n; i++)
            rep[i] = counted(x, positive, n, i);
        if (!iso_jackknife(&lo, &hi, v.value, rep, n, 0.95))
            continue;
        near(v.lo, fmax(lo, 0), 1e-9);
        near(v.hi, fmin(hi, 1), 1e-9);
        assert_true(v.n == n && v.null == 0.5);
    }
}

static void undefined(void **state)
{
    (void)state;
    const double x[] = {1, 2, 3};
    iso_value v;

    ok(iso_auc(&v, x, (const uint8_t[]){0, 0, 0}, 3));
    assert_string_equal(v.why, "none is positive");
    ok(iso_auc(&v, x, (const uint8_t[]){1, 1, 1}, 3));
    assert_string_equal(v.why, "none is negative");
}

static void out_of_memory(void **state)
{
    (void)state;
    const double x[] = {1, 2, 3};
    iso_err err = ISO_ENOMEM;

    for (int n = 0; err; n++) {
        iso_value v;
        iso_alloc_fail_after(n);
        err = iso_auc(&v, x, (const uint8_t[]){0, 1, 0}, 3);
        iso_alloc_fail_after(-1);
        assert_true(!err || err == ISO_ENOMEM);
    }
}

int main(void)
{
    RUN_TESTS(test(as_counted), test(undefined), test(out_of_memory));
}
