#include "analysis/study/compare/compare_pieces.h"

#include <math.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/linalg/statistics.h"

enum { XA, XB, YA, YB, AB, NEEDS };

/* --- Pieces of a pair of languages --- */

static bool same(const struct pairing *p, int a, int b)
{
    const struct origin *x = &p->origin[a], *y = &p->origin[b];
    const int64_t n = p->rows[a]->rows;
    const int64_t *i = iso_rows_picked(p->rows[a]), *k = iso_rows_picked(p->rows[b]);

    return x->collection == y->collection && x->lang == y->lang && n == p->rows[b]->rows &&
           !i == !k && (!i || memcmp(i, k, (size_t)n * sizeof *i) == 0);
}

static iso_err open_side(iso_rows **out, const struct pieces_set *s, int side,
                         const struct pairing *p, int matrix)
{
    const int64_t *pick = iso_rows_picked(p->rows[matrix]);
    iso_rows *rows = NULL, *picked = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_pieces_rows(&rows, &s->pieces.lang[side], s->pieces.cols));
    if (pick) {
        ISO_TRY(iso_rows_pick(&picked, rows, pick, p->rows[matrix]->rows));
        rows = picked;
    }
    *out = rows;
    rows = NULL;
done:
    iso_rows_close(rows);
    return err;
}

static void set_free(struct pieces_set *s)
{
    if (s) {
        iso_rows_close(s->rows[0]);
        iso_rows_close(s->rows[1]);
        iso_pieces_free(&s->pieces);
    }
    iso_free(s);
}

/* Both languages are of one collection, or one is compared with itself in two. */
static iso_err set_new(struct pieces_set **out, const struct compare_pieces *c,
                       const struct pairing *p, iso_gram_pair pair)
{
    const struct origin *x = &p->origin[pair.x], *y = &p->origin[pair.y];
    const int lang[2] = {iso_compare_surface_find(&c->surface, x),
                         iso_compare_surface_find(&c->surface, y)};
    struct pieces_set *s = NULL;
    iso_err err = ISO_OK;

    ISO_NEED(x->collection == y->collection,
             "pieces of one text would be held constant on both sides of " ISO_FIELD(
                 against) ": give a file, or length");
    ISO_TRY(iso_alloc(&s, 1, sizeof *s));
    s->x = pair.x;
    s->y = pair.y;
    ISO_TRY(iso_pieces_make(&s->pieces, &c->surface.at[x->collection].surface, lang, 2, 2));
    if (s->pieces.cols == 0)
        ISO_FAIL(ISO_EARG, "%s: no text of %s has a token", iso_states_name(p->states[0]),
                 iso_pairing_lang(p, pair.x));
    ISO_TRY(open_side(&s->rows[0], s, 0, p, pair.x));
    ISO_TRY(open_side(&s->rows[1], s, 1, p, pair.y));
    *out = s;
    s = NULL;
done:
    set_free(s);
    return err;
}

static iso_err set_of(int *out, struct compare_pieces *c, const struct pairing *p,
                      iso_gram_pair pair)
{
    iso_err err = ISO_OK;

    for (int i = 0; i < c->sets; i++) {
        if (same(p, c->set[i]->x, pair.x) && same(p, c->set[i]->y, pair.y)) {
            *out = i;
            return ISO_OK;
        }
    }
    ISO_TRY(set_new(&c->set[c->sets], c, p, pair));
    *out = c->sets++;
done:
    return err;
}

/* --- The task --- */

/* The number of a pair of matrices, which is added when it is new. */
static int64_t pair_of(struct compare_pieces *c, int64_t from, int x, int y)
{
    for (int64_t i = from; i < c->pairs; i++) {
        if (c->pair[i].x == x && c->pair[i].y == y)
            return i;
    }
    c->pair[c->pairs] = (iso_gram_pair){x, y};
    return c->pairs++;
}

static iso_err make(struct compare_pieces *c, const struct pairing *p, const iso_baseline_opt *opt,
                    const iso_run *run)
{
    int set;
    iso_err err = ISO_OK;

    ISO_TRY(iso_compare_surface_make(&c->surface, p, opt, run));
    ISO_TRY(iso_alloc(&c->set, p->pairs, sizeof *c->set));
    ISO_TRY(iso_alloc(&c->pair, (NEEDS + 1) * p->pairs, sizeof *c->pair));
    ISO_TRY(iso_alloc(&c->needs, p->pairs, sizeof *c->needs));
    memcpy(c->pair, p->pair, (size_t)p->pairs * sizeof *c->pair);
    c->pairs = p->pairs;
    for (int64_t i = 0; i < p->pairs; i++) {
        const iso_gram_pair pair = p->pair[i];
        ISO_TRY(set_of(&set, c, p, pair));
        const int a = p->matrices + 2 * set, b = a + 1;
        c->needs[i][XA] = pair_of(c, p->pairs, pair.x, a);
        c->needs[i][XB] = pair_of(c, p->pairs, pair.x, b);
        c->needs[i][YA] = pair_of(c, p->pairs, pair.y, a);
        c->needs[i][YB] = pair_of(c, p->pairs, pair.y, b);
        c->needs[i][AB] = pair_of(c, p->pairs, a, b);
    }
    ISO_TRY(iso_alloc(&c->items, p->matrices + 2 * c->sets, sizeof *c->items));
    ISO_TRY(iso_alloc(&c->rows, p->matrices + 2 * c->sets, sizeof *c->rows));
done:
    return err;
}

iso_err iso_compare_pieces_make(struct compare_pieces *out, const struct pairing *p,
                                const iso_baseline_opt *opt, const iso_run *run)
{
    struct compare_pieces c = {0};
    iso_err err = make(&c, p, opt, run);

    if (!err)
        *out = c;
    else
        iso_compare_pieces_free(&c);
    return err;
}

void iso_compare_pieces_open(struct compare_pieces *c, struct pairing *p)
{
    if (!c->rows)
        return;
    for (int m = 0; m < p->matrices; m++) {
        c->rows[m] = p->rows[m];
        c->items[m] = p->set[m];
    }
    for (int s = 0; s < c->sets; s++)
        for (int side = 0; side < 2; side++) {
            c->rows[p->matrices + 2 * s + side] = c->set[s]->rows[side];
            c->items[p->matrices + 2 * s + side] = p->set[c->set[s]->x];
        }
    p->task.set = c->items;
    p->task.matrix = c->rows;
    p->task.matrices = p->matrices + 2 * c->sets;
    p->task.pair = c->pair;
    p->task.pairs = c->pairs;
    p->task.peers = NULL;
}

/* --- Values --- */

/* What is left of r_xy; NAN where the pieces leave nothing of a side. */
static double partial(double xy, const double r[NEEDS])
{
    const double det = 1 - r[AB] * r[AB];
    double x = r[XA] * r[XA], y = r[YA] * r[YA], both = r[XA] * r[YA];

    if (det > 1e-9) { /* else both texts have the same kernel, and one is enough */
        x = (x - 2 * r[AB] * r[XA] * r[XB] + r[XB] * r[XB]) / det;
        y = (y - 2 * r[AB] * r[YA] * r[YB] + r[YB] * r[YB]) / det;
        both = (both - r[AB] * (r[XA] * r[YB] + r[XB] * r[YA]) + r[XB] * r[YB]) / det;
    }
    if (!(1 - x > 1e-9) || !(1 - y > 1e-9))
        return NAN;
    return (xy - both) / sqrt((1 - x) * (1 - y));
}

static iso_value judged(const iso_value *of, double value, double *rep, int64_t units,
                        const char *why)
{
    iso_value v = iso_value_none();

    v.n = of->n;
    v.value = value;
    v.why = why ? why : isnan(value) ? "the pieces leave nothing of a side" : of->why;
    if (isnan(value) || why)
        return iso_value_undefined(of->n, v.why);
    if (of->interval && iso_jackknife(&v.lo, &v.hi, value, rep, units, 0.95))
        v.interval = of->interval;
    return v;
}

void iso_compare_pieces_judge(iso_value *values, double *replicates, const iso_plan *plan,
                              const iso_task *task, const struct compare_pieces *c, int64_t pairs)
{
    const int measures = task->measures;
    const int64_t stride = plan->stride;
    double r[NEEDS];

    for (int64_t i = 0; c->needs && i < pairs; i++) {
        for (int m = 0; m < measures; m++) {
            const int64_t at = i * measures + m, units = iso_plan_units(plan, i, m);
            const char *why = values[at].value == values[at].value ? NULL : values[at].why;
            double *rep = replicates + at * stride;
            for (int64_t u = 0; u < units; u++) {
                for (int k = 0; k < NEEDS; k++)
                    r[k] = replicates[(c->needs[i][k] * measures + m) * stride + u];
                rep[u] = partial(rep[u], r);
            }
            for (int k = 0; k < NEEDS; k++) {
                const iso_value *v = &values[c->needs[i][k] * measures + m];
                r[k] = v->value;
                why = why ? why : v->value == v->value ? NULL : v->why;
            }
            values[at] = judged(&values[at], partial(values[at].value, r), rep, units, why);
        }
    }
}

void iso_compare_pieces_free(struct compare_pieces *c)
{
    for (int i = 0; i < c->sets; i++)
        set_free(c->set[i]);
    iso_compare_surface_free(&c->surface);
    iso_free(c->set);
    iso_free(c->items);
    iso_free(c->rows);
    iso_free(c->pair);
    iso_free(c->needs);
    *c = (struct compare_pieces){0};
}
