/* What is written in figures: foreign text made harmless, title lines, scales. */
#include "analysis/page/figure/figure_text.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/page/wording.h"
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

const char *iso_figure_number(char out[ISO_NUMBER_SIZE], double value)
{
    return isfinite(value) ? iso_number_exact(out, value) : "?";
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
    ISO_TRY(iso_buf_printf(s,
                           "low = %s; high = %s\n"
                           "set cbrange [low:high]\n"
                           "set cbtics nomirror scale 0.4 font small %s\n"
                           "dark(v) = %s\n",
                           NUMBER(r.lo), NUMBER(r.hi), NUMBER(r.step),
                           signs   ? "abs(v) > 0.62 * high"
                           : apart ? "high - v < 0.48 * (high - low)"
                                   : "v - low < 0.48 * (high - low)"));
done:
    return err;
}

iso_err iso_figure_margins(iso_buf *s, int x, int y, int width, int height)
{
    return iso_buf_printf(s,
                          "set lmargin at screen %d/w\nset rmargin at screen %d/w\n"
                          "set tmargin at screen 1 - %d/h\nset bmargin at screen 1 - %d/h\n",
                          x, x + width, y, y + height);
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

/* --- The head: title, subtitle, note; none of it is ever cut, so it takes the lines it needs ---
 */

/* Pixels; letters a pixel of width, of the large font and of the small one. */
enum { TOP = 12, TITLE_LINE = 21, TEXT_LINE = 18, BELOW = 14, SIDE = 17 };
static const double large = 0.135, small = 0.17;

/* How the first `most` columns of a text end: at a separator, else between words, else anywhere. */
struct cut {
    int64_t len, next; /* bytes of the line, and where the one after it begins */
};

static struct cut cut_line(const char *text, int most)
{
    static const char dot[] = " \xc2\xb7 ";
    const int64_t all = (int64_t)strlen(text);
    struct cut parts = {0, 0}, words = {0, 0};
    int columns = 0;

    for (int64_t at = 0; at < all;) {
        uint32_t point = 0;
        const int size = iso_utf8_next(&point, text + at, all - at);
        if (strncmp(text + at, dot, sizeof dot - 1) == 0)
            parts = (struct cut){at, at + (int64_t)sizeof dot - 1};
        else if (text[at] == ' ')
            words = (struct cut){at, at + 1};
        columns += size ? iso_utf8_width(point) : 1;
        if (columns > most && at > 0)
            return parts.len ? parts : words.len ? words : (struct cut){at, at};
        at += size ? size : 1;
    }
    return (struct cut){all, all};
}

static int letters(const struct figure *f, double fit, int spare)
{
    const int most = (int)(fit * f->width) - spare;

    return most > 12 ? most : 12;
}

static int lines_of(const char *text, int most)
{
    int lines = 0;

    for (const char *at = text ? text : ""; *at; lines++)
        at += cut_line(at, most).next;
    return lines;
}

int iso_figure_head_room(const struct figure *f, int spare)
{
    const int titles = lines_of(f->title.text, letters(f, large, 0));
    const int texts = lines_of(f->subtitle.text, letters(f, small, 0)) +
                      lines_of(f->note.text, letters(f, small, spare)) + (spare && !f->note.len);

    return TOP + titles * TITLE_LINE + texts * TEXT_LINE + BELOW;
}

/* One label a line; *y is where the next one stands, *label its number. */
static iso_err add_lines(struct figure *f, int *y, int *label, const char *text, int most,
                         int height, const char *look)
{
    iso_buf line = {0};
    iso_err err = ISO_OK;

    for (const char *at = text ? text : ""; *at;) {
        const struct cut cut = cut_line(at, most);
        line.len = 0;
        ISO_TRY(iso_buf_add(&line, at, cut.len));
        ISO_TRY(iso_buf_printf(&f->script, "set label %d ", (*label)++));
        ISO_TRY(iso_figure_quote(&f->script, line.text));
        ISO_TRY(iso_buf_printf(&f->script, " at screen %d/%d., screen 1 - %d/%d. left font %s\n",
                               SIDE, f->width, *y + height / 2, f->height, look));
        *y += height;
        at += cut.next;
    }
done:
    iso_buf_free(&line);
    return err;
}

iso_err iso_figure_head(struct figure *f)
{
    static const char shared[] = "set datafile separator \"\\t\"\n"
                                 "set datafile missing '?'\n"
                                 "set border 3 lc rgb '#7a7a7a' lw 0.75\n"
                                 "set tics nomirror out scale 0.5 textcolor rgb '#404040'\n"
                                 "unset key\n";
    int y = TOP, label = 1001;
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_puts(&f->script, shared));
    ISO_TRY(add_lines(f, &y, &label, f->title.text, letters(f, large, 0), TITLE_LINE,
                      "large textcolor rgb '#111111'"));
    ISO_TRY(add_lines(f, &y, &label, f->subtitle.text, letters(f, small, 0), TEXT_LINE,
                      "small textcolor rgb '#666666'"));
    ISO_TRY(add_lines(f, &y, &label, f->note.text, letters(f, small, 0), TEXT_LINE,
                      "small textcolor rgb '#666666'"));
done:
    return err;
}

/* --- Size --- */

int iso_figure_width(const struct figure *f, int natural)
{
    return f->asked_width ? f->asked_width : natural;
}

int iso_figure_height(const struct figure *f, int natural)
{
    return f->asked_height ? f->asked_height : natural;
}

iso_err iso_figure_fits(const struct figure *f, int width, int height)
{
    iso_err err = ISO_OK;

    ISO_NEED(!f->asked_width || f->width >= width,
             ISO_FIELD(width) " %d: this figure needs %d pixels at least", f->width, width);
    ISO_NEED(!f->asked_height || f->height >= height,
             ISO_FIELD(height) " %d: this figure needs %d pixels at least", f->height, height);
done:
    return err;
}
