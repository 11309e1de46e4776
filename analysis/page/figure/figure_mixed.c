/* Before and after mixing at one place: a panel a language; of many languages the mean. */
#include "analysis/page/figure/figure_mixed.h"

#include <math.h>
#include <string.h>

#include "analysis/page/wording.h"

enum { PANELS_MOST = 8, ROOM = 26 };

bool iso_mixed_is_change(const struct mixed_sheet *s, int panel)
{
    return s->mean && panel == 1;
}

struct spread iso_mixed_point(const struct mixed_sheet *s, int panel, int series, int layer)
{
    const enum mix_what what = iso_mixed_is_change(s, panel) ? MIX_SHOWS_CHANGE
                               : series == 0                 ? MIX_SHOWS_BEFORE
                                                             : MIX_SHOWS_AFTER;
    const int way = series ? series - 1 : 0;

    if (iso_mixed_is_change(s, panel) && series == 0)
        return (struct spread){NAN, NAN, NAN, 0};
    if (s->mean)
        return iso_mixing_over(s->m, what, s->place, way, layer);
    const iso_record *r = iso_mixing_at(s->m, what, panel, s->place, way, layer);
    return r ? (struct spread){r->value, r->lo, r->hi, 1} : (struct spread){NAN, NAN, NAN, 0};
}

bool iso_mixed_has_band(const struct mixed_sheet *s, int panel, int series)
{
    if (!s->mean)
        return s->bands;
    return iso_mixed_is_change(s, panel) && series > 0 && !s->m->way[series - 1].control;
}

static struct range range_of(struct mixed_sheet *s, int first, int count)
{
    double lo = INFINITY, hi = -INFINITY;

    for (int p = first; p < first + count; p++) {
        for (int i = 0; i <= s->m->ways; i++) {
            for (int layer = s->m->lo; layer <= s->m->hi; layer++) {
                const struct spread v = iso_mixed_point(s, p, i, layer);
                const bool band =
                    isfinite(v.lo) && isfinite(v.hi) && (!s->mean || iso_mixed_is_change(s, p));
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

iso_err iso_mixed_series_name(iso_buf *out, const struct mixed_sheet *s, int series)
{
    iso_err err = ISO_OK;

    if (series == 0)
        return iso_buf_puts(out, "not mixed");
    const struct mix_series *w = &s->m->way[series - 1];
    ISO_TRY(iso_buf_add(out, w->name, w->len < 40 ? w->len : 40));
    ISO_TRY(iso_buf_puts(out, w->control ? " (control)" : ""));
done:
    return err;
}

iso_err iso_mixed_panel_name(iso_buf *out, const struct mixed_sheet *s, int panel)
{
    if (!s->mean)
        return iso_wording_lang(out, s->m->tgts.at[panel]);
    if (panel == 1)
        return iso_buf_puts(out, "change from not mixed");
    return iso_buf_printf(out, "mean over %d languages", s->m->tgts.count);
}

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
    iso_err err = ISO_OK;

    ISO_TRY(iso_mixing_gather(&m, records));
    s.place = iso_mixing_best(&m, r);
    if (ask->place)
        ISO_TRY(iso_mixing_place(&s.place, &m, ask->place));
    ISO_TRY(lay_out(f, &s));
    s.y[0] = range_of(&s, 0, s.mean ? 1 : s.panels);
    if (s.mean)
        s.y[1] = range_of(&s, 1, 1);
    f->shows = s.mean ? SHOWS_MEAN : s.bands ? SHOWS_BANDS : 0;
    ISO_TRY(name_place(f, &s, ask));
    ISO_TRY(describe(f, &s));
    ISO_TRY(iso_mixed_draw(f, &s, r));
done:
    iso_mixing_free(&m);
    return err;
}
