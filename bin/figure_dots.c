/* One layer: a dot per language pair with its interval, largest on top. */
#include <math.h>
#include <stdlib.h>

#include "bin/figure_text.h"
#include "bin/wording.h"
#include "lib/base/alloc.h"

static int by_value(const void *a, const void *b)
{
    const iso_record *const *x = a, *const *y = b;
    const double u = isfinite((*x)->value) ? (*x)->value : -INFINITY;
    const double v = isfinite((*y)->value) ? (*y)->value : -INFINITY;

    return (u > v) - (u < v);
}

static void stretch(struct range *r, double value)
{
    if (isfinite(value)) {
        r->lo = fmin(r->lo, value);
        r->hi = fmax(r->hi, value);
    }
}

static bool any_chance(const iso_records *records)
{
    for (int64_t i = 0; i < records->count; i++) {
        if (isfinite(records->at[i].null))
            return true;
    }
    return false;
}

static bool any_interval(const iso_records *records)
{
    for (int64_t i = 0; i < records->count; i++) {
        if (isfinite(records->at[i].lo))
            return true;
    }
    return false;
}

static struct range range_of(const iso_records *records)
{
    struct range r = {INFINITY, -INFINITY, 0};

    for (int64_t i = 0; i < records->count; i++) {
        stretch(&r, records->at[i].value);
        stretch(&r, records->at[i].lo);
        stretch(&r, records->at[i].hi);
        stretch(&r, records->at[i].null);
    }
    r = figure_range(r.lo, r.hi, 5);
    r.lo -= 0.1 * r.step; /* crosses on the axis would not be seen */
    return r;
}

static iso_err add_dot(struct figure *f, const iso_records *records, const iso_record *r, int row)
{
    const double numbers[] = {r->value, r->lo, r->hi, r->null};
    iso_buf name = {0};
    iso_err err = ISO_OK;

    ISO_TRY(figure_pair(&name, records, r));
    ISO_TRY(iso_buf_printf(&f->data, "%d\t", row));
    for (int k = 0; k < 4; k++) {
        ISO_TRY(figure_number(&f->data, numbers[k]));
        ISO_TRY(iso_buf_puts(&f->data, "\t"));
    }
    ISO_TRY(figure_field(&f->data, name.text));
    ISO_TRY(iso_buf_puts(&f->data, "\n"));
    ISO_TRY(iso_buf_puts(&f->script, "set ytics add ("));
    ISO_TRY(figure_tick(&f->script, name.text));
    ISO_TRY(iso_buf_printf(&f->script, " %d)\n", row));
done:
    iso_buf_free(&name);
    return err;
}

static iso_err add_axes(struct figure *f, const iso_record *r, struct range x, int64_t rows)
{
    iso_buf *s = &f->script;
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_printf(s,
                           "set tmargin 5.4\nset bmargin 3.6\nset rmargin 4\n"
                           "set grid xtics ytics lt 1 lc rgb '#e4e4e4' lw 0.75\n"
                           "set yrange [-0.7:%lld - 0.3]\nset xrange [",
                           (long long)rows));
    ISO_TRY(figure_number(s, x.lo));
    ISO_TRY(iso_buf_puts(s, ":"));
    ISO_TRY(figure_number(s, x.hi));
    ISO_TRY(iso_buf_puts(s, "]\nset xtics "));
    ISO_TRY(figure_number(s, x.lo + 0.1 * x.step));
    ISO_TRY(iso_buf_puts(s, ", "));
    ISO_TRY(figure_number(s, x.step));
    ISO_TRY(iso_buf_puts(s, "\nset xlabel "));
    ISO_TRY(figure_quote(s, wording_of(r->measure, r->estimator)->axis));
    ISO_TRY(iso_buf_puts(s, " textcolor rgb '#404040'\n"));
    ISO_TRY(iso_buf_puts(
        s,
        "plot data skip 1 using 5:1 with points pt 2 ps 0.5 lc rgb '#888888' title 'chance level', "
        "\\\n  data skip 1 using 2:1:3:4 with xerrorbars pt 7 ps 0.6 lw 1.5 "
        "lc rgb '#0072B2' title 'interval', \\\n  data skip 1 using 2:1 with points pt 7 ps 0.6 "
        "lc rgb '#0072B2' title 'value'\n"));
done:
    return err;
}

iso_err figure_dots(struct figure *f, const iso_records *records)
{
    const iso_record **order = NULL;
    iso_err err = ISO_OK;

    f->width = 540;
    f->height = 160 + 20 * (int)(records->count < 100 ? records->count : 100);
    if (any_interval(records))
        ISO_TRY(iso_buf_puts(&f->note, "lines: 95 % intervals"));
    if (any_chance(records))
        ISO_TRY(
            iso_buf_printf(&f->note, "%scrosses: chance level", f->note.len ? " \xc2\xb7 " : ""));
    ISO_TRY(figure_head(f));
    ISO_TRY(iso_alloc(&order, records->count, sizeof *order));
    for (int64_t i = 0; i < records->count; i++)
        order[i] = &records->at[i];
    qsort(order, (size_t)records->count, sizeof *order, by_value);
    ISO_TRY(iso_buf_puts(&f->data, "row\tvalue\tlo\thi\tchance\tname\n"));
    ISO_TRY(iso_buf_puts(&f->script, "set ytics ()\n"));
    for (int64_t i = 0; i < records->count; i++)
        ISO_TRY(add_dot(f, records, order[i], (int)i));
    ISO_TRY(add_axes(f, order[0], range_of(records), records->count));
done:
    iso_free(order);
    return err;
}
