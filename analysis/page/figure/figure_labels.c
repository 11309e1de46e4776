/* Names beside the points of a scatter: each takes the best place there is, then anew in view of
 * where the others went. */
#include "analysis/page/figure/figure_scatter.h"

#include <math.h>

#include "lib/base/alloc.h"
#include "lib/base/utf8.h"

enum { WAYS = 12, STEPS = 7, SWEEPS = 40 };

/* What a place costs: a name over another is worse than over a point, both worse than any way off.
 */
static const double over_name = 1000, over_point = 250, over_line = 16, per_step = 6;

struct sheet {
    struct label *at;
    int count;
    double width, height, dot;
    const struct label_line *line;
};

static double overlap(double a, double b, double half)
{
    return half - fabs(a - b);
}

/* Whether two boxes share more than an edge; `air` keeps them apart. */
static bool meet(const struct label *a, const struct label *b, double air)
{
    return overlap(a->at_x, b->at_x, 0.5 * (a->w + b->w) + air) > 0 &&
           overlap(a->at_y, b->at_y, 0.5 * (a->h + b->h) + air) > 0;
}

static bool covers(const struct label *name, const struct label *point, double dot)
{
    return overlap(name->at_x, point->x, 0.5 * name->w + dot) > 0 &&
           overlap(name->at_y, point->y, 0.5 * name->h + dot) > 0;
}

static bool crossed(const struct label *l, const struct label_line *line)
{
    const double left = line->at + line->slope * (l->at_x - 0.5 * l->w);
    const double right = line->at + line->slope * (l->at_x + 0.5 * l->w);

    return fmin(left, right) < l->at_y + 0.4 * l->h && fmax(left, right) > l->at_y - 0.4 * l->h;
}

static bool inside(const struct label *l, const struct sheet *s)
{
    return l->at_x - 0.5 * l->w >= 0 && l->at_x + 0.5 * l->w <= s->width &&
           l->at_y - 0.5 * l->h >= 0 && l->at_y + 0.5 * l->h <= s->height;
}

/* The box in direction `way`, its edge `step` steps from the point; right is tried first. */
static struct label moved(const struct label *l, int way, int step, double dot)
{
    const double angle = 2 * acos(-1) * way / WAYS, away = 1.5 + dot + 5 * step;
    struct label m = *l;

    m.at_x = l->x + cos(angle) * (0.5 * l->w + away);
    m.at_y = l->y + sin(angle) * (0.5 * l->h + away);
    m.led = step > 1;
    return m;
}

static double cost(const struct sheet *s, int i, const struct label *l, int step)
{
    double sum = per_step * step + 0.3 * fabs(l->at_y - l->y) - 0.05 * (l->at_x - l->x);

    if (s->line && crossed(l, s->line))
        sum += over_line;
    for (int j = 0; j < s->count; j++) {
        sum += covers(l, &s->at[j], s->dot) ? over_point : 0;
        if (j != i && s->at[j].shown)
            sum += meet(l, &s->at[j], 0.5) ? over_name : 0;
    }
    return sum;
}

/* Whether another place was better than the one it had. */
static bool settle(struct sheet *s, int i)
{
    struct label *l = &s->at[i], best = *l;
    double least = INFINITY;

    for (int step = 0; step < STEPS; step++) {
        for (int way = 0; way < WAYS; way++) {
            struct label m = moved(l, way, step, s->dot);
            const double c = inside(&m, s) ? cost(s, i, &m, step) : INFINITY;
            if (c < least - 1e-9) {
                least = c;
                best = m;
            }
        }
    }
    const bool better = !l->shown || fabs(best.at_x - l->at_x) + fabs(best.at_y - l->at_y) > 1e-9;
    best.shown = isfinite(least);
    *l = best;
    return better && best.shown;
}

static int met(const struct sheet *s, int i)
{
    int count = 0;

    for (int j = 0; j < s->count; j++)
        count += j != i && s->at[j].shown && meet(&s->at[i], &s->at[j], 0);
    return count;
}

/* Names that still overlap go, those that overlap most first. */
static void thin_out(struct sheet *s)
{
    for (;;) {
        int worst = -1, most = 0;
        for (int i = 0; i < s->count; i++) {
            const int count = s->at[i].shown ? met(s, i) : 0;
            if (count > most) {
                most = count;
                worst = i;
            }
        }
        if (worst < 0)
            return;
        s->at[worst].shown = false;
    }
}

void iso_labels_place(struct label *label, int count, double width, double height, double dot,
                      const struct label_line *line)
{
    struct sheet s = {label, count, width, height, dot, line};
    bool moving = true;

    for (int i = 0; i < count; i++)
        label[i].shown = label[i].led = false;
    for (int sweep = 0; moving && sweep < SWEEPS; sweep++) {
        moving = false;
        for (int i = 0; i < count; i++)
            moving = settle(&s, i) || moving;
    }
    thin_out(&s);
}

/* --- In the script --- */

static iso_err add_place(iso_buf *o, double x, double y, const struct scatter_layout *l,
                         struct range rx)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_printf(o, "first %s, %s", NUMBER(rx.lo + x / l->width * (rx.hi - rx.lo)),
                           NUMBER(l->y.lo + y / l->height * (l->y.hi - l->y.lo))));
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
