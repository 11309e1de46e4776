/* Maps between spaces: exact data is found again, each method by its own equations, edges. */
#include "analysis/maps/map.h"
#include "lib/base/alloc.h"
#include "lib/base/rng.h"
#include "lib/linalg/product.h"
#include "lib/linalg/decomp.h"
#include "tests/check.h"

static iso_mat matrix(int64_t n, int64_t d)
{
    iso_mat m = {0};

    ok(iso_mat_new(&m, n, d, ISO_F64));
    return m;
}

static iso_mat noise(int64_t n, int64_t d, uint64_t seed)
{
    iso_mat m = matrix(n, d);
    iso_rng rng = iso_rng_seeded(seed, 0);

    for (int64_t i = 0; i < n * d; i++)
        ((double *)m.data)[i] = iso_rng_normal(&rng);
    return m;
}

/* An orthogonal matrix whose determinant has the sign asked for. */
static iso_mat orthogonal(int64_t d, uint64_t seed, int wanted)
{
    iso_mat m = noise(d, d, seed), q = matrix(d, d);
    iso_svd svd;
    int sign = 0;

    ok(iso_svd_new(&svd, iso_mat_view(&m)));
    ok(iso_mul_nn(&q, iso_mat_view(&svd.u), iso_mat_view(&svd.vt), 0));
    ok(iso_det_sign(&sign, iso_mat_view(&q)));
    for (int64_t j = 0; sign != wanted && j < d; j++)
        ((double *)q.data)[j] *= -1;
    iso_svd_free(&svd);
    iso_mat_free(&m);
    return q;
}

/* y = scale · x R + shift, shift_j = j. */
static iso_mat moved(const iso_mat *x, const iso_mat *r, double scale, double shift)
{
    iso_mat y = matrix(x->rows, r->cols);
    double *data = y.data;

    ok(iso_mul_nn(&y, iso_mat_view(x), iso_mat_view(r), 0));
    for (int64_t i = 0; i < y.rows; i++)
        for (int64_t j = 0; j < y.cols; j++)
            data[i * y.cols + j] = scale * data[i * y.cols + j] + shift * (double)j;
    return y;
}

static void same(const iso_mat *a, const iso_mat *b, double scale, double tol)
{
    const double *x = a->data, *y = b->data;

    assert_true(a->rows == b->rows && a->cols == b->cols);
    for (int64_t i = 0; i < a->rows * a->cols; i++)
        near(x[i], scale * y[i], tol);
}

static iso_map fitted(const iso_mat *x, const iso_mat *y, iso_map_opt opt)
{
    iso_map map = {0};

    ok(iso_map_fit(&map, iso_mat_view(x), iso_mat_view(y), &opt));
    return map;
}

/* The map takes the rows of x to those of y. */
static void takes(const iso_map *map, const iso_mat *x, const iso_mat *y, double tol)
{
    iso_mat out = matrix(y->rows, y->cols);

    ok(iso_map_apply(&out, map, iso_mat_view(x)));
    same(&out, y, 1, tol);
    iso_mat_free(&out);
}

static double misfit(const iso_map *map, const iso_mat *x, const iso_mat *y)
{
    iso_mat out = matrix(y->rows, y->cols);
    double sum = 0;

    ok(iso_map_apply(&out, map, iso_mat_view(x)));
    for (int64_t i = 0; i < y->rows * y->cols; i++)
        sum += pow(((double *)out.data)[i] - ((double *)y->data)[i], 2);
    iso_mat_free(&out);
    return sum;
}

/* x = (1, 0), (0, 2); y = (0, 3), (−4, 0): XᵀY = [0 3; −8 0], singular values 8, 3; the quarter
 * turn W = [0 1; −1 0]; scale 11/5. */
static void a_quarter_turn_by_hand(void **state)
{
    (void)state;
    double xs[] = {1, 0, 0, 2}, ys[] = {0, 3, -4, 0};
    iso_mat x = {xs, 2, 2, 2, ISO_F64, NULL}, y = {ys, 2, 2, 2, ISO_F64, NULL};
    iso_map map = fitted(&x, &y, (iso_map_opt){0});
    const double *w = map.w.data;

    near(w[0], 0, 1e-15);
    near(w[1], 1, 1e-15);
    near(w[2], -1, 1e-15);
    near(w[3], 0, 1e-15);
    assert_true(map.from[0] == 0 && map.to[1] == 0);
    assert_true(map.n == 2 && map.rank == 2);
    iso_map_free(&map);
    map = fitted(&x, &y, (iso_map_opt){.method = ISO_MAP_SCALED});
    w = map.w.data;
    near(w[1], 2.2, 1e-15);
    near(w[2], -2.2, 1e-15);
    iso_map_free(&map);
    assert_null(map.w.data);
}

/* A mirror: the best rotation turns the weaker direction. x = (3, 0), (0, 1), y = (3, 0), (0, −1):
 * orthogonal diag(1, −1), rotation I. */
static void a_mirror_by_hand(void **state)
{
    (void)state;
    double xs[] = {3, 0, 0, 1}, ys[] = {3, 0, 0, -1};
    iso_mat x = {xs, 2, 2, 2, ISO_F64, NULL}, y = {ys, 2, 2, 2, ISO_F64, NULL};
    iso_map map = fitted(&x, &y, (iso_map_opt){0});

    near(((double *)map.w.data)[3], -1, 1e-15);
    iso_map_free(&map);
    map = fitted(&x, &y, (iso_map_opt){.method = ISO_MAP_ROTATION});
    near(((double *)map.w.data)[0], 1, 1e-15);
    near(((double *)map.w.data)[3], 1, 1e-15);
    iso_map_free(&map);
}

static void what_was_done_is_found(void **state)
{
    (void)state;
    for (int sign = -1; sign <= 1; sign += 2) {
        iso_mat r = orthogonal(17, 3, sign), x = noise(80, 17, 4), y = moved(&x, &r, 1, 5);
        iso_mat big = moved(&x, &r, 2.5, 5);
        for (int m = 0; m <= ISO_MAP_WHITENED; m++) {
            const bool scales = m != ISO_MAP_ORTHOGONAL && m != ISO_MAP_ROTATION;
            iso_map_opt opt = {.method = (iso_map_method)m, .centre = true, .ridge = 1e-15};
            iso_map map = fitted(&x, &y, opt);
            assert_true(map.n == 80 && map.rank == 17);
            if (m == ISO_MAP_ROTATION && sign < 0) {
                int found = 0;
                ok(iso_det_sign(&found, iso_mat_view(&map.w)));
                assert_int_equal(found, 1);
                assert_true(misfit(&map, &x, &y) > 1);
                iso_map_free(&map);
                continue;
            }
            same(&map.w, &r, 1, 1e-12);
            takes(&map, &x, &y, 1e-12);
            iso_map_free(&map);
            map = fitted(&x, &big, opt);
            same(&map.w, &r, scales ? 2.5 : 1, 3e-12);
            iso_map_free(&map);
        }
        iso_mat_free(&r);
        iso_mat_free(&x);
        iso_mat_free(&y);
        iso_mat_free(&big);
    }
}

/* Whatever the share, whitening finds a rotation; fully whitened, any invertible map. */
static void whitening_finds(void **state)
{
    (void)state;
    iso_mat stretch = noise(9, 9, 1), base = noise(60, 9, 2), x = moved(&base, &stretch, 1, 1);
    iso_mat r = orthogonal(9, 5, 1), any = noise(9, 9, 6);
    iso_mat turned = moved(&x, &r, 1, 0), bent = moved(&x, &any, 1, 3);

    for (double share = 0.25; share <= 1; share += 0.25) {
        iso_map_opt opt = {.method = ISO_MAP_WHITENED, .whiten = share};
        iso_map map = fitted(&x, &turned, opt);
        same(&map.w, &r, 1, 1e-11);
        iso_map_free(&map);
    }
    iso_map map = fitted(&x, &bent, (iso_map_opt){.method = ISO_MAP_WHITENED, .centre = true});
    same(&map.w, &any, 1, 1e-10);
    takes(&map, &x, &bent, 1e-10);
    iso_map_free(&map);
    map = fitted(&x, &bent, (iso_map_opt){.centre = true});
    assert_true(misfit(&map, &x, &bent) > 1);
    iso_map_free(&map);
    iso_mat_free(&stretch);
    iso_mat_free(&base);
    iso_mat_free(&x);
    iso_mat_free(&r);
    iso_mat_free(&any);
    iso_mat_free(&turned);
    iso_mat_free(&bent);
}

/* Half whitened on one axis: σ 2 and 4, A = ½ + ½/2, B = ½ + ½/4, W = −0.75/0.625. On two, of which
 * x fills one: its second direction has no whitened part, A = ½, while y's is B = ½ + ½/1. */
static void half_whitened_by_hand(void **state)
{
    (void)state;
    double xs[] = {2, -2}, ys[] = {-4, 4}, xflat[] = {2, 0, -2, 0}, ywide[] = {4, 1, -4, 1};
    iso_mat x = {xs, 2, 1, 1, ISO_F64, NULL}, y = {ys, 2, 1, 1, ISO_F64, NULL};
    iso_mat x2 = {xflat, 2, 2, 2, ISO_F64, NULL}, y2 = {ywide, 2, 2, 2, ISO_F64, NULL};
    iso_map map = fitted(&x, &y, (iso_map_opt){.method = ISO_MAP_WHITENED, .whiten = 0.5});

    near(*(double *)map.w.data, -1.2, 1e-15);
    iso_map_free(&map);
    map = fitted(&x2, &y2, (iso_map_opt){.method = ISO_MAP_WHITENED, .whiten = 0.5});
    near(((double *)map.w.data)[0], 1.2, 1e-15);
    near(fabs(((double *)map.w.data)[3]), 0.5, 1e-15);
    assert_int_equal(map.rank, 1);
    iso_map_free(&map);
}

/* No small turn of the map found fits noisy data better, and no small change of a linear one. */
static void nothing_near_is_better(void **state)
{
    (void)state;
    enum { D = 6, N = 50 };
    iso_mat r = orthogonal(D, 3, -1), x = noise(N, D, 4), y = moved(&x, &r, 1, 0);
    iso_mat e = noise(N, D, 8);

    for (int i = 0; i < N * D; i++)
        ((double *)y.data)[i] += 0.5 * ((double *)e.data)[i];
    for (int m = 0; m <= ISO_MAP_LEAST_SQUARES; m++) {
        iso_map map = fitted(&x, &y, (iso_map_opt){.method = (iso_map_method)m, .ridge = 1e-15});
        const double best = misfit(&map, &x, &y);
        double *w = map.w.data;
        for (int a = 0; a < D; a++)
            for (int b = a + 1; b < D; b++)
                for (int sign = -1; sign <= 1; sign += 2) {
                    const double c = cos(1e-3), s = sign * sin(1e-3);
                    for (int j = 0; j < D; j++) {
                        const double u = w[a * D + j], v = w[b * D + j];
                        w[a * D + j] = c * u - s * v;
                        w[b * D + j] = s * u + c * v;
                    }
                    assert_true(misfit(&map, &x, &y) > best);
                    for (int j = 0; j < D; j++) {
                        const double u = w[a * D + j], v = w[b * D + j];
                        w[a * D + j] = c * u + s * v;
                        w[b * D + j] = -s * u + c * v;
                    }
                }
        for (int i = 0; m >= ISO_MAP_SCALED && i < D * D; i++) {
            double delta = m == ISO_MAP_SCALED ? 1e-3 : 0;
            for (int j = 0; m == ISO_MAP_SCALED && j < D * D; j++)
                w[j] *= 1 + delta;
            w[i] += m == ISO_MAP_SCALED ? 0 : 1e-3;
            assert_true(misfit(&map, &x, &y) > best);
            w[i] -= m == ISO_MAP_SCALED ? 0 : 1e-3;
            for (int j = 0; m == ISO_MAP_SCALED && j < D * D; j++)
                w[j] /= 1 + delta;
        }
        iso_map_free(&map);
    }
    iso_mat_free(&r);
    iso_mat_free(&x);
    iso_mat_free(&y);
    iso_mat_free(&e);
}

/* (XᵀX + ridge · tr/p) W = XᵀY on paper: x = 1, 3, y = 2, 5: 17 / (10 (1 + ridge)). */
static void ridge_by_hand(void **state)
{
    (void)state;
    double xs[] = {1, 3}, ys[] = {2, 5}, zeros[] = {0, 0};
    iso_mat x = {xs, 2, 1, 1, ISO_F64, NULL}, y = {ys, 2, 1, 1, ISO_F64, NULL};
    iso_mat zero = {zeros, 2, 1, 1, ISO_F64, NULL};
    iso_map map = fitted(&x, &y, (iso_map_opt){.method = ISO_MAP_RIDGE, .ridge = 0.7});

    near(*(double *)map.w.data, 1, 1e-15);
    iso_map_free(&map);
    map = fitted(&x, &y, (iso_map_opt){.method = ISO_MAP_RIDGE});
    near(*(double *)map.w.data, 17 / 11.0, 1e-15);
    assert_int_equal(map.rank, 1);
    iso_map_free(&map);
    map = fitted(&zero, &y, (iso_map_opt){.method = ISO_MAP_RIDGE});
    assert_true(*(double *)map.w.data == 0 && map.rank == 0);
    iso_map_free(&map);
}

/* Orthonormal rows where p < q, columns where p > q. */
static void sides_of_unequal_width(void **state)
{
    (void)state;
    iso_mat narrow = noise(40, 5, 1), wide = noise(40, 8, 2);

    for (int m = 0; m <= ISO_MAP_ROTATION; m++)
        for (int turn = 0; turn < 2; turn++) {
            const iso_map_opt opt = {.method = (iso_map_method)m, .centre = true};
            iso_map map = turn ? fitted(&wide, &narrow, opt) : fitted(&narrow, &wide, opt);
            iso_mat unit = matrix(5, 5);
            assert_int_equal(map.rank, 5);
            if (turn)
                ok(iso_mul_tn(&unit, iso_mat_view(&map.w), iso_mat_view(&map.w), 0));
            else
                ok(iso_mul_nt(&unit, iso_mat_view(&map.w), iso_mat_view(&map.w), 0));
            for (int i = 0; i < 25; i++)
                near(((double *)unit.data)[i], i % 6 == 0, 1e-14);
            iso_mat_free(&unit);
            iso_map_free(&map);
        }
    for (int m = ISO_MAP_SCALED; m <= ISO_MAP_WHITENED; m++) {
        iso_map map = fitted(&narrow, &wide, (iso_map_opt){.method = (iso_map_method)m});
        assert_true(map.w.rows == 5 && map.w.cols == 8 && map.rank == 5);
        iso_map_free(&map);
        map = fitted(&wide, &narrow, (iso_map_opt){.method = (iso_map_method)m});
        assert_true(map.w.rows == 8 && map.w.cols == 5);
        iso_map_free(&map);
    }
    iso_mat_free(&narrow);
    iso_mat_free(&wide);
}

/* Four rows in ten dimensions determine four directions, three once a mean is removed; they are
 * met exactly all the same, and W stays orthogonal or is the shortest. */
static void fewer_rows_than_columns(void **state)
{
    (void)state;
    iso_mat r = orthogonal(10, 3, -1), x = noise(4, 10, 4), y = moved(&x, &r, 1, 2);
    iso_mat plain = moved(&x, &r, 1, 0), unit = matrix(10, 10);

    for (int m = 0; m <= ISO_MAP_WHITENED; m++) {
        if (m == ISO_MAP_RIDGE)
            continue;
        const iso_map_opt opt = {.method = (iso_map_method)m, .centre = true};
        iso_map map = fitted(&x, &y, opt), uncentred;
        assert_int_equal(map.rank, 3);
        takes(&map, &x, &y, 1e-12);
        iso_map_free(&map);
        uncentred = fitted(&x, &plain, (iso_map_opt){.method = (iso_map_method)m});
        assert_int_equal(uncentred.rank, 4);
        takes(&uncentred, &x, &plain, 1e-12);
        iso_map_free(&uncentred);
    }
    iso_map map = fitted(&x, &y, (iso_map_opt){.method = ISO_MAP_ROTATION, .centre = true});
    ok(iso_mul_nt(&unit, iso_mat_view(&map.w), iso_mat_view(&map.w), 0));
    for (int i = 0; i < 100; i++)
        near(((double *)unit.data)[i], i % 11 == 0, 1e-14);
    iso_map_free(&map);
    map = fitted(&x, &y, (iso_map_opt){.method = ISO_MAP_RIDGE, .centre = true});
    assert_int_equal(map.rank, 3);
    iso_map_free(&map);
    iso_mat_free(&r);
    iso_mat_free(&x);
    iso_mat_free(&y);
    iso_mat_free(&plain);
    iso_mat_free(&unit);
}

/* The shortest W: each of its columns is a sum of rows of x. A row twice as long, x = (1, 1): W of
 * y = 2 is (1, 1). */
static void least_squares_is_shortest(void **state)
{
    (void)state;
    double xs[] = {1, 1, 2, 2}, ys[] = {2, 4};
    iso_mat x = {xs, 2, 2, 2, ISO_F64, NULL}, y = {ys, 2, 1, 1, ISO_F64, NULL};
    iso_map map = fitted(&x, &y, (iso_map_opt){.method = ISO_MAP_LEAST_SQUARES});

    near(((double *)map.w.data)[0], 1, 1e-14);
    near(((double *)map.w.data)[1], 1, 1e-14);
    assert_int_equal(map.rank, 1);
    iso_map_free(&map);
}

/* Both types, more rows than a block, in place, in rows further apart than they are wide. */
static void rows_are_mapped(void **state)
{
    (void)state;
    enum { N = 2500, D = 3 };
    iso_mat r = orthogonal(D, 3, 1), x = noise(N, D, 4), y = moved(&x, &r, 1, 1), f = {0}, g = {0};
    iso_map map = fitted(&x, &y, (iso_map_opt){.centre = true});

    ok(iso_mat_new(&f, N, D, ISO_F32));
    ok(iso_mat_new(&g, N, D + 2, ISO_F32));
    iso_mat part = iso_mat_columns(&g, 1, D);
    for (int i = 0; i < N * D; i++)
        ((float *)f.data)[i] = (float)((double *)x.data)[i];
    ok(iso_map_apply(&part, &map, iso_mat_view(&f)));
    ok(iso_map_apply(&f, &map, iso_mat_view(&f)));
    ok(iso_map_apply(&x, &map, iso_mat_view(&x)));
    same(&x, &y, 1, 1e-12);
    for (int i = 0; i < N; i++)
        for (int j = 0; j < D; j++) {
            near(((float *)f.data)[i * D + j], ((double *)y.data)[i * D + j], 1e-6);
            near(((float *)g.data)[i * (D + 2) + 1 + j], ((double *)y.data)[i * D + j], 1e-6);
        }
    assert_true(((float *)g.data)[0] == 0 && ((float *)g.data)[(D + 2) * N - 1] == 0);
    fails(iso_map_apply(&g, &map, iso_mat_view(&f)), ISO_EARG, "2500 x 5, not 2500 x 3");
    fails(iso_map_apply(&f, &map, iso_mat_view(&g)), ISO_EARG, "5 columns, the map takes 3");
    iso_map_free(&map);
    iso_mat_free(&r);
    iso_mat_free(&x);
    iso_mat_free(&y);
    iso_mat_free(&f);
    iso_mat_free(&g);
}

static void what_is_refused(void **state)
{
    (void)state;
    const double a[] = {1, 2, NAN, 4}, b[] = {1, 2, 3, 4};
    const iso_view x = iso_view_f64(b, 2, 2);
    iso_map map = {.n = 77};

    fails(iso_map_fit(&map, x, iso_view_f64(b, 1, 2), NULL), ISO_EARG, "2 and 1");
    fails(iso_map_fit(&map, iso_view_f64(b, 0, 2), iso_view_f64(b, 0, 2), NULL), ISO_EARG,
          "at least 1");
    fails(iso_map_fit(&map, iso_view_f64(b, 2, 0), x, NULL), ISO_EARG, "no columns");
    fails(iso_map_fit(&map, x, iso_view_f64(a, 2, 2), NULL), ISO_EFORMAT, "row 1 of y");
    fails(iso_map_fit(&map, (iso_view){b, 2, 2, 2, ISO_BF16}, x, NULL), ISO_EARG, "bf16");
    fails(iso_map_fit(&map, x, x, &(iso_map_opt){.ridge = -1}), ISO_EARG, "ridge -1");
    fails(iso_map_fit(&map, x, x, &(iso_map_opt){.whiten = 1.5}), ISO_EARG, "whitening 1.5");
    fails(iso_map_fit(&map, x, x, &(iso_map_opt){.method = (iso_map_method)9}), ISO_EARG, "9");
    assert_int_equal(map.n, 77);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    iso_mat x = noise(9, 3, 1), y = noise(9, 3, 2), out = matrix(9, 3);

    for (int m = 0; m <= ISO_MAP_WHITENED; m++) {
        iso_err err = ISO_ENOMEM;
        for (int n = 0; n < 200 && err; n++) {
            const iso_map_opt opt = {.method = (iso_map_method)m, .centre = true};
            iso_map map = {.n = 77};
            iso_alloc_fail_after(n);
            err = iso_map_fit(&map, iso_mat_view(&x), iso_mat_view(&y), &opt);
            assert_true(err == ISO_OK || map.n == 77);
            if (!err)
                err = iso_map_apply(&out, &map, iso_mat_view(&x));
            iso_alloc_fail_after(-1);
            assert_true(err == ISO_OK || err == ISO_ENOMEM);
            if (map.n != 77)
                iso_map_free(&map);
        }
        ok(err);
    }
    iso_mat_free(&x);
    iso_mat_free(&y);
    iso_mat_free(&out);
}

int main(void)
{
    RUN_TESTS(test(a_quarter_turn_by_hand), test(a_mirror_by_hand), test(what_was_done_is_found),
              test(whitening_finds), test(half_whitened_by_hand), test(nothing_near_is_better),
              test(ridge_by_hand), test(sides_of_unequal_width), test(fewer_rows_than_columns),
              test(least_squares_is_shortest), test(rows_are_mapped), test(what_is_refused),
              test(every_allocation_may_fail));
}
