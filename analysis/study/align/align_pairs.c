/* Which matrices belong together, and the numbers of their rows in the order of folds. */
#include <string.h>

#include "analysis/study/align/align_inside.h"
#include "analysis/study/items/load.h"
#include "analysis/study/items/pad.h"
#include "lib/base/alloc.h"
#include "lib/io/pool.h"
#include "lib/linalg/convert.h"

enum { READ_BYTES = 4 << 20 };

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

/* Rows joined by id or position, as `compare` does. */
static iso_err pairs_of_items(struct align_set *set, const struct align_ask *ask, iso_states *s)
{
    struct pairing *p = &set->pairing;
    iso_err err = ISO_OK;

    ISO_TRY(check_types(s));
    ISO_TRY(iso_pairing_make(p, &ask->opt.select, false, iso_run_seed(ask->run), s, NULL));
    ISO_TRY(iso_alloc(&set->pair, p->pairs, sizeof *set->pair));
    for (int64_t i = 0; i < p->pairs; i++) {
        const iso_gram_pair at = p->pair[i];
        set->pair[i] = (struct align_pair){.src = iso_pairing_lang(p, at.x),
                                           .tgt = iso_pairing_lang(p, at.y),
                                           .layer = p->origin[at.x].layer,
                                           .target = p->origin[at.y].lang,
                                           .x = p->rows[at.x],
                                           .y = p->rows[at.y]};
    }
    set->pairs = (int)p->pairs;
    ISO_TRY(iso_align_split_items(set, ask, s, p->parallel.items));
done:
    return err;
}

static iso_err open_words(iso_rows **out, const struct align_set *set, iso_states *s, int lang,
                          int layer, int side)
{
    iso_rows *inner = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_states_rows(&inner, s, lang, layer));
    ISO_TRY(iso_word_rows_open(out, inner, set->words, side));
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

    ISO_TRY(iso_selection_make(&sel, &ask->opt.select, s, false));
    if (sel.pair_count != 1)
        ISO_FAIL(ISO_EARG,
                 ISO_FIELD(alignments) " links two languages, %d pairs are chosen: " ISO_FIELD(
                     tgt) " chooses",
                 sel.pair_count);
    const int src = sel.pair[0][0], tgt = sel.pair[0][1];
    set->own = true;
    ISO_TRY(iso_alloc(&set->words, 1, sizeof *set->words));
    ISO_TRY(iso_word_rows_make(set->words, ask->opt.alignments, s, src, tgt, ask->run));
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
    ISO_TRY(iso_align_split_items(set, ask, s, set->words->n));
done:
    iso_selection_free(&sel);
    return err;
}

iso_err iso_align_set_make(struct align_set *out, const struct align_ask *ask, iso_states *s)
{
    struct align_set set = {0};
    iso_err err = ISO_OK;

    if (ask->opt.train)
        ISO_TRY(iso_align_pairs_of_dictionaries(&set, ask, s));
    else if (ask->opt.alignments)
        ISO_TRY(pairs_of_words(&set, ask, s));
    else
        ISO_TRY(pairs_of_items(&set, ask, s));
    for (int i = 0; i < set.pairs; i++) {
        struct align_pair *p = &set.pair[i];
        ISO_TRY(iso_pad_dims(&p->cols, ask->opt.pad, iso_rows_name(p->x), p->x->cols,
                             iso_rows_name(p->y), p->y->cols));
    }
    *out = set;
    return ISO_OK;
done:
    iso_align_set_free(&set);
    return err;
}

void iso_align_set_free(struct align_set *set)
{
    for (int i = 0; set->own && i < set->pairs; i++) {
        iso_rows_close(set->pair[i].x);
        iso_rows_close(set->pair[i].y);
    }
    if (set->words)
        iso_word_rows_free(set->words);
    for (int i = 0; i < set->splits; i++)
        iso_align_split_free(&set->split[i]);
    for (int l = 0; l < set->equals; l++)
        iso_free(set->equal[l]);
    iso_free(set->words);
    iso_free(set->pair);
    iso_free(set->split);
    iso_free(set->equal);
    iso_pairing_free(&set->pairing);
    *set = (struct align_set){0};
}

/* --- Their rows --- */

/* Row by row to its place (NULL: as it comes). */
static iso_err read_side(iso_mat *to, iso_rows *from, const int64_t *place, const iso_run *run)
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
        for (int64_t i = 0; i < n; i++)
            iso_convert_f32((float *)to->data + (place ? place[at + i] : at + i) * to->stride,
                            to->stride, iso_view_rows(v, i, 1));
    }
done:
    return err;
}

/* All rows of a source. */
static iso_err read_whole(iso_mat *out, iso_rows *from, const iso_run *run)
{
    iso_mat m = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_mat_new(&m, from->rows, from->cols, ISO_F32));
    ISO_TRY(read_side(&m, from, NULL, run));
    *out = m;
    return ISO_OK;
done:
    iso_mat_free(&m);
    return err;
}

/* Rows of words to the places of their pairs, which may have room for more columns. */
static void gather(iso_mat *to, const iso_mat *from, const int64_t *row, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        memcpy((float *)to->data + i * to->stride,
               (const float *)from->data + row[i] * from->stride,
               (size_t)from->cols * sizeof(float));
}

static iso_err read_words(struct align_rows *rows, const struct align_pair *p,
                          const struct align_split *split, const iso_run *run)
{
    iso_err err = ISO_OK;

    rows->row[0] = split->row[0];
    rows->row[1] = split->row[1];
    ISO_TRY(read_whole(&rows->whole[0], p->x, run));
    ISO_TRY(read_whole(&rows->whole[1], p->y, run));
    gather(&rows->x, &rows->whole[0], split->row[0], split->n);
    gather(&rows->y, &rows->whole[1], split->row[1], split->n);
done:
    return err;
}

iso_err iso_align_rows_read(struct align_rows *out, const struct align_set *set, int pair,
                            const iso_run *run)
{
    const struct align_pair *p = &set->pair[pair];
    const struct align_split *split = &set->split[p->split];
    struct align_rows rows = {.n = split->n,
                              .folds = split->folds,
                              .start = split->start,
                              .answers = split->place ? NULL : &split->answers,
                              .equal = set->equal && p->target >= 0 ? set->equal[p->target] : NULL};
    iso_err err = ISO_OK;

    ISO_TRY(
        iso_mat_new(&rows.x, 2 * split->n, p->cols, ISO_F32)); /* zeros where a side is padded */
    ISO_TRY(iso_mat_new(&rows.y, 2 * split->n, p->cols, ISO_F32));
    if (!split->place) {
        ISO_TRY(read_words(&rows, p, split, run));
    } else {
        ISO_TRY(read_side(&rows.x, p->x, split->place, run));
        ISO_TRY(read_side(&rows.y, p->y, split->place, run));
    }
    *out = rows;
    return ISO_OK;
done:
    iso_align_rows_free(&rows);
    return err;
}

void iso_align_rows_free(struct align_rows *rows)
{
    iso_mat_free(&rows->x);
    iso_mat_free(&rows->y);
    iso_mat_free(&rows->whole[0]);
    iso_mat_free(&rows->whole[1]);
    *rows = (struct align_rows){0};
}

/* Steps on the first half, which becomes the second. */
static iso_err prepare(iso_mat *m, int64_t n, const iso_prep *prep, const iso_prep_span *span)
{
    iso_mat half = *m;
    iso_err err = ISO_OK;

    half.rows = n;
    half.owner = NULL;
    ISO_TRY(iso_prep_apply(&half, prep, span));
    memcpy((float *)m->data + n * m->stride, m->data, (size_t)(n * m->stride) * sizeof(float));
done:
    return err;
}

iso_err iso_align_rows_prepare(struct align_rows *rows, const iso_prep *prep,
                               const iso_prep_span *span)
{
    static const iso_prep none = {0};
    iso_err err = ISO_OK;

    for (int side = 0; rows->answers && side < 2; side++) { /* all words, not only those paired */
        iso_mat *whole = &rows->whole[side];
        ISO_TRY(iso_prep_apply(whole, prep, span));
        gather(side ? &rows->y : &rows->x, whole, rows->row[side], rows->n);
        iso_mat_free(whole);
    }
    prep = rows->answers ? &none : prep;
    ISO_TRY(prepare(&rows->x, rows->n, prep, span));
    ISO_TRY(prepare(&rows->y, rows->n, prep, span));
done:
    return err;
}
