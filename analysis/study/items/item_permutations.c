#include "analysis/study/items/item_permutations.h"

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

iso_err iso_permute_values(iso_value *values, const iso_task *task, const uint64_t *key,
                           int64_t count, const iso_run *run)
{
    const iso_permutations p = {.count = count, .key = key, .items = task->matrix[0]->rows};
    const int64_t cells = task->pairs * task->measures;
    iso_against *against = NULL;
    double *permuted = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_permutations_room(count, cells, run));
    ISO_TRY(iso_alloc(&permuted, cells * (count + 1), sizeof *permuted));
    ISO_TRY(iso_alloc(&against, cells, sizeof *against));
    for (int64_t c = 0; c < cells; c++)
        against[c] = task->measure[c % task->measures]->against;
    ISO_TRY(iso_permute(permuted, task, &p, run));
    ISO_TRY(iso_permutations_judge(values, permuted, against, cells, count));
done:
    iso_free(permuted);
    iso_free(against);
    return err;
}
