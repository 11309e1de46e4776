/* Sentences beside their translations: how far these are, how far the boundary is, and what the
 * probe of the item's fold says of both. */
#include <math.h>

#include "analysis/study/robust/robust_inside.h"
#include "lib/base/alloc.h"

/* --- Rows --- */

static const float *stored(const struct robust_layer *l, int lang, int64_t item)
{
    const iso_mat *x = &l->rows.x[lang];

    return (const float *)x->data + l->row_of[lang][item] * x->stride;
}

/* Of one language the row as it is; of two, first and second sentence put together in `room`. */
static const float *row_of(float *room, const struct robust_layer *l, const struct robust_target *t,
                           int64_t item)
{
    const int64_t d = l->rows.x[0].cols / 4;
    const float *u = stored(l, t->first, item);

    if (t->first == t->second)
        return u;
    iso_probe_put_pair(room, u, stored(l, t->second, item) + d, d);
    return room;
}

static double apart(const float *x, const float *y, int64_t d)
{
    double sum = 0;

    for (int64_t j = 0; j < d; j++) {
        const double off = (double)x[j] - (double)y[j];
        sum += off * off;
    }
    return sqrt(sum);
}

static double ratio_of(double distance, double boundary)
{
    return distance > 0 ? distance / boundary : 0;
}

/* --- Which items --- */

static int32_t label_of(const struct robust_layer *l, const struct probe_set *set, int lang,
                        int64_t item)
{
    const int64_t row = l->row_of[lang][item];

    return row < 0 ? -1 : set->lang[lang].label[row];
}

/* Those that both sides have with labels, in the random order of all items: the next one's
 * translation is one of another item. */
static void choose(struct robust_items *p, const struct robust_layer *l,
                   const struct probe_set *set, int source, const struct robust_target *t)
{
    for (int64_t i = 0; i < set->items; i++) {
        const int64_t item = set->order[i];
        if (label_of(l, set, source, item) < 0 || label_of(l, set, t->first, item) < 0 ||
            l->row_of[t->second][item] < 0)
            continue;
        if (l->fold[set->lang[source].fold[l->row_of[source][item]]].w)
            p->item[p->n++] = item;
        else
            p->lost++;
    }
}

static iso_err make_room(struct robust_items *p, int64_t items)
{
    double **const reals[] = {&p->distance, &p->boundary, &p->ratio, &p->shuffled, &p->length};
    uint8_t **const flags[] = {&p->right, &p->kept, &p->flip, &p->flip_shuffled};
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&p->item, items, sizeof *p->item));
    for (size_t i = 0; i < sizeof reals / sizeof *reals; i++)
        ISO_TRY(iso_alloc(reals[i], items, sizeof **reals[i]));
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        ISO_TRY(iso_alloc(flags[i], items, 1));
done:
    return err;
}

void iso_robust_items_free(struct robust_items *p)
{
    iso_free(p->item);
    iso_free(p->distance);
    iso_free(p->boundary);
    iso_free(p->ratio);
    iso_free(p->shuffled);
    iso_free(p->length);
    iso_free(p->right);
    iso_free(p->kept);
    iso_free(p->flip);
    iso_free(p->flip_shuffled);
    *p = (struct robust_items){0};
}

/* --- Lengths --- */

/* Characters of UTF-8: bytes that do not go on with one. */
static double characters(const char *text)
{
    double count = 0;

    for (; text && *text; text++)
        count += ((unsigned char)*text & 0xc0) != 0x80;
    return count;
}

/* Of an item's text, or of both of a pair; 0: there is none. */
static double length_of(const struct robust_layer *l, const struct probe_set *set, int first,
                        int second, int64_t item)
{
    const iso_lang *u = set->lang[first].lang, *v = set->lang[second].lang;
    double sum = u->text ? characters(u->text[l->row_of[first][item]]) : 0;

    if (set->second)
        v = iso_states_lang(set->second, set->lang[second].number2);
    if (set->second && v->text)
        sum += characters(v->text[l->row_of[second][item]]);
    else if (!set->second && v->text2)
        sum += characters(v->text2[l->row_of[second][item]]);
    return sum;
}

static void measure_lengths(struct robust_items *p, const struct robust_layer *l,
                            const struct probe_set *set, int source, const struct robust_target *t)
{
    for (int64_t i = 0; p->length && i < p->n; i++) {
        const double x = length_of(l, set, source, source, p->item[i]);
        const double y = length_of(l, set, t->first, t->second, p->item[i]);
        if (x > 0 && y > 0) {
            p->length[i] = fabs(log(y / x));
            continue;
        }
        iso_free(p->length);
        p->length = NULL;
    }
}

/* --- All of it --- */

struct scratch {
    float *y, *other;
    double *z;
};

static void measure(struct robust_items *p, int64_t i, const struct scratch *s,
                    const struct robust_layer *l, const struct probe_set *set, int source,
                    const struct robust_target *t)
{
    const int64_t item = p->item[i], d = l->rows.x[0].cols;
    const int fold = set->lang[source].fold[l->row_of[source][item]];
    const struct linear_probe *probe = &l->fold[fold];
    const float *x = stored(l, source, item);
    const float *y = row_of(s->y, l, t, item);
    const float *other = row_of(s->other, l, t, p->item[(i + 1) % p->n]);
    const struct boundary b = iso_linear_probe_boundary(s->z, probe, l->apart[fold], x);
    const int32_t said = iso_linear_probe_answer(s->z, probe, y);

    p->distance[i] = apart(x, y, d);
    p->boundary[i] = b.distance;
    p->ratio[i] = ratio_of(p->distance[i], b.distance);
    p->shuffled[i] = ratio_of(apart(x, other, d), b.distance);
    p->kept[i] = b.answer == label_of(l, set, source, item);
    p->right[i] = said == label_of(l, set, t->first, item);
    p->flip[i] = said != b.answer;
    p->flip_shuffled[i] = iso_linear_probe_answer(s->z, probe, other) != b.answer;
}

/* Items that no plane parts from another answer have no ratio. */
static void drop_endless(struct robust_items *p)
{
    int64_t n = 0;

    for (int64_t i = 0; i < p->n; i++) {
        if (!isfinite(p->boundary[i])) {
            p->lost++;
            continue;
        }
        p->item[n] = p->item[i];
        p->distance[n] = p->distance[i];
        p->boundary[n] = p->boundary[i];
        p->ratio[n] = p->ratio[i];
        p->shuffled[n] = p->shuffled[i];
        p->right[n] = p->right[i];
        p->kept[n] = p->kept[i];
        p->flip[n] = p->flip[i];
        p->flip_shuffled[n++] = p->flip_shuffled[i];
    }
    p->n = n;
}

iso_err iso_robust_items_make(struct robust_items *out, const struct robust_layer *l,
                              const struct probe_set *set, int source,
                              const struct robust_target *target)
{
    struct robust_items p = {0};
    struct scratch s = {0};
    iso_err err = ISO_OK;

    ISO_TRY(make_room(&p, set->items));
    ISO_TRY(iso_alloc(&s.y, l->rows.x[0].cols, sizeof *s.y));
    ISO_TRY(iso_alloc(&s.other, l->rows.x[0].cols, sizeof *s.other));
    ISO_TRY(iso_alloc(&s.z, set->classes, sizeof *s.z));
    choose(&p, l, set, source, target);
    for (int64_t i = 0; i < p.n; i++)
        measure(&p, i, &s, l, set, source, target);
    drop_endless(&p);
    measure_lengths(&p, l, set, source, target);
    *out = p;
    p = (struct robust_items){0};
done:
    iso_robust_items_free(&p);
    iso_free(s.y);
    iso_free(s.other);
    iso_free(s.z);
    return err;
}
