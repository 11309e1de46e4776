/* Tables of words and neighbours: both forms, what is left out, what is refused. */
#include "lib/io/word_table.h"

#include "lib/base/alloc.h"
#include "tests/check.h"

static const char *file(const char *bytes)
{
    const char *path = temp_path("table");
    FILE *f = fopen(path, "wb");

    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, strlen(bytes), f), strlen(bytes));
    assert_int_equal(fclose(f), 0);
    return path;
}

static iso_err read_bytes(iso_word_table *t, const char *bytes)
{
    return iso_word_table_read(t, file(bytes), NULL);
}

/* "a" has b and c, "d" none: b twice, an empty field and "a" itself are left out. */
static void two_words(const char *bytes)
{
    iso_word_table t = {0};

    ok(read_bytes(&t, bytes));
    assert_int_equal(t.words.count, 2);
    const int64_t a = iso_word_table_find(&t, "a", 1), d = iso_word_table_find(&t, "d", 1);
    assert_int_equal(iso_word_table_count(&t, a), 2);
    text(iso_word_table_near(&t, a, 0), "b");
    text(iso_word_table_near(&t, a, 1), "c");
    assert_int_equal(iso_word_table_count(&t, d), 0);
    assert_int_equal(iso_word_table_find(&t, "b", 1), -1); /* a neighbour alone */
    iso_word_table_free(&t);
}

static void both_forms(void **state)
{
    (void)state;
    two_words("a\tb\tb\t\tc\ta\nd\n");
    two_words("\xef\xbb\xbf"
              "a\tb\tc\r\n\nd\r\n");
    two_words(" \n{\"a\": [\"b\", \"b\", \"a\", \"c\"], \"d\": []}\n");
}

static void written_and_read(void **state)
{
    (void)state;
    iso_word_table t = {0};
    iso_buf out = {0}, again = {0};

    ok(read_bytes(&t, "\"\t\\\tx\xc3\xa9\nd\n"));
    ok(iso_word_table_json(&out, &t));
    text(out.text, "{\n\"\\\"\": [\"\\\\\", \"x\xc3\xa9\"],\n\"d\": []\n}\n");
    iso_word_table_free(&t);
    ok(read_bytes(&t, out.text));
    ok(iso_word_table_json(&again, &t));
    text(again.text, out.text);
    iso_word_table_free(&t);
    iso_buf_free(&out);
    iso_buf_free(&again);
}

static void many(void **state)
{
    (void)state;
    iso_word_table t = {0};
    char word[32];

    for (int w = 0; w < 5000; w++) {
        (void)snprintf(word, sizeof word, "w%d", w);
        ok(iso_word_table_begin(&t, "x", word, (int64_t)strlen(word)));
        for (int i = 0; i < w % 4; i++) {
            (void)snprintf(word, sizeof word, "n%d", w + i);
            ok(iso_word_table_add(&t, "x", word, (int64_t)strlen(word)));
        }
    }
    for (int w = 0; w < 5000; w++) {
        assert_int_equal(iso_word_table_count(&t, w), w % 4);
        (void)snprintf(word, sizeof word, "n%d", w + w % 4 - 1);
        if (w % 4 > 0)
            text(iso_word_table_near(&t, w, w % 4 - 1), word);
    }
    iso_word_table_free(&t);
}

static void refused(void **state)
{
    (void)state;
    static const struct {
        const char *bytes, *said;
    } cases[] = {
        {"one\ntwo\n", "neither JSON"},
        {"[\"a\"]", "no JSON object"},
        {"{\"a\": [\"b\"]", "table: "},
        {"{}", "has no word"},
        {"{\"a\": \"b\"}", "the word 'a' has no list of neighbours"},
        {"{\"a\": [1]}", "the word 'a' has a neighbour that is no text"},
        {"{\"a\": [\"b\\nc\"]}", "has a tab or a line end"},
        {"{\"\": [\"b\"]}", "a word is empty"},
        {"a\tb\n\tc\n", "a word is empty"},
        {"a\tb\na\tc\n", "the word 'a' stands there twice"},
        {"a\t\xff\n", "is not UTF-8"},
    };
    iso_word_table t = {0};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        fails(read_bytes(&t, cases[i].bytes), ISO_EFORMAT, cases[i].said);
    fails(iso_word_table_read(&t, temp_path("none"), NULL), ISO_EIO, "none");
    fails(iso_word_table_read(&t, NULL, NULL), ISO_EARG, "no table");
    assert_int_equal(t.words.count, 0);
}

static void every_allocation_fails_once(void **state)
{
    (void)state;
    static const char *const forms[] = {"a\tb\tc\nd\te\n",
                                        "{\"a\": [\"b\", \"c\"], \"d\": [\"e\"]}"};

    for (int i = 0; i < 2; i++) {
        iso_err err = ISO_ENOMEM;
        for (int64_t n = 0; err; n++) {
            iso_word_table t = {0};
            iso_buf out = {0};
            const char *path = file(forms[i]);
            iso_alloc_fail_after(n);
            err = iso_word_table_read(&t, path, NULL);
            err = err ? err : iso_word_table_json(&out, &t);
            iso_alloc_fail_after(-1);
            assert_true(err == ISO_OK || err == ISO_ENOMEM);
            iso_word_table_free(&t);
            iso_buf_free(&out);
        }
    }
}

int main(void)
{
    RUN_TESTS(test(both_forms), test(written_and_read), test(many), test(refused),
              test(every_allocation_fails_once));
}
