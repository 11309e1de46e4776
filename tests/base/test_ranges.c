/* "0,3-6,last": words of a list, and which layers it takes. */
#include "tests/check.h"

#include "lib/base/ranges.h"

static void words_are_one_number_or_two(void **state)
{
    static const struct {
        const char *word;
        int64_t first, last;
    } good[] = {{"3", 3, 3}, {"3-6", 3, 6}, {"0-0", 0, 0}, {"last", 12, 12}, {"10-last", 10, 12}};
    static const char *const bad[] = {
        "",
        "x",
        "3-1",
        "-1",
        "2-",
        "-",
        "1-2-3",
        "last-0",
        "3 ",
        "1.5",
        "lastly",
        "9999999999",
        "0000000000000000000000000000000000000000000000000000000000000001"};
    int64_t first = -7, last = -7;

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_true(iso_range_parse(&first, &last, good[i].word, 12));
        assert_int_equal(first, good[i].first);
        assert_int_equal(last, good[i].last);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(iso_range_parse(&first, &last, bad[i], 12));
}

static void lists_take_layers(void **state)
{
    static const int layer[] = {0, 2, 4, 6, 8};
    bool take[5] = {false, true, false, false, false};

    (void)state;
    ok(iso_ranges_take(take, "4-last,0", layer, 5, 0, "x.h5"));
    for (int i = 0; i < 5; i++)
        assert_true(take[i]); /* that of layer 2 was there before */
    fails(iso_ranges_take(take, "2-5", layer, 5, 0, "x.h5"), ISO_EARG,
          "x.h5 has no layer 5 (its last is 8)");
    fails(iso_ranges_take(take, "3-4", layer, 5, 0, "x.h5"), ISO_EARG, "no layer 3");
    fails(iso_ranges_take(take, "0,,2", layer, 5, 0, "x.h5"), ISO_EARG, "not ''");
    fails(iso_ranges_take(take, "sentence", layer, 5, 0, "x.h5"), ISO_EARG,
          "x.h5 has no layer sentence (its last is 8)");
}

/* A layer that has a name is no layer of the encoder: "last" is the one before it. */
static void the_sentence_has_a_name(void **state)
{
    static const int layer[] = {0, 2, 3};
    bool take[3] = {false};

    (void)state;
    ok(iso_ranges_take(take, "last", layer, 3, 3, "x.h5"));
    assert_true(!take[0] && take[1] && !take[2]);
    ok(iso_ranges_take(take, "sentence", layer, 3, 3, "x.h5"));
    assert_true(!take[0] && take[2]);
    ok(iso_ranges_take(take, "0-3", layer, 3, 3, "x.h5"));
    assert_true(take[0]);
    take[0] = false;
    ok(iso_ranges_take(take, "last", layer + 2, 1, 3, "x.h5"));
    assert_true(take[0]); /* there is no other */
}

static void lists_are_checked_before_layers_are_known(void **state)
{
    (void)state;
    ok(iso_ranges_check(NULL));
    ok(iso_ranges_check("0,3-6,last,7-last,sentence"));
    fails(iso_ranges_check("0,3-1"), ISO_EARG, "takes a list like 0,3-6,last, not '3-1'");
    fails(iso_ranges_check("0,last-3"), ISO_EARG, "not 'last-3'");
}

int main(void)
{
    RUN_TESTS(test(words_are_one_number_or_two), test(lists_take_layers),
              test(the_sentence_has_a_name), test(lists_are_checked_before_layers_are_known));
}
