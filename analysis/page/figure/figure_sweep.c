/* Which layer to mix at: mixed layer across, measured layer up. */
#include <math.h>
#include <string.h>

#include "analysis/measure/catalogue.h"
#include "analysis/page/figure/figure_map.h"
#include "analysis/page/figure/figure_svg.h"
#include "analysis/page/figure/figure_mix.h"
#include "analysis/page/wording.h"

/* What a panel shows. Column 0 is no mixing; of what mixing brings beyond fixed:0 it is missing. */
enum shown { AFTER, BEYOND, BASELINE };

struct sheet {
    const struct mixing *m;
    iso_high high;
    enum shown shown[3];
    int baseline; /* that is mixed too; MIX_STATES where none is */
    int panels, stacked, cell, row, side, up, left, top, gap; /* pixels; side: of all columns */
    bool fine;                                                /* changes need three decimals */
    int best; /* the column that is best at the last layer */
    double lo[3], hi[3];
};

static double value_at(const struct sheet *s, int panel, int column, int layer)
{
    const int of = s->shown[panel] == BASELINE ? s->baseline : MIX_STATES;
    const enum mix_what what = s->shown[panel] == BEYOND ? MIX_SHOWS_BEYOND : MIX_SHOWS_AFTER;

    if (column)
        return iso_mixing_over(s->m, of, what, column - 1, 0, layer).mean;
    return what == MIX_SHOWS_BEYOND ? NAN
                                    : iso_mixing_over(s->m, of, MIX_SHOWS_BEFORE, 0, 0, layer).mean;
}

static void span(struct sheet *s, int panel)
{
    const struct mixing *m = s->m;

    s->lo[panel] = INFINITY;
    s->hi[panel] = -INFINITY;
    for (int layer = m->lo; layer <= m->hi; layer++) {
        for (int c = 0; c <= m->places; c++) {
            const double v = value_at(s, panel, c, layer);
            s->lo[panel] = isfinite(v) ? fmin(s->lo[panel], v) : s->lo[panel];
            s->hi[panel] = isfinite(v) ? fmax(s->hi[panel], v) : s->hi[panel];
        }
    }
}

/* A panel of its own for the first baseline that is mixed too. */
static void find_baseline(struct sheet *s)
{
    s->baseline = MIX_STATES;
    for (int k = 0; k < s->m->beside->names && s->baseline == MIX_STATES; k++) {
        for (int p = 0; p < s->m->places && s->baseline == MIX_STATES; p++) {
            if (iso_mixing_has(s->m, k, MIX_SHOWS_AFTER, p, 0))
                s->baseline = k;
        }
    }
}

static void look(struct sheet *s)
{
    const struct mixing *m = s->m;

    find_baseline(s);
    for (int what = AFTER; what <= BASELINE; what++) {
        s->shown[s->panels] = (enum shown)what;
        if (what == BASELINE && s->baseline == MIX_STATES)
            continue;
        span(s, s->panels);
        s->panels += what == AFTER || s->hi[s->panels] >= s->lo[s->panels];
    }
    if (s->baseline != MIX_STATES) { /* on the scale of the states */
        const int last = s->panels - 1;
        s->lo[0] = s->lo[last] = fmin(s->lo[0], s->lo[last]);
        s->hi[0] = s->hi[last] = fmax(s->hi[0], s->hi[last]);
    }
    s->best = -1;
    for (int c = 0; c <= m->places && s->high != ISO_HIGH_NEITHER; c++) {
        const double v = value_at(s, 0, c, m->hi);
        const double best = s->best < 0 ? NAN : value_at(s, 0, s->best, m->hi);
        if (isfinite(v) && (s->best < 0 || (s->high == ISO_HIGH_APART ? v < best : v > best)))
            s->best = c;
    }
}

static int columns_of(const struct sheet *s)
{
    return s->m->places + 1;
}

static int layers_of(const struct sheet *s)
{
    return s->m->hi - s->m->lo + 1;
}

static bool has(const struct sheet *s, enum shown what)
{
    for (int p = 0; p < s->panels; p++) {
        if (s->shown[p] == what)
            return true;
    }
    return false;
}

/* Few columns stand side by side with their numbers; many one above the other. */
static iso_err lay_out(struct figure *f, struct sheet *s)
{
    enum { LEAST = 540, RIGHT = 74, BELOW = 56, AIR = 24, SCALE = 90 };
    const int columns = columns_of(s), layers = layers_of(s);
    iso_err err = ISO_OK;

    s->stacked = s->panels > 1 && columns * (s->panels - 1) > 8;
    s->cell = columns <= 8 ? 40 : columns <= 16 ? 38 : columns <= 32 ? 20 : 14;
    s->row = s->cell >= 30 ? 30 : s->cell;
    for (int p = 1; p < s->panels; p++)
        s->fine = s->fine || (s->shown[p] == BEYOND && fmax(fabs(s->lo[p]), fabs(s->hi[p])) < 0.05);
    s->left = 56;
    s->gap = s->stacked ? 84 : 114;
    const int maps = s->stacked ? 1 : s->panels, down = s->stacked ? s->panels : 1;
    const int cells = maps * columns - (maps > 1 && has(s, BEYOND)); /* no column of no mixing */
    const int beside = s->left + (maps - 1) * s->gap + RIGHT;
    const int wide = beside + cells * s->cell;
    f->width = iso_figure_width(f, wide < LEAST ? LEAST : wide);
    s->cell = f->asked_width ? (f->width - beside) / cells : s->cell;
    s->top = iso_figure_head_room(f, 0) + AIR;
    const int above = s->top + (down - 1) * s->gap + BELOW;
    const int scale = down * layers * s->row < SCALE ? SCALE - down * layers * s->row : 0;
    f->height = iso_figure_height(f, above + down * layers * s->row + scale);
    s->row = f->asked_height ? (f->height - above - scale) / (down * layers) : s->row;
    s->side = s->cell * columns;
    s->up = s->row * layers;
    ISO_TRY(iso_figure_fits(f, beside + 8 * cells, above + scale + 8 * down * layers));
done:
    return err;
}

static iso_err column_name(iso_buf *out, const struct sheet *s, int column)
{
    return column ? iso_mixing_spot_name(out, &s->m->place[column - 1]) : iso_buf_puts(out, "none");
}

static iso_err panel_name(iso_buf *out, const struct sheet *s, int panel)
{
    const int tgts = s->m->tgts.count;
    iso_err err = ISO_OK;

    if (s->shown[panel] == BEYOND)
        return iso_buf_puts(out, "beyond the control fixed:0");
    if (s->shown[panel] == BASELINE)
        return iso_buf_printf(out, "after mixing, %s",
                              iso_wording_baseline(s->m->beside->name[s->baseline]));
    ISO_TRY(iso_buf_printf(out, "after mixing (%.*s)",
                           s->m->way[0].len < 40 ? s->m->way[0].len : 40, s->m->way[0].name));
    if (tgts > 1)
        ISO_TRY(iso_buf_printf(out, ", mean over %d languages", tgts));
done:
    return err;
}

static iso_err add_data(struct figure *f, const struct sheet *s)
{
    iso_buf *d = &f->data;
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_puts(d, "column\tlayer\tvalue\tmixed\tpanel\n"));
    for (int p = 0; p < s->panels; p++) {
        ISO_TRY(iso_buf_puts(d, p ? "\n\n" : ""));
        for (int layer = s->m->lo; layer <= s->m->hi; layer++) {
            for (int c = 0; c < columns_of(s); c++) {
                ISO_TRY(
                    iso_buf_printf(d, "%d\t%d\t%s\t", c, layer, NUMBER(value_at(s, p, c, layer))));
                ISO_TRY(column_name(d, s, c));
                ISO_TRY(iso_buf_puts(d, s->shown[p] == BEYOND  ? "\tbeyond fixed:0\n"
                                        : s->shown[p] == AFTER ? "\tafter\n"
                                                               : "\tbaseline, after\n"));
            }
        }
    }
done:
    return err;
}

static iso_err add_axes(struct figure *f, const struct sheet *s)
{
    const int columns = columns_of(s), every = s->row >= 13 ? 1 : 2;
    iso_buf *o = &f->script;
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_printf(o,
                           "w = %d.\nh = %d.\nunset border\n"
                           "set yrange [%d - 0.5:%d.5]\nset ytics scale 0 font small %d\n"
                           "set xtics scale 0 font small norotate (",
                           f->width, f->height, s->m->lo, s->m->hi, every));
    for (int c = 0; c < columns; c++) {
        ISO_TRY(iso_buf_puts(o, c ? ", '" : "'"));
        ISO_TRY(column_name(o, s, c));
        ISO_TRY(iso_buf_printf(o, "' %d", c));
    }
    ISO_TRY(iso_buf_puts(o, ")\nset xlabel 'mixed layer' font small textcolor rgb '#404040'\n"
                            "set ylabel "));
    ISO_TRY(iso_buf_puts(o, s->up < 90 ? "'at layer'" : "'measured layer'"));
    ISO_TRY(iso_buf_puts(o, " font small textcolor rgb '#404040'\n"));
done:
    return err;
}

static iso_err add_colours(struct figure *f, const struct sheet *s, int panel, int right, int y)
{
    const int height = s->up < 90 ? 90 : s->up;
    iso_buf *o = &f->script;
    iso_err err = ISO_OK;

    ISO_TRY(iso_figure_palette(o, s->lo[panel], s->hi[panel], s->shown[panel] == BEYOND,
                               s->high == ISO_HIGH_APART));
    ISO_TRY(iso_buf_printf(o,
                           "set colorbox user vertical noborder origin screen %d/w, screen 1 - "
                           "%d/h size screen 12/w, screen %d/h\n",
                           right + 14, y + height, height));
done:
    return err;
}

/* "mixed at 3, layer 5: 0.45" */
static iso_err mark_cells(struct figure *f, const struct sheet *s, int panel, const char *title)
{
    const int places = iso_mark_places(iso_figure_range(s->lo[panel], s->hi[panel], 5).step);
    iso_buf place = {0};
    iso_err err = ISO_OK;

    ISO_TRY(panel ? iso_mark_panel(f) : ISO_OK);
    ISO_TRY(iso_mark_series(f, title));
    for (int layer = s->m->lo; layer <= s->m->hi; layer++) {
        for (int c = 0; c < columns_of(s); c++) {
            place.len = 0;
            ISO_TRY(iso_buf_puts(&place, c ? "mixed at " : "not mixed"));
            ISO_TRY(c ? column_name(&place, s, c) : ISO_OK);
            ISO_TRY(iso_buf_printf(&place, ", layer %d", layer));
            ISO_TRY(iso_mark_point(f, place.text, value_at(s, panel, c, layer), NAN, NAN, places));
        }
    }
done:
    iso_buf_free(&place);
    return err;
}

/* A frame around the best of the last layer. */
static iso_err add_best(struct figure *f, const struct sheet *s)
{
    if (s->best < 0)
        return ISO_OK;
    return iso_buf_printf(&f->script,
                          "set object 2 rectangle from first %d - 0.5, first %d - 0.5 to first "
                          "%d.5, first %d.5 front fs empty border lc rgb '#D55E00' lw 2.2\n",
                          s->best, s->m->hi, s->best, s->m->hi);
}

static iso_err add_panel(struct figure *f, const struct sheet *s, int panel)
{
    const bool beyond = s->shown[panel] == BEYOND; /* without a column of no mixing */
    const bool after = panel > 0 && s->shown[1] == BEYOND && !beyond;
    const int x = s->left + (s->stacked ? 0 : panel * (s->side + s->gap) - after * s->cell);
    const int side = s->side - beyond * s->cell;
    const int y = s->top + (s->stacked ? panel * (s->up + s->gap) : 0);
    const double magnitude = fmax(fabs(s->lo[panel]), fabs(s->hi[panel]));
    iso_buf *o = &f->script, title = {0};
    iso_err err = ISO_OK;

    ISO_TRY(panel_name(&title, s, panel));
    ISO_TRY(iso_figure_margins(o, x, y, side, s->up));
    ISO_TRY(iso_buf_printf(o, "set xrange [%d - 0.5:%d.5]\nset title ", beyond, columns_of(s) - 1));
    ISO_TRY(
        iso_figure_short(o, title.text, s->stacked ? f->width / 8 : (s->side + s->gap - 40) / 6));
    ISO_TRY(iso_buf_puts(o, " font small textcolor rgb '#404040' offset 0,-0.6\n"));
    ISO_TRY(panel ? iso_buf_puts(o, "unset label\nunset object 2\n") : add_best(f, s));
    ISO_TRY(add_colours(f, s, panel, x + side, y));
    ISO_TRY(iso_buf_printf(o, "show(v) = v != v ? '' : abs(v) < %s ? '0' : sprintf('%s', v)\n",
                           beyond && s->fine ? "0.0005" : "0.005",
                           beyond && s->fine ? "%+.3f"
                           : beyond          ? "%+.2f"
                           : magnitude >= 10 ? "%.1f"
                                             : "%.2f"));
    ISO_TRY(iso_buf_printf(o,
                           "plot data skip 1 index %d using 1:2:(0.485):(0.485):3 with boxxyerror "
                           "fs solid noborder lc palette",
                           panel));
    ISO_TRY(mark_cells(f, s, panel, title.text));
    if (s->cell >= 30 && s->row >= 14)
        ISO_TRY(iso_figure_cells(f, panel, s->cell < 40 || (beyond && s->fine) ? "tiny" : "small"));
    ISO_TRY(iso_buf_puts(o, "\n"));
done:
    iso_buf_free(&title);
    return err;
}

/* "baselines: pieces 0.20, length 0.07": those that cannot be mixed. */
static iso_err describe_rest(iso_buf *o, const struct sheet *s)
{
    char number[ISO_NUMBER_SIZE];
    bool any = false;
    iso_err err = ISO_OK;

    for (int k = 0; k < s->m->beside->names; k++) {
        const double v = iso_mixing_over(s->m, k, MIX_SHOWS_BEFORE, 0, 0, s->m->hi).mean;
        if (k == s->baseline || !isfinite(v))
            continue;
        ISO_TRY(iso_buf_puts(o, any ? ", " : o->len ? " \xc2\xb7 baselines: " : "baselines: "));
        ISO_TRY(iso_buf_printf(o, "%s %s", s->m->beside->name[k], iso_number_short(number, v, 2)));
        any = true;
    }
done:
    return err;
}

static iso_err describe(struct figure *f, const struct sheet *s)
{
    iso_buf *o = &f->note;
    iso_err err = ISO_OK;

    if (s->best >= 0) {
        ISO_TRY(iso_buf_printf(o, "framed: %s at the last layer, ",
                               s->high == ISO_HIGH_APART ? "lowest" : "highest"));
        ISO_TRY(s->best ? iso_buf_puts(o, "mixed at ") : iso_buf_puts(o, "not mixed"));
        if (s->best)
            ISO_TRY(iso_mixing_spot_name(o, &s->m->place[s->best - 1]));
    }
    if (has(s, BEYOND) && s->high != ISO_HIGH_NEITHER)
        ISO_TRY(iso_buf_printf(o, "%sblue: languages come closer", o->len ? " \xc2\xb7 " : ""));
    ISO_TRY(describe_rest(o, s));
done:
    return err;
}

iso_err iso_figure_sweep(struct figure *f, const iso_records *records)
{
    const iso_record *r = &records->at[0];
    struct mixing m = {0};
    struct sheet s = {.m = &m, .high = iso_catalogue_of(r->measure, r->estimator).high};
    iso_err err = ISO_OK;

    ISO_TRY(iso_mixing_gather(&m, records, f->beside));
    look(&s);
    ISO_NEED(s.hi[0] >= s.lo[0], "nothing to draw: no value is defined");
    ISO_TRY(describe(f, &s));
    ISO_TRY(lay_out(f, &s));
    f->shows = (has(&s, BEYOND) ? SHOWS_SECOND : 0) | (m.beside->names ? SHOWS_BASELINES : 0) |
               (s.stacked ? SHOWS_STACKED : 0);
    ISO_TRY(iso_figure_head(f));
    ISO_TRY(add_data(f, &s));
    ISO_TRY(add_axes(f, &s));
    ISO_TRY(iso_buf_puts(&f->script, s.panels > 1 ? "set multiplot\n" : ""));
    for (int p = 0; p < s.panels; p++)
        ISO_TRY(add_panel(f, &s, p));
    ISO_TRY(iso_buf_puts(&f->script, s.panels > 1 ? "unset multiplot\n" : ""));
done:
    iso_mixing_free(&m);
    return err;
}
