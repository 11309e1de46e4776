#include "analysis/search/neighbours.h"

#include "lib/base/alloc.h"
#include "lib/base/rng.h"
#include "lib/linalg/topk.h"
#include "tests/check.h"

enum { N = 100, D = 10 };

static iso_mat kornblith(const char *name)
{
    FILE *f = fopen(source_path(name), "r");
    iso_mat m;

    assert_non_null(f);
    ok(iso_mat_new(&m, N, D, ISO_F32));
    for (int i = 0; i < N * D; i++) {
        double v;
        assert_int_equal(fscanf(f, " %lf ,", &v), 1);
        ((float *)m.data)[i] = (float)v;
    }
    fclose(f);
    return m;
}

static int right(const iso_near *n)
{
    int count = 0;

    for (int i = 0; i < N; i++)
        count += n->index[i * n->k] == i;
    return count;
}

/* tests/golden/kornblith_expected.json: nn, csls10, xsim. */
static void golden(void **state)
{
    (void)state;
    iso_mat x = kornblith("tests/golden/kornblith_X.csv"),
            y = kornblith("tests/golden/kornblith_Y.csv");
    const struct {
        iso_rule rule;
        int forward, backward;
    } cases[] = {
        {ISO_RULE_COSINE, 58, 56}, {ISO_RULE_CSLS, 59, 57}, {ISO_RULE_RATIO, 100 - 42, -1}};

    for (int c = 0; c < 3; c++)
        for (int plain = 0; plain < 2; plain++) {
            iso_near f, b;
            const iso_near_opt opt = {.rule = cases[c].rule, .plain = plain};
            ok(iso_near_find(&f, &b, iso_mat_view(&x), iso_mat_view(&y), &opt, NULL, NULL));
            assert_int_equal(right(&f), cases[c].forward);
            if (cases[c].backward >= 0)
                assert_int_equal(right(&b), cases[c].backward);
            iso_near_free(&f);
            iso_near_free(&b);
        }
    iso_mat_free(&x);
    iso_mat_free(&y);
}

/* Kinds of data: what makes a search hard is many near-equal cosines. */
enum kind { RANDOM, CLUSTERED, DUPLICATED, HUBS, ZEROS, COARSE, KINDS };

static void row(float *to, enum kind kind, int64_t d, iso_rng *rng)
{
    const int64_t which = iso_rng_below(rng, 5);
    iso_rng of_cluster = iso_rng_seeded(99, (uint64_t)which);
    const double spread = kind == CLUSTERED ? 1e-3 : kind == HUBS && which == 0 ? 0.05 : 1;

    for (int64_t j = 0; j < d; j++) {
        const double centre = kind == CLUSTERED || kind == DUPLICATED ? iso_rng_normal(&of_cluster)
                              : kind == HUBS                          ? 0.5
                                                                      : 0;
        const double noise = kind == DUPLICATED ? 0 : spread * iso_rng_normal(rng);
        to[j] = (float)(kind == COARSE ? (double)iso_rng_below(rng, 3) - 1 : centre + noise);
        if (kind == ZEROS && which < 2)
            to[j] = 0;
    }
}

static iso_mat rows_of(enum kind kind, int64_t n, int64_t d, uint64_t seed)
{
    iso_rng rng = iso_rng_seeded(seed, (uint64_t)kind);
    iso_mat m;

    ok(iso_mat_new(&m, n, d, ISO_F32));
    for (int64_t i = 0; i < n; i++) {
        row((float *)m.data + i * d, kind == DUPLICATED && i % 7 == 0 ? RANDOM : kind, d, &rng);
        const double scale = kind == DUPLICATED ? 1 : 1e-20 + 10 * iso_rng_uniform(&rng);
        for (int64_t j = 0; j < d; j++)
            ((float *)m.data)[i * d + j] *= (float)scale;
    }
    return m;
}

static void same(const iso_near *a, const iso_near *b)
{
    assert_int_equal(a->rows, b->rows);
    assert_int_equal(a->k, b->k);
    assert_memory_equal(a->index, b->index, (size_t)(a->rows * a->k) * sizeof *a->index);
    assert_memory_equal(a->score, b->score, (size_t)(a->rows * a->k) * sizeof *a->score);
}

static void compare_ranks(iso_view x, iso_view y, iso_near_opt opt)
{
    enum { PAIRS = 60 };
    int64_t query[PAIRS], target[PAIRS], fast[PAIRS], plain[PAIRS];
    iso_rng rng = iso_rng_seeded(5, (uint64_t)opt.rule);

    for (int p = 0; p < PAIRS; p++) {
        query[p] = iso_rng_below(&rng, x.rows);
        target[p] = iso_rng_below(&rng, y.rows);
    }
    opt.plain = false;
    ok(iso_near_ranks(fast, x, y, query, target, PAIRS, &opt, NULL));
    opt.plain = true;
    ok(iso_near_ranks(plain, x, y, query, target, PAIRS, &opt, NULL));
    assert_memory_equal(fast, plain, sizeof fast);
}

static iso_near_stats compare(iso_view x, iso_view y, iso_near_opt opt)
{
    iso_near f, b, pf, pb, alone;
    iso_near_stats stats, ignored;

    opt.plain = false;
    ok(iso_near_find(&f, &b, x, y, &opt, NULL, &stats));
    ok(iso_near_find(&alone, NULL, x, y, &opt, NULL, NULL));
    same(&alone, &f);
    iso_near_free(&alone);
    ok(iso_near_find(NULL, &alone, x, y, &opt, NULL, NULL));
    same(&alone, &b);
    iso_near_free(&alone);
    opt.plain = true;
    ok(iso_near_find(&pf, &pb, x, y, &opt, NULL, &ignored));
    same(&f, &pf);
    same(&b, &pb);
    iso_near_free(&f);
    iso_near_free(&b);
    iso_near_free(&pf);
    iso_near_free(&pb);
    compare_ranks(x, y, opt);
    return stats;
}

/* Every rule, on data of every kind, in shapes around those of blocks and panels, in one precision.
 */
static void by_precision(iso_topk_precision precision)
{
    static const struct shape {
        int64_t n, m, d;
        int k, neighbours, kept;
    } shapes[] = {{1, 1, 1, 1, 1, 1},        {1, 33, 5, 3, 2, 4},    {40, 7, 1, 2, 3, 5},
                  {17, 16, 3, 20, 10, 16},   {90, 130, 8, 5, 10, 0}, {20, 400, 33, 1, 4, 6},
                  {150, 170, 24, 10, 10, 12}};
    iso_near_stats stats = {0};

    iso_topk_force_precision((int)precision);
    for (unsigned s = 0; s < sizeof shapes / sizeof *shapes; s++)
        for (enum kind kind = 0; kind < KINDS; kind++)
            for (iso_rule rule = 0; rule <= ISO_RULE_INVSOFTMAX; rule++) {
                const struct shape h = shapes[s];
                iso_mat x = rows_of(kind, h.n, h.d, 1), y = rows_of(kind, h.m, h.d, 2);
                const iso_near_stats t =
                    compare(iso_mat_view(&x), iso_mat_view(&y),
                            (iso_near_opt){rule, h.k, h.neighbours, 0, h.kept, false});
                stats.again += t.again;
                stats.overflowed += t.overflowed;
                iso_mat_free(&x);
                iso_mat_free(&y);
            }
    iso_topk_force_precision(-1);
    print_message("precision %d: again %lld, overflowed %lld\n", (int)precision,
                  (long long)stats.again, (long long)stats.overflowed);
    assert_true(stats.again > 0);
    assert_true(stats.overflowed > 0);
}

static void equals_brute_force(void **state)
{
    (void)state;
    for (iso_topk_precision precision = ISO_TOPK_F32; precision <= ISO_TOPK_INT8; precision++)
        by_precision(precision);
}

/* Copies take one place in a list, on either side, and k may end among them. Rows of zeros too. */
static void equal_rows_are_one(void **state)
{
    (void)state;
    enum { ROWS = 500, W = 9 };
    iso_mat x = rows_of(RANDOM, ROWS, W, 1), y = rows_of(RANDOM, ROWS, W, 2);
    float *a = x.data, *b = y.data;

    for (int i = 0; i < ROWS; i++) {
        if (i % 3 == 1) {
            memcpy(a + i * W, a, W * sizeof *a);
            memcpy(b + i * W, i % 6 == 1 ? a : b, W * sizeof *b);
        } else if (i % 3 == 2) {
            memset(i % 2 ? a + i * W : b + i * W, 0, W * sizeof *a);
        }
    }
    b[2] = b[2 + 3 * W] = -0.0F;
    memcpy(b + 3 * W, b, W * sizeof *b);
    b[2 + 3 * W] = 0;
    for (iso_rule rule = 0; rule <= ISO_RULE_INVSOFTMAX; rule++) {
        const iso_near_stats stats =
            compare(iso_mat_view(&x), iso_mat_view(&y), (iso_near_opt){.rule = rule, .k = 120});
        if (rule != ISO_RULE_RATIO) /* the row of zeros, with everything; a last place for many */
            assert_true(stats.overflowed <= 2);
    }
    iso_mat_free(&x);
    iso_mat_free(&y);
}

/* Rows about one direction, no two alike, every third a multiple of another: all lie closer
 * together than the bounds, lists overflow, and more candidates compete with a target than are
 * asked about one by one. */
static void nearly_equal_rows(void **state)
{
    (void)state;
    enum { FEW = 150, MANY = 1300, W = 50 };
    iso_mat x = rows_of(RANDOM, FEW, W, 1), y = rows_of(RANDOM, MANY, W, 2);
    iso_near_stats stats;

    for (int side = 0; side < 2; side++) {
        float *data = side ? y.data : x.data;
        for (int i = 0; i < (side ? MANY : FEW); i++)
            for (int j = 0; j < W; j++)
                data[i * W + j] = i % 3 == 2 ? data[(i - 2) * W + j] * (1 + (float)i / 1000)
                                             : sinf((float)(j + 1)) + 1e-4F * data[i * W + j];
    }
    for (iso_rule rule = 0; rule <= ISO_RULE_INVSOFTMAX; rule++) {
        stats = compare(iso_mat_view(&x), iso_mat_view(&y), (iso_near_opt){.rule = rule, .k = 3});
        assert_true(stats.overflowed >= FEW);
        stats = compare(iso_mat_view(&y), iso_mat_view(&x), (iso_near_opt){.rule = rule, .k = 3});
        assert_true(stats.overflowed >= FEW);
    }
    iso_mat_free(&x);
    iso_mat_free(&y);
}

static void plain_loops_too(void **state)
{
    (void)state;
    iso_mat x = rows_of(HUBS, 300, 40, 1), y = rows_of(HUBS, 411, 40, 2);
    const iso_near_opt opt = {.rule = ISO_RULE_CSLS, .k = 3, .kept = 20};
    iso_near f, b, pf, pb;

    compare(iso_mat_view(&x), iso_mat_view(&y), opt);
    ok(iso_near_find(&f, &b, iso_mat_view(&x), iso_mat_view(&y), &opt, NULL, NULL));
    kernels(ISO_CPU_PLAIN);
    compare(iso_mat_view(&x), iso_mat_view(&y), opt);
    iso_topk_force_precision(ISO_TOPK_INT8);
    compare(iso_mat_view(&x), iso_mat_view(&y), opt);
    iso_topk_force_precision(-1);
    ok(iso_near_find(&pf, &pb, iso_mat_view(&x), iso_mat_view(&y), &opt, NULL, NULL));
    kernels(ISO_CPU_AVX512);
    same(&f, &pf);
    same(&b, &pb);
    iso_near_free(&f);
    iso_near_free(&b);
    iso_near_free(&pf);
    iso_near_free(&pb);
    iso_mat_free(&x);
    iso_mat_free(&y);
}

/* The mean of the k largest of n numbers `step` apart. */
static double largest(const double *v, int n, int step, int k)
{
    double sum = 0, below = INFINITY;

    for (int a = 0; a < k; a++) {
        double best = -INFINITY;
        for (int i = 0; i < n; i++)
            if (v[i * step] < below && v[i * step] > best)
                best = v[i * step];
        sum += best;
        below = best;
    }
    return sum / k;
}

/* What brute force itself must equal, written out once more: x/‖x‖ and sums in plain double. */
static void equals_definition(void **state)
{
    (void)state;
    enum { P = 23, Q = 19, W = 6, NEIGHBOURS = 3 };
    iso_mat x = rows_of(RANDOM, P, W, 1), y = rows_of(RANDOM, Q, W, 2);
    double c[P][Q], r_t[P], r_s[Q];

    for (int i = 0; i < P; i++)
        for (int j = 0; j < Q; j++) {
            const float *a = (float *)x.data + i * W, *b = (float *)y.data + j * W;
            double xy = 0, xx = 0, yy = 0;
            for (int l = 0; l < W; l++) {
                xy += (double)a[l] * (double)b[l];
                xx += (double)a[l] * (double)a[l];
                yy += (double)b[l] * (double)b[l];
            }
            c[i][j] = xy / sqrt(xx) / sqrt(yy);
        }
    for (int i = 0; i < P; i++)
        r_t[i] = largest(&c[i][0], Q, 1, NEIGHBOURS);
    for (int j = 0; j < Q; j++)
        r_s[j] = largest(&c[0][j], P, Q, NEIGHBOURS);
    for (int turn = 0; turn <= ISO_RULE_INVSOFTMAX + 1; turn++) { /* at last beta by default */
        const iso_rule rule = turn > ISO_RULE_INVSOFTMAX ? ISO_RULE_INVSOFTMAX : (iso_rule)turn;
        const double beta = turn > ISO_RULE_INVSOFTMAX ? 30 : 7;
        const iso_near_opt opt = {.rule = rule,
                                  .k = Q,
                                  .neighbours = NEIGHBOURS,
                                  .beta = turn > ISO_RULE_INVSOFTMAX ? 0 : 7};
        iso_near f;
        ok(iso_near_find(&f, NULL, iso_mat_view(&x), iso_mat_view(&y), &opt, NULL, NULL));
        for (int64_t a = 0; a < P * Q; a++) {
            const int i = (int)(a / Q), j = f.index[a];
            const double b = (r_t[i] + r_s[j]) / 2;
            double sum = 0;
            for (int l = 0; l < P; l++)
                sum += exp(beta * c[l][j]);
            const double expected[] = {c[i][j],     2 * (c[i][j] - b), c[i][j] / b,
                                       c[i][j] - b, c[i][j],           exp(beta * c[i][j]) / sum};
            near(f.score[a], expected[rule], 1e-13);
            if (a % Q > 0)
                assert_true(f.score[a - 1] > f.score[a] ||
                            (f.score[a - 1] == f.score[a] && f.index[a - 1] < j));
        }
        iso_near_free(&f);
    }
    iso_mat_free(&x);
    iso_mat_free(&y);
}

/* Three directions on paper. x0 = (1, 0): cosines 1, 0, 0.6 of y = (2, 0), (0, 3), (3, 4). Row 3
 * of y is zero; row 4 is row 0 again, and comes after it. */
static void on_paper(void **state)
{
    (void)state;
    const float x[] = {1, 0}, y[] = {2, 0, 0, 3, 3, 4, 0, 0, 2, 0};
    const int32_t expected[] = {0, 4, 2, 1, 3, -1};
    const double score[] = {1, 1, 0.6, 0, 0};
    const int64_t query[] = {0, 0, 0}, target[] = {4, 3, 0};
    int64_t rank[3];
    iso_near f;

    ok(iso_near_find(&f, NULL, iso_view_f32(x, 1, 2), iso_view_f32(y, 5, 2),
                     &(iso_near_opt){.k = 6}, NULL, NULL));
    for (int a = 0; a < 6; a++)
        assert_int_equal(f.index[a], expected[a]);
    for (int a = 0; a < 5; a++)
        near(f.score[a], score[a], 1e-15);
    assert_true(isnan(f.score[5]));
    iso_near_free(&f);
    ok(iso_near_ranks(rank, iso_view_f32(x, 1, 2), iso_view_f32(y, 5, 2), query, target, 3, NULL,
                      NULL));
    assert_int_equal(rank[0], 2);
    assert_int_equal(rank[1], 5);
    assert_int_equal(rank[2], 1);
}

static void threads_do_not_matter(void **state)
{
    (void)state;
    iso_mat x = rows_of(HUBS, 400, 12, 1), y = rows_of(HUBS, 333, 12, 2);
    const iso_near_opt opt = {.rule = ISO_RULE_CSLS, .k = 4, .kept = 30};
    iso_near f[2], b[2];

    for (int t = 0; t < 2; t++)
        ok(iso_near_find(&f[t], &b[t], iso_mat_view(&x), iso_mat_view(&y), &opt,
                         &(iso_run){.threads = t ? 5 : 1}, NULL));
    same(&f[0], &f[1]);
    same(&b[0], &b[1]);
    for (int t = 0; t < 2; t++) {
        iso_near_free(&f[t]);
        iso_near_free(&b[t]);
    }
    iso_mat_free(&x);
    iso_mat_free(&y);
}

/* As many blocks as threads, so that lists begin with floors: in any order of the rows the answer
 * is that of brute force. */
static void floors_leave_nothing_out(void **state)
{
    (void)state;
    enum { K = 10 };
    const iso_run run = {.threads = 8};

    for (enum kind kind = 0; kind < KINDS; kind++) {
        iso_mat x = rows_of(kind, 1500, 60, 1), y = rows_of(kind, 1711, 60, 2);
        for (int64_t i = 0; i < 700; i++) /* the best of many rows lie side by side */
            memcpy((float *)y.data + i * 60, (float *)x.data + i % 12 * 60, 59 * sizeof(float));
        const iso_near_opt opt = {.rule = kind % 2 ? ISO_RULE_CSLS : ISO_RULE_COSINE, .k = K},
                           plain = {.rule = opt.rule, .k = K, .plain = true};
        iso_near f, b, pf, pb;
        ok(iso_near_find(&f, &b, iso_mat_view(&x), iso_mat_view(&y), &opt, &run, NULL));
        ok(iso_near_find(&pf, &pb, iso_mat_view(&x), iso_mat_view(&y), &plain, NULL, NULL));
        same(&f, &pf);
        same(&b, &pb);
        iso_near_free(&f);
        iso_near_free(&b);
        iso_near_free(&pf);
        iso_near_free(&pb);
        iso_mat_free(&x);
        iso_mat_free(&y);
    }
}

static void refused(void **state)
{
    (void)state;
    const float x[] = {1, 2, 3, 4}, bad[] = {1, 2, NAN, 4};
    const double wide[] = {1, 2};
    const iso_view v = iso_view_f32(x, 2, 2);
    const int64_t none = 0, beyond = 2;
    int64_t rank = 77;
    iso_near f = {.k = 77};
    iso_rule rule;

    fails(iso_near_find(&f, NULL, v, iso_view_f32(x, 1, 4), NULL, NULL, NULL), ISO_EARG,
          "x has 2 columns, y 4");
    fails(iso_near_find(&f, NULL, v, iso_view_f32(x, 0, 2), NULL, NULL, NULL), ISO_EARG,
          "y has no rows");
    fails(iso_near_find(&f, NULL, iso_view_f32(x, 2, 0), iso_view_f32(x, 2, 0), NULL, NULL, NULL),
          ISO_EARG, "no columns");
    fails(iso_near_find(&f, NULL, v, iso_view_f64(wide, 1, 2), NULL, NULL, NULL), ISO_EARG,
          "must be f32");
    fails(iso_near_find(&f, NULL, v, iso_view_f32(bad, 2, 2), NULL, NULL, NULL), ISO_EFORMAT,
          "y: row 1 has a number that is not finite");
    fails(iso_near_find(&f, NULL, v, v, &(iso_near_opt){.k = -1}, NULL, NULL), ISO_EARG, "k is -1");
    fails(iso_near_find(&f, NULL, v, v, &(iso_near_opt){.neighbours = -1}, NULL, NULL), ISO_EARG,
          "neighbours is -1");
    fails(iso_near_find(&f, NULL, v, v, &(iso_near_opt){.kept = -1}, NULL, NULL), ISO_EARG,
          "kept is -1");
    fails(iso_near_find(&f, NULL, v, v, &(iso_near_opt){.beta = -1}, NULL, NULL), ISO_EARG,
          "beta is -1");
    fails(iso_near_find(&f, NULL, v, v, &(iso_near_opt){.rule = 9}, NULL, NULL), ISO_EARG,
          "rule 9");
    fails(iso_near_ranks(&rank, v, v, &beyond, &none, 1, NULL, NULL), ISO_EARG,
          "query 2 of pair 0 is not a row of 2");
    fails(iso_near_ranks(&rank, v, v, &none, &beyond, 1, NULL, NULL), ISO_EARG,
          "target 2 of pair 0");
    assert_int_equal(f.k, 77);
    assert_int_equal(rank, 77);
    fails(iso_rule_find(&rule, "cosin"), ISO_EARG, "cosine");
    for (iso_rule r = 0; r <= ISO_RULE_INVSOFTMAX; r++) {
        ok(iso_rule_find(&rule, iso_rule_name(r)));
        assert_int_equal(rule, r);
    }
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    iso_mat x = rows_of(HUBS, 90, 4, 1), y = rows_of(HUBS, 95, 4, 2);
    const int64_t query[] = {3, 4}, target[] = {5, 6};
    int64_t rank[2];

    memcpy((float *)x.data + 20, x.data, 4 * sizeof(float));
    memcpy((float *)y.data + 40, y.data, 4 * sizeof(float));
    for (int way = 0; way < 2 * (ISO_RULE_INVSOFTMAX + 1); way++) {
        const iso_rule rule = (iso_rule)(way / 2);
        iso_topk_force_precision(way % 2 ? ISO_TOPK_INT8 : -1);
        const iso_near_opt opt = {.rule = rule, .neighbours = 3, .kept = 3};
        iso_near f = {0}, b = {0};
        iso_err err = ISO_ENOMEM;
        for (int n = 0; err; n++) {
            iso_alloc_fail_after(n);
            err = iso_near_find(&f, &b, iso_mat_view(&x), iso_mat_view(&y), &opt, NULL, NULL);
            iso_alloc_fail_after(-1);
            assert_true(err == ISO_OK || (err == ISO_ENOMEM && !f.index && !b.index));
        }
        iso_near_free(&f);
        iso_near_free(&b);
        err = ISO_ENOMEM;
        for (int n = 0; err; n++) {
            iso_alloc_fail_after(n);
            err = iso_near_ranks(rank, iso_mat_view(&x), iso_mat_view(&y), query, target, 2, &opt,
                                 NULL);
            iso_alloc_fail_after(-1);
            assert_true(err == ISO_OK || err == ISO_ENOMEM);
        }
    }
    iso_topk_force_precision(-1);
    iso_mat_free(&x);
    iso_mat_free(&y);
}

static bool until(void *payload, const char *what, int64_t done, int64_t total, const char *unit)
{
    int *left = payload;

    (void)what, (void)unit;
    assert_true(done >= 0 && done <= total);
    return (*left)-- > 0;
}

static void cancelled(void **state)
{
    (void)state;
    iso_mat x = rows_of(HUBS, 90, 4, 1), y = rows_of(HUBS, 95, 4, 2);
    const iso_near_opt opt = {.rule = ISO_RULE_CSLS, .neighbours = 3, .kept = 3};
    iso_near f = {0}, b = {0};
    iso_err err = ISO_ECANCEL;
    int steps = 0;

    for (; err; steps++) {
        int left = steps;
        err = iso_near_find(&f, &b, iso_mat_view(&x), iso_mat_view(&y), &opt,
                            &(iso_run){.progress = until, .payload = &left}, NULL);
        assert_true(err == ISO_OK || (err == ISO_ECANCEL && !f.index && !b.index));
    }
    assert_true(steps > 3);
    iso_near_free(&f);
    iso_near_free(&b);
    iso_mat_free(&x);
    iso_mat_free(&y);
}

int main(void)
{
    RUN_TESTS(test(golden), test(on_paper), test(equals_definition), test(equals_brute_force),
              test(equal_rows_are_one), test(nearly_equal_rows), test(plain_loops_too),
              test(threads_do_not_matter), test(floors_leave_nothing_out), test(refused),
              test(every_allocation_may_fail), test(cancelled));
}
