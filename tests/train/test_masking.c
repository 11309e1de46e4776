/* Masks of words: how many, which, what stands there, what chance hangs on. */
#include "lib/train/masking.h"

#include "tests/check.h"

enum { N = 40, MASK = 500 };

static const int32_t ordinary[] = {101, 102, 103};
static const iso_masking how = {.seed = 7, .mask = MASK, .ordinary = ordinary, .ordinary_count = 3};

struct masked {
    int32_t ids[N], label[N];
    int64_t at[N], count;
};

/* Tokens 0 … n − 1 are their own ids; the first and the last are special. */
static struct masked mask(int64_t n, int64_t step, uint64_t item)
{
    uint8_t special[N] = {0};
    struct keyed room[N];
    struct masked m = {0};

    special[0] = special[n - 1] = 1;
    for (int64_t i = 0; i < n; i++)
        m.ids[i] = (int32_t)i;
    m.count = iso_masking_apply(m.at, m.label, m.ids, special, n, &how, step, item, room);
    return m;
}

static bool same(const struct masked *a, const struct masked *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

static void fifteen_in_a_hundred(void **state)
{
    static const int64_t of[][2] = {{0, 0},  {1, 1},  {3, 1},    {9, 1},     {10, 2},
                                    {16, 2}, {17, 3}, {254, 38}, {1000, 150}};

    (void)state;
    for (size_t i = 0; i < sizeof of / sizeof *of; i++)
        assert_int_equal(iso_masking_count(of[i][0]), of[i][1]);
}

static void special_tokens_are_spared_and_labels_are_what_stood_there(void **state)
{
    (void)state;
    for (int64_t n = 2; n <= N; n++) {
        for (uint64_t item = 0; item < 50; item++) {
            const struct masked m = mask(n, 3, item);
            int64_t next = 0;
            assert_int_equal(m.count, iso_masking_count(n - 2));
            for (int64_t i = 0; i < n; i++) {
                if (next < m.count && m.at[next] == i) {
                    assert_true(i > 0 && i < n - 1);
                    assert_int_equal(m.label[next++], i);
                    assert_true(m.ids[i] == MASK || m.ids[i] == i ||
                                (m.ids[i] > 100 && m.ids[i] < 104));
                } else {
                    assert_int_equal(m.ids[i], i);
                }
            }
            assert_int_equal(next, m.count); /* places rise */
        }
    }
}

/* 38 places, 6 of them: 24 000 draws; within 4.5 standard deviations. */
static void each_place_as_often_and_80_10_10(void **state)
{
    int place[N] = {0}, mask_token = 0, other = 0, left = 0;

    (void)state;
    for (int64_t step = 0; step < 80; step++) {
        for (uint64_t item = 0; item < 50; item++) {
            const struct masked m = mask(N, step, item);
            for (int64_t i = 0; i < m.count; i++) {
                place[m.at[i]]++;
                mask_token += m.ids[m.at[i]] == MASK;
                other += m.ids[m.at[i]] > 100 && m.ids[m.at[i]] < MASK;
                left += m.ids[m.at[i]] == m.label[i];
            }
        }
    }
    near(mask_token, 19200, 4.5 * 62);
    near(other, 2400, 4.5 * 46.5);
    assert_int_equal(mask_token + other + left, 24000);
    for (int i = 1; i < N - 1; i++)
        near(place[i], 24000.0 / 38, 4.5 * 23);
}

static void a_function_of_seed_step_and_item(void **state)
{
    const struct masked m = mask(N, 5, 9), again = mask(N, 5, 9), step = mask(N, 6, 9),
                        item = mask(N, 5, 10), none = mask(N, -1, 9);

    (void)state;
    assert_true(same(&m, &again));
    assert_false(same(&m, &step));
    assert_false(same(&m, &item));
    assert_false(same(&m, &none));
}

int main(void)
{
    RUN_TESTS(test(fifteen_in_a_hundred),
              test(special_tokens_are_spared_and_labels_are_what_stood_there),
              test(each_place_as_often_and_80_10_10), test(a_function_of_seed_step_and_item));
}
