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
    assert_int_equal(p.count, 7);
}

static void applied(double *x, int64_t n, int64_t d, const char *list)
{
    iso_mat m = {x, n, d, d, ISO_F64, NULL};
    const iso_prep p = parsed(list);

    ok(iso_prep_apply(&m, &p));
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
    ok(iso_prep_apply(&m, &p));
    for (int j = 0; j < D; j++) {
        moments(&mean, &sd, &length, x, j);
        near(mean, 0, 1e-12);
        near(sd, j == 0 ? 0 : 1, 1e-12);
    }
    for (int i = 0; i < N; i++) /* beyond the columns nothing is touched */
        assert_true(x[i * WIDE + D] == before[i * WIDE + D]);
    p = parsed("unitdim");
    far_rows(x);
    ok(iso_prep_apply(&m, &p));
    for (int j = 0; j < D; j++) {
        moments(&mean, &sd, &length, x, j);
        near(length, 1, 1e-12);
    }
    p = parsed("center");
    far_rows(x);
    ok(iso_prep_apply(&m, &p));
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
    ok(iso_prep_apply(&m, &p));
    ok(iso_prep_apply(&f, &p));
    iternorm_reference(plain);
    for (int i = 0; i < N; i++)
        for (int j = 0; j < D; j++) {
            near(x[i * WIDE + j], plain[i * WIDE + j], 1e-13);
            near(single[i * WIDE + j], plain[i * WIDE + j], 2e-6);
        }
}

static void edges(void **state)
{
    (void)state;
    double one[] = {2, 0, 3};
    uint16_t half[4] = {0};
    iso_mat none = {one, 0, 3, 3, ISO_F64, NULL}, h = {half, 2, 2, 2, ISO_F16, NULL};
    iso_mat m = {one, 1, 3, 3, ISO_F64, NULL};
    const iso_prep p = parsed("iternorm"), z = parsed("zscore"), nothing = {0};

    ok(iso_prep_apply(&none, &p));
    ok(iso_prep_apply(&m, &nothing));
    assert_true(one[0] == 2);
    fails(iso_prep_apply(&h, &p), ISO_EARG, "f16, not f32 or f64");
    iso_alloc_fail_after(0);
    const iso_err err = iso_prep_apply(&m, &p);
    iso_alloc_fail_after(-1);
    assert_int_equal(err, ISO_ENOMEM);
    assert_true(one[0] == 2);
    ok(iso_prep_apply(&m, &z));
    assert_true(one[0] == 0 && one[1] == 0 && one[2] == 0);
}

int main(void)
{
    RUN_TESTS(test(lists_of_steps), test(what_is_no_list), test(steps_by_hand),
              test(in_the_order_given), test(awkward_numbers), test(what_holds_afterwards),
              test(iternorm_is_its_definition), test(edges));
}
