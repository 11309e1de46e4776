/* Products with prepared weights, against loops written out: every number type, every engine here.
 */
#include "tests/check.h"

#include <stdbool.h>

#include "lib/base/alloc.h"
#include "lib/base/rng.h"
#include "lib/linalg/convert.h"
#include "lib/linalg/packed.h"
#include "lib/linalg/packed_exact.h"

enum { GAP = 5, SHAPES = 11, MOST_K = 4096 };

/* M, N, K: nothing, one, odd, beyond a strip, beyond what one sum in f32 holds of 8-bit products */
static const int64_t shapes[SHAPES][3] = {
    {1, 1, 1},   {0, 3, 2},      {3, 0, 2},    {2, 3, 0},      {1, 7, 768},  {17, 33, 129},
    {6, 16, 64}, {13, 40, 3001}, {521, 18, 5}, {260, 5, 1025}, {40, 35, 509}};

static iso_mat drawn(int64_t rows, int64_t cols, int64_t stride, uint64_t seed)
{
    iso_rng rng = iso_rng_seeded(seed, 0);
    iso_mat m;

    ok(iso_mat_new(&m, rows, stride, ISO_F32));
    m.cols = cols;
    for (int64_t i = 0; i < rows * stride; i++)
        ((float *)m.data)[i] = (float)iso_rng_normal(&rng);
    return m;
}

static const float *row_of(const iso_mat *m, int64_t i)
{
    return (const float *)m->data + i * m->stride;
}

static float as_bf16(float x)
{
    uint16_t h;
    float back;

    iso_convert_bf16(&h, 1, iso_view_f32(&x, 1, 1));
    iso_convert_f32(&back, 1, (iso_view){&h, 1, 1, 1, ISO_BF16});
    return back;
}

/* The value at i, j in double and, in *size, the sum of its terms' magnitudes. */
static double product(double *size, const float *x, const float *w, int64_t k, bool bf16)
{
    double sum = 0;

    *size = 0;
    for (int64_t i = 0; i < k; i++) {
        const double p =
            bf16 ? (double)as_bf16(x[i]) * (double)as_bf16(w[i]) : (double)x[i] * (double)w[i];
        sum += p;
        *size += fabs(p);
    }
    return sum;
}

static float scale_of(const float *x, int64_t k)
{
    float peak = 0;

    for (int64_t i = 0; i < k; i++)
        peak = fmaxf(peak, fabsf(x[i]));
    return peak;
}

/* The largest numbers of x that are not taken yet, of equal ones the first. */
static void take_largest(bool *taken, const float *x, int64_t k)
{
    for (int t = 0; t < PACKED_EXACT && t < k; t++) {
        int64_t best = -1;
        for (int64_t i = 0; i < k; i++) {
            if (!taken[i] && (best < 0 || fabsf(x[i]) > fabsf(x[best])))
                best = i;
        }
        taken[best] = true;
    }
}

/* The same as integers, and the scales put back; the largest of x with w in bf16. */
static float integer_product(const float *x, const float *w, int64_t k)
{
    bool taken[MOST_K] = {false};
    const float pw = scale_of(w, k);
    float px = 0, exact = 0;
    int32_t sum = 0;

    take_largest(taken, x, k);
    for (int64_t i = 0; i < k; i++)
        px = taken[i] ? px : fmaxf(px, fabsf(x[i]));
    for (int64_t i = 0; i < k && px > 0; i++)
        sum += taken[i] ? 0 : (int32_t)rintf(x[i] * (127 / px)) * (int32_t)rintf(w[i] * (127 / pw));
    exact = (float)sum * (px / 127 * (pw / 127));
    for (int64_t i = 0; i < k; i++)
        exact += taken[i] ? x[i] * as_bf16(w[i]) : 0;
    return exact;
}

static void check_row(const iso_mat *y, const iso_mat *x, const iso_mat *w, int64_t i,
                      const float *bias, iso_compute compute)
{
    for (int64_t j = 0; j < w->rows; j++) {
        const double got = (double)row_of(y, i)[j], b = bias ? (double)bias[j] : 0;
        const float *xi = row_of(x, i), *wj = row_of(w, j);
        if (compute == ISO_COMPUTE_INT8 && x->cols > 0) {
            const float want = integer_product(xi, wj, x->cols);
            near(got, (double)want + b, bias ? 2e-7 * (fabs((double)want) + fabs(b)) : 0);
        } else {
            double size;
            const double want = product(&size, xi, wj, x->cols, compute == ISO_COMPUTE_BF16);
            near(got, want + b, 1e-6 * (size + fabs(b)));
        }
    }
}

static void strided(int64_t m, int64_t n, int64_t k, int64_t stride, iso_compute compute,
                    bool biased)
{
    iso_mat x = drawn(m, k, stride, 1), w = drawn(n, k, k + n % 2, 2), b = drawn(1, n, n, 4);
    iso_mat y = drawn(m, n, n + GAP, 3), before = drawn(m, n, n + GAP, 3);
    const float *bias = biased ? b.data : NULL;
    iso_packed *p = NULL;

    ok(iso_packed_new(&p, iso_mat_view(&w), compute));
    ok(iso_packed_mul(&y, iso_mat_view(&x), p, bias));
    for (int64_t i = 0; i < m; i++) {
        check_row(&y, &x, &w, i, bias, compute);
        assert_memory_equal(row_of(&y, i) + n, row_of(&before, i) + n, GAP * sizeof(float));
    }
    iso_packed_free(p);
    iso_mat_free(&x), iso_mat_free(&w), iso_mat_free(&y), iso_mat_free(&before), iso_mat_free(&b);
}

static void one_shape(int64_t m, int64_t n, int64_t k, iso_compute compute, bool biased)
{
    strided(m, n, k, k + 3, compute, biased);
}

/* Rows 2 KB apart or a multiple of it are copied, block by block. */
static void rows_that_crowd_the_cache(void **state)
{
    (void)state;
    for (int64_t m = 1; m < 700; m = 4 * m + 9) {
        strided(m, 100, 512, 512, ISO_COMPUTE_F32, true);
        strided(m, 40, 1536, 1536, ISO_COMPUTE_F32, false);
        strided(m, 33, 770, 1024, ISO_COMPUTE_F32, true);
    }
    assert_int_equal(iso_packed_apart(768), 768);
    assert_true(iso_packed_apart(3072) > 3072 && iso_packed_apart(3072) < 3200);
}

static void same_as_a_loop(void **state)
{
    (void)state;
    for (int plain = 0; plain < 2; plain++) {
        iso_packed_force_plain(plain);
        for (int c = 0; c < 3; c++)
            for (int s = 0; s < SHAPES; s++)
                for (int b = 0; b < 2; b++)
                    one_shape(shapes[s][0], shapes[s][1], shapes[s][2], (iso_compute)c, b);
    }
    iso_packed_force_plain(false);
}

/* On paper: w = (127, -254, 64, 2), x = (0.5, 1, 8, -16). The two largest of x give 8 · 64 − 16 · 2
 * = 480. Of the rest peaks are 254 and 1, q(w) = (64, -127) as 63.5 goes to the even 64, q(x) =
 * (64, 127) likewise; sum 64² - 127² = -12033, times 2 * 1/127. */
static void by_hand(void **state)
{
    (void)state;
    const float w[] = {127, -254, 64, 2}, x[] = {0.5f, 1, 8, -16}, bias[] = {0.25f};
    for (int plain = 0; plain < 2; plain++) {
        float y[1];
        iso_mat to = {y, 1, 1, 1, ISO_F32, NULL};
        iso_packed *p = NULL;
        iso_packed_force_plain(plain);
        ok(iso_packed_new(&p, iso_view_f32(w, 1, 4), ISO_COMPUTE_INT8));
        ok(iso_packed_mul(&to, iso_view_f32(x, 1, 4), p, bias));
        near((double)y[0], 480 - 12033 * 2. / 127 + 0.25, 1e-4);
        iso_packed_free(p);
    }
    iso_packed_force_plain(false);
}

/* Equal numbers are taken from the first on, a larger one behind them all the same, and what is
 * taken leaves the scale to the rest: 1, of which nothing is lost. */
static void what_is_taken_of_equals(void **state)
{
    (void)state;
    enum { K = 200 };
    float x[K], w[K], y[1];
    double want = 0;
    for (int i = 0; i < K; i++) {
        x[i] = i % 7 == 3 ? 127 : i % 5 ? 1 : -2;
        w[i] = i % 3 ? 1 : -127;
        want += (double)(x[i] * w[i]);
    }
    x[K - 3] = -4000; /* the 127s of one of them stay */
    want += (double)((x[K - 3] - ((K - 3) % 7 == 3 ? 127 : (K - 3) % 5 ? 1 : -2)) * w[K - 3]);
    for (int plain = 0; plain < 2; plain++) {
        iso_mat to = {y, 1, 1, 1, ISO_F32, NULL};
        iso_packed *p = NULL;
        iso_packed_force_plain(plain);
        ok(iso_packed_new(&p, iso_view_f32(w, 1, K), ISO_COMPUTE_INT8));
        ok(iso_packed_mul(&to, iso_view_f32(x, 1, K), p, NULL));
        near((double)y[0], want, 0);
        iso_packed_free(p);
    }
    iso_packed_force_plain(false);
}

/* Products at their largest: sums that saturate show. And a climb over 2^24 that comes down again,
 * whose small sum shows every bit lost on the way. */
static void the_largest_sums(void **state)
{
    (void)state;
    enum { K = 5000 };
    static float x[2][K], w[2][K];
    iso_rng rng = iso_rng_seeded(1, 0);
    int32_t climb = 0;
    for (int i = 0; i < K; i++) {
        x[0][i] = w[0][i] = 127;
        x[1][i] = i == 0 ? 127 : (float)(100 + iso_rng_below(&rng, 28));
        w[1][i] = (i == 0 ? 127 : (float)(100 + iso_rng_below(&rng, 28))) * (i < K / 2 ? 1 : -1);
        climb += (int32_t)(x[1][i] * w[1][i]);
    }
    assert_true(climb != 0 && abs(climb) < 1 << 24);
    for (int plain = 0; plain < 2; plain++) {
        float y[4];
        iso_mat to = {y, 2, 2, 2, ISO_F32, NULL};
        iso_packed *p = NULL;
        iso_packed_force_plain(plain);
        ok(iso_packed_new(&p, iso_view_f32(w[0], 2, K), ISO_COMPUTE_INT8));
        ok(iso_packed_mul(&to, iso_view_f32(x[0], 2, K), p, NULL));
        near((double)y[0], (double)(float)(127 * 127 * K), 0);
        near((double)y[3], (double)climb, 0);
        iso_packed_free(p);
    }
    iso_packed_force_plain(false);
}

static void rows_that_cannot_be_scaled(void **state)
{
    (void)state;
    const float w[] = {1, 2, 0, 0, 1e-35f, 0}, bias[] = {5, 6, 7};
    const float x[] = {0, 0, NAN, 1, 1, -INFINITY, 1e-36f, 0, 1, 1};
    for (int plain = 0; plain < 2; plain++) {
        float y[15];
        iso_mat to = {y, 5, 3, 3, ISO_F32, NULL};
        iso_packed *p = NULL;
        iso_packed_force_plain(plain);
        ok(iso_packed_new(&p, iso_view_f32(w, 3, 2), ISO_COMPUTE_INT8));
        ok(iso_packed_mul(&to, iso_view_f32(x, 5, 2), p, bias));
        for (int j = 0; j < 3; j++) {
            near((double)y[j], (double)bias[j], 0);
            assert_true(isnan(y[3 + j]) && isnan(y[6 + j]));
            near((double)y[9 + j], (double)bias[j], 0);
            near((double)y[12 + j], (double)bias[j] + (j == 0 ? 3 : 0), 0.03);
        }
        iso_packed_free(p);
    }
    iso_packed_force_plain(false);
}

/* Weights of every type, aligned or not, with a stride or without, give what their widened copy
 * gives. */
static void weights_of_every_type(void **state)
{
    (void)state;
    enum { N = 7, K = 11, M = 3 };
    static const iso_dtype types[] = {ISO_F32, ISO_F16, ISO_BF16};
    iso_mat source = drawn(N, K, K, 5), x = drawn(M, K, K, 6);
    for (int t = 0; t < 3; t++) {
        for (int odd = 0; odd < 2; odd++) {
            for (int64_t gap = 0; gap < 3; gap += 2) {
                const int64_t stride = K + gap;
                const size_t size = iso_dtype_size(types[t]);
                uint64_t number[N * (K + 2)] = {0};
                char bytes[sizeof number + 1];
                float wide[N * K], y[2][M * N];
                iso_convert(number, stride, types[t], iso_mat_view(&source));
                iso_convert_f32(wide, K, (iso_view){number, N, K, stride, types[t]});
                memcpy(bytes + odd, number, (size_t)(N * stride) * size);
                const iso_view w = {bytes + odd, N, K, stride, types[t]};
                for (int c = 0; c < 3; c++) {
                    iso_packed *p[2] = {0};
                    ok(iso_packed_new(&p[0], w, (iso_compute)c));
                    ok(iso_packed_new(&p[1], iso_view_f32(wide, N, K), (iso_compute)c));
                    for (int i = 0; i < 2; i++) {
                        iso_mat to = {y[i], M, N, N, ISO_F32, NULL};
                        ok(iso_packed_mul(&to, iso_mat_view(&x), p[i], NULL));
                        iso_packed_free(p[i]);
                    }
                    assert_memory_equal(y[0], y[1], sizeof y[0]);
                }
            }
        }
    }
    iso_mat_free(&source), iso_mat_free(&x);
}

static void a_packed_view_is_kept_by_the_plain_product(void **state)
{
    (void)state;
    iso_mat w = drawn(64, 64, 64, 7);
    iso_packed *p = NULL;
    iso_packed_force_plain(true);
    ok(iso_packed_new(&p, iso_mat_view(&w), ISO_COMPUTE_F32));
    iso_packed_force_plain(false);
    assert_true(iso_packed_bytes(p) < 1024);
    iso_packed_free(p);
    ok(iso_packed_new(&p, iso_mat_view(&w), ISO_COMPUTE_BF16));
    assert_true(iso_packed_bytes(p) >= 64 * 64 * 2);
    iso_packed_free(p);
    ok(iso_packed_new(&p, iso_mat_view(&w), ISO_COMPUTE_INT8));
    assert_true(iso_packed_bytes(p) >= 64 * 64);
    iso_packed_free(p);
    w.stride = 32, w.cols = 31;
    ok(iso_packed_new(&p, iso_mat_view(&w), ISO_COMPUTE_F32));
    assert_true(iso_packed_bytes(p) >= 64 * 31 * 4);
    iso_packed_free(p);
    iso_packed_free(NULL);
    iso_mat_free(&w);
}

static void what_is_refused(void **state)
{
    (void)state;
    iso_mat w = drawn(4, 6, 6, 8), x = drawn(3, 6, 6, 9), y = drawn(3, 4, 4, 10);
    iso_packed *p = NULL;
    const double wide[] = {1};
    ((float *)w.data)[2 * 6 + 5] = NAN;
    for (int c = 0; c < 3; c++)
        fails(iso_packed_new(&p, iso_mat_view(&w), (iso_compute)c), ISO_EFORMAT, "row 2 of 4");
    ((float *)w.data)[2 * 6 + 5] = INFINITY;
    fails(iso_packed_new(&p, iso_mat_view(&w), ISO_COMPUTE_F32), ISO_EFORMAT, "not finite");
    ((float *)w.data)[2 * 6 + 5] = 0;
    fails(iso_packed_new(&p, iso_mat_view(&w), (iso_compute)3), ISO_EARG, "number type 3");
    fails(iso_packed_new(&p, iso_view_f64(wide, 1, 1), ISO_COMPUTE_F32), ISO_EARG, "f64");
    fails(iso_packed_new(&p, (iso_view){wide, -1, 1, 1, ISO_F32}, ISO_COMPUTE_F32), ISO_EARG, "-1");
    assert_null(p);

    iso_mat long_row;
    ok(iso_mat_new(&long_row, 1, (1 << 17) + 1, ISO_F32));
    fails(iso_packed_new(&p, iso_mat_view(&long_row), ISO_COMPUTE_INT8), ISO_EARG, "131073");
    iso_mat_free(&long_row);

    ok(iso_packed_new(&p, iso_mat_view(&w), ISO_COMPUTE_F32));
    fails(iso_packed_mul(&y, iso_view_f64(wide, 1, 1), p, NULL), ISO_EARG, "f64");
    fails(iso_packed_mul(&y, iso_view_f32(x.data, 3, 5), p, NULL), ISO_EARG, "5 numbers");
    fails(iso_packed_mul(&y, iso_view_rows(iso_mat_view(&x), 0, 2), p, NULL), ISO_EARG, "3 x 4");
    iso_packed_free(p);
    iso_mat_free(&w), iso_mat_free(&x), iso_mat_free(&y);
}

static void every_allocation_fails_once(void **state)
{
    (void)state;
    iso_mat w = drawn(20, 6, 7, 11), x = drawn(9, 6, 6, 12), y = drawn(9, 20, 20, 13);
    for (int plain = 0; plain < 2; plain++) {
        iso_packed_force_plain(plain);
        for (int c = 0; c < 3; c++) {
            iso_packed *p = NULL;
            int64_t n = 0;
            for (;; n++) {
                iso_alloc_fail_after(n);
                iso_err err = iso_packed_new(&p, iso_mat_view(&w), (iso_compute)c);
                if (!err)
                    err = iso_packed_mul(&y, iso_mat_view(&x), p, NULL);
                iso_alloc_fail_after(-1);
                iso_packed_free(p);
                p = NULL;
                if (!err)
                    break;
                assert_int_equal(err, ISO_ENOMEM);
            }
            assert_true(n > 0);
        }
    }
    iso_packed_force_plain(false);
    iso_mat_free(&w), iso_mat_free(&x), iso_mat_free(&y);
}

static void rates_are_measured_or_forced(void **state)
{
    static const double forced[] = {3, 1, 2};
    const iso_compute both[] = {ISO_COMPUTE_INT8, ISO_COMPUTE_F32};
    double rate[] = {-1, -1};
    int64_t count = 0;
    iso_err err;

    (void)state;
    do {
        iso_alloc_fail_after(count++);
        err = iso_packed_rates(rate, both, 2, 40, 24);
        iso_alloc_fail_after(-1);
        assert_true(err == ISO_OK || err == ISO_ENOMEM);
    } while (err);
    assert_true(isfinite(rate[0]) && rate[0] > 0 && isfinite(rate[1]) && rate[1] > 0);
    iso_packed_force_rates(forced);
    ok(iso_packed_rates(rate, both, 2, 40, 24));
    assert_true(rate[0] == 2 && rate[1] == 3);
    iso_packed_force_rates(NULL);
}

static void names(void **state)
{
    (void)state;
    text(iso_compute_name(ISO_COMPUTE_BF16), "bf16");
    text(iso_compute_name(ISO_COMPUTE_INT8), "int8");
    iso_compute named = ISO_COMPUTE_F32;
    assert_true(iso_compute_named(&named, "int8") && named == ISO_COMPUTE_INT8);
    assert_false(iso_compute_named(&named, "f64"));
    assert_true(named == ISO_COMPUTE_INT8);
    iso_packed_force_plain(true);
    text(iso_packed_engine(ISO_COMPUTE_F32), "isogloss, not packed");
    text(iso_packed_engine(ISO_COMPUTE_BF16), "isogloss on rounded numbers");
    text(iso_packed_engine(ISO_COMPUTE_INT8), "isogloss on rounded numbers");
    iso_packed_force_plain(false);
    for (int c = 0; c < 3; c++)
        print_message("%s: %s\n", iso_compute_name((iso_compute)c),
                      iso_packed_engine((iso_compute)c));
}

/* Each number of a result comes by once, finished: twice it plus its place is left. */
static void doubled(void *with, const iso_mat *part, int64_t row, int64_t col)
{
    const iso_mat *y = with;

    assert_true(row >= 0 && row + part->rows <= y->rows && col >= 0 && col + part->cols <= y->cols);
    for (int64_t i = 0; i < part->rows; i++)
        for (int64_t j = 0; j < part->cols; j++)
            ((float *)part->data)[i * part->stride + j] =
                2 * row_of(part, i)[j] + (float)((row + i) % 7 + (col + j) % 5);
}

static void then_sees_every_number_once(void **state)
{
    (void)state;
    for (int c = 0; c < 3; c++) {
        for (int s = 0; s < SHAPES; s++) {
            const int64_t m = shapes[s][0], n = shapes[s][1], k = shapes[s][2];
            iso_mat x = drawn(m, k, k, 1), w = drawn(n, k, k, 2), b = drawn(1, n, n, 4);
            iso_mat plain = drawn(m, n, n + GAP, 3), y = drawn(m, n, n + GAP, 3);
            iso_packed *p = NULL;
            ok(iso_packed_new(&p, iso_mat_view(&w), (iso_compute)c));
            ok(iso_packed_mul(&plain, iso_mat_view(&x), p, b.data));
            for (int whole = 0; whole < 2; whole++) {
                const iso_then then = {doubled, &y, whole};
                ok(iso_packed_mul_then(&y, iso_mat_view(&x), p, b.data, &then));
                for (int64_t i = 0; i < m; i++)
                    for (int64_t j = 0; j < n; j++)
                        near(row_of(&y, i)[j], 2 * row_of(&plain, i)[j] + (float)(i % 7 + j % 5),
                             0);
            }
            iso_packed_free(p);
            iso_mat_free(&x), iso_mat_free(&w), iso_mat_free(&b);
            iso_mat_free(&plain), iso_mat_free(&y);
        }
    }
}

int main(void)
{
    RUN_TESTS(test(same_as_a_loop), test(rows_that_crowd_the_cache),
              test(then_sees_every_number_once), test(by_hand), test(what_is_taken_of_equals),
              test(the_largest_sums), test(rows_that_cannot_be_scaled), test(weights_of_every_type),
              test(a_packed_view_is_kept_by_the_plain_product), test(what_is_refused),
              test(every_allocation_fails_once), test(rates_are_measured_or_forced), test(names));
}
