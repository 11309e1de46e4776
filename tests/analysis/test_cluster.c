/* Order of items by similarity: chains, blocks, absent distances, and the best of all turnings. */
#include "analysis/stats/cluster.h"
#include "lib/base/alloc.h"
#include "lib/base/rng.h"
#include "tests/check.h"

/* Points on a line, shuffled, come out in the order of the line. */
static void a_line_is_found(void **state)
{
    (void)state;
    enum { N = 9 };
    const double at[N] = {4, 0, 8, 1, 6, 2, 7.5, 3, 5};
    const int want[N] = {1, 3, 5, 7, 0, 8, 4, 6, 2};
    double d[N * N];
    int order[N];

    for (int i = 0; i < N * N; i++)
        d[i] = fabs(at[i / N] - at[i % N]);
    ok(iso_cluster_order(order, d, N));
    for (int i = 0; i < N; i++)
        assert_int_equal(order[i], want[i]);
}

/* Two families: members side by side whatever their numbers. Only the upper triangle is read. */
static void families_stay_together(void **state)
{
    (void)state;
    enum { N = 6 };
    double d[N * N];
    int order[N], changes = 0;

    for (int i = 0; i < N * N; i++)
        d[i] = i / N > i % N ? NAN : (i / N % 2 == i % N % 2 ? 0.1 : 1);
    ok(iso_cluster_order(order, d, N));
    for (int i = 1; i < N; i++)
        changes += order[i] % 2 != order[i - 1] % 2;
    assert_int_equal(changes, 1);
    assert_true(order[0] < order[N - 1]);
}

static double length(const int *order, const double *d, int n)
{
    double sum = 0;

    for (int i = 1; i < n; i++) {
        const int a = order[i - 1], b = order[i];
        sum += d[a < b ? a * n + b : b * n + a];
    }
    return sum;
}

/* The tree of these distances is ((01)(23))(45); all 2^5 ways of turning it, by hand. */
static void no_turning_of_the_tree_is_shorter(void **state)
{
    (void)state;
    enum { N = 6 };
    double d[N * N];
    int order[N];
    iso_rng rng = iso_rng_seeded(31, 0);

    for (int round = 0; round < 200; round++) {
        double least = INFINITY;
        for (int i = 0; i < N * N; i++) {
            const int a = i / N, b = i % N;
            const double level = a / 2 == b / 2 ? 1 : (a < 4) == (b < 4) ? 3 : 6;
            d[i] = level + iso_rng_uniform(&rng);
        }
        for (int turn = 0; turn < 32; turn++) {
            const int first = turn & 1, second = turn >> 1 & 1, third = turn >> 2 & 1;
            const int pairs = turn >> 3 & 1, top = turn >> 4 & 1;
            const int one[] = {first, 1 - first}, two[] = {2 + second, 3 - second};
            const int *head = pairs ? two : one, *tail = pairs ? one : two;
            const int last[] = {4 + third, 5 - third};
            const int up[] = {head[0], head[1], tail[0], tail[1], last[0], last[1]};
            const int down[] = {last[0], last[1], head[0], head[1], tail[0], tail[1]};
            least = fmin(least, length(top ? down : up, d, N));
        }
        ok(iso_cluster_order(order, d, N));
        near(length(order, d, N), least, 1e-12);
    }
}

/* Any size and shape of tree, absent distances too: every item once, the same each time. */
static void every_item_once(void **state)
{
    (void)state;
    enum { MOST = 60 };
    double d[MOST * MOST];
    int order[MOST], again[MOST];
    iso_rng rng = iso_rng_seeded(32, 0);

    for (int n = 0; n <= MOST; n += n < 4 ? 1 : 7) {
        char seen[MOST] = {0};
        for (int i = 0; i < n * n; i++)
            d[i] = i % 11 == 3 ? NAN : i % 3 ? iso_rng_uniform(&rng) : 1;
        ok(iso_cluster_order(order, d, n));
        ok(iso_cluster_order(again, d, n));
        for (int i = 0; i < n; i++) {
            assert_int_equal(order[i], again[i]);
            assert_in_range(order[i], 0, n - 1);
            assert_int_equal(seen[order[i]]++, 0);
        }
    }
}

/* Growing steps chain every item to the one cluster before it. */
static void a_degenerate_tree_of_500(void **state)
{
    (void)state;
    enum { N = 500 };
    double *d = NULL;
    int order[N];

    ok(iso_alloc(&d, N * N, sizeof *d));
    for (int i = 0; i < N * N; i++)
        d[i] = fabs(pow(1.01, i / N) - pow(1.01, i % N));
    ok(iso_cluster_order(order, d, N));
    for (int i = 0; i < N; i++)
        assert_int_equal(order[i], i);
    iso_free(d);
}

static void says_what_is_wrong(void **state)
{
    (void)state;
    const double d[] = {0, 1, 1, 0};
    int order[] = {7, 7};
    iso_err err;
    int64_t n = 0;

    fails(iso_cluster_order(order, d, -1), ISO_EARG, "-1 items");
    do {
        iso_alloc_fail_after(n++);
        err = iso_cluster_order(order, d, 2);
        iso_alloc_fail_after(-1);
        assert_true(err == ISO_OK || (err == ISO_ENOMEM && order[0] == 7));
    } while (err);
    assert_int_equal(n, 9);
}

int main(void)
{
    RUN_TESTS(test(a_line_is_found), test(families_stay_together),
              test(no_turning_of_the_tree_is_shorter), test(every_item_once),
              test(a_degenerate_tree_of_500), test(says_what_is_wrong));
}
