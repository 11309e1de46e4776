#include "analysis/neighbours.h"

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

static iso_near_told compare(iso_view x, iso_view y, iso_near_opt opt)
{
    iso_near f, b, pf, pb, alone;
    iso_near_told told, ignored;

    opt.plain = false;
    ok(iso_near_find(&f, &b, x, y, &opt, NULL, &told));
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
    return told;
}

/* Every rule, on data of every kind, in shapes around those of blocks and panels. */
static void equals_brute_force(void **state)
{
    (void)state;
    static const struct shape {
        int64_t n, m, d;
        int k, neighbours, kept;
    } shapes[] = {{1, 1, 1, 1, 1, 1},        {1, 33, 5, 3, 2, 4},     {40, 7, 1, 2, 3, 5},
                  {17, 16, 3, 20, 10, 16},   {151, 257, 8, 5, 10, 0}, {30, 400, 33, 1, 4, 6},
                  {260, 230, 24, 10, 10, 12}};
    iso_near_told told = {0};

    for (unsigned s = 0; s < sizeof shapes / sizeof *shapes; s++)
        for (enum kind kind = 0; kind < KINDS; kind++)
            for (iso_rule rule = 0; rule <= ISO_RULE_INVSOFTMAX; rule++) {
                const struct shape h = shapes[s];
                iso_mat x = rows_of(kind, h.n, h.d, 1), y = rows_of(kind, h.m, h.d, 2);
                const iso_near_told t =
                    compare(iso_mat_view(&x), iso_mat_view(&y),
                            (iso_near_opt){rule, h.k, h.neighbours, 0, h.kept, false});
                told.again += t.again;
                told.overflowed += t.overflowed;
                iso_mat_free(&x);
                iso_mat_free(&y);
            }
    print_message("again %lld, overflowed %lld\n", (long long)told.again,
                  (long long)told.overflowed);
    assert_true(told.again > 0);
    assert_true(told.overflowed > 0);
}

static void plain_loops_too(void **state)
{
    (void)state;
    iso_mat x = rows_of(HUBS, 300, 40, 1), y = rows_of(HUBS, 411, 40, 2);
    const iso_near_opt opt = {.rule = ISO_RULE_CSLS, .k = 3, .kept = 20};
    iso_near f, b, pf, pb;

    compare(iso_mat_view(&x), iso_mat_view(&y), opt);
    ok(iso_near_find(&f, &b, iso_mat_view(&x), iso_mat_view(&y), &opt, NULL, NULL));
    iso_topk_force_plain(true);
    compare(iso_mat_view(&x), iso_mat_view(&y), opt);
    ok(iso_near_find(&pf, &pb, iso_mat_view(&x), iso_mat_view(&y), &opt, NULL, NULL));
    iso_topk_force_plain(false);
    same(&f, &pf);
    same(&b, &pb);
    iso_near_free(&f);
    iso_near_free(&b);
    iso_near_free(&pf);
    iso_near_free(&pb);
    iso_mat_free(&x);
    iso_mat_free(&y);
}

int main(void)
{
    RUN_TESTS(test(golden), test(equals_brute_force), test(plain_loops_too));
}
