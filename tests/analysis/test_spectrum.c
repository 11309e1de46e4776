/* Participation ratio, share of the largest variance and mean cosine of pairs: by hand, against
 * loops in double over all pairs and a power iteration, and where they are undefined. */
#include "analysis/stats/spectrum.h"

#include "lib/base/alloc.h"
#include "lib/base/rng.h"
#include "lib/linalg/convert.h"
#include "tests/check.h"

static iso_spectrum of(iso_view v)
{
    iso_rows *rows = NULL;
    iso_spectrum s;

    ok(iso_rows_of_view(&rows, v));
    ok(iso_spectrum_of(&s, rows, NULL));
    iso_rows_close(rows);
    return s;
}

/* Rows ±2 on the first axis, ±1 on the second: λ is 8 and 2 to 3, so (8 + 2)²/(64 + 4), 8/10. Of
 * six pairs two are opposite, four at right angles. A shift changes the cosine alone. */
static void on_paper(void **state)
{
    const double x[] = {2, 0, -2, 0, 0, 1, 0, -1}, moved[] = {102, 3, 98, 3, 100, 4, 100, 2};

    (void)state;
    const iso_spectrum s = of(iso_view_f64(x, 4, 2)), t = of(iso_view_f64(moved, 4, 2));
    near(s.participation, 100.0 / 68, 1e-14);
    near(s.top_share, 0.8, 1e-14);
    near(s.cosine, -1.0 / 3, 1e-15);
    assert_int_equal(s.pairs, 6);
    assert_null(s.why);
    near(t.participation, 100.0 / 68, 1e-11);
    near(t.top_share, 0.8, 1e-12);
    assert_true(t.cosine > 0.999);
}

/* --- The oracle --- */

static double dot(const double *a, const double *b, int64_t d)
{
    double sum = 0;

    for (int64_t j = 0; j < d; j++)
        sum += a[j] * b[j];
    return sum;
}

static double *covariance(const double *x, int64_t n, int64_t d)
{
    double *mean = calloc((size_t)d, sizeof *mean), *S = calloc((size_t)(d * d), sizeof *S);

    assert_non_null(mean);
    assert_non_null(S);
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < d; j++)
            mean[j] += x[i * d + j] / (double)n;
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < d; j++)
            for (int64_t k = 0; k < d; k++)
                S[j * d + k] += (x[i * d + j] - mean[j]) * (x[i * d + k] - mean[k]);
    free(mean);
    return S;
}

static double largest(const double *S, int64_t d)
{
    double *v = calloc((size_t)d, sizeof *v), *w = calloc((size_t)d, sizeof *w), value = 0;

    assert_non_null(v);
    assert_non_null(w);
    for (int64_t j = 0; j < d; j++)
        v[j] = 1 + (double)j / (double)d;
    for (int turn = 0; turn < 2000; turn++) {
        for (int64_t j = 0; j < d; j++)
            w[j] = dot(S + j * d, v, d);
        value = sqrt(dot(w, w, d));
        for (int64_t j = 0; j < d; j++)
            v[j] = w[j] / value;
    }
    free(v);
    free(w);
    return value;
}

static void compare(const iso_spectrum *s, const double *x, int64_t n, int64_t d)
{
    double *S = covariance(x, n, d), trace = 0, squares = 0, cosines = 0;

    for (int64_t j = 0; j < d; j++) {
        trace += S[j * d + j];
        squares += dot(S + j * d, S + j * d, d);
    }
    for (int64_t i = 0; i < n; i++)
        for (int64_t k = 0; k < i; k++) {
            const double *a = x + i * d, *b = x + k * d, norms = dot(a, a, d) * dot(b, b, d);
            cosines += norms > 0 ? dot(a, b, d) / sqrt(norms) : 0;
        }
    assert_int_equal(s->pairs, n * (n - 1) / 2);
    near(s->participation / (trace * trace / squares), 1, 1e-9);
    near(s->top_share, largest(S, d) / trace, 1e-9);
    near(s->cosine, cosines / (double)s->pairs, 1e-12);
    assert_true(s->participation >= 1 - 1e-12 &&
                s->participation <= (double)(n - 1 < d ? n - 1 : d) + 1e-9);
    free(S);
}

static void equals_loops_over_all_pairs(void **state)
{
    static const int64_t sizes[][2] = {{2, 1}, {2, 9}, {9, 9}, {30, 31}, {600, 12}, {257, 40}};
    static const iso_dtype types[] = {ISO_F64, ISO_F32, ISO_F16};
    iso_rng rng = iso_rng_seeded(3, 0);

    (void)state;
    for (int c = 0; c < 6 * 3 * 2; c++) {
        const int64_t n = sizes[c % 6][0], d = sizes[c % 6][1];
        const iso_dtype type = types[c / 6 % 3];
        const double mean = c / 18 ? (type == ISO_F16 ? 50 : 5000) : 0;
        double *x = calloc((size_t)(n * d), sizeof *x);
        iso_mat m;
        assert_non_null(x);
        for (int64_t i = 0; i < n * d; i++) /* the first column varies most */
            x[i] = mean + (i % d == 0 ? 4 : 1) * iso_rng_normal(&rng);
        for (int64_t j = 0; j < d && n > 20; j++)
            x[7 * d + j] = 0;
        ok(iso_mat_new(&m, n, d, type));
        iso_convert(m.data, m.stride, type, iso_view_f64(x, n, d));
        iso_convert_f64(x, d, iso_mat_view(&m));
        const iso_spectrum s = of(iso_mat_view(&m));
        compare(&s, x, n, d);
        iso_mat_free(&m);
        free(x);
    }
}

static void where_there_is_none(void **state)
{
    const double one[] = {1, 2}, same[] = {0.1, 0.7, 0.1, 0.7, 0.1, 0.7}, zero[6] = {0};
    const double far[] = {1e200, 0, -1e200, 1, 0, 1e200};
    double flat[600];

    (void)state;
    for (int i = 0; i < 600; i++)
        flat[i] = i % 2 ? 0.3 : 1e3 / 7;
    iso_spectrum s = of(iso_view_f64(one, 1, 2));
    assert_true(isnan(s.participation) && isnan(s.top_share) && isnan(s.cosine));
    text(s.why, "fewer than two rows");
    for (int i = 0; i < 3; i++) {
        s = i == 0   ? of(iso_view_f64(same, 3, 2))
            : i == 1 ? of(iso_view_f64(flat, 300, 2))
                     : of(iso_view_f64(zero, 3, 2));
        assert_true(isnan(s.participation) && isnan(s.top_share));
        near(s.cosine, i == 2 ? 0 : 1, 1e-14);
        text(s.why, "no variance");
    }
    s = of(iso_view_f64(far, 3, 2));
    assert_true(isnan(s.participation));
    text(s.why, "numbers leave the range of double");
}

static void what_cannot_be_is_refused(void **state)
{
    const double bad[] = {1, 2, NAN, 4}, x[] = {1, 2, 3, 4, 5, 6};
    iso_rows *rows = NULL;
    iso_spectrum s = {.pairs = 77};

    (void)state;
    ok(iso_rows_of_view(&rows, iso_view_f64(bad, 2, 2)));
    fails(iso_spectrum_of(&s, rows, NULL), ISO_EFORMAT, "row 1 has a number that is not finite");
    iso_rows_close(rows);
    ok(iso_rows_of_view(&rows, iso_view_f64(x, 3, 2)));
    fails(iso_spectrum_of(&s, rows, &(iso_run){.mem = 100}), ISO_EDATA,
          "the spectrum of 3 x 2 numbers needs 0.0 MB of memory, --mem gives");
    iso_rows_close(rows);
    assert_int_equal(s.pairs, 77);
}

static void every_allocation_may_fail(void **state)
{
    const double x[] = {1, 2, 3, 4, 5, 7, 8, 9}; /* 4 × 2, and 2 × 4 */

    (void)state;
    for (int wide = 0; wide < 2; wide++) {
        iso_rows *rows = NULL;
        iso_spectrum s;
        iso_err err = ISO_ENOMEM;
        ok(iso_rows_of_view(&rows, iso_view_f64(x, wide ? 2 : 4, wide ? 4 : 2)));
        for (int n = 0; err; n++) {
            iso_alloc_fail_after(n);
            err = iso_spectrum_of(&s, rows, NULL);
            iso_alloc_fail_after(-1);
            assert_true(err == ISO_OK || err == ISO_ENOMEM);
        }
        iso_rows_close(rows);
    }
}

int main(void)
{
    RUN_TESTS(test(on_paper), test(equals_loops_over_all_pairs), test(where_there_is_none),
              test(what_cannot_be_is_refused), test(every_allocation_may_fail));
}
