/* Preparation of rows: names, each step by hand, what holds afterwards, iternorm against a
 * reference. */
#include "analysis/pass/prep.h"
#include "lib/base/alloc.h"
#include "lib/base/rng.h"
#include "tests/check.h"

static iso_prep parsed(const char *list)
{
    iso_prep p = {0};

    ok(iso_prep_parse(&p, list));
    return p;
}

static void written_as(const char *list, const char *expected)
{
    const iso_prep p = parsed(list);
    iso_buf buf = {0};

    ok(iso_prep_text(&buf, &p));
    text(buf.len ? buf.text : "", expected);
    iso_buf_free(&buf);
}

static void lists_of_steps(void **state)
{
    (void)state;
    written_as(NULL, "");
    written_as("none", "");
    written_as("center", "center");
    written_as("renorm,centre,renorm", "unit,center,unit");
    written_as("zscore,unitdim,iternorm", "zscore,unitdim,iternorm");
    written_as("remove-pcs:3,lsar:12,clip:0.0050", "remove-pcs:3,lsar:12,clip:0.005");
    written_as("unit,unit,unit,unit,unit,unit,unit,unit,unit,unit,unit,unit,unit,unit,unit,unit",
               "unit,unit,unit,unit,unit,unit,unit,unit,unit,unit,unit,unit,unit,unit,unit,unit");
}

static void what_is_no_list(void **state)
{
    (void)state;
    iso_prep p = {.count = 7};

    fails(iso_prep_parse(&p, "unit,centr"), ISO_EARG, "'centr'; did you mean 'cent");
    fails(iso_prep_parse(&p, "whiten"), ISO_EARG, "'whiten'; there are center, unit, zscore");
    fails(iso_prep_parse(&p, "unit,none"), ISO_EARG, "'none'");
    fails(iso_prep_parse(&p, ""), ISO_EARG, "'' is not a list");
    fails(iso_prep_parse(&p, "unit,,center"), ISO_EARG, "is not a list");
    fails(iso_prep_parse(&p, "unit,"), ISO_EARG, "is not a list");
    fails(iso_prep_parse(&p, "unit,unit,unit,unit,unit,unit,unit,unit,unit,unit,unit,unit,unit,"
                             "unit,unit,unit,unit"),
          ISO_EARG, "more than 16");
    fails(iso_prep_parse(&p, "remove-pc:2"), ISO_EARG, "'remove-pc'; did you mean 'remove-pcs'?");
    fails(iso_prep_parse(&p, "remove-pcs"), ISO_EARG, "remove-pcs:N takes a number from 1 on");
    fails(iso_prep_parse(&p, "remove-pcs:0"), ISO_EARG, "from 1 on, got '0'");
    fails(iso_prep_parse(&p, "lsar:1.5"), ISO_EARG, "lsar:N takes a number from 1 on, got '1.5'");
    fails(iso_prep_parse(&p, "lsar:"), ISO_EARG, "lsar:N takes a number");
    fails(iso_prep_parse(&p, "clip:0"), ISO_EARG, "above 0 and below 0.5, got '0'");
    fails(iso_prep_parse(&p, "clip:0.5"), ISO_EARG, "above 0 and below 0.5, got '0.5'");
    fails(iso_prep_parse(&p, "clip:nan"), ISO_EARG, "clip:Q takes a quantile");
    fails(iso_prep_parse(&p, "center:1"), ISO_EARG, "center takes no number, got '1'");
    assert_int_equal(p.count, 7);
}

static void applied(double *x, int64_t n, int64_t d, const char *list)
{
    iso_mat m = {x, n, d, d, ISO_F64, NULL};
    const iso_prep p = parsed(list);

    ok(iso_prep_apply(&m, &p, NULL));
}

/* Columns 1 3, 2 4: means 2, 3. Rows (3, 4) and 0: length 5. zscore: deviations 1, 1. unitdim:
 * (3, 4) of length 5, (0, 0). */
static void steps_by_hand(void **state)
{
    (void)state;
    double a[] = {1, 2, 3, 4}, b[] = {3, 4, 0, 0}, c[] = {10, 5, 14, 5}, d[] = {3, 0, 4, 0};
    const double centred[] = {-1, -1, 1, 1}, unit[] = {0.6, 0.8, 0, 0};
    const double scored[] = {-1, 0, 1, 0}, dims[] = {0.6, 0, 0.8, 0};

    applied(a, 2, 2, "center");
    applied(b, 2, 2, "unit");
    applied(c, 2, 2, "zscore");
    applied(d, 2, 2, "unitdim");
    for (int i = 0; i < 4; i++) {
        near(a[i], centred[i], 0);
        near(b[i], unit[i], 1e-16);
        near(c[i], scored[i], 0);
        near(d[i], dims[i], 1e-16);
    }
}

/* Order matters: (3, 4), (0, 5) as unit, center: (0.6, 0.8), (0, 1) less (0.3, 0.9). */
static void in_the_order_given(void **state)
{
    (void)state;
    double a[] = {3, 4, 0, 5};
    const double expected[] = {0.3, -0.1, -0.3, 0.1};

    applied(a, 2, 2, "unit,center");
    for (int i = 0; i < 4; i++)
        near(a[i], expected[i], 1e-15);
}

/* A column of one value has a mean that sums cannot hold exactly; nothing of that may be blown up.
 * Lengths whose squares leave the range of doubles are lengths all the same. */
static void awkward_numbers(void **state)
{
    (void)state;
    double same[30], far[] = {3e200, 4e200, -3e-200, 4e-200};

    for (int i = 0; i < 30; i++)
        same[i] = 0.1;
    applied(same, 30, 1, "zscore");
    for (int i = 0; i < 30; i++)
        assert_true(same[i] == 0);
    applied(far, 2, 2, "unit");
    near(far[0], 0.6, 1e-15);
    near(far[1], 0.8, 1e-15);
    near(far[2], -0.6, 1e-15);
    near(far[3], 0.8, 1e-15);
}

enum { N = 203, D = 7, WIDE = 9 };

/* N rows of D numbers with far means, WIDE apart. */
static void far_rows(double *x)
{
    iso_rng rng = iso_rng_seeded(5, 0);

    for (int i = 0; i < N * WIDE; i++)
        x[i] = 5000 + (i % WIDE) * iso_rng_normal(&rng);
}

static void moments(double *mean, double *sd, double *length, const double *x, int j)
{
    *mean = *sd = *length = 0;
    for (int i = 0; i < N; i++)
        *mean += x[i * WIDE + j] / N;
    for (int i = 0; i < N; i++) {
        *sd += pow(x[i * WIDE + j] - *mean, 2) / N;
        *length += pow(x[i * WIDE + j], 2);
    }
    *sd = sqrt(*sd);
    *length = sqrt(*length);
}

static void what_holds_afterwards(void **state)
{
    (void)state;
    static double x[N * WIDE], before[N * WIDE];
    iso_mat m = {x, N, D, WIDE, ISO_F64, NULL};
    double mean, sd, length;
    iso_prep p = parsed("zscore");

    far_rows(before);
    far_rows(x);
    ok(iso_prep_apply(&m, &p, NULL));
    for (int j = 0; j < D; j++) {
        moments(&mean, &sd, &length, x, j);
        near(mean, 0, 1e-12);
        near(sd, j == 0 ? 0 : 1, 1e-12);
    }
    for (int i = 0; i < N; i++) /* beyond the columns nothing is touched */
        assert_true(x[i * WIDE + D] == before[i * WIDE + D]);
    p = parsed("unitdim");
    far_rows(x);
    ok(iso_prep_apply(&m, &p, NULL));
    for (int j = 0; j < D; j++) {
        moments(&mean, &sd, &length, x, j);
        near(length, 1, 1e-12);
    }
    p = parsed("center");
    far_rows(x);
    ok(iso_prep_apply(&m, &p, NULL));
    for (int j = 0; j < D; j++) {
        moments(&mean, &sd, &length, x, j);
        near(mean, 0, 1e-11);
    }
}

/* The definition, written out. */
static void iternorm_reference(double *x)
{
    for (int round = 0; round < 6; round++) {
        for (int i = 0; i < N; i++) {
            double square = 0;
            for (int j = 0; j < D; j++)
                square += x[i * WIDE + j] * x[i * WIDE + j];
            for (int j = 0; j < D; j++)
                x[i * WIDE + j] /= sqrt(square);
        }
        for (int j = 0; round < 5 && j < D; j++) {
            double mean = 0;
            for (int i = 0; i < N; i++)
                mean += x[i * WIDE + j] / N;
            for (int i = 0; i < N; i++)
                x[i * WIDE + j] -= mean;
        }
    }
}

static void iternorm_is_its_definition(void **state)
{
    (void)state;
    static double x[N * WIDE], plain[N * WIDE];
    static float single[N * WIDE];
    iso_mat m = {x, N, D, WIDE, ISO_F64, NULL}, f = {single, N, D, WIDE, ISO_F32, NULL};
    const iso_prep p = parsed("iternorm");
    iso_rng rng = iso_rng_seeded(9, 0);

    for (int i = 0; i < N * WIDE; i++)
        x[i] = plain[i] = single[i] = (float)(1 + iso_rng_normal(&rng));
    ok(iso_prep_apply(&m, &p, NULL));
    ok(iso_prep_apply(&f, &p, NULL));
    iternorm_reference(plain);
    for (int i = 0; i < N; i++)
        for (int j = 0; j < D; j++) {
            near(x[i * WIDE + j], plain[i * WIDE + j], 1e-13);
            near(single[i * WIDE + j], plain[i * WIDE + j], 2e-6);
        }
}

/* Quantiles of 0 ... 4 at 1/8: (5 − 1)/8 = 0.5 between 0 and 1; the other side mirrors it. */
static void clip_by_hand(void **state)
{
    (void)state;
    double a[] = {4, 3, 0, 1, 2};
    const double expected[] = {3.5, 3, 0.5, 1, 2};

    applied(a, 5, 1, "clip:0.125");
    for (int i = 0; i < 5; i++)
        near(a[i], expected[i], 1e-15);
}

/* (±2, 1), (0, 1 ± 1): the mean (0, 1) and the first axis go. */
static void remove_pcs_by_hand(void **state)
{
    (void)state;
    double a[] = {2, 1, -2, 1, 0, 2, 0, 0};
    const double expected[] = {0, 0, 0, 0, 0, 1, 0, -1};

    applied(a, 4, 2, "remove-pcs:1");
    for (int i = 0; i < 8; i++)
        near(a[i], expected[i], 1e-15);
}

/* The first k principal directions by power iteration with deflation, rows of `out`. */
static void power_directions(double *out, const double *x, int n, int d, int stride, int k)
{
    double mean[32] = {0}, cov[32][32] = {{0}};

    for (int i = 0; i < n; i++)
        for (int j = 0; j < d; j++)
            mean[j] += x[i * stride + j] / n;
    for (int i = 0; i < n; i++)
        for (int a = 0; a < d; a++)
            for (int b = 0; b < d; b++)
                cov[a][b] += (x[i * stride + a] - mean[a]) * (x[i * stride + b] - mean[b]);
    for (int c = 0; c < k; c++) {
        double v[32], w[32], length = 0;
        for (int a = 0; a < d; a++)
            v[a] = 1 + 0.1 * a;
        for (int round = 0; round < 20000; round++) {
            length = 0;
            for (int a = 0; a < d; a++) {
                w[a] = 0;
                for (int b = 0; b < d; b++)
                    w[a] += cov[a][b] * v[b];
                length += w[a] * w[a];
            }
            for (int a = 0; a < d; a++)
                v[a] = w[a] / sqrt(length);
        }
        for (int a = 0; a < d; a++) {
            out[c * d + a] = v[a];
            for (int b = 0; b < d; b++)
                cov[a][b] -= sqrt(length) * v[a] * v[b];
        }
    }
}

/* Against power iteration, with more rows than columns and with fewer; what is removed stays
 * removed. */
static void remove_pcs_is_its_definition(void **state)
{
    (void)state;
    static double x[N * WIDE], again[N * WIDE], u[3 * D];
    const int sizes[] = {N, 6};

    for (int s = 0; s < 2; s++) {
        const int n = sizes[s];
        iso_mat m = {x, n, D, WIDE, ISO_F64, NULL}, second = {again, n, D, WIDE, ISO_F64, NULL};
        iso_prep p = parsed("remove-pcs:3");
        double mean[D] = {0};
        far_rows(x);
        far_rows(again);
        power_directions(u, x, n, D, WIDE, 3);
        for (int i = 0; i < n * D; i++)
            mean[i % D] += x[i / D * WIDE + i % D] / n;
        ok(iso_prep_apply(&m, &p, NULL));
        for (int i = 0; i < n; i++) {
            double row[D];
            for (int j = 0; j < D; j++)
                row[j] = again[i * WIDE + j] - mean[j];
            for (int c = 0; c < 3; c++) {
                double along = 0;
                for (int j = 0; j < D; j++)
                    along += row[j] * u[c * D + j];
                for (int j = 0; j < D; j++)
                    row[j] -= along * u[c * D + j];
            }
            for (int j = 0; j < D; j++)
                near(x[i * WIDE + j], row[j], 1e-9);
        }
        p = parsed("remove-pcs:3,center");
        ok(iso_prep_apply(&second, &p, NULL));
        for (int i = 0; i < n * WIDE; i++)
            near(second.rows && i % WIDE < D ? again[i] : 0, i % WIDE < D ? x[i] : 0, 1e-11);
    }
}

static void clip_is_idempotent_within_its_bounds(void **state)
{
    (void)state;
    static double x[N * WIDE], before[N * WIDE];
    iso_mat m = {x, N, D, WIDE, ISO_F64, NULL};
    const iso_prep p = parsed("clip:0.03");
    int changed = 0;

    far_rows(x);
    far_rows(before);
    ok(iso_prep_apply(&m, &p, NULL));
    for (int j = 1; j < D; j++) {
        double sorted[N], low, high;
        for (int i = 0; i < N; i++)
            sorted[i] = before[i * WIDE + j];
        for (int i = 0; i < N; i++)
            for (int k = i + 1; k < N; k++)
                if (sorted[k] < sorted[i]) {
                    const double t = sorted[i];
                    sorted[i] = sorted[k];
                    sorted[k] = t;
                }
        /* 202 · 0.03 = 6.06 */
        low = sorted[6] + 0.06 * (sorted[7] - sorted[6]);
        high = sorted[196] - 0.06 * (sorted[196] - sorted[195]);
        for (int i = 0; i < N; i++) {
            const double old = before[i * WIDE + j];
            near(x[i * WIDE + j], old < low ? low : old > high ? high : old, 1e-9);
            changed += x[i * WIDE + j] != old;
        }
    }
    assert_int_equal(changed, 14 * (D - 1));
}

/* Means of languages e1 + c, e2 + c, e3 + c: their differences span two directions, and what all
 * share stays. */
static void lsar_by_hand(void **state)
{
    (void)state;
    const double means[] = {1, 0, 0, 5, 0, 1, 0, 5, 0, 0, 1, 5};
    double rows[] = {1, 0, 0, 5, 4, 1, 1, 7}, again[8];
    iso_mat out = {0}, m = {rows, 2, 4, 4, ISO_F64, NULL};
    const iso_prep p = parsed("lsar:2");
    iso_prep_span span = {{&out}};

    ok(iso_prep_directions(&out, iso_view_f64(means, 3, 4), 2));
    assert_int_equal(out.rows, 2);
    ok(iso_prep_apply(&m, &p, &span));
    for (int i = 0; i < 2; i++) {
        for (int j = 0; j < 3; j++)
            near(rows[4 * i + j], i ? 2 : 1.0 / 3, 1e-14);
        near(rows[4 * i + 3], i ? 7 : 5, 1e-14);
    }
    memcpy(again, rows, sizeof rows);
    ok(iso_prep_apply(&m, &p, &span));
    for (int i = 0; i < 8; i++)
        near(rows[i], again[i], 1e-14);
    iso_mat_free(&out);
    fails(iso_prep_directions(&out, iso_view_f64(means, 3, 4), 3), ISO_EARG,
          "lsar:3 takes the means of more than 3 languages, there are 3");
    fails(iso_prep_directions(&out, iso_view_f64(means, 1, 4), 1), ISO_EARG, "there is 1");
    const double line[] = {0, 0, 1, 1, 2, 2};
    fails(iso_prep_directions(&out, iso_view_f64(line, 3, 2), 2), ISO_EDATA,
          "3 languages differ in 1 directions only");
    fails(iso_prep_apply(&m, &p, NULL), ISO_EARG, "lsar takes the means of all languages");
    m.cols = 3;
    ok(iso_prep_directions(&out, iso_view_f64(means, 3, 4), 1));
    fails(iso_prep_apply(&m, &p, &span), ISO_EARG, "rows have 3 dims, the languages' means 4");
    iso_mat_free(&out);
}

static void every_allocation_fails(void **state)
{
    (void)state;
    static double x[N * WIDE];
    const double means[] = {1, 0, 0, 5, 0, 1, 0, 5};
    iso_mat m = {x, N, D, WIDE, ISO_F64, NULL}, out = {0};
    const iso_prep p = parsed("clip:0.1,iternorm,remove-pcs:2,zscore");
    iso_err err = ISO_OK;

    for (int64_t i = 0; i == 0 || err; i++) {
        far_rows(x);
        iso_alloc_fail_after(i);
        err = iso_prep_apply(&m, &p, NULL);
        iso_alloc_fail_after(-1);
        assert_true(err == ISO_OK || err == ISO_ENOMEM);
    }
    for (int64_t i = 0; i == 0 || err; i++) {
        iso_alloc_fail_after(i);
        err = iso_prep_directions(&out, iso_view_f64(means, 2, 4), 1);
        iso_alloc_fail_after(-1);
        assert_true(err == ISO_OK || err == ISO_ENOMEM);
    }
    iso_mat_free(&out);
}

static void too_many_directions(void **state)
{
    (void)state;
    static double x[N * WIDE];
    iso_mat m = {x, N, D, WIDE, ISO_F64, NULL}, few = {x, 4, D, WIDE, ISO_F64, NULL};
    iso_prep p = parsed("remove-pcs:7");

    far_rows(x);
    fails(iso_prep_apply(&m, &p, NULL), ISO_EARG,
          "remove-pcs:7 of 203 rows of 7 dims leaves nothing: a number below 7");
    p = parsed("remove-pcs:3");
    fails(iso_prep_apply(&few, &p, NULL), ISO_EARG, "of 4 rows of 7 dims leaves nothing");
    for (int i = 0; i < 4 * WIDE; i++) /* rows that are all alike have no direction to remove */
        x[i] = 1;
    p = parsed("remove-pcs:2");
    ok(iso_prep_apply(&few, &p, NULL));
    assert_true(x[0] == 0 && x[D - 1] == 0);
}

static void edges(void **state)
{
    (void)state;
    double one[] = {2, 0, 3};
    uint16_t half[4] = {0};
    iso_mat none = {one, 0, 3, 3, ISO_F64, NULL}, h = {half, 2, 2, 2, ISO_F16, NULL};
    iso_mat m = {one, 1, 3, 3, ISO_F64, NULL};
    const iso_prep p = parsed("iternorm"), z = parsed("zscore"), nothing = {0};

    ok(iso_prep_apply(&none, &p, NULL));
    ok(iso_prep_apply(&m, &nothing, NULL));
    assert_true(one[0] == 2);
    fails(iso_prep_apply(&h, &p, NULL), ISO_EARG, "f16, not f32 or f64");
    iso_alloc_fail_after(0);
    const iso_err err = iso_prep_apply(&m, &p, NULL);
    iso_alloc_fail_after(-1);
    assert_int_equal(err, ISO_ENOMEM);
    assert_true(one[0] == 2);
    ok(iso_prep_apply(&m, &z, NULL));
    assert_true(one[0] == 0 && one[1] == 0 && one[2] == 0);
}

int main(void)
{
    RUN_TESTS(test(lists_of_steps), test(what_is_no_list), test(steps_by_hand),
              test(in_the_order_given), test(awkward_numbers), test(what_holds_afterwards),
              test(iternorm_is_its_definition), test(clip_by_hand), test(remove_pcs_by_hand),
              test(remove_pcs_is_its_definition), test(clip_is_idempotent_within_its_bounds),
              test(lsar_by_hand), test(every_allocation_fails), test(too_many_directions),
              test(edges));
}
