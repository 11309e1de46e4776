/* Distinct texts and their numbers. */
#include "tests/check.h"

#include "lib/encode/encoding.h"
#include "lib/base/alloc.h"

static int32_t number(struct lexicon *l, const char *word)
{
    int32_t entry = -1;

    ok(iso_lexicon_add(&entry, l, word, (int64_t)strlen(word)));
    return entry;
}

static void equal_texts_have_one_number(void **state)
{
    struct lexicon l = {0};
    int32_t order[4];

    (void)state;
    assert_int_equal(number(&l, "b"), 0);
    assert_int_equal(number(&l, "ab"), 1);
    assert_int_equal(number(&l, ""), 2);
    assert_int_equal(number(&l, "ab"), 1);
    assert_int_equal(number(&l, "a"), 3);
    text(iso_lexicon_text(&l, 1), "ab");
    assert_int_equal(l.words.count, 4);
    ok(iso_lexicon_order(order, &l)); /* twice "ab"; "", "a", "b" once */
    assert_int_equal(order[0], 1);
    assert_int_equal(order[1], 2);
    assert_int_equal(order[2], 3);
    assert_int_equal(order[3], 0);
    iso_lexicon_free(&l);
}

static void many_texts_keep_theirs(void **state)
{
    struct lexicon l = {0};
    char word[16];

    (void)state;
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 5000; i++) {
            snprintf(word, sizeof word, "w%d", i);
            assert_int_equal(number(&l, word), i);
        }
    }
    assert_int_equal(l.words.count, 5000);
    assert_int_equal(l.seen[4999], 2);
    text(iso_lexicon_text(&l, 4999), "w4999");
    iso_lexicon_free(&l);
}

static void lack_of_memory_changes_nothing(void **state)
{
    struct lexicon l = {0};
    char word[16];
    int32_t entry = -1;
    int fails = 0;

    (void)state;
    for (int i = 0; i < 2000; i++) {
        snprintf(word, sizeof word, "w%d", i);
        for (int64_t n = 0;; n++) {
            iso_alloc_fail_after(n);
            const iso_err err = iso_lexicon_add(&entry, &l, word, (int64_t)strlen(word));
            iso_alloc_fail_after(-1);
            if (!err)
                break;
            assert_int_equal(err, ISO_ENOMEM);
            assert_int_equal(l.words.count, i);
            fails++;
        }
        assert_int_equal(entry, i);
    }
    assert_true(fails > 8);
    iso_lexicon_free(&l);
}

int main(void)
{
    RUN_TESTS(test(equal_texts_have_one_number), test(many_texts_keep_theirs),
              test(lack_of_memory_changes_nothing));
}
