/* Which matrices belong together. */
#include "analysis/study/align/align_dictionary.h"
#include "analysis/study/align/align_words.h"
#include "analysis/study/items/pad.h"
#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/io/pool.h"

/* Rows of word types are not translations of each other, whatever their number. */
static iso_err check_types(const iso_states *s)
{
    const char *pooling = iso_states_about(s)->pooling;

    return iso_str_same(pooling, iso_pool_name(ISO_POOL_TYPES))
               ? iso_fail(ISO_EARG,
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
    ISO_TRY(iso_pairing_make(p, SELECT_OF(ask->set), false, (uint64_t)ask->set->seed, s, NULL));
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
    ISO_TRY(iso_align_deal(set, ask, s, p->parallel.items));
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

    ISO_TRY(iso_selection_make(&sel, SELECT_OF(ask->set), s, false));
    if (sel.pair_count != 1)
        ISO_FAIL(ISO_EARG,
                 ISO_FIELD(alignments) " links two languages, %d pairs are chosen: " ISO_FIELD(
                     tgt) " chooses",
                 sel.pair_count);
    const int src = sel.pair[0][0], tgt = sel.pair[0][1];
    set->own = true;
    ISO_TRY(iso_alloc(&set->words, 1, sizeof *set->words));
    ISO_TRY(iso_word_rows_make(set->words, ask->set->alignments, s, src, tgt));
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
    ISO_TRY(iso_align_deal(set, ask, s, set->words->n));
done:
    iso_selection_free(&sel);
    return err;
}

iso_err iso_align_set_make(struct align_set *out, const struct align_ask *ask, iso_states *s)
{
    struct align_set set = {0};
    iso_err err = ISO_OK;

    if (ask->set->train)
        ISO_TRY(iso_align_pairs_of_dictionaries(&set, ask, s));
    else if (ask->set->alignments)
        ISO_TRY(pairs_of_words(&set, ask, s));
    else
        ISO_TRY(pairs_of_items(&set, ask, s));
    for (int i = 0; i < set.pairs; i++) {
        struct align_pair *p = &set.pair[i];
        ISO_TRY(iso_pad_dims(&p->cols, ask->set->pad, iso_rows_name(p->x), p->x->cols,
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
    for (int i = 0; i < set->lots; i++)
        iso_align_lot_free(&set->lot[i]);
    for (int l = 0; l < set->answers; l++)
        iso_free(set->answer[l]);
    iso_free(set->words);
    iso_free(set->pair);
    iso_free(set->lot);
    iso_free(set->answer);
    iso_pairing_free(&set->pairing);
    *set = (struct align_set){0};
}
