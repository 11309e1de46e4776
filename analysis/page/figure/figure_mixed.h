/* Inside the figure of before and after mixing: what its panels hold, laid out here and drawn
 * there. */
#ifndef ISO_PAGE_FIGURE_MIXED_H
#define ISO_PAGE_FIGURE_MIXED_H

#include "analysis/page/figure/figure_mix.h"

/* How the figure is laid out, in pixels. Series 0 is before mixing, series i + 1 is way i. */
struct mixed_sheet {
    const struct mixing *m;
    int place, panels, columns, rows;
    bool mean; /* panel 0: means over languages; panel 1: how they change */
    int width, height, left, top, gap_x, gap_y;
    struct range y[2]; /* of values; in panel 1 of a mean, of changes */
    bool bands;
};

/* Whether a panel shows changes, not values. */
bool iso_mixed_is_change(const struct mixed_sheet *s, int panel);

/* The value of a series at a layer, with its interval, or, of means, from least to greatest. */
struct spread iso_mixed_point(const struct mixed_sheet *s, int panel, int series, int layer);

/* Of means only the change of ways has a band, from the least language to the greatest: that of the
 * values would be how unlike languages are. */
bool iso_mixed_has_band(const struct mixed_sheet *s, int panel, int series);

/* "xmixup", "fixed:0 (control)", "not mixed"; "Swahili (sw)". */
iso_err iso_mixed_series_name(iso_buf *out, const struct mixed_sheet *s, int series);
iso_err iso_mixed_panel_name(iso_buf *out, const struct mixed_sheet *s, int panel);

/* Adds legend, data and panels; the head is made in between. */
iso_err iso_mixed_draw(struct figure *f, struct mixed_sheet *s, const iso_record *r);

#endif
