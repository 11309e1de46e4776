#include "analysis/study/retrieve/retrieve_permute.h"

#include <math.h>

#include "analysis/search/hits_permuted.h"
#include "analysis/search/mutual.h"
#include "analysis/study/items/folds.h"
#include "analysis/study/items/item_permutations.h"
#include "analysis/study/retrieve/retrieve_inside.h"
#include "lib/base/alloc.h"

enum { BATCH = 1024 };

static void forget_items(struct retrieve_permute *p)
{
    iso_free(p->key);
    iso_free(p->order);
    iso_free(p->place);
    p->key = NULL;
    p->order = p->place = NULL;
    p->permutations.key = NULL;
    p->count = 0;
    p->set = -1;
}

/* Of given true pairs by their line. */
static iso_err keys_of_lines(uint64_t **out, int64_t count, uint64_t seed)
{
    uint64_t *key = NULL;
    iso_err err = iso_alloc(&key, count, sizeof *key);

    for (int64_t g = 0; g < count && !err; g++)
        key[g] = iso_item_key(seed, NULL, g);
    *out = key;
    return err;
}

iso_err iso_retrieve_permute_draws(struct retrieve_permute *p)
{
    const int64_t count = p->permutations.count + 1, batch = count < BATCH ? count : BATCH;
    iso_err err = ISO_OK;

    p->permutations.key = p->key;
    ISO_TRY(iso_alloc(&p->order, batch * p->permutations.items, sizeof *p->order));
    ISO_TRY(iso_alloc(&p->place, batch * p->permutations.items, sizeof *p->place));
done:
    return err;
}

iso_err iso_retrieve_permute_open(struct retrieve_permute *out, int64_t permutations,
                                  int64_t truth_count, int64_t cells, const iso_run *run)
{
    struct retrieve_permute p = {
        .permutations.count = permutations, .lines = truth_count, .set = -1};
    iso_err err = ISO_OK;

    if (permutations == 0)
        return ISO_OK;
    ISO_TRY(iso_permutations_room(permutations, cells, run));
    ISO_TRY(iso_alloc(&p.values, cells * (permutations + 1), sizeof *p.values));
    *out = p;
    p = (struct retrieve_permute){0};
done:
    iso_retrieve_permute_free(&p);
    return err;
}

iso_err iso_retrieve_permute_pair(struct retrieve_permute *p, const struct retrieve_rows *rows,
                                  int pair, const iso_run *run)
{
    const int set = rows->sets.of ? rows->sets.of[pair] : 0;
    const int lang =
        rows->sets.set ? rows->sel.lang[rows->sets.first[set]] : rows->sel.pair[pair][0];
    const int64_t n = p->lines > 0 ? p->lines : iso_retrieve_items(rows, pair, 0);
    iso_err err = ISO_OK;

    if (p->permutations.count == 0 || p->set == set)
        return ISO_OK;
    forget_items(p);
    if (p->lines > 0)
        ISO_TRY(keys_of_lines(&p->key, n, iso_run_seed(run)));
    else
        ISO_TRY(iso_item_keys(&p->key, iso_states_lang(rows->states, lang),
                              rows->sets.set ? iso_item_sets_place(&rows->sets, set) : NULL, n,
                              iso_run_seed(run)));
    p->permutations.items = n;
    ISO_TRY(iso_retrieve_permute_draws(p));
    p->set = set;
done:
    return err;
}

void iso_retrieve_permute_free(struct retrieve_permute *p)
{
    forget_items(p);
    iso_free(p->values);
    *p = (struct retrieve_permute){0};
}

/* The batch that begins with `first`, which may be at hand. */
static iso_err take_batch(struct retrieve_permute *p, int64_t first)
{
    const int64_t left = p->permutations.count + 1 - first, count = left < BATCH ? left : BATCH;
    iso_err err = ISO_OK;

    if (p->count > 0 && p->first == first)
        return ISO_OK;
    p->count = 0;
    ISO_TRY(iso_permutations_draw(p->order, p->place, &p->permutations, first, count));
    p->first = first;
    p->count = count;
done:
    return err;
}

/* --- What the searches of one rule found --- */

struct ruled {
    const struct retrieve_pair *pair;
    const struct retrieve_ask *ask;
    const iso_near *near; /* both directions */
    int32_t *rank[2];     /* all places, where a cell looks beyond the lists */
    int64_t *chosen;      /* of MEXA: the row that chose i and was chosen, −1 none */
    bool far;             /* all places would be too many */
};

/* Places of all rows serve cells that look beyond the lists, lists the others. */
static bool wants_places(const struct retrieve_cell *cell, const struct retrieve_ask *ask)
{
    return cell->kind == RETRIEVE_MRR ||
           (cell->kind == RETRIEVE_HIT && cell->k > ask->search[cell->rule].k) ||
           (cell->kind == RETRIEVE_HIT && ask->search[cell->rule].ranks && cell->k > RETRIEVE_LIST);
}

static iso_err find_places(struct ruled *r, iso_rule rule, const iso_run *run)
{
    const int64_t n = r->pair->x.rows;
    iso_near_opt opt = r->ask->near;
    bool wanted[2] = {false};
    iso_err err = ISO_OK;

    opt.rule = rule;
    opt.knn = iso_retrieve_knn(r->ask, rule);
    opt.k = 1;
    for (int c = 0; c < r->ask->cells; c++) {
        const struct retrieve_cell *cell = &r->ask->cell[c];
        if (cell->rule == rule && cell->way >= 0 && cell->way < 2 && wants_places(cell, r->ask))
            wanted[cell->way] = true;
    }
    r->far = n > ISO_HITS_PLACES;
    for (int way = 0; way < 2 && !r->far; way++) {
        if (!wanted[way])
            continue;
        ISO_TRY(iso_alloc(&r->rank[way], n * n, sizeof(int32_t)));
        ISO_TRY(iso_hits_places(r->rank[way], way ? r->pair->y : r->pair->x,
                                way ? r->pair->x : r->pair->y,
                                (way ? r->pair->tx : r->pair->ty)->first, &opt, run));
    }
done:
    return err;
}

static iso_err find_chosen(struct ruled *r, iso_rule rule)
{
    bool wanted = false;
    iso_err err = ISO_OK;

    for (int c = 0; c < r->ask->cells; c++)
        wanted = wanted || (r->ask->cell[c].rule == rule && r->ask->cell[c].kind == RETRIEVE_MEXA);
    if (!wanted)
        return ISO_OK;
    ISO_TRY(iso_alloc(&r->chosen, r->pair->x.rows, sizeof *r->chosen));
    ISO_TRY(iso_mutual_rows(r->chosen, &r->near[0], &r->near[1]));
done:
    return err;
}

static void mexa(double *to, const struct ruled *r, const int32_t *order, int64_t count)
{
    const int64_t n = r->pair->x.rows;

    for (int64_t b = 0; b < count; b++) {
        int64_t hits = 0;
        for (int64_t i = 0; i < n; i++)
            hits += r->chosen[i] == order[b * n + i];
        to[b] = (double)hits / (double)n;
    }
}

/* Of the batch at hand. Query i of the source looks for the row that comes to its place; a row of
 * the target for the place it comes to. */
static void cell_values(double *to, const struct ruled *r, const struct retrieve_cell *cell,
                        const struct retrieve_permute *p)
{
    const bool places = wants_places(cell, r->ask);
    const int way = cell->way;

    if (cell->kind == RETRIEVE_MEXA) {
        mexa(to, r, p->order, p->count);
        return;
    }
    if (places && r->far) {
        for (int64_t b = 0; b < p->count; b++)
            to[b] = NAN;
        return;
    }
    const struct iso_hits_permuted h = {.n = r->pair->x.rows,
                                        .near = places ? NULL : &r->near[way],
                                        .rank = r->rank[way],
                                        .same = (way ? r->pair->tx : r->pair->ty)->first};
    const int64_t k = cell->kind == RETRIEVE_MRR ? 0 : cell->kind == RETRIEVE_ERROR ? 1 : cell->k;
    iso_hits_permute(to, &h, way ? p->place : p->order, p->count, k);
    for (int64_t b = 0; b < p->count && cell->kind == RETRIEVE_ERROR; b++)
        to[b] = 1 - to[b];
}

iso_err iso_retrieve_permute_rule(const struct retrieve_pair *pair, const struct retrieve_ask *ask,
                                  iso_rule rule, const iso_near near[2], const iso_run *run)
{
    struct retrieve_permute *p = pair->permute;
    struct ruled r = {.pair = pair, .ask = ask, .near = near};
    const int64_t all = p->permutations.count + 1;
    iso_err err = ISO_OK;

    ISO_TRY(find_places(&r, rule, run));
    ISO_TRY(find_chosen(&r, rule));
    for (int64_t first = 0; first < all; first += BATCH) {
        ISO_TRY(take_batch(p, first));
        for (int c = 0; c < ask->cells; c++)
            if (ask->cell[c].kind != RETRIEVE_MINING && ask->cell[c].rule == rule)
                cell_values(pair->permuted + c * all + first, &r, &ask->cell[c], p);
    }
done:
    iso_free(r.rank[0]);
    iso_free(r.rank[1]);
    iso_free(r.chosen);
    return err;
}

/* --- Mining --- */

static double part_of(const iso_mine_score *s, const struct retrieve_cell *cell)
{
    return cell->measure[0] == 'f' ? s->f1 : cell->measure[0] == 'p' ? s->precision : s->recall;
}

iso_err iso_retrieve_permute_mining(const struct retrieve_pair *pair,
                                    const struct retrieve_ask *ask, int way, const iso_mined *mined,
                                    int64_t count, const iso_mined *truth, int64_t truth_count)
{
    struct retrieve_permute *p = pair->permute;
    const int64_t all = p->permutations.count + 1;
    iso_mined *moved = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&moved, truth_count, sizeof *moved));
    for (int64_t b = 0; b < all; b++) {
        iso_mine_score score;
        ISO_TRY(take_batch(p, b / BATCH * BATCH));
        const int32_t *order = p->order + (b - p->first) * truth_count;
        for (int64_t g = 0; g < truth_count; g++)
            moved[g] = (iso_mined){truth[g].src, truth[order[g]].tgt, 0};
        ISO_TRY(iso_mine_against(&score, mined, count, moved, truth_count, ask->threshold));
        for (int c = 0; c < ask->cells; c++)
            if (ask->cell[c].kind == RETRIEVE_MINING && ask->cell[c].way == way)
                pair->permuted[c * all + b] = part_of(&score, &ask->cell[c]);
    }
done:
    iso_free(moved);
    return err;
}

/* --- All --- */

iso_against iso_retrieve_against(const struct retrieve_cell *cell)
{
    return cell->kind == RETRIEVE_ERROR ? (iso_against){-1, true, 0} : (iso_against){1, true, 1};
}

iso_err iso_retrieve_permute_judge(iso_value *values, const struct retrieve_permute *p,
                                   const struct retrieve_ask *ask, int64_t pairs,
                                   const iso_run *run)
{
    const int64_t cells = pairs * ask->cells;
    iso_against *against = NULL;
    bool far = false;
    iso_err err = ISO_OK;

    if (p->permutations.count == 0)
        return ISO_OK;
    ISO_TRY(iso_alloc(&against, cells, sizeof *against));
    for (int64_t c = 0; c < cells; c++)
        against[c] = iso_retrieve_against(&ask->cell[c % ask->cells]);
    ISO_TRY(iso_permutations_judge(values, p->values, against, cells, p->permutations.count));
    for (int c = 0; c < ask->cells; c++)
        far = far || wants_places(&ask->cell[c], ask);
    if (far && p->permutations.items > ISO_HITS_PLACES)
        iso_run_note(run,
                     "mrr, and ranks above p@%d, have no p: the places of all rows are made of up "
                     "to %d: " ISO_FIELD(limit) " %d",
                     RETRIEVE_LIST, ISO_HITS_PLACES, ISO_HITS_PLACES);
done:
    iso_free(against);
    return err;
}
