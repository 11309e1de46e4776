#include "lib/text/spm_parts.h"

enum { PART = 1 << 14 };

/* Bytes of the next part: up to a blank, else up to where a character begins. */
static int64_t part_of(const char *text, int64_t len)
{
    int64_t cut = PART;

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

iso_err iso_spm_encode_parts(const iso_spm *s, iso_tokens *out, const char *text, int64_t len,
                             int64_t most)
{
    const int64_t first = out->count;

    for (int64_t at = 0, n; at < len && (most == 0 || out->count - first <= most); at += n) {
        const int64_t before = out->count;
        n = part_of(text + at, len - at);
        const iso_err err = iso_spm_encode(s, out, text + at, n);
        if (err)
            return err;
        for (int64_t i = before; i < out->count; i++) {
            out->begin[i] += at;
            out->end[i] += at;
        }
    }
    return ISO_OK;
}
