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

/* Where a language stands in sel.lang. */
static int index_of(const struct retrieve_rows *r, int lang)
{
    int p = 0;

    while (p < r->sel.lang_count && r->sel.lang[p] != lang)
        p++;
    return p;
}

static int set_of(const struct retrieve_rows *r, int pair)
{
    return r->sets.of ? r->sets.of[pair] : 0;
}

static const iso_lang *lang_of(const struct retrieve_rows *r, int pair, int side)
{
    return iso_states_lang(r->states, r->sel.pair[pair][side]);
}

static const char *path_of(const struct retrieve_rows *r)
{
    return iso_states_name(r->states);
}

int64_t iso_retrieve_items(const struct retrieve_rows *r, int pair, int side)
{
    return r->sets.set ? r->sets.set[set_of(r, pair)].items : lang_of(r, pair, side)->rows;
}

const struct duplicates *iso_retrieve_duplicates(const struct retrieve_rows *r, int pair, int side)
{
    const int p = index_of(r, r->sel.pair[pair][side]);

    return &r->duplicates[set_of(r, pair) * r->sel.lang_count + p];
}

/* --- Before anything is read --- */

static iso_err find_duplicates(struct retrieve_rows *r)
{
    const int langs = r->sel.lang_count, sets = r->sets.set ? r->sets.sets : 1;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&r->duplicates, (int64_t)sets * langs, sizeof *r->duplicates));
    for (int s = 0; s < sets; s++) {
        for (int p = 0; p < langs; p++) {
            const iso_lang *lang = iso_states_lang(r->states, r->sel.lang[p]);
            const struct parallel *set = r->sets.set ? &r->sets.set[s] : NULL;
            if (!set || r->sets.in[s][p])
                ISO_TRY(iso_duplicates_make(&r->duplicates[s * langs + p], lang,
                                            set ? set->pick[p] : NULL,
                                            set ? set->items : lang->rows));
        }
    }
done:
    return err;
}

static iso_err join(struct retrieve_rows *r, const iso_scope *select, int64_t first)
{
    const iso_lang **langs = NULL;
    struct item_sides *sides = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&langs, r->sel.lang_count, sizeof *langs));
    ISO_TRY(iso_alloc(&sides, r->sel.pair_count, sizeof *sides));
    for (int p = 0; p < r->sel.lang_count; p++)
        langs[p] = iso_states_lang(r->states, r->sel.lang[p]);
    for (int k = 0; k < r->sel.pair_count; k++)
        sides[k] = (struct item_sides){
            {index_of(r, r->sel.pair[k][0]), index_of(r, r->sel.pair[k][1])}, 2};
    ISO_TRY(iso_item_sets_make(&r->sets, langs, r->sel.lang_count, sides, r->sel.pair_count,
                               select->common ? ITEMS_OF_ALL : ITEMS_OF_PAIRS));
    if (first > 0)
        ISO_TRY(iso_item_sets_first(&r->sets, first));
done:
    iso_free(langs);
    iso_free(sides);
    return err;
}

static iso_err check_rows(const struct retrieve_rows *r, const struct retrieve_ask *ask)
{
    iso_err err = ISO_OK;

    for (int k = 0; k < r->sel.pair_count; k++) {
        for (int side = 0; side < 2; side++) {
            const int64_t n = iso_retrieve_items(r, k, side);
            const char *name = lang_of(r, k, side)->name;
            if (n <= 0)
                ISO_FAIL(ISO_EDATA, "%s: %s has no rows to search", path_of(r), name);
            ISO_NEED(ask->k_most <= n, "%s: p@%d looks at more than the %lld rows of %s",
                     path_of(r), ask->k_most, (long long)n, name);
        }
    }
done:
    return err;
}

static iso_err check_pair(const struct retrieve_rows *r, const struct retrieve_ask *ask, int pair,
                          int layer, const iso_run *run)
{
    const int src = r->sel.pair[pair][0], tgt = r->sel.pair[pair][1];
    const char *s = lang_of(r, pair, 0)->name, *t = lang_of(r, pair, 1)->name;
    const int64_t n = iso_retrieve_items(r, pair, 0), m = iso_retrieve_items(r, pair, 1);
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

iso_err iso_retrieve_rows_open(struct retrieve_rows *out, const iso_scope *select,
                               const struct retrieve_ask *ask, iso_states *states, bool joined,
                               const iso_run *run)
{
    struct retrieve_rows r = {.states = states};
    iso_err err = ISO_OK;

    ISO_TRY(iso_selection_make(&r.sel, select, states, false));
    if (joined)
        ISO_TRY(join(&r, select, ask->first));
    ISO_TRY(find_duplicates(&r));
    ISO_TRY(check_rows(&r, ask));
    for (int l = 0; l < r.sel.layer_count; l++) {
        for (int i = 0; i < r.sel.pair_count; i++)
            ISO_TRY(check_pair(&r, ask, i, r.sel.layer[l], run));
    }
    *out = r;
    return ISO_OK;
done:
    iso_retrieve_rows_free(&r);
    return err;
}

void iso_retrieve_rows_free(struct retrieve_rows *r)
{
    const int sets = r->sets.set ? r->sets.sets : 1;

    for (int i = 0; r->duplicates && i < sets * r->sel.lang_count; i++)
        iso_duplicates_free(&r->duplicates[i]);
    iso_free(r->duplicates);
    iso_mat_free(&r->side[0].rows);
    iso_mat_free(&r->side[1].rows);
    iso_language_spans_free(&r->spans);
    iso_item_sets_free(&r->sets);
    iso_selection_free(&r->sel);
    *r = (struct retrieve_rows){0};
}

/* --- Reading --- */

static iso_err open_rows(iso_rows **out, const struct retrieve_rows *r, int lang, int layer,
                         int set)
{
    const struct parallel *items = r->sets.set ? &r->sets.set[set] : NULL;
    const int64_t *pick = items ? items->pick[index_of(r, lang)] : NULL;
    iso_rows *rows = NULL, *picked = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_states_rows(&rows, r->states, lang, layer));
    if (pick) {
        ISO_TRY(iso_rows_pick_borrowed(&picked, rows, pick, items->items));
        rows = picked;
    }
    *out = rows;
    rows = NULL;
done:
    iso_rows_close(rows);
    return err;
}

static iso_err load(struct retrieve_rows *r, const struct retrieve_ask *ask, int at, int pair,
                    int layer, const iso_run *run)
{
    const int lang = r->sel.pair[pair][at], set = set_of(r, pair);
    const struct language_span *span;
    struct retrieve_side *side = &r->side[at];
    iso_rows *rows = NULL;
    iso_err err = ISO_OK;

    if (side->there && side->lang == lang && side->layer == layer && side->set == set)
        return ISO_OK;
    iso_mat_free(&side->rows);
    *side = (struct retrieve_side){.lang = lang, .layer = layer, .set = set};
    ISO_TRY(open_rows(&rows, r, lang, layer, set));
    ISO_TRY(iso_language_span(&span, &r->spans, &ask->prep, r->states, layer, run));
    ISO_TRY(iso_load_rows(&side->rows, rows, &ask->prep, &span->span));
    side->there = true;
done:
    iso_rows_close(rows);
    return err;
}

iso_err iso_retrieve_rows_load(struct retrieve_rows *r, const struct retrieve_ask *ask, int pair,
                               int layer, const iso_run *run)
{
    const iso_err err = load(r, ask, 0, pair, layer, run);

    return err ? err : load(r, ask, 1, pair, layer, run);
}
