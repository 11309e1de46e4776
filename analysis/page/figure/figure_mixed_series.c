/* The series of a panel of mixing: which values they have, how they are called and drawn. */
#include <math.h>

#include "analysis/page/figure/figure_mixed.h"

/* Whether a baseline is mixed too, or only stands beside. */
static bool mixes(const struct mixed_sheet *s, int baseline)
{
    return iso_mixing_has(s->m, baseline, MIX_SHOWS_AFTER, s->place, 0);
}

void iso_mixed_series(struct mixed_sheet *s)
{
    const struct mixing *m = s->m;
    int lines = 0;

    for (int k = 0; k < m->beside->names; k++) {
        if (iso_mixing_has(m, k, MIX_SHOWS_BEFORE, 0, 0))
            s->line[lines++] = (struct mixed_line){k, false};
        if (mixes(s, k))
            s->line[lines++] = (struct mixed_line){k, true};
    }
    s->series = 1 + m->ways + lines;
}

const struct mixed_line *iso_mixed_line(const struct mixed_sheet *s, int series)
{
    return series > s->m->ways ? &s->line[series - 1 - s->m->ways] : NULL;
}

bool iso_mixed_is_change(const struct mixed_sheet *s, int panel)
{
    return s->mean && panel == 1;
}

/* What is not mixed does not change. */
bool iso_mixed_shows(const struct mixed_sheet *s, int panel, int series)
{
    const struct mixed_line *line = iso_mixed_line(s, series);

    return !iso_mixed_is_change(s, panel) || (line ? line->mixed : series > 0);
}

struct spread iso_mixed_point(const struct mixed_sheet *s, int panel, int series, int layer)
{
    const struct mixed_line *line = iso_mixed_line(s, series);
    const bool mixed = line ? line->mixed : series > 0;
    const enum mix_what what = iso_mixed_is_change(s, panel) ? MIX_SHOWS_CHANGE
                               : mixed                       ? MIX_SHOWS_AFTER
                                                             : MIX_SHOWS_BEFORE;
    const int way = line || series == 0 ? 0 : series - 1;
    const int baseline = line ? line->baseline : MIX_STATES;

    if (!iso_mixed_shows(s, panel, series))
        return (struct spread){NAN, NAN, NAN, 0};
    if (s->mean)
        return iso_mixing_over(s->m, baseline, what, s->place, way, layer);
    const iso_record *r = iso_mixing_at(s->m, baseline, what, panel, s->place, way, layer);
    return r ? (struct spread){r->value, r->lo, r->hi, 1} : (struct spread){NAN, NAN, NAN, 0};
}

/* Of means only the change of ways has a band, from the least language to the greatest: that of the
 * values would be how unlike languages are. */
bool iso_mixed_has_band(const struct mixed_sheet *s, int panel, int series)
{
    if (iso_mixed_line(s, series))
        return false;
    if (!s->mean)
        return s->bands;
    return iso_mixed_is_change(s, panel) && series > 0 && !s->m->way[series - 1].control;
}

iso_err iso_mixed_series_name(iso_buf *out, const struct mixed_sheet *s, int series)
{
    const struct mixed_line *line = iso_mixed_line(s, series);
    const struct mix_series *way = &s->m->way[line || series == 0 ? 0 : series - 1];
    const bool mixed = line ? line->mixed : series > 0;
    iso_err err = ISO_OK;

    if (line)
        ISO_TRY(iso_buf_puts(out, s->m->beside->name[line->baseline]));
    if (line && !line->mixed && !mixes(s, line->baseline))
        return ISO_OK;
    ISO_TRY(iso_buf_puts(out, line ? ", " : ""));
    if (!mixed)
        return iso_buf_puts(out, "not mixed");
    ISO_TRY(iso_buf_add(out, way->name, way->len < 40 ? way->len : 40));
    ISO_TRY(iso_buf_puts(out, way->control ? " (control)" : ""));
done:
    return err;
}

/* The colours of languages (iso_style_at), but of ways, which stand in the legend. */
static const char *colour_of(int way)
{
    static const char *const ways[] = {"#0072B2", "#009E73", "#CC79A7"};

    return ways[way % (int)(sizeof ways / sizeof *ways)];
}

/* Of a control; `uniform` has the right source as the ways have, so it is not as `shuffled` is. */
static struct style control_style(const char *name, int point)
{
    switch (name[0]) { /* "uniform:1-3" is one, too */
    case 'u':
        return (struct style){"#56B4E9", "(6,3,2,3)", point};
    case 's':
        return (struct style){"#D55E00", "(2,3)", point};
    default:
        return (struct style){"#767676", "(6,3)", point};
    }
}

struct mixed_look iso_mixed_look(const struct mixed_sheet *s, int series)
{
    const struct mixed_line *line = iso_mixed_line(s, series);

    if (line) {
        struct style is = iso_style_baseline(s->m->beside->name[line->baseline]);
        is.point = line->mixed ? is.point : 0;
        return (struct mixed_look){is, line->mixed ? "1.2" : "0.8", "0.45"};
    }
    if (series == 0)
        return (struct mixed_look){{"#000000", "solid", 6}, "1.3", "0.35"};
    const int way = series - 1, point = iso_style_at(way).point;
    const struct mix_series *w = &s->m->way[way];
    if (w->control)
        return (struct mixed_look){control_style(w->name, point), "1.3", "0.35"};
    return (struct mixed_look){{colour_of(way), "solid", point}, "1.9", "0.5"};
}
