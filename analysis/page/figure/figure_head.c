/* What stands above a plot: title, subtitle, note; none of it is ever cut, so it takes the lines it
 * needs. */
#include <math.h>
#include <string.h>

#include "analysis/page/figure/figure_text.h"
#include "lib/base/utf8.h"

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
