/* Each operation against the same in double, written straight from its formula. */
#include <float.h>

#include "tests/check.h"

#include "lib/base/rng.h"
#include "lib/linalg/panel.h"
#include "lib/nn/activation.h"
#include "lib/nn/attention.h"
#include "lib/nn/norm.h"
#include "lib/nn/vector.h"

static iso_rng rng;

static float *numbers(int64_t n, double spread)
{
    float *x = malloc((size_t)(n > 0 ? n : 1) * sizeof *x);

    for (int64_t i = 0; i < n; i++)
        x[i] = (float)(spread * iso_rng_normal(&rng));
    return x;
}

/* Loops of this level, where the CPU has it. */
static void begin(iso_cpu level)
{
    kernels(level);
    rng = iso_rng_seeded(1, 0);
}

static int end(void **state)
{
    (void)state;
    kernels(ISO_CPU_AVX512);
    return 0;
}

static double phi(double x)
{
    return 0.5 * (1 + erf(x / sqrt(2)));
}

static double tanh_form(double x)
{
    return 0.5 * x * (1 + tanh(sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
}

static void activate(const iso_mat *m, iso_activation activation)
{
    iso_activate a = {.activation = activation};
    const iso_then then = iso_activation_then(&a);

    then.call(then.with, m, 0, 0);
}

static void activations(void **state)
{
    (void)state;
    for (iso_cpu level = ISO_CPU_PLAIN; level <= ISO_CPU_AVX512; level++) {
        begin(level);
        for (int64_t n = 0; n < 40; n++) {
            float *x = numbers(n, 3), *y[3];
            for (int a = 0; a < 3; a++) {
                y[a] = malloc((size_t)(n + 1) * sizeof(float));
                memcpy(y[a], x, (size_t)n * sizeof(float));
                iso_mat m = {y[a], 1, n, n, ISO_F32, NULL};
                activate(&m, (iso_activation)a);
            }
            for (int64_t i = 0; i < n; i++) {
                near(y[ISO_GELU][i], x[i] * phi(x[i]), 4e-7 * fabs(x[i]) + 1e-12);
                near(y[ISO_GELU_TANH][i], tanh_form(x[i]), 4e-7 * fabs(x[i]) + 1e-12);
                near(y[ISO_RELU][i], x[i] > 0 ? x[i] : 0, 0);
            }
            for (int a = 0; a < 3; a++)
                free(y[a]);
            free(x);
        }
        float far[] = {-1e30f, -50, 50, 1e30f, -0.0f, NAN, INFINITY, 4.0f * 1.4142f};
        iso_mat m = {far, 1, 8, 8, ISO_F32, NULL};
        activate(&m, ISO_GELU);
        near(far[0], 0, 0);
        near(far[2], 50, 0);
        near(far[3], 1e30f, 0);
        assert_true(isnan(far[5]) && isinf(far[6]));
    }
}

/* A fine walk through the range where something happens, in every set of loops. */
static void functions_against_libm(void **state)
{
    enum { N = 40000, ROW = 80 };
    float *x = malloc(N * sizeof *x), *y = malloc(N * sizeof *y), row[ROW];

    (void)state;
    for (iso_cpu level = ISO_CPU_PLAIN; level <= ISO_CPU_AVX512; level++) {
        begin(level);
        const iso_nn_vector *op = iso_nn_vector_best();
        for (int i = 0; i < N; i++)
            x[i] = (float)(i - N / 2) * 13 / N;
        memcpy(y, x, N * sizeof *y);
        op->gelu(y, N);
        for (int i = 0; i < N; i++)
            near(y[i], x[i] * phi(x[i]), 4e-7 * fabs(x[i]));
        memcpy(y, x, N * sizeof *y);
        op->gelu_tanh(y, N);
        for (int i = 0; i < N; i++)
            near(y[i], tanh_form(x[i]), 4e-7 * fabs(x[i]));
        for (int n = 1; n <= ROW - ISO_NN_LANES; n++) {
            double most = -INFINITY, all = 0, was[ROW];
            for (int i = 0; i < ROW; i++) { /* differences are exact; behind n lies what is lost */
                was[i] = row[i] = i < n ? (float)((i + n) * 3701 % 5400) / 32 - 80 : NAN;
                most = i < n ? fmax(most, was[i]) : most;
            }
            const float sum = op->softmax(row, 0.5f, n);
            for (int i = 0; i < n; i++) {
                const double e = exp(0.5 * (was[i] - most));
                near(row[i], e, 4e-7 * e);
                all += e;
            }
            near(sum, all, 4e-7 * all);
        }
    }
    free(x), free(y);
}

/* To the bit, at every length and place: the largest finite number, NaN passed over; y = by x; y +=
 * x. */
static void largest_scaled_and_added(void **state)
{
    enum { N = 70 };

    (void)state;
    for (iso_cpu level = ISO_CPU_PLAIN; level <= ISO_CPU_AVX512; level++) {
        begin(level);
        const iso_nn_vector *op = iso_nn_vector_best();
        for (int64_t n = 1; n <= N; n++) {
            float *x = numbers(n, 2), *y = numbers(n + 1, 1), sum[N + 1];
            memcpy(sum, y, (size_t)(n + 1) * sizeof *y);
            for (int64_t i = 0; i < n; i++) {
                const float was = x[i];
                x[i] = 30;
                assert_true(op->largest(x, n) == 30);
                x[i] = -INFINITY;
                x[(i + 1) % n] = n > 1 ? NAN : x[0];
                float most = -FLT_MAX;
                for (int64_t k = 0; k < n; k++)
                    most = x[k] > most ? x[k] : most;
                assert_true(op->largest(x, n) == most);
                x[i] = was;
                x[(i + 1) % n] = n > 1 ? -(float)i : was;
            }
            op->add(sum, x, n);
            for (int64_t i = 0; i < n; i++)
                assert_true(sum[i] == y[i] + x[i]);
            assert_true(sum[n] == y[n]);
            op->scale(sum, x, 0.7f, n);
            for (int64_t i = 0; i < n; i++)
                assert_true(sum[i] == 0.7f * x[i]);
            assert_true(sum[n] == y[n]);
            free(x), free(y);
        }
    }
}

static void norm(void **state)
{
    (void)state;
    for (iso_cpu level = ISO_CPU_PLAIN; level <= ISO_CPU_AVX512; level++) {
        begin(level);
        for (int64_t n = 1; n < 300; n += 1 + n / 7) {
            float *x = numbers(2 * n, 2), *r = numbers(2 * n, 1), *g = numbers(n, 1),
                  *b = numbers(n, 1);
            float *y = malloc((size_t)(2 * n) * sizeof *y);
            const iso_norm p = {g, b, 1e-5};
            for (int64_t i = 0; i < 2 * n; i++)
                x[i] += 100; /* a common offset must not cost digits */
            for (int with = 0; with < 2; with++) {
                iso_mat out = {y, 2, n, n, ISO_F32, NULL};
                ok(iso_norm_fwd(&out, iso_view_f32(x, 2, n),
                                with ? iso_view_f32(r, 2, n) : (iso_view){0}, &p));
                for (int64_t i = 0; i < 2; i++) {
                    double mean = 0, var = 0;
                    for (int64_t j = 0; j < n; j++)
                        mean += ((double)x[i * n + j] + (with ? r[i * n + j] : 0)) / (double)n;
                    for (int64_t j = 0; j < n; j++)
                        var += pow((double)x[i * n + j] + (with ? r[i * n + j] : 0) - mean, 2) /
                               (double)n;
                    for (int64_t j = 0; j < n; j++) {
                        const double h = (double)x[i * n + j] + (with ? r[i * n + j] : 0);
                        near(y[i * n + j], g[j] * (h - mean) / sqrt(var + 1e-5) + b[j],
                             n > 1 ? 3e-5 : 3e-2);
                    }
                }
            }
            free(x), free(r), free(g), free(b), free(y);
        }
    }
    iso_mat out = {(float[2]){0}, 1, 2, 2, ISO_F32, NULL};
    fails(iso_norm_fwd(&out, iso_view_f32((float[3]){0}, 1, 3), (iso_view){0}, &(iso_norm){0}),
          ISO_EARG, "1 x 3");
}

/* softmax(q kᵀ / √D) v of one head in double. */
static void attend_slowly(double *context, double *scores, const float *q, const float *k,
                          const float *v, int64_t queries, int64_t keys, int64_t D, int64_t stride)
{
    for (int64_t i = 0; i < queries; i++) {
        double sum = 0, most = -INFINITY;
        for (int64_t j = 0; j < keys; j++) {
            double s = 0;
            for (int64_t d = 0; d < D; d++)
                s += (double)q[i * stride + d] * k[j * stride + d];
            scores[i * keys + j] = s / sqrt((double)D);
            most = fmax(most, scores[i * keys + j]);
        }
        for (int64_t j = 0; j < keys; j++)
            sum += exp(scores[i * keys + j] - most);
        for (int64_t d = 0; d < D; d++) {
            double c = 0;
            for (int64_t j = 0; j < keys; j++)
                c += exp(scores[i * keys + j] - most) / sum * v[j * stride + d];
            context[i * D + d] = c;
        }
    }
}

/* Sentences of 0, 1, odd and many tokens, to themselves and to sentences of other lengths. */
static void attention_of(int H, int64_t D, const int64_t *to, const int64_t *from, int64_t B)
{
    const int64_t C = H * D, queries = to[B], keys = from[B];
    float *q = numbers(queries * C, 1.5), *k = numbers(keys * C, 1.5), *v = numbers(keys * C, 1);
    iso_attention in = {.q = iso_view_f32(q, queries, C),
                        .k = iso_view_f32(k, keys, C),
                        .v = iso_view_f32(v, keys, C),
                        .B = B,
                        .to = to,
                        .from = from,
                        .H = H};
    float *scores = malloc((size_t)iso_attention_scores(&in) * sizeof *scores), *at = scores;
    iso_workspace work = {0};
    iso_mat context;

    in.scores = scores;
    ok(iso_mat_new(&context, queries, C, ISO_F32));
    ok(iso_attention_fwd(&context, &in, &work));
    for (int64_t b = 0; b < B; b++) {
        const int64_t m = to[b + 1] - to[b], n = from[b + 1] - from[b];
        double *c = malloc((size_t)(m * D + 1) * sizeof *c),
               *s = malloc((size_t)(m * n + 1) * sizeof *s);
        for (int h = 0; h < H; h++, at += m * n) {
            attend_slowly(c, s, q + to[b] * C + h * D, k + from[b] * C + h * D,
                          v + from[b] * C + h * D, m, n, D, C);
            for (int64_t i = 0; i < m * n; i++)
                near(at[i], s[i], 2e-5);
            for (int64_t i = 0; i < m * D; i++)
                near(((float *)context.data)[(to[b] + i / D) * C + h * D + i % D], c[i], 1e-5);
        }
        free(c), free(s);
    }
    iso_mat_free(&context);
    iso_workspace_free(&work);
    free(q), free(k), free(v), free(scores);
}

static void attention(void **state)
{
    const int64_t a[] = {0, 1, 8, 8, 25, 130}, b[] = {0, 3, 4, 9, 10, 77};

    (void)state;
    for (iso_cpu level = ISO_CPU_PLAIN; level <= ISO_CPU_AVX512; level++) {
        begin(level);
        attention_of(1, 16, a, a, 5);
        attention_of(3, 64, a, a, 5);
        attention_of(2, 24, a, b, 5);
        attention_of(4, 1, a, b, 5);
        attention_of(2, 17, b, b, 5);
    }
}

static void attention_says_what_is_wrong(void **state)
{
    const int64_t two[] = {0, 2}, none[] = {0, 0};
    float x[8] = {0};
    iso_mat context = {x, 2, 4, 4, ISO_F32, NULL};
    iso_workspace work = {0};
    iso_attention in = {.q = iso_view_f32(x, 2, 4),
                        .k = iso_view_f32(x, 2, 4),
                        .v = iso_view_f32(x, 2, 4),
                        .B = 1,
                        .to = two,
                        .from = two,
                        .H = 3};

    (void)state;
    fails(iso_attention_fwd(&context, &in, &work), ISO_EARG, "3 heads");
    in.H = 2;
    in.from = none;
    fails(iso_attention_fwd(&context, &in, &work), ISO_EARG, "2 queries and 0 keys");
    in.from = two;
    context.cols = 3;
    fails(iso_attention_fwd(&context, &in, &work), ISO_EARG, "2 x 3");
}

int main(void)
{
    const struct CMUnitTest all[] = {cmocka_unit_test_teardown(activations, end),
                                     cmocka_unit_test_teardown(functions_against_libm, end),
                                     cmocka_unit_test_teardown(largest_scaled_and_added, end),
                                     cmocka_unit_test_teardown(norm, end),
                                     cmocka_unit_test_teardown(attention, end),
                                     test(attention_says_what_is_wrong)};

    return cmocka_run_group_tests(all, NULL, NULL);
}
