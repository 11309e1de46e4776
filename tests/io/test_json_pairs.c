/* A list of pairs read apart from the nodes around it: as without that, whatever the text. */
#include "lib/base/alloc.h"
#include "lib/base/rng.h"
#include "tests/io/json_both.h"

static int64_t both(const char *json)
{
    return both_ways(json, (int64_t)strlen(json));
}

static void by_hand(void **state)
{
    static const char json[] = "{\"a\": [{}, \"]\\\"\"], \"model\": {\"type\": \"x\", \"vocab\":\n"
                               "[[\"NaN\", 0], [\"\\u2581b\", -2.5e0]], \"b\": 1}, \"c\": NaN}";
    iso_json_pairs p = {.outer = "model", .inner = "vocab"};
    iso_json *root = NULL;
    int64_t b = 0;

    (void)state;
    ok(iso_json_parse_pairs(&root, &p, json, sizeof json - 1));
    assert_int_equal(p.count, 2);
    text(p.pair[0].text, "NaN");
    text(p.pair[1].text, "\xe2\x96\x81"
                         "b");
    assert_true(p.pair[0].number == 0 && p.pair[1].number == -2.5);
    assert_true(iso_json_int(&b, iso_json_get(iso_json_get(root, "model"), "b")) && b == 1);
    assert_int_equal(iso_json_is(list_of(root)), ISO_JSON_ARRAY);
    assert_int_equal(iso_json_is(iso_json_get(root, "c")), ISO_JSON_NUMBER);
    iso_json_pairs_free(&p);
    iso_json_free(root);
}

#define IN(list) "{\"model\":{\"vocab\":" list "}}"

static void odd_and_legal(void **state)
{
    (void)state;
    assert_int_equal(both(IN("[[\"a\",1]]")), 1);
    assert_int_equal(both("\xef\xbb\xbf" IN("[[\"a\",1]]")), 1);
    assert_int_equal(both("{\"model\":{\"vocab\":[[\"a\",1],[\"b\",1]],\"vocab\":[[\"c\",2]]}}"),
                     2);
    assert_int_equal(
        both("{\"model\":{\"voc\\u0061b\":[[\"a\",1]],\"vocab\":[[\"c\",2],[\"c\",2]]}}"), 1);
    assert_int_equal(both("{\"model\":{},\"model\":{\"vocab\":[[\"c\",2]]}}"), 0);
    assert_int_equal(both("{\"model\":{\"vocab\":{\"a\":0},\"x\":[[\"a\",1]]}}"), 0);
    assert_int_equal(both("{\"model\":[{\"vocab\":[[\"a\",1]]}]}"), 0);
    assert_int_equal(both("{\"x\":{\"model\":{\"vocab\":[[\"a\",1]]}}}"), 0);
    assert_int_equal(both("{\"vocab\":[[\"a\",1]]}"), 0);
    assert_int_equal(both("[[\"a\",1]]"), 0);
    assert_int_equal(both(IN("[]")), 0);
    assert_int_equal(both(IN("[[\"a\",1],[\"b\",2,3]]")), 0);
    assert_int_equal(both(IN("[[\"a\",1],[\"b\"]]")), 0);
    assert_int_equal(both(IN("[[\"a\",1],[2,\"b\"]]")), 0);
    assert_int_equal(both(IN("[[\"a\",1],[\"b\",\"2\"]]")), 0);
    assert_int_equal(both(IN("[[\"a\",[1]]]")), 0);
    assert_int_equal(both(IN("[[\"a\",NaN],[\"b\",-Infinity],[\"c\",1e999]]")), 3);
    assert_int_equal(both(IN("[[\"a\\u0000b\",1],[\"\\ud83d\\ude00\\/\",-0.0]]")), 2);
    assert_int_equal(both(IN("[[\"\",1.],[\"[[,\",-1E+2]]")), 2);
}

static void wrong(void **state)
{
    static const char *const lists[] = {"[[\"a\",1],]",         "[[\"a\",1]",   "[\"a\",1]]",
                                        "[[\"a\" 1]]",          "[[\"a\",+1]]", "[[\"a\",1x]]",
                                        "[[\"a\",1]]]",         "[[\"a\",1]],", "[[\"\\x\",1]]",
                                        "[[\"\\ud83d\",1]]",    "[[\"a,1]]",    "[[\"\xff\",1]]",
                                        "[[\"a\",1}]",          "[[a,1]]",      "]",
                                        "[[\"a\",-]]",          "[[\"a\",1e]]", "[[\"a\",0x10]]",
                                        "[[\"a\",1] [\"b\",2]]"};
    char json[200];

    (void)state;
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        (void)snprintf(json, sizeof json, IN("%s"), lists[i]);
        assert_int_equal(both(json), -1);
    }
    assert_int_equal(both("{\"a\":[},\"model\":{\"vocab\":[[\"a\",1]]}}"), -1);
    assert_int_equal(both("{\"model\":{\"vocab\":[[\"a\",1]]},}"), -1);
    assert_int_equal(both(IN("[[\"a\",1]]") "x"), -1);
    static const char zero[] = IN("[[\"a\0\",1]]");
    assert_int_equal(both_ways(zero, sizeof zero - 1), -1);
    for (int64_t len = 0; len < (int64_t)sizeof zero - 1; len++)
        assert_int_equal(both_ways(IN("[[\"a1\",1]]"), len), -1);
}

/* --- Made up --- */

static const char *pick(iso_rng *rng, const char *const *of, int count)
{
    return of[iso_rng_below(rng, count)];
}
#define PICK(rng, list) pick(rng, list, (int)(sizeof(list) / sizeof *(list)))

static void put_list(iso_buf *out, iso_rng *rng)
{
    static const char *const texts[] = {"\"a\"",
                                        "\"\"",
                                        "\"\\u2581b\"",
                                        "\"\\\"\\\\\\n\"",
                                        "\"[,]\"",
                                        "\"\xe2\x96\x81\"",
                                        "\"\\ud83d\\ude00\"",
                                        "\"\\u0000c\"",
                                        "\"NaN\""};
    static const char *const numbers[] = {
        "0",
        "-1.25",
        "-0.0",
        "1e5",
        "-12.345678901234567",
        "1e400",
        "NaN",
        "1.",
        "01",
        "5e-324",
        "123456789012345678901234567890123456789012345678901234567890123",
        "1234567890123456789012345678901234567890123456789012345678901234",
        "-Infinity"};
    static const char *const odd[] = {"null", "[]", "{\"a\":1}", "[1,\"a\"]", "[\"a\",1,2]", "7"};
    static const char *const blanks[] = {"", "", "", " ", "\n\t", "\f"};
    const int64_t count = iso_rng_below(rng, 5);

    ok(iso_buf_puts(out, "["));
    for (int64_t i = 0; i < count; i++) {
        const char *blank = iso_rng_below(rng, 4) ? "" : PICK(rng, blanks);
        ok(iso_buf_puts(out, i ? "," : ""));
        if (iso_rng_below(rng, 40) == 0)
            ok(iso_buf_puts(out, PICK(rng, odd)));
        else
            ok(iso_buf_printf(out, "%s[%s,%s%s]", blank, PICK(rng, texts), blank,
                              PICK(rng, numbers)));
    }
    ok(iso_buf_puts(out, "]"));
}

static void put_object(iso_buf *out, iso_rng *rng, int depth)
{
    static const char *const names[] = {"model", "vocab", "vocab", "voc\\u0061b",
                                        "model", "a",     "b"};
    static const char *const values[] = {"1", "\"}\\\"\"", "null", "{\"vocab\":[[\"x\",1]]}",
                                         "true"};
    const int64_t count = 1 + iso_rng_below(rng, 4);

    ok(iso_buf_puts(out, "{"));
    for (int64_t i = 0; i < count; i++) {
        const bool likely = iso_rng_below(rng, 3) > 0;
        ok(iso_buf_printf(out, "%s\"%s\": ", i ? "," : "",
                          likely ? (depth ? "vocab" : "model") : PICK(rng, names)));
        if (depth == 0 && iso_rng_below(rng, 6))
            put_object(out, rng, 1);
        else if (iso_rng_below(rng, 5))
            put_list(out, rng);
        else
            ok(iso_buf_puts(out, PICK(rng, values)));
    }
    ok(iso_buf_puts(out, "}"));
}

static void made_up(void **state)
{
    static const char bytes[] = "\"\\,:[]{}0e+-.NI \x80";
    int64_t taken = 0, refused = 0;

    (void)state;
    for (uint64_t i = 0; i < 40000; i++) {
        iso_rng rng = iso_rng_seeded(16, i);
        iso_buf json = {0};
        put_object(&json, &rng, 0);
        if (i % 2) /* one byte is another, or the end is missing */
            json.text[iso_rng_below(&rng, json.len)] = bytes[iso_rng_below(&rng, sizeof bytes)];
        const int64_t count = both_ways(json.text, i % 16 == 1 ? json.len / 2 : json.len);
        taken += count > 0;
        refused += count < 0;
        iso_buf_free(&json);
    }
    assert_true(taken > 10000 && refused > 5000);
}

static void every_allocation_may_fail(void **state)
{
    static const char *const json[] = {IN("[[\"a\",1],[\"\\u0062\",2]]"), IN("[[\"a\",NaN]]")};

    (void)state;
    for (int k = 0; k < 2; k++) {
        iso_json_pairs p = {.outer = "model", .inner = "vocab"};
        iso_json *root = NULL;
        iso_err err = ISO_ENOMEM;
        for (int n = 0; err; n++) {
            iso_alloc_fail_after(n);
            err = iso_json_parse_pairs(&root, &p, json[k], (int64_t)strlen(json[k]));
            iso_alloc_fail_after(-1);
            assert_true(err ? err == ISO_ENOMEM && !root && !p.count && !p.pair : p.count == 2 - k);
        }
        iso_json_pairs_free(&p);
        iso_json_free(root);
    }
}

int main(void)
{
    RUN_TESTS(test(by_hand), test(odd_and_legal), test(wrong), test(made_up),
              test(every_allocation_may_fail));
}
