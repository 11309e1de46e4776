/* Which records of a run are drawn, and what is said of the others. */
#include "analysis/page/plot.h"

#include <math.h>
#include <string.h>

#include "analysis/page/figure/figure.h"
#include "analysis/page/figure/figure_scatter.h"

enum { PIXELS_MOST = 20000 };

static const iso_option rows[] = {
    ISO_OPTION(iso_plot_opt, TEXT, measure, "MEASURE", "which of several measures to draw"),
    ISO_OPTION(iso_plot_opt, ENUM, kind, "KIND", "the figure (default: as the records suggest)",
               .choices = "curves layers languages dots mixed sweep scatter",
               .tier = ISO_OPTION_HIDDEN),
    ISO_OPTION(iso_plot_opt, TEXT, layer, "K",
               "of a sweep of mixing the mixed layer to draw before and after of"),
    ISO_OPTION(iso_plot_opt, PATH, plot_data, "FILE",
               "write what the figure draws: .tsv its numbers, .gp its script",
               .tier = ISO_OPTION_RARE, .writes = ISO_WRITES_NUMBERS),
    ISO_OPTION(iso_plot_opt, TEXT, title, "TEXT", "title of the figure; none leaves it away",
               .tier = ISO_OPTION_RARE),
    ISO_OPTION(iso_plot_opt, INT, width, "N",
               "width of the figure in pixels, 96 an inch (PNG: three times as many)", .least = 1,
               .tier = ISO_OPTION_RARE),
    ISO_OPTION(iso_plot_opt, INT, height, "N", "height of the figure, likewise", .least = 1,
               .tier = ISO_OPTION_RARE),
};

const iso_options iso_plot_options = ISO_OPTIONS("plot", iso_plot_opt, rows);

void iso_plot_opt_init(iso_plot_opt *opt, size_t size)
{
    iso_options_init(&iso_plot_options, opt, size);
}

/* The options whole, and checked. */
static iso_err take(iso_plot_opt *out, const iso_plot_opt *opt, const char *path)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_options_take(&iso_plot_options, out, opt));
    ISO_NEED(!path || iso_figure_suffix(path), "%s: a figure ends in .svg, .pdf, .png or .gp",
             path);
    ISO_NEED(!out->plot_data || iso_figure_data_suffix(out->plot_data),
             ISO_FIELD(plot_data) " %s: the numbers of a figure end in .tsv, its script in .gp",
             out->plot_data);
    ISO_NEED(out->width <= PIXELS_MOST, ISO_FIELD(width) ": at most %d pixels", PIXELS_MOST);
    ISO_NEED(out->height <= PIXELS_MOST, ISO_FIELD(height) ": at most %d pixels", PIXELS_MOST);
done:
    return err;
}

iso_err iso_plot_check(const iso_plot_opt *opt, const char *path)
{
    iso_plot_opt own;

    return take(&own, opt, path);
}

/* --- What is not drawn --- */

static bool drawn_model(const iso_records *drawn, const iso_record *r)
{
    for (int64_t i = 0; i < drawn->count; i++) {
        if (iso_str_same(drawn->at[i].model, r->model))
            return true;
    }
    return false;
}

/* Why records that differ in one column are not drawn, and what to do about it. */
static void note_column(const iso_run *run, const char *column, const iso_record *r,
                        const iso_record *other, int64_t count, bool map)
{
    const iso_column *c = iso_column_named(column);
    const bool text = c->kind == ISO_COLUMN_TEXT;
    const char *here = text ? iso_record_text(r, c) : NULL;
    const char *there = text ? iso_record_text(other, c) : NULL;

    if (strcmp(column, "model") == 0)
        iso_run_note(
            run, "drawn: records of model %s; %lld of %s are not, since %s: draw each file alone",
            here ? here : "(unnamed)", (long long)count, there ? there : "(unnamed)",
            map ? "a map is of one model" : "curves are of three models at most");
    else
        iso_run_note(run, "drawn: records of one %s%s%s; %lld of %s are not", column,
                     here ? ", " : "", here ? here : "", (long long)count,
                     there ? there : "another");
}

/* Of records that are not drawn, those that one column sets apart. */
static void note_rest(const iso_run *run, const iso_records *drawn, const iso_records *all,
                      const char *column, bool map)
{
    const iso_record *r = &drawn->at[0], *other = NULL;
    int64_t count = 0;

    for (int64_t i = 0; i < all->count; i++) {
        const char *by = iso_figure_differs(&all->at[i], r);
        if (!by || strcmp(by, column) != 0 || (all->at[i].baseline && !r->baseline) ||
            (strcmp(column, "model") == 0 && drawn_model(drawn, &all->at[i])))
            continue;
        other = other ? other : &all->at[i];
        count++;
    }
    if (!other)
        return;
    if (strcmp(column, "measure") != 0) {
        note_column(run, column, r, other, count, map);
        return;
    }
    iso_run_note(run,
                 "drawn: %lld records of %s%s%s; %lld of other kinds are not, " ISO_FIELD(
                     measure) " chooses",
                 (long long)drawn->count, r->measure, r->estimator ? ":" : "",
                 r->estimator ? r->estimator : "", (long long)count);
}

static void note_others(const iso_run *run, const struct figure *figure, const iso_records *drawn,
                        const iso_records *all)
{
    const bool map = figure->kind == ISO_PLOT_LAYERS || figure->kind == ISO_PLOT_LANGUAGES ||
                     figure->kind == ISO_PLOT_SWEEP || figure->kind == ISO_PLOT_MIXED;

    for (int i = 0; i < iso_column_count(); i++) {
        if (iso_column_at(i)->role == ISO_ROLE_QUESTION)
            note_rest(run, drawn, all, iso_column_at(i)->name, map);
    }
    if (figure->left_out > 0)
        iso_run_note(
            run, "%d more panels do not fit; " ISO_FIELD(tgt) " and " ISO_FIELD(layers) " choose",
            figure->left_out);
}

/* --- What is drawn --- */

static bool any_relation(const iso_records *records)
{
    for (int64_t i = 0; i < records->count; i++) {
        if (iso_figure_relates(&records->at[i]) && isfinite(records->at[i].value))
            return true;
    }
    return false;
}

static iso_err save(const struct figure *figure, const iso_plot_opt *opt, const char *path,
                    const iso_run *run)
{
    iso_err err = ISO_OK;

    if (opt->plot_data) /* first: it needs no gnuplot */
        ISO_TRY(iso_figure_save_data(figure, opt->plot_data));
    if (path)
        ISO_TRY(iso_figure_save(figure, path, run));
done:
    return err;
}

iso_err iso_plot(const iso_records *records, const iso_plot_opt *given, const char *path,
                 const iso_run *run)
{
    iso_plot_opt opt;
    iso_records drawn = {0};
    struct names langs = {0};
    struct figure figure = {0};
    int64_t others;
    iso_err err = ISO_OK;

    ISO_TRY(take(&opt, given, path));
    ISO_NEED(records, "no records to draw: the list is NULL");
    const bool gaps = opt.kind == ISO_PLOT_SCATTER && !any_relation(records);
    const bool scatter = opt.kind == ISO_PLOT_SCATTER && !gaps;
    const iso_records *among = opt.among ? opt.among : records;
    struct figure_ask ask = {
        .kind = gaps ? ISO_PLOT_AUTO : opt.kind,
        .among = among,
        .title = iso_str_same(opt.title, "none") ? "" : opt.title,
        .place = iso_str_same(opt.layer, "sweep") ? NULL : opt.layer,
        .width = (int)opt.width,
        .height = (int)opt.height,
    };
    if (opt.states || opt.among) {
        iso_style_list(&langs, opt.states, opt.state_count, among);
        ask.langs = &langs;
    }
    if (!opt.measure && opt.kind == ISO_PLOT_SCATTER)
        opt.measure = gaps ? "gap:language" : "pearson";
    ISO_TRY(iso_figure_pick(&drawn, &others, records, opt.measure));
    ISO_TRY(iso_figure_make(&figure, &drawn, &ask));
    ISO_TRY(save(&figure, &opt, path, run));
    if (!scatter && (others > 0 || figure.left_out > 0))
        note_others(run, &figure, &drawn, records);
    else if (figure.left_out > 0)
        iso_run_note(run,
                     "%d of the layers %s left out of the figure; " ISO_FIELD(layers) " chooses",
                     figure.left_out, figure.left_out == 1 ? "is" : "are");
done:
    iso_figure_free(&figure);
    iso_records_free(&drawn);
    return err;
}

iso_err iso_plot_points(const iso_points *const *set, int count, const iso_plot_opt *given,
                        const char *path, const iso_run *run)
{
    iso_plot_opt opt;
    struct names langs = {0};
    struct figure figure = {0};
    iso_err err = ISO_OK;

    ISO_TRY(take(&opt, given, path));
    struct figure_ask ask = {.title = iso_str_same(opt.title, "none") ? "" : opt.title,
                             .width = (int)opt.width,
                             .height = (int)opt.height};
    if (opt.states || opt.among) {
        iso_style_list(&langs, opt.states, opt.state_count, opt.among);
        ask.langs = &langs;
    }
    ISO_TRY(iso_figure_points(&figure, set, count, &ask));
    ISO_TRY(save(&figure, &opt, path, run));
done:
    iso_figure_free(&figure);
    return err;
}
