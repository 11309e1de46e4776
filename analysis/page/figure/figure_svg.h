/* gnuplot's SVG made ours: the names of series and points for the pointer, a third of the bytes. */
#ifndef ISO_BIN_FIGURE_SVG_H
#define ISO_BIN_FIGURE_SVG_H

#include "analysis/page/figure/figure.h"

/*
 * Adds to `out` the same picture as `svg`, a file that gnuplot wrote of `f`: elements of a plot get
 * the titles that were noted (figure_mark.h), where their number is that of the points noted; what
 * is empty, unused or inherited is left out. A first group in the root carries what all inherit.
 * Errors ISO_EFORMAT (not what gnuplot writes: then its file had better stay), ISO_ENOMEM.
 */
iso_err iso_figure_svg(iso_buf *out, const iso_buf *svg, const struct figure *f);

#endif
