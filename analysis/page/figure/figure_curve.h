/* Inside the curves: collected here and drawn there. */
#ifndef ISO_PAGE_FIGURE_CURVE_H
#define ISO_PAGE_FIGURE_CURVE_H

#include "analysis/page/figure/figure_text.h"

/* One pair of languages, or a baseline of all: its records in the order of layers. */
struct curve {
    const iso_record **at;
    int64_t count;
    const char *baseline; /* NULL: of the states */
    iso_record *made;     /* of a baseline: its records, means over `languages` */
    int languages;
    bool band;           /* its intervals are drawn where any are */
    iso_buf name, words; /* "de", "German (de)"; a name "" is not written */
    struct style style;
    double end, shown; /* where it ends, where its name stands */
    int last;          /* the layer of the end */
};

struct curves {
    struct curve *at;
    int count, lines, layer_lo, layer_hi; /* lines: of baselines, among the count */
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

/* Adds the lines of f->beside, for which there is room; and what the note says of them. */
iso_err iso_curves_add_baselines(struct curves *c, const struct figure *f);
iso_err iso_curves_describe_baselines(struct figure *f, const struct curves *c);

/* The widest spread of chance levels within one layer. */
double iso_curves_null_spread(const struct curves *c);

#endif
