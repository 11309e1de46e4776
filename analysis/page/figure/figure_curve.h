/* Inside the curves: collected here and drawn there. */
#ifndef ISO_PAGE_FIGURE_CURVE_H
#define ISO_PAGE_FIGURE_CURVE_H

#include "analysis/page/figure/figure_text.h"

/* One pair of languages: its records in the order of layers. */
struct curve {
    const iso_record **at;
    int64_t count;
    iso_buf name, words; /* "de", "German (de)" */
    struct style style;
    double end, shown; /* where it ends, where its name stands */
    int last;          /* the layer of the end */
};

struct curves {
    struct curve *at;
    int count, layer_lo, layer_hi;
    bool bands;
    double half;   /* width of intervals so wide that bands would hide the curves; else 0 */
    double lo, hi; /* of all values and interval ends */
    double null_lo, null_hi; /* of the chance levels; NAN = none */
    bool own_null;           /* they differ between pairs, so each has its own line */
    int name_width;          /* of the longest, in characters */
};

/* One curve a language pair, lowest end first. */
iso_err iso_curves_collect(struct curves *c, const iso_records *records, struct figure *f);
void iso_curves_free(struct curves *c);

/* The widest spread of chance levels within one layer. */
double iso_curves_null_spread(const struct curves *c);

#endif
