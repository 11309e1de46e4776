/* Base64: RFC 4648, section 10. */
#include "tests/check.h"

#include "lib/base/base64.h"

static void encodes_as_the_standard(void **state)
{
    static const char *const pairs[][2] = {
        {"", ""},
        {"f", "Zg=="},
        {"fo", "Zm8="},
        {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="},
        {"fooba", "Zm9vYmE="},
        {"\xfb\xff\xbf", "+/+/"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        iso_buf out = {0};
        ok(iso_base64_encode(&out, pairs[i][0], (int64_t)strlen(pairs[i][0])));
        text(out.len ? out.text : "", pairs[i][1]);
        iso_buf_free(&out);
    }
}

static void decodes_as_the_standard(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"", ""},           {"Zg==", "f"},         {"Zm8=", "fo"},         {"Zm9v", "foo"},
        {"Zm9vYg", "foob"}, {"Zm9vYmE=", "fooba"}, {"Zm9vYmFy", "foobar"}, {"+/+/", "\xfb\xff\xbf"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        iso_buf out = {0};
        ok(iso_base64_decode(&out, cases[i][0]));
        assert_int_equal(out.len, strlen(cases[i][1]));
        assert_memory_equal(out.len ? out.text : "", cases[i][1], (size_t)out.len);
        iso_buf_free(&out);
    }
}

static void refuses_what_is_none(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "Z", "Zm9vY", "Zm9=v", "Zm 9", "Zg===", "Zm9v=", "Zm9\xc3\xbc", "=", "-_-_"};
    iso_buf out = {0};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        fails(iso_base64_decode(&out, cases[i]), ISO_EFORMAT, "no base64 at character");
    assert_int_equal(out.len, 0);
    iso_buf_free(&out);
}

int main(void)
{
    RUN_TESTS(test(encodes_as_the_standard), test(decodes_as_the_standard),
              test(refuses_what_is_none));
}
