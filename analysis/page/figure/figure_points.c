/* Rows as points in the plane, coloured by language: a panel a layer, a row of panels for each
 * collection where they are several. */
#include <math.h>
#include <string.h>

#include "analysis/page/figure/figure_svg.h"
#include "analysis/page/figure/figure_text.h"
#include "analysis/page/plot.h"

enum {
    LEFT = 17,
    RIGHT = 17,
    GAP = 14,
    TITLE = 20,
    LEGEND = 18,
    ENTRY = 52,
    BELOW = 14,
    ONE = 330,
    MANY = 210
};

/* Where panels and languages are, in pixels. */
struct sheet {
    const iso_points *const *set;
    int sets, columns, rows, entries; /* entries: languages a line of the legend */
    int top, side;                    /* side: of a panel, which is square */
};

static const char *name_of(const iso_points *p, int set, int sets)
{
    static const char *const order[] = {"before", "after", "third"};

    return p->model ? p->model : sets > 1 ? order[set < 2 ? set : 2] : "states";
}

/* --- What it says --- */

static iso_err describe(struct figure *f, const struct sheet *g)
{
    const iso_points *p = g->set[0];
    const bool tsne = p->way == ISO_WAY_TSNE;
    iso_err err = ISO_OK;

    if (!f->untitled && !f->title.len)
        ISO_TRY(iso_buf_printf(&f->title, "Rows of %d languages, %s", p->langs,
                               tsne ? "exact t-SNE" : "two principal components"));
    for (int s = 0; s < g->sets; s++)
        ISO_TRY(iso_buf_printf(&f->subtitle, "%s%s%s", s ? " \xc2\xb7 " : "",
                               g->sets > 1 ? (s == 0   ? "above: "
                                              : s == 1 ? "below: "
                                                       : "last: ")
                                           : "model ",
                               name_of(g->set[s], s, g->sets)));
    ISO_TRY(iso_buf_printf(&f->subtitle, " \xc2\xb7 %lld points a panel, rows of length 1",
                           (long long)p->rows));
    if (p->pool)
        ISO_TRY(iso_buf_printf(&f->subtitle, " \xc2\xb7 pool %s", p->pool));
done:
    return err;
}

/* --- Where it is --- */

static iso_err lay_out(struct figure *f, struct sheet *g)
{
    const int panels = g->set[0]->panels, langs = g->set[0]->langs;
    const bool one = panels * g->sets == 1;
    iso_err err = ISO_OK;

    g->columns = g->sets > 1 || panels < 4 ? panels : 4;
    g->rows = g->sets > 1 ? g->sets : (panels + g->columns - 1) / g->columns;
    f->width = iso_figure_width(f, LEFT + RIGHT + (g->columns - 1) * GAP +
                                       g->columns * (one ? ONE : MANY));
    ISO_TRY(iso_figure_fits(f, LEFT + RIGHT + g->columns * 60, 0));
    g->side = (f->width - LEFT - RIGHT - (g->columns - 1) * GAP) / g->columns;
    g->entries = (f->width - LEFT - RIGHT) / ENTRY;
    g->top = iso_figure_head_room(f, 0) + (langs + g->entries - 1) / g->entries * LEGEND;
    f->height = iso_figure_height(f, g->top + g->rows * (g->side + TITLE + GAP) + BELOW);
    ISO_TRY(iso_figure_fits(f, 0, g->top + g->rows * (60 + TITLE + GAP) + BELOW));
    const int room = (f->height - g->top - BELOW) / g->rows - TITLE - GAP;
    g->side = room < g->side ? room : g->side;
done:
    return err;
}

static iso_err add_legend(struct figure *f, const struct sheet *g)
{
    const iso_points *p = g->set[0];
    const int above = iso_figure_head_room(f, 0);
    iso_buf *o = &f->script;
    iso_err err = ISO_OK;

    for (int l = 0; l < p->langs; l++) {
        const struct style look = iso_style_at(iso_style_place(&f->langs, p->lang[l]));
        ISO_TRY(iso_buf_puts(o, "set label "));
        ISO_TRY(iso_figure_tick(o, p->lang[l]));
        ISO_TRY(iso_buf_printf(o,
                               " at screen %d/%d., screen 1 - %d/%d. left font small textcolor rgb "
                               "'#404040' point pt %d lc rgb '%s' ps 0.7 offset 0.7,-0.2\n",
                               LEFT + 6 + l % g->entries * ENTRY, f->width,
                               above + l / g->entries * LEGEND + LEGEND / 2 - 6, f->height,
                               look.point, look.colour));
    }
done:
    return err;
}

/* --- Panels --- */

static iso_err add_numbers(struct figure *f, const iso_points *p, int panel, bool first)
{
    const double *at = p->panel[panel].at;
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_puts(&f->data, first ? "x\ty\tlang\tmarker\tcolour\n" : "\n\n"));
    for (int64_t i = 0; i < p->rows; i++) {
        const char *lang = p->lang[p->of[i]];
        const struct style look = iso_style_at(iso_style_place(&f->langs, lang));
        ISO_TRY(iso_buf_printf(&f->data, "%.5g\t%.5g\t", at[2 * i], at[2 * i + 1]));
        ISO_TRY(iso_figure_field(&f->data, lang));
        ISO_TRY(iso_figure_look(&f->data, &look));
        ISO_TRY(iso_buf_puts(&f->data, "\n"));
    }
done:
    return err;
}

/* "e5, layer 3 (31 % + 12 %)" */
static iso_err panel_title(iso_buf *out, const struct sheet *g, int set, int panel)
{
    const iso_points_panel *p = &g->set[set]->panel[panel];
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_printf(out, "layer %d", p->layer));
    if (isfinite(p->first))
        ISO_TRY(iso_buf_printf(out, ", %.0f %% + %.0f %% of variance", 100 * p->first,
                               100 * p->second));
    if (isfinite(p->kl))
        ISO_TRY(iso_buf_printf(out, ", KL %.2f", p->kl));
done:
    return err;
}

/* A square about the points, so that one unit is as long both ways. */
static iso_err add_ranges(iso_buf *o, const iso_points *p, int panel)
{
    const double *at = p->panel[panel].at;
    double lo[2] = {INFINITY, INFINITY}, hi[2] = {-INFINITY, -INFINITY};
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < 2 * p->rows; i++) {
        lo[i % 2] = fmin(lo[i % 2], at[i]);
        hi[i % 2] = fmax(hi[i % 2], at[i]);
    }
    const double half = 0.53 * fmax(fmax(hi[0] - lo[0], hi[1] - lo[1]), 1e-9);
    for (int k = 0; k < 2; k++) {
        const double centre = (lo[k] + hi[k]) / 2;
        ISO_TRY(iso_buf_printf(o, "set %crange [%s:%s]\n", k ? 'y' : 'x', NUMBER(centre - half),
                               NUMBER(centre + half)));
    }
done:
    return err;
}

static iso_err add_panel(struct figure *f, const struct sheet *g, int set, int panel, int number)
{
    const int column = panel % g->columns, row = g->sets > 1 ? set : panel / g->columns;
    const int x = LEFT + column * (g->side + GAP);
    const int y = g->top + TITLE + row * (g->side + TITLE + GAP);
    iso_buf *o = &f->script, title = {0};
    iso_err err = ISO_OK;

    ISO_TRY(panel_title(&title, g, set, panel));
    ISO_TRY(iso_figure_margins(o, x, y, g->side, g->side));
    ISO_TRY(iso_buf_puts(o, "set title "));
    ISO_TRY(iso_figure_quote(o, title.text));
    ISO_TRY(iso_buf_puts(o, " font small textcolor rgb '#404040' offset 0,-0.7\n"));
    ISO_TRY(add_ranges(o, g->set[set], panel));
    ISO_TRY(add_numbers(f, g->set[set], panel, number == 0));
    ISO_TRY(number ? iso_mark_panel(f) : ISO_OK);
    ISO_TRY(iso_mark_silent(f));
    ISO_TRY(iso_buf_printf(o,
                           "plot data skip 1 index %d using 1:2:4:5 with points pt variable ps "
                           "%s lc rgb variable\n%s",
                           number, g->set[0]->panels * g->sets == 1 ? "0.35" : "0.25",
                           number ? "" : "unset label\n"));
done:
    iso_buf_free(&title);
    return err;
}

/* --- The sheet --- */

static iso_err check(const iso_points *const *set, int count)
{
    iso_err err = ISO_OK;

    ISO_NEED(count >= 1 && count <= 3, "a picture of %d collections: one to three", count);
    for (int s = 0; s < count; s++) {
        ISO_NEED(set[s]->panels > 0 && set[s]->rows > 0, "no points to draw");
        ISO_NEED(set[s]->panels == set[0]->panels && set[s]->langs == set[0]->langs,
                 "collections of %d and %d layers, %d and %d languages are no one picture",
                 set[0]->panels, set[s]->panels, set[0]->langs, set[s]->langs);
        ISO_NEED(set[s]->panels <= FIGURE_POINTS_PANELS && (count == 1 || set[s]->panels <= 6),
                 "a picture has room for %d layers, here are %d: choose with " ISO_FIELD(layers),
                 count == 1 ? FIGURE_POINTS_PANELS : 6, set[s]->panels);
        for (int i = 0; i < set[s]->panels; i++)
            for (int64_t k = 0; k < 2 * set[s]->rows; k++)
                ISO_NEED(isfinite(set[s]->panel[i].at[k]), "point %lld is not finite",
                         (long long)k / 2);
    }
done:
    return err;
}

static iso_err fill(struct figure *f, const struct sheet *sheet)
{
    struct sheet g = *sheet;
    int number = 0;
    iso_err err = ISO_OK;

    for (int l = 0; l < g.set[0]->langs; l++)
        (void)iso_style_place(&f->langs, g.set[0]->lang[l]);
    ISO_TRY(describe(f, &g));
    ISO_TRY(lay_out(f, &g));
    ISO_TRY(iso_buf_printf(&f->script, "w = %d.\nh = %d.\n", f->width, f->height));
    ISO_TRY(iso_figure_head(f));
    ISO_TRY(add_legend(f, &g));
    ISO_TRY(iso_buf_puts(&f->script, "set border 15 lc rgb '#cfcfcf' lw 0.75\nunset tics\n"
                                     "set multiplot\n"));
    for (int s = 0; s < g.sets; s++)
        for (int i = 0; i < g.set[s]->panels; i++)
            ISO_TRY(add_panel(f, &g, s, i, number++));
    ISO_TRY(iso_buf_puts(&f->script, "unset multiplot\n"));
done:
    return err;
}

iso_err iso_figure_points(struct figure *out, const iso_points *const *set, int count,
                          const struct figure_ask *ask)
{
    struct figure f = {.asked_width = ask->width, .asked_height = ask->height};
    iso_err err = ISO_OK;

    ISO_TRY(check(set, count));
    if (ask->langs)
        f.langs = *ask->langs;
    f.untitled = ask->title && !*ask->title;
    if (ask->title && *ask->title)
        ISO_TRY(iso_buf_puts(&f.title, ask->title));
    ISO_TRY(fill(&f, &(struct sheet){.set = set, .sets = count}));
    *out = f;
    f = (struct figure){0};
done:
    iso_figure_free(&f);
    return err;
}
