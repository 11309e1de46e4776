/* What a map fitted on the other folds does to the rows of each fold, beside what centring does. */
#include <math.h>

#include "analysis/pass/pass.h"
#include "analysis/study/align/align_inside.h"
#include "lib/base/alloc.h"

/* --- Room for the results --- */

static iso_err tally_new(struct align_tally *t, const struct align_measure *m,
                         const struct align_split *s)
{
    iso_err err = ISO_OK;

    for (int stage = 0; stage < ALIGN_STAGES; stage++) {
        if (!m->of) {
            ISO_TRY(iso_alloc(&t->outcome[stage], s->asked, sizeof(double)));
            continue;
        }
        ISO_TRY(iso_alloc(&t->value[stage], s->folds, sizeof(iso_value)));
        ISO_TRY(iso_alloc(&t->rep[stage], s->pairs + s->folds * ISO_GROUPS, sizeof(double)));
    }
    if (m->of)
        ISO_TRY(iso_alloc(&t->rep_start, s->folds + 1, sizeof(int64_t)));
    for (int f = 0; m->of && f <= s->folds; f++)
        t->rep_start[f] = s->start[f] + f * ISO_GROUPS;
done:
    return err;
}

void iso_align_scores_free(struct align_scores *s)
{
    for (int m = 0; m < s->measures; m++) {
        struct align_tally *t = &s->tally[m];
        for (int stage = 0; stage < ALIGN_STAGES; stage++) {
            iso_free(t->outcome[stage]);
            iso_free(t->value[stage]);
            iso_free(t->rep[stage]);
        }
        iso_free(t->rep_start);
    }
    iso_free(s->permuted);
    *s = (struct align_scores){0};
}

/* --- Retrieval --- */

static iso_err search(struct align_scores *s, const struct align_ask *ask,
                      const struct align_rows *rows, int fold, int stage,
                      const struct align_fit *fit)
{
    double *outcome[ALIGN_MEASURES];
    bool any = false;

    for (int m = 0; m < s->measures; m++) {
        outcome[m] = s->tally[m].outcome[stage];
        any = any || !ask->measure[m].of;
    }
    double *permuted = s->permuted && stage < ALIGN_PERMUTED
                           ? s->permuted + stage * s->measures * (ask->opt.permutations + 1)
                           : NULL;
    return any ? iso_align_search(outcome, permuted, ask, rows, fold, stage, fit) : ISO_OK;
}

/* --- Similarities --- */

/* Rows of a fold (−1: of all) that are compared: those of its pairs, each row once, in the first
 * pair it stands in. */
struct compared {
    int64_t *row[2], n;
};

static void free_compared(struct compared *c)
{
    iso_free(c->row[0]);
    iso_free(c->row[1]);
}

/* Free in any case. */
static iso_err list_compared(struct compared *c, const struct align_split *s, int fold)
{
    const int64_t first = fold < 0 ? 0 : s->start[fold];
    const int64_t end = fold < 0 ? s->pairs : s->start[fold + 1];
    bool *met[2] = {NULL, NULL};
    iso_err err = ISO_OK;

    for (int side = 0; side < 2; side++) {
        ISO_TRY(iso_alloc(&c->row[side], end - first, sizeof *c->row[side]));
        ISO_TRY(iso_alloc(&met[side], s->rows[side], sizeof *met[side]));
    }
    for (int64_t i = first; i < end; i++) {
        const int64_t x = s->row[0][i], y = s->row[1][i];
        if (met[0][x] || met[1][y])
            continue;
        met[0][x] = met[1][y] = true;
        c->row[0][c->n] = x;
        c->row[1][c->n++] = y;
    }
done:
    iso_free(met[0]);
    iso_free(met[1]);
    return err;
}

/* Stages that are looked at: without a map those before it. */
static int stages_of(const struct align_ask *ask)
{
    return ask->unmapped ? ALIGN_AFTER : ALIGN_STAGES;
}

/* The measures of the registry of both sides at so many stages, in one reading. Free `rep` and
 * `plan` in any case. */
static iso_err similarities(iso_value *value, double **rep, double *permuted, iso_plan *plan,
                            const iso_measure *const *measure, int measures,
                            const struct align_rows *rows, const struct compared *c, int stages,
                            const struct align_fit *fit, const struct align_ask *ask,
                            const iso_run *run)
{
    static const iso_gram_pair pair[ALIGN_STAGES] = {{0, 1}, {2, 3}, {4, 5}};
    static const int peers[2 * ALIGN_STAGES] = {0, 0, 1, 1, 2, 2};
    struct align_view view[2 * ALIGN_STAGES] = {{{0}, {0}}};
    iso_rows *matrix[2 * ALIGN_STAGES] = {NULL};
    const iso_task task = {.matrix = matrix,
                           .peers = peers,
                           .matrices = 2 * stages,
                           .pair = pair,
                           .pairs = stages,
                           .measure = measure,
                           .measures = measures};
    iso_err err = ISO_OK;

    for (int m = 0; m < 2 * stages; m++) {
        ISO_TRY(iso_align_view(&view[m], rows, m % 2, c->row[m % 2], c->n, m / 2, fit));
        ISO_TRY(iso_rows_of_view(&matrix[m], view[m].view));
    }
    ISO_TRY(iso_plan_make(plan, &task, run));
    ISO_TRY(iso_alloc(rep, stages * measures * plan->stride, sizeof **rep));
    ISO_TRY(iso_pass(value, *rep, &task, plan, run));
    if (permuted)
        ISO_TRY(iso_align_permute_task(permuted, ask, rows, &task, c->row[0]));
done:
    for (int m = 0; m < 2 * stages; m++) {
        iso_rows_close(matrix[m]);
        iso_mat_free(&view[m].own);
    }
    return err;
}

/* Values and replicates of fold f to their places. */
static void keep(struct align_scores *s, const struct align_ask *ask, int f, int measures,
                 const iso_value *value, const double *rep, const iso_plan *plan)
{
    for (int m = 0, at = 0; m < s->measures; m++) {
        struct align_tally *a = &s->tally[m];
        const iso_measure *of = ask->measure[m].of;
        if (!of)
            continue;
        for (int stage = 0; stage < stages_of(ask); stage++) {
            const int64_t cell = (int64_t)stage * measures + at;
            const int64_t units = iso_plan_units(plan, stage, at);
            double *to = a->rep[stage] + a->rep_start[f];
            a->value[stage][f] = value[cell];
            for (int64_t u = 0; u < a->rep_start[f + 1] - a->rep_start[f]; u++)
                to[u] = u < units ? rep[cell * plan->stride + u] : NAN;
        }
        at++;
    }
}

static iso_err compare(struct align_scores *s, const struct align_ask *ask,
                       const struct align_rows *rows, int f, const struct align_fit *fit)
{
    const iso_measure *measure[ALIGN_MEASURES];
    iso_value value[ALIGN_STAGES * ALIGN_MEASURES];
    struct compared c = {0};
    iso_plan plan = {0};
    double *rep = NULL;
    int measures = 0;
    iso_err err = ISO_OK;

    for (int m = 0; m < s->measures; m++) {
        if (ask->measure[m].of)
            measure[measures++] = ask->measure[m].of;
    }
    if (measures == 0)
        return ISO_OK;
    ISO_TRY(list_compared(&c, rows->split, f));
    ISO_TRY(similarities(value, &rep, s->permuted, &plan, measure, measures, rows, &c,
                         stages_of(ask), fit, ask, ask->run));
    keep(s, ask, f, measures, value, rep, &plan);
done:
    free_compared(&c);
    iso_plan_free(&plan);
    iso_free(rep);
    return err;
}

iso_err iso_align_similarity(iso_value *out, const iso_measure *of, const struct align_rows *rows,
                             const iso_run *run)
{
    struct compared c = {0};
    iso_plan plan = {0};
    double *rep = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(list_compared(&c, rows->split, -1));
    ISO_TRY(similarities(out, &rep, NULL, &plan, &of, 1, rows, &c, 1, NULL, NULL, run));
done:
    free_compared(&c);
    iso_plan_free(&plan);
    iso_free(rep);
    return err;
}

/* --- All folds --- */

static iso_err score_fold(struct align_scores *s, const struct align_ask *ask,
                          const struct align_rows *rows, int f)
{
    struct align_fit fit = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_align_fit(&fit, rows, f, ask->unmapped ? NULL : &ask->map));
    if (f == 0 || fit.map.rank < s->rank)
        s->rank = fit.map.rank;
    if (f == 0 || fit.n < s->least)
        s->least = fit.n;
    for (int stage = ask->by_fold ? ALIGN_BEFORE : ALIGN_CENTRED; stage < stages_of(ask); stage++)
        ISO_TRY(search(s, ask, rows, f, stage, &fit));
    ISO_TRY(compare(s, ask, rows, f, &fit));
done:
    iso_align_fit_free(&fit);
    return err;
}

iso_err iso_align_score(struct align_scores *out, const struct align_ask *ask,
                        const struct align_rows *rows)
{
    struct align_scores s = {.measures = ask->measures};
    iso_err err = ISO_OK;

    for (int m = 0; m < ask->measures; m++)
        ISO_TRY(tally_new(&s.tally[m], &ask->measure[m], rows->split));
    if (rows->key)
        ISO_TRY(iso_alloc(&s.permuted, ALIGN_PERMUTED * ask->measures * (ask->opt.permutations + 1),
                          sizeof *s.permuted));
    if (!ask->by_fold) /* before any map no fold differs from another */
        ISO_TRY(search(&s, ask, rows, -1, ALIGN_BEFORE, NULL));
    for (int f = 0; f < rows->split->folds; f++)
        ISO_TRY(score_fold(&s, ask, rows, f));
    *out = s;
    return ISO_OK;
done:
    iso_align_scores_free(&s);
    return err;
}
