/* JSON: the small face on foreign text, and records there and back. */
#include "tests/check.h"

#include "lib/base/alloc.h"
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
              test(refuses_what_is_not_json), test(numbers_that_are_not_finite),
              test(records_that_are_not_finite), test(quotes_whatever_comes),
              test(writes_the_header), test(records_come_back), test(says_what_is_wrong),
              test(survives_lack_of_memory));
}
