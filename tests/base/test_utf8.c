/* UTF-8: what is well formed, and how wide it is. */
#include "tests/check.h"

#include "lib/base/str.h"
#include "lib/base/utf8.h"

static void reads_one_to_four_bytes(void **state)
{
    uint32_t point = 0;

    (void)state;
    assert_int_equal(iso_utf8_next(&point, "A", 1), 1);
    assert_int_equal(point, 'A');
    assert_int_equal(iso_utf8_next(&point, "\xc3\xa9", 2), 2);
    assert_int_equal(point, 0xe9);
    assert_int_equal(iso_utf8_next(&point, "\xe4\xb8\xad", 3), 3);
    assert_int_equal(point, 0x4e2d);
    assert_int_equal(iso_utf8_next(&point, "\xf0\x9f\x98\x80", 4), 4);
    assert_int_equal(point, 0x1f600);
}

static void refuses_what_is_not_well_formed(void **state)
{
    static const char *const bad[] = {
        "\x80",             /* continuation alone */
        "\xc0\xaf",         /* overlong slash */
        "\xe0\x80\xaf",     /* overlong in three */
        "\xed\xa0\x80",     /* surrogate */
        "\xf4\x90\x80\x80", /* beyond U+10FFFF */
        "\xf8\x88\x80\x80", /* five bytes */
        "\xe4\xb8",         /* cut short */
        "\xe4x\xad",
    };
    uint32_t point = 7;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(iso_utf8_next(&point, bad[i], (int64_t)strlen(bad[i])), 0);
        assert_false(iso_utf8_valid(bad[i], -1));
    }
    assert_int_equal(iso_utf8_next(&point, "A", 0), 0);
    assert_int_equal(point, 7);
    assert_true(iso_utf8_valid("na\xc3\xafve", -1));
    assert_true(iso_utf8_valid("", 0));
}

static void what_steers_a_terminal_is_not_drawn(void **state)
{
    static const uint32_t drawn[] = {' ', '~', 0xa0, 0xe9, 0x200d, 0x4e2d, 0x1f600},
                          not_drawn[] = {0,    7,      '\n',   0x1b,   0x7f,  0x80,
                                         0x9b, 0x2028, 0x202e, 0x2066, 0x2069};
    iso_buf buf = {0};

    (void)state;
    for (size_t i = 0; i < sizeof drawn / sizeof *drawn; i++)
        assert_true(iso_utf8_drawn(drawn[i]));
    for (size_t i = 0; i < sizeof not_drawn / sizeof *not_drawn; i++)
        assert_false(iso_utf8_drawn(not_drawn[i]));
    /* an escape, a C1 control in UTF-8 and one as a bare byte, a character that is cut short */
    ok(iso_buf_add_drawn(&buf, "a\x1b[2J\xc2\x9b\x9b\xc3\xa9\xe4\xb8", -1, "?"));
    text(buf.text, "a?[2J??\xc3\xa9??");
    buf.len = 0;
    ok(iso_buf_add_drawn(&buf, "ab\0c", 4, "."));
    text(buf.text, "ab.c");
    buf.len = 0;
    ok(iso_buf_add_drawn(&buf, "", 0, "."));
    text(buf.text, "");
    iso_buf_free(&buf);
}

static void a_message_steers_no_terminal(void **state)
{
    char bytes[2048];

    (void)state;
    fails(iso_fail(ISO_EFORMAT, "%s", "x\x1b]0;t\x07\xc2\x85y\x80\xe4\xb8\xad"), ISO_EFORMAT, "x");
    text(iso_err_msg(), "x ]0;t  y?\xe4\xb8\xad");
    fails(iso_fail_in(ISO_EFORMAT, "%s", "\x9b\n"), ISO_EFORMAT, "? : x ]0;t");
    /* one that is cut in the middle of a character still is UTF-8 */
    for (size_t i = 0; i + 2 < sizeof bytes; i += 2)
        memcpy(bytes + i, "\xc3\xa9", 3);
    fails(iso_fail(ISO_EARG, ".%s", bytes), ISO_EARG, "\xc3\xa9");
    assert_true(iso_utf8_valid(iso_err_msg(), -1));
}

static void knows_widths(void **state)
{
    (void)state;
    assert_int_equal(iso_utf8_width('a'), 1);
    assert_int_equal(iso_utf8_width(0x4e2d), 2);
    assert_int_equal(iso_utf8_width(0x301), 0);
}

int main(void)
{
    RUN_TESTS(test(reads_one_to_four_bytes), test(refuses_what_is_not_well_formed),
              test(what_steers_a_terminal_is_not_drawn), test(a_message_steers_no_terminal),
              test(knows_widths));
}
