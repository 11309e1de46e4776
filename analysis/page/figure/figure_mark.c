#include "analysis/page/figure/figure_mark.h"

#include <math.h>

#include "analysis/page/figure/figure_text.h"
#include "lib/io/number.h"

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
