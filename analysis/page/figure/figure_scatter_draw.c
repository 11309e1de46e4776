/* The scatter: points with their names, the line through them, its band; a panel a layer. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analysis/measure/catalogue.h"
#include "analysis/page/figure/figure_svg.h"
#include "analysis/page/figure/figure_scatter.h"
#include "analysis/page/wording.h"

enum { LINE_POINTS = 41, BESIDE = 2 }; /* BESIDE: baselines a line of a title */

/* `letters` may still be added to the note. */
static iso_err lay_out(struct figure *f, struct scatter_layout *l, const struct scatter *s,
                       int letters)
{
    enum { RIGHT = 24, BELOW = 58, AIR = 24, LINE = 14 };
    const bool one = s->count == 1;
    const int more = LINE * ((f->beside->names + BESIDE - 1) / BESIDE); /* lines of the titles */
    iso_err err = ISO_OK;

    l->columns = one ? 1 : s->count <= 4 ? 2 : 3;
    l->rows = (s->count + l->columns - 1) / l->columns;
    l->left = 66;
    l->gap_x = 22;
    l->gap_y = 62 + more;
    l->letter = one ? 7.2 : 6.4;
    l->line = one ? 12 : 10.5;
    l->font = one ? "small" : "tiny";
    const int beside = l->left + (l->columns - 1) * l->gap_x + RIGHT;
    f->width = iso_figure_width(f, beside + l->columns * (one ? 446 : 212));
    l->width = (f->width - beside) / l->columns;
    l->top = iso_figure_head_room(f, letters) + AIR + more;
    const int above = l->top + (l->rows - 1) * l->gap_y + BELOW;
    f->height = iso_figure_height(f, above + l->rows * (one ? 320 : 178));
    l->height = (f->height - above) / l->rows;
    ISO_TRY(iso_figure_fits(f, beside + l->columns * 100, above + l->rows * 80));
done:
    return err;
}

static struct range range_of(const double *x, int n, double room, int steps)
{
    double lo = INFINITY, hi = -INFINITY;

    for (int i = 0; i < n; i++) {
        lo = fmin(lo, x[i]);
        hi = fmax(hi, x[i]);
    }
    if (!(hi - lo > 1e-9 * fmax(1, fabs(hi)))) {
        lo -= 0.01 * fmax(1, fabs(lo));
        hi += 0.01 * fmax(1, fabs(hi));
    }
    struct range r = iso_figure_range(lo, hi, steps); /* for its step */
    r.lo = lo - room * (hi - lo);
    r.hi = hi + room * (hi - lo);
    return r;
}

/* One range of gaps for all panels. */
static struct range gaps_of(const struct scatter *s)
{
    double ends[2] = {INFINITY, -INFINITY};

    for (int p = 0; p < s->count; p++) {
        for (int i = 0; i < s->at[p].n; i++) {
            ends[0] = fmin(ends[0], s->at[p].y[i]);
            ends[1] = fmax(ends[1], s->at[p].y[i]);
        }
    }
    return range_of(ends, 2, 0.1, 4);
}

/* --- Data --- */

static iso_err add_row(iso_buf *out, double x, double y, double half, const char *name,
                       const struct style *look)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_printf(out, "%s\t%s\t%s\t%s\t", NUMBER(x), NUMBER(y), NUMBER(y - half),
                           NUMBER(y + half)));
    ISO_TRY(iso_figure_field(out, name));
    ISO_TRY(look ? iso_figure_look(out, look) : ISO_OK);
    ISO_TRY(iso_buf_puts(out, "\n"));
done:
    return err;
}

/* Points, then the line with its band over the panel's width. */
static iso_err add_data(struct figure *f, const struct scatter_panel *p, struct range x, bool first)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_puts(&f->data, first ? "x\ty\tlo\thi\tname\tmarker\tcolour\n" : "\n\n"));
    for (int i = 0; i < p->n; i++) {
        const struct style look = iso_style_at(iso_style_place(&f->langs, p->lang[i]));
        ISO_TRY(add_row(&f->data, p->x[i], p->y[i], NAN, p->lang[i], &look));
    }
    ISO_TRY(iso_buf_puts(&f->data, "\n\n"));
    for (int i = 0; i < LINE_POINTS; i++) {
        const double at = x.lo + (x.hi - x.lo) * i / (LINE_POINTS - 1);
        const double line = p->fitted ? iso_fit_at(&p->fit, at) : NAN;
        const double half = p->fitted ? iso_fit_half(&p->fit, at) : NAN;
        ISO_TRY(add_row(&f->data, at, line, half, "fit", NULL));
    }
done:
    return err;
}

/* --- Panels --- */

/* "−0.83", and 0.00 without a sign. */
static iso_err add_coefficient(iso_buf *out, const char *name, double value)
{
    return iso_buf_printf(out, "%s%s%s%.2f", name, *name ? " = " : " ",
                          value <= -0.005 ? "\xe2\x88\x92" : "", fabs(value));
}

/* "layer 8: r = −0.83, ρ = −0.80" */
static iso_err panel_title(iso_buf *out, const struct scatter_panel *p)
{
    const iso_record *r = p->pearson;
    iso_err err = ISO_OK;

    if (r->src_layer != ISO_NO_INT)
        ISO_TRY(iso_buf_printf(out, "layer %lld: ", (long long)r->src_layer));
    ISO_TRY(add_coefficient(out, "r", r->value));
    if (p->spearman && isfinite(p->spearman->value))
        ISO_TRY(add_coefficient(out, ", \xcf\x81", p->spearman->value));
done:
    return err;
}

/* "random −0.81, pieces −0.66": what baselines correlate with the same gaps. */
static iso_err baseline_title(iso_buf *out, const struct figure *f, const struct scatter_panel *p,
                              int first)
{
    iso_err err = ISO_OK;

    for (int k = first; k < f->beside->names && k < first + BESIDE; k++) {
        const iso_record *b = iso_beside_find(f->beside, p->pearson, k);
        if (!b || !isfinite(b->value))
            continue;
        ISO_TRY(iso_buf_puts(out, out->len ? ", " : ""));
        ISO_TRY(iso_buf_puts(out, f->beside->name[k]));
        ISO_TRY(add_coefficient(out, "", b->value));
    }
done:
    return err;
}

static iso_err add_title(struct figure *f, const struct scatter_panel *p)
{
    iso_buf *o = &f->script, title = {0}, more = {0};
    iso_err err = ISO_OK;

    ISO_TRY(panel_title(&title, p));
    ISO_TRY(iso_buf_puts(o, "set title "));
    ISO_TRY(iso_figure_quote(o, title.text));
    for (int k = 0; k < f->beside->names; k += BESIDE) {
        more.len = 0;
        ISO_TRY(iso_buf_puts(&more, ""));
        ISO_TRY(baseline_title(&more, f, p, k));
        ISO_TRY(iso_buf_puts(o, ".\"\\n\"."));
        ISO_TRY(iso_figure_quote(o, more.text));
    }
    ISO_TRY(iso_buf_puts(o, " font small textcolor rgb '#404040' offset 0,-0.7\n"));
done:
    iso_buf_free(&title);
    iso_buf_free(&more);
    return err;
}

static iso_err add_range(iso_buf *o, char axis, struct range r, const char *format)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_printf(o,
                           "set %crange [%s:%s]\n"
                           "set %ctics %s font small format '%s'\n",
                           axis, NUMBER(r.lo), NUMBER(r.hi), axis, NUMBER(r.step), format));
done:
    return err;
}

/* "German (de), across 0.45: 0.21" */
static iso_err mark_languages(struct figure *f, const struct scatter_panel *p, bool further,
                              int places)
{
    iso_buf place = {0};
    iso_err err = ISO_OK;

    ISO_TRY(further ? iso_mark_panel(f) : ISO_OK);
    ISO_TRY(iso_mark_series(f, "95 % band of the line"));
    ISO_TRY(iso_mark_series(f, "least squares"));
    ISO_TRY(iso_mark_series(f, "languages"));
    for (int i = 0; i < p->n; i++) {
        place.len = 0;
        ISO_TRY(iso_wording_lang(&place, p->lang[i]));
        ISO_TRY(iso_buf_printf(&place, ", across %.*f, gap", places, p->x[i]));
        ISO_TRY(iso_mark_point(f, place.text, p->y[i], NAN, NAN, places));
    }
done:
    iso_buf_free(&place);
    return err;
}

static iso_err add_panel(struct figure *f, struct scatter *s, const struct scatter_layout *l,
                         int panel)
{
    const struct scatter_panel *p = &s->at[panel];
    const int x = l->left + panel % l->columns * (l->width + l->gap_x);
    const int y = l->top + panel / l->columns * (l->height + l->gap_y);
    const struct range rx = range_of(p->x, p->n, 0.09, s->count == 1 ? 5 : 3);
    iso_buf *o = &f->script;
    iso_err err = ISO_OK;

    ISO_TRY(iso_figure_margins(o, x, y, l->width, l->height));
    ISO_TRY(add_title(f, p));
    ISO_TRY(add_range(o, 'x', rx, "%g"));
    ISO_TRY(add_range(o, 'y', l->y, panel % l->columns ? "" : "%g"));
    ISO_TRY(iso_scatter_names(f, s, p, l, rx));
    ISO_TRY(mark_languages(f, p, panel > 0, iso_mark_places(fmin(rx.step, l->y.step))));
    ISO_TRY(add_data(f, p, rx, panel == 0));
    ISO_TRY(iso_buf_printf(o,
                           "plot data skip 1 index %d using 1:3:4 with filledcurves fs transparent "
                           "solid 0.16 noborder lc rgb '#767676', \\\n"
                           "  data skip 1 index %d using 1:2 with lines lw 1.2 lc rgb '#767676', "
                           "\\\n"
                           "  data skip 1 index %d using 1:2:6:7 with points pt variable ps 0.6 lc "
                           "rgb variable\n"
                           "unset label\nunset arrow\n",
                           2 * panel + 1, 2 * panel + 1, 2 * panel));
done:
    return err;
}

/* --- The sheet --- */

static iso_err describe(struct figure *f, const struct scatter *s)
{
    int least = s->at[0].n, most = least;
    iso_buf *o = &f->note;
    iso_err err = ISO_OK;

    for (int p = 0; p < s->count; p++) {
        least = s->at[p].n < least ? s->at[p].n : least;
        most = s->at[p].n > most ? s->at[p].n : most;
    }
    ISO_TRY(iso_buf_puts(o, "line: least squares, 95 % band \xc2\xb7 r Pearson, \xcf\x81 Spearman "
                            "\xc2\xb7 "));
    f->least_n = least;
    if (least < most)
        ISO_TRY(iso_buf_printf(o, "%d to ", least));
    ISO_TRY(iso_buf_printf(o, "%d languages", most));
done:
    return err;
}

/* The words that all panels share: axes stand once. */
static iso_err add_axes(struct figure *f, const struct scatter *s, const struct scatter_layout *l)
{
    const iso_record *r = s->like;
    iso_buf *o = &f->script;
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_puts(o, "set grid lt 1 lc rgb '#ececec' lw 0.75\nset label "));
    ISO_TRY(iso_figure_quote(o, iso_catalogue_of(r->measure, r->estimator).axis));
    ISO_TRY(iso_buf_printf(o,
                           " at screen %d/w, screen 1 - %d/h center font small "
                           "textcolor rgb '#404040'\nset label 'transfer gap' at screen 16/w, "
                           "screen 1 - %d/h rotate by 90 right font small textcolor "
                           "rgb '#404040'\n",
                           (l->left + f->width - 24) / 2, f->height - 16, l->top));
done:
    return err;
}

iso_err iso_figure_scatter(struct figure *f, const iso_records *records, const iso_records *among)
{
    struct scatter s;
    struct scatter_layout l = {0};
    iso_buf script = {0};
    iso_err err = iso_scatter_collect(&s, records, among);

    if (err)
        return err;
    if (!f->title.len && !f->untitled)
        ISO_TRY(iso_buf_printf(&f->title, "Transfer gap and %s",
                               iso_catalogue_of(s.like->measure, s.like->estimator).axis));
    ISO_TRY(describe(f, &s));
    ISO_TRY(lay_out(f, &l, &s, (int)sizeof ", 999 unnamed"));
    l.y = gaps_of(&s);
    f->left_out = s.dropped;
    ISO_TRY(add_axes(f, &s, &l));
    ISO_TRY(iso_buf_puts(&f->script, "set multiplot\n"));
    for (int p = 0; p < s.count; p++)
        ISO_TRY(add_panel(f, &s, &l, p));
    ISO_TRY(iso_buf_puts(&f->script, "unset multiplot\n"));
    script = f->script;
    f->script = (iso_buf){0};
    if (s.unnamed.count > 0)
        ISO_TRY(iso_buf_printf(&f->note, ", %d unnamed", s.unnamed.count));
    ISO_TRY(iso_buf_printf(&f->script, "w = %d.\nh = %d.\n", f->width, f->height));
    ISO_TRY(iso_figure_head(f));
    ISO_TRY(iso_buf_add(&f->script, script.text, script.len));
done:
    iso_buf_free(&script);
    iso_scatter_free(&s);
    return err;
}
