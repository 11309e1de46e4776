/* Names of poolings, and who takes which; the numbers are in test_per_sentence.c. */
#include "tests/check.h"

#include "lib/io/pool_rows.h"

static void options_take_what_their_work_can(void **state)
{
    (void)state;
    text(ISO_POOL_CHOICES(ENCODED),
         "mean mean-special cls last max weighted max-special mean-sqrt none word types");
    text(ISO_POOL_CHOICES(MIXED), "mean mean-special cls last max weighted max-special mean-sqrt");
    text(ISO_POOL_CHOICES(STORED),
         "mean mean-special cls last max weighted max-special mean-sqrt none");
}

static void names_go_both_ways(void **state)
{
    iso_pool pool = ISO_POOL_LAST;
    (void)state;

    for (int i = 0; i <= ISO_POOL_TYPES; i++) {
        assert_true(iso_pool_named(&pool, iso_pool_name((iso_pool)i)));
        assert_int_equal(pool, i);
        ok(iso_pool_check_said(iso_pool_name((iso_pool)i), "x.h5"));
    }
    assert_false(iso_pool_named(&pool, "means"));
    assert_false(iso_pool_named(&pool, NULL));
    assert_int_equal(pool, ISO_POOL_TYPES);
    ok(iso_pool_check_said(NULL, "x.h5"));
    fails(iso_pool_check_said("means", "x.h5"), ISO_EFORMAT,
          "x.h5: pooling is \"means\", not one of mean, mean-special, cls, last, max, weighted, "
          "max-special, mean-sqrt, none, word, types");
}

static void files_take_those_of_token_rows(void **state)
{
    iso_pool pool = ISO_POOL_LAST;
    (void)state;

    ok(iso_pool_find(&pool, NULL));
    assert_int_equal(pool, ISO_POOL_MEAN);
    ok(iso_pool_find(&pool, "none"));
    assert_int_equal(pool, ISO_POOL_NONE);
    fails(iso_pool_find(&pool, "word"), ISO_EARG,
          "pool word is not known; it is one of mean, mean-special, cls");
    fails(
        iso_pool_find(&pool, "sum"), ISO_EARG,
        "it is one of mean, mean-special, cls, last, max, weighted, max-special, mean-sqrt, none");
    fails(iso_pool_find(&pool, "nonee"), ISO_EARG, "pool nonee is not known; did you mean none");
    assert_int_equal(pool, ISO_POOL_NONE);
}

int main(void)
{
    RUN_TESTS(test(options_take_what_their_work_can), test(names_go_both_ways),
              test(files_take_those_of_token_rows));
}
