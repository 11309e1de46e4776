/* Heat maps in panels: layer x layer of each language pair, language x language of each layer. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/cluster.h"
#include "bin/figure_text.h"
#include "bin/wording.h"
#include "lib/base/alloc.h"

/* One panel: a square of values on the axes that all panels share; NAN = nothing there. */
struct panel {
    const iso_record *first; /* what it is about */
    double *value;           /* [y * size + x] */
    iso_buf title;
};

struct maps {
    enum figure_kind kind;
    struct panel *at;
    int count, dropped;
    int64_t *layers; /* the axis of FIGURE_LAYERS, ascending */
    struct names names;
    int *order; /* the axis of FIGURE_LANGUAGES: order[i] is a name */
    int size;
    double lo, hi;
    bool signs; /* values on both sides of zero: a palette with a middle */
};

static bool same_text(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "") == 0;
}

static bool same_panel(const struct maps *m, const iso_record *a, const iso_record *b)
{
    if (m->kind == FIGURE_LANGUAGES)
        return a->src_layer == b->src_layer && a->tgt_layer == b->tgt_layer;
    return same_text(a->src, b->src) && same_text(a->tgt, b->tgt);
}

static int compare_layers(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

/* The layers that occur, each once. */
static iso_err list_layers(struct maps *m, const iso_records *records)
{
    iso_err err = ISO_OK;
    int64_t count = 0;

    ISO_TRY(iso_alloc(&m->layers, 2 * records->count, sizeof *m->layers));
    for (int64_t i = 0; i < records->count; i++) {
        m->layers[count++] = records->at[i].src_layer;
        m->layers[count++] = records->at[i].tgt_layer;
    }
    qsort(m->layers, (size_t)count, sizeof *m->layers, compare_layers);
    m->size = 0;
    for (int64_t i = 0; i < count; i++) {
        if (i == 0 || m->layers[i] != m->layers[i - 1]) {
            ISO_NEED(m->size < NAMES_MAX, "a map shows at most %d layers", NAMES_MAX);
            m->layers[m->size++] = m->layers[i];
        }
    }
done:
    return err;
}

static iso_err list_names(struct maps *m, const iso_records *records)
{
    for (int64_t i = 0; i < records->count; i++) {
        if (names_index(&m->names, records->at[i].src) < 0 ||
            names_index(&m->names, records->at[i].tgt) < 0)
            return iso_fail(ISO_EARG, "a map shows at most %d languages", NAMES_MAX);
    }
    m->size = m->names.count;
    return ISO_OK;
}

static int layer_index(const struct maps *m, int64_t layer)
{
    const int64_t *at =
        bsearch(&layer, m->layers, (size_t)m->size, sizeof *m->layers, compare_layers);

    return at ? (int)(at - m->layers) : -1;
}

static void put(struct maps *m, struct panel *p, const iso_record *r)
{
    if (m->kind == FIGURE_LAYERS) {
        const int x = layer_index(m, r->src_layer), y = layer_index(m, r->tgt_layer);
        p->value[y * m->size + x] = r->value;
        return;
    }
    const int x = names_index(&m->names, r->src), y = names_index(&m->names, r->tgt);
    p->value[y * m->size + x] = r->value;
    if (!isfinite(p->value[x * m->size + y])) /* our measures of two languages are symmetric */
        p->value[x * m->size + y] = r->value;
}

static iso_err begin_panel(struct maps *m, const iso_record *r)
{
    struct panel *p = &m->at[m->count];
    iso_err err = ISO_OK;

    p->first = r;
    ISO_TRY(iso_alloc(&p->value, (int64_t)m->size * m->size, sizeof *p->value));
    m->count++;
    for (int i = 0; i < m->size * m->size; i++)
        p->value[i] = NAN;
    if (m->kind == FIGURE_LANGUAGES)
        ISO_TRY(iso_buf_printf(&p->title, "layer %lld%s", (long long)r->src_layer,
                               r->src_layer == 0 ? " (embeddings)" : ""));
    else
        ISO_TRY(iso_buf_printf(&p->title, "%s \xe2\x80\x93 %s", r->src ? r->src : "?",
                               r->tgt ? r->tgt : "?"));
done:
    return err;
}

static int by_panel_layer(const void *a, const void *b)
{
    const struct panel *x = a, *y = b;

    return (x->first->src_layer > y->first->src_layer) -
           (x->first->src_layer < y->first->src_layer);
}

/* Of too many layers the last stay; of too many pairs the first. */
static void drop(struct maps *m, int most)
{
    if (m->kind == FIGURE_LANGUAGES)
        qsort(m->at, (size_t)m->count, sizeof *m->at, by_panel_layer);
    while (m->count > most) {
        struct panel gone = m->kind == FIGURE_LANGUAGES ? m->at[0] : m->at[m->count - 1];
        if (m->kind == FIGURE_LANGUAGES)
            memmove(m->at, m->at + 1, (size_t)(m->count - 1) * sizeof *m->at);
        m->count--;
        m->dropped++;
        iso_free(gone.value);
        iso_buf_free(&gone.title);
    }
}

static iso_err collect(struct maps *m, const iso_records *records, int most)
{
    iso_err err = ISO_OK;

    ISO_TRY(m->kind == FIGURE_LAYERS ? list_layers(m, records) : list_names(m, records));
    ISO_TRY(iso_alloc(&m->at, records->count, sizeof *m->at));
    for (int64_t i = 0; i < records->count; i++) {
        const iso_record *r = &records->at[i];
        int p = 0;
        while (p < m->count && !same_panel(m, m->at[p].first, r))
            p++;
        if (p == m->count)
            ISO_TRY(begin_panel(m, r));
        put(m, &m->at[p], r);
    }
    drop(m, most);
    m->lo = INFINITY;
    m->hi = -INFINITY;
    for (int p = 0; p < m->count; p++) {
        for (int i = 0; i < m->size * m->size; i++) {
            m->lo = isfinite(m->at[p].value[i]) ? fmin(m->lo, m->at[p].value[i]) : m->lo;
            m->hi = isfinite(m->at[p].value[i]) ? fmax(m->hi, m->at[p].value[i]) : m->hi;
        }
    }
    ISO_NEED(m->hi >= m->lo, "nothing to draw: no value is defined");
done:
    return err;
}

/* Neighbours on the axis are languages that are close: leaves of a clustering of the last panel. */
static iso_err order_names(struct maps *m, const iso_record *r)
{
    const bool apart = wording_of(r->measure, r->estimator)->high == READS_APART;
    const double *value = m->at[m->count - 1].value;
    double *distance = NULL;
    const int n = m->size;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&m->order, n, sizeof *m->order));
    ISO_TRY(iso_alloc(&distance, (int64_t)n * n, sizeof *distance));
    for (int i = 0; i < n * n; i++) {
        const double v = isfinite(value[i]) ? value[i] : apart ? m->hi : m->lo;
        distance[i] = i % (n + 1) == 0 ? 0 : apart ? v - fmin(m->lo, 0) : m->hi - v;
    }
    for (int i = 0; i < n; i++) {
        for (int j = 0; j < i; j++)
            distance[i * n + j] = distance[j * n + i] =
                0.5 * (distance[i * n + j] + distance[j * n + i]);
    }
    ISO_TRY(iso_cluster_order(m->order, distance, n));
done:
    iso_free(distance);
    return err;
}

static void discard(struct maps *m)
{
    for (int p = 0; p < m->count; p++) {
        iso_free(m->at[p].value);
        iso_buf_free(&m->at[p].title);
    }
    iso_free(m->at);
    iso_free(m->layers);
    iso_free(m->order);
}

/* --- Drawing --- */

static double value_at(const struct maps *m, const struct panel *p, int x, int y)
{
    if (m->kind == FIGURE_LANGUAGES) {
        x = m->order[x];
        y = m->order[y];
    }
    return p->value[y * m->size + x];
}

static iso_err add_tick(iso_buf *out, const struct maps *m, int i, bool quoted)
{
    if (m->kind == FIGURE_LAYERS)
        return iso_buf_printf(out, quoted ? "'%lld'" : "%lld", (long long)m->layers[i]);
    const char *name = m->names.at[m->order[i]];
    return quoted ? figure_tick(out, name) : figure_field(out, name);
}

static iso_err add_data(struct figure *f, const struct maps *m)
{
    iso_buf *d = &f->data;
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_puts(d, "x\ty\tvalue\tx_name\ty_name\tpanel\n"));
    for (int p = 0; p < m->count; p++) {
        for (int i = 0; i < m->size * m->size; i++) {
            const int x = i % m->size, y = i / m->size;
            ISO_TRY(iso_buf_printf(d, "%d\t%d\t", x, y));
            ISO_TRY(figure_number(d, value_at(m, &m->at[p], x, y)));
            ISO_TRY(iso_buf_puts(d, "\t"));
            ISO_TRY(add_tick(d, m, x, false));
            ISO_TRY(iso_buf_puts(d, "\t"));
            ISO_TRY(add_tick(d, m, y, false));
            ISO_TRY(iso_buf_puts(d, "\t"));
            ISO_TRY(figure_field(d, m->at[p].title.text));
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

static int longest_name(const struct maps *m)
{
    size_t longest = 2;

    for (int i = 0; m->kind == FIGURE_LANGUAGES && i < m->size; i++) {
        const size_t len = strlen(m->names.at[i]);
        longest = len > longest ? len : longest;
    }
    return longest > LABEL_MOST ? LABEL_MOST : (int)longest;
}

static struct grid lay_out(struct figure *f, const struct maps *m)
{
    const int names = 7 * longest_name(m);
    struct grid g = {.left = 40 + names,
                     .top = m->count > 1 || m->kind == FIGURE_LANGUAGES ? 92 : 76};

    g.columns = m->count == 1 ? 1 : m->count == 2 || m->count == 4 ? 2 : 3;
    g.rows = (m->count + g.columns - 1) / g.columns;
    g.side = m->size * 34;
    const int most = g.columns == 1 ? 480 : g.columns == 2 ? 290 : 200;
    const int least = g.columns == 1 ? 260 : most - 40;
    g.side = g.side > most ? most : g.side < least ? least : g.side;
    g.cell = g.side / m->size;
    g.stride = 1 + 13 / (g.cell > 0 ? g.cell : 1);
    g.numbers = g.cell >= 24;
    g.turned = m->kind == FIGURE_LANGUAGES && names > g.cell - 4;
    g.gap_x = 34 + names;
    const int below = (g.turned ? names : 16) + (m->kind == FIGURE_LAYERS ? 22 : 4);
    g.gap_y = 46 + below;
    f->width = g.left + g.columns * g.side + (g.columns - 1) * g.gap_x + 92;
    if (f->width < 560)
        f->width = 560;
    f->height = g.top + g.rows * g.side + (g.rows - 1) * g.gap_y + 18 + below;
    return g;
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

static iso_err add_colours(iso_buf *s, const struct maps *m)
{
    /* Points along viridis (CC0) read off at equal steps; blue to red through near-white where
     * a sign matters. */
    static const char rise[] = "set palette defined (0 '#440154', 1 '#482878', 2 '#3e4a89', "
                               "3 '#31688e', 4 '#26828e', 5 '#1f9e89', 6 '#35b779', 7 '#6ece58', "
                               "8 '#b5de2b', 9 '#fde725')\n";
    static const char both[] = "set palette defined (0 '#2166ac', 1 '#67a9cf', 2 '#d1e5f0', "
                               "3 '#f7f7f7', 4 '#fddbc7', 5 '#ef8a62', 6 '#b2182b')\n";
    struct range r = figure_range(m->lo, m->hi, 5);
    iso_err err = ISO_OK;

    if (m->signs) {
        r = figure_range(0, fmax(fabs(m->lo), fabs(m->hi)), 3);
        r.lo = -r.hi;
    }
    ISO_TRY(iso_buf_puts(s, m->signs ? both : rise));
    ISO_TRY(iso_buf_puts(s, "low = "));
    ISO_TRY(figure_number(s, r.lo));
    ISO_TRY(iso_buf_puts(s, "; high = "));
    ISO_TRY(figure_number(s, r.hi));
    ISO_TRY(iso_buf_puts(s, "\nset cbrange [low:high]\nset cbtics nomirror scale 0.4 font small "));
    ISO_TRY(figure_number(s, r.step));
    ISO_TRY(iso_buf_printf(s,
                           "\nset colorbox user vertical noborder\n"
                           "dark(v) = %s\n",
                           m->signs ? "abs(v) > 0.62 * high" : "v - low < 0.48 * (high - low)"));
done:
    return err;
}

static iso_err add_axis_titles(iso_buf *s, const struct maps *m, const struct panel *p)
{
    iso_buf text = {0};
    iso_err err = ISO_OK;

    if (m->kind != FIGURE_LAYERS)
        goto done;
    const char *const sides[] = {p->first->src ? p->first->src : "?",
                                 p->first->tgt ? p->first->tgt : "?"};
    for (int i = 0; i < 2; i++) {
        text.len = 0;
        ISO_TRY(iso_buf_puts(&text, "layer of "));
        ISO_TRY(m->count > 1 ? iso_buf_puts(&text, sides[i]) : wording_lang(&text, sides[i]));
        if (strcmp(sides[0], sides[1]) == 0 && p->first->model2)
            ISO_TRY(iso_buf_printf(&text, ", %s",
                                   i == 0 && p->first->model ? p->first->model : p->first->model2));
        ISO_TRY(iso_buf_puts(s, i ? "set ylabel " : "set xlabel "));
        ISO_TRY(figure_quote(s, text.text));
        ISO_TRY(iso_buf_puts(s, " font small textcolor rgb '#404040' offset 0,0\n"));
    }
done:
    iso_buf_free(&text);
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
    ISO_TRY(
        figure_quote(s, m->count > 1 || m->kind == FIGURE_LANGUAGES ? m->at[p].title.text : ""));
    ISO_TRY(iso_buf_puts(s, " font small textcolor rgb '#404040' offset 0,-0.6\n"));
    ISO_TRY(add_axis_titles(s, m, &m->at[p]));
    if (p == 1)
        ISO_TRY(iso_buf_puts(s, "unset colorbox\nunset label\n"));
    ISO_TRY(iso_buf_printf(s,
                           "plot data skip 1 index %d using 1:2:(%s):(%s):3 with boxxyerror "
                           "fs solid noborder lc palette title 'value'",
                           p, g->numbers ? "0.485" : "0.505", g->numbers ? "0.485" : "0.505"));
    if (g->numbers) {
        const char *font = g->cell >= 32 ? "small" : "tiny";
        ISO_TRY(iso_buf_printf(
            s,
            ", \\\n  data skip 1 index %d using 1:2:(dark($3) ? "
            "show($3) : '') with labels font %s textcolor rgb 'white' title 'number'",
            p, font));
        ISO_TRY(
            iso_buf_printf(s,
                           ", \\\n  data skip 1 index %d using 1:2:(dark($3) ? '' : "
                           "show($3)) with labels font %s textcolor rgb '#111111' title 'number'",
                           p, font));
    }
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
    ISO_TRY(add_colours(s, m));
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

iso_err figure_maps(struct figure *f, const iso_records *records, int panels_max)
{
    struct maps m = {.kind = f->kind};
    iso_err err = ISO_OK;

    ISO_TRY(collect(&m, records, panels_max));
    m.signs = m.lo < 0 && m.hi > 0 && -m.lo > 0.2 * m.hi;
    if (m.kind == FIGURE_LANGUAGES)
        ISO_TRY(order_names(&m, &records->at[0]));
    f->left_out = m.dropped;
    const struct grid g = lay_out(f, &m);
    ISO_TRY(figure_head(f));
    ISO_TRY(add_data(f, &m));
    ISO_TRY(add_script(f, &m, &g));
done:
    discard(&m);
    return err;
}
