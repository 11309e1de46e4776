#include "analysis/study/items/parallel.h"

#include <string.h>

#include "lib/base/alloc.h"

/* Rows by id: open addressing, at most half full, -1 free. */
struct index {
    int64_t *slot, room;
    const char *const *ids;
};

static uint64_t hash(const char *text)
{
    uint64_t h = 1469598103934665603u;

    for (; *text; text++)
        h = (h ^ (unsigned char)*text) * 1099511628211u;
    return h ^ (h >> 29);
}

static int64_t *slot_of(const struct index *x, const char *id)
{
    uint64_t i = hash(id) & (uint64_t)(x->room - 1);

    while (x->slot[i] >= 0 && strcmp(x->ids[x->slot[i]], id) != 0)
        i = (i + 1) & (uint64_t)(x->room - 1);
    return &x->slot[i];
}

static iso_err index_new(struct index *x, const iso_lang *lang)
{
    *x = (struct index){.room = 64, .ids = lang->ids};
    while (x->room < 2 * lang->items)
        x->room *= 2;
    iso_err err = iso_alloc(&x->slot, x->room, sizeof *x->slot);
    if (err)
        return err;
    for (int64_t i = 0; i < x->room; i++)
        x->slot[i] = -1;
    for (int64_t i = 0; i < lang->items; i++)
        *slot_of(x, lang->ids[i]) = i;
    return ISO_OK;
}

/* Drops from the first party's pick what party p lacks, and fills p's pick in the same order. */
static iso_err join(struct parallel *out, const iso_lang *const *party, int p)
{
    const iso_lang *first = party[0], *other = party[p];
    struct index x = {0};
    int64_t kept = 0;
    iso_err err = ISO_OK;

    ISO_TRY(index_new(&x, other));
    for (int64_t i = 0; i < out->items; i++) {
        const int64_t row = *slot_of(&x, first->ids[out->pick[0][i]]);
        if (row < 0)
            continue;
        for (int q = 0; q < p; q++)
            out->pick[q][kept] = out->pick[q][i];
        out->pick[p][kept++] = row;
    }
    if (kept == 0 && out->items > 0)
        ISO_FAIL(ISO_EARG,
                 "%s: ids of %s and %s (%s) do not overlap: choose languages with " ISO_FIELD(tgt),
                 party[0]->path, first->name, other->name, party[p]->path);
    out->items = kept;
done:
    iso_free(x.slot);
    return err;
}

static iso_err join_all(struct parallel *out, const iso_lang *const *party)
{
    const int64_t items = party[0]->items;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&out->pick, out->parties, sizeof *out->pick));
    for (int p = 0; p < out->parties; p++)
        ISO_TRY(iso_alloc(&out->pick[p], items, sizeof **out->pick));
    for (int64_t i = 0; i < items; i++)
        out->pick[0][i] = i;
    out->items = items;
    for (int p = 1; p < out->parties; p++)
        ISO_TRY(join(out, party, p));
    out->unshared = items - out->items;
    out->by_ids = true;
done:
    return err;
}

/* A pick that keeps every row where it is would only cost reads. */
static void drop_idle(struct parallel *out, const iso_lang *const *party)
{
    for (int p = 0; p < out->parties; p++) {
        int64_t i = 0;
        while (i < out->items && out->pick[p][i] == i)
            i++;
        if (i == out->items && party[p]->items == out->items) {
            iso_free(out->pick[p]);
            out->pick[p] = NULL;
        }
    }
}

static iso_err counts_differ(const iso_lang *p, const iso_lang *q)
{
    const long long m = p->items, n = q->items;

    return iso_fail(ISO_EARG,
                    "%s: %s has %lld items, %s (%s) has %lld, and no ids say which belong "
                    "together: add ids, or take the first with " ISO_FIELD(limit) " %lld",
                    p->path, p->name, m, q->name, q->path, n, m < n ? m : n);
}

/* By position: counts agree, and token rows begin at the same places. */
static iso_err by_position(struct parallel *out, const iso_lang *const *party)
{
    const iso_lang *a = party[0];

    for (int p = 1; p < out->parties; p++) {
        const iso_lang *b = party[p];
        if (a->items != b->items)
            return counts_differ(party[0], party[p]);
        if (!a->offsets != !b->offsets ||
            (a->offsets &&
             memcmp(a->offsets, b->offsets, (size_t)(a->items + 1) * sizeof *a->offsets) != 0))
            return iso_fail(
                ISO_EARG,
                "%s: token rows of %s and %s (%s) are cut differently: " ISO_FIELD(pool) " mean",
                party[0]->path, a->name, b->name, party[p]->path);
    }
    out->items = a->rows;
    return iso_alloc(&out->pick, out->parties, sizeof *out->pick);
}

iso_err iso_parallel_make(struct parallel *out, const iso_lang *const *party, int parties)
{
    struct parallel p = {.parties = parties};
    bool ids = true;
    iso_err err = ISO_OK;

    for (int i = 0; i < parties; i++)
        ids = ids && party[i]->ids && !party[i]->offsets;
    if (ids) {
        ISO_TRY(join_all(&p, party));
        drop_idle(&p, party);
    } else {
        ISO_TRY(by_position(&p, party));
    }
    *out = p;
    return ISO_OK;
done:
    iso_parallel_free(&p);
    return err;
}

void iso_parallel_free(struct parallel *p)
{
    for (int i = 0; p->pick && i < p->parties; i++)
        iso_free(p->pick[i]);
    iso_free(p->pick);
    *p = (struct parallel){0};
}
