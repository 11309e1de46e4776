/* Before and after mixing at one place: a panel a language; of many languages the mean. */
#include "analysis/page/figure/figure_mixed.h"

#include <math.h>
#include <string.h>

#include "analysis/measure/catalogue.h"
#include "analysis/page/figure/figure_svg.h"
#include "analysis/page/wording.h"
#include "lib/base/utf8.h"

enum { PANELS_MOST = 8, ROOM = 26, LEGEND_LINE = 18 };

/* --- What its panels hold --- */

static struct range range_of(struct mixed_sheet *s, int first, int count)
{
    double lo = INFINITY, hi = -INFINITY;

    for (int p = first; p < first + count; p++) {
        for (int i = 0; i < s->series; i++) {
            for (int layer = s->m->lo; layer <= s->m->hi; layer++) {
                const struct spread v = iso_mixed_point(s, p, i, layer);
                const bool band = isfinite(v.lo) && isfinite(v.hi) && !iso_mixed_line(s, i) &&
                                  (!s->mean || iso_mixed_is_change(s, p));
                if (!isfinite(v.mean))
                    continue;
                s->bands = s->bands || band;
                lo = fmin(lo, band && iso_mixed_has_band(s, p, i) ? fmin(v.lo, v.mean) : v.mean);
                hi = fmax(hi, band && iso_mixed_has_band(s, p, i) ? fmax(v.hi, v.mean) : v.mean);
            }
        }
    }
    if (iso_mixed_is_change(s, first)) {
        lo = fmin(lo, 0);
        hi = fmax(hi, 0);
    }
    return hi >= lo ? iso_figure_range(lo, hi, 5) : (struct range){0, 1, 0.25};
}

static iso_err panel_name(iso_buf *out, const struct mixed_sheet *s, int panel)
{
    if (!s->mean)
        return iso_wording_lang(out, s->m->tgts.at[panel]);
    if (panel == 1)
        return iso_buf_puts(out, "change from not mixed");
    return iso_buf_printf(out, "mean over %d languages", s->m->tgts.count);
}

/* --- Legend --- */

/* Lines and names under the head; s->top is where the panels may begin. */
static iso_err add_legend(struct figure *f, struct mixed_sheet *s, iso_buf *out)
{
    iso_buf name = {0};
    int x = 16, y = iso_figure_head_room(f, 0) + 6;
    iso_err err = ISO_OK;

    for (int i = 0; i < s->series; i++) {
        name.len = 0;
        ISO_TRY(iso_mixed_series_name(&name, s, i));
        const int width = 36 + 13 * iso_utf8_columns(name.text) / 2 + 18;
        if (x > 16 && x + width > f->width) {
            x = 16;
            y += LEGEND_LINE;
        }
        const struct mixed_look look = iso_mixed_look(s, i);
        ISO_TRY(iso_buf_printf(out,
                               "set arrow from screen %d/w, screen 1 - %d/h to screen %d/w, "
                               "screen 1 - %d/h nohead lw %s dt %s lc rgb '%s'\nset label ",
                               x, y, x + 28, y, iso_mixed_line(s, i) ? look.width : "1.8",
                               look.is.dash, look.is.colour));
        ISO_TRY(iso_figure_quote(out, name.text));
        ISO_TRY(
            iso_buf_printf(out, " at screen %d/w, screen 1 - %d/h left font small\n", x + 34, y));
        x += width;
    }
    s->top = y + 34;
    const int rest = s->top + (s->rows - 1) * s->gap_y + 54;
    f->height = iso_figure_height(f, rest + s->rows * s->height);
    s->height = (f->height - rest) / s->rows;
    ISO_TRY(iso_figure_fits(f, 0, rest + 60 * s->rows));
done:
    iso_buf_free(&name);
    return err;
}

/* --- Data and script --- */

static iso_err add_block(struct figure *f, const struct mixed_sheet *s, int panel, int series,
                         const char *panel_title)
{
    iso_buf name = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_mixed_series_name(&name, s, series));
    for (int layer = s->m->lo; layer <= s->m->hi; layer++) {
        const struct spread v = iso_mixed_point(s, panel, series, layer);
        ISO_TRY(iso_buf_printf(&f->data, "%d\t%s\t%s\t%s\t", layer, NUMBER(v.mean), NUMBER(v.lo),
                               NUMBER(v.hi)));
        ISO_TRY(iso_figure_field(&f->data, name.text));
        ISO_TRY(iso_buf_puts(&f->data, "\t"));
        ISO_TRY(iso_figure_field(&f->data, panel_title));
        ISO_TRY(iso_buf_puts(&f->data, "\n"));
    }
done:
    iso_buf_free(&name);
    return err;
}

static iso_err add_data(struct figure *f, const struct mixed_sheet *s)
{
    iso_buf title = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_puts(&f->data, "layer\tvalue\tlo\thi\tseries\tpanel\n"));
    for (int p = 0; p < s->panels; p++) {
        title.len = 0;
        ISO_TRY(panel_name(&title, s, p));
        for (int i = 0; i < s->series; i++) {
            ISO_TRY(iso_buf_puts(&f->data, p || i ? "\n\n" : ""));
            ISO_TRY(add_block(f, s, p, i, title.text));
        }
    }
done:
    iso_buf_free(&title);
    return err;
}

static iso_err add_y(struct figure *f, const struct mixed_sheet *s, int panel)
{
    const struct range y = s->y[iso_mixed_is_change(s, panel)];
    const bool named = s->mean || panel % s->columns == 0;
    iso_buf *o = &f->script;
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_printf(o,
                           "set yrange [%s:%s]\n"
                           "set ytics %s, %s font small format '%s'\n",
                           NUMBER(y.lo), NUMBER(y.hi), NUMBER(y.lo), NUMBER(y.step),
                           named ? "%g" : ""));
    if (iso_mixed_is_change(s, panel))
        ISO_TRY(iso_buf_puts(o, "set arrow 900 from graph 0, first 0 to graph 1, first 0 nohead "
                                "lw 0.75 lc rgb '#444444'\n"));
done:
    return err;
}

/* Where several stand at one layer only, they stand side by side. */
static double aside(const struct mixed_sheet *s, int series)
{
    return s->m->lo < s->m->hi ? 0 : 0.09 * (series - 0.5 * (s->series - 1));
}

static iso_err add_series(struct figure *f, const struct mixed_sheet *s, int panel, int series)
{
    const int index = panel * s->series + series;
    const struct mixed_look look = iso_mixed_look(s, series);
    iso_buf *o = &f->script;
    iso_err err = ISO_OK;

    if (iso_mixed_has_band(s, panel, series) && s->m->lo < s->m->hi)
        ISO_TRY(iso_buf_printf(o,
                               "\\\n  data skip 1 index %d using 1:3:4 with filledcurves fs "
                               "transparent solid 0.13 noborder lc rgb '%s', ",
                               index, look.is.colour));
    else if (iso_mixed_has_band(s, panel, series))
        ISO_TRY(iso_buf_printf(o,
                               "\\\n  data skip 1 index %d using ($1 + %g):2:3:4 with yerrorbars "
                               "pt 7 ps 0.1 lw 1.2 lc rgb '%s', ",
                               index, aside(s, series), look.is.colour));
    ISO_TRY(iso_buf_printf(o,
                           "\\\n  data skip 1 index %d using ($1 + %g):2 with linespoints lw %s "
                           "dt %s pt %d ps %s lc rgb '%s'",
                           index, aside(s, series), look.width, look.is.dash, look.is.point,
                           look.size, look.is.colour));
done:
    return err;
}

/* "xmixup, German (de), layer 3: 0.45 [0.41, 0.49]" */
static iso_err mark_way(struct figure *f, const struct mixed_sheet *s, int panel, int series,
                        const char *name)
{
    const int places = iso_mark_places(s->y[iso_mixed_is_change(s, panel)].step);
    iso_buf place = {0};
    iso_err err = ISO_OK;

    if (iso_mixed_has_band(s, panel, series)) {
        ISO_TRY(
            iso_buf_printf(&place, "%s: %s", name,
                           s->mean ? "from the least language to the greatest" : "95 % intervals"));
        ISO_TRY(iso_mark_series(f, place.text));
    }
    ISO_TRY(iso_mark_series(f, name));
    for (int layer = s->m->lo; layer <= s->m->hi; layer++) {
        const struct spread v = iso_mixed_point(s, panel, series, layer);
        place.len = 0;
        ISO_TRY(iso_buf_printf(&place, "%s, ", name));
        ISO_TRY(panel_name(&place, s, panel));
        ISO_TRY(iso_buf_printf(&place, ", layer %d", layer));
        ISO_TRY(iso_mark_point(f, place.text, v.mean, s->mean ? NAN : v.lo, s->mean ? NAN : v.hi,
                               places));
    }
done:
    iso_buf_free(&place);
    return err;
}

/* Ways are drawn last, on top of controls, and these on top of baselines. */
static iso_err add_plot(struct figure *f, const struct mixed_sheet *s, int panel)
{
    const int ways = s->m->ways;
    iso_buf name = {0};
    bool any = false;
    iso_err err = ISO_OK;

    ISO_TRY(panel ? iso_mark_panel(f) : ISO_OK);
    ISO_TRY(iso_buf_puts(&f->script, "plot "));
    for (int i = 0; i < s->series; i++) {
        const int lines = s->series - 1 - ways;
        const int series = i < lines ? ways + 1 + i : i == lines ? 0 : s->series - i;
        if (!iso_mixed_shows(s, panel, series))
            continue;
        name.len = 0;
        ISO_TRY(iso_mixed_series_name(&name, s, series));
        ISO_TRY(iso_buf_puts(&f->script, any ? ", " : ""));
        ISO_TRY(add_series(f, s, panel, series));
        ISO_TRY(mark_way(f, s, panel, series, name.text));
        any = true;
    }
    ISO_TRY(iso_buf_puts(&f->script, "\n"));
done:
    iso_buf_free(&name);
    return err;
}

static iso_err add_panel(struct figure *f, const struct mixed_sheet *s, int panel)
{
    const int x = s->left + panel % s->columns * (s->width + s->gap_x);
    const int y = s->top + panel / s->columns * (s->height + s->gap_y);
    const bool bottom = panel + s->columns >= s->panels;
    iso_buf *o = &f->script, title = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_figure_margins(o, x, y, s->width, s->height));
    ISO_TRY(panel_name(&title, s, panel));
    ISO_TRY(iso_buf_puts(o, "set title "));
    ISO_TRY(iso_figure_short(o, title.text, s->width / 7));
    ISO_TRY(iso_buf_printf(o,
                           " font small textcolor rgb '#404040' offset 0,-0.7\nset xlabel '%s'\n",
                           bottom ? "measured layer" : ""));
    ISO_TRY(iso_buf_printf(o, "set xtics format '%s'\n", bottom ? "%g" : ""));
    ISO_TRY(add_y(f, s, panel));
    ISO_TRY(add_plot(f, s, panel));
    if (panel == 0) /* what stands on the whole sheet was drawn with the first */
        ISO_TRY(iso_buf_puts(o, "unset label\nunset arrow\n"));
done:
    iso_buf_free(&title);
    return err;
}

static iso_err add_axes(struct figure *f, const struct mixed_sheet *s, const iso_record *r)
{
    const int span = s->m->hi - s->m->lo, first = s->m->place[s->place].first;
    const int pixels = s->width / (span + 1);
    iso_buf *o = &f->script;
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_printf(o, "set grid ytics lt 1 lc rgb '#e4e4e4' lw 0.75\nset xrange [%g:%g]\n",
                           s->m->lo - (span ? 0 : 0.6), s->m->hi + (span ? 0 : 0.6)));
    ISO_TRY(iso_buf_printf(o, "set xtics %d font small\n", pixels >= 15 ? 1 : pixels >= 8 ? 2 : 4));
    ISO_TRY(iso_buf_puts(o, "set xlabel font small textcolor rgb '#404040' offset 0,0.4\n"
                            "set label "));
    ISO_TRY(iso_figure_quote(o, iso_catalogue_of(r->measure, r->estimator).axis));
    ISO_TRY(iso_buf_printf(o,
                           " at screen 16/w, screen 1 - %d/h rotate by 90 right font small "
                           "textcolor rgb '#404040'\n",
                           s->top));
    if (first > s->m->lo && first <= s->m->hi)
        ISO_TRY(iso_buf_printf(o,
                               "set object 1 rectangle from first %d, graph 0 to "
                               "first %d, graph 1 behind fc rgb '#f4f4f4' fs solid noborder\n",
                               s->m->lo, first));
done:
    return err;
}

/* --- The sheet --- */

static iso_err lay_out(struct figure *f, struct mixed_sheet *s)
{
    s->mean = s->m->tgts.count > PANELS_MOST;
    s->panels = s->mean ? 2 : s->m->tgts.count;
    s->columns = s->panels < 3 ? s->panels : s->panels == 4 ? 2 : 3;
    s->rows = (s->panels + s->columns - 1) / s->columns;
    s->width = s->columns == 1 ? 440 : s->columns == 2 ? 300 : 220;
    s->height = s->columns == 3 ? 150 : s->rows == 1 ? 230 : 190;
    s->left = 74;
    s->gap_x = s->mean ? 66 : ROOM;
    s->gap_y = 34;
    const int rest = s->left + (s->columns - 1) * s->gap_x + 20;
    f->width = iso_figure_width(f, rest + s->columns * s->width);
    s->width = (f->width - rest) / s->columns;
    return iso_figure_fits(f, rest + 80 * s->columns, 0);
}

static iso_err describe(struct figure *f, const struct mixed_sheet *s)
{
    iso_buf *o = &f->note;
    iso_err err = ISO_OK;

    if (s->mean)
        ISO_TRY(iso_buf_puts(o, "band: from the least language to the greatest"));
    else if (s->bands)
        ISO_TRY(iso_buf_puts(o, "bands: 95 % intervals"));
    if (s->m->place[s->place].first > s->m->lo)
        ISO_TRY(
            iso_buf_printf(o, "%sgrey: layers before the mixed one", o->len ? " \xc2\xb7 " : ""));
done:
    return err;
}

static iso_err name_place(struct figure *f, const struct mixed_sheet *s,
                          const struct figure_ask *ask)
{
    const int places = ask->places ? ask->places : s->m->places;
    iso_buf text = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_puts(&text, "mixed at layer "));
    ISO_TRY(iso_mixing_spot_name(&text, &s->m->place[s->place]));
    if (!ask->place && places > 1)
        ISO_TRY(iso_buf_printf(&text, ", of %d the one that does most", places));
    if (f->subtitle.len)
        ISO_TRY(iso_buf_printf(&text, " \xc2\xb7 %s", f->subtitle.text));
    iso_buf_free(&f->subtitle);
    f->subtitle = text;
    return ISO_OK;
done:
    iso_buf_free(&text);
    return err;
}

iso_err iso_figure_mixed(struct figure *f, const iso_records *records, const struct figure_ask *ask)
{
    const iso_record *r = &records->at[0];
    struct mixing m = {0};
    struct mixed_sheet s = {.m = &m};
    iso_buf legend = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_mixing_gather(&m, records, f->beside));
    s.place = iso_mixing_best(&m, r);
    if (ask->place)
        ISO_TRY(iso_mixing_place(&s.place, &m, ask->place));
    iso_mixed_series(&s);
    ISO_TRY(lay_out(f, &s));
    s.y[0] = range_of(&s, 0, s.mean ? 1 : s.panels);
    if (s.mean)
        s.y[1] = range_of(&s, 1, 1);
    f->shows = (s.mean    ? SHOWS_MEAN
                : s.bands ? SHOWS_BANDS
                          : 0) |
               (s.series > 1 + m.ways ? SHOWS_BASELINES : 0);
    ISO_TRY(name_place(f, &s, ask));
    ISO_TRY(describe(f, &s));
    ISO_TRY(add_legend(f, &s, &legend));
    ISO_TRY(iso_buf_printf(&f->script, "w = %d.\nh = %d.\n", f->width, f->height));
    ISO_TRY(iso_figure_head(f));
    ISO_TRY(iso_buf_add(&f->script, legend.text, legend.len));
    ISO_TRY(add_data(f, &s));
    ISO_TRY(add_axes(f, &s, r));
    ISO_TRY(iso_buf_puts(&f->script, "set multiplot\n"));
    for (int p = 0; p < s.panels; p++)
        ISO_TRY(add_panel(f, &s, p));
    ISO_TRY(iso_buf_puts(&f->script, "unset multiplot\n"));
done:
    iso_mixing_free(&m);
    iso_buf_free(&legend);
    return err;
}
