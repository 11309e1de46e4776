/* Inside the figure of mixing at one place: its sheet, and the series of its panels. */
#ifndef ISO_PAGE_FIGURE_MIXED_H
#define ISO_PAGE_FIGURE_MIXED_H

#include "analysis/page/figure/figure_mix.h"

/* A baseline as it is, or after mixing by the first way. */
struct mixed_line {
    int baseline;
    bool mixed;
};

/* How the figure is laid out, in pixels. Series 0 is before mixing, series i + 1 is way i, then
 * come the lines of baselines. */
struct mixed_sheet {
    const struct mixing *m;
    int place, panels, columns, rows, series;
    bool mean; /* panel 0: means over languages; panel 1: how they change */
    int width, height, left, top, gap_x, gap_y;
    struct range y[2]; /* of values; in panel 1 of a mean, of changes */
    bool bands;
    struct mixed_line line[2 * ISO_BESIDE_MOST];
};

/* Counts the series, baselines among them. */
void iso_mixed_series(struct mixed_sheet *s);

/* Whether a panel shows changes, not values; and whether it shows a series. */
bool iso_mixed_is_change(const struct mixed_sheet *s, int panel);
bool iso_mixed_shows(const struct mixed_sheet *s, int panel, int series);

/* The value of a series at a layer, with its interval, or, of means, from least to greatest. */
struct spread iso_mixed_point(const struct mixed_sheet *s, int panel, int series, int layer);
bool iso_mixed_has_band(const struct mixed_sheet *s, int panel, int series);

/* A line of a baseline, NULL for other series. */
const struct mixed_line *iso_mixed_line(const struct mixed_sheet *s, int series);

/* "xmixup", "fixed:0 (control)", "not mixed", "random, not mixed" */
iso_err iso_mixed_series_name(iso_buf *out, const struct mixed_sheet *s, int series);

/* As a line is drawn: baselines thin, controls dashed, what is before hollow. */
struct mixed_look {
    struct style is;
    const char *width, *size; /* of line and marker */
};
struct mixed_look iso_mixed_look(const struct mixed_sheet *s, int series);

#endif
