/* Inside the scatter of two quantities over languages: collected here and drawn there. */
#ifndef ISO_BIN_FIGURE_SCATTER_H
#define ISO_BIN_FIGURE_SCATTER_H

#include "analysis/page/figure/figure_fit.h"
#include "analysis/page/figure/figure_labels.h"
#include "analysis/page/figure/figure_text.h"

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

iso_err iso_figure_scatter(struct figure *f, const iso_records *records, const iso_records *among);

#endif
