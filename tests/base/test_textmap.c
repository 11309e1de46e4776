/* The table of texts against a list that is searched from its front. */
#include "lib/base/alloc.h"
#include "lib/base/rng.h"
#include "lib/base/textmap.h"
#include "tests/check.h"

enum { TEXTS = 3000, LONGEST = 70 };

/* Texts of every length, many alike but for one byte, with NUL bytes and bytes above 127. */
static int64_t draw(char *text, iso_rng *rng)
{
    const int64_t len = iso_rng_below(rng, 5) ? iso_rng_below(rng, LONGEST) : iso_rng_below(rng, 4);

    memset(text, 'a', LONGEST);
    for (int64_t k = 0; k < 2 && len > 0; k++)
        text[iso_rng_below(rng, len)] = (char)iso_rng_below(rng, 256);
    return len;
}

static int64_t oracle_find(char (*list)[LONGEST], const int64_t *len, int64_t count,
                           const char *text, int64_t n)
{
    for (int64_t i = 0; i < count; i++) {
        if (len[i] == n && memcmp(list[i], text, (size_t)n) == 0)
            return i;
    }
    return -1;
}

static void agrees_with_a_list(bool keep)
{
    static char list[TEXTS][LONGEST];
    static int64_t len[TEXTS];
    iso_textmap map = {0};
    int64_t count = 0, again = 0;
    iso_rng rng = iso_rng_seeded(7, 0);
    for (int i = 0; i < TEXTS; i++) {
        char text[LONGEST];
        int64_t number = -1;
        const int64_t n = draw(text, &rng);
        const int64_t there = oracle_find(list, len, count, text, n);
        assert_int_equal(iso_textmap_find(&map, text, n), there);
        if (there < 0) { /* a borrowed text lies where it stays */
            memcpy(list[count], text, LONGEST);
            len[count] = n;
        }
        ok(keep ? iso_textmap_keep(&number, &map, text, n)
                : iso_textmap_put(&number, &map, there < 0 ? list[count] : text, n));
        assert_int_equal(number, there < 0 ? count : there);
        count += there < 0;
        again += there >= 0;
        assert_int_equal(map.count, count);
        memset(text, 'x', sizeof text);
    }
    assert_true(count > TEXTS / 2 && again > 100);
    for (int64_t i = 0; i < count; i++) {
        assert_int_equal(map.lens[i], len[i]);
        assert_memory_equal(map.texts[i], list[i], (size_t)len[i]);
        assert_int_equal(iso_textmap_find(&map, list[i], len[i]), i);
        if (keep)
            assert_int_equal(map.texts[i][len[i]], 0);
        else
            assert_ptr_equal(map.texts[i], list[i]);
    }
    iso_textmap_free(&map);
    assert_int_equal(map.count, 0);
}

static void a_list_says_the_same(void **state)
{
    (void)state;
    agrees_with_a_list(true);
    agrees_with_a_list(false);
}

static void an_empty_map_finds_nothing(void **state)
{
    (void)state;
    iso_textmap map = {0};
    int64_t number = -1;

    assert_int_equal(iso_textmap_find(&map, "a", 1), -1);
    ok(iso_textmap_reserve(&map, 10));
    assert_int_equal(iso_textmap_find(&map, "", 0), -1);
    ok(iso_textmap_keep(&number, &map, NULL, 0)); /* no bytes need no place */
    assert_int_equal(number, 0);
    assert_int_equal(iso_textmap_find(&map, "", -1), 0);
    text(map.texts[0], "");
    ok(iso_textmap_keep(&number, &map, "ab", -1));
    assert_int_equal(iso_textmap_find(&map, "abc", 2), 1);
    assert_int_equal(iso_textmap_find(&map, "abc", -1), -1);
    iso_textmap_free(&map);
    iso_textmap_free(&map);
}

/* Copies stay where they are while the map grows, small ones and one larger than a block; of so
 * many texts some share their hash. */
static void copies_do_not_move(void **state)
{
    (void)state;
    enum { MANY = 300000, LARGE = 400000 };
    static const char *kept[MANY];
    iso_textmap map = {0};
    char *large = NULL, name[24];
    int64_t number;

    ok(iso_alloc(&large, LARGE, 1));
    memset(large, 'z', LARGE);
    for (int i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "%d", i);
        ok(iso_textmap_keep(&number, &map, i == 777 ? large : name, i == 777 ? LARGE : -1));
        assert_int_equal(number, i);
        kept[i] = map.texts[i];
    }
    for (int i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "%d", i);
        assert_ptr_equal(map.texts[i], kept[i]);
        if (i != 777)
            text(kept[i], name);
    }
    assert_memory_equal(kept[777], large, LARGE);
    assert_int_equal(iso_textmap_find(&map, large, LARGE), 777);
    assert_int_equal(iso_textmap_find(&map, large, LARGE - 1), -1);
    iso_textmap_free(&map);
    iso_free(large);
}

/* Texts that just fit into the first block, and just do not, with another behind them. */
static void blocks_are_filled_to_the_brim(void **state)
{
    (void)state;
    static char bytes[4200];

    memset(bytes, 'b', sizeof bytes);
    for (int64_t len = 4000; len < 4200; len++) {
        iso_textmap map = {0};
        int64_t number;
        ok(iso_textmap_keep(&number, &map, bytes, len));
        ok(iso_textmap_keep(&number, &map, "", 0));
        assert_int_equal(strlen(map.texts[0]), len);
        assert_int_equal(strlen(map.texts[1]), 0);
        iso_textmap_free(&map);
    }
}

/* Whichever allocation fails, nothing changes, and the same call made again goes through. */
static void memory_that_fails_changes_nothing(void **state)
{
    (void)state;
    iso_textmap map = {0};
    int failed = 0;
    int64_t number = -5;

    for (int i = 0; i < 500; i++) {
        char name[24];
        iso_err err = ISO_ENOMEM;
        snprintf(name, sizeof name, "word %d", i);
        for (int64_t n = 0; err; n++) {
            number = -5;
            iso_alloc_fail_after(n);
            err = iso_textmap_keep(&number, &map, name, -1);
            iso_alloc_fail_after(-1);
            if (err) {
                failed++;
                assert_int_equal(err, ISO_ENOMEM);
                assert_int_equal(number, -5);
                assert_int_equal(map.count, i);
                assert_int_equal(iso_textmap_find(&map, name, -1), -1);
                assert_int_equal(iso_textmap_find(&map, "word 0", -1), i > 0 ? 0 : -1);
            }
        }
        assert_int_equal(number, i);
    }
    assert_true(failed > 10);
    iso_textmap_free(&map);
}

static void too_many_are_refused(void **state)
{
    (void)state;
    iso_textmap map = {0};

    fails(iso_textmap_reserve(&map, (int64_t)INT32_MAX + 1), ISO_EUNSUP, "2147483648 different");
    fails(iso_textmap_reserve(&map, INT64_MAX), ISO_EUNSUP, "different texts: at most 2147483647");
    assert_null(map.slots);
    ok(iso_textmap_reserve(&map, 0));
    ok(iso_textmap_reserve(&map, -3));
    iso_textmap_free(&map);
}

int main(void)
{
    RUN_TESTS(test(a_list_says_the_same), test(an_empty_map_finds_nothing),
              test(copies_do_not_move), test(blocks_are_filled_to_the_brim),
              test(memory_that_fails_changes_nothing), test(too_many_are_refused));
}
