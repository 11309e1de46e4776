/* The items of all languages together: who is whose translation, which fold each goes to, and which
 * rows of the sources are trained on. */
#include <stdlib.h>
#include <string.h>

#include "analysis/study/items/folds.h"
#include "analysis/study/items/union_items.h"
#include "analysis/study/probe/probe_set.h"
#include "lib/base/alloc.h"
#include "lib/base/keyed.h"

/* --- Folds --- */

static iso_err number_items(struct union_items *u, const struct probe_set *set)
{
    struct items_lang *lang = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&lang, set->langs, sizeof *lang));
    for (int l = 0; l < set->langs; l++) {
        const iso_lang *of = set->lang[l].lang;
        lang[l] = (struct items_lang){of->name, of->path, of->items, of->ids, of->text, of->text2};
    }
    /* Texts of the sources alone: what is learnt is theirs, and the folds of a target must not
     * depend on the others that are asked for. */
    ISO_TRY(iso_union_items_make(u, lang, set->langs, set->sources));
done:
    iso_free(lang);
    return err;
}

static void give_row(struct probe_lang *l, const struct folds *f, int64_t row, int64_t item)
{
    l->item[row] = item;
    l->fold[row] = f->of[item];
}

/* Rows are items, or tokens of items. */
static iso_err give_rows(struct probe_lang *l, const int64_t *number, const struct folds *f)
{
    const iso_lang *lang = l->lang;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&l->item, lang->rows, sizeof *l->item));
    ISO_TRY(iso_alloc(&l->fold, lang->rows, sizeof *l->fold));
    for (int64_t i = 0; i < lang->items; i++) {
        const int64_t first = lang->offsets ? lang->offsets[i] : i;
        const int64_t end = lang->offsets ? lang->offsets[i + 1] : i + 1;
        for (int64_t r = first; r < end; r++)
            give_row(l, f, r, number[i]);
    }
done:
    return err;
}

/* The items in a random order, of which other items take none out of its turn. */
static iso_err order_items(struct probe_set *set, const struct union_items *u, uint64_t seed)
{
    static const uint64_t not_of_folds = 0x9e3779b97f4a7c15u;
    struct keyed *list = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&list, u->items, sizeof *list));
    ISO_TRY(iso_alloc(&set->order, u->items, sizeof *set->order));
    for (int64_t i = 0; i < u->items; i++)
        list[i] = (struct keyed){iso_item_key(seed ^ not_of_folds, u->id ? u->id[i] : NULL, i), i};
    iso_keyed_sort(list, u->items);
    for (int64_t i = 0; i < u->items; i++)
        set->order[i] = list[i].item;
done:
    iso_free(list);
    return err;
}

iso_err iso_probe_items(struct probe_set *set, const struct probe_ask *ask)
{
    struct union_items u = {0};
    struct folds folds = {0};
    iso_err err = ISO_OK;

    ISO_TRY(number_items(&u, set));
    ISO_TRY(iso_folds_make(&folds, &(struct folds_ask){.count = ask->folds,
                                                       .seed = ask->seed,
                                                       .items = u.items,
                                                       .ids = u.id,
                                                       .texts = u.texts,
                                                       .languages = set->sources}));
    for (int l = 0; l < set->langs; l++)
        ISO_TRY(give_rows(&set->lang[l], u.number[l], &folds));
    ISO_TRY(order_items(set, &u, ask->seed));
    set->items = u.items;
    iso_folds_note(&folds, set->lang[0].lang->name, ask->run);
done:
    iso_union_items_free(&u);
    iso_folds_free(&folds);
    return err;
}

/* --- Budgets: an equal share of items of each source; all of it where each has a probe --- */

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

static iso_err share_out(struct probe_set *set, int64_t budget, uint8_t *has)
{
    int64_t at = 0;
    iso_err err = ISO_OK;

    for (int l = 0; l < set->sources; l++) {
        const int64_t share =
            set->turns > 1 ? budget : budget / set->sources + (l < budget % set->sources);
        const int64_t there = mark_items(has, set, l);
        ISO_NEED(share <= there,
                 ISO_FIELD(budget) " %lld: the share of %s is %lld items, it has %lld with a label",
                 (long long)budget, set->lang[l].lang->name, (long long)share, (long long)there);
        at = set->turns > 1 ? 0 : at;
        draw(has, &at, set->order, set->items, share);
        learn_from(&set->lang[l], has);
    }
done:
    return err;
}

iso_err iso_probe_budget(struct probe_set *set, const struct probe_ask *ask)
{
    const int64_t budget = ask->budget;
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
    ISO_NEED(budget >= ask->folds && (set->turns > 1 || budget >= set->sources),
             ISO_FIELD(budget) " %lld: fewer items than %s, %d", (long long)budget,
             budget >= ask->folds ? "sources" : ISO_FIELD(folds),
             budget >= ask->folds ? set->sources : ask->folds);
    ISO_TRY(iso_alloc(&has, set->items, 1));
    ISO_TRY(share_out(set, budget, has));
done:
    iso_free(has);
    return err;
}
