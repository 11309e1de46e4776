/* Equal texts against a search of all items before. */
#include "analysis/study/items/equal_text.h"
#include "lib/base/alloc.h"
#include "lib/base/rng.h"
#include "lib/base/str.h"
#include "tests/check.h"

enum { ROWS = 400, ITEMS = 300 };

static const char *const words[] = {"", "a", "ab", "b", "c", "bc", "abc", "one more", NULL};
enum { WORDS = sizeof words / sizeof *words };

struct corpus {
    char own[2][ROWS][16]; /* no two texts lie in one place */
    const char *text[2][ROWS];
    int64_t pick[ITEMS];
};

static void draw(struct corpus *c, uint64_t seed, bool gaps)
{
    int64_t order[ROWS];
    iso_rng rng = iso_rng_seeded(seed, 0);

    for (int k = 0; k < 2; k++) {
        for (int i = 0; i < ROWS; i++) {
            const char *word = words[iso_rng_below(&rng, gaps ? WORDS : WORDS - 1)];
            if (word)
                snprintf(c->own[k][i], sizeof c->own[k][i], "%s%d", word,
                         (int)iso_rng_below(&rng, 6));
            if (word && iso_rng_below(&rng, 2))
                snprintf(c->own[k][i], sizeof c->own[k][i], "%s", word);
            c->text[k][i] = word ? c->own[k][i] : NULL;
        }
    }
    iso_rng_permutation(&rng, order, ROWS);
    memcpy(c->pick, order, sizeof c->pick);
}

static bool equal(const struct item_texts *t, int64_t i, int64_t j)
{
    const int64_t a = t->pick ? t->pick[i] : i, b = t->pick ? t->pick[j] : j;

    return iso_str_same(t->text[a], t->text[b]) &&
           (!t->second || iso_str_same(t->second[a], t->second[b]));
}

static int64_t oracle_first(const struct item_texts *t, int64_t i)
{
    int64_t j = 0;

    while (!equal(t, i, j))
        j++;
    return j;
}

static void the_first_of_each_text_is_found(void **state)
{
    (void)state;
    static struct corpus c;

    for (int way = 0; way < 8; way++) {
        const struct item_texts t = {c.text[0], way & 1 ? c.text[1] : NULL,
                                     way & 2 ? c.pick : NULL};
        int64_t first[ITEMS], repeated = 0;
        draw(&c, (uint64_t)way, way & 4);
        ok(iso_equal_text_first(first, &t, ITEMS));
        for (int64_t i = 0; i < ITEMS; i++) {
            assert_int_equal(first[i], oracle_first(&t, i));
            repeated += first[i] < i;
        }
        assert_true(repeated > 10 && repeated < ITEMS - 10);
    }
}

static void without_texts_all_differ(void **state)
{
    (void)state;
    const struct item_texts none = {NULL, (const char *const[]){"a", "a"}, NULL};
    int64_t first[2];

    ok(iso_equal_text_first(first, NULL, 2));
    assert_int_equal(first[1], 1);
    ok(iso_equal_text_first(first, &none, 2));
    assert_int_equal(first[1], 1);
    ok(iso_equal_text_first(first, NULL, 0));
}

/* Chains of a small list on paper: a b a c b a. */
static void duplicates_are_chained(void **state)
{
    (void)state;
    const char *const text[] = {"a", "b", "a", "c", "b", "a"};
    const char *const second[] = {"x", "x", "y", "x", "x", "x"};
    const int64_t pick[] = {5, 4, 3, 2}; /* a b c a */
    const int64_t offsets[] = {0, 1, 2, 3, 4, 5, 6};
    iso_lang lang = {.name = "en", .items = 6, .rows = 6, .text = text};
    struct duplicates d = {0};

    ok(iso_duplicates_make(&d, &lang, NULL, 6));
    assert_memory_equal(d.first, ((int64_t[]){0, 1, 0, 3, 1, 0}), sizeof(int64_t[6]));
    assert_memory_equal(d.next, ((int64_t[]){2, 4, 5, -1, -1, -1}), sizeof(int64_t[6]));
    assert_int_equal(d.items, 6);
    assert_int_equal(d.shared, 5);
    iso_duplicates_free(&d);
    lang.text2 = second;
    ok(iso_duplicates_make(&d, &lang, NULL, 6));
    assert_memory_equal(d.next, ((int64_t[]){5, 4, -1, -1, -1, -1}), sizeof(int64_t[6]));
    assert_int_equal(d.shared, 4);
    iso_duplicates_free(&d);
    lang.text2 = NULL;
    ok(iso_duplicates_make(&d, &lang, pick, 4));
    assert_memory_equal(d.next, ((int64_t[]){3, -1, -1, -1}), sizeof(int64_t[4]));
    assert_int_equal(d.shared, 2);
    iso_duplicates_free(&d);
    lang.offsets = offsets;
    ok(iso_duplicates_make(&d, &lang, NULL, 6));
    assert_null(d.first);
    assert_int_equal(d.shared, 0);
    iso_duplicates_free(&d);
}

static void memory_that_fails_leaves_nothing(void **state)
{
    (void)state;
    const char *const text[] = {"a", "b", "a"};
    const iso_lang lang = {.name = "en", .items = 3, .rows = 3, .text = text, .text2 = text};
    struct duplicates d = {.shared = 7};
    iso_err err = ISO_ENOMEM;
    int failed = 0;

    for (int64_t n = 0; err; n++) {
        iso_alloc_fail_after(n);
        err = iso_duplicates_make(&d, &lang, NULL, 3);
        iso_alloc_fail_after(-1);
        failed += err != ISO_OK;
        assert_true(!err || (err == ISO_ENOMEM && d.shared == 7));
    }
    assert_true(failed > 8);
    assert_int_equal(d.shared, 2);
    iso_duplicates_free(&d);
}

int main(void)
{
    RUN_TESTS(test(the_first_of_each_text_is_found), test(without_texts_all_differ),
              test(duplicates_are_chained), test(memory_that_fails_leaves_nothing));
}
