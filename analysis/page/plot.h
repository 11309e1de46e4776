/* Figures of records and of attention, drawn by gnuplot into SVG, PDF, PNG or a script.
 * Threads: any number may draw at once, into different paths. */
#ifndef ISO_PAGE_PLOT_H
#define ISO_PAGE_PLOT_H

#include "analysis/study/mingle/mingle_points.h"
#include "analysis/study/mix/mix_attention.h"
#include "lib/base/option.h"
#include "lib/base/run.h"
#include "lib/io/record.h"
#include "lib/io/states.h"

ISO_BEGIN

typedef enum iso_plot_kind {
    ISO_PLOT_AUTO,      /* as the records suggest */
    ISO_PLOT_CURVES,    /* a curve per language pair over layers, with its band */
    ISO_PLOT_LAYERS,    /* layer x layer, a panel per language pair */
    ISO_PLOT_LANGUAGES, /* language x language, a panel per layer */
    ISO_PLOT_DOTS,      /* one layer: a dot per language pair, with its interval */
    ISO_PLOT_MIXED,     /* before and after mixing over layers, a panel per language */
    ISO_PLOT_SWEEP,     /* mixed layer x measured layer */
    ISO_PLOT_SCATTER    /* gap against discrepancy, a dot per language, a panel per layer; the gaps
                           alone where nothing was correlated with them */
} iso_plot_kind;

/** What a figure may be given. Fields are NULL, 0 or of iso_plot_options' defaults. */
typedef struct iso_plot_opt {
    size_t size;
    iso_plot_kind kind;
    const char *measure;   /* "cka", "cka:biased", "p@1:csls"; NULL: that of the first record */
    const char *layer;     /* of mixing the one mixed layer, "3" or "1-3"; NULL, "sweep": all */
    const char *plot_data; /* a second file: the numbers (.tsv) or the script (.gp) */
    const char *title;     /* NULL: the measure in words; "", "none": none */
    int64_t width, height; /* in pixels at 96 an inch; 0: as suits what is drawn */
    /* Whose languages have a colour each, whichever are drawn: those of `states`, and of `among`
     * (NULL: of all records), where the gaps and discrepancies of a scatter are found too. NULL and
     * NULL: those of the records drawn. */
    iso_states *const *states;
    int state_count;
    const iso_records *among;
} iso_plot_opt;

ISO_API extern const iso_options iso_plot_options;
ISO_API void iso_plot_opt_init(iso_plot_opt *opt, size_t size);

/**
 * What can be said before there are records: whether suffixes and sizes will do. `path` and `opt`
 * may be NULL. Errors  ISO_EARG.
 */
ISO_API ISO_MUST_USE iso_err iso_plot_check(const iso_plot_opt *opt, const char *path);

/**
 * Draws the records of one question into `path`: .svg, .pdf, .png (by gnuplot, a process of its
 * own), or .gp, the script that holds its numbers; NULL: only `plot_data` is written. Which records
 * are left out, of another measure, model or direction, is noted. Both files are written whole or
 * not at all. `opt` may be NULL.
 * Errors  ISO_EARG (no records, none of the measure, nothing defined, no room), ISO_EIO,
 *         ISO_EUNSUP (no gnuplot), ISO_ECANCEL, ISO_ENOMEM.
 */
ISO_API ISO_MUST_USE iso_err iso_plot(const iso_records *records, const iso_plot_opt *opt,
                                      const char *path, const iso_run *run);

/**
 * Draws attention as a heat map of tokens into `folder`, which is made where it is not there:
 * LANG-ITEM-layerN.svg, and its script (.gp) and numbers (.tsv) beside it. At most 512 tokens a
 * side. Errors  as iso_plot; ISO_EARG (no tokens, too many, a weight that is not finite).
 */
ISO_API ISO_MUST_USE iso_err iso_plot_attention(const iso_cross_attention *a, const char *folder,
                                                const iso_run *run);

/**
 * Draws rows as points in the plane, coloured by language: a panel a layer, of one to three
 * collections of the same languages (before training, after it, untrained) a row each. Of `opt`
 * (NULL: none) plot_data, title, width, height, states and among count. Errors  as iso_plot;
 * ISO_EARG (no points, other languages or numbers of layers, more layers than there is room for).
 */
ISO_API ISO_MUST_USE iso_err iso_plot_points(const iso_points *const *set, int count,
                                             const iso_plot_opt *opt, const char *path,
                                             const iso_run *run);

ISO_END

#endif
