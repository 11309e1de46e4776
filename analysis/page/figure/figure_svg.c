#include "analysis/page/figure/figure_svg.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/page/figure/figure_svg_tag.h"
#include "analysis/page/figure/figure_text.h"
#include "analysis/page/html.h"
#include "lib/io/number.h"

/* --- What is noted --- */

iso_err iso_mark_panel(struct figure *f)
{
    return iso_buf_puts(&f->marks, "#\n");
}

static iso_err add(struct figure *f, const char *kind, const char *text)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_puts(&f->marks, kind));
    ISO_TRY(iso_figure_field(&f->marks, text));
    ISO_TRY(iso_buf_puts(&f->marks, "\n"));
done:
    return err;
}

iso_err iso_mark_series(struct figure *f, const char *name)
{
    return add(f, "=", name);
}

iso_err iso_mark_silent(struct figure *f)
{
    return iso_buf_puts(&f->marks, "-\n");
}

static iso_err add_number(iso_buf *out, const char *before, double value, int places)
{
    char number[ISO_NUMBER_SIZE];

    if (fabs(value) < 0.5 * pow(10, -places))
        value = 0;
    (void)iso_number_short(number, fabs(value), places);
    return iso_buf_printf(out, "%s%s%s", before, value < 0 ? "\xe2\x88\x92" : "", number);
}

iso_err iso_mark_point(struct figure *f, const char *place, double value, double lo, double hi,
                       int places)
{
    iso_buf text = {0};
    iso_err err = ISO_OK;

    if (!isfinite(value))
        return ISO_OK;
    ISO_TRY(iso_buf_puts(&text, place));
    ISO_TRY(add_number(&text, ": ", value, places));
    if (isfinite(lo) && isfinite(hi)) {
        ISO_TRY(add_number(&text, " [", lo, places));
        ISO_TRY(add_number(&text, ", ", hi, places));
        ISO_TRY(iso_buf_puts(&text, "]"));
    }
    ISO_TRY(add(f, "+", text.text));
done:
    iso_buf_free(&text);
    return err;
}

int iso_mark_places(double step)
{
    const int places = step > 0 ? 1 + (int)ceil(-log10(step) - 1e-9) : 2;

    return places < 2 ? 2 : places > 8 ? 8 : places;
}

enum { DEPTH = 32, IDS = 32 };

/* An open group: where it begins in the output, where its content does, and what it hands down. */
struct group {
    int64_t begin, body;
    struct svg_look look;
};

/* The elements of `plot` in order; see above. */
struct marks {
    const char *at; /* of the series at hand: its first point */
    int points;
    enum svg_kind aim; /* which elements are the points */
};

struct work {
    const struct figure *f;
    iso_buf *out;
    struct group group[DEPTH];
    int depth, series; /* series: the depth of the series at hand, 0 = none */
    struct marks marks;
    int panel;
    char letter; /* of the panel, as gnuplot counts them: 'a' ... 'z', 'a' ... */
    const char *used[IDS];
    int used_count;
};

/* --- Marks --- */

static const char *next_line(const char *at)
{
    const char *end = strchr(at, '\n');

    return end ? end + 1 : at + strlen(at);
}

/* The line of a series in a panel, or NULL. */
static const char *find_series(const struct figure *f, int panel, int number)
{
    int panels = 0, series = 0;

    for (const char *at = f->marks.text ? f->marks.text : ""; *at; at = next_line(at)) {
        if (*at == '#')
            panels++;
        series += panels == panel && (*at == '=' || *at == '-');
        if (panels == panel && series == number && (*at == '=' || *at == '-'))
            return at;
    }
    return NULL;
}

static int count_points(const char *at)
{
    int count = 0;

    for (; *at == '+'; at = next_line(at))
        count++;
    return count;
}

static iso_err add_title(iso_buf *out, const char *line)
{
    iso_buf name = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_add(&name, line + 1, next_line(line) - line - 2));
    ISO_TRY(iso_buf_puts(out, "<title>"));
    ISO_TRY(iso_html_text(out, name.text));
    ISO_TRY(iso_buf_puts(out, "</title>"));
done:
    iso_buf_free(&name);
    return err;
}

/* What the points of a series are: as many markers as were noted, or as many cells. */
static enum svg_kind aim_of(const char *at, int points)
{
    int uses = 0, cells = 0, depth = 1;
    struct svg_tag tag;

    while (points && depth > 0 && (at = iso_svg_next(&tag, at))) {
        depth += tag.kind == SVG_GROUP ? 1 : tag.kind == SVG_END_GROUP ? -1 : 0;
        uses += tag.kind == SVG_USE;
        cells += tag.kind == SVG_POLYGON;
    }
    return !points           ? SVG_OTHER
           : uses == points  ? SVG_USE
           : cells == points ? SVG_POLYGON
                             : SVG_OTHER;
}

/* --- Groups --- */

static iso_err open_group(struct work *w, const struct svg_tag *tag, const char *extra)
{
    struct group *g = &w->group[w->depth + 1];
    iso_err err = ISO_OK;

    if (w->depth + 2 > DEPTH)
        return iso_fail(ISO_EFORMAT, "groups are nested too deeply");
    g->begin = w->out->len;
    g->look = w->group[w->depth].look;
    ISO_TRY(iso_buf_puts(w->out, "<g"));
    ISO_TRY(iso_svg_attributes(w->out, tag, &g->look));
    ISO_TRY(iso_buf_printf(w->out, "%s>", extra));
    g->body = w->out->len;
    w->depth++;
done:
    return err;
}

/* A group in which nothing was drawn leaves nothing behind. */
static iso_err close_group(struct work *w)
{
    const struct group *g = &w->group[w->depth];
    iso_err err = ISO_OK;

    if (w->depth < 2)
        return iso_fail(ISO_EFORMAT, "a group ends that did not begin");
    if (w->out->len == g->body)
        w->out->len = g->begin;
    else
        ISO_TRY(iso_buf_puts(w->out, "</g>\n"));
    w->series = w->series == w->depth ? 0 : w->series;
    w->depth--;
done:
    return err;
}

/* "gnuplot_plot_3b": the third element of `plot` in the second panel. */
static iso_err open_series(struct work *w, const struct svg_tag *tag, const char *id,
                           const char **at)
{
    char *end;
    const long number = strtol(id, &end, 10);
    struct svg_tag title;
    iso_err err = ISO_OK;

    if (islower((unsigned char)*end)) {
        if (w->letter)
            w->panel += (*end - w->letter + 26) % 26;
        w->letter = *end;
    }
    const char *line = find_series(w->f, w->panel, (int)number);
    const char *after = iso_svg_next(&title, *at); /* gnuplot's own title */
    if (after && title.kind == SVG_TITLE && (after = strstr(after, "</title>")))
        *at = after + strlen("</title>");
    ISO_TRY(open_group(w, tag, line && *line == '=' ? " pointer-events=\"auto\"" : ""));
    w->series = w->depth;
    w->marks = (struct marks){"", 0, SVG_OTHER};
    if (!line || *line == '-')
        goto done;
    w->marks.at = next_line(line);
    w->marks.points = count_points(w->marks.at);
    w->marks.aim = aim_of(*at, w->marks.points);
    ISO_TRY(add_title(w->out, line));
    w->group[w->depth].body = w->out->len;
done:
    return err;
}

/* --- Elements --- */

/* A text in a group of its own needs no group. */
static iso_err add_text(struct work *w, const struct svg_tag *group, const char **at)
{
    struct svg_look look = w->group[w->depth].look;
    struct svg_tag text, end;
    const char *from = iso_svg_next(&text, *at);
    const char *close = from ? strstr(from, "</text>") : NULL;
    const char *rest = close ? iso_svg_next(&end, close + strlen("</text>")) : NULL;
    iso_err err = ISO_OK;

    if (!rest || text.kind != SVG_TEXT || end.kind != SVG_END_GROUP ||
        memchr(from, '<', (size_t)(close - from)))
        return iso_fail(ISO_EFORMAT, "a text is not alone in its group");
    *at = rest;
    from += strspn(from, " ");
    if (from >= close)
        return ISO_OK;
    ISO_TRY(iso_buf_puts(w->out, "<text"));
    ISO_TRY(iso_svg_attributes(w->out, group, &look));
    ISO_TRY(iso_buf_puts(w->out, ">"));
    ISO_TRY(iso_buf_add(w->out, from, close - from));
    ISO_TRY(iso_buf_puts(w->out, "</text>\n"));
done:
    return err;
}

static void note_use(struct work *w, const struct svg_tag *tag)
{
    const struct svg_attribute *href = iso_svg_find(tag, "xlink:href");

    for (int i = 0; href && i < w->used_count; i++) {
        if (strncmp(w->used[i], href->value, (size_t)href->length + 1) == 0)
            return;
    }
    if (href && href->length > 1 && w->used_count < IDS)
        w->used[w->used_count++] = href->value;
}

static iso_err add_element(struct work *w, const struct svg_tag *tag)
{
    struct svg_look look = w->group[w->depth].look;
    const bool named = w->series && w->marks.aim == tag->kind && *w->marks.at == '+';
    const char *name = "path";
    iso_err err = ISO_OK;

    if (tag->kind == SVG_USE)
        note_use(w, tag);
    ISO_TRY(iso_buf_puts(w->out, "<"));
    ISO_TRY(iso_svg_shape(w->out, &name, tag));
    ISO_TRY(iso_svg_attributes(w->out, tag, &look));
    ISO_TRY(iso_buf_puts(w->out, named ? ">" : "/>\n"));
    if (!named)
        goto done;
    ISO_TRY(add_title(w->out, w->marks.at));
    ISO_TRY(iso_buf_printf(w->out, "</%s>\n", name));
    w->marks.at = next_line(w->marks.at);
done:
    return err;
}

static bool is_text(const char *at)
{
    struct svg_tag tag;

    return iso_svg_next(&tag, at) && tag.kind == SVG_TEXT;
}

static iso_err add_tag(struct work *w, const struct svg_tag *tag, const char **at)
{
    static const char plot[] = "gnuplot_plot_";
    const struct svg_attribute *id = iso_svg_find(tag, "id");

    if (tag->kind == SVG_END_GROUP)
        return close_group(w);
    if (tag->kind == SVG_GROUP && is_text(*at))
        return add_text(w, tag, at);
    if (tag->kind == SVG_GROUP && id && strncmp(id->value, plot, sizeof plot - 1) == 0)
        return open_series(w, tag, id->value + sizeof plot - 1, at);
    if (tag->kind == SVG_GROUP)
        return open_group(w, tag, "");
    if (tag->kind == SVG_OTHER)
        return iso_fail(ISO_EFORMAT, "an element that gnuplot does not write");
    return add_element(w, tag);
}

/* --- The whole --- */

/* The definition of a marker, and of what it is made of: "#gpPt7'" ends at the quote. Around a
 * marker of a point the pointer has some room. */
static iso_err add_markers(struct work *w, const char *defs, const char *end)
{
    iso_err err = ISO_OK;

    for (int i = 0; i < w->used_count; i++) {
        const char *id = w->used[i] + 1;
        const size_t len = strcspn(id, "'\"");
        for (const char *line = defs; line < end; line = next_line(line)) {
            const char *at = strstr(line, "id=");
            if (!at || at > next_line(line) || strncmp(at + 4, id, len) != 0 ||
                !strchr("'\"", at[4 + len]))
                continue;
            struct svg_tag tag;
            if (iso_svg_next(&tag, line) && tag.kind == SVG_USE)
                note_use(w, &tag); /* comes later in this very loop */
            line += strspn(line, " \t");
            ISO_TRY(iso_buf_printf(w->out, "<g id=\"%.*s\">", (int)len, id));
            ISO_TRY(iso_buf_add(w->out, line, at - line));
            ISO_TRY(iso_buf_add(w->out, at + 5 + len, next_line(line) - 1 - (at + 5 + len)));
            ISO_TRY(iso_buf_puts(w->out, "<circle r=\"1.5\" stroke=\"none\" fill=\"#fff\" "
                                         "fill-opacity=\"0\"/></g>\n"));
            break;
        }
    }
done:
    return err;
}

static iso_err add_root(iso_buf *out, const char *svg, const struct figure *f)
{
    const char *box = strstr(svg, "viewBox=\"");
    iso_err err = ISO_OK;

    if (!box)
        return iso_fail(ISO_EFORMAT, "no viewBox");
    box += strlen("viewBox=\"");
    ISO_TRY(iso_buf_printf(out,
                           "<svg xmlns=\"http://www.w3.org/2000/svg\" "
                           "xmlns:xlink=\"http://www.w3.org/1999/xlink\" width=\"%d\" "
                           "height=\"%d\" viewBox=\"",
                           f->width, f->height));
    ISO_TRY(iso_buf_add(out, box, (int64_t)strcspn(box, "\"<>")));
    ISO_TRY(iso_buf_puts(out, "\">\n<title>"));
    ISO_TRY(iso_html_text(out, f->title.text));
    ISO_TRY(iso_buf_puts(out, "</title>\n<desc>"));
    ISO_TRY(iso_html_text(out, f->subtitle.text));
    ISO_TRY(iso_buf_puts(out, "</desc>\n"));
done:
    return err;
}

static iso_err convert(struct work *w, const char *at)
{
    static const char canvas[] = "<g fill='none' stroke='currentColor' color='#000000' "
                                 "stroke-width='1' font-family='sans-serif'>";
    const char *defs = strstr(at, "<defs>"), *end = defs ? strstr(defs, "</defs>") : NULL;
    struct svg_tag tag;
    iso_err err = ISO_OK;

    if (!end)
        return iso_fail(ISO_EFORMAT, "no definitions of markers");
    ISO_TRY(add_root(w->out, at, w->f));
    (void)iso_svg_next(&tag, canvas);
    ISO_TRY(open_group(w, &tag, " pointer-events=\"none\"")); /* axes lie over points */
    ISO_TRY(iso_buf_printf(w->out,
                           "<rect width=\"%d\" height=\"%d\" fill=\"#fff\" "
                           "stroke=\"none\"/>\n",
                           w->f->width, w->f->height));
    for (at = end + strlen("</defs>"); (at = iso_svg_next(&tag, at)) && tag.kind != SVG_END;)
        if (!(w->depth == 1 && tag.kind == SVG_END_GROUP)) /* of gnuplot's canvas */
            ISO_TRY(add_tag(w, &tag, &at));
    if (!at || w->depth != 1)
        ISO_FAIL(ISO_EFORMAT, "the file ends early");
    ISO_TRY(iso_buf_puts(w->out, "</g>\n<defs>\n"));
    ISO_TRY(add_markers(w, defs + strlen("<defs>"), end));
    ISO_TRY(iso_buf_puts(w->out, "</defs>\n</svg>\n"));
done:
    return err;
}

iso_err iso_figure_svg(iso_buf *out, const iso_buf *svg, const struct figure *f)
{
    struct work w = {.f = f, .out = out};

    if (!svg->text || strlen(svg->text) != (size_t)svg->len)
        return iso_fail(ISO_EFORMAT, "no text");
    return convert(&w, svg->text);
}
