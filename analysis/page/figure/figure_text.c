#include "analysis/page/figure/figure_text.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/page/report/wording.h"
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

iso_err iso_figure_quote(iso_buf *out, const char *text)
{
    return quote(out, text, INT_MAX);
}

iso_err iso_figure_short(iso_buf *out, const char *text, int most)
{
    return quote(out, text, most);
}

iso_err iso_figure_label(iso_buf *out, const char *text)
{
    return quote(out, text, LABEL_MOST);
}

/* gnuplot prints a tick's name as a format of its number. */
iso_err iso_figure_tick(iso_buf *out, const char *text)
{
    iso_buf doubled = {0};
    iso_err err = ISO_OK;

    ISO_TRY(add_safe(&doubled, text, LABEL_MOST, '%', "%%"));
    ISO_TRY(iso_figure_quote(out, doubled.text ? doubled.text : ""));
done:
    iso_buf_free(&doubled);
    return err;
}

iso_err iso_figure_field(iso_buf *out, const char *text)
{
    return add_safe(out, text, INT_MAX, '"', "\xe2\x80\x9d");
}

iso_err iso_figure_number(iso_buf *out, double value)
{
    char number[ISO_NUMBER_SIZE];

    return iso_buf_puts(out, isfinite(value) ? iso_number_exact(number, value) : "?");
}

iso_err iso_figure_look(iso_buf *out, const struct style *look)
{
    return iso_buf_printf(out, "\t%d\t%ld", look->point, strtol(look->colour + 1, NULL, 16));
}

/* Points along viridis (CC0) at equal steps, and red to blue through near-white (ColorBrewer's
 * RdBu). */
static iso_err add_palette(iso_buf *s, bool signs, bool reversed)
{
    static const char *const rise[] = {"440154", "482878", "3e4a89", "31688e", "26828e", "1f9e89",
                                       "35b779", "6ece58", "b5de2b", "fde725", NULL};
    static const char *const both[] = {"b2182b", "ef8a62", "fddbc7", "f7f7f7",
                                       "d1e5f0", "67a9cf", "2166ac", NULL};
    const char *const *colour = signs ? both : rise;
    int count = 0;
    iso_err err = ISO_OK;

    while (colour[count])
        count++;
    ISO_TRY(iso_buf_puts(s, "set palette defined ("));
    for (int i = 0; i < count; i++)
        ISO_TRY(iso_buf_printf(s, "%s%d '#%s'", i ? ", " : "", i,
                               colour[reversed ? count - 1 - i : i]));
    ISO_TRY(iso_buf_puts(s, ")\n"));
done:
    return err;
}

iso_err iso_figure_palette(iso_buf *s, double lo, double hi, bool signs, bool apart)
{
    const double most = fmax(fabs(lo), fabs(hi));
    struct range r = signs ? iso_figure_range(0, most, 3) : iso_figure_range(lo, hi, 5);
    iso_err err = ISO_OK;

    if (signs)
        r.lo = -r.hi;
    ISO_TRY(add_palette(s, signs, apart));
    ISO_TRY(iso_buf_puts(s, "low = "));
    ISO_TRY(iso_figure_number(s, r.lo));
    ISO_TRY(iso_buf_puts(s, "; high = "));
    ISO_TRY(iso_figure_number(s, r.hi));
    ISO_TRY(iso_buf_puts(s, "\nset cbrange [low:high]\nset cbtics nomirror scale 0.4 font small "));
    ISO_TRY(iso_figure_number(s, r.step));
    ISO_TRY(iso_buf_printf(s, "\ndark(v) = %s\n",
                           signs   ? "abs(v) > 0.62 * high"
                           : apart ? "high - v < 0.48 * (high - low)"
                                   : "v - low < 0.48 * (high - low)"));
done:
    return err;
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

struct range iso_figure_range(double lo, double hi, int steps)
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

bool iso_figure_one_source(const iso_records *records)
{
    for (int64_t i = 1; i < records->count; i++) {
        if (!iso_str_same(records->at[i].src, records->at[0].src))
            return false;
    }
    return true;
}

iso_err iso_figure_pair(iso_buf *out, const iso_records *records, const iso_record *r)
{
    const char *src = r->src ? r->src : "?", *tgt = r->tgt ? r->tgt : src;

    if (r->x && !r->tgt)
        return iso_buf_puts(out, r->x);
    if (!r->src && !r->tgt)
        return iso_buf_puts(out, "all");
    if (iso_str_same(src, tgt) || iso_figure_one_source(records))
        return iso_buf_puts(out, tgt);
    return iso_buf_printf(out, "%s\xe2\x80\x93%s", src, tgt);
}

/* The number of its model, from 1; 0 where there is only one. */
static int model_of(const struct figure *f, const iso_record *r)
{
    for (int i = 0; f->models.count > 1 && i < f->models.count; i++) {
        if (strcmp(f->models.at[i], r->model ? r->model : "?") == 0)
            return i + 1;
    }
    return 0;
}

iso_err iso_figure_series(iso_buf *out, const struct figure *f, const iso_records *records,
                          const iso_record *r)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_figure_pair(out, records, r));
    if (model_of(f, r))
        ISO_TRY(iso_buf_printf(out, " %d", model_of(f, r)));
done:
    return err;
}

iso_err iso_figure_series_words(iso_buf *out, const struct figure *f, const iso_records *records,
                                const iso_record *r)
{
    iso_buf pair = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_figure_pair(&pair, records, r));
    ISO_TRY(iso_wording_lang(out, pair.text));
    if (model_of(f, r))
        ISO_TRY(iso_buf_printf(out, ", %s", r->model ? r->model : "?"));
done:
    iso_buf_free(&pair);
    return err;
}

struct style iso_figure_style(struct figure *f, const iso_records *records, const iso_record *r,
                              int i)
{
    const char *src = r->src, *tgt = r->tgt ? r->tgt : src;
    const bool one = iso_str_same(src, tgt) || iso_figure_one_source(records);
    struct style look =
        iso_style_at(!tgt || (r->x && !r->tgt) || !one ? i : iso_style_place(&f->langs, tgt));

    if (model_of(f, r))
        look.dash = iso_style_dash(model_of(f, r) - 1);
    return look;
}
