#include "lib/io/word_text.h"

#include <string.h>
#include <strings.h>

#include "lib/base/utf8.h"

enum { SHOWN = 60 };

iso_err iso_word_text_named(iso_word_text *out, const char *encoding, iso_lower lower)
{
    static const struct {
        const char *name;
        bool latin1;
    } known[] = {{"utf-8", false},     {"utf8", false},     {"latin1", true},     {"latin-1", true},
                 {"iso-8859-1", true}, {"iso8859-1", true}, {"iso_8859-1", true}, {"l1", true}};

    for (size_t i = 0; encoding && i < sizeof known / sizeof *known; i++) {
        if (strcasecmp(encoding, known[i].name) == 0) {
            *out = (iso_word_text){known[i].latin1, lower};
            return ISO_OK;
        }
    }
    if (encoding)
        return iso_fail(ISO_EARG, "encoding '%.40s' is not known: utf-8 or latin1", encoding);
    *out = (iso_word_text){false, lower};
    return ISO_OK;
}

/* Latin-1 bytes are the code points below U+0100. */
static iso_err add_latin1(iso_buf *out, const char *bytes, int64_t len)
{
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < len; i++) {
        const unsigned char c = (unsigned char)bytes[i];
        const char two[] = {(char)(0xc0 | c >> 6), (char)(0x80 | (c & 0x3f))};
        ISO_TRY(c < 0x80 ? iso_buf_add(out, bytes + i, 1) : iso_buf_add(out, two, 2));
    }
done:
    return err;
}

iso_err iso_word_text_add(iso_buf *out, bool *good, iso_word_text how, const char *bytes,
                          int64_t len)
{
    iso_buf decoded = {0};
    iso_err err = ISO_OK;

    *good = !memchr(bytes, '\0', (size_t)len) && (how.latin1 || iso_utf8_valid(bytes, len));
    if (!*good)
        goto done;
    if (how.latin1 && how.lower) {
        ISO_TRY(add_latin1(&decoded, bytes, len));
        ISO_TRY(how.lower(out, decoded.text ? decoded.text : "", decoded.len));
    } else if (how.lower) {
        ISO_TRY(how.lower(out, bytes, len));
    } else {
        ISO_TRY(how.latin1 ? add_latin1(out, bytes, len) : iso_buf_add(out, bytes, len));
    }
done:
    iso_buf_free(&decoded);
    return err;
}

iso_err iso_word_text_show(iso_buf *out, const char *text, int64_t len)
{
    iso_err err = ISO_OK;
    uint32_t point;

    for (int64_t i = 0, size; i < len && i < SHOWN; i += size) {
        size = iso_utf8_next(&point, text + i, len - i);
        const bool odd = !size || point < 0x20 || (point >= 0x7f && point < 0xa0) ||
                         point == 0x2028 || point == 0x2029;
        size = size ? size : 1;
        ISO_TRY(odd ? iso_buf_add(out, "?", 1) : iso_buf_add(out, text + i, size));
    }
    if (len > SHOWN)
        ISO_TRY(iso_buf_puts(out, "..."));
done:
    return err;
}
