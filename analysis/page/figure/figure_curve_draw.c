/* A curve per language pair over layers, its interval as a band, its name at its end. */
#include <math.h>
#include <string.h>

#include "analysis/measure/catalogue.h"
#include "analysis/page/figure/figure_curve.h"
#include "analysis/page/figure/figure_svg.h"
#include "lib/io/number.h"

/* The chance level belongs into the picture unless it would squeeze the curves into a corner. */
static struct range range_of(const struct curves *c, bool *null_shown)
{
    double lo = c->lo, hi = c->hi;

    *null_shown = false;
    if (isfinite(c->null_lo)) {
        const double all_lo = fmin(lo, c->null_lo), all_hi = fmax(hi, c->null_hi);
        *null_shown = all_hi - all_lo <= 6 * (hi - lo);
        if (*null_shown) {
            lo = all_lo;
            hi = all_hi;
        }
    }
    struct range y = iso_figure_range(lo, hi, 5);
    if (*null_shown && c->null_lo <= y.lo) /* a dashed line on the axis would not be seen */
        y.lo -= 0.15 * y.step;
    return y;
}

/* Names that would touch form a block around the mean of their ends; blocks that touch join. */
static void spread(struct curves *c, struct range y, double gap)
{
    for (int i = 0; i < c->count && c->at[i].name.len > 0; i++) {
        int first = i;
        double sum = c->at[i].end, low;
        for (;;) {
            const int size = i - first + 1;
            low = sum / size - 0.5 * (size - 1) * gap;
            low = fmin(low, y.hi - (size - 1) * gap);
            low = fmax(low, y.lo + 0.3 * gap);
            if (first == 0 || low - c->at[first - 1].shown >= gap)
                break;
            sum += c->at[--first].end;
        }
        for (int k = first; k <= i; k++)
            c->at[k].shown = low + (k - first) * gap;
    }
}

static iso_err add_data(struct figure *f, const struct curves *c)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_puts(&f->data, "layer\tvalue\tlo\thi\tchance\tname\n"));
    for (int i = 0; i < c->count; i++) {
        for (int64_t j = 0; j < c->at[i].count; j++) {
            const iso_record *r = c->at[i].at[j];
            ISO_TRY(iso_buf_printf(&f->data, "%lld\t%s\t%s\t%s\t%s\t", (long long)r->src_layer,
                                   NUMBER(r->value), NUMBER(r->lo), NUMBER(r->hi),
                                   NUMBER(r->null)));
            ISO_TRY(iso_figure_field(&f->data, c->at[i].name.text));
            ISO_TRY(iso_buf_puts(&f->data, "\n"));
        }
        if (i + 1 < c->count)
            ISO_TRY(iso_buf_puts(&f->data, "\n\n"));
    }
done:
    return err;
}

/* The dashed line of chance: the mean over pairs at each layer. */
static iso_err add_null_data(struct figure *f, const struct curves *c)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_puts(&f->data, "\n\n"));
    for (int layer = c->layer_lo; layer <= c->layer_hi; layer++) {
        double sum = 0;
        int count = 0;
        for (int i = 0; i < c->count; i++) {
            for (int64_t j = 0; j < c->at[i].count; j++) {
                const iso_record *r = c->at[i].at[j];
                if (r->src_layer != layer || !isfinite(r->null))
                    continue;
                sum += r->null;
                count++;
            }
        }
        ISO_TRY(iso_buf_printf(&f->data, "%d\t%s\t?\t?\t?\tchance level\n", layer,
                               NUMBER(count ? sum / count : NAN)));
    }
done:
    return err;
}

/* Characters of the longest tick on the y axis. */
static int tick_width(struct range y)
{
    char number[ISO_NUMBER_SIZE];
    int widest = 0;

    for (double at = ceil(y.lo / y.step - 1e-9); at * y.step <= y.hi * (1 + 1e-9); at++) {
        const int width = (int)strlen(iso_number_exact(number, at * y.step));
        widest = width > widest ? width : widest;
        if (widest >= 8) /* gnuplot rounds what binary fractions make long */
            return 8;
    }
    return widest;
}

/* Between two numbers of the axis: of layers at most 13, of steps about ten. */
static int tick(int span)
{
    int by = 1;

    if (span <= 52)
        return span > 26 ? 4 : span > 13 ? 2 : 1;
    while (span / by > 10)
        by *= span / by > 20 && span / by <= 50 ? 5 : span / by > 50 ? 10 : 2;
    return by;
}

static iso_err add_axes(struct figure *f, const struct curves *c, struct range y, int top)
{
    const iso_record *r = c->at[0].at[0];
    const int span = c->layer_hi - c->layer_lo;
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_printf(&f->script,
                           "set lmargin %d\n"
                           "set rmargin %d\n"
                           "set tmargin at screen 1 - %d/%d.\n"
                           "set bmargin 3.6\n"
                           "set grid ytics lt 1 lc rgb '#e4e4e4' lw 0.75\n"
                           "set xrange [%d:%d]\n"
                           "set xtics %d\n"
                           "set yrange [%s:%s]\n"
                           "set ytics %s, %s\n"
                           "set xlabel '%s' textcolor rgb '#404040'\n"
                           "set ylabel ",
                           6 + tick_width(y), c->name_width + 6, top, f->height, c->layer_lo,
                           span ? c->layer_hi : c->layer_hi + 1, tick(span), NUMBER(y.lo),
                           NUMBER(y.hi), NUMBER(ceil(y.lo / y.step - 1e-9) * y.step),
                           NUMBER(y.step),
                           r->step != ISO_NO_INT     ? "step"
                           : iso_figure_is_mixing(r) ? "mixed layer"
                           : c->layer_lo == 0        ? "layer (0 = embeddings)"
                                                     : "layer"));
    ISO_TRY(iso_figure_quote(&f->script, iso_catalogue_of(r->measure, r->estimator).axis));
    ISO_TRY(iso_buf_puts(&f->script, " textcolor rgb '#404040'\n"));
done:
    return err;
}

/* The name beside the end of its curve, behind its marker, which a baseline has not; a thin line
 * leads to it when it had to move. */
static iso_err add_name(struct figure *f, const struct curve *c, double gap)
{
    const bool led = fabs(c->shown - c->end) > 0.15 * gap;
    iso_buf *s = &f->script;
    iso_err err = ISO_OK;

    if (c->name.len == 0)
        return ISO_OK;
    if (led)
        ISO_TRY(iso_buf_printf(s,
                               "set arrow from first %d, first %s to graph 1.035, first %s nohead "
                               "lw 0.5 lc rgb '%s'\n",
                               c->last, NUMBER(c->end), NUMBER(c->shown), c->style.colour));
    ISO_TRY(iso_buf_puts(s, "set label "));
    ISO_TRY(iso_figure_label(s, c->name.text));
    ISO_TRY(iso_buf_printf(s, " at graph 1.045, first %s left", NUMBER(c->shown)));
    if (!c->baseline)
        ISO_TRY(
            iso_buf_printf(s, " point pt %d ps 0.5 lc rgb '%s'", c->style.point, c->style.colour));
    ISO_TRY(iso_buf_puts(s, c->baseline ? " offset 1.3,0" : " offset 0.9,-0.27"));
    ISO_TRY(iso_buf_puts(s, " font small textcolor rgb '#404040'\n"));
done:
    return err;
}

/* An element of `plot` without its style; `i` is its block of the data. */
static iso_err add_element(iso_buf *s, int i, const char *what)
{
    return iso_buf_printf(s, "%s\\\n  data skip 1 index %d using %s",
                          s->text[s->len - 1] == '\n' ? "plot " : ", ", i, what);
}

static iso_err add_bands(struct figure *f, const struct curves *c)
{
    iso_buf name = {0};
    iso_err err = ISO_OK;

    for (int i = 0; c->bands && i < c->count; i++) {
        if (!c->at[i].band)
            continue;
        ISO_TRY(add_element(&f->script, i, "1:($3):($4) with filledcurves"));
        ISO_TRY(iso_buf_printf(&f->script, " fs transparent solid 0.14 noborder lc rgb '%s'",
                               c->at[i].style.colour));
        name.len = 0;
        ISO_TRY(iso_buf_puts(&name, c->at[i].words.text));
        ISO_TRY(iso_buf_puts(&name, !c->at[i].baseline       ? ": 95 % intervals"
                                    : c->at[i].languages > 1 ? ", least to greatest"
                                                             : ": range of seeds"));
        ISO_TRY(iso_mark_series(f, name.text));
    }
done:
    iso_buf_free(&name);
    return err;
}

static iso_err add_nulls(struct figure *f, const struct curves *c)
{
    iso_buf name = {0};
    iso_err err = ISO_OK;

    for (int i = 0; c->own_null && i < c->count; i++) {
        if (c->at[i].baseline)
            continue;
        ISO_TRY(add_element(&f->script, i, "1:($5) with lines"));
        ISO_TRY(
            iso_buf_printf(&f->script, " lw 1.1 dt (1.5,2.5) lc rgb '%s'", c->at[i].style.colour));
        name.len = 0;
        ISO_TRY(iso_buf_puts(&name, c->at[i].words.text));
        ISO_TRY(iso_buf_puts(&name, ": chance level"));
        ISO_TRY(iso_mark_series(f, name.text));
    }
    if (!c->own_null) {
        ISO_TRY(
            add_element(&f->script, c->count, "1:($2) with lines lw 1 dt (6,4) lc rgb '#767676'"));
        ISO_TRY(iso_mark_series(f, "chance level"));
    }
done:
    iso_buf_free(&name);
    return err;
}

static iso_err mark_curve(struct figure *f, const struct curve *c, int places)
{
    iso_buf place = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_mark_series(f, c->words.text));
    for (int64_t i = 0; i < c->count; i++) {
        const iso_record *r = c->at[i];
        place.len = 0;
        ISO_TRY(iso_buf_printf(&place, "%s, %slayer %lld", c->words.text,
                               iso_figure_is_mixing(r) ? "mixed " : "", (long long)r->src_layer));
        ISO_TRY(iso_mark_point(f, place.text, r->value, r->lo, r->hi, places));
    }
done:
    iso_buf_free(&place);
    return err;
}

static iso_err add_baselines(struct figure *f, const struct curves *c)
{
    iso_err err = ISO_OK;

    for (int i = 0; i < c->count; i++) {
        const struct style *look = &c->at[i].style;
        if (!c->at[i].baseline)
            continue;
        ISO_TRY(add_element(&f->script, i, "1:($2) with lines"));
        ISO_TRY(iso_buf_printf(&f->script, " lw 1 dt %s lc rgb '%s'", look->dash, look->colour));
        ISO_TRY(iso_mark_series(f, c->at[i].words.text));
    }
done:
    return err;
}

static iso_err add_plot(struct figure *f, const struct curves *c, bool null_shown, int places)
{
    iso_err err = ISO_OK;

    ISO_TRY(add_bands(f, c));
    if (null_shown)
        ISO_TRY(add_nulls(f, c));
    ISO_TRY(add_baselines(f, c));
    for (int i = 0; i < c->count; i++) {
        const struct style *look = &c->at[i].style;
        if (c->at[i].baseline)
            continue;
        ISO_TRY(add_element(&f->script, i, "1:($2) with linespoints"));
        ISO_TRY(iso_buf_printf(&f->script, " lw 1.6 dt %s pt %d ps 0.5 lc rgb '%s'", look->dash,
                               look->point, look->colour));
        ISO_TRY(mark_curve(f, &c->at[i], places));
    }
    ISO_TRY(iso_buf_puts(&f->script, "\n"));
done:
    return err;
}

static iso_err describe(struct figure *f, const struct curves *c, bool null_shown)
{
    iso_buf *s = &f->note;
    char number[ISO_NUMBER_SIZE];
    iso_err err = ISO_OK;

    if (c->bands)
        ISO_TRY(iso_buf_printf(s, "%sbands: 95 %% intervals", s->len ? " \xc2\xb7 " : ""));
    if (c->half > 0)
        ISO_TRY(iso_buf_printf(s, "%s95 %% intervals of about \xc2\xb1%s overlap, not drawn",
                               s->len ? " \xc2\xb7 " : "", iso_number_short(number, c->half, 2)));
    if (null_shown) {
        ISO_TRY(iso_buf_printf(s, "%s%s", s->len ? " \xc2\xb7 " : "",
                               c->own_null ? "thin dots: chance level of each"
                                           : "grey dashes: chance level"));
    } else if (isfinite(c->null_lo)) {
        (void)iso_number_short(number, 0.5 * (c->null_lo + c->null_hi), 2);
        ISO_TRY(iso_buf_printf(s, "%schance level %s is off the scale", s->len ? " \xc2\xb7 " : "",
                               number));
    }
    ISO_TRY(iso_curves_describe_baselines(f, c));
done:
    return err;
}

iso_err iso_figure_curves(struct figure *f, const iso_records *records)
{
    struct curves c = {0};
    bool null_shown;
    iso_err err = ISO_OK;

    ISO_TRY(iso_curves_collect(&c, records, f));
    const struct range y = range_of(&c, &null_shown);
    c.own_null = iso_curves_null_spread(&c) > 0.03 * (y.hi - y.lo);
    f->shows = (c.bands ? SHOWS_BANDS : 0) | (c.half > 0 ? SHOWS_HIDDEN : 0) |
               (c.lines > 0 ? SHOWS_BASELINES : 0) |
               (!null_shown  ? 0
                : c.own_null ? SHOWS_OWN_CHANCE
                             : SHOWS_CHANCE);
    ISO_TRY(describe(f, &c, null_shown));
    f->width = iso_figure_width(f, 540);
    const int top = iso_figure_head_room(f, 0), rows = c.count > 22 ? c.count : 22;
    f->height = iso_figure_height(f, top + 14 * rows + 56);
    ISO_TRY(iso_figure_fits(f, 220 + 7 * c.name_width, top + 150));
    const double gap = (y.hi - y.lo) * 14.5 / (f->height - top - 56);
    spread(&c, y, gap);
    ISO_TRY(iso_figure_head(f));
    ISO_TRY(add_data(f, &c));
    if (null_shown && !c.own_null)
        ISO_TRY(add_null_data(f, &c));
    ISO_TRY(add_axes(f, &c, y, top));
    for (int i = 0; i < c.count; i++)
        ISO_TRY(add_name(f, &c.at[i], gap));
    ISO_TRY(add_plot(f, &c, null_shown, iso_mark_places(y.step)));
done:
    iso_curves_free(&c);
    return err;
}
