/* Inside the figures: foreign text made harmless for gnuplot, colours, ranges. */
#ifndef ISO_PAGE_FIGURE_TEXT_H
#define ISO_PAGE_FIGURE_TEXT_H

#include "analysis/page/figure/figure.h"
#include "lib/io/number.h"

/* A gnuplot string in single quotes, in which nothing is expanded or executed. */
iso_err iso_figure_quote(iso_buf *out, const char *text);

/* The same, of `most` characters at most; of a name beside a curve; and of a name on an axis. */
enum { LABEL_MOST = 18 };
iso_err iso_figure_short(iso_buf *out, const char *text, int most);
iso_err iso_figure_label(iso_buf *out, const char *text);
iso_err iso_figure_tick(iso_buf *out, const char *text);

/* A field of a data file: no tabs, quotes, line ends. */
iso_err iso_figure_field(iso_buf *out, const char *text);

/* A number in full, or ? when it is not finite (gnuplot is told so): NUMBER(x) is for a "%s". */
const char *iso_figure_number(char out[ISO_NUMBER_SIZE], double value);
#define NUMBER(value) iso_figure_number((char[ISO_NUMBER_SIZE]){0}, value)

/* Two fields for `pt variable` and `lc rgb variable`: a tab, the marker, a tab, the colour. */
iso_err iso_figure_look(iso_buf *out, const struct style *look);

/* Pixels that title, subtitle and note take above the plot, once f->width is known; `spare` letters
 * may still be added to the note. */
int iso_figure_head_room(const struct figure *f, int spare);

/* Those three, and what all figures share. */
iso_err iso_figure_head(struct figure *f);

/* As was asked, else as suits what is drawn; and whether what was asked is enough (ISO_EARG). */
int iso_figure_width(const struct figure *f, int natural);
int iso_figure_height(const struct figure *f, int natural);
iso_err iso_figure_fits(const struct figure *f, int width, int height);

struct range {
    double lo, hi, step;
};

/* Sets the scale of colours over [lo, hi] and dark(v), where a number has to be white. Closer has
 * one colour in every map: bright, and blue where `signs` matter; `apart` says that high values are
 * far. */
iso_err iso_figure_palette(iso_buf *s, double lo, double hi, bool signs, bool apart);

/* Sets the four sides of a panel, in pixels of a figure of w by h. */
iso_err iso_figure_margins(iso_buf *s, int x, int y, int width, int height);

/* [lo, hi] widened to round numbers, about `steps` of them. */
struct range iso_figure_range(double lo, double hi, int steps);

/* The two that draw. */
iso_err iso_figure_curves(struct figure *f, const iso_records *records);
iso_err iso_figure_dots(struct figure *f, const iso_records *records);
iso_err iso_figure_maps(struct figure *f, const iso_records *records, int panels_max);

/* λ and entropies: of one place and way, without a before. */
bool iso_figure_is_share(const iso_record *r);

/* Whether all records name the same language on both sides (two models). */
bool iso_figure_same_language(const iso_records *records);

/* Whether all records have one source. */
bool iso_figure_one_source(const iso_records *records);

/* How a pair is called beside its curve: the target, when all have the same source. */
iso_err iso_figure_pair(iso_buf *out, const iso_records *records, const iso_record *r);

/* The same with the model's number, "de 2", where a figure has several; and in words for the
 * pointer: "German (de), mini". */
iso_err iso_figure_series(iso_buf *out, const struct figure *f, const iso_records *records,
                          const iso_record *r);
iso_err iso_figure_series_words(iso_buf *out, const struct figure *f, const iso_records *records,
                                const iso_record *r);

/* How it is drawn: as that language, of several models the dash is the model's; what is no single
 * language as number `i` of its figure. */
struct style iso_figure_style(struct figure *f, const iso_records *records, const iso_record *r,
                              int i);

#endif
