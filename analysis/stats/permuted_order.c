/* Orders of items one after another, within blocks: all when they are few, else drawn. */
#include "analysis/stats/permuted_inside.h"

#include "lib/base/alloc.h"

/* --- Units --- */

static int items_of(const struct permuted_set *set, int sets)
{
    int most = 0;

    for (int s = 0; s < sets; s++) {
        for (int64_t i = 0; i < set[s].n; i++)
            most = set[s].item[i] >= most ? set[s].item[i] + 1 : most;
    }
    return most;
}

static int block_of(const struct iso_permuted_opt *opt, int item)
{
    return opt->block ? opt->block[item] : 0;
}

/* Numbers the items that are marked by 0, block after block; how many different orders there are.
 */
static void number(struct permuted_orders *o, int items, const struct iso_permuted_opt *opt)
{
    int last = 0;

    for (int i = 0; i < items; i++)
        last = block_of(opt, i) > last ? block_of(opt, i) : last;
    o->possible = 1;
    for (int b = 0; b <= last; b++) {
        const int64_t first = o->units;
        for (int i = 0; i < items; i++) {
            if (o->unit[i] < 0 || block_of(opt, i) != b)
                continue;
            o->unit[i] = (int)o->units++;
            o->possible *= (double)(o->units - first);
        }
        if (o->units > first)
            o->start[o->blocks++] = first;
    }
    o->start[o->blocks] = o->units;
}

iso_err iso_permuted_orders_make(struct permuted_orders *out, const struct permuted_set *set,
                                 int sets, const struct iso_permuted_opt *opt)
{
    const int items = items_of(set, sets);
    struct permuted_orders o = {.rng = iso_rng_seeded(opt->seed, 1)};
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&o.unit, items, sizeof *o.unit));
    ISO_TRY(iso_alloc(&o.order, items, sizeof *o.order));
    ISO_TRY(iso_alloc(&o.start, items + 1, sizeof *o.start));
    for (int i = 0; i < items; i++)
        o.unit[i] = -1;
    for (int s = 0; s < sets; s++) {
        for (int64_t i = 0; i < set[s].n; i++)
            o.unit[set[s].item[i]] = 0;
    }
    number(&o, items, opt);
    for (int64_t i = 0; i < o.units; i++)
        o.order[i] = i;
    o.all = o.possible <= ISO_PERMUTATIONS_ALL;
    o.left = o.all                   ? (int64_t)o.possible
             : opt->permutations > 0 ? opt->permutations
                                     : ISO_PERMUTATIONS;
    *out = o;
    o = (struct permuted_orders){0};
done:
    iso_permuted_orders_free(&o);
    return err;
}

void iso_permuted_orders_free(struct permuted_orders *o)
{
    iso_free(o->unit);
    iso_free(o->order);
    iso_free(o->start);
    *o = (struct permuted_orders){0};
}

/* --- The next --- */

/* The next order by the alphabet; after the last the first, and true. */
static bool advance(int64_t *a, int64_t n)
{
    int64_t i = n - 1, j = n - 1;

    while (i > 0 && a[i - 1] >= a[i])
        i--;
    while (i > 0 && a[j] <= a[i - 1])
        j--;
    if (i > 0) {
        const int64_t t = a[i - 1];
        a[i - 1] = a[j];
        a[j] = t;
    }
    const bool over = i <= 0;
    for (j = n - 1; i < j; i++, j--) {
        const int64_t t = a[i];
        a[i] = a[j];
        a[j] = t;
    }
    return over;
}

static void draw(struct permuted_orders *o, int b)
{
    const int64_t first = o->start[b], n = o->start[b + 1] - first;

    iso_rng_permutation(&o->rng, o->order + first, n);
    for (int64_t i = 0; i < n; i++)
        o->order[first + i] += first;
}

bool iso_permuted_orders_next(struct permuted_orders *o)
{
    bool over = true;

    if (o->left == 0)
        return false;
    o->left--;
    for (int b = 0; b < o->blocks; b++) {
        if (!o->all)
            draw(o, b);
        else if (over)
            over = advance(o->order + o->start[b], o->start[b + 1] - o->start[b]);
    }
    return true;
}

/* --- What a list of items sees --- */

iso_err iso_permuted_set_seat(struct permuted_set *set, const struct permuted_orders *o)
{
    int64_t seats = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&set->place, o->units, sizeof *set->place));
    ISO_TRY(iso_alloc(&set->seat, set->n, sizeof *set->seat));
    ISO_TRY(iso_alloc(&set->now, set->n, sizeof *set->now));
    for (int64_t u = 0; u < o->units; u++)
        set->place[u] = -1;
    for (int64_t i = 0; i < set->n; i++) {
        set->place[o->unit[set->item[i]]] = i;
        set->now[i] = i;
    }
    for (int64_t u = 0; u < o->units; u++) {
        if (set->place[u] >= 0)
            set->seat[seats++] = set->place[u];
    }
done:
    return err;
}

void iso_permuted_set_look(struct permuted_set *set, const struct permuted_orders *o)
{
    int64_t seats = 0;

    for (int64_t u = 0; u < o->units; u++) {
        const int64_t place = set->place[o->order[u]];
        if (place >= 0)
            set->now[set->seat[seats++]] = place;
    }
}
