/* gnuplot's SVG made ours: the names of series and points for the pointer, a third of the bytes. */
#ifndef ISO_PAGE_FIGURE_SVG_H
#define ISO_PAGE_FIGURE_SVG_H

#include "analysis/page/figure/figure.h"

/* What a browser tells under the pointer: names of series and points, noted in the order in which
 * gnuplot is told to draw them. */

/* The next panel of a multiplot; the first needs no call. */
iso_err iso_mark_panel(struct figure *f);

/* The next element of `plot`. */
iso_err iso_mark_series(struct figure *f, const char *name);

/* An element that is no aim of the pointer: numbers on cells. */
iso_err iso_mark_silent(struct figure *f);

/* The next point that is drawn of the series: "German (de), layer 3: 0.45 [0.41, 0.49]". Nothing
 * where `value` is not finite: gnuplot draws nothing there either. */
iso_err iso_mark_point(struct figure *f, const char *place, double value, double lo, double hi,
                       int places);

/* The decimals that tell apart what `step` between two ticks spans. */
int iso_mark_places(double step);

/*
 * Adds to `out` the same picture as `svg`, a file that gnuplot wrote of `f`: elements of a plot get
 * the titles that were noted (above), where their number is that of the points noted; what
 * is empty, unused or inherited is left out. A first group in the root carries what all inherit.
 * Errors ISO_EFORMAT (not what gnuplot writes: then its file had better stay), ISO_ENOMEM.
 */
iso_err iso_figure_svg(iso_buf *out, const iso_buf *svg, const struct figure *f);

#endif
