/* Adam and AdamW against PyTorch's numbers, norms of gradients, clipping, what is refused. */
#include "tests/check.h"

#include "lib/base/alloc.h"
#include "lib/base/threads.h"
#include "lib/train/clip.h"
#include "lib/train/optimizer.h"
#include "lib/train/schedule.h"

enum { P = 5, N = 5 * 7, STEPS = 10 };

static const iso_grad_use as_they_are = {1, INFINITY};

/* make_optimizer.py's gradient; weights and gradients repeat after P. */
static float gradient(int t, int j)
{
    return (float)((7 * t + 3 * (j % P)) % 11 - 5) / 8;
}

static void begin(float *p)
{
    for (int j = 0; j < N; j++)
        p[j] = (float)(j % P - 2) / 4;
}

/* What PyTorch 2.15 has after ten steps: tests/golden/make_optimizer.py. */
static const struct golden {
    iso_optimizer_opt opt;
    double decay;
    bool falls;
    iso_clip clip;
    float p[P];
} golden[] = {
    {{false},
     0.1,
     .p = {-0.481635451f, -0.253196746f, -0.00181402406f, 0.232092589f, 0.518545687f}},
    {{false},
     0.1,
     .falls = true,
     .p = {-0.48257494f, -0.250253826f, -0.00690109609f, 0.233286142f, 0.516539037f}},
    {{.beta1 = 0.8, .beta2 = 0.95, .eps = 1e-3},
     0,
     .p = {-0.490282536f, -0.253625274f, 0.000398555538f, 0.237125888f, 0.519475937f}},
    {{true}, 0, .p = {-0.486479551f, -0.255695969f, -0.0018812255f, 0.234443352f, 0.523692369f}},
    {{true}, 0.1, .p = {-0.476937741f, -0.25042057f, -0.00172954518f, 0.229469076f, 0.512936831f}},
    {{false},
     0,
     .clip = {ISO_CLIP_NORM, 0.5},
     .p = {-0.484921515f, -0.262370229f, -0.00152783957f, 0.24157016f, 0.520255268f}},
    {{false},
     0,
     .clip = {ISO_CLIP_VALUE, 0.25},
     .p = {-0.491035044f, -0.242354184f, -0.00554958638f, 0.231336489f, 0.518745959f}},
};

static void run(float *p, const struct golden *c, int n, int steps)
{
    float g[N];
    const iso_tensor t = {"p", p, g, NULL, 1, n, ISO_TENSOR_MATRIX, 0};
    const iso_optimizer_group group = {1, c->decay};
    const iso_schedule falls = {ISO_SCHEDULE_LINEAR, STEPS, 0};
    iso_optimizer *o = NULL;

    begin(p);
    ok(iso_optimizer_new(&o, &t, 1, &group, &c->opt));
    for (int k = 0; k < steps; k++) {
        double norm = 0;
        for (int j = 0; j < n; j++)
            g[j] = gradient(k, j);
        ok(iso_grads_norm(&norm, &t, 1));
        norm /= sqrt((double)n / P); /* PyTorch had one repetition */
        const double lr = 0.01 * (c->falls ? iso_schedule_factor(&falls, k) : 1);
        ok(iso_optimizer_step(o, lr, iso_clip_use(&c->clip, norm), k % 2));
        for (int j = 0; j < n; j++)
            assert_true(g[j] == (k % 2 ? gradient(k, j) : 0));
    }
    assert_int_equal(iso_optimizer_steps(o), steps);
    iso_optimizer_free(o);
}

static void steps_of_pytorch(void **state)
{
    static const iso_cpu levels[] = {ISO_CPU_PLAIN, ISO_CPU_AVX2, ISO_CPU_AVX512};
    float p[N];
    (void)state;

    for (int level = 0; level < 3; level++) {
        kernels(levels[level]);
        for (size_t i = 0; i < sizeof golden / sizeof *golden; i++) {
            for (int n = P; n <= N; n += N - P) {
                run(p, &golden[i], n, STEPS);
                for (int j = 0; j < n; j++)
                    near(p[j], golden[i].p[j % P], 2e-7);
            }
        }
    }
    kernels(ISO_CPU_AVX512);
}

/* 3² + 4² + 12² = 13² */
static void norm_of_all_tensors(void **state)
{
    float a[] = {3, 4}, rows[] = {0, -12, 0, 0};
    int64_t row[] = {7, 9};
    iso_row_grads touched = {row, rows, 2, 2};
    const iso_tensor t[] = {{"a", NULL, a, NULL, 2, 1, ISO_TENSOR_MATRIX, 0},
                            {"frozen", NULL, NULL, NULL, 1000, 1, ISO_TENSOR_MATRIX, 0},
                            {"table", NULL, NULL, &touched, 10, 2, ISO_TENSOR_TABLE, 0}};
    const iso_clip none = {ISO_CLIP_NONE, 1}, norm = {ISO_CLIP_NORM, 6.5},
                   wide = {ISO_CLIP_NORM, 14}, tight = {ISO_CLIP_NORM, 1e-6},
                   one = {ISO_CLIP_NORM, 1}, value = {ISO_CLIP_VALUE, 2};
    double size = 0;
    (void)state;

    ok(iso_grads_norm(&size, t, 3));
    near(size, 13, 1e-12);
    ok(iso_grads_norm(&size, t, 0));
    near(size, 0, 0);
    near(iso_clip_use(&none, 13).scale, 1, 0);
    assert_true(isinf(iso_clip_use(&none, 13).most));
    near(iso_clip_use(&norm, 13).scale, 0.5, 1e-7);
    near(iso_clip_use(&norm, 1e-3).scale, 1, 0);
    near(iso_clip_use(&one, 1).scale, 1 / (1 + 1e-6), 2e-7);
    near(iso_clip_use(&tight, 1e-5).scale, 1e-6 / (1e-5 + 1e-6), 1e-6); /* PyTorch's 1e-6 */
    near(iso_clip_use(&wide, 13).scale, 1, 0);
    near(iso_clip_use(&value, 13).most, 2, 0);
    a[1] = NAN;
    ok(iso_grads_norm(&size, t, 3));
    assert_true(isnan(size));
    a[1] = -INFINITY;
    ok(iso_grads_norm(&size, t, 3));
    assert_true(isinf(size));
    iso_alloc_fail_after(0);
    fails(iso_grads_norm(&size, t, 3), ISO_ENOMEM, "");
    iso_alloc_fail_after(-1);
}

/* Large and of an odd size: against plain sums, the same bits for any number of threads. */
static void norm_does_not_depend_on_threads(void **state)
{
    enum { LARGE = 300007 };
    const int threads = iso_threads_most();
    float *g = NULL;
    double sum = 0, first = 0, norm = 0;
    (void)state;

    ok(iso_alloc(&g, LARGE, sizeof *g));
    for (int i = 0; i < LARGE; i++) {
        g[i] = (float)(i % 101 - 50) * 0.013f;
        sum += (double)g[i] * (double)g[i];
    }
    const iso_tensor t = {"g", NULL, g, NULL, LARGE, 1, ISO_TENSOR_MATRIX, 0};
    ok(iso_grads_norm(&first, &t, 1));
    near(first, sqrt(sum), 1e-10);
    for (int n = 1; n <= 5; n++) {
        iso_threads_set(n);
        ok(iso_grads_norm(&norm, &t, 1));
        assert_true(norm == first);
    }
    iso_threads_set(threads);
    iso_free(g);
}

static void decay_is_for_matrices_and_tables(void **state)
{
    (void)state;

    for (int kind = ISO_TENSOR_MATRIX; kind <= ISO_TENSOR_SCALAR; kind++) {
        const iso_tensor t = {.kind = (iso_tensor_kind)kind};
        const iso_optimizer_group g = iso_optimizer_usual(&t, 0.5, 0.01);
        near(g.rate, 0.5, 0);
        near(g.decay, kind == ISO_TENSOR_MATRIX || kind == ISO_TENSOR_TABLE ? 0.01 : 0, 0);
    }
}

/* Its own rate; a frozen tensor stays and has no moments. */
static void groups(void **state)
{
    float a[] = {1}, b[] = {1}, c[] = {1}, ga[] = {0.5}, gb[] = {0.5};
    const iso_tensor t[] = {{"a", a, ga, NULL, 1, 1, ISO_TENSOR_VECTOR, 0},
                            {"b", b, gb, NULL, 1, 1, ISO_TENSOR_VECTOR, 0},
                            {"c", c, NULL, NULL, 1, 1, ISO_TENSOR_VECTOR, 0}};
    const iso_optimizer_group g[] = {{1, 0}, {10, 0}, {1, 0.5}};
    iso_optimizer *o = NULL;
    (void)state;

    assert_int_equal(iso_optimizer_bytes(t, 3), 2 * 2 * 4);
    ok(iso_optimizer_new(&o, t, 3, g, NULL));
    ok(iso_optimizer_step(o, 0.01, as_they_are, false));
    near(a[0], 0.99, 1e-6); /* the first step has the rate's size */
    near(b[0], 0.9, 1e-6);
    near(c[0], 1, 0);
    assert_null(iso_optimizer_moment(o, 2, 0));
    near(iso_optimizer_moment(o, 0, 0)[0], 0.05, 1e-7);
    near(iso_optimizer_moment(o, 0, 1)[0], 0.00025, 1e-9);
    iso_optimizer_free(o);
    iso_optimizer_free(NULL);
}

static void refused(void **state)
{
    static const struct {
        iso_optimizer_opt opt;
        iso_optimizer_group group;
        const char *says;
    } cases[] = {
        {{.beta1 = 1}, {1, 0}, "betas of 1 and 0.999"},
        {{.beta2 = -0.5}, {1, 0}, "betas of 0.9 and -0.5"},
        {{.beta2 = NAN}, {1, 0}, "betas of 0.9 and"},
        {{.eps = -1}, {1, 0}, "eps of -1"},
        {{false}, {-1, 0}, "word: a rate of -1 and a decay of 0"},
        {{false}, {1, -0.1}, "word: a rate of 1 and a decay of -0.1"},
        {{false}, {NAN, 0}, "word: a rate of"},
    };
    float p[4] = {0}, grads[4];
    int64_t rows[2];
    iso_row_grads touched = {rows, grads, 0, 2};
    iso_tensor t = {"word", p, NULL, &touched, 2, 2, ISO_TENSOR_TABLE, 0};
    const iso_optimizer_group usual = {1, 0};
    iso_optimizer *o = NULL;
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        fails(iso_optimizer_new(&o, &t, 1, &cases[i].group, &cases[i].opt), ISO_EARG,
              cases[i].says);
    t.rows = 1LL << 31;
    fails(iso_optimizer_new(&o, &t, 1, &usual, NULL), ISO_EARG, "2147483648 rows");
    t.rows = 2;
    for (int64_t n = 0, err = ISO_ENOMEM; err; n++) {
        iso_alloc_fail_after(n);
        err = iso_optimizer_new(&o, &t, 1, &usual, NULL);
        iso_alloc_fail_after(-1);
        assert_true(err == ISO_ENOMEM || (!err && n >= 5));
    }
    touched.count = 1;
    rows[0] = 1;
    grads[0] = grads[1] = 1;
    iso_alloc_fail_after(0);
    fails(iso_optimizer_step(o, 1, as_they_are, false), ISO_ENOMEM, "");
    iso_alloc_fail_after(-1);
    assert_int_equal(iso_optimizer_steps(o), 0);
    assert_true(p[2] == 0 && touched.count == 1);
    ok(iso_optimizer_step(o, 1, as_they_are, false));
    near(p[2], -1, 1e-6);
    assert_int_equal(touched.count, 0);
    iso_optimizer_free(o);
}

int main(void)
{
    RUN_TESTS(test(steps_of_pytorch), test(norm_of_all_tensors),
              test(norm_does_not_depend_on_threads), test(decay_is_for_matrices_and_tables),
              test(groups), test(refused));
}
