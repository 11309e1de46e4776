/* What a browser tells under the pointer: the names of series and points, noted in the order in
 * which gnuplot is told to draw them, for iso_figure_svg. */
#ifndef ISO_BIN_FIGURE_MARK_H
#define ISO_BIN_FIGURE_MARK_H

#include "analysis/page/figure/figure.h"

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

#endif
