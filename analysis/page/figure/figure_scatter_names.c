/* The names in a scatter, each beside its point. */
#include <math.h>

#include "analysis/page/figure/figure_scatter.h"
#include "lib/base/alloc.h"
#include "lib/base/utf8.h"

static iso_err add_place(iso_buf *o, double x, double y, const struct scatter_layout *l,
                         struct range rx)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_puts(o, "first "));
    ISO_TRY(iso_figure_number(o, rx.lo + x / l->width * (rx.hi - rx.lo)));
    ISO_TRY(iso_buf_puts(o, ", "));
    ISO_TRY(iso_figure_number(o, l->y.lo + y / l->height * (l->y.hi - l->y.lo)));
done:
    return err;
}

/* A name, and a thin line to it from its point when it stands away. */
static iso_err add_name(iso_buf *o, const char *name, const struct label *b,
                        const struct scatter_layout *l, struct range rx)
{
    const double far = hypot(b->at_x - b->x, b->at_y - b->y);
    const double edge = fmin(0.5 * b->w / fmax(1e-9, fabs(b->at_x - b->x)),
                             0.5 * b->h / fmax(1e-9, fabs(b->at_y - b->y)));
    const double near = fmin(1, 4 / far), to = fmax(near, 1 - fmin(1, edge));
    iso_err err = ISO_OK;

    if (b->led) {
        ISO_TRY(iso_buf_puts(o, "set arrow from "));
        ISO_TRY(
            add_place(o, b->x + near * (b->at_x - b->x), b->y + near * (b->at_y - b->y), l, rx));
        ISO_TRY(iso_buf_puts(o, " to "));
        ISO_TRY(add_place(o, b->x + to * (b->at_x - b->x), b->y + to * (b->at_y - b->y), l, rx));
        ISO_TRY(iso_buf_puts(o, " nohead lw 0.5 lc rgb '#888888'\n"));
    }
    ISO_TRY(iso_buf_puts(o, "set label "));
    ISO_TRY(iso_figure_label(o, name));
    ISO_TRY(iso_buf_puts(o, " at "));
    ISO_TRY(add_place(o, b->at_x, b->at_y, l, rx));
    ISO_TRY(iso_buf_printf(o, " center front font %s textcolor rgb '#222222'\n", l->font));
done:
    return err;
}

iso_err iso_scatter_names(struct figure *f, struct scatter *s, const struct scatter_panel *p,
                          const struct scatter_layout *l, struct range rx)
{
    const double px_y = l->height / (l->y.hi - l->y.lo), px_x = l->width / (rx.hi - rx.lo);
    const struct label_line line = {.at = px_y * (iso_fit_at(&p->fit, rx.lo) - l->y.lo),
                                    .slope = p->fit.slope * px_y / px_x};
    struct label *b = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&b, p->n, sizeof *b));
    for (int i = 0; i < p->n; i++) {
        const int letters = iso_utf8_columns(p->lang[i]);
        b[i].x = (p->x[i] - rx.lo) / (rx.hi - rx.lo) * l->width;
        b[i].y = (p->y[i] - l->y.lo) / (l->y.hi - l->y.lo) * l->height;
        b[i].w = l->letter * (letters > LABEL_MOST ? LABEL_MOST : letters);
        b[i].h = l->line;
    }
    iso_labels_place(b, p->n, l->width, l->height, 3, p->fitted ? &line : NULL);
    for (int i = 0; i < p->n; i++) {
        if (b[i].shown)
            ISO_TRY(add_name(&f->script, p->lang[i], &b[i], l, rx));
        else
            (void)iso_names_index(&s->unnamed, p->lang[i]);
    }
done:
    iso_free(b);
    return err;
}
