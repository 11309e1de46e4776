/* Products of two matrices against sums in double, by all kernels of this CPU; that bits depend on
 * neither threads nor neighbours; that `then` gets every number once, finished. */
#include "tests/check.h"

#include <omp.h>
#include <stdatomic.h>

#include "lib/base/alloc.h"
#include "lib/base/cpu.h"
#include "lib/base/rng.h"
#include "lib/linalg/product.h"

static iso_rng rng;

static double at(iso_view v, int64_t i, int64_t j)
{
    return v.dtype == ISO_F64 ? ((const double *)v.data)[i * v.stride + j]
                              : (double)((const float *)v.data)[i * v.stride + j];
}

/* rows × cols with a gap behind each row. */
static iso_mat drawn(int64_t rows, int64_t cols, iso_dtype dtype)
{
    iso_mat m;

    ok(iso_mat_new(&m, rows, cols + 3, dtype));
    for (int64_t i = 0; i < rows * (cols + 3); i++) {
        const double x = iso_rng_normal(&rng);
        if (dtype == ISO_F64)
            ((double *)m.data)[i] = x;
        else
            ((float *)m.data)[i] = (float)x;
    }
    m.cols = cols;
    return m;
}

static iso_mat copy_of(const iso_mat *m)
{
    iso_mat c;

    ok(iso_mat_new(&c, m->rows, m->stride, m->dtype));
    memcpy(c.data, m->data, (size_t)(m->rows * m->stride) * iso_dtype_size(m->dtype));
    c.cols = m->cols;
    return c;
}

struct shape {
    int64_t m, n, k;
};

static bool thirds; /* asked for */

static void one(const struct shape *s, iso_dtype dtype, bool ta, bool tb, double beta, bool upper)
{
    iso_mat a = ta ? drawn(s->k, s->m, dtype) : drawn(s->m, s->k, dtype);
    iso_mat b = tb ? drawn(s->n, s->k, dtype) : drawn(s->k, s->n, dtype);
    iso_mat c = drawn(s->m, s->n, dtype), before = copy_of(&c);
    const double e = dtype == ISO_F64 ? 1e-15 : 6e-7;
    const iso_view av = iso_mat_view(&a), bv = upper ? av : iso_mat_view(&b);
    const iso_product p = {.a = av,
                           .b = bv,
                           .ta = ta,
                           .tb = tb,
                           .beta = beta,
                           .upper = upper,
                           .thirds = thirds,
                           .then = NULL};

    ok(iso_product_run(&c, &p));
    for (int64_t i = 0; i < s->m; i++) {
        for (int64_t j = 0; j < c.stride; j++) {
            const double was = at((iso_view){before.data, s->m, c.stride, c.stride, dtype}, i, j);
            double sum = was, size = 0;
            if (j < s->n) {
                if (upper && j < i)
                    continue;
                sum *= beta;
                size = fabs(sum);
                for (int64_t l = 0; l < s->k; l++) {
                    const double x =
                        (ta ? at(av, l, i) : at(av, i, l)) * (tb ? at(bv, j, l) : at(bv, l, j));
                    sum += x;
                    size += fabs(x);
                }
            }
            near(at((iso_view){c.data, s->m, c.stride, c.stride, dtype}, i, j), sum, e * size);
        }
    }
    iso_mat_free(&a), iso_mat_free(&b), iso_mat_free(&c), iso_mat_free(&before);
}

static const struct shape shapes[] = {{1, 1, 1},    {2, 3, 5},     {14, 32, 16}, {15, 33, 17},
                                      {7, 48, 385}, {130, 65, 40}, {3, 7, 1000}, {240, 31, 12},
                                      {64, 7, 192}, {33, 129, 3}};

static void by_all_kernels(void **state)
{
    (void)state;
    rng = iso_rng_seeded(1, 0);
    for (int level = 0; level <= (int)iso_cpu_native(); level++) {
        const iso_cpu was = iso_cpu_limit((iso_cpu)level);
        for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++)
            for (int how = 0; how < 16; how++)
                one(&shapes[s], how & 8 ? ISO_F64 : ISO_F32, how & 1, how & 2,
                    how & 4 ? 0.5 : how & 1, false);
        iso_cpu_limit(was);
    }
}

/* AᵀA and AAᵀ; what lies below the diagonal is left out of the comparison. */
static void squares(void **state)
{
    (void)state;
    for (int level = 0; level <= (int)iso_cpu_native(); level++) {
        const iso_cpu was = iso_cpu_limit((iso_cpu)level);
        for (int64_t n = 1; n < 400; n = 2 * n + 1)
            for (int how = 0; how < 4; how++)
                one(&(struct shape){n, n, 70}, how & 1 ? ISO_F64 : ISO_F32, how & 2, !(how & 2), 0,
                    true);
        iso_cpu_limit(was);
    }
}

/* A wide B is packed in parts. */
static void wider_than_what_is_packed(void **state)
{
    (void)state;
    one(&(struct shape){3, 9001, 120}, ISO_F32, false, true, 0, false);
    one(&(struct shape){3, 9001, 120}, ISO_F64, true, false, 1, false);
}

/* Rows 2 KB apart are copied first; drawn() leaves a gap of 3. */
static void rows_that_crowd_the_cache(void **state)
{
    (void)state;
    one(&(struct shape){130, 40, 509}, ISO_F32, false, true, 0, false);
    one(&(struct shape){130, 40, 509}, ISO_F64, false, false, 1, false);
    one(&(struct shape){300, 1021, 1021}, ISO_F32, false, true, 0, false);
}

static iso_err nt(iso_mat *c, const iso_mat *a, const iso_mat *b, const iso_then *then)
{
    return iso_product_run(c, &(iso_product){.a = iso_mat_view(a),
                                             .b = iso_mat_view(b),
                                             .tb = true,
                                             .thirds = thirds,
                                             .then = then});
}

/* The same numbers by 1 to 5 threads, and those of some rows alone; K = 10000. */
static void bits_are_those_of_the_numbers(void **state)
{
    (void)state;
    enum { M = 150, N = 90, K = 10000 };
    const int most = omp_get_max_threads();
    iso_mat a = drawn(M, K, ISO_F32), b = drawn(N, K, ISO_F32), c = drawn(M, N, ISO_F32),
            one = drawn(M, N, ISO_F32);
    omp_set_num_threads(1);
    ok(nt(&one, &a, &b, NULL));
    for (int threads = 2; threads <= 5; threads++) {
        omp_set_num_threads(threads);
        ok(nt(&c, &a, &b, NULL));
        for (int64_t i = 0; i < M; i++)
            assert_memory_equal((float *)c.data + i * c.stride, (float *)one.data + i * c.stride,
                                N * sizeof(float));
    }
    omp_set_num_threads(most);
    for (int64_t i = 0; !thirds && i < M; i += 37) {
        iso_mat row = {c.data, 1, N, N, ISO_F32, NULL};
        ok(iso_mul_nt(&row, iso_view_rows(iso_mat_view(&a), i, 1), iso_mat_view(&b), 0));
        assert_memory_equal(row.data, (float *)one.data + i * one.stride, N * sizeof(float));
    }
    iso_mat_free(&a), iso_mat_free(&b), iso_mat_free(&c), iso_mat_free(&one);
}

struct seen {
    iso_view whole;
    atomic_int *times;
    atomic_int parts;
    bool rows;
};

/* Squares what it gets: what came too early would be overwritten, what came twice shows. */
static void square(void *with, const iso_mat *part, int64_t row, int64_t col)
{
    struct seen *s = with;

    s->rows = s->rows && col == 0 && part->cols == s->whole.cols;
    atomic_fetch_add(&s->parts, 1);
    for (int64_t i = 0; i < part->rows; i++) {
        for (int64_t j = 0; j < part->cols; j++) {
            float *x = (float *)part->data + i * part->stride + j;
            *x *= *x;
            atomic_fetch_add(&s->times[(row + i) * s->whole.cols + col + j], 1);
        }
    }
}

static void one_then(int64_t m, int64_t n, int64_t k, bool whole)
{
    iso_mat a = drawn(m, k, ISO_F32), b = drawn(n, k, ISO_F32), c = drawn(m, n, ISO_F32),
            plain = drawn(m, n, ISO_F32);
    struct seen seen = {.whole = iso_mat_view(&c), .rows = true};
    const iso_then then = {square, &seen, whole};

    ok(iso_alloc(&seen.times, m * n, sizeof *seen.times));
    ok(nt(&c, &a, &b, &then));
    ok(nt(&plain, &a, &b, NULL));
    for (int64_t i = 0; i < m; i++) {
        for (int64_t j = 0; j < n; j++) {
            const float x = ((float *)plain.data)[i * plain.stride + j];
            near(((float *)c.data)[i * c.stride + j], x * x, 0);
            assert_int_equal(atomic_load(&seen.times[i * n + j]), 1);
        }
    }
    assert_true(atomic_load(&seen.parts) > 0);
    assert_true(seen.rows || !whole);
    iso_free(seen.times);
    iso_mat_free(&a), iso_mat_free(&b), iso_mat_free(&c), iso_mat_free(&plain);
}

static void then_gets_everything_once(void **state)
{
    (void)state;
    for (int whole = 0; whole < 2; whole++) {
        one_then(1, 5, 3, whole);
        one_then(300, 200, 500, whole);
        one_then(20, 700, 900, whole);
        one_then(40, 9001, 130, whole);
        one_then(3, 4, 0, whole);
    }
}

/* Products in bf16 parts, where this CPU has them: edges, several stretches of the inner size, a B
 * that is packed in parts; the other promises as above. */
static void in_thirds(void **state)
{
    static const struct shape at_least_64[] = {{64, 32, 32},   {65, 33, 33},  {95, 48, 50},
                                               {130, 65, 47},  {300, 40, 96}, {64, 100, 1600},
                                               {70, 1900, 700}};

    rng = iso_rng_seeded(2, 0);
    thirds = true;
    for (size_t s = 0; s < sizeof at_least_64 / sizeof *at_least_64; s++)
        for (int how = 0; how < 12; how++)
            one(&at_least_64[s], ISO_F32, how & 1, how & 2, how < 4 ? 0 : how < 8 ? 0.5 : 1, false);
    bits_are_those_of_the_numbers(state);
    one_then(300, 200, 500, false);
    one_then(300, 200, 1500, true);
    one_then(70, 1900, 900, true);
    one_then(70, 1900, 900, false);
    thirds = false;
}

/* The root of the mean square of what a product is wrong by. */
static double wrong_by(const iso_mat *c, const iso_mat *a, const iso_mat *b)
{
    double sum = 0;

    for (int64_t i = 0; i < c->rows; i++) {
        for (int64_t j = 0; j < c->cols; j++) {
            double x = -at(iso_mat_view(c), i, j);
            for (int64_t l = 0; l < a->cols; l++)
                x += at(iso_mat_view(a), i, l) * at(iso_mat_view(b), j, l);
            sum += x * x;
        }
    }
    return sqrt(sum / (double)(c->rows * c->cols));
}

/* Numbers of all sizes, small ones too. */
static void thirds_are_as_exact_as_f32(void **state)
{
    (void)state;
    for (int e = -90; e <= 60; e += 30) {
        iso_mat a = drawn(70, 32, ISO_F32), b = drawn(40, 32, ISO_F32), c = drawn(70, 40, ISO_F32);
        for (int64_t i = 0; i < a.rows * a.stride; i++)
            ((float *)a.data)[i] = ldexpf(((float *)a.data)[i], e);
        ok(nt(&c, &a, &b, NULL));
        const double plain = wrong_by(&c, &a, &b);
        thirds = true;
        ok(nt(&c, &a, &b, NULL));
        thirds = false;
        assert_true(wrong_by(&c, &a, &b) <= 1.2 * plain);
        iso_mat_free(&a), iso_mat_free(&b), iso_mat_free(&c);
    }
}

static void nothing_to_add(void **state)
{
    (void)state;
    iso_mat c = drawn(3, 4, ISO_F32), a = drawn(3, 1, ISO_F32), b = drawn(4, 1, ISO_F32);
    a.cols = b.cols = 0;
    const float was = ((float *)c.data)[1];
    ok(iso_mul_nt(&c, iso_mat_view(&a), iso_mat_view(&b), 1));
    near(((float *)c.data)[1], was, 0);
    ok(iso_mul_nt(&c, iso_mat_view(&a), iso_mat_view(&b), 0));
    near(((float *)c.data)[1], 0, 0);
    c.rows = a.rows = 0;
    ok(iso_mul_nt(&c, iso_mat_view(&a), iso_mat_view(&b), 0));
    iso_mat_free(&c), iso_mat_free(&a), iso_mat_free(&b);
}

static void what_is_refused(void **state)
{
    (void)state;
    iso_mat a = drawn(3, 4, ISO_F32), b = drawn(5, 4, ISO_F32), c = drawn(3, 5, ISO_F32);
    iso_mat d = drawn(5, 4, ISO_F64);
    fails(iso_mul_nn(&c, iso_mat_view(&a), iso_mat_view(&b), 0), ISO_EARG, "4 and 5");
    fails(iso_mul_nt(&a, iso_mat_view(&a), iso_mat_view(&b), 0), ISO_EARG, "3 x 4, not 3 x 5");
    fails(iso_mul_nt(&c, iso_mat_view(&a), iso_mat_view(&d), 0), ISO_EARG, "f64");
    iso_mat_free(&a), iso_mat_free(&b), iso_mat_free(&c), iso_mat_free(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_all_kernels),
        cmocka_unit_test(squares),
        cmocka_unit_test(wider_than_what_is_packed),
        cmocka_unit_test(rows_that_crowd_the_cache),
        cmocka_unit_test(bits_are_those_of_the_numbers),
        cmocka_unit_test(then_gets_everything_once),
        cmocka_unit_test(in_thirds),
        cmocka_unit_test(thirds_are_as_exact_as_f32),
        cmocka_unit_test(nothing_to_add),
        cmocka_unit_test(what_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
