/* Retrieval at a stage: rows of the source search for their partners among those of the target. */
#include "analysis/search/hits.h"
#include "analysis/study/align/align_inside.h"
#include "lib/base/alloc.h"

/* --- Who asks for whom among what --- */

/* The search of one fold, or of all, at a stage. */
struct search {
    const struct align_rows *rows;
    const struct align_split *split;
    int fold; /* −1: all */
    bool by_fold;
    int64_t asked, *asks; /* numbers of those who ask */
    int64_t *row;         /* by who asks: the row of the source */
    int64_t *offer;       /* candidates: rows of the target; NULL: all */
    int64_t *place;       /* by row of the target: its number among the candidates; NULL: the row */
    int64_t offers, questions;
    int64_t *who, *target; /* by question: who asks, for which candidate */
    int64_t *query, *rank; /* the same as the search has them */
};

static void free_search(struct search *t)
{
    iso_free(t->asks);
    iso_free(t->row);
    iso_free(t->offer);
    iso_free(t->place);
    iso_free(t->who);
    iso_free(t->target);
    iso_free(t->query);
    iso_free(t->rank);
}

/* Target rows of the fold in ascending order, each once. */
static iso_err offer_fold(struct search *t)
{
    const struct align_split *s = t->split;
    const int64_t rows = s->rows[1];
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&t->place, rows, sizeof *t->place));
    ISO_TRY(iso_alloc(&t->offer, rows, sizeof *t->offer));
    for (int64_t i = 0; i < s->pairs; i++) {
        if (t->fold < 0 || (i >= s->start[t->fold] && i < s->start[t->fold + 1]))
            t->place[s->row[1][i]] = 1;
    }
    t->offers = 0;
    for (int64_t r = 0; r < rows; r++) {
        if (t->place[r] == 0)
            continue;
        t->offer[t->offers] = r;
        t->place[r] = t->offers++;
    }
done:
    return err;
}

static iso_err list_questions(struct search *t)
{
    const struct align_split *s = t->split;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&t->asks, s->asked, sizeof *t->asks));
    ISO_TRY(iso_alloc(&t->row, s->asked, sizeof *t->row));
    ISO_TRY(iso_alloc(&t->who, s->first[s->asked], sizeof *t->who));
    ISO_TRY(iso_alloc(&t->query, s->first[s->asked], sizeof *t->query));
    ISO_TRY(iso_alloc(&t->target, s->first[s->asked], sizeof *t->target));
    ISO_TRY(iso_alloc(&t->rank, s->first[s->asked], sizeof *t->rank));
    for (int64_t q = 0; q < s->asked; q++) {
        if (t->fold >= 0 && s->fold[q] != t->fold)
            continue;
        for (int64_t a = s->first[q]; a < s->first[q + 1]; a++) {
            t->who[t->questions] = t->asked;
            t->target[t->questions++] = t->place ? t->place[s->answer[a]] : s->answer[a];
        }
        t->row[t->asked] = s->query[q];
        t->asks[t->asked++] = q;
    }
done:
    return err;
}

/* Free in any case. */
static iso_err make_search(struct search *t)
{
    iso_err err = ISO_OK;

    t->offers = t->split->rows[1];
    if (t->by_fold)
        ISO_TRY(offer_fold(t));
    ISO_TRY(list_questions(t));
done:
    return err;
}

/* --- Searching --- */

/* Whether a candidate's score also rests on who else asks. */
static bool looks_back(iso_rule rule)
{
    return rule != ISO_RULE_COSINE && rule != ISO_RULE_ABSOLUTE;
}

/* Best rank of each who asks, whose questions stand together. */
static void best_ranks(int64_t *rank, const struct search *t)
{
    for (int64_t q = 0, at = 0; q < t->asked; q++) {
        int64_t best = rank[at++];
        for (; at < t->questions && t->who[at] == q; at++)
            best = rank[at] < best ? rank[at] : best;
        rank[q] = best;
    }
}

static void keep(double *const *outcome, const struct align_ask *ask, const struct search *t,
                 iso_rule rule)
{
    for (int m = 0; m < ask->measures; m++) {
        const struct align_measure *a = &ask->measure[m];
        for (int64_t q = 0; !a->of && a->rule == rule && q < t->asked; q++)
            outcome[m][t->asks[q]] = a->k ? iso_hit(t->rank[q], a->k) : iso_reciprocal(t->rank[q]);
    }
}

/* The lists of a rule again, as long as the largest rank, for answers that are permuted. */
static iso_err permute(double *permuted, const struct align_ask *ask, const struct search *t,
                       iso_rule rule, const iso_near_opt *near, iso_view x, iso_view offers,
                       const int64_t *row)
{
    iso_near_opt opt = *near;
    iso_near found = {0};
    int64_t *first = NULL;
    iso_near_stats stats = {0};
    iso_err err = ISO_OK;

    opt.k = 0;
    for (int m = 0; m < ask->measures; m++) {
        const struct align_measure *a = &ask->measure[m];
        if (!a->of && a->rule == rule && a->k > opt.k)
            opt.k = (int)a->k;
    }
    if (opt.k == 0)
        return ISO_OK;
    ISO_TRY(iso_alloc(&first, t->asked + 1, sizeof *first));
    for (int64_t i = 0; i < t->questions; i++)
        first[t->who[i] + 1] = i + 1;
    ISO_TRY(iso_near_find(&found, NULL, x, offers, &opt, ask->run, &stats));
    const struct align_found f = {.near = &found,
                                  .asked = t->asked,
                                  .asks = t->asks,
                                  .query = row,
                                  .first = first,
                                  .target = t->target};
    ISO_TRY(iso_align_permute_hits(permuted, ask, t->rows, rule, &f));
done:
    iso_near_free(&found);
    iso_free(first);
    return err;
}

/* Of a rule that looks back all rows of the source are there: r and sums are over all of them. */
static iso_err search_by(double *const *outcome, double *permuted, const struct align_ask *ask,
                         struct search *t, iso_rule rule, int stage, const struct align_fit *fit,
                         iso_view offers)
{
    const bool all = looks_back(rule) && !t->by_fold;
    struct align_view x = {0};
    iso_near_opt opt = ask->near;
    iso_err err = ISO_OK;

    opt.rule = rule;
    ISO_TRY(iso_align_view(&x, t->rows, 0, all ? NULL : t->row, all ? t->split->rows[0] : t->asked,
                           stage, fit));
    for (int64_t i = 0; i < t->questions; i++)
        t->query[i] = all ? t->row[t->who[i]] : t->who[i];
    ISO_TRY(
        iso_near_ranks(t->rank, x.view, offers, t->query, t->target, t->questions, &opt, ask->run));
    best_ranks(t->rank, t);
    keep(outcome, ask, t, rule);
    for (int64_t q = 0; permuted && q < t->asked; q++)
        t->query[q] = all ? t->row[q] : q;
    if (permuted)
        ISO_TRY(permute(permuted, ask, t, rule, &opt, x.view, offers, t->query));
done:
    iso_mat_free(&x.own);
    return err;
}

/* Whether an earlier measure asks for the same rule. */
static bool asked_before(const struct align_ask *ask, int m)
{
    for (int o = 0; o < m; o++) {
        if (!ask->measure[o].of && ask->measure[o].rule == ask->measure[m].rule)
            return true;
    }
    return false;
}

iso_err iso_align_search(double *const *outcome, double *permuted, const struct align_ask *ask,
                         const struct align_rows *rows, int fold, int stage,
                         const struct align_fit *fit)
{
    struct search t = {.rows = rows, .split = rows->split, .fold = fold, .by_fold = ask->by_fold};
    struct align_view y = {0};
    iso_err err = ISO_OK;

    ISO_TRY(make_search(&t));
    ISO_TRY(iso_align_view(&y, rows, 1, t.offer, t.offers, stage, fit));
    for (int m = 0; m < ask->measures; m++) {
        if (!ask->measure[m].of && !asked_before(ask, m))
            ISO_TRY(
                search_by(outcome, permuted, ask, &t, ask->measure[m].rule, stage, fit, y.view));
    }
done:
    iso_mat_free(&y.own);
    free_search(&t);
    return err;
}

/* --- What it costs, and what chance gives --- */

double iso_align_search_cost(const struct align_ask *ask, const struct align_split *split,
                             int64_t cols)
{
    const double offers = (double)split->rows[1] / (ask->by_fold ? split->folds : 1);
    const double plain = 2 * (double)split->asked * offers * (double)cols;
    const double whole = 2 * (double)split->rows[0] * offers * (double)cols;
    const double searches = ask->by_fold ? ALIGN_STAGES : 1 + 2 * split->folds;
    double sum = 0;

    for (int m = 0; m < ask->measures; m++) {
        if (ask->measure[m].of || asked_before(ask, m))
            continue;
        sum += ALIGN_STAGES * plain + (looks_back(ask->measure[m].rule) ? searches * whole : 0);
    }
    return sum;
}

static int64_t offered(const struct align_split *s, bool *seen, int fold)
{
    int64_t count = 0;

    for (int64_t r = 0; r < s->rows[1]; r++)
        seen[r] = false;
    for (int64_t i = s->start[fold]; i < s->start[fold + 1]; i++) {
        count += !seen[s->row[1][i]];
        seen[s->row[1][i]] = true;
    }
    return count;
}

/* Summed over those who ask in a fold (−1: in any) among so many candidates. */
static double chance_of(int64_t *asked, const struct align_measure *m, const struct align_split *s,
                        int fold, int64_t candidates)
{
    enum { KNOWN = 64 };
    double known[KNOWN + 1] = {0}, sum = 0;

    for (int64_t q = 0; q < s->asked; q++) {
        const int64_t right = s->right[q];
        double *kept = &known[right <= KNOWN ? right : 0];
        if (fold >= 0 && s->fold[q] != fold)
            continue;
        if (right > KNOWN || *kept == 0)
            *kept = iso_hits_chance(candidates, right, m->k);
        sum += *kept;
        ++*asked;
    }
    return sum;
}

iso_err iso_align_chance(double *out, const struct align_measure *m, const struct align_ask *ask,
                         const struct align_split *split, int fold)
{
    double sum = 0;
    int64_t asked = 0;
    bool *seen = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&seen, split->rows[1], sizeof *seen));
    if (!ask->by_fold)
        sum = chance_of(&asked, m, split, fold, split->rows[1]);
    for (int f = 0; ask->by_fold && f < split->folds; f++) {
        if (fold < 0 || f == fold)
            sum += chance_of(&asked, m, split, f, offered(split, seen, f));
    }
    *out = sum / (double)asked;
done:
    iso_free(seen);
    return err;
}
