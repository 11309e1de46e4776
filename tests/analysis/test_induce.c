/* Pairs from maps and maps from pairs; chains; scores over three denominators. */
#include "tests/check.h"

#include "analysis/maps/chain.h"
#include "analysis/search/answers.h"
#include "analysis/maps/induce.h"
#include "analysis/maps/unsupervised.h"
#include "lib/base/alloc.h"
#include "lib/base/rng.h"
#include "lib/linalg/product.h"

static double at(const iso_mat *m, int64_t i, int64_t j)
{
    return m->dtype == ISO_F32 ? (double)((float *)m->data)[i * m->stride + j]
                               : ((double *)m->data)[i * m->stride + j];
}

static void put(iso_mat *m, int64_t i, int64_t j, double v)
{
    if (m->dtype == ISO_F32)
        ((float *)m->data)[i * m->stride + j] = (float)v;
    else
        ((double *)m->data)[i * m->stride + j] = v;
}

/* x: clusters of different size and spread, so that words differ in what they are similar to; y: x
 * turned, with noise; word i of x is word `partner[i]` of y. */
static void make_turned(iso_mat *x, iso_mat *y, int64_t *partner, int64_t n, int64_t d,
                        double noise)
{
    iso_rng rng = iso_rng_seeded(7, 0);
    iso_mat centre, turn = {0};

    ok(iso_mat_new(&centre, n / 8, d, ISO_F64));
    for (int64_t i = 0; i < centre.rows * d; i++)
        ((double *)centre.data)[i] = iso_rng_normal(&rng) * (1 + 2 * iso_rng_uniform(&rng));
    ok(iso_mat_new(x, n, d, ISO_F32));
    ok(iso_mat_new(y, n, d, ISO_F32));
    ok(iso_mat_new(&turn, d, d, ISO_F64));
    for (int64_t j = 0; j < d; j++) /* a turn that is easily one: columns shifted, some negated */
        put(&turn, j, (j + 3) % d, j % 3 ? 1 : -1);
    for (int64_t i = 0; i < n; i++) {
        const int64_t c = iso_rng_below(&rng, centre.rows);
        const double spread = 0.3 + iso_rng_uniform(&rng);
        for (int64_t j = 0; j < d; j++)
            put(x, i, j, at(&centre, c, j) + spread * iso_rng_normal(&rng));
    }
    for (int64_t i = 0; i < n; i++) { /* neighbours in frequency change places */
        partner[i] = i % 2 ? i - 1 : i + 1 < n ? i + 1 : i;
        for (int64_t j = 0; j < d; j++)
            put(y, partner[i], (j + 3) % d,
                (j % 3 ? 1 : -1) * at(x, i, j) + noise * iso_rng_normal(&rng));
    }
    iso_mat_free(&centre);
    iso_mat_free(&turn);
}

static double share_right(const iso_word_pairs *pairs, const int64_t *partner)
{
    int64_t right = 0;

    for (int64_t i = 0; i < pairs->count; i++)
        right += partner[pairs->source[i]] == pairs->target[i];
    return pairs->count ? (double)right / (double)pairs->count : 0;
}

enum { N = 240, D = 12 };

static iso_mat x, y;
static int64_t partner[N];

static int set_up(void **state)
{
    (void)state;
    make_turned(&x, &y, partner, N, D, 0.05);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    iso_mat_free(&x);
    iso_mat_free(&y);
    return 0;
}

/* x = (1,0) (0,1) (1,0.1), y = (1,0) (0,1): rows 0 and 2 of x are both nearest to row 0 of y, which
 * is nearest to one of them alone. */
static void neighbours_become_pairs(void **state)
{
    const float a[] = {1, 0, 0, 1, 1, 0.1F}, b[] = {1, 0, 0, 1};
    const iso_view v = iso_view_f32(a, 3, 2), w = iso_view_f32(b, 2, 2);
    iso_word_pairs pairs;
    double criterion;

    (void)state;
    ok(iso_induce(&pairs, &criterion, v, w, &(iso_induce_opt){.neighbours = 1}, NULL));
    assert_int_equal(pairs.count, 2);
    assert_int_equal(pairs.source[0], 0);
    assert_int_equal(pairs.target[0], 0);
    assert_int_equal(pairs.source[1], 1);
    assert_int_equal(pairs.target[1], 1);
    near(criterion, (1 + 1 + 1 / sqrt(1.01)) / 3, 1e-6);
    iso_word_pairs_free(&pairs);
    ok(iso_induce(&pairs, NULL, v, w,
                  &(iso_induce_opt){.neighbours = 1, .ways = ISO_INDUCE_FORWARD}, NULL));
    assert_int_equal(pairs.count, 3);
    assert_int_equal(pairs.target[2], 0);
    iso_word_pairs_free(&pairs);
    ok(iso_induce(&pairs, NULL, v, w, &(iso_induce_opt){.neighbours = 1, .ways = ISO_INDUCE_UNION},
                  NULL));
    assert_int_equal(pairs.count, 5);
    iso_word_pairs_free(&pairs);
    ok(iso_induce(&pairs, NULL, v, w, &(iso_induce_opt){.neighbours = 1, .most = 1}, NULL));
    assert_int_equal(pairs.count, 1);
    iso_word_pairs_free(&pairs);
}

static void dropping_is_seeded_and_drops(void **state)
{
    iso_induce_opt opt = {.ways = ISO_INDUCE_FORWARD, .drop = 0.9, .seed = 1};
    iso_word_pairs a, b, c;

    (void)state;
    ok(iso_induce(&a, NULL, iso_mat_view(&x), iso_mat_view(&x), &opt, NULL));
    ok(iso_induce(&b, NULL, iso_mat_view(&x), iso_mat_view(&x), &opt, NULL));
    opt.seed = 2;
    ok(iso_induce(&c, NULL, iso_mat_view(&x), iso_mat_view(&x), &opt, NULL));
    assert_int_equal(a.count, b.count);
    assert_memory_equal(a.target, b.target, (size_t)a.count * sizeof *a.target);
    assert_true(c.count != a.count ||
                memcmp(a.target, c.target, (size_t)a.count * sizeof *a.target) != 0);
    /* all 16 dropped: 0.9^16 = 0.185 of 240 words */
    assert_in_range((uintmax_t)a.count, 160, 230);
    iso_word_pairs_free(&a);
    iso_word_pairs_free(&b);
    iso_word_pairs_free(&c);
}

/* 14 pairs of which 4 are wrong: rounds mend what the dictionary got wrong. */
static void rounds_mend_a_bad_dictionary(void **state)
{
    const iso_refine_opt opt = {.rounds = 4};
    iso_word_pairs pairs;
    iso_round stats[5];
    int best = -1;

    (void)state;
    ok(iso_word_pairs_new(&pairs, 14));
    for (int64_t i = 0; i < 14; i++) {
        pairs.source[i] = 9 * i;
        pairs.target[i] = partner[i < 10 ? 9 * i : 9 * i + 2];
    }
    ok(iso_refine(&pairs, &best, stats, iso_mat_view(&x), iso_mat_view(&y), &opt, NULL));
    assert_true(best > 0);
    assert_int_equal(stats[0].pairs, 14);
    assert_int_equal(stats[best].pairs, pairs.count);
    for (int r = 0; r <= 4; r++)
        assert_true(stats[r].criterion <= stats[best].criterion);
    assert_true(pairs.count > 200);
    assert_true(share_right(&pairs, partner) > 0.98);
    iso_word_pairs_free(&pairs);
}

static void refinement_survives_lack_of_memory(void **state)
{
    const iso_refine_opt opt = {.rounds = 1};
    int fails = 0;

    (void)state;
    for (int64_t n = 0;; n++) {
        iso_word_pairs pairs;
        iso_round stats[2];
        int best;
        ok(iso_word_pairs_new(&pairs, 20));
        for (int64_t i = 0; i < 20; i++) {
            pairs.source[i] = i;
            pairs.target[i] = partner[i];
        }
        iso_alloc_fail_after(n);
        const iso_err err =
            iso_refine(&pairs, &best, stats, iso_mat_view(&x), iso_mat_view(&y), &opt, NULL);
        iso_alloc_fail_after(-1);
        if (err)
            assert_int_equal(pairs.count, 20);
        iso_word_pairs_free(&pairs);
        if (!err)
            break;
        assert_int_equal(err, ISO_ENOMEM);
        fails++;
    }
    assert_true(fails > 0);
}

static void a_start_needs_no_dictionary(void **state)
{
    const iso_unsupervised_opt opt = {.patience = 5, .rounds = 100};
    iso_word_pairs pairs;
    iso_unsupervised_stats stats;

    (void)state;
    ok(iso_unsupervised(&pairs, &stats, iso_mat_view(&x), iso_mat_view(&y), &opt, NULL));
    assert_true(stats.first > 0 && stats.rounds > 5);
    assert_true(share_right(&pairs, partner) > 0.95);
    iso_word_pairs_free(&pairs);
}

/* --- Chains --- */

static void chains_are_read_and_refused(void **state)
{
    iso_chain c = {.count = 9};

    (void)state;
    ok(iso_chain_parse(&c, "whiten,rotate,reweight:0/1,dewhiten,reduce:7"));
    assert_int_equal(c.count, 5);
    near(c.step[2].x, 0, 0);
    near(c.step[2].y, 1, 0);
    near(c.step[4].x, 7, 0);
    fails(iso_chain_parse(&c, "whiten"), ISO_EARG, "rotate is missing");
    fails(iso_chain_parse(&c, "rotate,whiten"), ISO_EARG, "before rotate");
    fails(iso_chain_parse(&c, "rotate,dewhiten"), ISO_EARG, "not there");
    fails(iso_chain_parse(&c, "rotate,rotate"), ISO_EARG, "twice");
    fails(iso_chain_parse(&c, "rotate,reduce:3,reweight:1"), ISO_EARG, "last");
    fails(iso_chain_parse(&c, "rotat"), ISO_EARG, "did you mean 'rotate'");
    fails(iso_chain_parse(&c, "rotate,reweight:x"), ISO_EARG, "exponent");
    fails(iso_chain_parse(&c, "rotate,reduce:0"), ISO_EARG, "number of columns");
    fails(iso_chain_parse(&c, "rotate:1"), ISO_EARG, "takes no number");
    fails(iso_chain_parse(&c, "rotate,"), ISO_EARG, "unknown step ''");
    assert_int_equal(c.count, 5);
    ok(iso_chain_parse(&c, NULL));
    assert_int_equal(c.count, 0);
}

static void fit_chain(iso_mat *a, iso_mat *b, const char *list)
{
    iso_chain c;
    iso_mat z = {0};

    ok(iso_chain_parse(&c, list));
    ok(iso_rows_gather(&z, iso_mat_view(&y), partner, N));
    ok(iso_chain_fit(a, b, iso_mat_view(&x), iso_mat_view(&z), &c));
    iso_mat_free(&z);
}

/* ‖AAᵀ − BBᵀ‖ against I: what a rotation leaves alone. */
static void rotation_alone_is_orthogonal(void **state)
{
    iso_mat a, b, square;

    (void)state;
    fit_chain(&a, &b, "rotate");
    ok(iso_mat_new(&square, D, D, ISO_F64));
    ok(iso_mul_tn(&square, iso_mat_view(&a), iso_mat_view(&a), 0));
    for (int i = 0; i < D; i++)
        for (int j = 0; j < D; j++)
            near(at(&square, i, j), i == j, 1e-12);
    /* A Bᵀ is the Procrustes map, here the turn itself but for the noise */
    ok(iso_mul_nt(&square, iso_mat_view(&a), iso_mat_view(&b), 0));
    for (int j = 0; j < D; j++)
        near(at(&square, j, (j + 3) % D), j % 3 ? 1 : -1, 0.01);
    iso_mat_free(&a);
    iso_mat_free(&b);
    iso_mat_free(&square);
}

/* Whitened paired rows have the unit matrix as their products; de-whitening without weights turns
 * them back: A is then a rotation again. */
static void whitening_is_undone(void **state)
{
    iso_mat a, b, mapped, square;

    (void)state;
    fit_chain(&a, &b, "whiten,rotate");
    ok(iso_mat_new(&mapped, N, D, ISO_F64));
    ok(iso_mat_new(&square, D, D, ISO_F64));
    iso_mat wide;
    ok(iso_mat_new(&wide, N, D, ISO_F64));
    for (int64_t i = 0; i < N * D; i++)
        ((double *)wide.data)[i] = (double)((float *)x.data)[i];
    ok(iso_mul_nn(&mapped, iso_mat_view(&wide), iso_mat_view(&a), 0));
    ok(iso_mul_tn(&square, iso_mat_view(&mapped), iso_mat_view(&mapped), 0));
    for (int i = 0; i < D; i++)
        for (int j = 0; j < D; j++)
            near(at(&square, i, j), i == j, 1e-9);
    iso_mat_free(&a);
    iso_mat_free(&b);
    fit_chain(&a, &b, "whiten,rotate,dewhiten");
    ok(iso_mul_tn(&square, iso_mat_view(&a), iso_mat_view(&a), 0));
    for (int i = 0; i < D; i++)
        for (int j = 0; j < D; j++)
            near(at(&square, i, j), i == j, 1e-9);
    iso_mat_free(&a);
    iso_mat_free(&b);
    fit_chain(&a, &b, "whiten,rotate,reweight:0.5,dewhiten,reduce:5");
    assert_int_equal(a.cols, 5);
    assert_int_equal(b.cols, 5);
    iso_mat_free(&a);
    iso_mat_free(&b);
    iso_mat_free(&mapped);
    iso_mat_free(&square);
    iso_mat_free(&wide);
}

static void chains_survive_lack_of_memory(void **state)
{
    iso_chain c;
    int fails = 0;

    (void)state;
    ok(iso_chain_parse(&c, "whiten,rotate,reweight:1,dewhiten,reduce:3"));
    for (int64_t n = 0;; n++, fails++) {
        iso_mat a = {0}, b = {0};
        iso_alloc_fail_after(n);
        const iso_err err = iso_chain_fit(&a, &b, iso_mat_view(&x), iso_mat_view(&x), &c);
        iso_alloc_fail_after(-1);
        if (err) {
            assert_int_equal(err, ISO_ENOMEM);
            assert_null(a.data);
            continue;
        }
        iso_mat_free(&a);
        iso_mat_free(&b);
        break;
    }
    assert_true(fails > 0);
}

/* --- Denominators --- */

/* Four words, 10 candidates. Word 0: answers of rank 3 and 1; word 1: rank 2; word 2: none in the
 * vocabulary; word 3: ranks 7, 8, 9. */
static void three_denominators_by_hand(void **state)
{
    const int64_t first[] = {0, 2, 3, 3, 6}, rank[] = {3, 1, 2, 7, 8, 9};
    const iso_answers answers = {4, 10, first, rank};
    const struct {
        int64_t k;
        double value[ISO_DENOMINATORS], null[ISO_DENOMINATORS];
    } cases[] = {
        /* chance of any of 2 answers first: 2/10; of 1: 1/10; of 3: 3/10 */
        {1, {1. / 3, 1. / 4, 1. / 6}, {0.6 / 3, 0.6 / 4, 0.1}},
        /* 1 - C(8,2)/C(10,2) = 17/45; 2/10; 1 - C(7,2)/C(10,2) = 24/45 */
        {2, {2. / 3, 2. / 4, 2. / 6}, {(50. / 45) / 3, (50. / 45) / 4, 0.2}},
    };
    iso_value v;

    (void)state;
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        for (int over = 0; over < ISO_DENOMINATORS; over++) {
            ok(iso_answers_score(&v, &answers, cases[c].k, (iso_denominator)over, ISO_BOOT_NONE,
                                 0));
            near(v.value, cases[c].value[over], 1e-15);
            near(v.null, cases[c].null[over], 1e-14);
        }
        assert_int_equal(v.n, 6);
    }
    /* reciprocal ranks 1, 1/2, -, 1/7 */
    ok(iso_answers_score(&v, &answers, 0, ISO_OVER_IN_VOCABULARY, ISO_BOOT_NONE, 0));
    near(v.value, (1 + 0.5 + 1. / 7) / 3, 1e-15);
    ok(iso_answers_score(&v, &answers, 0, ISO_OVER_ALL_WORDS, ISO_BOOT_NONE, 0));
    near(v.value, (1 + 0.5 + 1. / 7) / 4, 1e-15);
    ok(iso_answers_score(&v, &answers, 0, ISO_OVER_PAIRS, ISO_BOOT_PERCENTILE, 0));
    near(v.value, (1. / 3 + 1 + 0.5 + 1. / 7 + 1. / 8 + 1. / 9) / 6, 1e-15);
    near(v.null,
         (1 + 1. / 2 + 1. / 3 + 1. / 4 + 1. / 5 + 1. / 6 + 1. / 7 + 1. / 8 + 1. / 9 + 0.1) / 10,
         1e-14);
    assert_true(v.lo < v.value && v.value < v.hi);
    ok(iso_answers_coverage(&v, &answers));
    near(v.value, 0.75, 0);
    assert_int_equal(v.n, 4);
    fails(iso_answers_score(&v, &answers, 11, ISO_OVER_PAIRS, ISO_BOOT_NONE, 0), ISO_EARG, "p@11");
    text(iso_denominator_name(ISO_OVER_ALL_WORDS), "all-words");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(neighbours_become_pairs),       test(dropping_is_seeded_and_drops),
        test(rounds_mend_a_bad_dictionary),  test(refinement_survives_lack_of_memory),
        test(a_start_needs_no_dictionary),   test(chains_are_read_and_refused),
        test(rotation_alone_is_orthogonal),  test(whitening_is_undone),
        test(chains_survive_lack_of_memory), test(three_denominators_by_hand),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
