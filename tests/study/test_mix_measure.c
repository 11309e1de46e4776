/* Records of a mixed target: what there is, that values are those of the measures, that equal
 * states differ by nothing, λ and entropies, what is refused. */
#include <string.h>

#include "analysis/measure/catalogue.h"
#include "analysis/measure/spec.h"
#include "analysis/pass/pass.h"
#include "analysis/measure/difference.h"
#include "tests/study/mixed.h"

static bool same(const char *a, const char *b)
{
    return a && b ? !strcmp(a, b) : a == b;
}

/* The one record of these names; layer −1: none. */
static const iso_record *find(const iso_records *list, const char *measure, const char *stage,
                              const char *mix, const char *given, int place, int layer,
                              const char *direction)
{
    const iso_record *found = NULL;

    for (int64_t i = 0; i < list->count; i++) {
        const iso_record *r = &list->at[i];
        if (!iso_measure_same(r->measure, measure) || !same(r->stage, stage) ||
            !same(r->mix, mix) || !same(r->given, given) || !same(r->direction, direction) ||
            r->src_layer != layer || r->mix_layer != (place ? place : ISO_NO_INT))
            continue;
        assert_null(found);
        found = r;
    }
    if (!found)
        fail_msg("no record of %s %s %s layer %d", measure, stage, mix ? mix : "", layer);
    return found;
}

static int64_t count(const iso_records *list, const char *measure)
{
    int64_t n = 0;

    for (int64_t i = 0; i < list->count; i++)
        n += iso_measure_same(list->at[i].measure, measure);
    return n;
}

/* Two places of three layers: 3 + 2 layers mixed. Before: 3. Each control: after and difference;
 * the other way also two more. */
static void what_there_is(void **state)
{
    struct mix_scheme s;
    struct mixed m;
    (void)state;

    mixed_make(&m, &s, honest, 3, 2, 60, 1);
    iso_records list = measured_by(&m, NULL);
    assert_int_equal(count(&list, "cka"), 3 + 5 * (4 + 2 + 2));
    assert_int_equal(count(&list, "centroid"), 43);
    assert_int_equal(count(&list, "cosine"), 43);
    assert_int_equal(count(&list, "p@k"), 2 * 43);
    const iso_record *r = find(&list, "cka", "before", NULL, NULL, 0, 2, NULL);
    text(r->estimator, "debiased");
    text(r->interval, "jackknife");
    assert_true(r->tgt_layer == 2 && r->n == 60 && r->src_dim == MIXED_C && r->tgt_dim == MIXED_C);
    text(r->src, "en");
    text(r->tgt, "de");
    text(r->pool, "mean");
    text(r->model, "none");
    r = find(&list, "centroid", "difference", "xmixup", "shuffled", 2, 3, NULL);
    text(r->estimator, "relative");
    text(r->interval, "groups");
    r = find(&list, "p@k", "after", "fixed:0", NULL, 1, 1, "backward");
    text(r->estimator, "cosine");
    text(r->interval, "boot-items");
    assert_true(r->k == 1 && r->null == 1 / 60.0);
    r = find(&list, "p@k", "difference", "xmixup", "fixed:0", 1, 3, "forward");
    assert_true(isnan(r->null));
    iso_records_free(&list);
    mixed_done(&m);
}

/* --- Values, computed independently --- */

static void read_all(float *out, iso_spill *s, int matrix, int64_t n)
{
    iso_rows *rows = NULL;
    iso_view v;

    ok(iso_spill_rows(&rows, s, matrix));
    ok(iso_rows_read(rows, 0, n, &v));
    memcpy(out, v.data, (size_t)(n * MIXED_C) * sizeof *out);
    iso_rows_close(rows);
}

static double dot(const float *x, const float *y)
{
    double sum = 0;

    for (int j = 0; j < MIXED_C; j++)
        sum += (double)x[j] * (double)y[j];
    return sum;
}

/* Whether row i of x finds row i of y. */
static bool finds(const float *x, const float *y, int64_t n, int64_t i)
{
    const float *mine = x + i * MIXED_C;
    const double true_one =
        dot(mine, y + i * MIXED_C) / sqrt(dot(y + i * MIXED_C, y + i * MIXED_C));

    for (int64_t j = 0; j < n; j++) {
        const float *other = y + j * MIXED_C;
        if (j != i && dot(mine, other) / sqrt(dot(other, other)) > true_one)
            return false;
    }
    return true;
}

static double share_found(const float *x, const float *y, int64_t n)
{
    double sum = 0;

    for (int64_t i = 0; i < n; i++)
        sum += finds(x, y, n, i);
    return sum / (double)n;
}

static double measured_alone(const char *name, const float *x, const float *y, int64_t n)
{
    const iso_measure *measure[1];
    iso_rows *rows[2] = {NULL};
    iso_value v;
    int found = 0;

    ok(iso_measure_choose(measure, &found, 1, name));
    ok(iso_rows_of_view(&rows[0], iso_view_f32(x, n, MIXED_C)));
    ok(iso_rows_of_view(&rows[1], iso_view_f32(y, n, MIXED_C)));
    ok(iso_measure_pairs(&v,
                         &(iso_task){.matrix = rows,
                                     .matrices = 2,
                                     .pair = &(iso_gram_pair){0, 1},
                                     .pairs = 1,
                                     .measure = measure,
                                     .measures = 1},
                         NULL));
    iso_rows_close(rows[0]);
    iso_rows_close(rows[1]);
    return v.value;
}

static void values_are_those_of_the_measures(void **state)
{
    static const char *const names[][2] = {
        {"cka", "cka:debiased"}, {"centroid", "centroid:relative"}, {"cosine", "cosine:centred"}};
    enum { N = 80, ALL = N * MIXED_C };
    struct mix_scheme s;
    struct mixed m;
    float *x = NULL;
    (void)state;

    mixed_make(&m, &s, honest, 3, 2, N, 2);
    ok(iso_alloc(&x, 4 * ALL, sizeof *x));
    float *before = x + ALL, *after = x + 2 * ALL, *control = x + 3 * ALL;
    read_all(x, m.source, 3, N);
    read_all(before, m.states, iso_mixed_before(&s, 3), N);
    read_all(after, m.states, iso_mixed_after(&s, 1, 0, 3), N);
    read_all(control, m.states, iso_mixed_after(&s, 1, 2, 3), N);
    iso_records list = measured_by(&m, NULL);
    for (int i = 0; i < 3; i++) {
        const double b = measured_alone(names[i][1], x, before, N);
        const double a = measured_alone(names[i][1], x, after, N);
        const double c = measured_alone(names[i][1], x, control, N);
        const char *name = names[i][0];
        near(find(&list, name, "before", NULL, NULL, 0, 3, NULL)->value, b, 1e-7);
        near(find(&list, name, "after", "xmixup", NULL, 2, 3, NULL)->value, a, 1e-7);
        near(find(&list, name, "difference", "xmixup", "before", 2, 3, NULL)->value, a - b, 1e-7);
        near(find(&list, name, "difference", "shuffled", "before", 2, 3, NULL)->value, c - b, 1e-7);
        near(find(&list, name, "difference", "xmixup", "shuffled", 2, 3, NULL)->value, a - c, 1e-7);
    }
    const double b = share_found(x, before, N), a = share_found(x, after, N);
    near(find(&list, "p@k", "before", NULL, NULL, 0, 3, "forward")->value, b, 1e-12);
    near(find(&list, "p@k", "after", "xmixup", NULL, 2, 3, "forward")->value, a, 1e-12);
    near(find(&list, "p@k", "difference", "xmixup", "before", 2, 3, "forward")->value, a - b,
         1e-12);
    near(find(&list, "p@k", "after", "shuffled", NULL, 2, 3, "backward")->value,
         share_found(control, x, N), 1e-12);
    iso_records_free(&list);
    iso_free(x);
    mixed_done(&m);
}

/* Mixing that changes nothing at all. Of products the last bits depend on where a matrix stands
 * among those that are multiplied together. */
static void no_change_is_no_difference(void **state)
{
    static const struct planted nothing[] = {
        {"xmixup", false, ISO_MIX_BY_ENTROPY, 0, 0, 0, 0},
        {"fixed:0", true, ISO_MIX_FIXED, 0, 0, 0, 0},
        {"shuffled", true, ISO_MIX_BY_ENTROPY, 0, 0, 0, 0},
    };
    struct mix_scheme s;
    struct mixed m;
    int64_t seen = 0;
    (void)state;

    mixed_make(&m, &s, nothing, 3, 2, 300, 3);
    for (int method = 0; method < 2; method++) {
        iso_mix_opt opt = measuring("cka,centroid,cosine,p@1,mrr:csls,error,mexa");
        opt.interval = method ? ISO_INTERVAL_GROUPS : ISO_INTERVAL_JACKKNIFE;
        iso_records list = measured(&m, &opt);
        for (int64_t i = 0; i < list.count; i++) {
            const iso_record *r = &list.at[i];
            if (!same(r->stage, "difference") || same(r->estimator, "cosine-centred"))
                continue;
            const bool sums = same(r->measure, "cka") || same(r->estimator, "share");
            const double rounding = sums ? 1e-7 : 0;
            if (fabs(r->value) > rounding)
                fail_msg("%s:%s at layer %lld differs by %g", r->measure, r->estimator,
                         (long long)r->src_layer, r->value);
            assert_true((fabs(r->lo) <= rounding && fabs(r->hi) <= rounding) ||
                        (isnan(r->lo) && isnan(r->hi)));
            if (isnan(r->lo))
                text(r->why, "no item changes: nothing to resample");
            seen++;
        }
        iso_records_free(&list);
    }
    assert_true(seen > 200);
    mixed_done(&m);
}

static void lambda_and_entropies(void **state)
{
    struct mix_scheme s;
    struct mixed m;
    double sum = 0, e2 = 0;
    (void)state;

    mixed_make(&m, &s, honest, 3, 2, 100, 4);
    m.lambda[7] = m.e1[7] = m.e2[7] = NAN; /* a sentence without tokens */
    iso_records list = measured_by(&m, "cka");
    for (int64_t i = 0; i < list.count; i++) {
        const iso_record *r = &list.at[i];
        const bool first = r->mix_layer == 1 && same(r->mix, "xmixup");
        if (!same(r->measure, "lambda") && !same(r->measure, "entropy"))
            continue;
        assert_true(!same(r->mix, "fixed:0") && !r->stage);
        assert_true(r->src_layer == r->mix_layer && r->tgt_layer == r->mix_layer);
        if (same(r->measure, "lambda") && first && same(r->estimator, "mean")) {
            assert_true(r->n == 99 && r->lo < r->value && r->value < r->hi);
            text(r->interval, "boot-items");
        }
        if (same(r->estimator, "histogram") && same(r->measure, "lambda") && first) {
            assert_true(r->param >= 0.4 && r->param < 0.5);
            near(r->param * 50, round(r->param * 50), 1e-12);
            sum += r->value;
        }
        /* 2 and 2.5 nats, half each; item 7 has none */
        if (same(r->direction, "forward") && same(r->estimator, "histogram") && first) {
            assert_true(r->param == 2 || r->param == 2.5);
            near(r->value, r->param == 2 ? 50 / 99.0 : 49 / 99.0, 1e-12);
            e2 += r->value;
        }
        if (same(r->direction, "backward") && same(r->estimator, "mean") && r->mix_layer == 2)
            near(r->value, 1 + 0.01 * 24.5, 1e-12);
        if (same(r->direction, "backward") && same(r->estimator, "sd") && r->mix_layer == 2)
            near(r->value, 0.01 * sqrt((50 * 50 - 1) / 12.0 * 100 / 99), 1e-12);
    }
    near(sum, 1, 1e-12);
    near(e2, 1, 1e-12);
    iso_records_free(&list);
    mixed_done(&m);
}

static iso_err check(const char *measure)
{
    const iso_mix_opt opt = measuring(measure);

    return iso_mix_measure_check(&opt);
}

static void what_is_refused(void **state)
{
    (void)state;
    fails(check("cosin"), ISO_EARG, "did you mean 'cosine'");
    fails(check("f1"), ISO_EARG, "does not mine");
    fails(check("p@0"), ISO_EARG, "not a rank");
    fails(check("p@1:clss"), ISO_EARG, "csls");
    fails(check("cka,"), ISO_EARG, "a list like");
    fails(check(""), ISO_EARG, "a list like");
    ok(check("p@5:csls,mrr,error:ratio,mexa"));
    ok(check("cosine:*,procrustes"));
}

/* Without intervals, by one direction, by retrieval alone; a language against itself. */
static void other_options(void **state)
{
    struct mix_scheme s;
    struct mixed m;
    iso_mix_opt opt = measuring("p@5:csls,mrr:cosine");
    (void)state;

    mixed_make(&m, &s, honest, 3, 1, 60, 5);
    m.tgt = "en";
    opt.direction = ISO_RETRIEVE_BACKWARD;
    opt.interval = ISO_INTERVAL_NONE;
    iso_records list = measured(&m, &opt);
    assert_int_equal(count(&list, "cka"), 0);
    assert_int_equal(count(&list, "p@k"), 3 + 3 * (4 + 2 + 2));
    for (int64_t i = 0; i < list.count; i++) {
        text(list.at[i].interval, "none");
        assert_true(isnan(list.at[i].lo) && isnan(list.at[i].hi));
        if (iso_measure_same(list.at[i].measure, "p@k")) {
            text(list.at[i].direction, "backward");
            assert_true(list.at[i].k == 5 && list.at[i].neighbours == 10);
        }
    }
    iso_records_free(&list);
    opt.measure = "cka";
    list = measured(&m, &opt);
    for (int64_t i = 0; i < list.count; i++)
        assert_true(isnan(list.at[i].lo) && isnan(list.at[i].hi));
    iso_records_free(&list);
    mixed_done(&m);
}

static void too_little_memory(void **state)
{
    struct mix_scheme s;
    struct mixed m;
    iso_records list = {0};
    const iso_mix_opt opt = measuring(NULL);
    (void)state;

    mixed_make(&m, &s, honest, 3, 1, 60, 7);
    fails(iso_mix_records(&list, &m, &opt, &(iso_run){.mem = 1000}), ISO_EDATA,
          "de: searching 60 sentences needs");
    assert_int_equal(list.count, 0);
    mixed_done(&m);
}

static void every_allocation_may_fail(void **state)
{
    struct mix_scheme s;
    struct mixed m;
    const iso_mix_opt opt = measuring("cka,p@1:cosine");
    iso_err err;
    int64_t n = 0;
    (void)state;

    mixed_make(&m, &s, honest, 3, 1, 24, 6);
    do {
        iso_records list = {0};
        iso_alloc_fail_after(n++);
        err = iso_mix_records(&list, &m, &opt, &(iso_run){.mem = (int64_t)1 << 28});
        iso_alloc_fail_after(-1);
        iso_records_free(&list);
        if (err && err != ISO_ENOMEM)
            fail_msg("allocation %lld: %s", (long long)n, iso_err_msg());
    } while (err);
    assert_true(n > 100);
    mixed_done(&m);
}

int main(void)
{
    RUN_TESTS(test(what_there_is), test(values_are_those_of_the_measures),
              test(no_change_is_no_difference), test(lambda_and_entropies), test(what_is_refused),
              test(other_options), test(too_little_memory), test(every_allocation_may_fail));
}
