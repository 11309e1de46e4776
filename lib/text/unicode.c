#include "lib/text/unicode.h"

#include <utf8proc.h>

static utf8proc_category_t category(uint32_t point)
{
    return point <= 0x10ffff ? utf8proc_category((utf8proc_int32_t)point) : UTF8PROC_CATEGORY_CN;
}

bool iso_unicode_space(uint32_t point)
{
    if ((point >= 0x9 && point <= 0xd) || point == 0x85)
        return true;
    switch (category(point)) {
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
        return true;
    default:
        return false;
    }
}

bool iso_unicode_control(uint32_t point)
{
    switch (category(point)) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CO:
        return true;
    default:
        return false;
    }
}

bool iso_unicode_punctuation(uint32_t point)
{
    if (point < 0x80)
        return (point >= 33 && point <= 47) || (point >= 58 && point <= 64) ||
               (point >= 91 && point <= 96) || (point >= 123 && point <= 126);
    return iso_unicode_category_p(point);
}

bool iso_unicode_category_p(uint32_t point)
{
    switch (category(point)) {
    case UTF8PROC_CATEGORY_PC:
    case UTF8PROC_CATEGORY_PD:
    case UTF8PROC_CATEGORY_PS:
    case UTF8PROC_CATEGORY_PE:
    case UTF8PROC_CATEGORY_PI:
    case UTF8PROC_CATEGORY_PF:
    case UTF8PROC_CATEGORY_PO:
        return true;
    default:
        return false;
    }
}

bool iso_unicode_mark(uint32_t point)
{
    return category(point) == UTF8PROC_CATEGORY_MN;
}

bool iso_unicode_word(uint32_t point)
{
    switch (category(point)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_PC:
        return true;
    default:
        return point == 0x200c || point == 0x200d;
    }
}

bool iso_unicode_ideograph(uint32_t p)
{
    static const struct {
        uint32_t first, last;
    } blocks[] = {{0x4e00, 0x9fff},   {0x3400, 0x4dbf},   {0x20000, 0x2a6df}, {0x2a700, 0x2b73f},
                  {0x2b740, 0x2b81f}, {0x2b820, 0x2ceaf}, {0xf900, 0xfaff},   {0x2f800, 0x2fa1f}};

    for (unsigned i = 0; i < sizeof blocks / sizeof *blocks; i++) {
        if (p >= blocks[i].first && p <= blocks[i].last)
            return true;
    }
    return false;
}

bool iso_unicode_cased(uint32_t point)
{
    switch (category(point)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
        return true;
    default:
        return false;
    }
}

/* Word_Break = MidLetter, MidNumLet, Single_Quote. */
static bool inside_words(uint32_t p)
{
    static const uint16_t points[] = {0x27,   0x2e,   0x3a,   0xb7,   0x387,  0x55f,
                                      0x5f4,  0x2018, 0x2019, 0x2024, 0x2027, 0xfe13,
                                      0xfe52, 0xfe55, 0xff07, 0xff0e, 0xff1a};

    for (unsigned i = 0; i < sizeof points / sizeof *points; i++) {
        if (p == points[i])
            return true;
    }
    return false;
}

bool iso_unicode_case_ignorable(uint32_t point)
{
    switch (category(point)) {
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_SK:
        return true;
    default:
        return inside_words(point);
    }
}

int iso_unicode_lower(uint32_t out[ISO_UNICODE_MOST], uint32_t point)
{
    if (point == 0x130) { /* the one character whose lower case is two, whatever stands around it */
        out[0] = 'i';
        out[1] = 0x307;
        return 2;
    }
    out[0] = point <= 0x10ffff ? (uint32_t)utf8proc_tolower((utf8proc_int32_t)point) : point;
    return 1;
}

int iso_unicode_decompose(uint32_t out[ISO_UNICODE_MOST], uint32_t point)
{
    utf8proc_int32_t parts[ISO_UNICODE_MOST];
    int bound = 0;

    out[0] = point;
    if (point > 0x10ffff)
        return 1;
    const utf8proc_ssize_t n = utf8proc_decompose_char(
        (utf8proc_int32_t)point, parts, ISO_UNICODE_MOST, UTF8PROC_DECOMPOSE, &bound);
    if (n < 1 || n > ISO_UNICODE_MOST)
        return 1;
    for (utf8proc_ssize_t i = 0; i < n; i++)
        out[i] = (uint32_t)parts[i];
    return (int)n;
}
