#include "analysis/study/items/folds.h"

#include <inttypes.h>
#include <stdio.h>

#include "lib/base/alloc.h"
#include "lib/base/keyed.h"
#include "lib/base/str.h"

/* Folds of published runs hang on this: it is no hash table's, and stays as it is. */
static uint64_t hash(uint64_t h, const char *text)
{
    static const uint64_t fnv_prime = 1099511628211u;

    for (; text && *text; text++)
        h = (h ^ (unsigned char)*text) * fnv_prime;
    return iso_key_mix(h ^ 0xff);
}

uint64_t iso_item_key(uint64_t seed, const char *id, int64_t index)
{
    char number[24];

    if (!id)
        (void)snprintf(number, sizeof number, "%" PRId64, index);
    return hash(iso_key_mix(seed + 1), id ? id : number);
}

/* The lowest item of a group; paths are halved on the way. */
static int64_t root(int64_t *parent, int64_t i)
{
    while (parent[i] != i) {
        parent[i] = parent[parent[i]];
        i = parent[i];
    }
    return i;
}

/* Groups of items that share a text in some language: parent[] leads to each group's lowest. */
static iso_err group_items(int64_t *parent, const struct folds_ask *ask)
{
    int64_t *first = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&first, ask->items, sizeof *first));
    for (int64_t i = 0; i < ask->items; i++)
        parent[i] = i;
    for (int l = 0; l < ask->languages; l++) {
        const struct item_texts *t = &ask->texts[l];
        ISO_TRY(iso_equal_text_first(first, t, ask->items));
        for (int64_t i = 0; i < ask->items; i++) {
            if (!t->text || !t->text[t->pick ? t->pick[i] : i])
                continue; /* not known: equal to none */
            const int64_t a = root(parent, i), b = root(parent, first[i]);
            parent[a > b ? a : b] = a < b ? a : b;
        }
    }
done:
    iso_free(first);
    return err;
}

static iso_err too_few(int folds, int64_t items)
{
    return iso_fail(
        ISO_EDATA,
        ISO_FIELD(folds) " %d: needs %lld items of different text, there are %lld: fewer folds, "
                         "or more items",
        folds, 2 * (long long)folds, (long long)items);
}

iso_err iso_item_groups(int64_t *group, uint64_t *key, int64_t *groups, const struct folds_ask *ask)
{
    iso_err err = ISO_OK;

    ISO_TRY(group_items(group, ask));
    *groups = 0;
    for (int64_t i = 0; i < ask->items; i++) {
        const int64_t lowest = root(group, i), at = ask->pick ? ask->pick[i] : i;
        const uint64_t own = iso_item_key(ask->seed, ask->ids ? ask->ids[at] : NULL, at);
        *groups += lowest == i;
        key[lowest] = lowest == i || own < key[lowest] ? own : key[lowest];
        group[i] = lowest;
    }
done:
    return err;
}

static iso_err fill(struct folds *f, const struct folds_ask *ask)
{
    int64_t *group = NULL, *size = NULL, groups = 0;
    uint64_t *key = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&group, ask->items, sizeof *group));
    ISO_TRY(iso_alloc(&key, ask->items, sizeof *key));
    ISO_TRY(iso_alloc(&size, f->count, sizeof *size));
    ISO_TRY(iso_item_groups(group, key, &groups, ask));
    f->joined = ask->items - groups;
    f->by_position = !ask->ids;
    if (groups / 2 < f->count)
        ISO_TRY(too_few(f->count, groups));
    for (int64_t i = 0; i < ask->items; i++) {
        f->of[i] = (int32_t)(key[group[i]] % (uint64_t)f->count);
        size[f->of[i]]++;
    }
    for (int k = 0; k < f->count; k++) {
        if (size[k] == 0)
            ISO_FAIL(
                ISO_EDATA,
                ISO_FIELD(folds) " %d: none of the %lld items falls into fold %d: fewer folds, "
                                 "more items, or another " ISO_FIELD(seed),
                f->count, (long long)ask->items, k);
    }
done:
    iso_free(group);
    iso_free(key);
    iso_free(size);
    return err;
}

iso_err iso_folds_make(struct folds *out, const struct folds_ask *ask)
{
    struct folds f = {.count = ask->count, .items = ask->items};
    iso_err err = ISO_OK;

    if (ask->items / 2 < ask->count)
        return too_few(ask->count, ask->items);
    ISO_TRY(iso_alloc(&f.of, ask->items, sizeof *f.of));
    ISO_TRY(fill(&f, ask));
    *out = f;
    return ISO_OK;
done:
    iso_folds_free(&f);
    return err;
}

void iso_folds_note(const struct folds *f, const char *lang, const iso_run *run)
{
    if (f->by_position)
        iso_run_note(run, "%s has no ids: the fold of an item goes by its position", lang);
    if (f->joined > 0)
        iso_run_note(run, "items that follow another of equal text into its fold: %lld",
                     (long long)f->joined);
}

void iso_folds_free(struct folds *f)
{
    iso_free(f->of);
    *f = (struct folds){0};
}
