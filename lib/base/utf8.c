#include "lib/base/utf8.h"

#include <string.h>

int iso_utf8_next(uint32_t *point, const char *text, int64_t len)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *t = (const unsigned char *)text;

    if (len <= 0)
        return 0;
    if (t[0] < 0x80) {
        *point = t[0];
        return 1;
    }
    const int size = t[0] >= 0xf0 ? 4 : t[0] >= 0xe0 ? 3 : 2;
    if (t[0] < 0xc2 || t[0] > 0xf4 || len < size)
        return 0;
    uint32_t p = t[0] & (0x7fu >> size);
    for (int i = 1; i < size; i++) {
        if ((t[i] & 0xc0) != 0x80)
            return 0;
        p = p << 6 | (t[i] & 0x3fu);
    }
    if (p < least[size] || p > 0x10ffff || (p >= 0xd800 && p < 0xe000))
        return 0;
    *point = p;
    return size;
}

int iso_utf8_any(uint32_t *point, const char *text, int64_t len)
{
    const int size = iso_utf8_next(point, text, len);

    if (size || len <= 0)
        return size;
    *point = 0xfffd;
    return 1;
}

int iso_utf8_last(uint32_t *point, const char *text, int64_t len)
{
    for (int64_t size = 1; size <= 4 && size <= len; size++) {
        if (iso_utf8_next(point, text + len - size, size) == size)
            return (int)size;
    }
    *point = 0xfffd;
    return len > 0;
}

int iso_utf8_put(char out[4], uint32_t p)
{
    static const unsigned char first[] = {0, 0, 0xc0, 0xe0, 0xf0};
    const int size = p < 0x80 ? 1 : p < 0x800 ? 2 : p < 0x10000 ? 3 : 4;

    for (int i = size - 1; i > 0; i--, p >>= 6)
        out[i] = (char)(0x80 | (p & 0x3f));
    out[0] = (char)(first[size] | p);
    return size;
}

bool iso_utf8_valid(const char *text, int64_t len)
{
    uint32_t point;

    if (len < 0)
        len = (int64_t)strlen(text);
    while (len > 0) {
        for (uint64_t eight; len >= 8; text += 8, len -= 8) { /* ASCII, which most text is */
            memcpy(&eight, text, sizeof eight);
            if (eight & 0x8080808080808080u)
                break;
        }
        const int size = iso_utf8_next(&point, text, len);
        if (!size)
            return len == 0;
        text += size;
        len -= size;
    }
    return true;
}

bool iso_utf8_drawn(uint32_t p)
{
    return p >= ' ' && !(p >= 0x7f && p < 0xa0) && !(p >= 0x2028 && p <= 0x202e) &&
           !(p >= 0x2066 && p <= 0x2069);
}

/* The blocks that matter for names of languages and models; everything else counts as one. */
int iso_utf8_width(uint32_t p)
{
    if ((p >= 0x300 && p < 0x370) || (p >= 0x200b && p <= 0x200f) || (p >= 0xfe00 && p <= 0xfe0f))
        return 0;
    if ((p >= 0x1100 && p <= 0x115f) || (p >= 0x2e80 && p <= 0xa4cf) ||
        (p >= 0xac00 && p <= 0xd7a3) || (p >= 0xf900 && p <= 0xfaff) ||
        (p >= 0xfe30 && p <= 0xfe6f) || (p >= 0xff00 && p <= 0xff60) ||
        (p >= 0x1f300 && p <= 0x1faff) || (p >= 0x20000 && p <= 0x3fffd))
        return 2;
    return 1;
}

int iso_utf8_columns(const char *text)
{
    int64_t left = (int64_t)strlen(text);
    int width = 0, size;

    for (uint32_t point; (size = iso_utf8_next(&point, text, left)) > 0; left -= size) {
        width += iso_utf8_width(point);
        text += size;
    }
    return width;
}
