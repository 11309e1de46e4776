/* The rows that are searched: chosen, joined, measured, read and prepared. */
#include "analysis/study/retrieve/retrieve_inside.h"
#include "analysis/study/items/load.h"
#include "lib/base/alloc.h"

/* What the search holds beside the two matrices, a row of either: 3 KB of its own
 * (analysis/search/neighbours.h), blocks of the product and of reading shared by all. */
static const double bytes_a_row = 4096;

double iso_retrieve_memory(int64_t n, int64_t m, int64_t cols)
{
    return (double)(n + m) * (4 * (double)cols + bytes_a_row);
}

int iso_retrieve_lang_index(const struct retrieve_rows *r, int lang)
{
    int p = 0;

    while (p < r->sel.lang_count && r->sel.lang[p] != lang)
        p++;
    return p;
}

static const iso_lang *lang_at(const struct retrieve_rows *r, int p)
{
    return iso_states_lang(r->states, r->sel.lang[p]);
}

static const char *path_of(const struct retrieve_rows *r)
{
    return iso_states_name(r->states);
}

static const int64_t *pick_of(const struct retrieve_rows *r, int p)
{
    return r->parallel.pick ? r->parallel.pick[p] : NULL;
}

/* --- Before anything is read --- */

static iso_err join(struct retrieve_rows *r, int64_t first, bool joined)
{
    const iso_lang **langs = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&r->items, r->sel.lang_count, sizeof *r->items));
    ISO_TRY(iso_alloc(&r->duplicates, r->sel.lang_count, sizeof *r->duplicates));
    ISO_TRY(iso_alloc(&langs, r->sel.lang_count, sizeof *langs));
    for (int p = 0; p < r->sel.lang_count; p++)
        langs[p] = iso_states_lang(r->states, r->sel.lang[p]);
    if (joined)
        ISO_TRY(iso_parallel_make(&r->parallel, langs, r->sel.lang_count));
    if (joined && first > 0)
        ISO_TRY(iso_parallel_first(&r->parallel, first));
    for (int p = 0; p < r->sel.lang_count; p++) {
        r->items[p] = joined ? r->parallel.items : lang_at(r, p)->rows;
        ISO_TRY(iso_duplicates_make(&r->duplicates[p], lang_at(r, p), pick_of(r, p), r->items[p]));
    }
done:
    iso_free(langs);
    return err;
}

static iso_err check_rows(const struct retrieve_rows *r, const struct retrieve_ask *ask)
{
    iso_err err = ISO_OK;

    for (int p = 0; p < r->sel.lang_count; p++) {
        if (r->items[p] <= 0)
            ISO_FAIL(ISO_EDATA, "%s: %s has no rows to search", path_of(r), lang_at(r, p)->name);
        ISO_NEED(ask->k_most <= r->items[p], "%s: p@%d looks at more than the %lld rows of %s",
                 path_of(r), ask->k_most, (long long)r->items[p], lang_at(r, p)->name);
    }
done:
    return err;
}

static iso_err check_pair(const struct retrieve_rows *r, const struct retrieve_ask *ask, int src,
                          int tgt, int layer, const iso_run *run)
{
    const char *s = iso_states_lang(r->states, src)->name;
    const char *t = iso_states_lang(r->states, tgt)->name;
    const int64_t n = r->items[iso_retrieve_lang_index(r, src)],
                  m = r->items[iso_retrieve_lang_index(r, tgt)];
    int64_t rows, d, e;
    iso_dtype type;
    iso_err err = ISO_OK;

    ISO_TRY(iso_states_shape(&rows, &d, &type, r->states, src, layer));
    ISO_TRY(iso_states_shape(&rows, &e, &type, r->states, tgt, layer));
    if (d != e)
        ISO_FAIL(ISO_EDATA,
                 "%s: layer %d of %s has %lld dims, of %s %lld; only equal ones can be searched "
                 "in one another",
                 path_of(r), layer, s, (long long)d, t, (long long)e);
    const double over = iso_retrieve_over_memory(ask, r->sel.pair_count, r->sel.layer_count, n);
    const double need = iso_retrieve_memory(n, m, d) + over, have = (double)iso_run_mem(run);
    if (need > have)
        ISO_FAIL(ISO_EDATA,
                 "%s: searching %s and %s needs %.1f MB of memory, " ISO_FIELD(
                     mem) " gives %.1f MB: give more, or "
                          "take fewer rows with " ISO_FIELD(limit),
                 path_of(r), s, t, need / 1e6, have / 1e6);
done:
    return err;
}

iso_err iso_retrieve_rows_open(struct retrieve_rows *out, const iso_select *select,
                               const struct retrieve_ask *ask, iso_states *states, bool joined,
                               const iso_run *run)
{
    struct retrieve_rows r = {.states = states};
    iso_err err = ISO_OK;

    ISO_TRY(iso_selection_make(&r.sel, select, states, false));
    ISO_TRY(join(&r, ask->first, joined));
    ISO_TRY(check_rows(&r, ask));
    for (int l = 0; l < r.sel.layer_count; l++) {
        for (int i = 0; i < r.sel.pair_count; i++)
            ISO_TRY(check_pair(&r, ask, r.sel.pair[i][0], r.sel.pair[i][1], r.sel.layer[l], run));
    }
    *out = r;
    return ISO_OK;
done:
    iso_retrieve_rows_free(&r);
    return err;
}

void iso_retrieve_rows_free(struct retrieve_rows *r)
{
    for (int p = 0; r->duplicates && p < r->sel.lang_count; p++)
        iso_duplicates_free(&r->duplicates[p]);
    iso_free(r->duplicates);
    iso_free(r->items);
    iso_mat_free(&r->side[0].rows);
    iso_mat_free(&r->side[1].rows);
    iso_language_spans_free(&r->spans);
    iso_parallel_free(&r->parallel);
    iso_selection_free(&r->sel);
    *r = (struct retrieve_rows){0};
}

/* --- Reading --- */

static iso_err open_rows(iso_rows **out, const struct retrieve_rows *r, int lang, int layer)
{
    const int64_t *pick = pick_of(r, iso_retrieve_lang_index(r, lang));
    iso_rows *rows = NULL, *picked = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_states_rows(&rows, r->states, lang, layer));
    if (pick) {
        ISO_TRY(iso_rows_pick(&picked, rows, pick, r->parallel.items));
        rows = picked;
    }
    *out = rows;
    rows = NULL;
done:
    iso_rows_close(rows);
    return err;
}

static iso_err load(struct retrieve_rows *r, const struct retrieve_ask *ask, int at, int lang,
                    int layer, const iso_run *run)
{
    const struct language_span *span;
    struct retrieve_side *side = &r->side[at];
    iso_rows *rows = NULL;
    iso_err err = ISO_OK;

    if (side->there && side->lang == lang && side->layer == layer)
        return ISO_OK;
    iso_mat_free(&side->rows);
    *side = (struct retrieve_side){.lang = lang, .layer = layer};
    ISO_TRY(open_rows(&rows, r, lang, layer));
    ISO_TRY(iso_language_span(&span, &r->spans, &ask->prep, r->states, layer, run));
    ISO_TRY(iso_load_rows(&side->rows, rows, &ask->prep, &span->span));
    side->there = true;
done:
    iso_rows_close(rows);
    return err;
}

iso_err iso_retrieve_rows_load(struct retrieve_rows *r, const struct retrieve_ask *ask, int src,
                               int tgt, int layer, const iso_run *run)
{
    const iso_err err = load(r, ask, 0, src, layer, run);

    return err ? err : load(r, ask, 1, tgt, layer, run);
}
