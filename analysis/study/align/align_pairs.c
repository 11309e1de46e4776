/* Which matrices belong together, how their rows are paired, and their numbers. */
#include <string.h>

#include "analysis/study/align/align_inside.h"
#include "analysis/study/items/load.h"
#include "analysis/study/items/pad.h"
#include "analysis/study/items/selection.h"
#include "lib/base/alloc.h"
#include "lib/io/pool.h"
#include "lib/linalg/convert.h"

enum { READ_BYTES = 4 << 20 };

static const iso_lang *lang_of(const struct align_set *set, const struct align_link *l, int side)
{
    return iso_states_lang(set->states, l->lang[side]);
}

/* --- Which items are paired, and their folds --- */

/* Rows of word types are not translations of each other, whatever their number. */
static iso_err check_types(const iso_states *s)
{
    const char *pooling = iso_states_about(s)->pooling;

    return iso_str_same(pooling, iso_pool_name(ISO_POOL_TYPES))
               ? iso_fail(ISO_EDATA,
                          "%s: rows are word types, which no order pairs: give a dictionary "
                          "with " ISO_FIELD(train),
                          iso_states_name(s))
               : ISO_OK;
}

/* Items by the source's ids and the texts of both. */
static iso_err deal_items(struct folds *out, struct align_set *set, const struct align_link *l,
                          int64_t items, const struct align_ask *ask)
{
    struct item_texts texts[2];
    int64_t *const *pick = l->parallel.pick;
    iso_err err = ISO_OK;

    for (int side = 0; side < 2; side++) {
        const iso_lang *lang = lang_of(set, l, side);
        texts[side] = (struct item_texts){lang->text, lang->text2, pick ? pick[side] : NULL};
    }
    ISO_TRY(iso_folds_make(out, &(struct folds_ask){.count = ask->folds,
                                                    .seed = iso_run_seed(ask->run),
                                                    .items = items,
                                                    .ids = lang_of(set, l, 0)->ids,
                                                    .pick = pick ? pick[0] : NULL,
                                                    .texts = texts,
                                                    .languages = 2}));
    set->joined = out->joined > set->joined ? out->joined : set->joined;
    set->by_position = set->by_position || out->by_position;
done:
    return err;
}

/* item[row]: the item that a token row is of; NULL when rows are items. */
static iso_err items_of_rows(int64_t **out, const iso_lang *lang)
{
    iso_err err = ISO_OK;

    if (lang->offsets)
        ISO_TRY(iso_alloc(out, lang->rows, sizeof **out));
    for (int64_t i = 0; lang->offsets && i < lang->items; i++) {
        for (int64_t r = lang->offsets[i]; r < lang->offsets[i + 1]; r++)
            (*out)[r] = i;
    }
done:
    return err;
}

/* Rows joined by id or position, as `compare` does, for this pair of languages alone. */
static iso_err pair_rows(struct align_link *l, struct align_set *set, const struct align_ask *ask)
{
    const iso_lang *const langs[2] = {lang_of(set, l, 0), lang_of(set, l, 1)};
    struct duplicates same = {0};
    struct folds folds = {0};
    int64_t *item = NULL;
    iso_err err = ISO_OK;

    if (!l->parallel.pick) /* not joined with all others */
        ISO_TRY(iso_parallel_make(&l->parallel, langs, 2));
    const int64_t n = l->parallel.items;
    ISO_TRY(items_of_rows(&item, langs[0]));
    ISO_TRY(deal_items(&folds, set, l, item ? langs[0]->items : n, ask));
    ISO_TRY(iso_duplicates_make(&same, langs[1], l->parallel.pick ? l->parallel.pick[1] : NULL, n));
    ISO_TRY(iso_align_split_make(
        &l->split, &(struct align_links){.rows = {n, n}, .count = n, .item = item, .same = &same},
        &folds));
done:
    iso_duplicates_free(&same);
    iso_folds_free(&folds);
    iso_free(item);
    return err;
}

/* Words linked across a sentence pair. */
static iso_err pair_words(struct align_link *l, struct align_set *set, const struct align_ask *ask)
{
    struct folds folds = {0};
    const struct word_rows *w = &l->words;
    iso_err err = ISO_OK;

    if (set->links != 1)
        ISO_FAIL(ISO_EARG,
                 ISO_FIELD(alignments) " links two languages, %d pairs are chosen: " ISO_FIELD(
                     tgt) " chooses",
                 set->links);
    ISO_TRY(iso_word_rows_make(&l->words, ask->opt.alignments, set->states, l->lang[0], l->lang[1],
                               ask->run));
    ISO_TRY(deal_items(&folds, set, l, lang_of(set, l, 0)->items, ask));
    ISO_TRY(iso_align_split_make(&l->split,
                                 &(struct align_links){.rows = {w->side[0].count, w->side[1].count},
                                                       .count = w->links,
                                                       .row = {w->link[0], w->link[1]},
                                                       .item = w->item},
                                 &folds));
done:
    iso_folds_free(&folds);
    return err;
}

/* --- Their rows --- */

/* All rows of one side, joined or put together. */
static iso_err open_side(iso_rows **out, const struct align_set *set, const struct align_link *l,
                         int side, int layer)
{
    const int64_t *pick = l->parallel.pick ? l->parallel.pick[side] : NULL;
    iso_rows *rows = NULL, *made = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_states_rows(&rows, set->states, l->lang[side], layer));
    if (pick)
        ISO_TRY(iso_rows_pick(&made, rows, pick, l->parallel.items));
    else if (l->words.links > 0)
        ISO_TRY(iso_word_rows_open(&made, rows, &l->words.side[side]));
    *out = made ? made : rows;
    rows = NULL;
done:
    iso_rows_close(rows);
    return err;
}

static iso_err measure_pair(struct align_pair *p, const struct align_set *set,
                            const struct align_ask *ask)
{
    iso_rows *rows[2] = {NULL, NULL};
    iso_err err = ISO_OK;

    for (int side = 0; side < 2; side++) {
        ISO_TRY(open_side(&rows[side], set, p->of, side, p->layer));
        p->dim[side] = rows[side]->cols;
        p->bytes +=
            rows[side]->rows * rows[side]->cols * (int64_t)iso_dtype_size(rows[side]->dtype);
    }
    ISO_TRY(iso_pad_dims(&p->cols, ask->opt.pad, iso_rows_name(rows[0]), p->dim[0],
                         iso_rows_name(rows[1]), p->dim[1]));
done:
    iso_rows_close(rows[0]);
    iso_rows_close(rows[1]);
    return err;
}

static iso_err copy_pick(int64_t **out, const int64_t *pick, int64_t items)
{
    iso_err err = ISO_OK;

    if (pick)
        ISO_TRY(iso_alloc(out, items, sizeof **out));
    if (pick)
        memcpy(*out, pick, (size_t)items * sizeof **out);
done:
    return err;
}

/* With `common`: every pair has the items that all chosen languages have. */
static iso_err join_all(struct align_set *set, const struct selection *sel)
{
    const iso_lang **langs = NULL;
    struct parallel all = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&langs, sel->lang_count, sizeof *langs));
    for (int i = 0; i < sel->lang_count; i++)
        langs[i] = iso_states_lang(set->states, sel->lang[i]);
    ISO_TRY(iso_parallel_make(&all, langs, sel->lang_count));
    for (int i = 0; i < set->links; i++) {
        struct align_link *l = &set->link[i];
        ISO_TRY(iso_alloc(&l->parallel.pick, 2, sizeof *l->parallel.pick));
        l->parallel.lang_count = 2;
        l->parallel.items = all.items;
        l->parallel.unshared = all.unshared;
        l->parallel.by_ids = all.by_ids;
        for (int side = 0; side < 2; side++) {
            for (int at = 0; at < sel->lang_count; at++) {
                if (sel->lang[at] == l->lang[side])
                    ISO_TRY(copy_pick(&l->parallel.pick[side], all.pick[at], all.items));
            }
        }
    }
done:
    iso_parallel_free(&all);
    iso_free(langs);
    return err;
}

/* The chosen pairs of languages, and of each its layers. */
static iso_err choose(struct align_set *set, const struct align_ask *ask)
{
    struct selection sel = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_selection_make(&sel, &ask->opt.select, set->states, false));
    ISO_TRY(iso_alloc(&set->link, sel.pair_count, sizeof *set->link));
    ISO_TRY(iso_alloc(&set->pair, sel.pair_count * sel.layer_count, sizeof *set->pair));
    set->links = sel.pair_count;
    for (int i = 0; i < set->links; i++) {
        for (int side = 0; side < 2; side++) {
            set->link[i].lang[side] = sel.pair[i][side];
            set->link[i].name[side] = iso_states_lang(set->states, sel.pair[i][side])->name;
        }
    }
    for (int k = 0; k < sel.layer_count; k++) {
        for (int i = 0; i < set->links; i++)
            set->pair[set->pairs++] =
                (struct align_pair){.of = &set->link[i], .layer = sel.layer[k]};
    }
    if (ask->opt.select.common)
        ISO_TRY(join_all(set, &sel));
done:
    iso_selection_free(&sel);
    return err;
}

iso_err iso_align_set_make(struct align_set *out, const struct align_ask *ask, iso_states *s)
{
    struct align_set set = {.states = s};
    iso_err err = ISO_OK;

    if (!ask->opt.train && !ask->opt.alignments)
        ISO_TRY(check_types(s));
    ISO_TRY(choose(&set, ask));
    if (ask->opt.train)
        ISO_TRY(iso_align_pair_by_dictionaries(&set, ask));
    for (int i = 0; i < set.links && !ask->opt.train; i++)
        ISO_TRY(ask->opt.alignments ? pair_words(&set.link[i], &set, ask)
                                    : pair_rows(&set.link[i], &set, ask));
    for (int i = 0; i < set.pairs; i++)
        ISO_TRY(measure_pair(&set.pair[i], &set, ask));
    *out = set;
    return ISO_OK;
done:
    iso_align_set_free(&set);
    return err;
}

void iso_align_set_free(struct align_set *set)
{
    for (int i = 0; i < set->links; i++) {
        iso_parallel_free(&set->link[i].parallel);
        iso_word_rows_free(&set->link[i].words);
        iso_align_split_free(&set->link[i].split);
    }
    iso_free(set->link);
    iso_free(set->pair);
    *set = (struct align_set){0};
}

/* --- Their numbers --- */

static iso_err read_side(iso_mat *to, iso_rows *from, const iso_run *run)
{
    const int64_t row = from->cols * 8, step = row < READ_BYTES ? READ_BYTES / row : 1;
    int64_t odd;
    double peak;
    iso_view v;
    iso_err err = ISO_OK;

    for (int64_t at = 0, n; at < from->rows; at += n) {
        n = from->rows - at < step ? from->rows - at : step;
        ISO_TRY(iso_run_step(run, "reading", at, from->rows, "rows"));
        ISO_TRY(iso_rows_read(from, at, n, &v));
        if (!iso_view_finite(&odd, v))
            ISO_FAIL(ISO_EFORMAT, "%s: row %lld holds NaN or infinity", iso_rows_name(from),
                     (long long)(at + odd));
        if (!iso_view_fits_f32(&odd, &peak, v))
            ISO_FAIL(ISO_EFORMAT, LOAD_RANGE, iso_rows_name(from), (long long)(at + odd), peak);
        iso_convert_f32((float *)to->data + at * to->stride, to->stride, v);
    }
done:
    return err;
}

iso_err iso_align_rows_read(struct align_rows *out, const struct align_set *set,
                            const struct align_pair *p, const iso_run *run)
{
    struct align_rows rows = {.split = &p->of->split};
    iso_rows *from = NULL;
    iso_err err = ISO_OK;

    for (int side = 0; side < 2; side++) { /* zeros where a side is padded */
        ISO_TRY(open_side(&from, set, p->of, side, p->layer));
        ISO_TRY(iso_mat_new(&rows.side[side], from->rows, p->cols, ISO_F32));
        ISO_TRY(read_side(&rows.side[side], from, run));
        iso_rows_close(from);
        from = NULL;
    }
    *out = rows;
    return ISO_OK;
done:
    iso_rows_close(from);
    iso_align_rows_free(&rows);
    return err;
}

void iso_align_rows_free(struct align_rows *rows)
{
    iso_mat_free(&rows->side[0]);
    iso_mat_free(&rows->side[1]);
    *rows = (struct align_rows){0};
}

iso_err iso_align_rows_prepare(struct align_rows *rows, const iso_prep *prep,
                               const iso_prep_span *span)
{
    const iso_err err = iso_prep_apply(&rows->side[0], prep, span);

    return err ? err : iso_prep_apply(&rows->side[1], prep, span);
}
