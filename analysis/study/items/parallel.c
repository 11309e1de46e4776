#include "analysis/study/items/parallel.h"

#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/textmap.h"

/* Rows by id. Should an id name two items, the last one counts. */
struct index {
    iso_textmap ids;
    int64_t *row; /* by the id's number */
};

static void index_free(struct index *x)
{
    iso_textmap_free(&x->ids);
    iso_free(x->row);
}

static iso_err index_make(struct index *x, const iso_lang *lang)
{
    int64_t number;
    iso_err err = ISO_OK;

    ISO_TRY(iso_textmap_reserve(&x->ids, lang->items));
    ISO_TRY(iso_alloc(&x->row, lang->items, sizeof *x->row));
    for (int64_t i = 0; i < lang->items; i++) {
        ISO_TRY(iso_textmap_put(&number, &x->ids, lang->ids[i], -1));
        x->row[number] = i;
    }
done:
    return err;
}

/* The usual case, which needs no table. */
static bool same_ids(const iso_lang *a, const iso_lang *b)
{
    int64_t i = 0;

    while (i < a->items && i < b->items && strcmp(a->ids[i], b->ids[i]) == 0)
        i++;
    return i == a->items && i == b->items;
}

/* Drops from the first language's pick what language p lacks, and fills p's pick in the same order.
 */
static iso_err join(struct parallel *out, const iso_lang *const *langs, int p)
{
    const iso_lang *first = langs[0], *other = langs[p];
    struct index x = {0};
    int64_t kept = 0;
    iso_err err = ISO_OK;

    if (same_ids(first, other)) {
        memcpy(out->pick[p], out->pick[0], (size_t)out->items * sizeof **out->pick);
        return ISO_OK;
    }
    ISO_TRY(index_make(&x, other));
    for (int64_t i = 0; i < out->items; i++) {
        const int64_t number = iso_textmap_find(&x.ids, first->ids[out->pick[0][i]], -1);
        if (number < 0)
            continue;
        for (int q = 0; q < p; q++)
            out->pick[q][kept] = out->pick[q][i];
        out->pick[p][kept++] = x.row[number];
    }
    if (kept == 0 && out->items > 0)
        ISO_FAIL(ISO_EARG,
                 "%s: ids of %s and %s (%s) do not overlap: choose languages with " ISO_FIELD(tgt),
                 langs[0]->path, first->name, other->name, langs[p]->path);
    out->items = kept;
done:
    index_free(&x);
    return err;
}

static iso_err join_all(struct parallel *out, const iso_lang *const *langs)
{
    const int64_t items = langs[0]->items;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&out->pick, out->lang_count, sizeof *out->pick));
    for (int p = 0; p < out->lang_count; p++)
        ISO_TRY(iso_alloc(&out->pick[p], items, sizeof **out->pick));
    for (int64_t i = 0; i < items; i++)
        out->pick[0][i] = i;
    out->items = items;
    for (int p = 1; p < out->lang_count; p++)
        ISO_TRY(join(out, langs, p));
    out->unshared = items - out->items;
    out->by_ids = true;
done:
    return err;
}

/* A pick that keeps every row where it is would only cost reads. */
static void drop_idle(struct parallel *out, const iso_lang *const *langs)
{
    for (int p = 0; p < out->lang_count; p++) {
        int64_t i = 0;
        while (i < out->items && out->pick[p][i] == i)
            i++;
        if (i == out->items && langs[p]->items == out->items) {
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
static iso_err by_position(struct parallel *out, const iso_lang *const *langs)
{
    const iso_lang *a = langs[0];

    for (int p = 1; p < out->lang_count; p++) {
        const iso_lang *b = langs[p];
        if (a->items != b->items)
            return counts_differ(langs[0], langs[p]);
        if (!a->offsets != !b->offsets ||
            (a->offsets &&
             memcmp(a->offsets, b->offsets, (size_t)(a->items + 1) * sizeof *a->offsets) != 0))
            return iso_fail(
                ISO_EARG,
                "%s: token rows of %s and %s (%s) are cut differently: " ISO_FIELD(pool) " mean",
                langs[0]->path, a->name, b->name, langs[p]->path);
    }
    out->items = a->rows;
    return iso_alloc(&out->pick, out->lang_count, sizeof *out->pick);
}

iso_err iso_parallel_make(struct parallel *out, const iso_lang *const *langs, int lang_count)
{
    struct parallel p = {.lang_count = lang_count};
    bool ids = true;
    iso_err err = ISO_OK;

    for (int i = 0; i < lang_count; i++)
        ids = ids && langs[i]->ids && !langs[i]->offsets;
    if (ids) {
        ISO_TRY(join_all(&p, langs));
        drop_idle(&p, langs);
    } else {
        ISO_TRY(by_position(&p, langs));
    }
    *out = p;
    return ISO_OK;
done:
    iso_parallel_free(&p);
    return err;
}

iso_err iso_parallel_first(struct parallel *p, int64_t items)
{
    iso_err err = ISO_OK;

    if (items >= p->items)
        return ISO_OK;
    for (int l = 0; l < p->lang_count; l++) {
        if (p->pick[l])
            continue;
        ISO_TRY(iso_alloc(&p->pick[l], items, sizeof *p->pick[l]));
        for (int64_t i = 0; i < items; i++)
            p->pick[l][i] = i;
    }
    p->items = items;
done:
    return err;
}

void iso_parallel_note(const struct parallel *p, const char *first, const iso_run *run)
{
    if (p->unshared > 0)
        iso_run_note(run, "%lld items are common to all languages; %lld of %s have no partner",
                     (long long)p->items, (long long)p->unshared, first);
}

void iso_parallel_free(struct parallel *p)
{
    for (int i = 0; p->pick && i < p->lang_count; i++)
        iso_free(p->pick[i]);
    iso_free(p->pick);
    *p = (struct parallel){0};
}
