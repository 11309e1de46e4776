/* Factors of matrices: by hand, multiplied back on odd shapes, orthogonal, errors when they fail.
 */
#include "lib/base/alloc.h"
#include "lib/base/rng.h"
#include "lib/linalg/product.h"
#include "lib/linalg/decomp.h"
#include "tests/check.h"

static double at(const iso_mat *m, int64_t i, int64_t j)
{
    return ((const double *)m->data)[i * m->stride + j];
}

/* [3 0; 4 0]: one direction of length 5, u = (0.6, 0.8), v = (1, 0) up to a common sign. */
static void two_by_two_by_hand(void **state)
{
    (void)state;
    const double a[] = {3, 0, 4, 0};
    double s[2];
    iso_svd svd;

    ok(iso_svd_new(&svd, iso_view_f64(a, 2, 2)));
    assert_int_equal(svd.k, 2);
    near(svd.s[0], 5, 1e-15);
    near(svd.s[1], 0, 1e-15);
    near(at(&svd.u, 0, 0) * at(&svd.vt, 0, 0), 0.6, 1e-15);
    near(at(&svd.u, 1, 0) * at(&svd.vt, 0, 0), 0.8, 1e-15);
    near(at(&svd.vt, 0, 1), 0, 1e-15);
    assert_int_equal(iso_rank(svd.s, 2, 2, 0), 1);
    ok(iso_singular_values(s, iso_view_f64(a, 2, 2)));
    near(s[0], 5, 1e-15);
    near(s[1], 0, 1e-15);
    iso_svd_free(&svd);
    assert_null(svd.s);
}

static void ranks(void **state)
{
    (void)state;
    const double s[] = {10, 1, 1e-8, 1e-15, 0}, zero[] = {0, 0};

    assert_int_equal(iso_rank(s, 5, 5, 0), 3); /* 5 · 2.2e-16 · 10 = 1.1e-14 */
    assert_int_equal(iso_rank(s, 5, 5, 1e-6), 2);
    assert_int_equal(iso_rank(s, 5, 5, 1e-17), 4);
    assert_int_equal(iso_rank(zero, 2, 2, 0), 0);
    assert_int_equal(iso_rank(s, 0, 5, 0), 0);
}

/* m × n normals within rows of `stride`. */
static double *noise(int64_t m, int64_t stride, uint64_t seed)
{
    iso_rng rng = iso_rng_seeded(seed, 0);
    double *x = NULL;

    ok(iso_alloc(&x, m * stride, sizeof *x));
    for (int64_t i = 0; i < m * stride; i++)
        x[i] = iso_rng_normal(&rng);
    return x;
}

static void multiplied_back(int64_t m, int64_t n, int64_t stride)
{
    double *a = noise(m, stride, (uint64_t)(m * 100 + n)), *s = NULL;
    const iso_view view = {a, m, n, stride, ISO_F64};
    iso_svd svd;

    ok(iso_svd_new(&svd, view));
    ok(iso_alloc(&s, svd.k, sizeof *s));
    ok(iso_singular_values(s, view));
    for (int64_t l = 0; l < svd.k; l++) {
        assert_true(svd.s[l] > 0 && (l == 0 || svd.s[l] <= svd.s[l - 1]));
        near(s[l], svd.s[l], 1e-12);
    }
    for (int64_t i = 0; i < m; i++)
        for (int64_t j = 0; j < n; j++) {
            double sum = 0;
            for (int64_t l = 0; l < svd.k; l++)
                sum += at(&svd.u, i, l) * svd.s[l] * at(&svd.vt, l, j);
            near(sum, a[i * stride + j], 1e-12);
        }
    for (int64_t k = 0; k < svd.k; k++)
        for (int64_t l = 0; l < svd.k; l++) {
            double u = 0, v = 0;
            for (int64_t i = 0; i < m; i++)
                u += at(&svd.u, i, k) * at(&svd.u, i, l);
            for (int64_t j = 0; j < n; j++)
                v += at(&svd.vt, k, j) * at(&svd.vt, l, j);
            near(u, k == l, 1e-12);
            near(v, k == l, 1e-12);
        }
    iso_svd_free(&svd);
    iso_free(s);
    iso_free(a);
}

static void odd_shapes(void **state)
{
    (void)state;
    multiplied_back(1, 1, 1);
    multiplied_back(1, 9, 11);
    multiplied_back(9, 1, 4);
    multiplied_back(7, 40, 40);
    multiplied_back(90, 8, 8);
    multiplied_back(64, 65, 70);
}

static void single_precision_is_taken(void **state)
{
    (void)state;
    const float a[] = {0, 2, -7, 0};
    double s[2];

    ok(iso_singular_values(s, iso_view_f32(a, 2, 2)));
    near(s[0], 7, 1e-15);
    near(s[1], 2, 1e-15);
}

static void nothing_has_no_values(void **state)
{
    (void)state;
    iso_svd svd;

    ok(iso_svd_new(&svd, iso_view_f64(NULL, 0, 5)));
    assert_int_equal(svd.k, 0);
    iso_svd_free(&svd);
    ok(iso_singular_values(NULL, iso_view_f64(NULL, 4, 0)));
}

/* [2 1; 1 2]: 1 and 3, (1, −1)/√2 and (1, 1)/√2. The lower triangle is not looked at. */
static void eigenvalues_by_hand(void **state)
{
    (void)state;
    const double a[] = {2, 1, 99, 2};
    double values[2], vectors[4];
    iso_mat v = {vectors, 2, 2, 2, ISO_F64, NULL};

    ok(iso_eigen(values, &v, iso_view_f64(a, 2, 2)));
    near(values[0], 1, 1e-15);
    near(values[1], 3, 1e-15);
    near(vectors[0] * vectors[1], -0.5, 1e-15);
    near(vectors[2] * vectors[3], 0.5, 1e-15);
    ok(iso_eigen(values, NULL, iso_view_f64(a, 2, 2)));
    near(values[1], 3, 1e-15);
}

static void eigenvectors_are_rows(void **state)
{
    (void)state;
    enum { D = 41 };
    double *x = noise(60, D, 4), values[D];
    iso_mat a = {0}, v = {0};

    ok(iso_mat_new(&a, D, D, ISO_F64));
    ok(iso_mat_new(&v, D, D, ISO_F64));
    ok(iso_square_tn(&a, iso_view_f64(x, 60, D), 0));
    ok(iso_eigen(values, &v, iso_mat_view(&a)));
    for (int l = 0; l < D; l++)
        for (int i = 0; i < D; i++) {
            double sum = 0;
            for (int j = 0; j < D; j++)
                sum += at(&a, i < j ? i : j, i < j ? j : i) * at(&v, l, j);
            near(sum, values[l] * at(&v, l, i), 1e-11);
        }
    iso_mat_free(&a);
    iso_mat_free(&v);
    iso_free(x);
}

/* A line through (0, 1), (1, 3), (2, 5): 1 + 2t. x + y = 2 alone: the shortest is (1, 1). */
static void least_squares_by_hand(void **state)
{
    (void)state;
    const double a[] = {1, 0, 1, 1, 1, 2}, b[] = {1, 3, 5}, one[] = {1, 1}, two[] = {2};
    double x[2];
    iso_mat out = {x, 2, 1, 1, ISO_F64, NULL};
    int64_t rank = 0;

    ok(iso_least_squares(&out, &rank, iso_view_f64(a, 3, 2), iso_view_f64(b, 3, 1), 0));
    near(x[0], 1, 1e-14);
    near(x[1], 2, 1e-14);
    assert_int_equal(rank, 2);
    ok(iso_least_squares(&out, &rank, iso_view_f64(one, 1, 2), iso_view_f64(two, 1, 1), 0));
    near(x[0], 1, 1e-15);
    near(x[1], 1, 1e-15);
    assert_int_equal(rank, 1);
}

/* The residual is orthogonal to the columns, for several right sides and wide rows. */
static void least_squares_by_its_equations(void **state)
{
    (void)state;
    enum { M = 50, N = 12, Q = 3 };
    double *a = noise(M, N + 2, 1), *b = noise(M, Q + 1, 2), x[N * 5];
    iso_mat out = {x, N, Q, 5, ISO_F64, NULL};
    const iso_view av = {a, M, N, N + 2, ISO_F64}, bv = {b, M, Q, Q + 1, ISO_F64};

    ok(iso_least_squares(&out, NULL, av, bv, 0));
    for (int j = 0; j < N; j++)
        for (int q = 0; q < Q; q++) {
            double sum = 0;
            for (int i = 0; i < M; i++) {
                double left = -b[i * (Q + 1) + q];
                for (int l = 0; l < N; l++)
                    left += a[i * (N + 2) + l] * x[l * 5 + q];
                sum += a[i * (N + 2) + j] * left;
            }
            near(sum, 0, 1e-11);
        }
    iso_free(a);
    iso_free(b);
}

/* [4 2; 2 3] x = (10, 9): x = (1.5, 2), the lower triangle unread. */
static void positive_systems(void **state)
{
    (void)state;
    const double a[] = {4, 2, 99, 3}, b[] = {10, 8, 9, 8}, bad[] = {1, 2, 2, 1};
    double x[4] = {7, 7, 7, 7};
    iso_mat out = {x, 2, 2, 2, ISO_F64, NULL};

    fails(iso_solve_positive(&out, iso_view_f64(bad, 2, 2), iso_view_f64(b, 2, 2)), ISO_ENUMERIC,
          "not positive definite (at row 1)");
    assert_true(x[0] == 7 && x[3] == 7);
    ok(iso_solve_positive(&out, iso_view_f64(a, 2, 2), iso_view_f64(b, 2, 2)));
    near(x[0], 1.5, 1e-15);
    near(x[2], 2, 1e-15);
    near(x[1], 1, 1e-15);
    near(x[3], 2, 1e-15);
}

static void signs_of_determinants(void **state)
{
    (void)state;
    const double turn[] = {0, -1, 1, 0}, swap[] = {0, 1, 1, 0}, flat[] = {1, 2, 2, 4};
    const double cycle[] = {0, 1, 0, 0, 0, 1, 1, 0, 0}, minus[] = {-1, 0, 0, 0, -1, 0, 0, 0, -1};
    int sign = 9;

    ok(iso_det_sign(&sign, iso_view_f64(turn, 2, 2)));
    assert_int_equal(sign, 1);
    ok(iso_det_sign(&sign, iso_view_f64(swap, 2, 2)));
    assert_int_equal(sign, -1);
    ok(iso_det_sign(&sign, iso_view_f64(flat, 2, 2)));
    assert_int_equal(sign, 0);
    ok(iso_det_sign(&sign, iso_view_f64(cycle, 3, 3)));
    assert_int_equal(sign, 1);
    ok(iso_det_sign(&sign, iso_view_f64(minus, 3, 3)));
    assert_int_equal(sign, -1);
}

static void what_is_refused(void **state)
{
    (void)state;
    const double a[] = {1, 2, 3, INFINITY, 5, 6}, fine[] = {1, 0, 0, 1, 1, 1};
    double s[3] = {7, 7, 7}, x[4];
    iso_mat out = {x, 2, 2, 2, ISO_F64, NULL}, single = {x, 2, 1, 1, ISO_F32, NULL};
    iso_svd svd = {.k = 5};
    int sign = 9;

    fails(iso_svd_new(&svd, iso_view_f64(a, 3, 2)), ISO_EFORMAT, "row 1");
    fails(iso_singular_values(s, iso_view_f64(a, 3, 2)), ISO_EFORMAT, "not finite");
    fails(iso_svd_new(&svd, (iso_view){a, 1, 1, 1, ISO_F16}), ISO_EARG, "f16");
    fails(iso_svd_new(&svd, iso_view_f64(a, INT64_C(1) << 32, 0)), ISO_EARG, "too large");
    fails(iso_eigen(s, NULL, iso_view_f64(fine, 3, 2)), ISO_EARG, "3 x 2 is not square");
    fails(iso_eigen(s, &single, iso_view_f64(fine, 2, 2)), ISO_EARG, "result is 2 x 1 f32");
    fails(iso_det_sign(&sign, iso_view_f64(fine, 3, 2)), ISO_EARG, "not square");
    fails(iso_least_squares(&out, NULL, iso_view_f64(fine, 3, 2), iso_view_f64(fine, 2, 2), 0),
          ISO_EARG, "3 and 2 rows");
    fails(iso_solve_positive(&out, iso_view_f64(fine, 2, 2), iso_view_f64(fine, 3, 2)), ISO_EARG,
          "2 equations have 3");
    assert_true(svd.k == 5 && s[0] == 7 && sign == 9);
}

static iso_err everything(void)
{
    const double a[] = {2, 1, 1, 2, 1, 0};
    double s[2], x[4];
    iso_mat out = {x, 2, 2, 2, ISO_F64, NULL};
    const iso_view square = iso_view_f64(a, 2, 2), tall = iso_view_f64(a, 3, 2);
    iso_svd svd = {0};
    int sign;
    iso_err err = ISO_OK;

    ISO_TRY(iso_singular_values(s, tall));
    ISO_TRY(iso_eigen(s, &out, square));
    ISO_TRY(iso_least_squares(&out, NULL, tall, tall, 0));
    ISO_TRY(iso_solve_positive(&out, square, square));
    ISO_TRY(iso_det_sign(&sign, square));
    ISO_TRY(iso_svd_new(&svd, tall));
done:
    iso_svd_free(&svd);
    return err;
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    iso_err err = ISO_ENOMEM;

    for (int n = 0; n < 100 && err; n++) {
        iso_alloc_fail_after(n);
        err = everything();
        iso_alloc_fail_after(-1);
        assert_true(err == ISO_OK ? n > 20 : err == ISO_ENOMEM);
    }
    ok(err);
}

int main(void)
{
    RUN_TESTS(test(two_by_two_by_hand), test(ranks), test(odd_shapes),
              test(single_precision_is_taken), test(nothing_has_no_values),
              test(eigenvalues_by_hand), test(eigenvectors_are_rows), test(least_squares_by_hand),
              test(least_squares_by_its_equations), test(positive_systems),
              test(signs_of_determinants), test(what_is_refused), test(every_allocation_may_fail));
}
