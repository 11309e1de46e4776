#include "analysis/page/html.h"

#include <math.h>
#include <string.h>

#include "analysis/page/wording.h"
#include "lib/base/utf8.h"
#include "lib/io/number.h"

static const char *entity(uint32_t point)
{
    switch (point) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

iso_err iso_html_text(iso_buf *out, const char *text)
{
    iso_err err = ISO_OK;

    for (int64_t left = text ? (int64_t)strlen(text) : 0; left > 0;) {
        uint32_t point = 0;
        const int size = iso_utf8_next(&point, text, left);
        const bool fine = size && point >= ' ' && !(point >= 127 && point < 160);
        if (fine && entity(point))
            ISO_TRY(iso_buf_puts(out, entity(point)));
        else
            ISO_TRY(fine ? iso_buf_add(out, text, size) : iso_buf_puts(out, "\xef\xbf\xbd"));
        text += size ? size : 1;
        left -= size ? size : 1;
    }
done:
    return err;
}

iso_err iso_html_number(iso_buf *out, double value, int places)
{
    char number[ISO_NUMBER_SIZE];

    if (!isfinite(value))
        return iso_buf_puts(out, "\xe2\x80\x93");
    if (fabs(value) < 0.5 * pow(10, -places))
        value = 0;
    (void)iso_number_short(number, value, places);
    if (number[0] != '-')
        return iso_buf_puts(out, number);
    return iso_buf_printf(out, "\xe2\x88\x92%s", number + 1);
}

iso_err iso_html_lang(iso_buf *out, const char *name)
{
    iso_buf words = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_wording_lang(&words, name ? name : "?"));
    ISO_TRY(iso_html_text(out, words.text));
done:
    iso_buf_free(&words);
    return err;
}

/* Where gnuplot names something or refers to it. */
static const char *const names_id[] = {" id=\"", " id='", "href='#", "href=\"#", "url(#"};

static size_t id_here(const char *at)
{
    for (size_t i = 0; i < sizeof names_id / sizeof *names_id; i++) {
        if (strncmp(at, names_id[i], strlen(names_id[i])) == 0)
            return strlen(names_id[i]);
    }
    return 0;
}

static iso_err add_body(iso_buf *out, const char *at, const char *end, const char *prefix)
{
    const char *kept = at;
    bool in_tag = false;
    iso_err err = ISO_OK;

    while (at < end) {
        in_tag = *at == '<' || (in_tag && *at != '>');
        const size_t step = in_tag ? id_here(at) : 0;
        at += step ? step : 1;
        if (!step)
            continue;
        ISO_TRY(iso_buf_add(out, kept, at - kept));
        ISO_TRY(iso_buf_puts(out, prefix));
        kept = at;
    }
    ISO_TRY(iso_buf_add(out, kept, end - kept));
done:
    return err;
}

iso_err iso_html_svg(iso_buf *out, const iso_buf *svg, const char *prefix, const char *label)
{
    const char *root = svg->text ? strstr(svg->text, "<svg") : NULL;
    const char *box = root ? strstr(root, "viewBox=\"") : NULL;
    const char *body = root ? strchr(root, '>') : NULL;
    const char *desc = body ? strstr(body, "</desc>") : NULL;
    iso_err err = ISO_OK;

    if (!box || !body || box > body)
        return iso_fail(ISO_EFORMAT, "figure %s: gnuplot wrote something that is no SVG", prefix);
    body = desc ? desc + strlen("</desc>") : body + 1;
    box += strlen("viewBox=\"");
    ISO_TRY(iso_buf_puts(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" "
                              "xmlns:xlink=\"http://www.w3.org/1999/xlink\" viewBox=\""));
    ISO_TRY(iso_buf_add(out, box, (int64_t)strcspn(box, "\"<>")));
    ISO_TRY(iso_buf_puts(out, "\" role=\"img\" aria-label=\""));
    ISO_TRY(iso_html_text(out, label));
    ISO_TRY(iso_buf_puts(out, "\">"));
    ISO_TRY(add_body(out, body, svg->text + svg->len, prefix));
done:
    return err;
}
