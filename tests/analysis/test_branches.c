/* Two branches' decision and how often it is right; chance by dealing classes at random. */
#include "tests/check.h"

#include "analysis/stats/branches.h"
#include "lib/base/alloc.h"
#include "lib/base/rng.h"

/* Source alone says 0, 1, 0; target 2, 1, 1; together (3, 0, 2.5), (0, 3, 0), (1, 1, −4). */
static void the_mean_decides(void **state)
{
    static const float src[] = {6, 0, 0, 0, 2, 0, 2, 0, 0};
    static const double tgt[] = {0, 0, 5, 0, 4, 0, 0, 2, -8};
    const iso_view s = iso_view_f32(src, 3, 3), t = iso_view_f64(tgt, 3, 3);
    float mean[12] = {0}, own[9];
    iso_mat out = {mean, 3, 3, 4, ISO_F32, NULL};
    int32_t class[3];
    (void)state;

    ok(iso_branches_decide(class, s));
    assert_true(class[0] == 0 && class[1] == 1 && class[2] == 0);
    ok(iso_branches_decide(class, t));
    assert_true(class[0] == 2 && class[1] == 1 && class[2] == 1);
    ok(iso_branches_mean(&out, s, t));
    assert_true(mean[0] == 3 && mean[2] == 2.5f && mean[5] == 3 && mean[10] == -4 && mean[3] == 0);
    ok(iso_branches_decide(class, iso_mat_view(&out)));
    assert_true(class[0] == 0 && class[1] == 1 && class[2] == 0); /* of equal ones the lowest */
    memcpy(own, src, sizeof own);
    out = (iso_mat){own, 3, 3, 3, ISO_F32, NULL};
    ok(iso_branches_mean(&out, iso_mat_view(&out), t)); /* into one of them */
    assert_true(own[0] == 3 && own[2] == 2.5f && own[8] == -4);
}

/* Decided 0 0 1 1 2 0; label 0 1 1 − 2 2: right 1 0 1 − 1 0 = 3 of 5. Decided where there is a
 * label: 3, 1, 1; label 1, 2, 2: chance (3 + 2 + 2) / 25. */
static void accuracy_by_hand(void **state)
{
    static const float logits[] = {1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0};
    static const int32_t label[] = {0, 1, 1, -1, 2, 2}, none[] = {-1, -1, -1, -1, -1, -1};
    double each[6];
    iso_value v;
    (void)state;

    ok(iso_branches_accuracy(&v, each, iso_view_f32(logits, 6, 3), label, ISO_BOOT_BCA, 1));
    near(v.value, 0.6, 1e-15);
    near(v.null, 7 / 25.0, 1e-15);
    assert_int_equal(v.n, 5);
    assert_true(each[0] == 1 && each[1] == 0 && each[2] == 1 && isnan(each[3]) && each[4] == 1 &&
                each[5] == 0);
    assert_true(v.lo < 0.6 && v.hi > 0.6);
    text(v.interval, "boot-items");
    ok(iso_branches_accuracy(&v, NULL, iso_view_f32(logits, 6, 3), none, ISO_BOOT_BCA, 1));
    assert_true(isnan(v.value) && v.n == 0 && isnan(v.null));
    text(v.why, "no items");
    ok(iso_branches_accuracy(&v, NULL, iso_view_f32(logits, 1, 3), label, ISO_BOOT_BCA, 1));
    assert_true(v.value == 1 && v.hi == 1 && v.lo < 0.03 && isnan(v.null));
}

/* All 720 orders of six decisions: mean and standard deviation of the share that is right. */
static void orders(double *sum, double *squares, int *count, float *rows, const int32_t *label,
                   int k)
{
    float row[3];

    if (k == 6) {
        iso_value v;
        ok(iso_branches_accuracy(&v, NULL, iso_view_f32(rows, 6, 3), label, ISO_BOOT_NONE, 0));
        *sum += v.value;
        *squares += v.value * v.value;
        *count += 1;
        return;
    }
    for (int i = k; i < 6; i++) {
        memcpy(row, rows + 3 * k, sizeof row);
        memcpy(rows + 3 * k, rows + 3 * i, sizeof row);
        memcpy(rows + 3 * i, row, sizeof row);
        orders(sum, squares, count, rows, label, k + 1);
        memcpy(row, rows + 3 * k, sizeof row);
        memcpy(rows + 3 * k, rows + 3 * i, sizeof row);
        memcpy(rows + 3 * i, row, sizeof row);
    }
}

static void chance_is_that_of_all_orders(void **state)
{
    float rows[] = {1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0};
    const int32_t label[] = {0, 1, 1, 1, 2, 2};
    double sum = 0, squares = 0;
    int count = 0;
    iso_value v;
    (void)state;

    ok(iso_branches_accuracy(&v, NULL, iso_view_f32(rows, 6, 3), label, ISO_BOOT_NONE, 0));
    orders(&sum, &squares, &count, rows, label, 0);
    assert_int_equal(count, 720);
    near(v.null, sum / count, 1e-12);
    near(v.null_sd, sqrt(squares / count - sum / count * (sum / count)), 1e-7);
}

static void what_is_wrong_is_said(void **state)
{
    float x[6] = {1, 2, 3, 4, 5, 6}, bad[6] = {1, 2, 3, 4, INFINITY, 6}, to[6] = {0};
    const int32_t beyond[] = {0, 2}, below[] = {-2, 0}, fine[] = {0, 1, 1};
    iso_mat out = {to, 3, 2, 2, ISO_F32, NULL};
    double each[3] = {7, 7, 7};
    int32_t class[3] = {7, 7, 7};
    iso_value v = {.n = 7};
    (void)state;

    fails(iso_branches_mean(&out, iso_view_f32(x, 3, 2), iso_view_f32(x, 2, 2)), ISO_EARG,
          "source is 3 x 2, target 2 x 2");
    fails(iso_branches_mean(&out, iso_view_f32(x, 2, 3), iso_view_f32(x, 2, 3)), ISO_EARG,
          "mean is 3 x 2, not 2 x 3");
    fails(iso_branches_decide(class, iso_view_f32(bad, 3, 2)), ISO_EARG, "logits: row 2 holds NaN");
    fails(iso_branches_decide(class, iso_view_f32(x, 3, 0)), ISO_EARG, "0 classes");
    assert_int_equal(class[0], 7);
    fails(iso_branches_accuracy(&v, each, iso_view_f32(x, 2, 2), beyond, ISO_BOOT_BCA, 1), ISO_EARG,
          "label: item 1 is of class 2, of 2");
    fails(iso_branches_accuracy(&v, each, iso_view_f32(x, 2, 2), below, ISO_BOOT_BCA, 1), ISO_EARG,
          "label: item 0 is of class -2, of 2");
    fails(iso_branches_accuracy(&v, each, iso_view_f32(bad, 3, 2), fine, ISO_BOOT_BCA, 1), ISO_EARG,
          "row 2 holds NaN");
    assert_true(v.n == 7 && each[0] == 7 && to[0] == 0);
}

static void every_allocation_may_fail(void **state)
{
    const float x[] = {1, 0, 0, 1, 1, 0};
    const int32_t label[] = {0, 0, 1};
    iso_err err = ISO_ENOMEM;
    (void)state;

    for (int64_t n = 0; err; n++) {
        float to[6] = {0};
        iso_mat out = {to, 3, 2, 2, ISO_F32, NULL};
        iso_value v = {.n = 7};
        iso_alloc_fail_after(n);
        err = iso_branches_mean(&out, iso_view_f32(x, 3, 2), iso_view_f32(x, 3, 2));
        assert_true(!err || to[0] == 0);
        err =
            err ? err : iso_branches_accuracy(&v, NULL, iso_mat_view(&out), label, ISO_BOOT_BCA, 1);
        iso_alloc_fail_after(-1);
        assert_true(err ? err == ISO_ENOMEM && v.n == 7 : n > 4);
    }
}

int main(void)
{
    RUN_TESTS(test(the_mean_decides), test(accuracy_by_hand), test(chance_is_that_of_all_orders),
              test(what_is_wrong_is_said), test(every_allocation_may_fail));
}
