/* Inside the maps: panels of values, collected here and drawn there. */
#ifndef ISO_PAGE_FIGURE_MAP_H
#define ISO_PAGE_FIGURE_MAP_H

#include "analysis/page/figure/figure_text.h"

/* One panel: a square of values on the axes that all panels share; NAN = nothing there. */
struct panel {
    const iso_record *first; /* what it is about */
    double *value;           /* [y * size + x] */
    iso_buf title;
};

struct maps {
    iso_plot_kind kind;
    struct panel *at;
    int count, dropped;
    int64_t *layers; /* the axis of ISO_PLOT_LAYERS, ascending */
    struct names names;
    int *order; /* the axis of ISO_PLOT_LANGUAGES: order[i] is a name */
    int size;
    double lo, hi;
    bool signs; /* values on both sides of zero: a palette with a middle */
    bool apart; /* high values are far */
};

/* Sorts the records into panels, `most` at most, and orders the axes. */
iso_err iso_maps_collect(struct maps *m, const iso_records *records, int most);
void iso_maps_free(struct maps *m);

/* Adds the numbers of a panel's cells, dark on bright and white on dark; show(v) is their text. */
iso_err iso_figure_cells(struct figure *f, int panel, const char *font);

#endif
