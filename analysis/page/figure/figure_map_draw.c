/* Heat maps in panels: layer x layer of each language pair, language x language of each layer. */
#include <math.h>
#include <string.h>

#include "analysis/measure/catalogue.h"
#include "analysis/page/figure/figure_map.h"
#include "analysis/page/figure/figure_svg.h"
#include "analysis/page/wording.h"

static double value_at(const struct maps *m, const struct panel *p, int x, int y)
{
    if (m->kind == ISO_PLOT_LANGUAGES) {
        x = m->order[x];
        y = m->order[y];
    }
    return p->value[y * m->size + x];
}

static iso_err add_tick(iso_buf *out, const struct maps *m, int i, bool quoted)
{
    if (m->kind == ISO_PLOT_LAYERS)
        return iso_buf_printf(out, quoted ? "'%lld'" : "%lld", (long long)m->layers[i]);
    const char *name = m->names.at[m->order[i]];
    return quoted ? iso_figure_tick(out, name) : iso_figure_field(out, name);
}

static iso_err add_data(struct figure *f, const struct maps *m)
{
    iso_buf *d = &f->data;
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_puts(d, "x\ty\tvalue\tx_name\ty_name\tpanel\n"));
    for (int p = 0; p < m->count; p++) {
        for (int i = 0; i < m->size * m->size; i++) {
            const int x = i % m->size, y = i / m->size;
            ISO_TRY(iso_buf_printf(d, "%d\t%d\t%s\t", x, y, NUMBER(value_at(m, &m->at[p], x, y))));
            ISO_TRY(add_tick(d, m, x, false));
            ISO_TRY(iso_buf_puts(d, "\t"));
            ISO_TRY(add_tick(d, m, y, false));
            ISO_TRY(iso_buf_puts(d, "\t"));
            ISO_TRY(iso_figure_field(d, m->at[p].title.text));
            ISO_TRY(iso_buf_puts(d, "\n"));
        }
        if (p + 1 < m->count)
            ISO_TRY(iso_buf_puts(d, "\n\n"));
    }
done:
    return err;
}

/* Where panels go, in pixels. */
struct grid {
    int columns, rows, side, left, top, gap_x, gap_y;
    int cell;   /* side / size */
    int stride; /* every how many ticks have a name */
    bool numbers, turned;
};

/* Whether each panel says what it is. */
static bool titled(const struct maps *m)
{
    return m->count > 1 || m->kind == ISO_PLOT_LANGUAGES;
}

static int longest_name(const struct maps *m)
{
    size_t longest = 2;

    for (int i = 0; m->kind == ISO_PLOT_LANGUAGES && i < m->size; i++) {
        const size_t len = strlen(m->names.at[i]);
        longest = len > longest ? len : longest;
    }
    return longest > LABEL_MOST ? LABEL_MOST : (int)longest;
}

/* Columns, rows and the side of a panel that suit what is drawn. */
static void choose(struct grid *g, const struct maps *m)
{
    g->columns = m->count == 1 || m->size > 30                    ? 1
                 : m->count == 2 || m->count == 4 || m->size > 18 ? 2
                                                                  : 3;
    g->rows = (m->count + g->columns - 1) / g->columns;
    g->side = m->size * 34;
    const int most = g->columns == 1 ? 480 : g->columns == 2 ? 300 : 210;
    const int least = g->columns == 1 ? 260 : most - 40;
    g->side = g->side > most ? most : g->side < least ? least : g->side;
    if (g->columns == 1 && 11 * m->size > g->side) /* a name needs that much */
        g->side = m->size < 80 ? 11 * m->size : 880;
}

/* Of a size that was asked, cells get what the rest leaves; they stay square. */
static void fit_side(struct grid *g, const struct figure *f, int across, int down)
{
    const int wide = (f->asked_width - across) / g->columns;
    const int high = (f->asked_height - down) / g->rows;

    if (f->asked_width && f->asked_height)
        g->side = wide < high ? wide : high;
    else if (f->asked_width || f->asked_height)
        g->side = f->asked_width ? wide : high;
}

static iso_err lay_out(struct grid *out, struct figure *f, const struct maps *m)
{
    enum { LEAST = 560, SCALE = 92, OVER = 30, TICKS = 16 };
    const int names = 7 * longest_name(m), air = titled(m) ? 16 : 0;
    const int axis = m->kind == ISO_PLOT_LAYERS ? 22 : 4;
    struct grid g = {.left = 40 + names, .gap_x = 34 + names};
    iso_err err = ISO_OK;

    choose(&g, m);
    const int across = g.left + (g.columns - 1) * g.gap_x + SCALE;
    int wide = across + g.columns * g.side;
    f->width = iso_figure_width(f, wide < LEAST ? LEAST : wide);
    g.top = iso_figure_head_room(f, 0) + air;
    /* names that stand upright take more, but then cells are small */
    const int down = g.top + g.rows * (TICKS + axis) + (g.rows - 1) * (OVER + 16) + 18;
    fit_side(&g, f, across, down);
    f->height = iso_figure_height(f, down + g.rows * g.side);
    ISO_TRY(iso_figure_fits(f, across + 40 * g.columns, down + 40 * g.rows));
    g.cell = g.side / m->size;
    g.stride = 1 + (m->kind == ISO_PLOT_LANGUAGES ? 10 : 17) / (g.cell > 0 ? g.cell : 1);
    g.numbers = g.cell >= 24;
    g.turned = m->kind == ISO_PLOT_LANGUAGES && names > g.cell - 4;
    const int below = (g.turned ? names : TICKS) + axis;
    g.gap_y = OVER + 16 + below;
    wide = across + g.columns * g.side;
    f->width = iso_figure_width(f, wide < LEAST ? LEAST : wide);
    f->height = iso_figure_height(f, g.top + g.rows * g.side + (g.rows - 1) * g.gap_y + 18 + below);
    *out = g;
done:
    return err;
}

static iso_err add_ticks(iso_buf *s, const struct maps *m, const struct grid *g, char axis)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_printf(s, "set %ctics scale 0 font small %s(", axis,
                           axis == 'x' && g->turned ? "rotate by 90 right " : "norotate "));
    for (int i = 0; i < m->size; i += g->stride) {
        ISO_TRY(iso_buf_puts(s, i ? ", " : ""));
        ISO_TRY(add_tick(s, m, i, true));
        ISO_TRY(iso_buf_printf(s, " %d", i));
    }
    ISO_TRY(iso_buf_puts(s, ")\n"));
done:
    return err;
}

static iso_err add_axis_titles(iso_buf *s, const struct maps *m, const struct panel *p)
{
    iso_buf text = {0};
    iso_err err = ISO_OK;

    if (m->kind != ISO_PLOT_LAYERS)
        goto done;
    const char *const sides[] = {p->first->src ? p->first->src : "?",
                                 p->first->tgt ? p->first->tgt : "?"};
    for (int i = 0; i < 2; i++) {
        text.len = 0;
        ISO_TRY(iso_buf_puts(&text, "layer of "));
        ISO_TRY(m->count > 1 ? iso_buf_puts(&text, sides[i]) : iso_wording_lang(&text, sides[i]));
        if (strcmp(sides[0], sides[1]) == 0 && p->first->model2)
            ISO_TRY(iso_buf_printf(&text, ", %s",
                                   i == 0 && p->first->model ? p->first->model : p->first->model2));
        ISO_TRY(iso_buf_puts(s, i ? "set ylabel " : "set xlabel "));
        ISO_TRY(iso_figure_quote(s, text.text));
        ISO_TRY(iso_buf_puts(s, " font small textcolor rgb '#404040' offset 0,0\n"));
    }
done:
    iso_buf_free(&text);
    return err;
}

/* "German (de) – French (fr), layer 3: 0.45", "layer 2 of en, layer 3 of de: 0.45" */
static iso_err add_place(iso_buf *out, const struct maps *m, const struct panel *p, int x, int y)
{
    iso_err err = ISO_OK;

    if (m->kind == ISO_PLOT_LAYERS)
        return iso_buf_printf(out, "layer %lld of %s, layer %lld of %s", (long long)m->layers[x],
                              p->first->src ? p->first->src : "?", (long long)m->layers[y],
                              p->first->tgt ? p->first->tgt : "?");
    ISO_TRY(iso_wording_lang(out, m->names.at[m->order[x]]));
    ISO_TRY(iso_buf_puts(out, " \xe2\x80\x93 "));
    ISO_TRY(iso_wording_lang(out, m->names.at[m->order[y]]));
    ISO_TRY(iso_buf_printf(out, ", layer %lld", (long long)p->first->src_layer));
done:
    return err;
}

static iso_err mark_cells(struct figure *f, const struct maps *m, int p)
{
    const int places = iso_mark_places(iso_figure_range(m->lo, m->hi, 5).step);
    iso_buf place = {0};
    iso_err err = ISO_OK;

    ISO_TRY(p ? iso_mark_panel(f) : ISO_OK);
    ISO_TRY(iso_mark_series(f, m->at[p].title.text));
    for (int i = 0; i < m->size * m->size; i++) {
        const int x = i % m->size, y = i / m->size;
        place.len = 0;
        ISO_TRY(add_place(&place, m, &m->at[p], x, y));
        ISO_TRY(iso_mark_point(f, place.text, value_at(m, &m->at[p], x, y), NAN, NAN, places));
    }
done:
    iso_buf_free(&place);
    return err;
}

/* No other ink: a dark page makes all others light. */
#define ON_BRIGHT "#101010"

iso_err iso_figure_cells(struct figure *f, int panel, const char *font)
{
    static const char *const looks[][2] = {{"show($3) : ''", "white"},
                                           {"'' : show($3)", ON_BRIGHT}};
    iso_err err = ISO_OK;

    for (int i = 0; i < 2; i++) {
        ISO_TRY(iso_buf_printf(&f->script,
                               ", \\\n  data skip 1 index %d using 1:2:(dark($3) ? %s) with labels "
                               "font %s textcolor rgb '%s'",
                               panel, looks[i][0], font, looks[i][1]));
        ISO_TRY(iso_mark_silent(f));
    }
done:
    return err;
}

static iso_err add_panel(struct figure *f, const struct maps *m, const struct grid *g, int p)
{
    const int x = g->left + p % g->columns * (g->side + g->gap_x);
    const int y = g->top + p / g->columns * (g->side + g->gap_y);
    const double w = f->width, h = f->height;
    iso_buf *s = &f->script;
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_printf(s,
                           "set lmargin at screen %d/%d.\nset rmargin at screen %d/%d.\n"
                           "set tmargin at screen 1 - %d/%d.\nset bmargin at screen 1 - %d/%d.\n",
                           x, (int)w, x + g->side, (int)w, y, (int)h, y + g->side, (int)h));
    ISO_TRY(iso_buf_puts(s, "set title "));
    ISO_TRY(iso_figure_quote(s, titled(m) ? m->at[p].title.text : ""));
    ISO_TRY(iso_buf_puts(s, " font small textcolor rgb '#404040' offset 0,-0.6\n"));
    ISO_TRY(add_axis_titles(s, m, &m->at[p]));
    if (p == 1)
        ISO_TRY(iso_buf_puts(s, "unset colorbox\nunset label\n"));
    ISO_TRY(iso_buf_printf(s,
                           "plot data skip 1 index %d using 1:2:(%s):(%s):3 with boxxyerror "
                           "fs solid noborder lc palette",
                           p, g->numbers ? "0.485" : "0.505", g->numbers ? "0.485" : "0.505"));
    ISO_TRY(mark_cells(f, m, p));
    if (g->numbers)
        ISO_TRY(iso_figure_cells(f, p, g->cell >= 32 ? "small" : "tiny"));
    ISO_TRY(iso_buf_puts(s, "\n"));
done:
    return err;
}

static iso_err add_script(struct figure *f, const struct maps *m, const struct grid *g)
{
    const int right = g->left + g->columns * g->side + (g->columns - 1) * g->gap_x;
    iso_buf *s = &f->script;
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_printf(s,
                           "set xrange [-0.5:%d.5]\nset yrange [-0.5:%d.5]\nunset border\n"
                           "set object 1 rectangle from graph 0,0 to graph 1,1 behind "
                           "fc rgb '#ececec' fs solid noborder\n",
                           m->size - 1, m->size - 1));
    ISO_TRY(add_ticks(s, m, g, 'x'));
    ISO_TRY(add_ticks(s, m, g, 'y'));
    ISO_TRY(iso_figure_palette(s, m->lo, m->hi, m->signs, m->apart));
    ISO_TRY(iso_buf_puts(s, "set colorbox user vertical noborder\n"));
    ISO_TRY(iso_buf_printf(s,
                           "set colorbox origin screen %d/%d., screen 1 - %d/%d. size screen "
                           "12/%d., screen %d/%d.\n",
                           right + 18, f->width, g->top + g->side, f->height, f->width, g->side,
                           f->height));
    ISO_TRY(iso_buf_printf(s, "show(v) = v == v ? sprintf('%s', v) : ''\n",
                           fmax(fabs(m->lo), fabs(m->hi)) >= 10 ? "%.1f" : "%.2f"));
    if (m->count > 1)
        ISO_TRY(iso_buf_puts(s, "set multiplot\n"));
    for (int p = 0; p < m->count; p++)
        ISO_TRY(add_panel(f, m, g, p));
    if (m->count > 1)
        ISO_TRY(iso_buf_puts(s, "unset multiplot\n"));
done:
    return err;
}

/* Which way colours go, and what of the panels is not there. */
static iso_err describe(struct figure *f, const struct maps *m, const iso_record *r)
{
    const bool sided = iso_catalogue_of(r->measure, r->estimator).high != ISO_HIGH_NEITHER;
    iso_buf *o = &f->note;
    iso_err err = ISO_OK;

    if (sided && !iso_str_same(r->stage, "difference"))
        ISO_TRY(iso_buf_puts(o, m->signs ? "blue: closer" : "bright: closer"));
    if (m->kind == ISO_PLOT_LANGUAGES && r->train && iso_str_same(r->train, r->src))
        ISO_TRY(iso_buf_printf(o, "%sacross: trained on, upwards: tested on",
                               o->len ? " \xc2\xb7 " : ""));
    if (m->dropped)
        ISO_TRY(iso_buf_printf(o, "%s%d of %d %s", o->len ? " \xc2\xb7 " : "", m->count,
                               m->count + m->dropped,
                               m->kind == ISO_PLOT_LANGUAGES ? "layers" : "pairs"));
done:
    return err;
}

iso_err iso_figure_maps(struct figure *f, const iso_records *records, int panels_max)
{
    struct maps m = {.kind = f->kind};
    iso_err err = ISO_OK;

    ISO_TRY(iso_maps_collect(&m, records, panels_max));
    f->left_out = m.dropped;
    struct grid g;
    ISO_TRY(describe(f, &m, &records->at[0]));
    ISO_TRY(lay_out(&g, f, &m));
    ISO_TRY(iso_figure_head(f));
    ISO_TRY(add_data(f, &m));
    ISO_TRY(add_script(f, &m, &g));
done:
    iso_maps_free(&m);
    return err;
}
