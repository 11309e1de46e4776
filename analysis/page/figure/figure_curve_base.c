/* Baselines among the curves: the mean of each over the languages that are drawn; of a correlation
 * its own. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analysis/page/figure/figure_curve.h"
#include "analysis/page/wording.h"
#include "lib/base/alloc.h"

/* Languages of one model have one line, correlations one each. */
static bool together(const struct curve *a, const struct curve *b)
{
    const iso_record *x = a->at[0], *y = b->at[0];

    return a == b || (!x->x && iso_str_same(x->model, y->model));
}

static bool leads(const struct curves *c, int i)
{
    for (int j = 0; j < i; j++) {
        if (together(&c->at[j], &c->at[i]))
            return false;
    }
    return true;
}

/* What is known of a baseline at a layer, over the curves of a group. */
struct sum {
    const iso_record *last;
    double value, lo, hi;
    int count;
};

static void add(struct sum *s, const iso_record *b)
{
    const double lo = iso_beside_lo(b), hi = iso_beside_hi(b);

    s->lo = s->count ? fmin(s->lo, lo) : lo;
    s->hi = s->count ? fmax(s->hi, hi) : hi;
    s->value += b->value;
    s->last = b;
    s->count++;
}

static struct sum sum_at(const struct curves *c, int states, int leader, const iso_beside *beside,
                         int name, int layer)
{
    struct sum s = {0};

    for (int i = leader; i < states; i++) {
        const struct curve *curve = &c->at[i];
        for (int64_t j = 0; together(&c->at[leader], curve) && j < curve->count; j++) {
            const iso_record *r = curve->at[j];
            const iso_record *b = r->src_layer == layer ? iso_beside_find(beside, r, name) : NULL;
            if (b && isfinite(b->value))
                add(&s, b);
        }
    }
    return s;
}

static bool known(const struct curves *c, int states, int leader, const iso_beside *beside,
                  int name)
{
    for (int layer = c->layer_lo; layer <= c->layer_hi; layer++) {
        if (sum_at(c, states, leader, beside, name, layer).count > 0)
            return true;
    }
    return false;
}

static iso_err name_it(struct curve *line, const struct curve *leader, const struct figure *f,
                       const char *name, int languages)
{
    iso_err err = ISO_OK;

    if (leader->at[0]->x) { /* it lies near its curve, in its colour */
        ISO_TRY(
            iso_buf_printf(&line->words, "%s: %s", leader->words.text, iso_wording_baseline(name)));
        return iso_buf_puts(&line->name, "");
    }
    ISO_TRY(iso_buf_puts(&line->name, name));
    ISO_TRY(iso_buf_puts(&line->words, iso_wording_baseline(name)));
    for (int i = 0; f->models.count > 1 && i < f->models.count; i++) {
        if (iso_str_same(f->models.at[i], leader->at[0]->model))
            ISO_TRY(iso_buf_printf(&line->name, " %d", i + 1));
    }
    if (languages > 1)
        ISO_TRY(iso_buf_printf(&line->words, ", mean over %d languages", languages));
done:
    return err;
}

/* One line: a record made for each layer. */
static iso_err add_line(struct curves *c, int states, int leader, const struct figure *f, int name)
{
    const struct curve *like = &c->at[leader];
    struct curve *line = &c->at[c->count];
    const int layers = c->layer_hi - c->layer_lo + 1;
    int languages = 0;
    iso_err err = ISO_OK;

    *line = (struct curve){.baseline = f->beside->name[name],
                           .style = iso_style_baseline(f->beside->name[name])};
    c->count++;
    if (like->at[0]->x)
        line->style.colour = like->style.colour;
    ISO_TRY(iso_alloc(&line->at, layers, sizeof *line->at));
    ISO_TRY(iso_alloc(&line->made, layers, sizeof *line->made));
    for (int layer = c->layer_lo; layer <= c->layer_hi; layer++) {
        const struct sum s = sum_at(c, states, leader, f->beside, name, layer);
        if (s.count == 0)
            continue;
        iso_record *r = &line->made[line->count];
        *r = *s.last;
        r->src_layer = r->tgt_layer = layer;
        r->value = s.value / s.count;
        r->lo = s.lo;
        r->hi = s.hi;
        r->null = NAN;
        line->at[line->count++] = r;
        languages = s.count > languages ? s.count : languages;
    }
    line->languages = languages;
    line->band = strcmp(line->baseline, "random") == 0 && !like->at[0]->x;
    ISO_TRY(name_it(line, like, f, line->baseline, languages));
done:
    return err;
}

iso_err iso_curves_add_baselines(struct curves *c, const struct figure *f)
{
    const int states = c->count;
    iso_err err = ISO_OK;

    for (int name = 0; name < f->beside->names; name++) {
        for (int i = 0; i < states; i++) {
            if (leads(c, i) && known(c, states, i, f->beside, name))
                ISO_TRY(add_line(c, states, i, f, name));
        }
    }
    c->lines = c->count - states;
done:
    return err;
}

/* "thin, in the colour of a curve: its baselines, dashes random, dots length" */
static iso_err describe_dashes(iso_buf *s, const iso_beside *beside)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_puts(s, "thin, in the colour of a curve: its baselines"));
    for (int k = 0; k < beside->names; k++) {
        const char *name = beside->name[k];
        ISO_TRY(iso_buf_printf(s, ", %s %s",
                               strcmp(name, "pieces") == 0   ? "dash-dots"
                               : strcmp(name, "length") == 0 ? "dots"
                                                             : "dashes",
                               name));
    }
done:
    return err;
}

iso_err iso_curves_describe_baselines(struct figure *f, const struct curves *c)
{
    const struct curve *line = NULL, *banded = NULL;
    iso_buf *s = &f->note;
    iso_err err = ISO_OK;

    for (int i = 0; i < c->count; i++) {
        line = c->at[i].baseline ? &c->at[i] : line;
        banded = c->at[i].baseline && c->at[i].band && c->bands ? &c->at[i] : banded;
    }
    if (!line)
        return ISO_OK;
    ISO_TRY(iso_buf_puts(s, s->len ? " \xc2\xb7 " : ""));
    if (line->at[0]->x)
        return describe_dashes(s, f->beside);
    ISO_TRY(iso_buf_puts(s, "thin named lines: baselines"));
    if (line->languages > 1)
        ISO_TRY(iso_buf_printf(s, ", means over %d languages", line->languages));
    if (banded)
        ISO_TRY(iso_buf_puts(
            s, banded->languages > 1
                   ? " \xc2\xb7 grey band: random, from the least language to the greatest"
                   : " \xc2\xb7 grey band: range of the random seeds"));
done:
    return err;
}
