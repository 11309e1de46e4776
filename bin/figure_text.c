#include "bin/figure_text.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/str.h"
#include "lib/base/utf8.h"
#include "lib/io/number.h"

/* Copies at most `most` characters of text: U+FFFD for what is no printable UTF-8 or none of XML's,
 * `to` for `from`, an ellipsis for the rest. */
static iso_err add_safe(iso_buf *out, const char *text, int most, char from, const char *to)
{
    iso_err err = ISO_OK;

    for (int64_t left = (int64_t)strlen(text); left > 0; most--) {
        uint32_t point = 0;
        const int size = iso_utf8_next(&point, text, left);
        if (most == 1 && left > (size ? size : 1))
            return iso_buf_puts(out, "\xe2\x80\xa6");
        if (size && point == (unsigned char)from)
            ISO_TRY(iso_buf_puts(out, to));
        else if (size && point >= ' ' && !(point >= 127 && point < 160) && (point | 1) != 0xffff)
            ISO_TRY(iso_buf_add(out, text, size));
        else
            ISO_TRY(iso_buf_puts(out, "\xef\xbf\xbd"));
        text += size ? size : 1;
        left -= size ? size : 1;
    }
done:
    return err;
}

/* gnuplot does not read every run of doubled quotes back, so a quote is joined on as a string of
 * its own. */
static iso_err quote(iso_buf *out, const char *text, int most)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_puts(out, "'"));
    ISO_TRY(add_safe(out, text, most, '\'', "'.\"'\".'"));
    ISO_TRY(iso_buf_puts(out, "'"));
done:
    return err;
}

iso_err figure_quote(iso_buf *out, const char *text)
{
    return quote(out, text, INT_MAX);
}

iso_err figure_short(iso_buf *out, const char *text, int most)
{
    return quote(out, text, most);
}

iso_err figure_label(iso_buf *out, const char *text)
{
    return quote(out, text, LABEL_MOST);
}

/* gnuplot prints a tick's name as a format of its number. */
iso_err figure_tick(iso_buf *out, const char *text)
{
    iso_buf doubled = {0};
    iso_err err = ISO_OK;

    ISO_TRY(add_safe(&doubled, text, LABEL_MOST, '%', "%%"));
    ISO_TRY(figure_quote(out, doubled.text ? doubled.text : ""));
done:
    iso_buf_free(&doubled);
    return err;
}

iso_err figure_field(iso_buf *out, const char *text)
{
    return add_safe(out, text, INT_MAX, '"', "\xe2\x80\x9d");
}

iso_err figure_number(iso_buf *out, double value)
{
    char number[ISO_NUMBER_SIZE];

    return iso_buf_puts(out, isfinite(value) ? iso_number_exact(number, value) : "?");
}

iso_err figure_look(iso_buf *out, const struct style *look)
{
    return iso_buf_printf(out, "\t%d\t%ld", look->point, strtol(look->colour + 1, NULL, 16));
}

const char *figure_palette(bool signs)
{
    /* Points along viridis (CC0) read off at equal steps; blue to red through near-white where
     * a sign matters. */
    static const char rise[] = "set palette defined (0 '#440154', 1 '#482878', 2 '#3e4a89', "
                               "3 '#31688e', 4 '#26828e', 5 '#1f9e89', 6 '#35b779', 7 '#6ece58', "
                               "8 '#b5de2b', 9 '#fde725')\n";
    static const char both[] = "set palette defined (0 '#2166ac', 1 '#67a9cf', 2 '#d1e5f0', "
                               "3 '#f7f7f7', 4 '#fddbc7', 5 '#ef8a62', 6 '#b2182b')\n";

    return signs ? both : rise;
}

/* Values that are equal but for rounding get room around them. */
static void open_up(double *lo, double *hi)
{
    const double centre = 0.5 * (*lo + *hi), size = fabs(centre);

    if (*hi - *lo > 1e-6 * fmax(1, size))
        return;
    *lo = centre - fmax(0.05 * size, 0.01);
    *hi = centre + fmax(0.05 * size, 0.01);
}

struct range figure_range(double lo, double hi, int steps)
{
    static const double round[] = {1, 2, 2.5, 5, 10};

    open_up(&lo, &hi);
    const double rough = (hi - lo) / steps, power = pow(10, floor(log10(rough)));
    double step = 10 * power;

    for (int i = 4; i >= 0; i--) {
        if (round[i] * power >= rough * (1 - 1e-9))
            step = round[i] * power;
    }
    struct range r = {floor(lo / step + 1e-9) * step, ceil(hi / step - 1e-9) * step, step};
    if (r.hi <= r.lo)
        r.hi = r.lo + step;
    return r;
}

bool figure_one_source(const iso_records *records)
{
    for (int64_t i = 1; i < records->count; i++) {
        if (!iso_str_same(records->at[i].src, records->at[0].src))
            return false;
    }
    return true;
}

iso_err figure_pair(iso_buf *out, const iso_records *records, const iso_record *r)
{
    const char *src = r->src ? r->src : "?", *tgt = r->tgt ? r->tgt : src;

    if (r->x && !r->tgt)
        return iso_buf_puts(out, r->x);
    if (!r->src && !r->tgt)
        return iso_buf_puts(out, "all");
    if (iso_str_same(src, tgt) || figure_one_source(records))
        return iso_buf_puts(out, tgt);
    return iso_buf_printf(out, "%s\xe2\x80\x93%s", src, tgt);
}

struct style figure_style(struct names *langs, const iso_records *records, const iso_record *r,
                          int i)
{
    const char *src = r->src, *tgt = r->tgt ? r->tgt : src;
    const bool one = iso_str_same(src, tgt) || figure_one_source(records);

    if (!tgt || (r->x && !r->tgt) || !one)
        return style_at(i);
    return style_at(style_place(langs, tgt));
}
