#include "lib/text/fold.h"

#include <string.h>

#include "lib/base/utf8.h"
#include "lib/text/unicode.h"

enum { CAPITAL_SIGMA = 0x3a3, FINAL_SIGMA = 0x3c2 };

/* Whether the next character that matters has case. */
static bool cased_next(const char *text, int64_t len)
{
    uint32_t p;

    for (int size; (size = iso_utf8_next(&p, text, len)) > 0; text += size, len -= size) {
        if (!iso_unicode_case_ignorable(p))
            return iso_unicode_cased(p);
    }
    return false;
}

static iso_err add_lower(iso_buf *out, uint32_t p, bool final)
{
    uint32_t low[ISO_UNICODE_MOST];
    const int count = iso_unicode_lower(low, p);
    char bytes[4];
    iso_err err = ISO_OK;

    if (final)
        low[0] = FINAL_SIGMA;
    for (int i = 0; i < count; i++)
        ISO_TRY(iso_buf_add(out, bytes, iso_utf8_put(bytes, low[i])));
done:
    return err;
}

static iso_err lower(iso_buf *out, const char *text, int64_t len, bool each)
{
    bool cased = false; /* the latest character that matters had case */
    iso_err err = ISO_OK;

    len = len < 0 ? (int64_t)strlen(text) : len;
    ISO_TRY(iso_buf_add(out, "", 0));
    for (int64_t i = 0, size; i < len; i += size) {
        uint32_t p;
        size = iso_utf8_next(&p, text + i, len - i);
        if (!size) {
            size = 1;
            cased = false;
            ISO_TRY(iso_buf_add(out, text + i, 1));
            continue;
        }
        const bool final =
            !each && p == CAPITAL_SIGMA && cased && !cased_next(text + i + size, len - i - size);
        if (p < 0x80) {
            const char c = (char)(p >= 'A' && p <= 'Z' ? p + 32 : p);
            ISO_TRY(iso_buf_add(out, &c, 1));
        } else {
            ISO_TRY(add_lower(out, p, final));
        }
        if (!iso_unicode_case_ignorable(p))
            cased = iso_unicode_cased(p);
    }
done:
    return err;
}

iso_err iso_text_lower(iso_buf *out, const char *text, int64_t len)
{
    return lower(out, text, len, false);
}

iso_err iso_text_lower_each(iso_buf *out, const char *text, int64_t len)
{
    return lower(out, text, len, true);
}
