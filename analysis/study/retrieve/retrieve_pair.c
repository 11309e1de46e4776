/* One pair of languages at one layer: searches, the places of the true rows, the values of them. */
#include <math.h>

#include "analysis/search/mutual.h"
#include "analysis/study/retrieve/retrieve_inside.h"
#include "analysis/study/retrieve/retrieve_permute.h"
#include "lib/base/alloc.h"

enum { KNOWN_MOST = 64 };

/* What one rule found, in both directions. */
struct result {
    iso_near near[2];
    int64_t *rank[2]; /* of the best row that counts as right; 0 = beyond the list */
};

static void forget(struct result *r)
{
    for (int way = 0; way < 2; way++) {
        iso_near_free(&r->near[way]);
        iso_free(r->rank[way]);
    }
}

void iso_retrieve_found_free(struct retrieve_found *f)
{
    iso_near_free(&f->near);
    iso_free(f->mined);
    *f = (struct retrieve_found){0};
}

static bool right(const struct duplicates *t, int64_t row, int64_t truth)
{
    return row == truth || (t->first && t->first[row] == t->first[truth]);
}

/* Of row i, whose true row is i of the other side, whose texts `t` knows. */
static int64_t place(const iso_near *n, const struct duplicates *t, int64_t i)
{
    for (int k = 0; k < n->k; k++) {
        const int32_t row = n->index[i * n->k + k];
        if (row >= 0 && right(t, row, i))
            return k + 1;
    }
    return 0;
}

static void places(int64_t *rank, const iso_near *n, const struct duplicates *t)
{
    for (int64_t i = 0; i < n->rows; i++)
        rank[i] = place(n, t, i);
}

/* Query i with every row that counts as right for it; returns how many, writes unless NULL. */
static int64_t list_targets(int64_t *query, int64_t *target, const struct duplicates *t, int64_t n)
{
    int64_t count = 0;

    for (int64_t i = 0; i < n; i++) {
        const int64_t more = iso_duplicates_right(target ? target + count : NULL, t, i);
        for (int64_t j = 0; query && j < more; j++)
            query[count + j] = i;
        count += more;
    }
    return count;
}

/* The places of the true rows, however far down: MRR needs them all. */
static iso_err full_places(int64_t *rank, iso_view x, iso_view y, const struct duplicates *t,
                           const iso_near_opt *opt, const iso_run *run)
{
    const int64_t pairs = list_targets(NULL, NULL, t, x.rows);
    int64_t *query = NULL, *target = NULL, *all = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&query, pairs, sizeof *query));
    ISO_TRY(iso_alloc(&target, pairs, sizeof *target));
    ISO_TRY(iso_alloc(&all, pairs, sizeof *all));
    (void)list_targets(query, target, t, x.rows);
    ISO_TRY(iso_near_ranks(all, x, y, query, target, pairs, opt, run));
    for (int64_t i = 0; i < x.rows; i++)
        rank[i] = 0;
    for (int64_t p = 0; p < pairs; p++) {
        int64_t *best = &rank[query[p]];
        *best = *best == 0 || all[p] < *best ? all[p] : *best;
    }
done:
    iso_free(query);
    iso_free(target);
    iso_free(all);
    return err;
}

static void add_stats(iso_near_stats *stats, const iso_near_stats *more)
{
    stats->again += more->again;
    stats->overflowed += more->overflowed;
}

/* `wanted`: the lists themselves will be looked at. */
static iso_err search(struct result *out, iso_near_stats *stats, const struct retrieve_pair *pair,
                      const struct retrieve_ask *ask, iso_rule rule, bool wanted,
                      const iso_run *run)
{
    const struct retrieve_search *s = &ask->search[rule];
    const bool lists = !s->ranks || s->lists || wanted;
    iso_near *near[2] = {ask->way[0] || s->lists ? &out->near[0] : NULL,
                         ask->way[1] || s->lists ? &out->near[1] : NULL};
    const int64_t n = pair->x.rows;
    iso_near_opt opt = ask->near;
    iso_near_stats more = {0};
    iso_err err = ISO_OK;

    opt.rule = rule;
    opt.knn = iso_retrieve_knn(ask, rule);
    opt.k = s->k > RETRIEVE_LIST && s->ranks ? RETRIEVE_LIST : s->k;
    if (lists)
        ISO_TRY(iso_near_find(near[0], near[1], pair->x, pair->y, &opt, run, &more));
    add_stats(stats, &more);
    for (int way = 0; way < 2; way++) {
        const iso_view x = way ? pair->y : pair->x, y = way ? pair->x : pair->y;
        const struct duplicates *t = way ? pair->tx : pair->ty;
        if (!ask->way[way])
            continue;
        ISO_TRY(iso_alloc(&out->rank[way], n, sizeof(int64_t)));
        if (s->ranks)
            ISO_TRY(full_places(out->rank[way], x, y, t, &opt, run));
        else
            places(out->rank[way], near[way], t);
    }
done:
    return err;
}

/* --- Chance: the true row at a place drawn at random --- */

static double chance(const struct duplicates *t, int64_t n, int64_t k)
{
    double known[KNOWN_MOST + 1] = {0}, sum = 0; /* most groups are small and of few sizes */

    if (!t->first || t->shared == 0)
        return iso_hits_chance(n, 1, k);
    for (int64_t i = 0; i < n; i++) {
        if (t->first[i] != i)
            continue;
        const int64_t c = iso_duplicates_count(t, i);
        double *kept = &known[c <= KNOWN_MOST ? c : 0];
        if (c > KNOWN_MOST || *kept == 0)
            *kept = iso_hits_chance(n, c, k);
        sum += (double)c * *kept;
    }
    return sum / (double)n;
}

/* --- Values --- */

static void outcomes(double *out, const int64_t *rank, int64_t n, const struct retrieve_cell *cell)
{
    for (int64_t i = 0; i < n; i++)
        out[i] = cell->kind == RETRIEVE_MRR     ? iso_reciprocal(rank[i])
                 : cell->kind == RETRIEVE_ERROR ? 1 - iso_hit(rank[i], 1)
                                                : iso_hit(rank[i], cell->k);
}

static iso_err value(iso_value *out, double *outcome, const struct result *r,
                     const struct retrieve_pair *pair, const struct retrieve_cell *cell,
                     const struct retrieve_ask *ask, const iso_run *run)
{
    const int64_t n = pair->x.rows;
    const struct duplicates *t = cell->way == 1 ? pair->tx : pair->ty;
    double null;
    iso_err err = ISO_OK;

    if (cell->kind == RETRIEVE_MEXA) {
        ISO_TRY(iso_mutual_best(outcome, &null, &r->near[0], &r->near[1]));
    } else {
        outcomes(outcome, r->rank[cell->way], n, cell);
        null = chance(t, n, cell->kind == RETRIEVE_MRR ? 0 : cell->k ? cell->k : 1);
        null = cell->kind == RETRIEVE_ERROR ? 1 - null : null;
    }
    ISO_TRY(iso_hits_mean(out, outcome, n, ask->boot, iso_run_seed(run)));
    out->null = null;
    if (cell->rule == ISO_RULE_INVSOFTMAX)
        out->param = ask->near.beta > 0 ? ask->near.beta : ISO_RULE_BETA;
done:
    return err;
}

static iso_err rule_values(iso_value *values, double *outcome, struct retrieve_found *found,
                           iso_near_stats *stats, const struct retrieve_pair *pair,
                           const struct retrieve_ask *ask, iso_rule rule, const iso_run *run)
{
    const bool wanted = found && !ask->mining && ask->cell[0].rule == rule;
    struct result r = {0};
    const int64_t n = pair->x.rows;
    double *own = NULL;
    iso_err err = ISO_OK;

    if (!outcome)
        ISO_TRY(iso_alloc(&own, n, sizeof *own));
    ISO_TRY(search(&r, stats, pair, ask, rule, wanted || pair->permute, run));
    for (int c = 0; c < ask->cells; c++) {
        const struct retrieve_cell *cell = &ask->cell[c];
        if (cell->kind != RETRIEVE_MINING && cell->rule == rule)
            ISO_TRY(value(&values[c], own ? own : outcome + c * n, &r, pair, cell, ask, run));
    }
    if (pair->permute)
        ISO_TRY(iso_retrieve_permute_rule(pair, ask, rule, r.near, run));
    if (wanted) {
        const int way = ask->way[0] ? 0 : 1;
        found->near = r.near[way];
        r.near[way] = (iso_near){0};
    }
done:
    iso_free(own);
    forget(&r);
    return err;
}

iso_err iso_retrieve_pair_values(iso_value *values, double *outcome, struct retrieve_found *found,
                                 iso_near_stats *stats, const struct retrieve_pair *pair,
                                 const struct retrieve_ask *ask, const iso_run *run)
{
    iso_err err = ISO_OK;

    for (int rule = 0; rule < RETRIEVE_RULES; rule++) {
        if (ask->search[rule].asked)
            ISO_TRY(rule_values(values, outcome, found, stats, pair, ask, (iso_rule)rule, run));
    }
    if (ask->mining)
        ISO_TRY(iso_retrieve_mining_values(values, found, stats, pair, ask, run));
done:
    return err;
}
