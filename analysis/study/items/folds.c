#include "analysis/study/items/folds.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"

static uint64_t mix(uint64_t h)
{
    h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9u;
    h = (h ^ (h >> 27)) * 0x94d049bb133111ebu;
    return h ^ (h >> 31);
}

/* Folds of published runs hang on this: it is no hash table's, and stays as it is. */
static uint64_t hash(uint64_t h, const char *text)
{
    static const uint64_t fnv_prime = 1099511628211u;

    for (; text && *text; text++)
        h = (h ^ (unsigned char)*text) * fnv_prime;
    return mix(h ^ 0xff);
}

static int64_t picked(const int64_t *pick, int64_t i)
{
    return pick ? pick[i] : i;
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
        ISO_TRY(iso_equal_text_first(first, &ask->texts[l], ask->items));
        for (int64_t i = 0; i < ask->items; i++) {
            const int64_t a = root(parent, i), b = root(parent, first[i]);
            parent[a > b ? a : b] = a < b ? a : b;
        }
    }
done:
    iso_free(first);
    return err;
}

/* A group on its way to a fold; the key is the least of its items' keys. */
struct group {
    uint64_t key;
    int64_t lowest, size;
};

static uint64_t key_of(const struct folds_ask *ask, int64_t i)
{
    char number[24];

    if (ask->ids)
        return hash(mix(ask->seed + 1), ask->ids[picked(ask->pick, i)]);
    (void)snprintf(number, sizeof number, "%" PRId64, i);
    return hash(mix(ask->seed + 1), number);
}

static int by_key(const void *a, const void *b)
{
    const struct group *x = a, *y = b;

    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return x->lowest < y->lowest ? -1 : x->lowest > y->lowest;
}

/* Group after group, in the order of their keys, to the smallest fold of the moment. */
static void deal(struct folds *f, int64_t *at, struct group *group, int64_t groups, int64_t *size)
{
    qsort(group, (size_t)groups, sizeof *group, by_key);
    for (int64_t g = 0; g < groups; g++) {
        int least = 0;
        for (int k = 1; k < f->count; k++) {
            if (size[k] < size[least])
                least = k;
        }
        size[least] += group[g].size;
        at[group[g].lowest] = least;
    }
}

static iso_err too_few(int folds, int64_t items)
{
    return iso_fail(
        ISO_EDATA,
        ISO_FIELD(folds) " %d: needs %lld items of different text, there are %lld: fewer folds, "
                         "or more items",
        folds, 2 * (long long)folds, (long long)items);
}

static iso_err fill(struct folds *f, const struct folds_ask *ask)
{
    int64_t *parent = NULL, *number = NULL, *size = NULL, groups = 0;
    struct group *group = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&parent, ask->items, sizeof *parent));
    ISO_TRY(iso_alloc(&number, ask->items, sizeof *number));
    ISO_TRY(iso_alloc(&group, ask->items, sizeof *group));
    ISO_TRY(iso_alloc(&size, f->count, sizeof *size));
    ISO_TRY(group_items(parent, ask));
    for (int64_t i = 0; i < ask->items; i++) {
        const int64_t lowest = root(parent, i);
        const uint64_t key = key_of(ask, i);
        if (lowest == i) {
            number[i] = groups;
            group[groups++] = (struct group){key, i, 0};
        }
        struct group *g = &group[number[lowest]];
        g->key = key < g->key ? key : g->key;
        g->size++;
    }
    f->joined = ask->items - groups;
    if (groups / 2 < f->count)
        ISO_TRY(too_few(f->count, groups));
    deal(f, number, group, groups, size);
    for (int64_t i = 0; i < ask->items; i++)
        f->of[i] = (int32_t)number[root(parent, i)];
done:
    iso_free(parent);
    iso_free(number);
    iso_free(group);
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

void iso_folds_free(struct folds *f)
{
    iso_free(f->of);
    *f = (struct folds){0};
}
