/* The ways back of single operations, each against a slow version in double. */
#include "tests/check.h"

#include "lib/base/rng.h"
#include "lib/nn/activation_back.h"
#include "lib/nn/attention_back.h"
#include "lib/nn/grads.h"
#include "lib/nn/linear.h"
#include "lib/nn/linear_back.h"
#include "lib/nn/norm_back.h"
#include "lib/nn/pooling_back.h"

static iso_mat random_mat(int64_t rows, int64_t cols, uint64_t seed)
{
    iso_rng rng = iso_rng_seeded(seed, 1);
    iso_mat m;

    ok(iso_mat_new(&m, rows, cols, ISO_F32));
    for (int64_t i = 0; i < rows * cols; i++)
        ((float *)m.data)[i] = (float)iso_rng_normal(&rng);
    return m;
}

static double at(const iso_mat *m, int64_t i, int64_t j)
{
    return (double)((const float *)m->data)[i * m->stride + j];
}

static const iso_cpu cpus[] = {ISO_CPU_PLAIN, ISO_CPU_AVX2, ISO_CPU_AVX512};

/* Attention -------------------------------------------------------------------------- */

/* Two sentences: 3 queries to 5 keys, 90 (more than a block of them) to 2, and one without. */
enum { HEADS = 3, DEEP = 5, QUERIES = 93, KEYS = 11, WIDE = HEADS * DEEP };
static const int64_t to[] = {0, 3, 93, 93}, from[] = {0, 5, 7, 11};

/* Σ by context of softmax(q kᵀ / √D) v, and Σ by scores of q kᵀ / √D. */
static double ref_attention(const double *q, const double *k, const double *v, const iso_mat *by,
                            const double *by_scores, const iso_drop *drop)
{
    double loss = 0;

    for (int b = 0; b < 3; b++) {
        const int64_t keys = from[b + 1] - from[b];
        for (int h = 0; h < HEADS; h++) {
            for (int64_t t = to[b]; t < to[b + 1]; t++) {
                double w[8], sum = 0;
                float mask[8];
                for (int64_t u = 0; u < keys; u++) {
                    double s = 0;
                    for (int64_t d = h * DEEP; d < (h + 1) * DEEP; d++)
                        s += q[t * WIDE + d] * k[(from[b] + u) * WIDE + d];
                    s /= sqrt((double)DEEP);
                    w[u] = exp(s);
                    sum += w[u];
                    mask[u] = 1;
                    loss += *by_scores++ * s;
                }
                iso_drop_row(mask, keys, drop, t, (uint64_t)h);
                for (int64_t u = 0; u < keys; u++)
                    for (int64_t d = h * DEEP; d < (h + 1) * DEEP; d++)
                        loss += at(by, t, d) * w[u] / sum * (double)mask[u] *
                                v[(from[b] + u) * WIDE + d];
            }
        }
    }
    return loss;
}

static double *doubles(const iso_mat *m)
{
    double *x = malloc((size_t)(m->rows * m->cols) * sizeof *x);

    assert_non_null(x);
    for (int64_t i = 0; i < m->rows * m->cols; i++)
        x[i] = (double)((const float *)m->data)[i];
    return x;
}

static void test_attention(void **state)
{
    enum { SCORES = HEADS * (3 * 5 + 90 * 2) };
    iso_mat q = random_mat(QUERIES, WIDE, 1), k = random_mat(KEYS, WIDE, 2),
            v = random_mat(KEYS, WIDE, 3), by = random_mat(QUERIES, WIDE, 4),
            extra = random_mat(1, SCORES, 5);
    iso_mat dq = random_mat(QUERIES, WIDE, 6), dk = random_mat(KEYS, WIDE, 6),
            dv = random_mat(KEYS, WIDE, 6), context = random_mat(QUERIES, WIDE, 6);
    double *const x[] = {doubles(&q), doubles(&k), doubles(&v)}, *const e = doubles(&extra);
    const iso_mat *const grads[] = {&dq, &dk, &dv};
    iso_workspace scratch = {0};
    uint64_t keys[QUERIES];

    (void)state;
    for (int t = 0; t < QUERIES; t++)
        keys[t] = iso_dropout_key(1, 2, 3, t, 0);
    for (int i = 0; i < 6; i++) {
        const iso_drop drop = {i % 2 ? 0.4f : 0, keys, 9};
        const iso_attention in = {.q = iso_mat_view(&q),
                                  .k = iso_mat_view(&k),
                                  .v = iso_mat_view(&v),
                                  .B = 3,
                                  .to = to,
                                  .from = from,
                                  .H = HEADS,
                                  .drop = i % 2 ? &drop : NULL};
        const iso_attention_grad g = {.context = iso_mat_view(&context),
                                      .dcontext = iso_mat_view(&by),
                                      .dscores = extra.data,
                                      .dq = dq,
                                      .dk = dk,
                                      .dv = dv};
        kernels(cpus[i / 2]);
        ok(iso_attention_fwd(&context, &in, &scratch));
        ok(iso_attention_back(&g, &in, &scratch));
        for (int m = 0; m < 3; m++) {
            for (int64_t j = 0; j < grads[m]->rows * WIDE; j++) {
                const double h = 1e-5, was = x[m][j];
                x[m][j] = was + h;
                const double above = ref_attention(x[0], x[1], x[2], &by, e, &drop);
                x[m][j] = was - h;
                const double below = ref_attention(x[0], x[1], x[2], &by, e, &drop);
                x[m][j] = was;
                near((double)((float *)grads[m]->data)[j], (above - below) / (2 * h), 1e-4);
            }
        }
    }
    kernels(ISO_CPU_AVX512);
    const int64_t live[] = {5, 2, 4};
    const iso_attention padded = {.q = iso_mat_view(&q),
                                  .k = iso_mat_view(&k),
                                  .v = iso_mat_view(&v),
                                  .B = 3,
                                  .to = to,
                                  .from = from,
                                  .H = HEADS,
                                  .live = live};
    const iso_attention_grad g = {.context = iso_mat_view(&context),
                                  .dcontext = iso_mat_view(&by),
                                  .dq = dq,
                                  .dk = dk,
                                  .dv = dv};
    fails(iso_attention_back(&g, &padded, &scratch), ISO_EARG, "no padding");
    iso_workspace_free(&scratch);
    iso_mat *const all[] = {&q, &k, &v, &by, &extra, &dq, &dk, &dv, &context};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        iso_mat_free(all[i]);
    free(x[0]);
    free(x[1]);
    free(x[2]);
    free(e);
}

/* LayerNorm -------------------------------------------------------------------------- */

/* Of one row: dL/dh for L = Σ by LN(h), from the Jacobian written out. */
static void test_norm(void **state)
{
    static const int64_t widths[] = {1, 3, 16, 40, 67};
    iso_workspace sums = {0};

    (void)state;
    for (int i = 0; i < 15; i++) {
        const int64_t n = widths[i % 5], T = 70;
        iso_mat x = random_mat(T, n, 1), by = random_mat(T, n, 2), gain = random_mat(1, n, 3),
                bias = random_mat(1, n, 4), hat = random_mat(T, n, 5), rstd = random_mat(1, T, 5),
                y = random_mat(T, n, 5), d = random_mat(T, n, 2), again = random_mat(T, n, 5),
                sum = random_mat(3, n, 5);
        const iso_norm norm = {gain.data, bias.data, 1e-3};
        const iso_norm_kept kept = {hat.data, rstd.data};
        float *const to_gain = sum.data, *const to_bias = to_gain + n, *const to_r = to_bias + n;
        memset(sum.data, 0, (size_t)(3 * n) * sizeof(float));
        kernels(cpus[i / 5]);
        iso_norm_keep_rows(&y, iso_mat_view(&x), &norm, kept);
        iso_norm_kept_out(&again, kept, &norm);
        assert_memory_equal(again.data, y.data, (size_t)(T * n) * sizeof(float));
        ok(iso_norm_back(&d, NULL, &norm, kept, &(iso_drop){0}, (iso_norm_grad){to_gain, to_bias},
                         to_r, &sums, NULL));
        for (int64_t j = 0; j < n; j++) {
            double g = 0, b = 0, r = 0;
            for (int64_t t = 0; t < T; t++) {
                g += at(&by, t, j) * at(&hat, t, j);
                b += at(&by, t, j);
                r += at(&d, t, j);
            }
            near((double)to_gain[j], g, 1e-5 * (1 + fabs(g)));
            near((double)to_bias[j], b, 1e-5 * (1 + fabs(b)));
            near((double)to_r[j], r, 1e-5 * (1 + fabs(r)));
        }
        for (int64_t t = 0; t < T; t++) {
            double mean = 0, var = 0;
            for (int64_t j = 0; j < n; j++)
                mean += at(&x, t, j) / (double)n;
            for (int64_t j = 0; j < n; j++)
                var += (at(&x, t, j) - mean) * (at(&x, t, j) - mean) / (double)n;
            const double s = sqrt(var + 1e-3);
            for (int64_t j = 0; j < n; j++) {
                double want = 0;
                near(at(&y, t, j), at(&gain, 0, j) * (at(&x, t, j) - mean) / s + at(&bias, 0, j),
                     1e-5);
                for (int64_t k = 0; k < n; k++)
                    want += at(&by, t, k) * at(&gain, 0, k) *
                            ((j == k) - 1.0 / (double)n -
                             (at(&x, t, j) - mean) * (at(&x, t, k) - mean) / (s * s * (double)n)) /
                            s;
                near(at(&d, t, j), want, 2e-5 * (1 + 1 / s));
            }
        }
        iso_mat *const all[] = {&x, &by, &gain, &bias, &hat, &rstd, &y, &d, &again, &sum};
        for (size_t k = 0; k < sizeof all / sizeof *all; k++)
            iso_mat_free(all[k]);
    }
    kernels(ISO_CPU_AVX512);
    iso_workspace_free(&sums);
}

/* Activations ------------------------------------------------------------------------ */

static double activation(double x, iso_activation a)
{
    return a == ISO_RELU ? (x > 0 ? x : 0)
           : a == ISO_GELU
               ? 0.5 * x * (1 + erf(x / sqrt(2.0)))
               : 0.5 * x * (1 + tanh(sqrt(2 / acos(-1.0)) * (x + 0.044715 * x * x * x)));
}

static void test_activations(void **state)
{
    enum { N = 1237 };
    static float bias[N];

    (void)state;
    for (int i = 0; i < 9; i++) {
        const iso_activation a = (iso_activation)(i % 3);
        iso_mat x, d, kept;
        ok(iso_mat_new(&x, 1, N, ISO_F32));
        ok(iso_mat_new(&d, 1, N, ISO_F32));
        ok(iso_mat_new(&kept, 1, N, ISO_F32));
        for (int64_t j = 0; j < N; j++) {
            bias[j] = (float)(j % 3);
            ((float *)x.data)[j] = ((float)j - N / 2 + 0.25f) / 40 - bias[j];
            ((float *)d.data)[j] = 2;
        }
        kernels(cpus[i / 3]);
        iso_activate_part forward = {a, kept, bias, NULL}, back = {a, x, NULL, NULL};
        const iso_then keep = iso_activation_keep_then(&forward),
                       undo = iso_activation_back_then(&back);
        keep.call(keep.with, &x, 0, 0);
        undo.call(undo.with, &d, 0, 0);
        for (int64_t j = 0; j < N; j++) {
            const double v = ((double)j - N / 2 + 0.25) / 40, h = 1e-5;
            near(at(&kept, 0, j), activation(v, a), 1e-6 * (1 + fabs(v)));
            near(at(&x, 0, j), activation(v, a), 1e-6 * (1 + fabs(v)));
            near(at(&d, 0, j), (activation(v + h, a) - activation(v - h, a)) / h, 4e-6);
        }
        iso_mat_free(&x);
        iso_mat_free(&d);
        iso_mat_free(&kept);
    }
    kernels(ISO_CPU_AVX512);
}

/* Linear layers ---------------------------------------------------------------------- */

/* Double; then a bias alone, and nothing. */
static void test_linear(void **state)
{
    enum { T = 75, OUT = 41, IN = 13 };
    iso_mat x = random_mat(T, IN, 1), w = random_mat(OUT, IN, 2), bias = random_mat(1, OUT, 3),
            y = random_mat(T, OUT, 4), dy = random_mat(T, OUT, 5), dx = random_mat(T, IN, 6),
            was = random_mat(T, IN, 6), dw = random_mat(OUT, IN, 7), db = random_mat(1, OUT, 8),
            dw_was = random_mat(OUT, IN, 7), db_was = random_mat(1, OUT, 8);
    iso_linear l = {.w = iso_mat_view(&w), .bias = bias.data, .changes = true};
    const iso_linear_grad g = {dw.data, db.data};
    iso_workspace sums = {0};

    (void)state;
    ok(iso_linear_fwd(&y, iso_mat_view(&x), &l, NULL));
    assert_true(!l.packed);
    ok(iso_linear_back_input(&dx, iso_mat_view(&dy), &l, 1, NULL, NULL));
    ok(iso_linear_back_weights(&g, iso_mat_view(&dy), iso_mat_view(&x), &sums, NULL));
    for (int64_t t = 0; t < T; t++) {
        for (int64_t o = 0; o < OUT; o++) {
            double want = at(&bias, 0, o);
            for (int64_t i = 0; i < IN; i++)
                want += at(&x, t, i) * at(&w, o, i);
            near(at(&y, t, o), want, 1e-5);
        }
        for (int64_t i = 0; i < IN; i++) {
            double want = at(&was, t, i);
            for (int64_t o = 0; o < OUT; o++)
                want += at(&dy, t, o) * at(&w, o, i);
            near(at(&dx, t, i), want, 2e-5);
        }
    }
    for (int64_t o = 0; o < OUT; o++) {
        double sum = at(&db_was, 0, o);
        for (int64_t t = 0; t < T; t++)
            sum += at(&dy, t, o);
        near(at(&db, 0, o), sum, 1e-5);
        for (int64_t i = 0; i < IN; i++) {
            double want = at(&dw_was, o, i);
            for (int64_t t = 0; t < T; t++)
                want += at(&dy, t, o) * at(&x, t, i);
            near(at(&dw, o, i), want, 4e-5);
        }
    }
    ok(iso_linear_back_weights(&(iso_linear_grad){0}, iso_mat_view(&dy), iso_mat_view(&x), &sums,
                               NULL));
    iso_workspace_free(&sums);
    iso_mat *const all[] = {&x, &w, &bias, &y, &dy, &dx, &was, &dw, &db, &dw_was, &db_was};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        iso_mat_free(all[i]);
}

/* Dropout ---------------------------------------------------------------------------- */

static void test_dropout(void **state)
{
    enum { ROWS = 400, N = 1003 };
    static float x[N], y[N];
    static int64_t kept_at[N];
    uint64_t keys[ROWS];
    int64_t kept = 0, same = 0, pairs = 0;
    const iso_drop drop = {0.3f, keys, 17}, other = {0.3f, keys, 18}, none = {0, NULL, 0};

    (void)state;
    for (int64_t r = 0; r < ROWS; r++)
        keys[r] = iso_dropout_key(5, 6, r / 20, r % 20, 0);
    for (int64_t r = 0; r < ROWS; r++) {
        bool before = false;
        for (int64_t j = 0; j < N; j++)
            x[j] = y[j] = 1;
        iso_drop_row(x, N, &drop, r, 0);
        iso_drop_row(y, N, &other, r, 0);
        for (int64_t j = 0; j < N; j++) {
            near((double)x[j], x[j] > 0 ? 1 / 0.7 : 0, 1e-6);
            kept += x[j] > 0;
            kept_at[j] += x[j] > 0;
            same += (x[j] > 0) == (y[j] > 0);
            pairs += j > 0 && (x[j] > 0) == before;
            before = x[j] > 0;
        }
        for (int c = 0; c < 3; c++) {
            kernels(cpus[c]);
            for (int64_t j = 0; j < N; j++)
                y[j] = 1;
            iso_drop_row(y, N, &drop, r, 0);
            assert_memory_equal(x, y, sizeof x);
        }
        for (int64_t j = 0; j < N; j++)
            y[j] = 1;
        iso_drop_row(y, 7, &drop, r, 0); /* no number depends on how many there are */
        assert_memory_equal(x, y, 7 * sizeof *x);
        iso_drop_row(y + 7, N - 7, &none, r, 0);
        assert_true(y[7] == 1 && y[N - 1] == 1);
    }
    /* Binomial: within 5 deviations. 0.58 = 0.7² + 0.3². */
    const double all = (double)ROWS * N;
    near((double)kept / all, 0.7, 5 * sqrt(0.21 / all));
    near((double)same / all, 0.58, 5 * sqrt(0.2436 / all));
    near((double)pairs / (all - ROWS), 0.58, 5 * sqrt(2 * 0.2436 / all));
    for (int64_t j = 0; j < N; j++)
        near((double)kept_at[j] / ROWS, 0.7, 5.5 * sqrt(0.21 / ROWS));
    assert_true(iso_dropout_key(1, 2, 3, 4, 0) != iso_dropout_key(1, 2, 4, 3, 0));
    assert_true(iso_dropout_key(1, 2, 3, 4, 0) != iso_dropout_key(1, 2, 3, 4, 1));
}

/* Rows of tables --------------------------------------------------------------------- */

static void test_row_grads(void **state)
{
    enum { ROWS = 60, COLS = 5, T = 40 };
    static double sums[ROWS][COLS];
    static bool there[ROWS];
    static float table[ROWS * COLS];
    iso_rng rng = iso_rng_seeded(3, 0);
    iso_row_grads g = {0};

    (void)state;
    for (int round = 0; round < 12; round++) {
        int64_t index[T];
        iso_mat dx = random_mat(T, COLS, (uint64_t)round);
        const int64_t below = round < 6 ? 1 + 10 * round : ROWS;
        for (int64_t t = 0; t < T; t++) {
            index[t] = iso_rng_below(&rng, below) * (round % 3 == 0 ? 1 : ROWS / below);
            there[index[t]] = true;
            for (int64_t j = 0; j < COLS; j++)
                sums[index[t]][j] += at(&dx, t, j);
        }
        ok(iso_row_grads_add(&g, index, iso_mat_view(&dx)));
        ok(iso_table_grad_add(table, index, iso_mat_view(&dx)));
        int64_t i = 0;
        for (int64_t r = 0; r < ROWS; r++) {
            for (int64_t j = 0; j < COLS; j++)
                near((double)table[r * COLS + j], sums[r][j], 1e-5);
            if (!there[r])
                continue;
            assert_true(i < g.count);
            assert_int_equal(g.rows[i], r);
            for (int64_t j = 0; j < COLS; j++)
                near((double)g.grad[i * COLS + j], sums[r][j], 1e-5);
            i++;
        }
        assert_int_equal(i, g.count);
        iso_mat_free(&dx);
    }
    iso_row_grads_free(&g);
}

/* Pooling ---------------------------------------------------------------------------- */

/* The gradient of Σ by pooled is what pooling gives each token of a list. */
static void test_pooling(void **state)
{
    static const int64_t first[] = {0, 3, 3, 4, 7}, index[] = {0, 1, 2, 5, 1, 0, 5};
    static const iso_pool pools[] = {ISO_POOL_MEAN, ISO_POOL_WEIGHTED, ISO_POOL_MEAN_SQRT};
    enum { T = 6, C = 70, ROWS = 4 };

    (void)state;
    for (int p = 0; p < 3; p++) {
        iso_mat by = random_mat(ROWS, C, 1), dx = random_mat(T, C, 2), was = random_mat(T, C, 2);
        ok(iso_pool_lists_back(&dx, iso_mat_view(&by), first, index, pools[p]));
        for (int64_t t = 0; t < T; t++) {
            for (int64_t c = 0; c < C; c++) {
                iso_mat one, out;
                double want = at(&was, t, c);
                ok(iso_mat_new(&one, T, 1, ISO_F32));
                ok(iso_mat_new(&out, ROWS, 1, ISO_F64));
                ((float *)one.data)[t] = 1;
                ok(iso_pool_lists(&out, iso_mat_view(&one), first, index, pools[p]));
                for (int64_t r = 0; r < ROWS; r++)
                    want += ((double *)out.data)[r] * at(&by, r, c);
                near(at(&dx, t, c), want, 1e-6);
                iso_mat_free(&one);
                iso_mat_free(&out);
            }
        }
        fails(iso_pool_lists_back(&dx, iso_mat_view(&by), first, index, ISO_POOL_MAX), ISO_EARG,
              "largest");
        dx.rows = 5;
        fails(iso_pool_lists_back(&dx, iso_mat_view(&by), first, index, pools[p]), ISO_EARG,
              "token 5 is not among 5");
        iso_mat_free(&by);
        iso_mat_free(&dx);
        iso_mat_free(&was);
    }
}

int main(void)
{
    RUN_TESTS(test(test_attention), test(test_norm), test(test_activations), test(test_linear),
              test(test_dropout), test(test_row_grads), test(test_pooling));
}
