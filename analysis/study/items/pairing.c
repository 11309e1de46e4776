#include "analysis/study/items/pairing.h"

#include "lib/base/alloc.h"
#include "lib/base/rng.h"

/* What iso_pairing_make holds while it works. */
struct builder {
    struct pairing *p;
    const iso_scope *select;
    const struct pairing_ask *ask;
    struct selection sel;
    int *lang_there; /* by language here */
    const int *layer_there;
    int layers_there;
    int64_t **shuffle; /* by set: its items in a random order; NULL without --shuffle */
};

/* Where a language stands among those that were joined. */
static iso_err place_of(int *out, const struct builder *b, struct origin o)
{
    const iso_lang *lang = iso_states_lang(b->p->states[o.collection], o.lang);

    for (int i = 0; i < b->p->sets.langs; i++) {
        if (b->p->langs[i] == lang) {
            *out = i;
            return ISO_OK;
        }
    }
    return iso_fail(ISO_EARG, "%s: %s is not among the languages that were joined", lang->path,
                    lang->name);
}

/* The rows of a matrix in the order of its set, shuffled if the control asks. */
static iso_err line_up(iso_rows **out, struct builder *b, struct origin o)
{
    const struct parallel *set = &b->p->sets.set[o.set];
    const int64_t *order = o.shuffled ? b->shuffle[o.set] : NULL, *pick;
    iso_rows *rows = NULL, *picked = NULL;
    int64_t *index = NULL;
    int at = 0;
    iso_err err = ISO_OK;

    ISO_TRY(place_of(&at, b, o));
    pick = set->pick[at];
    ISO_TRY(iso_states_rows(&rows, b->p->states[o.collection], o.lang, o.layer));
    if (pick || order) {
        if (order)
            ISO_TRY(iso_alloc(&index, set->items, sizeof *index));
        for (int64_t i = 0; order && i < set->items; i++)
            index[i] = pick ? pick[order[i]] : order[i];
        ISO_TRY(order ? iso_rows_pick(&picked, rows, index, set->items)
                      : iso_rows_pick_borrowed(&picked, rows, pick, set->items));
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
            q->shuffled == o.shuffled && q->set == o.set) {
            *out = m;
            return ISO_OK;
        }
    }
    if (p->matrices == p->room) {
        const int room = p->room ? 2 * p->room : 64;
        ISO_TRY(iso_realloc(&p->rows, p->matrices, room, sizeof *p->rows));
        ISO_TRY(iso_realloc(&p->origin, p->matrices, room, sizeof *p->origin));
        ISO_TRY(iso_realloc(&p->peers, p->matrices, room, sizeof *p->peers));
        ISO_TRY(iso_realloc(&p->set, p->matrices, room, sizeof *p->set));
        p->room = room;
    }
    ISO_TRY(line_up(&p->rows[p->matrices], b, o));
    p->origin[p->matrices] = o;
    /* Centroids are averaged over the languages of one layer of one collection. */
    p->set[p->matrices] = o.set;
    p->peers[p->matrices] = 4 * o.layer + 2 * o.shuffled + o.collection;
    *out = p->matrices++;
done:
    return err;
}

/* A pair over the items of a set. */
static iso_err open_pair(iso_gram_pair *out, struct builder *b, struct origin x, struct origin y,
                         int set)
{
    iso_err err = ISO_OK;

    x.set = y.set = set;
    y.shuffled = b->shuffle != NULL;
    ISO_TRY(matrix(&out->x, b, x));
    ISO_TRY(matrix(&out->y, b, y));
done:
    return err;
}

static iso_err add_pair(struct builder *b, struct origin x, struct origin y, int set)
{
    struct pairing *p = b->p;
    iso_err err = ISO_OK;

    ISO_TRY(open_pair(&p->pair[p->pairs], b, x, y, set));
    if (p->joint)
        ISO_TRY(open_pair(&p->joint[p->pairs], b, x, y, p->sets.joint));
    p->pairs++;
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
                ISO_TRY(add_pair(b, (struct origin){from, src, sel->layer[i], false, 0},
                                 (struct origin){to, tgt, target[j], false, 0}, b->p->sets.of[k]));
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
    const bool own = b->select->across && !b->select->layers && !b->ask->difference;
    b->layer_there = own ? lang->layers : sel->layer;
    b->layers_there = own ? lang->layer_count : sel->layer_count;
done:
    return err;
}

/* The languages whose common items pair k has, by their number among those joined. */
static struct item_sides sides_of(const struct builder *b, int k, bool there)
{
    const int langs = b->sel.lang_count;
    struct item_sides s = {.count = 2};

    for (int side = 0; side < 2; side++) {
        while (b->sel.lang[s.lang[side]] != b->sel.pair[k][side])
            s.lang[side]++;
    }
    if (there && b->ask->difference) { /* the pair here and the pair there */
        s.count = 4;
        s.lang[2] = langs + s.lang[0];
        s.lang[3] = langs + s.lang[1];
    } else if (there) {
        s.lang[1] += langs;
    }
    return s;
}

/* Every language taking part, in the order of items of each pair. */
static iso_err join(struct builder *b, iso_states *here, iso_states *there)
{
    const int langs = b->sel.lang_count;
    struct item_sides *sides = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&b->p->langs, 2 * langs, sizeof *b->p->langs));
    ISO_TRY(iso_alloc(&sides, b->sel.pair_count, sizeof *sides));
    for (int i = 0; i < langs; i++) {
        b->p->langs[i] = iso_states_lang(here, b->sel.lang[i]);
        if (there)
            b->p->langs[langs + i] = iso_states_lang(there, b->lang_there[b->sel.lang[i]]);
    }
    for (int k = 0; k < b->sel.pair_count; k++)
        sides[k] = sides_of(b, k, there);
    ISO_TRY(iso_item_sets_make(&b->p->sets, b->p->langs, there ? 2 * langs : langs, sides,
                               b->sel.pair_count, b->ask->share));
done:
    iso_free(sides);
    return err;
}

static iso_err draw_shuffle(struct builder *b)
{
    const struct item_sets *sets = &b->p->sets;
    iso_err err = ISO_OK;

    if (!b->select->shuffle)
        return ISO_OK;
    ISO_TRY(iso_alloc(&b->shuffle, sets->sets, sizeof *b->shuffle));
    for (int s = 0; s < sets->sets; s++) {
        iso_rng rng = iso_rng_seeded(b->ask->seed, 1);
        ISO_TRY(iso_alloc(&b->shuffle[s], sets->set[s].items, sizeof **b->shuffle));
        iso_rng_permutation(&rng, b->shuffle[s], sets->set[s].items);
    }
done:
    return err;
}

/* Room for pairs, and for the same over the items of all where those are others. */
static iso_err make_room(struct pairing *p, int64_t pairs)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&p->pair, pairs, sizeof *p->pair));
    if (p->sets.joint >= 0 && p->sets.sets > 1)
        ISO_TRY(iso_alloc(&p->joint, pairs, sizeof *p->joint));
    ISO_TRY(iso_alloc(&p->place, p->sets.sets, sizeof *p->place));
    for (int s = 0; s < p->sets.sets; s++)
        p->place[s] = iso_item_sets_place(&p->sets, s);
done:
    return err;
}

/* Opens everything and fills the pairs. */
static iso_err build(struct builder *b, iso_states *here, iso_states *there)
{
    struct pairing *p = b->p;
    const bool against = there && !b->ask->difference;
    iso_err err = ISO_OK;

    ISO_TRY(iso_selection_make(&b->sel, b->select, here, against));
    if (there)
        ISO_TRY(look_there(b, here, there));
    ISO_TRY(join(b, here, there));
    ISO_TRY(draw_shuffle(b));
    const int64_t targets =
        there && b->layers_there > b->sel.layer_count ? b->layers_there : b->sel.layer_count;
    ISO_TRY(make_room(p, 2 * b->sel.layer_count * targets * b->sel.pair_count));
    ISO_TRY(add_pairs(b, 0, against ? 1 : 0));
    if (there && !against)
        ISO_TRY(add_pairs(b, 1, 1));
    if (p->pairs == 0)
        ISO_FAIL(ISO_EARG,
                 "no layer of the two collections has the same number: " ISO_FIELD(across));
    p->task = (iso_task){.matrix = p->rows,
                         .set = p->set,
                         .place = p->place,
                         .peers = p->peers,
                         .matrices = p->matrices,
                         .pair = p->pair,
                         .joint = p->joint,
                         .pairs = p->pairs};
done:
    return err;
}

iso_err iso_pairing_make(struct pairing *out, const iso_scope *select,
                         const struct pairing_ask *ask, iso_states *here, iso_states *there)
{
    struct pairing p = {.states = {here, there}};
    struct builder b = {.p = &p, .select = select, .ask = ask};
    iso_err err = build(&b, here, there);

    iso_selection_free(&b.sel);
    iso_free(b.lang_there);
    for (int s = 0; b.shuffle && s < p.sets.sets; s++)
        iso_free(b.shuffle[s]);
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
    iso_free(p->langs);
    iso_free(p->joint);
    iso_free(p->set);
    iso_free(p->place);
    iso_item_sets_free(&p->sets);
    *p = (struct pairing){0};
}

const char *iso_pairing_lang(const struct pairing *p, int matrix)
{
    const struct origin *o = &p->origin[matrix];

    return iso_states_lang(p->states[o->collection], o->lang)->name;
}

const iso_lang *iso_pairing_first(const struct pairing *p, int set)
{
    return p->langs[p->sets.first[set]];
}

iso_err iso_pairing_peers(iso_buf *out, const struct pairing *p, int matrix)
{
    const char *plus = "";
    iso_err err = ISO_OK;

    for (int m = 0; m < p->matrices; m++) {
        if (p->set[m] != p->set[matrix] || p->peers[m] != p->peers[matrix] ||
            p->rows[m]->cols != p->rows[matrix]->cols)
            continue;
        ISO_TRY(iso_buf_printf(out, "%s%s", plus, iso_pairing_lang(p, m)));
        plus = "+";
    }
done:
    return err;
}

void iso_pairing_note(const struct pairing *p, const iso_run *run)
{
    iso_item_sets_note(&p->sets, iso_pairing_lang(p, 0), run);
}
