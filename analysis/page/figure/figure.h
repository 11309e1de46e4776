/* Figures of records, drawn by gnuplot: a script and its data, then SVG, PDF or PNG. */
#ifndef ISO_PAGE_FIGURE_H
#define ISO_PAGE_FIGURE_H

#include "analysis/page/figure/figure_style.h"
#include "analysis/page/plot.h"
#include "lib/base/run.h"
#include "lib/base/str.h"
#include "lib/io/beside.h"

/* All zero = everything as the records suggest. */
struct figure_ask {
    iso_plot_kind kind;
    const iso_records *among;  /* ISO_PLOT_SCATTER: what was correlated is found here */
    const struct names *langs; /* every language of the run (iso_style_list); NULL = the records' */
    const char *title;         /* NULL = the measure in words; "" = none */
    int width, height;         /* in pixels at 96 an inch; 0 = as suits what is drawn */
    const char
        *place; /* ISO_PLOT_MIXED: the mixed layer, "3" or "1-3"; NULL = where most is done */
    int places; /* ISO_PLOT_MIXED: chosen of so many; 0 = of those the records hold */
};

/* What a reading guide may speak of, as bits. */
enum figure_shows {
    SHOWS_BANDS = 1,      /* intervals as bands */
    SHOWS_HIDDEN = 2,     /* intervals that are there are not drawn */
    SHOWS_CHANCE = 4,     /* one line of chance */
    SHOWS_OWN_CHANCE = 8, /* a line of chance a curve */
    SHOWS_DOTS = 16,      /* dots where a curve would be: of one layer only */
    SHOWS_MEAN = 32,      /* of mixing, the mean over languages */
    SHOWS_SECOND = 64,    /* of a sweep, what goes beyond fixed:0 */
    SHOWS_STACKED = 128,  /* ... below the first map, not beside it */
    SHOWS_BASELINES = 256 /* baselines */
};

/* {0} is empty. */
struct figure {
    iso_plot_kind kind;
    struct names langs;                          /* by whose places languages are drawn */
    struct names models;                         /* of the records, where they are several */
    iso_buf data, script, title, subtitle, note; /* note: what lines and bands are */
    int width, height;                           /* in pixels at 96 a inch */
    bool untitled;                               /* no title is wanted */
    int asked_width, asked_height;               /* 0 = not asked */
    int left_out;                                /* panels beyond the most there may be */
    unsigned shows;                              /* of enum figure_shows */
    int64_t least_n;          /* ISO_PLOT_SCATTER: languages of a panel at least */
    const iso_beside *beside; /* baselines of the records, while the figure is made */
    iso_buf marks;            /* what a browser tells under the pointer */
};

/* Whether a record is of `mix`: something before or after mixing, λ, entropy. */
bool iso_figure_is_mixing(const iso_record *r);

/* What suits records of one question of mixing: ISO_PLOT_MIXED, of several mixed layers
 * ISO_PLOT_SWEEP, ISO_PLOT_AUTO where nothing was mixed. */
iso_plot_kind iso_figure_suits_mixing(const iso_records *records);

/* Keeps of ISO_PLOT_MIXED's records those of the mixed layer where most is done, and what was not
 * mixed; *places of how many. */
iso_err iso_figure_keep_best(iso_records *records, int *places);

/* So many models at most lie over one another as curves. */
enum { FIGURE_MODELS = 3 };

/* The column by which two records answer different questions, languages, layers and values aside;
 * "measure" stands for the estimator too. NULL when they belong together. */
const char *iso_figure_differs(const iso_record *a, const iso_record *b);

/* The records of one question: those that agree with the first in everything but languages, layers
 * and values, and, of mixing, stage and way; of up to FIGURE_MODELS models where all are of one
 * source and equal layers, so that curves lie over one another; `measure` ("cka", "cka:biased",
 * NULL = the first record's) chooses which. Of records for the same place the first is taken. The
 * baselines of all these come last. *others counts those of other questions. Errors ISO_EARG (no
 * such measure, names what is there).
 */
iso_err iso_figure_pick(iso_records *out, int64_t *others, const iso_records *records,
                        const char *measure);

/* Makes script and data of records that belong together (iso_figure_pick). Errors ISO_EARG (no
 * records, nothing defined to draw), ISO_ENOMEM. */
iso_err iso_figure_make(struct figure *out, const iso_records *records,
                        const struct figure_ask *ask);
void iso_figure_free(struct figure *f);

/* Tokens a side of a heat map at most: what one window of the encoder holds. */
enum { ATTENTION_MOST = 512 };

/* A heat map of tokens, which are shown as they are ("▁the", "##ing"); bytes that are no printable
 * UTF-8 as U+FFFD. It grows with them; colours go from 0 to the largest weight. Errors ISO_EARG (no
 * tokens, more than ATTENTION_MOST, a weight that is not finite), ISO_ENOMEM. */
iso_err iso_figure_attention(struct figure *out, const iso_cross_attention *a);

/* Rows as points in the plane: a panel a layer, of up to three collections (before and after
 * training) a row each, all of the same languages and as many layers. Errors ISO_EARG (nothing,
 * or too many panels: FIGURE_POINTS_PANELS, 6 a row of several collections), ISO_ENOMEM. */
enum { FIGURE_POINTS_PANELS = 40 };
iso_err iso_figure_points(struct figure *out, const iso_points *const *set, int count,
                          const struct figure_ask *ask);

/* Whether iso_figure_save knows the suffix of `path`: .svg .pdf .png .gp; iso_figure_save_data:
 * .tsv .gp.
 */
bool iso_figure_suffix(const char *path);
bool iso_figure_data_suffix(const char *path);

/* Writes `path` alone, whole or not at all: with gnuplot, or, .gp, the script that holds the
 * numbers it draws. Errors ISO_EIO, ISO_EUNSUP (no gnuplot), ISO_ECANCEL, ISO_EARG (suffix). */
iso_err iso_figure_save(const struct figure *f, const char *path, const iso_run *run);

/* Writes the numbers (.tsv) or the script (.gp). Errors ISO_EIO, ISO_EARG (suffix). */
iso_err iso_figure_save_data(const struct figure *f, const char *path);

/* Writes `path`, and NAME.gp and NAME.tsv beside it: for folders of our own. Errors as
 * iso_figure_save.
 */
iso_err iso_figure_save_all(const struct figure *f, const char *path, const iso_run *run);

#endif
