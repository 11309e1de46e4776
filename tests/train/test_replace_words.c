/* Words drawn from a table: what stays, how often each comes, what chance hangs on. */
#include "lib/train/replace_words.h"

#include "analysis/study/items/copies.h"
#include "lib/base/alloc.h"
#include "tests/check.h"

static iso_word_table table;

static int make_table(void **state)
{
    (void)state;
    ok(iso_word_table_begin(&table, "t", "day", 3));
    ok(iso_word_table_add(&table, "t", "night", 5));
    ok(iso_word_table_add(&table, "t", "long week", 9)); /* two words in the place of one */
    ok(iso_word_table_begin(&table, "t", "tree", 4));
    return 0;
}

static int free_table(void **state)
{
    (void)state;
    iso_word_table_free(&table);
    return 0;
}

static void replace(iso_buf *out, iso_replaced *n, const char *from, uint64_t key, int64_t copy)
{
    const iso_replace how = {.table = &table, .key = key, .copy = copy};

    out->len = 0;
    ok(iso_replace_words(out, n, from, (int64_t)strlen(from), &how));
}

/* Spaces, tabs, words that are not in the table, one without neighbours. */
static void the_rest_stays(void **state)
{
    (void)state;
    static const char *const same[] = {"", " ", "  tree  x ", "day,", "Day \tday\t", "dayday"};
    iso_buf out = {0};
    iso_replaced n = {0};

    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        for (uint64_t key = 0; key < 20; key++) {
            replace(&out, &n, same[i], key, 0);
            text(out.text, same[i]);
        }
    }
    assert_int_equal(n.changed, 0);
    iso_buf_free(&out);
}

/* Each of three words comes a third of 6000 times: within 4 standard deviations (36.5). */
static void each_as_often(void **state)
{
    (void)state;
    int day = 0, night = 0, week = 0;
    iso_buf out = {0};
    iso_replaced n = {0};

    for (uint64_t key = 0; key < 6000; key++) {
        replace(&out, &n, "day", key, 1);
        day += strcmp(out.text, "day") == 0;
        night += strcmp(out.text, "night") == 0;
        week += strcmp(out.text, "long week") == 0;
    }
    assert_int_equal(day + night + week, 6000);
    near(day, 2000, 146);
    near(night, 2000, 146);
    near(week, 2000, 146);
    assert_int_equal(n.words, 6000);
    assert_int_equal(n.known, 6000);
    assert_int_equal(n.changed, night + week);
    iso_buf_free(&out);
}

/* A word's draw hangs on its place, not on what became of those before it. */
static void place_alone(void **state)
{
    (void)state;
    iso_buf a = {0}, b = {0};
    iso_replaced n = {0};
    int differ = 0, first = 0;

    for (uint64_t key = 0; key < 200; key++) {
        replace(&a, &n, "x x day", key, 0);
        replace(&b, &n, "day tree day", key, 0);
        const char *last = strrchr(b.text, ' ');
        text(strrchr(a.text, ' '), last);
        first += strcmp(last + 1, "week") != 0 && strncmp(b.text, last + 1, strlen(last + 1)) == 0;
        replace(&b, &n, "x x day", key, 1); /* another copy */
        differ += strcmp(a.text, b.text) != 0;
    }
    near(differ, 200 * 2. / 3, 27); /* two of three, four deviations */
    near(first, 200 * 2. / 9, 24);  /* both day, or both night */
    iso_buf_free(&a);
    iso_buf_free(&b);
}

static void unknown_words_are_counted(void **state)
{
    (void)state;
    iso_buf out = {0};
    iso_replaced n = {0};

    /* in the table: tree; with punctuation: "day," and (tree); in another case: DAY and "Tree.";
     * not at all: x and -- */
    replace(&out, &n, "tree day, (tree) DAY \"Tree.\" x --", 7, 0);
    assert_int_equal(n.words, 7);
    assert_int_equal(n.known, 1);
    assert_int_equal(n.punctuated, 2);
    assert_int_equal(n.other_case, 2);
    iso_buf_free(&out);
}

/* With probability 0.3 one of two, each 0.15: within 4 standard deviations (35.5, 27.7). */
static void with_a_probability(void **state)
{
    (void)state;
    int changed = 0, night = 0;
    iso_buf out = {0};
    iso_replaced n = {0};

    for (uint64_t key = 0; key < 6000; key++) {
        out.len = 0;
        ok(iso_replace_words(&out, &n, "day tree", 8,
                             &(iso_replace){.table = &table, .key = key, .probability = 0.3}));
        changed += strcmp(out.text, "day tree") != 0;
        night += strcmp(out.text, "night tree") == 0;
    }
    near(changed, 1800, 142);
    near(night, 900, 111);
    assert_int_equal(n.changed, changed);
    iso_buf_free(&out);
}

/* Of 20 words at most 3; those that are replaced are so without the bound, too; which, chance says.
 */
static void not_too_many(void **state)
{
    (void)state;
    static const char from[] = "day x day x  day x day x day x day x day x day x day x day x";
    iso_replace how = {.table = &table, .probability = 1};
    int64_t first = 0;
    iso_buf all = {0}, some = {0};

    for (how.key = 0; how.key < 400; how.key++) {
        iso_replaced n = {0}, m = {0};
        all.len = some.len = 0;
        how.most = 0;
        ok(iso_replace_words(&all, &n, from, sizeof from - 1, &how));
        assert_int_equal(n.changed, 10);
        how.most = 0.15;
        ok(iso_replace_words(&some, &m, from, sizeof from - 1, &how));
        assert_int_equal(m.changed, 3);
        assert_int_equal(m.words, 20);
        first += strncmp(some.text, "day", 3) != 0;
        const char *a = all.text, *b = some.text;
        for (int i = 0; i < 9; i++) {
            const char *end = strstr(a, " x"), *stop = strstr(b, " x");
            assert_true((stop - b == 3 && strncmp(b, "day", 3) == 0) ||
                        strncmp(b, " day", 4) == 0 ||
                        (end - a == stop - b && strncmp(a, b, (size_t)(stop - b)) == 0));
            a = end + 3;
            b = stop + 3;
        }
    }
    near((double)first, 400 * 0.3, 37); /* 3 of 10, four deviations */
    iso_buf_free(&all);
    iso_buf_free(&some);
}

/* --- Copies of items --- */

static const char *const texts[] = {"day day day day", "day x day", "day"},
                         *const texts2[] = {"day day day day", NULL, "day"},
                         *const ids[] = {"one", "two", "three"}, *const labels[] = {"A", "B", NULL};

static void copies_of_items(void **state)
{
    (void)state;
    const iso_corpus c = {.items = 3, .text = texts, .text2 = texts2, .ids = ids, .labels = labels};
    const struct copies_ask ask = {.table = &table, .copies = 20, .seed = 5};
    const int64_t some[] = {2, 0};
    struct copies all = {0}, part = {0}, bare = {0};
    int apart = 0;

    ok(iso_copies_make(&all, &c, NULL, 3, &ask));
    assert_int_equal(all.corpus.items, 60);
    text(all.ids[0], "one.1");
    text(all.ids[39], "two.20");
    text(all.labels[39], "B");
    assert_null(all.labels[59]);
    assert_null(all.text2[20]);
    for (int k = 0; k < 20; k++)
        apart += strcmp(all.text[k], all.text2[k]) != 0;
    assert_true(apart > 10); /* of 20 pairs of four draws: all but 1 in 81 differ */

    ok(iso_copies_make(&part, &c, some, 2, &ask)); /* who else is there does not matter */
    for (int k = 0; k < 20; k++) {
        text(part.text[k], all.text[40 + k]);
        text(part.text2[20 + k], all.text2[k]);
    }
    const iso_corpus without = {.items = 3, .text = texts};
    ok(iso_copies_make(&bare, &without, NULL, 3, &ask));
    text(bare.ids[59], "3.20");
    assert_null(bare.corpus.text2);
    iso_copies_free(&all);
    iso_copies_free(&part);
    iso_copies_free(&bare);
}

static void copies_refused(void **state)
{
    (void)state;
    const iso_corpus c = {.items = 3, .text = texts}, tokens = {.items = 3};
    const iso_run small = {.mem = 1000};
    struct copies out = {0};

    fails(
        iso_copies_make(&out, &tokens, NULL, 3,
                        &(struct copies_ask){.table = &table, .copies = 2, .seed = 1, .most = 0.5}),
        ISO_EARG, "token ids");
    fails(iso_copies_make(
              &out, &c, NULL, 3,
              &(struct copies_ask){.table = &table, .copies = 20, .seed = 1, .run = &small}),
          ISO_ENOMEM, "--copies 20");
    assert_null(out.text);
}

static void every_allocation_fails_once(void **state)
{
    (void)state;
    const iso_corpus c = {.items = 3, .text = texts, .text2 = texts2, .labels = labels};
    iso_err err = ISO_ENOMEM;

    for (int64_t n = 0; err; n++) {
        struct copies out = {0};
        iso_alloc_fail_after(n);
        err = iso_copies_make(
            &out, &c, NULL, 3,
            &(struct copies_ask){.table = &table, .copies = 2, .seed = 1, .most = 0.5});
        iso_alloc_fail_after(-1);
        assert_true(err == ISO_OK || err == ISO_ENOMEM);
        assert_true(!err == (out.text != NULL));
        iso_copies_free(&out);
    }
}

int main(void)
{
    const struct CMUnitTest all_tests[] = {test(the_rest_stays),
                                           test(each_as_often),
                                           test(place_alone),
                                           test(unknown_words_are_counted),
                                           test(with_a_probability),
                                           test(not_too_many),
                                           test(copies_of_items),
                                           test(copies_refused),
                                           test(every_allocation_fails_once)};

    iso_fields_style(ISO_FIELDS_DASHED);
    return cmocka_run_group_tests(all_tests, make_table, free_table);
}
