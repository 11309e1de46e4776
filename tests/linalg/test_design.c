/* Regression on covariates: residuals against normal equations, weights against the projection
 * written out, HSIC without bias for errors that are far from normal. */
#include "lib/linalg/design.h"
#include "lib/base/alloc.h"
#include "lib/base/rng.h"
#include "lib/linalg/hsic.h"
#include "tests/check.h"
#include "tests/oracle/design_reference.h"

enum { N = 24, C = 4 };

static void covariates(double z[N * C], uint64_t seed)
{
    iso_rng rng = iso_rng_seeded(seed, 0);

    for (int i = 0; i < N; i++) {
        const double length = 3 + floor(40 * iso_rng_uniform(&rng));
        z[i * C] = length;
        z[i * C + 1] = log(length);
        z[i * C + 2] = 1 / length;
        z[i * C + 3] = iso_rng_normal(&rng);
    }
}

static void the_projection_is_that_of_normal_equations(void **state)
{
    (void)state;
    double z[N * C], m[N * N];
    iso_design d = {0};

    covariates(z, 1);
    ok(iso_design_make(&d, iso_view_f64(z, N, C)));
    assert_null(d.why);
    assert_int_equal(d.rank, C + 1);
    reference_projection(m, z, N, C);
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
            double h = 0;
            for (int k = 0; k < d.rank; k++)
                h += ((double *)d.q.data)[i * d.q.stride + k] *
                     ((double *)d.q.data)[j * d.q.stride + k];
            near(m[i * N + j], (i == j) - h, 1e-10);
        }
    iso_design_free(&d);
}

static void weights_are_those_of_the_projection(void **state)
{
    (void)state;
    double z[N * C], m[N * N], w[3];
    iso_design d = {0};

    covariates(z, 2);
    ok(iso_design_make(&d, iso_view_f64(z, N, C)));
    reference_projection(m, z, N, C);
    reference_weights(w, m, N);
    for (int k = 0; k < 3; k++)
        near(d.weight[k] / w[k], 1, 1e-9);
    iso_design_free(&d);
}

/* With nothing but the mean taken off it is the estimator of Song et al. */
static void a_constant_alone_gives_hsic1(void **state)
{
    (void)state;
    const double x[] = {1, 2, 4, -3, 0, 5, 2}, y[] = {2, 0, 1, 1, -4, 3, 3};
    enum { FEW = 7 };
    double t1 = 0, t2[2] = {0}, t3 = 0, mx = 0, my = 0, off = 0;
    iso_design d = {0};

    ok(iso_design_make(&d, iso_view_f64(NULL, FEW, 0)));
    assert_int_equal(d.rank, 1);
    for (int i = 0; i < FEW; i++) {
        mx += x[i] / FEW;
        my += y[i] / FEW;
    }
    for (int i = 0; i < FEW; i++) {
        const double a = (x[i] - mx) * (x[i] - mx), b = (y[i] - my) * (y[i] - my);
        t2[0] += a;
        t2[1] += b;
        t3 += a * b;
        for (int j = 0; j < FEW; j++)
            t1 += (x[i] - mx) * (x[j] - mx) * (y[i] - my) * (y[j] - my);
    }
    off = t1 - t3;
    near(iso_design_hsic(&d, t1, t2[0] * t2[1], t3),
         iso_hsic_from_parts(FEW, off, -t2[0], -t2[1], t3), 1e-12);
    iso_design_free(&d);
}

/* x = Zβ + e, y = Zγ + (e² − 1)/√2 + u: uncorrelated, not independent, skewed; and y = e + u with
 * ‖E xy‖² = 1. The mean over many sets stays within 4 standard errors; without the degrees of
 * freedom it does not. */
static void nothing_is_left_of_the_bias(void **state)
{
    (void)state;
    enum { SETS = 20000 };
    double z[N * C], m[N * N];
    iso_design d = {0};
    iso_rng rng = iso_rng_seeded(3, 0);

    covariates(z, 3);
    ok(iso_design_make(&d, iso_view_f64(z, N, C)));
    reference_projection(m, z, N, C);
    for (int related = 0; related < 2; related++) {
        double sum = 0, square = 0, naive = 0;
        for (int set = 0; set < SETS; set++) {
            double x[N], y[N], rx[N], ry[N], xy = 0, xx = 0, yy = 0, t3 = 0;
            for (int i = 0; i < N; i++) {
                const double e = iso_rng_normal(&rng);
                x[i] = e + z[i * C];
                y[i] = (related ? e : (e * e - 1) / sqrt(2)) + iso_rng_normal(&rng) - z[i * C + 1];
            }
            for (int i = 0; i < N; i++) {
                rx[i] = ry[i] = 0;
                for (int j = 0; j < N; j++) {
                    rx[i] += m[i * N + j] * x[j];
                    ry[i] += m[i * N + j] * y[j];
                }
                xy += rx[i] * ry[i];
                xx += rx[i] * rx[i];
                yy += ry[i] * ry[i];
                t3 += rx[i] * rx[i] * ry[i] * ry[i];
            }
            const double h = iso_design_hsic(&d, xy * xy, xx * yy, t3);
            sum += h / SETS;
            square += h * h / SETS;
            naive += iso_hsic_from_parts(N, xy * xy - t3, -xx, -yy, t3) / SETS;
        }
        const double se = sqrt((square - sum * sum) / SETS);
        print_message("mean HSIC of %d sets: %.4f +- %.4f, expected %d; by HSIC1 %.4f\n", SETS, sum,
                      se, related, naive);
        near(sum, related, 4 * se);
        assert_true(fabs(naive - related) > 4 * se);
    }
    iso_design_free(&d);
}

static void what_is_undefined(void **state)
{
    (void)state;
    double z[N * C], twice[N * 2], many[N * N];
    iso_design d = {0};
    iso_rng rng = iso_rng_seeded(4, 0);

    covariates(z, 4);
    for (int i = 0; i < N; i++) {
        twice[2 * i] = z[i * C];
        twice[2 * i + 1] = 5 - 3 * z[i * C];
    }
    ok(iso_design_make(&d, iso_view_f64(twice, N, 2)));
    assert_null(d.why);
    assert_int_equal(d.rank, 2);
    iso_design_free(&d);
    for (int i = 0; i < N; i++)
        z[i * C + 2] = 7.1;
    ok(iso_design_make(&d, iso_view_f64(z, N, C)));
    text(d.why, "a covariate has one value for all items, as the language has");
    iso_design_free(&d);
    for (int i = 0; i < N * N; i++)
        many[i] = iso_rng_normal(&rng);
    ok(iso_design_make(&d, iso_view_f64(many, N, N - 3)));
    text(d.why, "the covariates leave fewer than 3 degrees of freedom");
    iso_design_free(&d);
    ok(iso_design_make(&d, iso_view_f64(many, N, N)));
    text(d.why, "the covariates leave fewer than 3 degrees of freedom");
    iso_design_free(&d);
    ok(iso_design_make(&d, iso_view_f64(many, N, N - 4)));
    assert_null(d.why);
    iso_design_free(&d);
    ok(iso_design_make(&d, iso_view_f64(many, 0, 1)));
    assert_non_null(d.why);
    iso_design_free(&d);
}

static void every_allocation_fails(void **state)
{
    (void)state;
    double z[N * C];
    iso_design d = {0};
    iso_err err = ISO_OK;

    covariates(z, 5);
    for (int64_t i = 0; i == 0 || err; i++) {
        iso_alloc_fail_after(i);
        err = iso_design_make(&d, iso_view_f64(z, N, C));
        iso_alloc_fail_after(-1);
        assert_true(err == ISO_OK || err == ISO_ENOMEM);
    }
    iso_design_free(&d);
}

int main(void)
{
    RUN_TESTS(test(the_projection_is_that_of_normal_equations),
              test(weights_are_those_of_the_projection), test(a_constant_alone_gives_hsic1),
              test(nothing_is_left_of_the_bias), test(what_is_undefined),
              test(every_allocation_fails));
}
