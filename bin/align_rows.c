#include "bin/align_rows.h"

#include <string.h>

#include "bin/align_words.h"
#include "lib/base/alloc.h"
#include "lib/linalg/convert.h"

enum { READ_BYTES = 4 << 20 };

/* --- Which rows belong together --- */

/* Rows joined by id or position, as `compare` does. */
static iso_err pairs_of_items(struct align_set *set, const struct align_ask *ask, iso_states *s)
{
    struct pairing *p = &set->pairing;
    iso_err err = ISO_OK;

    ISO_TRY(pairing_make(p, ask->set, s, NULL));
    ISO_TRY(iso_alloc(&set->pair, p->pairs, sizeof *set->pair));
    for (int64_t i = 0; i < p->pairs; i++) {
        const iso_gram_pair at = p->pair[i];
        set->pair[i] = (struct align_pair){.src = pairing_lang(p, at.x),
                                           .tgt = pairing_lang(p, at.y),
                                           .layer = p->origin[at.x].layer,
                                           .target = p->origin[at.y].lang,
                                           .x = p->rows[at.x],
                                           .y = p->rows[at.y]};
    }
    set->pairs = (int)p->pairs;
    set->n = p->parallel.items;
done:
    return err;
}

static iso_err open_words(iso_rows **out, const struct align_set *set, iso_states *s, int lang,
                          int layer, int side)
{
    iso_rows *inner = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_states_rows(&inner, s, lang, layer));
    ISO_TRY(word_rows_open(out, inner, set->words, side));
    return ISO_OK;
done:
    iso_rows_close(inner);
    return err;
}

/* Words linked across a sentence pair. */
static iso_err pairs_of_words(struct align_set *set, const struct align_ask *ask, iso_states *s)
{
    struct selection sel = {0};
    iso_err err = ISO_OK;

    ISO_TRY(selection_make(&sel, ask->set, s, false));
    if (sel.pair_count != 1)
        ISO_FAIL(ISO_EARG, "--alignments links two languages, %d pairs are chosen: --tgt chooses",
                 sel.pair_count);
    const int src = sel.pair[0][0], tgt = sel.pair[0][1];
    ISO_TRY(iso_alloc(&set->words, 1, sizeof *set->words));
    ISO_TRY(word_rows_make(set->words, ask->set->alignments, s, src, tgt));
    ISO_TRY(iso_alloc(&set->pair, sel.layer_count, sizeof *set->pair));
    for (int i = 0; i < sel.layer_count; i++) {
        struct align_pair *p = &set->pair[set->pairs++];
        p->src = iso_states_lang(s, src)->name;
        p->tgt = iso_states_lang(s, tgt)->name;
        p->layer = sel.layer[i];
        p->target = -1; /* words have no texts of their own */
        ISO_TRY(open_words(&p->x, set, s, src, p->layer, 0));
        ISO_TRY(open_words(&p->y, set, s, tgt, p->layer, 1));
    }
    set->n = set->words->n;
done:
    selection_free(&sel);
    return err;
}

/* --- Folds --- */

/* The languages that take part, the one that lends its ids first; texts[i] may have no text. */
static void gather(struct folds_ask *ask, struct fold_texts *texts, const struct align_set *set,
                   const struct selection *sel, iso_states *s)
{
    const struct parallel *par = &set->pairing.parallel;
    const iso_lang *first = iso_states_lang(s, sel->lang[0]);

    ask->texts = texts;
    ask->languages = sel->lang_count;
    ask->items = first->offsets ? first->items : set->n;
    ask->ids = first->ids;
    ask->pick = par->pick ? par->pick[0] : NULL;
    for (int i = 0; i < sel->lang_count; i++) {
        const iso_lang *lang = iso_states_lang(s, sel->lang[i]);
        texts[i] = (struct fold_texts){lang->text, lang->text2, par->pick ? par->pick[i] : NULL};
    }
}

/* item[row]: the item that a row is of; NULL when rows are items. */
static iso_err items_of_rows(int64_t **out, const struct align_set *set, const iso_lang *lang)
{
    int64_t *item = NULL;

    *out = NULL;
    if (!set->words && !lang->offsets)
        return ISO_OK;
    const iso_err err = iso_alloc(&item, set->n, sizeof *item);
    if (err)
        return err;
    if (set->words)
        memcpy(item, set->words->item, (size_t)set->n * sizeof *item);
    for (int64_t i = 0; !set->words && i < lang->items; i++) {
        for (int64_t r = lang->offsets[i]; r < lang->offsets[i + 1]; r++)
            item[r] = i;
    }
    *out = item;
    return ISO_OK;
}

/* Where each row goes when those of a fold lie together. */
static iso_err place_rows(struct align_set *set, const int64_t *item)
{
    const int folds = set->folds.count;
    int64_t *next = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&next, folds, sizeof *next));
    ISO_TRY(iso_alloc(&set->place, set->n, sizeof *set->place));
    ISO_TRY(iso_alloc(&set->start, folds + 1, sizeof *set->start));
    for (int64_t r = 0; r < set->n; r++)
        set->start[set->folds.of[item ? item[r] : r] + 1]++;
    for (int f = 0; f < folds; f++) {
        if (set->start[f + 1] == 0)
            ISO_FAIL(ISO_EARG, "--folds %d: one of them would have no rows: fewer folds", folds);
        set->start[f + 1] += set->start[f];
        next[f] = set->start[f];
    }
    for (int64_t r = 0; r < set->n; r++)
        set->place[r] = next[set->folds.of[item ? item[r] : r]]++;
done:
    iso_free(next);
    return err;
}

/* The first row of equal text: rows are placed in ascending order, so it stays the first. */
static iso_err find_answers(struct align_set *set, const struct fold_texts *texts,
                            const struct selection *sel, int langs)
{
    int64_t *first = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&set->answer, langs, sizeof *set->answer));
    set->answers = langs;
    ISO_TRY(iso_alloc(&first, set->n, sizeof *first));
    for (int i = 0; i < sel->lang_count; i++) {
        int64_t **answer = &set->answer[sel->lang[i]];
        if (!texts[i].text)
            continue;
        ISO_TRY(iso_alloc(answer, set->n, sizeof **answer));
        ISO_TRY(folds_first_of_text(first, &texts[i], set->n));
        for (int64_t r = 0; r < set->n; r++)
            (*answer)[set->place[r]] = set->place[first[r]];
    }
done:
    iso_free(first);
    return err;
}

static iso_err deal(struct align_set *set, const struct align_ask *ask, iso_states *s)
{
    struct selection sel = {0};
    struct folds_ask folds = {.count = ask->folds, .seed = (uint64_t)ask->set->seed};
    struct fold_texts *texts = NULL;
    int64_t *item = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(selection_make(&sel, ask->set, s, false)); /* the parties of the pairing, in order */
    ISO_TRY(iso_alloc(&texts, sel.lang_count, sizeof *texts));
    gather(&folds, texts, set, &sel, s);
    ISO_TRY(folds_make(&set->folds, &folds));
    ISO_TRY(items_of_rows(&item, set, iso_states_lang(s, sel.lang[0])));
    ISO_TRY(place_rows(set, item));
    if (!item)
        ISO_TRY(find_answers(set, texts, &sel, iso_states_langs(s)));
done:
    selection_free(&sel);
    iso_free(texts);
    iso_free(item);
    return err;
}

/* Rows of word types are not translations of each other, whatever their number. */
static iso_err check_types(const iso_states *s)
{
    const char *pooling = iso_states_about(s)->pooling;

    return pooling && !strcmp(pooling, "types")
               ? iso_fail(ISO_EARG,
                          "%s: rows are word types, which no order pairs: `isogloss words` takes a "
                          "dictionary",
                          iso_states_file_at(s, 0)->path)
               : ISO_OK;
}

iso_err align_set_make(struct align_set *out, const struct align_ask *ask, iso_states *s)
{
    struct align_set set = {0};
    iso_err err = ISO_OK;

    ISO_TRY(check_types(s));
    ISO_TRY(ask->set->alignments ? pairs_of_words(&set, ask, s) : pairs_of_items(&set, ask, s));
    ISO_TRY(deal(&set, ask, s));
    *out = set;
    return ISO_OK;
done:
    align_set_free(&set);
    return err;
}

void align_set_free(struct align_set *set)
{
    for (int i = 0; set->words && i < set->pairs; i++) {
        iso_rows_close(set->pair[i].x);
        iso_rows_close(set->pair[i].y);
    }
    if (set->words)
        word_rows_free(set->words);
    for (int l = 0; l < set->answers; l++)
        iso_free(set->answer[l]);
    iso_free(set->words);
    iso_free(set->pair);
    iso_free(set->place);
    iso_free(set->start);
    iso_free(set->answer);
    pairing_free(&set->pairing);
    folds_free(&set->folds);
    *set = (struct align_set){0};
}

/* --- Their numbers --- */

/* Row by row to its place. */
static iso_err read_side(iso_mat *to, iso_rows *from, const int64_t *place, const iso_run *run)
{
    const int64_t row = from->cols * 8, step = row < READ_BYTES ? READ_BYTES / row : 1;
    int64_t odd;
    iso_view v;
    iso_err err = ISO_OK;

    for (int64_t at = 0, n; at < from->rows; at += n) {
        n = from->rows - at < step ? from->rows - at : step;
        ISO_TRY(iso_run_step(run, "reading", at, from->rows, "rows"));
        ISO_TRY(iso_rows_read(from, at, n, &v));
        if (!iso_view_finite(&odd, v))
            ISO_FAIL(ISO_EFORMAT, "%s: row %lld holds NaN or infinity", iso_rows_name(from),
                     (long long)(at + odd));
        for (int64_t i = 0; i < n; i++)
            iso_convert_f32((float *)to->data + place[at + i] * to->stride, to->stride,
                            iso_view_rows(v, i, 1));
    }
done:
    return err;
}

iso_err align_rows_read(struct align_rows *out, const struct align_set *set, int pair,
                        const struct align_ask *ask, const iso_run *run)
{
    const struct align_pair *p = &set->pair[pair];
    const int64_t cols = p->x->cols; /* a collection has one width a layer */
    struct align_rows rows = {.n = set->n,
                              .folds = ask->folds,
                              .start = set->start,
                              .answer =
                                  set->answer && p->target >= 0 ? set->answer[p->target] : NULL};
    iso_err err = ISO_OK;

    ISO_TRY(iso_mat_new(&rows.x, 2 * set->n, cols, ISO_F32));
    ISO_TRY(iso_mat_new(&rows.y, 2 * set->n, cols, ISO_F32));
    ISO_TRY(read_side(&rows.x, p->x, set->place, run));
    ISO_TRY(read_side(&rows.y, p->y, set->place, run));
    *out = rows;
    return ISO_OK;
done:
    align_rows_free(&rows);
    return err;
}

void align_rows_free(struct align_rows *rows)
{
    iso_mat_free(&rows->x);
    iso_mat_free(&rows->y);
    *rows = (struct align_rows){0};
}

/* Steps on the first half, which becomes the second. */
static iso_err prepare(iso_mat *m, int64_t n, const iso_prep *prep)
{
    iso_mat half = *m;
    iso_err err = ISO_OK;

    half.rows = n;
    half.owner = NULL;
    ISO_TRY(iso_prep_apply(&half, prep));
    memcpy((float *)m->data + n * m->stride, m->data, (size_t)(n * m->stride) * sizeof(float));
done:
    return err;
}

iso_err align_rows_prepare(struct align_rows *rows, const iso_prep *prep)
{
    iso_err err = ISO_OK;

    ISO_TRY(prepare(&rows->x, rows->n, prep));
    ISO_TRY(prepare(&rows->y, rows->n, prep));
done:
    return err;
}
