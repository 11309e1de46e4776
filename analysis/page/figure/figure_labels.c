/* Each name takes the best place there is, then anew in view of where the others went. */
#include "analysis/page/figure/figure_labels.h"

#include <math.h>

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
