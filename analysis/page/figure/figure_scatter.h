/* Inside the scatter of two quantities over languages: collected here and drawn there. */
#ifndef ISO_PAGE_FIGURE_SCATTER_H
#define ISO_PAGE_FIGURE_SCATTER_H

#include "analysis/page/figure/figure_text.h"

/* --- figure_scatter.c --- */

/* y = intercept + slope x by least squares; `s` is the standard deviation of what is left over,
 * with n − 2 degrees of freedom. */
struct fit {
    int n;
    double slope, intercept, mean, sxx, s;
};

/* False when there is no such line: fewer than 3 points, or x the same for all. */
bool iso_fit_line(struct fit *out, const double *x, const double *y, int n);
double iso_fit_at(const struct fit *f, double x);

/* Half the width of the 95 % confidence interval of the line at x: t s √(1/n + (x − mean)²/sxx).
 */
double iso_fit_half(const struct fit *f, double x);

struct scatter_panel {
    const iso_record *pearson, *spearman; /* spearman may be NULL */
    const char **lang;
    double *x, *y;
    int n;
    struct fit fit;
    bool fitted;
};

struct scatter {
    struct scatter_panel *at;
    int count, dropped;     /* dropped: panels there would be */
    char *name;             /* of x, as records have it */
    const iso_record *like; /* one record of x */
    struct names unnamed;   /* languages for whose name there was no room */
};

/* Whether a record is a correlation with the gap over all languages, nothing given. */
bool iso_figure_relates(const iso_record *r);

/* A panel for each layer of the correlations in `records`, which are of one discrepancy; points
 * from `among`. Of more than 12 layers 12 are taken, embeddings left out first. ISO_EARG when no
 * point is there. */
iso_err iso_scatter_collect(struct scatter *s, const iso_records *records,
                            const iso_records *among);
void iso_scatter_free(struct scatter *s);

/* --- figure_labels.c --- */

/* A point and the box of its name, in pixels. */
struct label {
    double x, y;       /* the point */
    double w, h;       /* the name */
    double at_x, at_y; /* set: the middle of the name */
    bool shown;        /* set: false when there is no room for it */
    bool led;          /* set: it stands away, so that a line should lead to it */
};

/* A line to keep off where there is room elsewhere: y = at + slope x, in pixels. */
struct label_line {
    double at, slope;
};

/* Places the names of all points within [0, width] x [0, height]; `dot` is a point's radius, `line`
 * may be NULL. No two shown names overlap, and none covers a point where there is room elsewhere.
 * The same for the same points, whatever else. Cost O(n²), some hundred times. */
void iso_labels_place(struct label *label, int count, double width, double height, double dot,
                      const struct label_line *line);

/* Where panels are, in pixels, and what they share. */
struct scatter_layout {
    int columns, rows, left, top, width, height, gap_x, gap_y;
    double letter, line; /* a letter's width, a line's height */
    const char *font;
    struct range y;
};

/* Adds the names of a panel's points to the script, and notes those without room. */
iso_err iso_scatter_names(struct figure *f, struct scatter *s, const struct scatter_panel *p,
                          const struct scatter_layout *l, struct range rx);

/* --- figure_scatter_draw.c --- */

iso_err iso_figure_scatter(struct figure *f, const iso_records *records, const iso_records *among);

#endif
