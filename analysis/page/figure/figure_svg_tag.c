#include "analysis/page/figure/figure_svg_tag.h"

#include <stdio.h>
#include <string.h>

/* Properties that SVG hands down from a group to its elements, and their first values. */
static const char *const looks[][2] = {
    {"fill", "#000"},      {"stroke", "none"},         {"color", ""},
    {"stroke-width", "1"}, {"stroke-linecap", "butt"}, {"stroke-linejoin", "miter"},
    {"font-family", ""},   {"font-size", ""},          {"text-anchor", "start"},
    {"fill-opacity", "1"},
};
_Static_assert(sizeof looks / sizeof *looks == SVG_LOOKS, "SVG_LOOKS");

static const char blank[] = " \t\r\n";

static enum svg_kind kind_of(const char *name, size_t len)
{
    static const struct {
        const char *name;
        enum svg_kind kind;
    } kinds[] = {
        {"g", SVG_GROUP},         {"/g", SVG_END_GROUP}, {"text", SVG_TEXT},
        {"title", SVG_TITLE},     {"use", SVG_USE},      {"path", SVG_PATH},
        {"polygon", SVG_POLYGON}, {"rect", SVG_RECT},    {"/svg", SVG_END},
    };

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (strlen(kinds[i].name) == len && memcmp(kinds[i].name, name, len) == 0)
            return kinds[i].kind;
    }
    return SVG_OTHER;
}

/* NULL when what is there is no attribute. */
static const char *read_attribute(struct svg_attribute *a, const char *at)
{
    a->name = at;
    at += strcspn(at, " \t\r\n=<>/");
    a->name_length = (int)(at - a->name);
    at += strspn(at, blank);
    if (*at++ != '=' || a->name_length == 0)
        return NULL;
    at += strspn(at, blank);
    const char quote = *at++;
    const char *end = quote == '"' || quote == '\'' ? strchr(at, quote) : NULL;
    if (!end)
        return NULL;
    at += strspn(at, blank);
    a->value = at;
    const char *last = end;
    while (last > at && strchr(blank, last[-1]))
        last--;
    a->length = (int)(last - at);
    return end + 1;
}

const char *iso_svg_next(struct svg_tag *tag, const char *at)
{
    at = strchr(at, '<');
    if (!at)
        return NULL;
    const char *name = ++at;
    at += *at == '/';
    at += strcspn(at, " \t\r\n>/");
    tag->kind = kind_of(name, (size_t)(at - name));
    tag->count = 0;
    for (at += strspn(at, blank); *at && *at != '>'; at += strspn(at, blank)) {
        if (*at == '/') {
            at++;
            continue;
        }
        if (tag->count == SVG_ATTRIBUTES)
            return NULL;
        at = read_attribute(&tag->at[tag->count++], at);
        if (!at)
            return NULL;
    }
    return *at ? at + 1 : NULL;
}

static bool called(const struct svg_attribute *a, const char *name)
{
    return (int)strlen(name) == a->name_length && memcmp(a->name, name, strlen(name)) == 0;
}

const struct svg_attribute *iso_svg_find(const struct svg_tag *tag, const char *name)
{
    for (int i = 0; i < tag->count; i++) {
        if (called(&tag->at[i], name))
            return &tag->at[i];
    }
    return NULL;
}

/* "rgb( 13, 94,  0)" is "#0d5e00", "black" "#000", "0.140000" "0.14". */
static void shorten(char out[SVG_VALUE], const struct svg_attribute *a)
{
    unsigned r, g, b;

    (void)snprintf(out, SVG_VALUE, "%.*s", a->length, a->value);
    if (sscanf(out, "rgb( %u , %u , %u", &r, &g, &b) == 3 && r < 256 && g < 256 && b < 256)
        (void)snprintf(out, SVG_VALUE, "#%02x%02x%02x", r, g, b);
    if (strcmp(out, "black") == 0)
        (void)strcpy(out, "#000");
    if (strlen(out) == 7 && out[0] == '#' && out[1] == out[2] && out[3] == out[4] &&
        out[5] == out[6]) {
        out[2] = out[3];
        out[3] = out[5];
        out[4] = '\0';
    }
    if (strspn(out, "0123456789.") == strlen(out) && strchr(out, '.')) {
        size_t len = strlen(out);
        while (out[len - 1] == '0')
            out[--len] = '\0';
        if (out[len - 1] == '.')
            out[len - 1] = '\0';
    }
    for (char *c = out; out[0] == '#' && *c; c++)
        *c = *c >= 'A' && *c <= 'F' ? (char)(*c - 'A' + 'a') : *c;
}

static iso_err add_look(iso_buf *out, char inherited[SVG_VALUE], const char *first,
                        const struct svg_attribute *a)
{
    char value[SVG_VALUE];

    if (a->length >= SVG_VALUE || memchr(a->value, '<', (size_t)a->length))
        return iso_fail(ISO_EFORMAT, "a property of %d letters", a->length);
    shorten(value, a);
    if (strcmp(value, *inherited ? inherited : first) == 0)
        return ISO_OK;
    (void)strcpy(inherited, value);
    return iso_buf_printf(out, " %.*s=\"%s\"", a->name_length, a->name, value);
}

iso_err iso_svg_attributes(iso_buf *out, const struct svg_tag *tag, struct svg_look *look)
{
    static const char *const kept[] = {"transform", "shape-rendering", "stroke-dasharray"};
    iso_err err = ISO_OK;

    for (int i = 0; i < tag->count; i++) {
        const struct svg_attribute *a = &tag->at[i];
        for (int k = 0; k < SVG_LOOKS; k++) {
            if (called(a, looks[k][0]))
                ISO_TRY(add_look(out, look->value[k], looks[k][1], a));
        }
        for (size_t k = 0; k < sizeof kept / sizeof *kept; k++) {
            if (called(a, kept[k]))
                ISO_TRY(iso_buf_printf(out, " %s=\"%.*s\"", kept[k], a->length, a->value));
        }
    }
done:
    return err;
}

/* The corners "x,y x,Y X,Y X,y" of an upright rectangle, as gnuplot writes its numbers. */
static bool is_upright(char x[2][16], char y[2][16], const struct svg_attribute *points)
{
    char corner[4][2][16], text[160];

    if (points->length >= (int)sizeof text)
        return false;
    (void)snprintf(text, sizeof text, "%.*s", points->length, points->value);
    if (sscanf(text, "%15[^,],%15s %15[^,],%15s %15[^,],%15s %15[^,],%15s", corner[0][0],
               corner[0][1], corner[1][0], corner[1][1], corner[2][0], corner[2][1], corner[3][0],
               corner[3][1]) != 8 ||
        strspn(text, "-0123456789., ") != strlen(text))
        return false;
    for (int i = 0; i < 2; i++) {
        memcpy(x[i], corner[2 * i][0], sizeof *x);
        memcpy(y[i], corner[2 * i][1], sizeof *y);
    }
    return strcmp(corner[0][1], corner[1][1]) == 0 && strcmp(corner[1][0], corner[2][0]) == 0 &&
           strcmp(corner[2][1], corner[3][1]) == 0 && strcmp(corner[3][0], corner[0][0]) == 0 &&
           strlen(text) < 100;
}

static iso_err add_polygon(iso_buf *out, const char **name, const struct svg_attribute *points)
{
    char x[2][16], y[2][16];

    if (!is_upright(x, y, points))
        return iso_buf_printf(out, "%s points=\"%.*s\"", *name = "polygon", points->length,
                              points->value);
    return iso_buf_printf(out, "%s d=\"M%s,%sH%sV%sH%sz\"", *name = "path", x[0], y[0], x[1], y[1],
                          x[0]);
}

iso_err iso_svg_shape(iso_buf *out, const char **name, const struct svg_tag *tag)
{
    static const char *const shapes[] = {"xlink:href", "d", "x", "y", "width", "height"};
    const struct svg_attribute *points = iso_svg_find(tag, "points");
    iso_err err = ISO_OK;

    if (points && tag->kind == SVG_POLYGON)
        return add_polygon(out, name, points);
    *name = tag->kind == SVG_USE ? "use" : tag->kind == SVG_RECT ? "rect" : "path";
    ISO_TRY(iso_buf_puts(out, *name));
    for (size_t k = 0; k < sizeof shapes / sizeof *shapes; k++) {
        const struct svg_attribute *a = iso_svg_find(tag, shapes[k]);
        if (a)
            ISO_TRY(iso_buf_printf(out, " %s=\"%.*s\"", shapes[k], a->length, a->value));
    }
done:
    return err;
}
