/* Properties of characters, each where a careless table goes wrong. */
#include "tests/check.h"

#include <ctype.h>

#include "lib/text/unicode.h"

static void white_space_is_more_than_blanks(void **state)
{
    (void)state;
    const uint32_t yes[] = {'\t', '\n',   0xb,    0xc,    '\r',   ' ',   0x85,
                            0xa0, 0x1680, 0x2003, 0x2028, 0x2029, 0x3000};
    const uint32_t no[] = {0, 'a', 0x1c, 0x200b, 0x2060, 0xfeff, 0x2800, 0x110000, UINT32_MAX};

    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
        assert_true(iso_unicode_space(yes[i]));
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        assert_false(iso_unicode_space(no[i]));
}

static void controls_formats_and_private_use(void **state)
{
    (void)state;
    const uint32_t yes[] = {0, '\n', 0x7f, 0x9f, 0xad, 0x200b, 0x200d, 0xfeff, 0xe000, 0xe0067};
    const uint32_t no[] = {' ', 'a', 0xfe0f, 0xfffd, 0x378 /* unassigned */, 0x110000};

    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
        assert_true(iso_unicode_control(yes[i]));
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        assert_false(iso_unicode_control(no[i]));
}

/* $ + < = > ^ ` | ~ are symbols to Unicode, punctuation to BERT; beyond ASCII symbols are not. */
static void punctuation_is_unicodes_and_all_of_asciis(void **state)
{
    (void)state;
    const uint32_t beyond[] = {0xa1, 0xa7, 0xb6, 0xb7, 0x60c, 0x964, 0x2026, 0x3001, 0xff01};
    const uint32_t no[] = {0xa2, 0xa9, 0xac, 0xb4, 0xd7, 0x20ac, 0x2260, 0x1f600, 0x110000};

    for (uint32_t p = 0; p < 128; p++)
        assert_int_equal(iso_unicode_punctuation(p), p > 32 && p < 127 && !isalnum((int)p));
    for (size_t i = 0; i < sizeof beyond / sizeof *beyond; i++)
        assert_true(iso_unicode_punctuation(beyond[i]));
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        assert_false(iso_unicode_punctuation(no[i]));
}

static void marks_are_those_without_room(void **state)
{
    (void)state;
    assert_true(iso_unicode_mark(0x301));
    assert_true(iso_unicode_mark(0x94d));
    assert_true(iso_unicode_mark(0xfe0f));
    assert_false(iso_unicode_mark(0x93f));  /* Mc */
    assert_false(iso_unicode_mark(0x20dd)); /* Me */
    assert_false(iso_unicode_mark('a'));
}

static void ideographs_end_where_their_blocks_do(void **state)
{
    (void)state;
    const uint32_t ends[][2] = {{0x4e00, 0x9fff},   {0x3400, 0x4dbf}, {0x20000, 0x2a6df},
                                {0x2a700, 0x2ceaf}, {0xf900, 0xfaff}, {0x2f800, 0x2fa1f}};

    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        assert_true(iso_unicode_ideograph(ends[i][0]));
        assert_true(iso_unicode_ideograph(ends[i][1]));
        assert_false(iso_unicode_ideograph(ends[i][0] - 1));
        assert_false(iso_unicode_ideograph(ends[i][1] + 1));
    }
    assert_false(iso_unicode_ideograph(0x3042)); /* hiragana */
    assert_false(iso_unicode_ideograph(0xac00)); /* Hangul */
    assert_false(iso_unicode_ideograph(0x3007)); /* the ideographic zero, which BERT leaves out */
}

static void lower_case_knows_the_dotted_i(void **state)
{
    (void)state;
    uint32_t out[ISO_UNICODE_MOST];

    assert_int_equal(iso_unicode_lower(out, 0x130), 2);
    assert_int_equal(out[0], 'i');
    assert_int_equal(out[1], 0x307);
    const uint32_t pairs[][2] = {{'A', 'a'},         {'a', 'a'},          {0x3a3, 0x3c3},
                                 {0x1e9e, 0xdf},     {0x212a, 'k'},       {0x1c5, 0x1c6},
                                 {0x10400, 0x10428}, {0x110000, 0x110000}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        assert_int_equal(iso_unicode_lower(out, pairs[i][0]), 1);
        assert_int_equal(out[0], pairs[i][1]);
    }
}

static void decomposition_is_canonical_and_full(void **state)
{
    (void)state;
    uint32_t out[ISO_UNICODE_MOST];
    const uint32_t cases[][6] = {
        {'a', 'a'},
        {0xe9, 'e', 0x301},
        {0x1f82, 0x3b1, 0x313, 0x300, 0x345}, /* four deep */
        {0xac01, 0x1100, 0x1161, 0x11a8},     /* Hangul, by arithmetic */
        {0xf900, 0x8c48},                     /* an ideograph for another */
        {0x37e, ';'},
        {0xfb01, 0xfb01}, /* compatible only: stays */
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int count = 0;
        while (count < 5 && cases[i][count + 1])
            count++;
        assert_int_equal(iso_unicode_decompose(out, cases[i][0]), count);
        for (int k = 0; k < count; k++)
            assert_int_equal(out[k], cases[i][k + 1]);
    }
}

static void case_looks_past_what_is_ignorable(void **state)
{
    (void)state;
    assert_true(iso_unicode_cased('a') && iso_unicode_cased(0x1c5) && iso_unicode_cased(0x3a3));
    assert_false(iso_unicode_cased('1') || iso_unicode_cased(0x5d0));
    assert_true(iso_unicode_case_ignorable(0x301) && iso_unicode_case_ignorable('\'') &&
                iso_unicode_case_ignorable(0x2019) && iso_unicode_case_ignorable(0xad));
    assert_false(iso_unicode_case_ignorable('-') || iso_unicode_case_ignorable(' '));
}

/* No character, and nothing that is none, is asked for in vain. */
static void every_number_has_an_answer(void **state)
{
    (void)state;
    uint32_t out[ISO_UNICODE_MOST];

    for (uint32_t p = 0; p < 0x110100; p++) {
        assert_in_range(iso_unicode_lower(out, p), 1, 2);
        assert_in_range(iso_unicode_decompose(out, p), 1, ISO_UNICODE_MOST);
        assert_false(iso_unicode_mark(p) && iso_unicode_space(p));
        assert_false(iso_unicode_punctuation(p) && iso_unicode_control(p));
    }
}

int main(void)
{
    RUN_TESTS(test(white_space_is_more_than_blanks), test(controls_formats_and_private_use),
              test(punctuation_is_unicodes_and_all_of_asciis), test(marks_are_those_without_room),
              test(ideographs_end_where_their_blocks_do), test(lower_case_knows_the_dotted_i),
              test(decomposition_is_canonical_and_full), test(case_looks_past_what_is_ignorable),
              test(every_number_has_an_answer));
}
