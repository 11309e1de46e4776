#include "analysis/study/items/item_permutations.h"

#include <string.h>

#include "analysis/pass/permute.h"
#include "analysis/study/items/folds.h"
#include "lib/base/alloc.h"

iso_err iso_item_keys(uint64_t **out, const iso_lang *lang, const int64_t *pick, int64_t items,
                      uint64_t seed)
{
    uint64_t *key = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&key, items, sizeof *key));
    for (int64_t i = 0; i < items; i++) {
        const int64_t at = pick ? pick[i] : i;
        key[i] = iso_item_key(seed, lang->ids && !lang->offsets ? lang->ids[at] : NULL, at);
    }
    *out = key;
done:
    return err;
}

iso_err iso_permutations_room(int64_t count, int64_t values, const iso_run *run)
{
    const double need = 8 * (double)values * (double)(count + 1), have = (double)iso_run_mem(run);

    if (need > 0.7 * have)
        return iso_fail(
            ISO_EARG,
            "%lld permutations of %lld values need %.0f MB of memory, " ISO_FIELD(
                mem) " gives %.0f MB: give more, or take fewer " ISO_FIELD(permutations),
            (long long)count, (long long)values, need / 0.7 / 1e6, have / 1e6);
    return ISO_OK;
}

/* Measures of which something was said in an earlier part are not spoken of again. */
static bool spoken_of(const iso_plan *plan, int part)
{
    for (int i = 0; i < part; i++) {
        for (int m = 0; m < plan->part[i].task.measures; m++)
            if (plan->part[i].measure[m] == plan->part[part].measure[0])
                return true;
    }
    return false;
}

/* One part: its rows of `permuted` go to their cells. */
static iso_err permute_part(double *permuted, iso_against *against, const iso_plan *plan, int part,
                            const uint64_t *key, int64_t count, const iso_run *run)
{
    const iso_plan_part *of = &plan->part[part];
    const iso_permutations p = {.count = count, .key = key, .items = of->rows};
    const int64_t cells = of->task.pairs * of->task.measures, each = count + 1;
    iso_run quiet = run ? *run : (iso_run){0};
    double *own = NULL;
    iso_err err = ISO_OK;

    if (spoken_of(plan, part))
        quiet.note = NULL;
    if (plan->parts == 1) { /* then its cells are those of the whole */
        for (int64_t c = 0; c < cells; c++)
            against[c] = of->measure[c % of->task.measures]->against;
        return iso_permute(permuted, &of->task, &p, run);
    }
    ISO_TRY(iso_alloc(&own, cells * each, sizeof *own));
    ISO_TRY(iso_permute(own, &of->task, &p, &quiet));
    for (int64_t c = 0; c < cells; c++) {
        against[of->cell[c]] = of->measure[c % of->task.measures]->against;
        memcpy(permuted + of->cell[c] * each, own + c * each, (size_t)each * sizeof *own);
    }
done:
    iso_free(own);
    return err;
}

iso_err iso_permute_values(iso_value *values, const iso_plan *plan, const uint64_t *const *key,
                           int64_t count, const iso_run *run)
{
    iso_against *against = NULL;
    double *permuted = NULL;
    int64_t cells = 0, most = 0; /* of all, and what the largest part has beside them */
    iso_err err = ISO_OK;

    for (int i = 0; i < plan->parts; i++) {
        const int64_t own = plan->part[i].task.pairs * plan->part[i].task.measures;
        cells += own;
        most = plan->parts > 1 && own > most ? own : most;
    }
    ISO_TRY(iso_permutations_room(count, cells + most, run));
    ISO_TRY(iso_alloc(&permuted, cells * (count + 1), sizeof *permuted));
    ISO_TRY(iso_alloc(&against, cells, sizeof *against));
    for (int i = 0; i < plan->parts; i++)
        ISO_TRY(permute_part(permuted, against, plan, i, key[plan->part[i].set], count, run));
    ISO_TRY(iso_permutations_judge(values, permuted, against, cells, count));
done:
    iso_free(permuted);
    iso_free(against);
    return err;
}
