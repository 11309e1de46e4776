/* Retrieval at one layer of one target, before mixing and after, item by item. */
#include "analysis/search/hits.h"
#include "analysis/study/mix/mix_layer.h"
#include "analysis/study/retrieve/retrieve_pair.h"
#include "lib/base/alloc.h"

/* What became of every item: before, and after each way of the place at hand. */
struct outcomes {
    iso_value value[RETRIEVE_CELLS];
    double *before, *after; /* cells × items; ways × cells × items */
    iso_view x;
};

static iso_err search(struct outcomes *o, double *outcome, const struct mix_layer *l, int matrix)
{
    static const struct duplicates apart = {0};
    struct retrieve_pair pair = {.x = o->x, .tx = &apart, .ty = &apart};
    iso_near_stats stats = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_rows_read(l->rows[matrix], 0, l->m->items, &pair.y));
    ISO_TRY(
        iso_retrieve_pair_values(o->value, outcome, NULL, &stats, &pair, &l->ask->hits, l->run));
done:
    return err;
}

/* One cell of one way against what it was before and against the controls. */
static iso_err subtract(const struct mix_layer *l, const struct outcomes *o, int place, int way,
                        int cell)
{
    const int64_t n = l->m->items, cells = l->ask->hits.cells;
    const int m = l->ask->registered + cell;
    const double *after = o->after + (way * cells + cell) * n;
    const iso_boot boot = l->ask->hits.boot;
    iso_err err = ISO_OK;

    ISO_TRY(iso_hits_difference(iso_mix_value_at(l->v, place, way, l->k, MIX_DIFFERENCE, m), after,
                                o->before + cell * n, n, boot, l->run->seed));
    for (int c = 0; c < l->v->controls && !l->m->scheme->way[way].control; c++)
        ISO_TRY(iso_hits_difference(iso_mix_value_at(l->v, place, way, l->k, MIX_GIVEN + c, m),
                                    after, o->after + (l->v->control[c] * cells + cell) * n, n,
                                    boot, l->run->seed));
done:
    return err;
}

/* The place whose first way is matrix `first`. */
static iso_err search_place(const struct mix_layer *l, struct outcomes *o, int place, int first)
{
    const int cells = l->ask->hits.cells, ways = l->m->scheme->ways;
    iso_err err = ISO_OK;

    for (int w = 0; w < ways; w++) {
        ISO_TRY(search(o, o->after + w * cells * l->m->items, l, first + w));
        for (int c = 0; c < cells; c++)
            *iso_mix_value_at(l->v, place, w, l->k, MIX_AFTER, l->ask->registered + c) =
                o->value[c];
    }
    for (int w = 0; w < ways; w++) {
        for (int c = 0; c < cells; c++)
            ISO_TRY(subtract(l, o, place, w, c));
    }
done:
    return err;
}

iso_err iso_mix_layer_search(const struct mix_layer *l)
{
    const struct mix_scheme *s = l->m->scheme;
    const int64_t room = l->ask->hits.cells * l->m->items;
    struct outcomes *o = NULL;
    int first = 2;
    iso_err err = ISO_OK;

    if (room == 0)
        return ISO_OK;
    ISO_TRY(iso_alloc(&o, 1, sizeof *o));
    ISO_TRY(iso_alloc(&o->before, room, sizeof *o->before));
    ISO_TRY(iso_alloc(&o->after, s->ways * room, sizeof *o->after));
    ISO_TRY(iso_rows_read(l->rows[0], 0, l->m->items, &o->x));
    ISO_TRY(search(o, o->before, l, 1));
    for (int c = 0; c < l->ask->hits.cells; c++)
        *iso_mix_before_at(l->v, l->k, l->ask->registered + c) = o->value[c];
    for (int p = 0; p < s->places; p++) {
        if (!mix_reached(l, p))
            continue;
        ISO_TRY(search_place(l, o, p, first));
        first += s->ways;
    }
done:
    if (o) {
        iso_free(o->before);
        iso_free(o->after);
    }
    iso_free(o);
    return err;
}
