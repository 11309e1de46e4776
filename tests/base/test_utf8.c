/* UTF-8: what is well formed, and how wide it is. */
#include "tests/check.h"

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
              test(knows_widths));
}
