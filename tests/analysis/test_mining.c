/* Mining and mutual best: cases that can be checked on paper. */
#include "tests/check.h"

#include "analysis/search/mining.h"
#include "analysis/search/mutual.h"
#include "lib/base/alloc.h"
#include "lib/base/rng.h"

/* Three rows against four: 0 and 0 choose each other, 1 wants 0, 2 and 1 choose each other; of the
 * other side 2 wants 1 and 3 wants 0. */
static int32_t to[] = {0, 0, 1}, from[] = {0, 2, 1, 0};
static double to_score[] = {0.9, 0.7, 0.8}, from_score[] = {0.9, 0.8, 0.6, 0.65};
static const iso_near there = {.rows = 3, .k = 1, .index = to, .score = to_score};
static const iso_near back = {.rows = 4, .k = 1, .index = from, .score = from_score};

static void mined(iso_mine_way way, int64_t count, const iso_mined *expected)
{
    iso_mined *pair = NULL;
    int64_t found = 0;

    ok(iso_mine(&pair, &found, &there, &back, way));
    assert_int_equal(found, count);
    for (int64_t p = 0; p < count; p++) {
        assert_int_equal(pair[p].src, expected[p].src);
        assert_int_equal(pair[p].tgt, expected[p].tgt);
        near(pair[p].score, expected[p].score, 0);
    }
    iso_free(pair);
}

static void every_way_has_its_pairs_best_first(void **state)
{
    (void)state;
    mined(ISO_MINE_FORWARD, 3, (iso_mined[]){{0, 0, 0.9}, {2, 1, 0.8}, {1, 0, 0.7}});
    mined(ISO_MINE_BACKWARD, 4, (iso_mined[]){{0, 0, 0.9}, {2, 1, 0.8}, {0, 3, 0.65}, {1, 2, 0.6}});
    mined(ISO_MINE_INTERSECTION, 2, (iso_mined[]){{0, 0, 0.9}, {2, 1, 0.8}});
    /* (1, 0) and (0, 3) come too late, 0 is taken on either side; (1, 2) is left */
    mined(ISO_MINE_MAX, 3, (iso_mined[]){{0, 0, 0.9}, {2, 1, 0.8}, {1, 2, 0.6}});
    text(iso_mine_way_name(ISO_MINE_MAX), "max");
    text(iso_mine_way_name((iso_mine_way)9), "unknown");
}

static void rows_without_a_neighbour_are_left_out(void **state)
{
    int32_t none[] = {-1, 1};
    double score[] = {NAN, INFINITY};
    const iso_near n = {.rows = 2, .k = 1, .index = none, .score = score};
    iso_mined *pair = NULL;
    int64_t found = 7;

    (void)state;
    ok(iso_mine(&pair, &found, &n, &n, ISO_MINE_MAX));
    assert_int_equal(found, 0);
    iso_free(pair);
}

/* Right, wrong, right, wrong: F1 with four true ones after 1, 2, 3, 4 pairs is 2/5, 2/6, 4/7, 4/8.
 */
static const iso_mined four[] = {{0, 0, 0.9}, {1, 2, 0.8}, {2, 2, 0.6}, {3, 1, 0.2}};
static const iso_mined true_pairs[] = {{3, 3, 0}, {0, 0, 0}, {2, 2, 0}, {0, 0, 0}, {1, 1, 0}};

static void the_threshold_is_where_f1_is_best(void **state)
{
    iso_mine_score s;

    (void)state;
    ok(iso_mine_against(&s, four, 4, true_pairs, 5, NAN));
    near(s.f1, 4.0 / 7, 1e-15);
    near(s.precision, 2.0 / 3, 1e-15);
    near(s.recall, 2.0 / 4, 1e-15);
    near(s.threshold, 0.4, 1e-15);
    assert_int_equal(s.mined, 3);
    assert_int_equal(s.right, 2);
    assert_int_equal(s.truth, 4);
}

static void a_threshold_given_is_kept(void **state)
{
    iso_mine_score s;

    (void)state;
    ok(iso_mine_against(&s, four, 4, true_pairs, 5, 0.8));
    assert_int_equal(s.mined, 2);
    near(s.precision, 0.5, 0);
    near(s.recall, 0.25, 0);
    near(s.threshold, 0.8, 0);
    ok(iso_mine_against(&s, four, 4, true_pairs, 5, 2));
    assert_int_equal(s.mined, 0);
    assert_true(isnan(s.precision));
    near(s.recall, 0, 0);
    near(s.f1, 0, 0);
}

static void equal_scores_are_not_parted(void **state)
{
    static const iso_mined same[] = {{0, 0, 0.5}, {1, 2, 0.5}, {2, 1, 0.5}};
    iso_mine_score s;

    (void)state;
    ok(iso_mine_against(&s, same, 3, true_pairs, 5, NAN));
    assert_int_equal(s.mined, 3);
    near(s.precision, 1.0 / 3, 1e-15);
}

static void nothing_mined_or_nothing_true_is_undefined(void **state)
{
    iso_mine_score s;

    (void)state;
    ok(iso_mine_against(&s, NULL, 0, true_pairs, 5, NAN));
    assert_true(isnan(s.precision) && isnan(s.threshold));
    near(s.recall, 0, 0);
    ok(iso_mine_against(&s, four, 4, NULL, 0, NAN));
    assert_true(isnan(s.recall));
    near(s.precision, 0, 0);
}

enum { ROWS = 80 };

/* Of a row with a true pair (4 of 5) 3 in 5 are found, 1 in 5 takes a wrong one; of the others 2 in
 * 5 take one: right .48, mined .48 + .16 + .08, true .8. Wrong finds and missed pairs come from the
 * same rows. */
static int64_t mined_by_chance(iso_mined *pair, iso_mined *truth, int64_t *truth_count,
                               uint64_t set)
{
    iso_rng rng = iso_rng_seeded(41, set);
    int64_t n = 0;

    *truth_count = 0;
    for (int64_t i = 0; i < ROWS; i++) {
        const bool has = iso_rng_below(&rng, 5) < 4;
        const int64_t fate = iso_rng_below(&rng, 5);
        if (has)
            truth[(*truth_count)++] = (iso_mined){i, i, 0};
        if (has ? fate < 4 : fate < 2)
            pair[n++] = (iso_mined){i, has && fate < 3 ? i : i + 1000, 1};
    }
    return n;
}

static void intervals_cover(void **state)
{
    const double expected[] = {2 * 0.48 / (0.72 + 0.8), 0.48 / 0.72, 0.48 / 0.8};

    (void)state;
    for (int way = 0; way < 2; way++) {
        int covered[3] = {0};
        for (uint64_t set = 0; set < 300; set++) {
            iso_mined pair[ROWS], truth[ROWS];
            iso_mine_score s;
            iso_value v[3];
            int64_t truth_count;
            const int64_t n = mined_by_chance(pair, truth, &truth_count, set);
            ok(iso_mine_against(&s, pair, n, truth, truth_count, 0));
            ok(iso_mine_values(v, &s, pair, n, truth, truth_count, way,
                               way ? ISO_BOOT_BCA : ISO_BOOT_PERCENTILE, set));
            for (int m = 0; m < 3; m++)
                covered[m] += v[m].lo <= expected[m] && expected[m] <= v[m].hi;
        }
        print_message("way %d: %d %d %d of 300\n", way, covered[0], covered[1], covered[2]);
        for (int m = 0; m < 3; m++)
            assert_true(covered[m] >= 270 && covered[m] <= 297);
    }
}

/* The values are those of the score; truth that repeats is one; what is not mined has no draw. */
static void values_are_the_score(void **state)
{
    iso_mine_score s;
    iso_value v[3] = {{.value = 5}};
    iso_err err = ISO_ENOMEM;

    (void)state;
    ok(iso_mine_against(&s, four, 4, true_pairs, 5, NAN));
    for (int n = 0; err; n++) {
        iso_alloc_fail_after(n);
        err = iso_mine_values(v, &s, four, 4, true_pairs, 5, false, ISO_BOOT_PERCENTILE, 1);
        iso_alloc_fail_after(-1);
        assert_true(err == ISO_OK || v[0].value == 5);
    }
    near(v[0].value, 4.0 / 7, 1e-15);
    near(v[1].value, 2.0 / 3, 1e-15);
    near(v[2].value, 0.5, 1e-15);
    for (int m = 0; m < 3; m++) {
        assert_true(v[m].lo < v[m].value && v[m].value < v[m].hi && v[m].n == 4);
        near(v[m].param, 0.4, 1e-15);
        text(v[m].interval, "boot-items");
    }
    ok(iso_mine_against(&s, four, 4, true_pairs, 5, 2));
    ok(iso_mine_values(v, &s, four, 4, true_pairs, 5, false, ISO_BOOT_PERCENTILE, 1));
    text(v[1].why, "nothing was mined");
    near(v[2].value, 0, 0);
    assert_null(v[2].interval);
}

static void mining_survives_want_of_memory(void **state)
{
    iso_mined *pair = NULL;
    iso_mine_score s = {.f1 = 5};
    int64_t found = -1;
    iso_err err = ISO_ENOMEM;

    (void)state;
    for (int n = 0; err == ISO_ENOMEM; n++) {
        iso_alloc_fail_after(n);
        err = iso_mine(&pair, &found, &there, &back, ISO_MINE_MAX);
        iso_alloc_fail_after(-1);
        assert_true(err == ISO_OK || (!pair && found == -1));
        assert_true(n < 10);
    }
    iso_free(pair);
    iso_alloc_fail_after(0);
    fails(iso_mine_against(&s, four, 4, true_pairs, 5, NAN), ISO_ENOMEM, "");
    iso_alloc_fail_after(-1);
    near(s.f1, 5, 0);
}

/* Two best of three rows both ways: 0–0 strictly; 1–1 shares its place in its row; 2 wants 1. */
static void mutual_is_strict(void **state)
{
    int32_t f[] = {0, 1, 1, 2, 1, 0}, b[] = {0, 1, 1, 2, 0, 2};
    double fs[] = {0.9, 0.2, 0.8, 0.8, 0.5, 0.4}, bs[] = {0.9, 0.3, 0.8, 0.5, 0.4, 0.3};
    const iso_near x = {.rows = 3, .k = 2, .index = f, .score = fs};
    const iso_near y = {.rows = 3, .k = 2, .index = b, .score = bs};
    const iso_near short_list = {.rows = 3, .k = 1, .index = f, .score = fs};
    double outcome[3], null;

    (void)state;
    ok(iso_mutual_best(outcome, &null, &x, &y));
    near(outcome[0], 1, 0);
    near(outcome[1], 0, 0);
    near(outcome[2], 0, 0);
    near(null, 1.0 / 9, 1e-15);
    fs[3] = 0.7; /* now 1–1 too */
    ok(iso_mutual_best(outcome, &null, &x, &y));
    near(outcome[1], 1, 0);
    near(null, 2.0 / 9, 1e-15);
    fails(iso_mutual_best(outcome, &null, &short_list, &y), ISO_EARG, "two");
}

/* Mutual, but of other rows: chance counts the cell, no pair has it. */
static void mutual_of_others_is_chance(void **state)
{
    int32_t f[] = {1, 0, 1, 0}, b[] = {1, 0, 0, 1};
    double fs[] = {0.9, 0.2, 0.5, 0.4}, bs[] = {0.4, 0.2, 0.9, 0.5};
    const iso_near x = {.rows = 2, .k = 2, .index = f, .score = fs};
    const iso_near y = {.rows = 2, .k = 2, .index = b, .score = bs};
    double outcome[2], null;

    (void)state;
    ok(iso_mutual_best(outcome, &null, &x, &y));
    near(outcome[0] + outcome[1], 0, 0);
    near(null, 1.0 / 4, 0);
}

int main(void)
{
    RUN_TESTS(test(every_way_has_its_pairs_best_first), test(rows_without_a_neighbour_are_left_out),
              test(the_threshold_is_where_f1_is_best), test(a_threshold_given_is_kept),
              test(equal_scores_are_not_parted), test(nothing_mined_or_nothing_true_is_undefined),
              test(intervals_cover), test(values_are_the_score),
              test(mining_survives_want_of_memory), test(mutual_is_strict),
              test(mutual_of_others_is_chance));
}
