/* A text by a SentencePiece model's normalisation rules. */
#include <string.h>

#include "lib/base/utf8.h"
#include "lib/text/charsmap.h"
#include "lib/text/spm_inside.h"

#define BLANK "\xe2\x96\x81"

/* What comes of the first `taken` bytes of a text. */
struct part {
    const char *with;
    int64_t len, taken;
};

/* The longest rule, else a character as it is; a byte that is none becomes U+FFFD. A symbol of the
 * user's stays as it is where text is made ready to be cut. */
static struct part part_of(const iso_spm *s, const char *text, int64_t len, bool symbols)
{
    struct part p = {.with = text};
    uint32_t point;

    p.taken = p.len = symbols ? iso_unigram_symbol(&s->pieces, text, len) : 0;
    if (p.taken > 0)
        return p;
    p.taken = iso_charsmap_find(&p.with, s->rules, s->rules_len, text, len);
    if (p.taken > 0) {
        p.len = (int64_t)strlen(p.with);
        return p;
    }
    p.with = text;
    p.taken = p.len = iso_utf8_next(&point, text, len);
    return p.taken > 0 ? p : (struct part){"\xef\xbf\xbd", 3, 1};
}

iso_err iso_spm_normal(iso_normal *out, const iso_spm *s, const char *text, int64_t len)
{
    struct part p;
    iso_err err = ISO_OK;

    iso_normal_clear(out);
    for (int64_t i = 0; !err && i < len; i += p.taken) {
        p = part_of(s, text + i, len - i, false);
        err = iso_normal_add(out, p.with, p.len, i, i + p.taken);
    }
    return err;
}

/* --- Ready to be cut --- */

static iso_err add_blank(iso_normal *out, const iso_spm *s, int64_t at)
{
    return s->escape ? iso_normal_add(out, BLANK, 3, at, at) : iso_normal_add(out, " ", 1, at, at);
}

static iso_err add_part(iso_normal *out, const iso_spm *s, struct part p, int64_t at)
{
    iso_err err = ISO_OK;

    for (int64_t i = 0, n; i < p.len; i += n) {
        const char *blank = s->escape ? memchr(p.with + i, ' ', (size_t)(p.len - i)) : NULL;
        n = blank ? blank - (p.with + i) : p.len - i;
        if (n > 0) {
            ISO_TRY(iso_normal_add(out, p.with + i, n, at, at));
        } else {
            ISO_TRY(add_blank(out, s, at));
            n = 1;
        }
    }
done:
    return err;
}

/* Bytes of a text before its first part that is not a blank. */
static int64_t leading(const iso_spm *s, const char *text, int64_t len)
{
    int64_t at = 0;

    while (at < len) {
        const struct part p = part_of(s, text + at, len - at, true);
        if (p.len != 1 || *p.with != ' ')
            break;
        at += p.taken;
    }
    return at;
}

/* Takes blanks off the end; what they stood for goes with them. */
static void drop_blanks(iso_normal *out, int64_t *end, const iso_spm *s)
{
    const char *blank = s->escape ? BLANK : " ";
    const int64_t size = s->escape ? 3 : 1;
    iso_buf *text = &out->text;

    while (text->len >= size && memcmp(text->text + text->len - size, blank, (size_t)size) == 0) {
        text->len -= size;
        *end = out->begin[text->len];
    }
}

iso_err iso_spm_ready(iso_normal *out, int64_t *end, const iso_spm *s, const char *text,
                      int64_t len)
{
    bool blank = s->squeeze; /* one was there, or may as well have been */
    struct part p;
    iso_err err = ISO_OK;

    iso_normal_clear(out);
    *end = s->squeeze ? leading(s, text, len) : 0;
    if (*end == len)
        goto done;
    if (s->prefix && !s->suffix)
        ISO_TRY(add_blank(out, s, *end));
    for (; *end < len; *end += p.taken) {
        p = part_of(s, text + *end, len - *end, true);
        while (blank && p.len > 0 && *p.with == ' ') {
            p.with++;
            p.len--;
        }
        ISO_TRY(add_part(out, s, p, *end));
        if (p.len > 0)
            blank = s->squeeze && p.with[p.len - 1] == ' ';
    }
    if (s->squeeze)
        drop_blanks(out, end, s);
    if (s->prefix && s->suffix)
        ISO_TRY(add_blank(out, s, *end));
done:
    return err;
}
