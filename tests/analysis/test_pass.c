/* The engine against the slow reference: every method, block size, memory and thread count says the
 * same.
 */
#include "tests/check.h"

#include "analysis/measure/catalogue.h"
#include "analysis/measure/spec.h"
#include "analysis/similarity/cka.h"
#include "analysis/similarity/cosine.h"
#include "analysis/pass/pass.h"
#include "lib/base/alloc.h"
#include "lib/base/rng.h"
#include "lib/linalg/blas.h"
#include "tests/oracle/cka_reference.h"

enum { MOST = 6 };

/* Some matrices over the same items, as sources, with doubles for the reference. */
struct data {
    int n, count, cols[MOST];
    double *wide[MOST];
    float *narrow[MOST];
    iso_rows *rows[MOST];
};

/* Y mixes X's columns, so that values differ from 0 and 1; `mean` moves every column. */
static struct data make(int n, int count, const int *cols, double mean, uint64_t seed)
{
    struct data d = {.n = n, .count = count};
    iso_rng rng = iso_rng_seeded(seed, 0);

    for (int m = 0; m < count; m++) {
        const int p = d.cols[m] = cols[m], p0 = cols[0];
        d.wide[m] = calloc((size_t)(n * p), sizeof(double));
        d.narrow[m] = calloc((size_t)(n * p), sizeof(float));
        for (int i = 0; i < n * p; i++) {
            const double shared = m ? d.wide[0][i / p * p0 + i % p % p0] - mean : 0;
            d.narrow[m][i] = (float)(iso_rng_normal(&rng) + 0.7 * shared + mean);
            d.wide[m][i] = (double)d.narrow[m][i];
        }
        ok(iso_rows_of_view(&d.rows[m], iso_view_f32(d.narrow[m], n, p)));
    }
    return d;
}

static void drop(struct data *d)
{
    for (int m = 0; m < d->count; m++) {
        iso_rows_close(d->rows[m]);
        free(d->wide[m]);
        free(d->narrow[m]);
    }
}

static const iso_measure *const both[] = {&iso_cka_debiased, &iso_cka_biased};
static const iso_gram_pair pairs[] = {{0, 1}, {0, 2}, {1, 2}, {2, 2}};

static iso_task task_of(const struct data *d, iso_method method)
{
    return (iso_task){.matrix = d->rows,
                      .matrices = d->count,
                      .pair = pairs,
                      .pairs = 4,
                      .measure = both,
                      .measures = 2,
                      .method = method};
}

static void agrees(const struct data *d, const iso_value *v, double tol)
{
    for (int i = 0; i < 8; i++) {
        const iso_gram_pair p = pairs[i / 2];
        near(
            v[i].value,
            reference_cka(d->wide[p.x], d->wide[p.y], d->n, d->cols[p.x], d->cols[p.y], i % 2 == 0),
            tol);
    }
}

static void all_methods_equal_the_reference(void **state)
{
    (void)state;
    const int shapes[][4] = {
        {5, 3, 2, 7}, {24, 5, 5, 1}, {61, 9, 4, 40}, {300, 30, 30, 17}, {513, 20, 64, 64}};
    for (int s = 0; s < 5; s++) {
        struct data d = make(shapes[s][0], 3, shapes[s] + 1, 0.5, (uint64_t)s);
        for (int method = ISO_METHOD_SUMS; method <= ISO_METHOD_GRAM; method++) {
            for (int wide = 0; wide < 2; wide++) {
                const iso_task task = task_of(&d, (iso_method)method);
                const iso_run run = {.double_precision = wide};
                iso_value v[8];
                ok(iso_measure_pairs(v, &task, &run));
                agrees(&d, v, wide ? 1e-12 : 1e-6);
            }
        }
        drop(&d);
    }
}

static void great_means_do_not_hurt(void **state)
{
    (void)state;
    struct data d = make(400, 3, (int[]){24, 24, 24}, 5000, 3);
    for (int method = ISO_METHOD_SUMS; method <= ISO_METHOD_GRAM; method++) {
        const iso_task task = task_of(&d, (iso_method)method);
        iso_value v[8];
        ok(iso_measure_pairs(v, &task, NULL));
        agrees(&d, v, 1e-6);
    }
    drop(&d);
}

/* Little memory: small blocks, groups of several blocks, pairs in several chunks. Rows that are
 * unpacked many at once: all groups in one block, where memory allows. */
static void memory_changes_nothing(void **state)
{
    (void)state;
    struct data d = make(9000, 3, (int[]){96, 80, 96}, 1, 4);
    const iso_task task = task_of(&d, ISO_METHOD_SUMS);
    const int64_t mem[] = {1 << 30, 3 << 20, 800 << 10, 1 << 30, 3 << 20};
    iso_value first[8];

    for (int i = 0; i < 5; i++) {
        const iso_run run = {.mem = mem[i]};
        iso_plan plan = {0};
        iso_value v[8];
        d.rows[1]->run = i < 3 ? 1 : 500;
        ok(iso_plan_make(&plan, &task, &run));
        assert_true(plan.memory <= mem[i]);
        assert_true(i == 3 ? plan.part[0].spans == 20 : plan.part[0].spans < 20);
        if (i == 2)
            assert_true(plan.chunks > 1);
        ok(iso_pass(v, NULL, &task, &plan, &run));
        for (int c = 0; c < 8; c++) {
            if (i == 0)
                first[c] = v[c];
            near(v[c].value, first[c].value, 1e-7);
            near(v[c].lo, first[c].lo, 1e-6);
            text(v[c].interval, "groups");
        }
        iso_plan_free(&plan);
    }
    drop(&d);
}

/* The terms of small groups come from Gram matrices or from products, and with them the totals: the
 * same terms. */
static void group_terms_come_either_way(void **state)
{
    (void)state;
    for (int wide = 0; wide < 2; wide++) {
        struct data d = make(417, 3, (int[]){64, 64, 70}, 2, 12);
        const iso_task task = task_of(&d, ISO_METHOD_SUMS);
        const iso_run run = {.double_precision = wide};
        iso_plan plan = {0};
        iso_value gram[8], product[8], items[8];
        ok(iso_plan_make(&plan, &task, &run));
        assert_true(plan.part[0].block >= 417);
        plan.part[0].by_items = true;
        ok(iso_pass(items, NULL, &task, &plan, &run));
        plan.part[0].by_items = false;
        plan.part[0].group_gram = true;
        ok(iso_pass(gram, NULL, &task, &plan, &run));
        plan.part[0].group_gram = false;
        ok(iso_pass(product, NULL, &task, &plan, &run));
        agrees(&d, gram, wide ? 1e-12 : 1e-6);
        for (int i = 0; i < 8; i++) {
            near(gram[i].lo, product[i].lo, wide ? 1e-11 : 1e-5);
            near(gram[i].hi, product[i].hi, wide ? 1e-11 : 1e-5);
            near(items[i].value, gram[i].value, wide ? 1e-12 : 1e-6);
            near(items[i].lo, gram[i].lo, wide ? 1e-11 : 1e-5);
            near(items[i].hi, gram[i].hi, wide ? 1e-11 : 1e-5);
        }
        iso_plan_free(&plan);
        drop(&d);
    }
}

static void memory_too_small_is_said(void **state)
{
    (void)state;
    struct data d = make(9000, 3, (int[]){96, 80, 96}, 1, 4);
    const iso_task task = task_of(&d, ISO_METHOD_SUMS);
    const iso_run run = {.mem = 100000};
    iso_plan plan = {0};
    fails(iso_plan_make(&plan, &task, &run), ISO_EARG, "--mem gives");
    drop(&d);
}

static void the_plan_counts_the_bytes_read(void **state)
{
    (void)state;
    const iso_measure *const three[] = {&iso_cka_debiased, &iso_cosine_raw, &iso_cosine_centred};
    struct data d = make(5000, 3, (int[]){16, 16, 16}, 0, 5);
    for (int measures = 1; measures <= 3; measures++) {
        for (int chunked = 0; chunked < 2; chunked++) {
            iso_task task = {.matrix = d.rows,
                             .matrices = 3,
                             .pair = pairs,
                             .pairs = 4,
                             .measure = three,
                             .measures = measures};
            const iso_run run = {.mem = chunked ? 120000 : 0};
            iso_value v[12];
            iso_plan plan = {0};
            for (int m = 0; m < 3; m++)
                d.rows[m]->bytes = 0;
            ok(iso_plan_make(&plan, &task, &run));
            text(iso_plan_method(&plan), "sums");
            assert_int_equal(plan.readings, measures == 3 ? 2 : 1);
            ok(iso_pass(v, NULL, &task, &plan, &run));
            assert_int_equal(plan.bytes, d.rows[0]->bytes + d.rows[1]->bytes + d.rows[2]->bytes);
            iso_plan_free(&plan);
        }
    }
    drop(&d);
}

static void threads_change_nothing(void **state)
{
    (void)state;
    struct data d = make(600, 3, (int[]){33, 65, 40}, 0, 6);
    for (int method = ISO_METHOD_SUMS; method <= ISO_METHOD_GRAM; method++) {
        const iso_task task = task_of(&d, (iso_method)method);
        iso_value one[8], two[8];
        const int before = iso_blas_threads();
        ok(iso_measure_pairs(one, &task, &(iso_run){.threads = 1}));
        ok(iso_measure_pairs(two, &task, &(iso_run){.threads = 2}));
        assert_int_equal(iso_blas_threads(), before);
        for (int c = 0; c < 8; c++)
            near(one[c].value, two[c].value, 1e-7); /* the BLAS cuts long products */
    }
    drop(&d);
}

/* A third measure from outside: the mean of the items' distances, first coordinate only. */
static void distance(double *outcome, double *state, iso_view x, iso_view y)
{
    (void)state;
    for (int64_t i = 0; i < x.rows; i++)
        outcome[i] = fabs((double)((const float *)x.data)[i * x.stride] -
                          (double)((const float *)y.data)[i * y.stride]);
}

static iso_err mean_outcome(iso_value *out, double *rep, const iso_pair *pair)
{
    (void)rep;
    *out = iso_value_none();
    out->value = 0;
    for (int64_t u = 0; u < pair->units; u++)
        out->value += pair->outcome[u] / (double)pair->n;
    return ISO_OK;
}

static const iso_measure third = {.measure = "third",
                                  .estimator = "first-column",
                                  .title = "Third",
                                  .needs = ISO_NEED_ROWS,
                                  .recommended = true,
                                  .value = mean_outcome,
                                  .feed = distance};

static void a_third_measure_joins_the_reading(void **state)
{
    (void)state;
    struct data d = make(200, 3, (int[]){8, 8, 8}, 0, 7);
    const iso_measure *chosen[4];
    int count;
    ok(iso_measure_register(&third));
    fails(iso_measure_register(&third), ISO_EARG, "there already");
    ok(iso_measure_choose(chosen, &count, 4, "cka,third,cosine:raw"));
    assert_int_equal(count, 3);
    for (int method = ISO_METHOD_SUMS; method <= ISO_METHOD_GRAM; method++) {
        iso_task task = {.matrix = d.rows,
                         .matrices = 3,
                         .pair = pairs,
                         .pairs = 4,
                         .measure = chosen,
                         .measures = 3,
                         .method = (iso_method)method};
        iso_value v[12];
        double expected = 0;
        ok(iso_measure_pairs(v, &task, NULL));
        for (int i = 0; i < d.n; i++)
            expected += fabs(d.wide[0][i * 8] - d.wide[1][i * 8]) / d.n;
        near(v[1].value, expected, 1e-6);
        near(v[0].value, reference_cka(d.wide[0], d.wide[1], 200, 8, 8, 1), 1e-6);
    }
    drop(&d);
}

static void names_are_chosen_and_mended(void **state)
{
    (void)state;
    const iso_measure *chosen[8];
    int count = 0;
    ok(iso_measure_choose(chosen, &count, 8, "cka"));
    assert_int_equal(count, 1);
    assert_ptr_equal(chosen[0], &iso_cka_debiased);
    ok(iso_measure_choose(chosen, &count, 8, "cka:biased,cka:*"));
    assert_int_equal(count, 2);
    fails(iso_measure_choose(chosen, &count, 8, "cks"), ISO_EARG, "did you mean 'cka'");
    fails(iso_measure_choose(chosen, &count, 8, "cca"), ISO_EARG,
          "measure 'cca' is not among these: cka, cosine, centroid, procrustes");
    fails(iso_measure_choose(chosen, &count, 8, "cka,rv"), ISO_EARG,
          "; the RV coefficient is cka:biased");
    fails(iso_measure_choose(chosen, &count, 8, "cka:bised"), ISO_EARG, "did you mean 'biased'");
    fails(iso_measure_choose(chosen, &count, 8, ""), ISO_EARG, "0 measures");
}

static void a_row_that_is_not_finite_is_named(void **state)
{
    (void)state;
    struct data d = make(300, 3, (int[]){8, 8, 8}, 0, 8);
    d.narrow[1][217 * 8 + 3] = NAN;
    for (int method = ISO_METHOD_SUMS; method <= ISO_METHOD_GRAM; method++) {
        const iso_task task = task_of(&d, (iso_method)method);
        iso_value v[8];
        fails(iso_measure_pairs(v, &task, NULL), ISO_EFORMAT, "row 217");
    }
    drop(&d);
}

static void few_items_and_flat_sides_have_reasons(void **state)
{
    (void)state;
    struct data d = make(3, 3, (int[]){4, 4, 4}, 0, 9);
    for (int method = ISO_METHOD_SUMS; method <= ISO_METHOD_GRAM; method++) {
        const iso_task task = task_of(&d, (iso_method)method);
        iso_value v[8];
        ok(iso_measure_pairs(v, &task, NULL));
        assert_true(isnan(v[0].value));
        text(v[0].why, "fewer than 4 items");
        assert_true(!isnan(v[1].value));
    }
    drop(&d);
    d = make(50, 3, (int[]){4, 4, 4}, 0, 10);
    for (size_t i = 0; i < 50 * 4; i++)
        d.narrow[1][i] = 7.3f;
    for (int method = ISO_METHOD_SUMS; method <= ISO_METHOD_GRAM; method++) {
        const iso_task task = task_of(&d, (iso_method)method);
        iso_value v[8];
        ok(iso_measure_pairs(v, &task, NULL));
        assert_true(isnan(v[0].value) && isnan(v[1].value));
        text(v[0].why, "a side has no variance");
        assert_true(!isnan(v[2].value));
    }
    drop(&d);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    struct data d = make(40, 3, (int[]){4, 4, 4}, 0, 11);
    for (int method = ISO_METHOD_SUMS; method <= ISO_METHOD_GRAM; method++) {
        const iso_task task = task_of(&d, (iso_method)method);
        iso_value v[8];
        int64_t n = 0;
        iso_err err;
        do {
            iso_alloc_fail_after(n++);
            err = iso_measure_pairs(v, &task, NULL);
            iso_alloc_fail_after(-1);
            assert_true(err == ISO_OK || err == ISO_ENOMEM);
        } while (err);
        agrees(&d, v, 1e-6);
    }
    drop(&d);
}

int main(void)
{
    RUN_TESTS(test(all_methods_equal_the_reference), test(great_means_do_not_hurt),
              test(memory_changes_nothing), test(group_terms_come_either_way),
              test(memory_too_small_is_said), test(the_plan_counts_the_bytes_read),
              test(threads_change_nothing), test(a_third_measure_joins_the_reading),
              test(names_are_chosen_and_mended), test(a_row_that_is_not_finite_is_named),
              test(few_items_and_flat_sides_have_reasons), test(every_allocation_may_fail));
}
