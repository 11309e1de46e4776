#include "lib/text/spm_parts.h"

#include "lib/base/utf8.h"
#include "lib/text/unicode.h"

enum { PART = 1 << 14 };

/* Whether white space that is no blank begins here; its size. */
static int odd_space(const char *text, int64_t len)
{
    uint32_t p = 0;

    if (*text == ' ' || (*text >= '!' && *text <= '~'))
        return 0;
    const int size = iso_utf8_any(&p, text, len);
    return iso_unicode_space(p) ? size : 0;
}

/* Bytes up to the first such white space. */
static int64_t run_of(const char *text, int64_t len)
{
    int64_t at = 0;

    while (at < len && !odd_space(text + at, len - at))
        at++;
    return at;
}

/* Bytes of the next part: up to a blank, else up to where a character begins. */
static int64_t part_of(const char *text, int64_t len, bool split)
{
    int64_t cut = PART;

    if (split)
        len = run_of(text, len < PART + 4 ? len : PART + 4);
    if (len <= PART)
        return len;
    while (cut > 0 && text[cut] != ' ')
        cut--;
    if (cut > 0)
        return cut;
    for (cut = PART; cut > PART - 4 && ((unsigned char)text[cut] & 0xc0) == 0x80;)
        cut--;
    return cut;
}

iso_err iso_spm_encode_parts(const iso_spm *s, const iso_spm *rest, iso_tokens *out,
                             const char *text, int64_t len, int64_t most, bool split)
{
    const int64_t first = out->count;

    for (int64_t at = 0, n; at < len && (most == 0 || out->count - first <= most); at += n) {
        const int64_t before = out->count;
        n = split ? odd_space(text + at, len - at) : 0;
        if (n > 0)
            continue;
        n = part_of(text + at, len - at, split);
        const iso_err err = iso_spm_encode(at == 0 ? s : rest, out, text + at, n);
        if (err)
            return err;
        for (int64_t i = before; i < out->count; i++) {
            out->begin[i] += at;
            out->end[i] += at;
        }
    }
    return ISO_OK;
}
