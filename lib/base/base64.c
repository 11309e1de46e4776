#include "lib/base/base64.h"

#include <string.h>

static int digit(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Four digits at most make three bytes at most: n digits make 3n/4. */
static iso_err decode_four(iso_buf *out, const char *text, int n)
{
    uint32_t bits = 0;
    char bytes[3];

    for (int i = 0; i < 4; i++)
        bits = bits << 6 | (i < n ? (uint32_t)digit(text[i]) : 0);
    for (int i = 0; i < 3; i++)
        bytes[i] = (char)(bits >> (16 - 8 * i));
    return iso_buf_add(out, bytes, n * 3 / 4);
}

iso_err iso_base64_decode(iso_buf *out, const char *text)
{
    const int64_t before = out->len;
    int64_t len = (int64_t)strlen(text), at = 0;
    iso_err err = ISO_OK;

    for (int i = 0; i < 2 && len % 4 != 1 && len > 0 && text[len - 1] == '='; i++)
        len--;
    while (at < len && digit(text[at]) >= 0)
        at++;
    if (at < len || len % 4 == 1)
        ISO_FAIL(ISO_EFORMAT, "no base64 at character %lld of %lld", (long long)at, (long long)len);
    for (at = 0; at < len; at += 4)
        ISO_TRY(decode_four(out, text + at, len - at < 4 ? (int)(len - at) : 4));
done:
    if (err)
        out->len = before;
    return err;
}

iso_err iso_base64_encode(iso_buf *out, const void *bytes, int64_t len)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *b = bytes;
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < len; i += 3) {
        const int64_t left = len - i;
        const uint32_t three = (uint32_t)b[i] << 16 | (left > 1 ? (uint32_t)b[i + 1] << 8 : 0) |
                               (left > 2 ? b[i + 2] : 0);
        const char four[] = {digits[three >> 18], digits[three >> 12 & 63],
                             left > 1 ? digits[three >> 6 & 63] : '=',
                             left > 2 ? digits[three & 63] : '='};
        ISO_TRY(iso_buf_add(out, four, 4));
    }
done:
    return err;
}
