/* One layer: a dot per language pair with its interval, largest on top. */
#include <math.h>
#include <stdlib.h>

#include "analysis/measure/catalogue.h"
#include "analysis/page/figure/figure_svg.h"
#include "analysis/page/figure/figure_text.h"
#include "analysis/page/wording.h"
#include "lib/base/alloc.h"

static int by_value(const void *a, const void *b)
{
    const iso_record *const *x = a, *const *y = b;
    const double u = isfinite((*x)->value) ? (*x)->value : -INFINITY;
    const double v = isfinite((*y)->value) ? (*y)->value : -INFINITY;

    return (u > v) - (u < v);
}

static void stretch(struct range *r, double value)
{
    if (isfinite(value)) {
        r->lo = fmin(r->lo, value);
        r->hi = fmax(r->hi, value);
    }
}

static bool any_chance(const iso_records *records)
{
    for (int64_t i = 0; i < records->count; i++) {
        if (isfinite(records->at[i].null))
            return true;
    }
    return false;
}

static bool any_interval(const iso_records *records)
{
    for (int64_t i = 0; i < records->count; i++) {
        if (isfinite(records->at[i].lo))
            return true;
    }
    return false;
}

static struct range range_of(const iso_records *records, const iso_beside *beside)
{
    struct range r = {INFINITY, -INFINITY, 0};

    for (int64_t i = 0; i < records->count; i++) {
        stretch(&r, records->at[i].value);
        stretch(&r, records->at[i].lo);
        stretch(&r, records->at[i].hi);
        stretch(&r, records->at[i].null);
        for (int k = 0; k < beside->names; k++) {
            const iso_record *b = iso_beside_find(beside, &records->at[i], k);
            stretch(&r, b ? b->value : NAN);
            stretch(&r, b ? iso_beside_lo(b) : NAN);
            stretch(&r, b ? iso_beside_hi(b) : NAN);
        }
    }
    r = iso_figure_range(r.lo, r.hi, 5);
    r.lo -= 0.1 * r.step; /* crosses on the axis would not be seen */
    return r;
}

static iso_err add_dot(struct figure *f, const iso_records *records, const iso_record *r, int row)
{
    const struct style look = iso_figure_style(f, records, r, (int)(r - records->at));
    iso_buf name = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_figure_series(&name, f, records, r));
    ISO_TRY(iso_buf_printf(&f->data, "%d\t%s\t%s\t%s\t%s\t", row, NUMBER(r->value), NUMBER(r->lo),
                           NUMBER(r->hi), NUMBER(r->null)));
    ISO_TRY(iso_figure_field(&f->data, name.text));
    ISO_TRY(iso_figure_look(&f->data, &look));
    ISO_TRY(iso_buf_puts(&f->data, "\n"));
    ISO_TRY(iso_buf_puts(&f->script, "set ytics add ("));
    ISO_TRY(iso_figure_tick(&f->script, name.text));
    ISO_TRY(iso_buf_printf(&f->script, " %d)\n", row));
done:
    iso_buf_free(&name);
    return err;
}

/* --- Baselines: hollow and grey, in the row of what is held against them --- */

static iso_err add_baselines(struct figure *f, const iso_record **order, int64_t rows)
{
    iso_err err = ISO_OK;

    for (int k = 0; k < f->beside->names; k++) {
        ISO_TRY(iso_buf_puts(&f->data, "\n\n"));
        for (int64_t i = 0; i < rows; i++) {
            const iso_record *b = iso_beside_find(f->beside, order[i], k);
            if (!b)
                continue;
            ISO_TRY(iso_buf_printf(&f->data, "%d\t%s\t%s\t%s\t?\t", (int)i, NUMBER(b->value),
                                   NUMBER(iso_beside_lo(b)), NUMBER(iso_beside_hi(b))));
            ISO_TRY(iso_figure_field(&f->data, f->beside->name[k]));
            ISO_TRY(iso_buf_puts(&f->data, "\n"));
        }
    }
done:
    return err;
}

static iso_err plot_baselines(struct figure *f)
{
    iso_err err = ISO_OK;

    for (int k = 0; k < f->beside->names; k++) {
        const struct style look = iso_style_baseline(f->beside->name[k]);
        ISO_TRY(iso_buf_printf(&f->script,
                               "data skip 1 index %d using 3:1:($4-$3):(0) with vectors nohead lw "
                               "1 dt %s lc rgb '%s', \\\n  data skip 1 index %d using 2:1 with "
                               "points pt %d ps 0.6 lw 0.8 lc rgb '%s', \\\n  ",
                               k + 1, look.dash, look.colour, k + 1, look.point, look.colour));
    }
done:
    return err;
}

static iso_err mark_baselines(struct figure *f, const iso_records *records,
                              const iso_record **order, int64_t rows, int places)
{
    iso_buf name = {0};
    iso_err err = ISO_OK;

    for (int k = 0; k < f->beside->names; k++) {
        const char *words = iso_wording_baseline(f->beside->name[k]);
        name.len = 0;
        ISO_TRY(iso_buf_printf(&name, "%s: range", words));
        ISO_TRY(iso_mark_series(f, name.text));
        ISO_TRY(iso_mark_series(f, words));
        for (int64_t i = 0; i < rows; i++) {
            const iso_record *b = iso_beside_find(f->beside, order[i], k);
            name.len = 0;
            ISO_TRY(iso_figure_series_words(&name, f, records, order[i]));
            ISO_TRY(iso_buf_printf(&name, ", %s", words));
            if (b)
                ISO_TRY(iso_mark_point(f, name.text, b->value, iso_beside_lo(b), iso_beside_hi(b),
                                       places));
        }
    }
done:
    iso_buf_free(&name);
    return err;
}

/* "hollow: ◇ random, △ pieces" */
static iso_err describe_baselines(struct figure *f)
{
    iso_err err = ISO_OK;

    for (int k = 0; k < f->beside->names; k++) {
        const int point = iso_style_baseline(f->beside->name[k]).point;
        ISO_TRY(iso_buf_printf(&f->note, "%s%s %s",
                               k             ? ", "
                               : f->note.len ? " \xc2\xb7 hollow: "
                                             : "hollow: ",
                               point == 12   ? "\xe2\x97\x87"
                               : point == 8  ? "\xe2\x96\xb3"
                               : point == 10 ? "\xe2\x96\xbd"
                                             : "\xe2\xac\xa0",
                               f->beside->name[k]));
    }
done:
    return err;
}

/* --- The figure --- */

static iso_err mark_dots(struct figure *f, const iso_records *records, const iso_record **order,
                         int places)
{
    iso_buf name = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_mark_series(f, "chance level"));
    ISO_TRY(mark_baselines(f, records, order, records->count, places));
    ISO_TRY(iso_mark_series(f, "95 % intervals"));
    ISO_TRY(iso_mark_series(f, "values"));
    for (int64_t i = 0; i < records->count; i++) {
        const iso_record *r = order[i];
        name.len = 0;
        ISO_TRY(iso_figure_series_words(&name, f, records, r));
        ISO_TRY(iso_mark_point(f, name.text, r->value, r->lo, r->hi, places));
    }
done:
    iso_buf_free(&name);
    return err;
}

static iso_err add_axes(struct figure *f, const iso_record *r, struct range x, int64_t rows,
                        int top)
{
    iso_buf *s = &f->script;
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_printf(s,
                           "set tmargin at screen 1 - %d/%d.\n"
                           "set bmargin 3.6\n"
                           "set rmargin 4\n"
                           "set grid xtics ytics lt 1 lc rgb '#e4e4e4' lw 0.75\n"
                           "set yrange [-0.7:%lld - 0.3]\n"
                           "set xrange [%s:%s]\n"
                           "set xtics %s, %s\n"
                           "set xlabel ",
                           top, f->height, (long long)rows, NUMBER(x.lo), NUMBER(x.hi),
                           NUMBER(x.lo + 0.1 * x.step), NUMBER(x.step)));
    ISO_TRY(iso_figure_quote(s, iso_catalogue_of(r->measure, r->estimator).axis));
    ISO_TRY(iso_buf_puts(s, " textcolor rgb '#404040'\n"));
    ISO_TRY(iso_buf_puts(
        s, "plot data skip 1 index 0 using 5:1 with points pt 2 ps 0.5 lc rgb '#767676', \\\n  "));
    ISO_TRY(plot_baselines(f));
    ISO_TRY(iso_buf_puts(
        s, "data skip 1 index 0 using 3:1:($4-$3):(0):8 with vectors nohead lw 1.5 lc rgb "
           "variable, \\\n  data skip 1 index 0 using 2:1:7:8 with points pt variable ps 0.7 lc "
           "rgb variable\n"));
done:
    return err;
}

iso_err iso_figure_dots(struct figure *f, const iso_records *records)
{
    const int64_t rows = records->count < 100 ? records->count : 100;
    const struct range x = range_of(records, f->beside);
    const iso_record **order = NULL;
    iso_err err = ISO_OK;

    const bool sets = records->count > 0 && records->at[0].place != ISO_NO_INT;
    f->shows = (sets ? 0 : SHOWS_DOTS) | (f->beside->names ? SHOWS_BASELINES : 0);
    if (any_interval(records))
        ISO_TRY(
            iso_buf_printf(&f->note, "%slines: 95 %% intervals", f->note.len ? " \xc2\xb7 " : ""));
    if (any_chance(records))
        ISO_TRY(
            iso_buf_printf(&f->note, "%scrosses: chance level", f->note.len ? " \xc2\xb7 " : ""));
    ISO_TRY(describe_baselines(f));
    f->width = iso_figure_width(f, 540);
    const int top = iso_figure_head_room(f, 0);
    f->height = iso_figure_height(f, top + 20 * (int)rows + 64);
    ISO_TRY(iso_figure_fits(f, 260, top + 8 * (int)rows + 64));
    ISO_TRY(iso_figure_head(f));
    ISO_TRY(iso_alloc(&order, records->count, sizeof *order));
    for (int64_t i = 0; i < records->count; i++)
        order[i] = &records->at[i];
    qsort(order, (size_t)records->count, sizeof *order, by_value);
    ISO_TRY(iso_buf_puts(&f->data, "row\tvalue\tlo\thi\tchance\tname\tmarker\tcolour\n"));
    ISO_TRY(iso_buf_puts(&f->script, "set ytics ()\n"));
    for (int64_t i = 0; i < records->count; i++)
        ISO_TRY(add_dot(f, records, order[i], (int)i));
    ISO_TRY(add_baselines(f, order, records->count));
    ISO_TRY(add_axes(f, order[0], x, records->count, top));
    ISO_TRY(mark_dots(f, records, order, iso_mark_places(x.step)));
done:
    iso_free(order);
    return err;
}
