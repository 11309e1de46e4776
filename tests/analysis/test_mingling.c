/* Neighbours and what they say of languages: beside plain search and counting, and, for what is
 * expected of shuffled labels, beside all orders of a few and many orders of more. */
#include "analysis/search/mingling.h"
#include "lib/base/alloc.h"
#include "lib/base/rng.h"
#include "tests/check.h"

enum { N = 60, D = 7, K = 5, LANGS = 4 };

static void draw(float *x, uint64_t seed)
{
    iso_rng rng = iso_rng_seeded(seed, 0);

    for (int i = 0; i < N * D; i++)
        x[i] = (float)iso_rng_normal(&rng);
}

static double cosine(const float *a, const float *b)
{
    double ab = 0, aa = 0, bb = 0;

    for (int j = 0; j < D; j++) {
        ab += (double)a[j] * b[j];
        aa += (double)a[j] * a[j];
        bb += (double)b[j] * b[j];
    }
    return ab / sqrt(aa * bb);
}

/* Row i is never its own neighbour; those that are lie nearer than all others. */
static void the_nearest_others(void **state)
{
    (void)state;
    float x[N * D];
    int32_t found[N * K];

    draw(x, 1);
    ok(iso_near_others(found, iso_view_f32(x, N, D), K, NULL));
    for (int i = 0; i < N; i++) {
        for (int j = 0, nearer; j < K; j++) {
            const int32_t at = found[i * K + j];
            nearer = 0;
            assert_int_not_equal(at, i);
            for (int o = 0; o < N; o++)
                nearer += o != i && cosine(x + i * D, x + o * D) > cosine(x + i * D, x + at * D);
            assert_int_equal(nearer, j);
        }
    }
}

/* More equal rows than neighbours: others still, never oneself. */
static void equal_rows(void **state)
{
    (void)state;
    float x[N * D];
    int32_t found[N * K], all[N * (N - 1)];

    draw(x, 2);
    for (int i = 0; i < 30; i++)
        memcpy(x + i * D, x, D * sizeof *x);
    ok(iso_near_others(found, iso_view_f32(x, N, D), K, NULL));
    for (int i = 0; i < N; i++) {
        for (int j = 0; j < K; j++) {
            assert_int_not_equal(found[i * K + j], i);
            assert_true(i >= 30 || found[i * K + j] < 30);
        }
    }
    ok(iso_near_others(all, iso_view_f32(x, N, D), N - 1, NULL));
    fails(iso_near_others(all, iso_view_f32(x, N, D), N, NULL), ISO_EARG, "59 others");
    fails(iso_near_others(all, iso_view_f32(x, N, D), 0, NULL), ISO_EARG, "0 neighbours");
}

/* By hand: neighbours of row 0 are of languages 1, 1, 2; of row 1 of 0, 0, 0. */
static void by_hand(void **state)
{
    (void)state;
    const int32_t label[] = {0, 1, 1, 2, 0, 0};
    const int32_t list[] = {1, 2, 3, 0, 4, 5, 1, 0, 3, 0, 1, 2, 0, 5, 1, 4, 0, 3};
    const iso_neighbourhood of = {6, 3, 3, list};
    iso_mingled row[6], sum[3];
    uint8_t reach[6 * 3] = {0}, reached[3 * 3] = {0};

    ok(iso_mingled_rows(row, reach, &of, label, 2));
    near(row[0].other, 1, 0);
    near(row[0].entropy, log(3) - 2.0 / 3 * log(2), 1e-15);
    assert_true(row[0].bridge == 1 && reach[1] && reach[2] && !reach[0]);
    near(row[1].other, 1, 0);
    near(row[1].entropy, 0, 0);
    assert_true(row[1].bridge == 0);
    near(row[2].other, 2.0 / 3, 1e-15); /* its neighbours: 1, 0, 2 */
    near(row[4].other, 1.0 / 3, 1e-15); /* 0, 0, 1 */
    ok(iso_mingled_sums(sum, reached, &of, label, 2));
    near(sum[0].other, row[0].other + row[4].other + row[5].other, 1e-15);
    near(sum[1].entropy, row[1].entropy + row[2].entropy, 1e-15);
    near(sum[0].bridge, row[0].bridge + row[4].bridge + row[5].bridge, 0);
    assert_true(reached[0 * 3 + 2] && reached[1 * 3 + 0] && !reached[1 * 3 + 1]);
}

/* All 5! orders of five labels, of which row 0 keeps its own: rows 1 and 2 are its neighbours. */
static void expected_of_all_orders(void **state)
{
    (void)state;
    const int64_t size[] = {3, 2, 1};
    const int32_t rest[] = {0, 0, 1, 1, 2}; /* beside a row of language 0 */
    iso_mingled expected[3];
    double other = 0, entropy = 0;
    int count = 0;

    ok(iso_mingled_expected(expected, size, 3, 2));
    for (int a = 0; a < 5; a++) {
        for (int b = 0; b < 5; b++) {
            if (a == b)
                continue;
            other += (rest[a] != 0) / 2.0 + (rest[b] != 0) / 2.0;
            entropy += rest[a] == rest[b] ? 0 : log(2);
            count++;
        }
    }
    near(expected[0].other, other / count, 1e-15);
    near(expected[0].entropy, entropy / count, 1e-15);
    assert_true(expected[0].bridge == 0);
}

static void expected_of_many_orders(void **state)
{
    (void)state;
    enum { ORDERS = 4000 };
    const int64_t size[LANGS] = {30, 15, 10, 5};
    iso_rng rng = iso_rng_seeded(5, 0);
    float x[N * D];
    int32_t list[N * K], label[N], shuffled[N];
    int64_t order[N];
    iso_mingled expected[LANGS], sum[LANGS];
    double other[LANGS] = {0}, entropy[LANGS] = {0};

    for (int i = 0; i < N; i++)
        label[i] = i < 30 ? 0 : i < 45 ? 1 : i < 55 ? 2 : 3;
    draw(x, 6);
    ok(iso_near_others(list, iso_view_f32(x, N, D), K, NULL));
    ok(iso_mingled_expected(expected, size, LANGS, K));
    for (int b = 0; b < ORDERS; b++) {
        const iso_neighbourhood of = {N, K, LANGS, list};
        uint8_t reach[LANGS * LANGS] = {0};
        iso_rng_permutation(&rng, order, N);
        for (int i = 0; i < N; i++)
            shuffled[i] = label[order[i]];
        ok(iso_mingled_sums(sum, reach, &of, shuffled, 2));
        for (int l = 0; l < LANGS; l++) {
            other[l] += sum[l].other / (double)size[l] / ORDERS;
            entropy[l] += sum[l].entropy / (double)size[l] / ORDERS;
        }
    }
    for (int l = 0; l < LANGS; l++) {
        near(other[l], expected[l].other, 0.01);
        near(entropy[l], expected[l].entropy, 0.01);
    }
}

/* As many neighbours as there are rows, and large pools: no overflow, no negative counts. */
static void expected_at_the_ends(void **state)
{
    (void)state;
    const int64_t few[] = {2, 2}, many[] = {1000000, 2000000};
    iso_mingled e[2];

    ok(iso_mingled_expected(e, few, 2, 3)); /* one own, two others, always */
    near(e[0].other, 2.0 / 3, 1e-15);
    near(e[0].entropy, log(3) - 2.0 / 3 * log(2), 1e-15);
    ok(iso_mingled_expected(e, many, 2, 1000));
    near(e[0].other, 2.0 / 3, 1e-6);
    near(e[0].entropy, log(3) - 2.0 / 3 * log(2), 1e-3);
}

static void survives_lack_of_memory(void **state)
{
    (void)state;
    float x[N * D];
    int32_t list[N * K];
    int64_t n = 0;
    iso_err err;

    draw(x, 3);
    do {
        iso_alloc_fail_after(n++);
        err = iso_near_others(list, iso_view_f32(x, N, D), K, NULL);
        iso_alloc_fail_after(-1);
        assert_true(err == ISO_OK || err == ISO_ENOMEM);
    } while (err);
}

int main(void)
{
    RUN_TESTS(test(the_nearest_others), test(equal_rows), test(by_hand),
              test(expected_of_all_orders), test(expected_of_many_orders),
              test(expected_at_the_ends), test(survives_lack_of_memory));
}
