#include "analysis/study/items/pairing.h"

#include "lib/base/alloc.h"
#include "lib/base/rng.h"

/* What iso_pairing_make holds while it works. */
struct builder {
    struct pairing *p;
    const iso_select *select;
    bool difference; /* the same pairs in both collections, instead of across them */
    uint64_t seed;
    struct selection sel;
    const iso_lang **langs; /* languages here, then the same there */
    int *lang_there;        /* by language here */
    const int *layer_there;
    int layers_there;
    int64_t *shuffle; /* items in a random order; NULL without --shuffle */
};

/* The rows of a language in the common order of items; NULL: as they are. */
static iso_err pick_of(const int64_t **pick, const struct builder *b, struct origin o)
{
    const struct parallel *par = &b->p->parallel;
    const iso_lang *lang = iso_states_lang(b->p->states[o.collection], o.lang);

    for (int i = 0; i < par->lang_count; i++) {
        if (b->langs[i] == lang) {
            *pick = par->pick[i];
            return ISO_OK;
        }
    }
    return iso_fail(ISO_EARG, "%s: %s is not among the languages that were joined", lang->path,
                    lang->name);
}

/* The rows of a matrix in the common order, shuffled if the control asks. */
static iso_err line_up(iso_rows **out, struct builder *b, struct origin o)
{
    const int64_t items = b->p->parallel.items, *pick = NULL;
    iso_rows *rows = NULL, *picked = NULL;
    int64_t *index = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(pick_of(&pick, b, o));
    ISO_TRY(iso_states_rows(&rows, b->p->states[o.collection], o.lang, o.layer));
    if (pick || o.shuffled) {
        ISO_TRY(iso_alloc(&index, items, sizeof *index));
        for (int64_t i = 0; i < items; i++) {
            const int64_t at = o.shuffled ? b->shuffle[i] : i;
            index[i] = pick ? pick[at] : at;
        }
        ISO_TRY(iso_rows_pick(&picked, rows, index, items));
        rows = picked;
    }
    *out = rows;
    rows = NULL;
done:
    iso_rows_close(rows);
    iso_free(index);
    return err;
}

/* The number of a matrix, opened when it is met for the first time. */
static iso_err matrix(int *out, struct builder *b, struct origin o)
{
    struct pairing *p = b->p;
    iso_err err = ISO_OK;

    for (int m = 0; m < p->matrices; m++) {
        const struct origin *q = &p->origin[m];
        if (q->collection == o.collection && q->lang == o.lang && q->layer == o.layer &&
            q->shuffled == o.shuffled) {
            *out = m;
            return ISO_OK;
        }
    }
    if (p->matrices == p->room) {
        const int room = p->room ? 2 * p->room : 64;
        ISO_TRY(iso_realloc(&p->rows, p->matrices, room, sizeof *p->rows));
        ISO_TRY(iso_realloc(&p->origin, p->matrices, room, sizeof *p->origin));
        ISO_TRY(iso_realloc(&p->peers, p->matrices, room, sizeof *p->peers));
        p->room = room;
    }
    ISO_TRY(line_up(&p->rows[p->matrices], b, o));
    p->origin[p->matrices] = o;
    /* Centroids are averaged over the languages of one layer of one collection. */
    p->peers[p->matrices] = 4 * o.layer + 2 * o.shuffled + o.collection;
    *out = p->matrices++;
done:
    return err;
}

static iso_err add_pair(struct builder *b, struct origin x, struct origin y)
{
    iso_gram_pair *pair = &b->p->pair[b->p->pairs];
    iso_err err = ISO_OK;

    y.shuffled = b->shuffle != NULL;
    ISO_TRY(matrix(&pair->x, b, x));
    ISO_TRY(matrix(&pair->y, b, y));
    b->p->pairs++;
done:
    return err;
}

/* Language l of the first collection under its number in collection c. */
static int lang_in(const struct builder *b, int c, int l)
{
    return c == 0 ? l : b->lang_there[l];
}

/* All pairs with sources in collection `from` and targets in `to`. */
static iso_err add_pairs(struct builder *b, int from, int to)
{
    const struct selection *sel = &b->sel;
    const int targets = to == from ? sel->layer_count : b->layers_there;
    const int *target = to == from ? sel->layer : b->layer_there;
    iso_err err = ISO_OK;

    for (int i = 0; i < sel->layer_count; i++) {
        for (int j = 0; j < targets; j++) {
            if (sel->layer[i] != target[j] && !b->select->across)
                continue;
            for (int k = 0; k < sel->pair_count; k++) {
                const int src = lang_in(b, from, sel->pair[k][0]);
                const int tgt = lang_in(b, to, sel->pair[k][1]);
                ISO_TRY(add_pair(b, (struct origin){from, src, sel->layer[i], false},
                                 (struct origin){to, tgt, target[j], false}));
            }
        }
    }
done:
    return err;
}

/* The languages chosen here, found there, and the layers to pair with. */
static iso_err look_there(struct builder *b, iso_states *here, iso_states *there)
{
    const struct selection *sel = &b->sel;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&b->lang_there, iso_states_langs(here), sizeof *b->lang_there));
    for (int i = 0; i < sel->lang_count; i++) {
        const char *name = iso_states_lang(here, sel->lang[i])->name;
        b->lang_there[sel->lang[i]] = iso_states_find(there, name);
        if (b->lang_there[sel->lang[i]] < 0)
            ISO_FAIL(ISO_EARG,
                     "%s: no language '%s', which %s has: choose with " ISO_FIELD(
                         src) ", " ISO_FIELD(tgt),
                     iso_states_name(there), name, iso_states_name(here));
    }
    const iso_lang *lang = iso_states_lang(there, b->lang_there[sel->lang[0]]);
    const bool own = b->select->across && !b->select->layers && !b->difference;
    b->layer_there = own ? lang->layers : sel->layer;
    b->layers_there = own ? lang->layer_count : sel->layer_count;
done:
    return err;
}

/* Every language taking part, in one common order of items. */
static iso_err join(struct builder *b, iso_states *here, iso_states *there)
{
    const int langs = b->sel.lang_count;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&b->langs, 2 * langs, sizeof *b->langs));
    for (int i = 0; i < langs; i++) {
        b->langs[i] = iso_states_lang(here, b->sel.lang[i]);
        if (there)
            b->langs[langs + i] = iso_states_lang(there, b->lang_there[b->sel.lang[i]]);
    }
    ISO_TRY(iso_parallel_make(&b->p->parallel, b->langs, there ? 2 * langs : langs));
done:
    return err;
}

static iso_err draw_shuffle(struct builder *b)
{
    iso_rng rng = iso_rng_seeded(b->seed, 1);
    iso_err err = ISO_OK;

    if (!b->select->shuffle)
        return ISO_OK;
    ISO_TRY(iso_alloc(&b->shuffle, b->p->parallel.items, sizeof *b->shuffle));
    iso_rng_permutation(&rng, b->shuffle, b->p->parallel.items);
done:
    return err;
}

/* Opens everything and fills the pairs. */
static iso_err build(struct builder *b, iso_states *here, iso_states *there)
{
    struct pairing *p = b->p;
    const bool against = there && !b->difference;
    iso_err err = ISO_OK;

    ISO_TRY(iso_selection_make(&b->sel, b->select, here, against));
    if (there)
        ISO_TRY(look_there(b, here, there));
    ISO_TRY(join(b, here, there));
    ISO_TRY(draw_shuffle(b));
    const int64_t targets =
        there && b->layers_there > b->sel.layer_count ? b->layers_there : b->sel.layer_count;
    ISO_TRY(
        iso_alloc(&p->pair, 2 * b->sel.layer_count * targets * b->sel.pair_count, sizeof *p->pair));
    ISO_TRY(add_pairs(b, 0, against ? 1 : 0));
    if (there && !against)
        ISO_TRY(add_pairs(b, 1, 1));
    if (p->pairs == 0)
        ISO_FAIL(ISO_EARG,
                 "no layer of the two collections has the same number: " ISO_FIELD(across));
    p->task = (iso_task){.matrix = p->rows,
                         .peers = p->peers,
                         .matrices = p->matrices,
                         .pair = p->pair,
                         .pairs = p->pairs};
done:
    return err;
}

iso_err iso_pairing_make(struct pairing *out, const iso_select *select, bool difference,
                         uint64_t seed, iso_states *here, iso_states *there)
{
    struct pairing p = {.states = {here, there}};
    struct builder b = {.p = &p, .select = select, .difference = difference, .seed = seed};
    iso_err err = build(&b, here, there);

    iso_selection_free(&b.sel);
    iso_free(b.langs);
    iso_free(b.lang_there);
    iso_free(b.shuffle);
    if (err)
        iso_pairing_free(&p);
    else
        *out = p;
    return err;
}

void iso_pairing_free(struct pairing *p)
{
    for (int m = 0; m < p->matrices; m++)
        iso_rows_close(p->rows[m]);
    iso_free(p->rows);
    iso_free(p->origin);
    iso_free(p->peers);
    iso_free(p->pair);
    iso_parallel_free(&p->parallel);
    *p = (struct pairing){0};
}

const char *iso_pairing_lang(const struct pairing *p, int matrix)
{
    const struct origin *o = &p->origin[matrix];

    return iso_states_lang(p->states[o->collection], o->lang)->name;
}

iso_err iso_pairing_peers(iso_buf *out, const struct pairing *p, int matrix)
{
    const char *plus = "";
    iso_err err = ISO_OK;

    for (int m = 0; m < p->matrices; m++) {
        if (p->peers[m] != p->peers[matrix] || p->rows[m]->cols != p->rows[matrix]->cols)
            continue;
        ISO_TRY(iso_buf_printf(out, "%s%s", plus, iso_pairing_lang(p, m)));
        plus = "+";
    }
done:
    return err;
}
