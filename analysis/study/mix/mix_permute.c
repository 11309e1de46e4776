/* Values before and after mixing where the items of the target are permuted. */
#include <math.h>

#include "analysis/pass/permute.h"
#include "analysis/study/items/folds.h"
#include "analysis/study/items/item_permutations.h"
#include "analysis/study/mix/mix_inside.h"
#include "lib/base/alloc.h"

static int64_t cells_of(const struct mix_values *v)
{
    return (1 + (int64_t)v->scheme->places * v->scheme->ways) * (v->scheme->L + 1) * v->measures;
}

/* Place −1: before mixing. */
static int64_t cell_of(const struct mix_values *v, int place, int way, int layer, int measure)
{
    const int64_t state = place < 0 ? 0 : 1 + (int64_t)place * v->scheme->ways + way;

    return (state * (v->scheme->L + 1) + layer) * v->measures + measure;
}

double *iso_mix_permuted_at(const struct mix_values *v, int place, int way, int layer, int measure)
{
    return v->permute.values +
           cell_of(v, place, way, layer, measure) * (v->permute.permutations.count + 1);
}

iso_err iso_mix_permute_open(struct mix_values *v, int64_t permutations, int64_t items,
                             const iso_run *run)
{
    struct retrieve_permute p = {.permutations = {.count = permutations, .items = items}};
    const int64_t numbers = cells_of(v) * (permutations + 1);
    iso_err err = ISO_OK;

    if (permutations == 0)
        return ISO_OK;
    ISO_TRY(iso_permutations_room(permutations, cells_of(v), run));
    ISO_TRY(iso_alloc(&p.key, items, sizeof *p.key));
    for (int64_t i = 0; i < items; i++)
        p.key[i] = iso_item_key(iso_run_seed(run), NULL, i);
    ISO_TRY(iso_retrieve_permute_draws(&p));
    ISO_TRY(iso_alloc(&p.values, numbers, sizeof *p.values));
    for (int64_t i = 0; i < numbers; i++)
        p.values[i] = NAN;
    v->permute = p;
    p = (struct retrieve_permute){0};
done:
    iso_retrieve_permute_free(&p);
    return err;
}

static iso_against against_of(const struct mix_ask *ask, int measure)
{
    return measure < ask->registered
               ? ask->of[measure]->against
               : iso_retrieve_against(&ask->hits.cell[measure - ask->registered]);
}

/* The value that a cell is about. */
static iso_value *value_at(const struct mix_values *v, int64_t cell)
{
    const int measure = (int)(cell % v->measures);
    const int layer = (int)(cell / v->measures % (v->scheme->L + 1));
    const int state = (int)(cell / v->measures / (v->scheme->L + 1)) - 1;

    return state < 0 ? iso_mix_before_at(v, layer, measure)
                     : iso_mix_value_at(v, state / v->scheme->ways, state % v->scheme->ways, layer,
                                        MIX_AFTER, measure);
}

iso_err iso_mix_permute_judge(struct mix_values *v, const struct mix_ask *ask)
{
    const int64_t cells = cells_of(v);
    iso_against *against = NULL;
    iso_value *value = NULL;
    iso_err err = ISO_OK;

    if (v->permute.permutations.count == 0)
        return ISO_OK;
    ISO_TRY(iso_alloc(&against, cells, sizeof *against));
    ISO_TRY(iso_alloc(&value, cells, sizeof *value));
    for (int64_t c = 0; c < cells; c++) {
        against[c] = against_of(ask, (int)(c % v->measures));
        value[c] = *value_at(v, c);
    }
    ISO_TRY(iso_permutations_judge(value, v->permute.values, against, cells,
                                   v->permute.permutations.count));
    for (int64_t c = 0; c < cells; c++)
        *value_at(v, c) = value[c];
done:
    iso_free(against);
    iso_free(value);
    return err;
}
