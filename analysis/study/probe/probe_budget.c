/* Which rows of the sources are learnt from: all, or an equal share of a budget each. */
#include <string.h>

#include "analysis/study/probe/probe_inside.h"
#include "lib/base/alloc.h"
#include "lib/base/rng.h"

/* Items of a language that have an example. */
static int64_t mark_items(uint8_t *has, const struct probe_set *set, int lang)
{
    const struct probe_lang *l = &set->lang[lang];
    int64_t count = 0;

    memset(has, 0, (size_t)set->items);
    for (int64_t r = 0; r < l->lang->rows; r++) {
        if (l->label[r] >= 0 && !has[l->item[r]]) {
            has[l->item[r]] = 1;
            count++;
        }
    }
    return count;
}

static void learn_from(struct probe_lang *l, const uint8_t *has)
{
    for (int64_t r = 0; r < l->lang->rows; r++)
        l->learn[r] = has[l->item[r]];
}

/* Of the items in one random order the next `share` from *at on, so that sources learn different
 * items as long as there are enough. */
static void draw(uint8_t *has, int64_t *at, const int64_t *order, int64_t items, int64_t share)
{
    const int64_t from = *at;

    for (int64_t seen = 0; seen < items; seen++) {
        const int64_t item = order[(from + seen) % items];
        if (share == 0)
            has[item] = 0;
        else if (has[item] && --share == 0)
            *at = from + seen + 1;
    }
}

static iso_err share_out(struct probe_set *set, int64_t budget, uint64_t seed, uint8_t *has,
                         int64_t *order)
{
    iso_rng rng = iso_rng_seeded(seed, 1);
    int64_t at = 0;
    iso_err err = ISO_OK;

    iso_rng_permutation(&rng, order, set->items);
    for (int l = 0; l < set->sources; l++) {
        const int64_t share = budget / set->sources + (l < budget % set->sources);
        const int64_t there = mark_items(has, set, l);
        ISO_NEED(share <= there,
                 ISO_FIELD(budget) " %lld: the share of %s is %lld items, it has %lld with a label",
                 (long long)budget, set->lang[l].lang->name, (long long)share, (long long)there);
        draw(has, &at, order, set->items, share);
        learn_from(&set->lang[l], has);
    }
done:
    return err;
}

iso_err iso_probe_budget(struct probe_set *set, const struct probe_ask *ask)
{
    const int64_t budget = ask->set->budget;
    int64_t *order = NULL;
    uint8_t *has = NULL;
    iso_err err = ISO_OK;

    if (!ask->labels)
        return ISO_OK;
    for (int l = 0; l < set->sources; l++) {
        ISO_TRY(iso_alloc(&set->lang[l].learn, set->lang[l].lang->rows, 1));
        memset(set->lang[l].learn, 1, (size_t)set->lang[l].lang->rows);
    }
    if (budget == 0)
        goto done;
    ISO_NEED(budget >= ask->folds && budget >= set->sources,
             ISO_FIELD(budget) " %lld: fewer items than %s, %d", (long long)budget,
             budget >= ask->folds ? "sources" : ISO_FIELD(folds),
             budget >= ask->folds ? set->sources : ask->folds);
    ISO_TRY(iso_alloc(&order, set->items, sizeof *order));
    ISO_TRY(iso_alloc(&has, set->items, 1));
    ISO_TRY(share_out(set, budget, (uint64_t)ask->set->seed, has, order));
done:
    iso_free(order);
    iso_free(has);
    return err;
}
