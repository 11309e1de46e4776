/* JSON: the small face on foreign text, and records there and back. */
#include "tests/check.h"

#include <math.h>

#include "lib/base/alloc.h"
#include "lib/base/rng.h"
#include "lib/io/json.h"
#include "lib/io/record_read.h"
#include "lib/io/record_write.h"
#include "tests/io/records_for_tests.h"

static iso_json *parse(const char *json)
{
    iso_json *root = NULL;

    ok(iso_json_parse(&root, json, (int64_t)strlen(json)));
    return root;
}

static void walks_objects_and_arrays(void **state)
{
    iso_json *root = parse(" {\"w\": {\"dtype\": \"F16\", \"shape\": [2, 3], \"at\": [0, 12]}, "
                           "\"t\": true, \"z\": null, \"x\": 0.5} \n");
    const iso_json *w = iso_json_get(root, "w");
    int64_t count = 0;
    double half = 0;

    (void)state;
    assert_int_equal(iso_json_is(root), ISO_JSON_OBJECT);
    assert_int_equal(iso_json_count(root), 4);
    text(iso_json_name(iso_json_first(root)), "w");
    text(iso_json_text(iso_json_get(w, "dtype")), "F16");
    assert_true(iso_json_int(&count, iso_json_at(iso_json_get(w, "at"), 1)));
    assert_int_equal(count, 12);
    assert_null(iso_json_next(iso_json_at(iso_json_get(w, "shape"), 1)));
    assert_true(iso_json_true(iso_json_get(root, "t")));
    assert_int_equal(iso_json_is(iso_json_get(root, "z")), ISO_JSON_NULL);
    assert_true(iso_json_number(&half, iso_json_get(root, "x")));
    near(half, 0.5, 0);
    iso_json_free(root);
}

static void asking_for_what_is_not_there_is_no_error(void **state)
{
    iso_json *root = parse("[1.5, \"a\", 1e300]");
    int64_t n = 7;
    double x = 7;

    (void)state;
    assert_null(iso_json_get(root, "a"));
    assert_null(iso_json_at(root, 3));
    assert_null(iso_json_at(root, -1));
    assert_null(iso_json_text(iso_json_at(root, 0)));
    assert_false(iso_json_int(&n, iso_json_at(root, 0)));
    assert_false(iso_json_int(&n, iso_json_at(root, 2)));
    assert_false(iso_json_number(&x, iso_json_at(root, 1)));
    assert_true(n == 7 && x == 7);
    assert_int_equal(iso_json_is(NULL), ISO_JSON_NONE);
    assert_null(iso_json_next(NULL));
    assert_int_equal(iso_json_count(NULL), 0);
    iso_json_free(root);
    iso_json_free(NULL);
}

static void refuses_what_is_not_json(void **state)
{
    static char deep[4000];
    iso_json *root = NULL;

    (void)state;
    fails(iso_json_parse(&root, "", 0), ISO_EFORMAT, "not JSON");
    fails(iso_json_parse(&root, "{\"a\": }", 7), ISO_EFORMAT, "from byte 6 of 7");
    fails(iso_json_parse(&root, "{} x", 4), ISO_EFORMAT, "from byte 3 of 4");
    fails(iso_json_parse(&root, "{\"a", 3), ISO_EFORMAT, "not JSON");
    fails(iso_json_parse(&root, "\"\xff\"", 3), ISO_EFORMAT, "UTF-8");
    memset(deep, '[', sizeof deep);
    fails(iso_json_parse(&root, deep, sizeof deep), ISO_EFORMAT, "not JSON");
    assert_null(root);
}

/* Escapes, halves of a character, equal names, a byte-order mark, numbers at the edges. */
static void reads_what_is_legal_and_odd(void **state)
{
    iso_json *root = parse("\xef\xbb\xbf{\"\": [], \"a\\u0062\": {}, \"ab\": 2, \"c\": "
                           "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00E9\\ud83d\\uDE00\xe2\x96\x81\t.\", "
                           "\"n\": [-0.0, 1e400, -1E-400, 0.1e+1, 9007199254740993], "
                           "\"cut\": \"ab\\u0000c\"}");
    const iso_json *n = iso_json_get(root, "n");
    double x = 7;
    int64_t k = 7;

    (void)state;
    assert_int_equal(iso_json_count(root), 6);
    assert_int_equal(iso_json_is(iso_json_get(root, "")), ISO_JSON_ARRAY);
    assert_int_equal(iso_json_is(iso_json_get(root, "ab")), ISO_JSON_OBJECT);
    text(iso_json_text(iso_json_get(root, "c")),
         "\"\\/\b\f\n\r\t\xc3\xa9\xf0\x9f\x98\x80\xe2\x96\x81\t.");
    assert_true(iso_json_number(&x, iso_json_at(n, 0)) && x == 0 && signbit(x));
    assert_false(iso_json_number(&x, iso_json_at(n, 1)));
    assert_true(iso_json_number(&x, iso_json_at(n, 2)) && x == 0);
    assert_true(iso_json_int(&k, iso_json_at(n, 3)) && k == 1);
    assert_true(iso_json_int(&k, iso_json_at(n, 4)) && k == (int64_t)1 << 53);
    text(iso_json_text(iso_json_get(root, "cut")), "ab");
    iso_json_free(root);
}

/* What is read ends with the bytes: they lie at the end of a block that has no more. */
static iso_err parse_exactly(iso_json **root, const char *json, int64_t len)
{
    char *bytes = malloc(len > 0 ? (size_t)len : 1);

    memcpy(bytes, json, (size_t)len);
    const iso_err err = iso_json_parse(root, bytes, len);
    free(bytes);
    return err;
}

static void refuses_what_is_almost_json(void **state)
{
    static const char *const wrong[] = {"-",
                                        "-a",
                                        ".5",
                                        "+1",
                                        "1e",
                                        "1e+",
                                        "0x10",
                                        "tru",
                                        "nul",
                                        "[1,]",
                                        "[,1]",
                                        "{\"a\":1,}",
                                        "{\"a\"}",
                                        "{a:1}",
                                        "{1:2}",
                                        "[1 2]",
                                        "[1}",
                                        "{\"a\":1]",
                                        "]",
                                        "\"\\x\"",
                                        "\"\\u123\"",
                                        "\"\\ud83d\"",
                                        "\"\\ude00\"",
                                        "\"\\ud83d\\ud83d\"",
                                        "\"\\ud83dxde00\"",
                                        "\"\\ud83d\\uffff\"",
                                        "\"a",
                                        "\"a\\\"",
                                        "\"\\",
                                        "1 2",
                                        "'a'",
                                        "// a\n1",
                                        "nan",
                                        "inf"};
    static const char whole[] =
        " {\"a\\u00e9\": [-1.5e+3, true, null, \"\\ud83d\\ude00\", {}], \"b\": -12}";
    iso_json *root = NULL;

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        fails(parse_exactly(&root, wrong[i], (int64_t)strlen(wrong[i])), ISO_EFORMAT, "not JSON");
    for (int64_t len = 0; len < (int64_t)sizeof whole - 1; len++)
        fails(parse_exactly(&root, whole, len), ISO_EFORMAT, "not JSON");
    ok(parse_exactly(&root, whole, sizeof whole - 1));
    iso_json_free(root);
    root = NULL;
    fails(parse_exactly(&root, "[\"a\0\"]", 6), ISO_EFORMAT, "zero byte");
    fails(parse_exactly(&root, "[\"ab\xe2\x96\"]", 8), ISO_EFORMAT, "not UTF-8");
    assert_null(root);
}

/* A thousand inside each other are read, one more are not. */
static void limits(void **state)
{
    char deep[2002];
    iso_json *root = NULL;

    (void)state;
    memset(deep, '[', 1000);
    memset(deep + 1000, ']', 1000);
    ok(iso_json_parse(&root, deep, 2000));
    iso_json_free(root);
    root = NULL;
    memset(deep, '[', 1001);
    memset(deep + 1001, ']', 1001);
    fails(iso_json_parse(&root, deep, 2002), ISO_EFORMAT, "not JSON");
}

/* --- Made up and read back --- */

static void put_blanks(iso_buf *out, iso_rng *rng)
{
    static const char blanks[] = "                \n\t\r ";

    if (iso_rng_below(rng, 3) == 0)
        ok(iso_buf_add(out, blanks + iso_rng_below(rng, 20), (int64_t)iso_rng_below(rng, 2)));
    if (iso_rng_below(rng, 9) == 0)
        ok(iso_buf_add(out, blanks, 16));
}

/* Appends a value to the text, and what reading it must show to `seen`. */
static void make_up(iso_buf *out, iso_buf *seen, iso_rng *rng, int depth)
{
    static const char *const texts[][2] = {{"\"\"", ""},
                                           {"\"a\"", "a"},
                                           {"\"\\u2581b\"", "\xe2\x96\x81"
                                                            "b"},
                                           {"\"\xc3\xa9\\\"\"", "\xc3\xa9\""}};
    const int kind = (int)iso_rng_below(rng, depth < 6 ? 6 : 3);
    const int count = (int)iso_rng_below(rng, 5);

    put_blanks(out, rng);
    if (kind == 0) {
        const int64_t i = iso_rng_below(rng, 4);
        ok(iso_buf_puts(out, texts[i][0]));
        ok(iso_buf_printf(seen, "'%s'", texts[i][1]));
    } else if (kind == 1) {
        const double x = (iso_rng_uniform(rng) - 0.5) * 100;
        ok(iso_buf_printf(out, "%.17g", x));
        ok(iso_buf_printf(seen, "%.17g", x));
    } else if (kind == 2) {
        const int i = (int)iso_rng_below(rng, 3);
        ok(iso_buf_puts(out, (const char *[]){"true", "false", "null"}[i]));
        ok(iso_buf_puts(seen, (const char *[]){"t", "f", "n"}[i]));
    } else {
        const bool object = kind == 3;
        ok(iso_buf_puts(out, object ? "{" : "["));
        ok(iso_buf_printf(seen, "%c%d", object ? '{' : '[', count));
        for (int i = 0; i < count; i++) {
            put_blanks(out, rng);
            if (object) {
                ok(iso_buf_printf(out, "\"k%d\"", i));
                put_blanks(out, rng);
                ok(iso_buf_puts(out, ":"));
                ok(iso_buf_printf(seen, "k%d=", i));
            }
            make_up(out, seen, rng, depth + 1);
            ok(iso_buf_puts(out, i < count - 1 ? "," : ""));
        }
        put_blanks(out, rng);
        ok(iso_buf_puts(out, object ? "}" : "]"));
        ok(iso_buf_puts(seen, "."));
    }
    put_blanks(out, rng);
}

static void show(iso_buf *seen, const iso_json *n)
{
    const iso_json_kind kind = iso_json_is(n);
    double x = 0;

    if (iso_json_name(n))
        ok(iso_buf_printf(seen, "%s=", iso_json_name(n)));
    if (kind == ISO_JSON_TEXT) {
        ok(iso_buf_printf(seen, "'%s'", iso_json_text(n)));
    } else if (iso_json_number(&x, n)) {
        ok(iso_buf_printf(seen, "%.17g", x));
    } else if (kind == ISO_JSON_BOOL || kind == ISO_JSON_NULL) {
        ok(iso_buf_puts(seen, kind == ISO_JSON_NULL ? "n" : iso_json_true(n) ? "t" : "f"));
    } else {
        ok(iso_buf_printf(seen, "%c%d", kind == ISO_JSON_OBJECT ? '{' : '[',
                          (int)iso_json_count(n)));
        for (const iso_json *m = iso_json_first(n); m; m = iso_json_next(m))
            show(seen, m);
        ok(iso_buf_puts(seen, "."));
    }
}

static void made_up_texts_read_back(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 3000; i++) {
        iso_rng rng = iso_rng_seeded(15, i);
        iso_buf out = {0}, want = {0}, seen = {0};
        iso_json *root = NULL;
        make_up(&out, &want, &rng, 0);
        ok(parse_exactly(&root, out.text, out.len));
        show(&seen, root);
        text(seen.text, want.text);
        iso_json_free(root);
        iso_buf_free(&out);
        iso_buf_free(&want);
        iso_buf_free(&seen);
    }
}

/* As Python writes what JSON has no number for; the same words inside texts are texts. */
static void numbers_that_are_not_finite(void **state)
{
    (void)state;
    static const char json[] =
        "{\"a\\\"NaN\": NaN, \"b\": [-Infinity,Infinity,\"NaN \\\" Infinity\"], "
        "\"c\": 2}";
    iso_json *root = NULL;
    double x = 7;
    int64_t n;

    ok(iso_json_parse(&root, json, sizeof json - 1));
    const iso_json *a = iso_json_first(root), *b = iso_json_get(root, "b");
    text(iso_json_name(a), "a\"NaN");
    assert_int_equal(iso_json_is(a), ISO_JSON_NUMBER);
    assert_false(iso_json_number(&x, a) || iso_json_int(&n, a));
    assert_false(iso_json_number(&x, iso_json_at(b, 0)) || iso_json_number(&x, iso_json_at(b, 1)));
    assert_true(x == 7);
    text(iso_json_text(iso_json_at(b, 2)), "NaN \" Infinity");
    assert_true(iso_json_number(&x, iso_json_get(root, "c")) && x == 2);
    iso_json_free(root);
    static const char *const wrong[] = {"{\"a\": Nan}", "NaNN", "[Infinit]",
                                        "{NaN: 1}",     "I",    "--Infinity"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        fails(iso_json_parse(&root, wrong[i], (int64_t)strlen(wrong[i])), ISO_EFORMAT, "not JSON");
}

static void quotes_whatever_comes(void **state)
{
    iso_buf out = {0};

    (void)state;
    ok(iso_json_quote(&out, "a\"b\\c\n\x01\x7f</script>\xff\xe2\x80\xa8"));
    text(out.text, "\"a\\\"b\\\\c\\n\\u0001\\u007f\\u003c/script>\xef\xbf\xbd\\u2028\"");
    iso_buf_free(&out);
}

static void writes_the_header(void **state)
{
    static const char *const words[] = {"isogloss", "compare", "a b.h5"};
    const iso_states_file file = {"a b.h5", "native", 1234};
    const iso_fact fact = {"system", "Linux"};
    const iso_origin origin = {"0.1.0", words, 3, &file, 1, &fact, 1};
    iso_records none = {0};
    iso_buf out = {0}, line = {0};

    (void)state;
    ok(iso_json_write(&out, &none, &origin));
    text(out.text,
         "{\"isogloss\": \"0.1.0\",\n \"command\": [\"isogloss\", \"compare\", \"a b.h5\"],\n"
         " \"inputs\": [{\"path\": \"a b.h5\", \"layout\": \"native\", \"bytes\": 1234}],\n"
         " \"machine\": {\"system\": \"Linux\"},\n \"records\": []}\n");
    ok(iso_json_read(&none, &line, out.text, out.len));
    text(line.text, "isogloss compare 'a b.h5'");
    iso_buf_free(&out);
    iso_buf_free(&line);
    iso_records_free(&none);
}

static void records_come_back(void **state)
{
    iso_records list = some_records(), back = {0};
    iso_buf out = {0};

    (void)state;
    ok(iso_json_write(&out, &list, &(iso_origin){0}));
    assert_non_null(strstr(out.text, "\"value\": null, \"interval\": \"jackknife\""));
    assert_null(strstr(out.text, "estimator\": null"));
    assert_null(strstr(out.text, "<script>"));
    ok(iso_json_read(&back, NULL, out.text, out.len));
    same_records(&list, &back);
    iso_buf_free(&out);
    iso_records_free(&list);
    iso_records_free(&back);
}

static iso_err read_text(iso_records *out, const char *json)
{
    return iso_json_read(out, NULL, json, (int64_t)strlen(json));
}

static void says_what_is_wrong(void **state)
{
    iso_records out = {.count = 7};

    (void)state;
    fails(read_text(&out, "3"), ISO_EFORMAT, "no array of records");
    fails(read_text(&out, "{\"records\": {}}"), ISO_EFORMAT, "no array of records");
    fails(read_text(&out, "[1]"), ISO_EFORMAT, "record 1 is not an object");
    fails(read_text(&out, "[{\"measure\": \"cka\"}, {\"value\": 1}]"), ISO_EFORMAT,
          "record 2 has no measure");
    fails(read_text(&out, "[{\"measure\": 4}]"), ISO_EFORMAT, "measure is not a text");
    fails(read_text(&out, "[{\"measure\": \"cka\", \"value\": \"1\"}]"), ISO_EFORMAT,
          "value is not a finite number");
    fails(read_text(&out, "[{\"measure\": \"cka\", \"n\": 1e400}]"), ISO_EFORMAT,
          "n is NaN or infinite");
    assert_int_equal(out.count, 7);
}

static void survives_lack_of_memory(void **state)
{
    iso_records list = some_records(), back = {0};
    iso_err err;

    (void)state;
    for (int64_t n = 0;; n++) {
        iso_buf out = {0};
        iso_alloc_fail_after(n);
        err = iso_json_write(&out, &list, &(iso_origin){0});
        if (!err)
            err = iso_json_read(&back, NULL, out.text, out.len);
        iso_alloc_fail_after(-1);
        iso_buf_free(&out);
        if (!err)
            break;
        assert_int_equal(err, ISO_ENOMEM);
    }
    same_records(&list, &back);
    iso_records_free(&list);
    iso_records_free(&back);
}

/* NaN and Infinity in a record: the record and the column are named. */
static void records_that_are_not_finite(void **state)
{
    static const char record[] = "[{\"measure\": \"cka\", \"n\": 3, \"lo\": Infinity}]";
    static const char named[] = "[{\"measure\": \"cka\", \"tgt\": NaN}]";
    iso_records list = {0};
    (void)state;

    fails(iso_json_read(&list, NULL, record, sizeof record - 1), ISO_EFORMAT,
          "record 1: lo is NaN or infinite; what is not defined is null");
    fails(iso_json_read(&list, NULL, named, sizeof named - 1), ISO_EFORMAT,
          "record 1: tgt is not a text");
}

int main(void)
{
    RUN_TESTS(test(walks_objects_and_arrays), test(asking_for_what_is_not_there_is_no_error),
              test(refuses_what_is_not_json), test(reads_what_is_legal_and_odd),
              test(refuses_what_is_almost_json), test(limits), test(made_up_texts_read_back),
              test(numbers_that_are_not_finite), test(records_that_are_not_finite),
              test(quotes_whatever_comes), test(writes_the_header), test(records_come_back),
              test(says_what_is_wrong), test(survives_lack_of_memory));
}
