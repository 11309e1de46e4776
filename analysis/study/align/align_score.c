#include "analysis/study/align/align_questions.h"

#include <math.h>

#include "analysis/search/hits.h"
#include "analysis/pass/pass.h"
#include "lib/base/alloc.h"

/* --- Room for the results --- */

static iso_err tally_new(struct align_tally *t, const struct align_measure *m,
                         const struct align_rows *rows)
{
    iso_err err = ISO_OK;

    for (int stage = 0; stage < 2; stage++) {
        if (!m->of) {
            ISO_TRY(iso_alloc(&t->outcome[stage], rows->n, sizeof(double)));
            continue;
        }
        ISO_TRY(iso_alloc(&t->value[stage], rows->folds, sizeof(iso_value)));
        ISO_TRY(iso_alloc(&t->rep[stage], rows->n + rows->folds * ISO_GROUPS, sizeof(double)));
    }
    if (m->of)
        ISO_TRY(iso_alloc(&t->rep_start, rows->folds + 1, sizeof(int64_t)));
    for (int f = 0; m->of && f <= rows->folds; f++)
        t->rep_start[f] = rows->start[f] + f * ISO_GROUPS;
done:
    return err;
}

iso_err iso_align_scores_new(struct align_scores *out, const struct align_ask *ask,
                             const struct align_rows *rows)
{
    struct align_scores s = {.measures = ask->measures};

    for (int m = 0; m < ask->measures; m++) {
        const iso_err err = tally_new(&s.tally[m], &ask->measure[m], rows);
        if (err) {
            iso_align_scores_free(&s);
            return err;
        }
    }
    *out = s;
    return ISO_OK;
}

void iso_align_scores_free(struct align_scores *s)
{
    for (int m = 0; m < s->measures; m++) {
        struct align_tally *t = &s->tally[m];
        for (int stage = 0; stage < 2; stage++) {
            iso_free(t->outcome[stage]);
            iso_free(t->value[stage]);
            iso_free(t->rep[stage]);
        }
        iso_free(t->rep_start);
    }
    *s = (struct align_scores){0};
}

/* --- One fold --- */

static iso_err retrieve(struct align_scores *s, const struct align_ask *ask,
                        const struct align_rows *rows, struct align_fold *t, iso_rule rule,
                        const iso_run *run)
{
    iso_near_opt opt = ask->near;
    iso_err err = ISO_OK;

    opt.rule = rule;
    for (int stage = 0; stage < 2; stage++) {
        ISO_TRY(iso_near_ranks(t->rank, t->asks[stage], t->offers, t->query, t->target,
                               t->questions, &opt, run));
        iso_align_best_ranks(t->rank, t);
        for (int m = 0; m < s->measures; m++) {
            const struct align_measure *a = &ask->measure[m];
            if (a->of || a->rule != rule)
                continue;
            double *outcome = s->tally[m].outcome[stage] + align_outcomes(rows)[t->f];
            for (int64_t i = 0; i < t->asked; i++)
                outcome[i] = a->k ? iso_hit(t->rank[i], a->k) : iso_reciprocal(t->rank[i]);
        }
    }
done:
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

static iso_err retrieve_all(struct align_scores *s, const struct align_ask *ask,
                            const struct align_rows *rows, struct align_fold *t, const iso_run *run)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_align_questions(t, rows));
    for (int m = 0; m < s->measures; m++) {
        if (!ask->measure[m].of && !asked_before(ask, m))
            ISO_TRY(retrieve(s, ask, rows, t, ask->measure[m].rule, run));
    }
done:
    iso_align_questions_free(t);
    return err;
}

/* Takes the values and replicates of `stages` pairs of matrices to their places. */
static void keep(struct align_scores *s, const struct align_ask *ask, const struct align_fold *t,
                 int stages, const iso_value *value, const double *rep, const iso_plan *plan)
{
    for (int m = 0, at = 0; m < s->measures; m++) {
        struct align_tally *a = &s->tally[m];
        const iso_measure *of = ask->measure[m].of;
        if (!of)
            continue;
        int count = 0;
        for (int o = 0; o < s->measures; o++)
            count += ask->measure[o].of != NULL;
        for (int stage = 0; stage < stages; stage++) {
            const int64_t cell = stage * count + at, units = iso_plan_units(plan, of);
            double *to = a->rep[stage] + a->rep_start[t->f];
            a->value[stage][t->f] = value[cell];
            for (int64_t u = 0; u < a->rep_start[t->f + 1] - a->rep_start[t->f]; u++)
                to[u] = u < units ? rep[cell * plan->stride + u] : NAN;
        }
        at++;
    }
}

/* The measures of the registry through the one reading that serves all of them. */
static iso_err compare(struct align_scores *s, const struct align_ask *ask,
                       const struct align_fold *t, int stages, const iso_run *run)
{
    const iso_measure *measure[ALIGN_MEASURES];
    const iso_gram_pair pair[2] = {{0, 2}, {1, 2}};
    const int peers[3] = {0, 1, 0};
    iso_rows *matrix[3] = {NULL};
    iso_value value[2 * ALIGN_MEASURES];
    double *rep = NULL;
    iso_plan plan = {0};
    iso_task task = {.matrix = matrix,
                     .peers = peers,
                     .matrices = 3,
                     .pair = pair,
                     .pairs = stages,
                     .measure = measure};
    iso_err err = ISO_OK;

    for (int m = 0; m < s->measures; m++) {
        if (ask->measure[m].of)
            measure[task.measures++] = ask->measure[m].of;
    }
    if (task.measures == 0)
        return ISO_OK;
    ISO_TRY(iso_rows_of_view(&matrix[0], iso_view_rows(t->x[ALIGN_BEFORE], 0, t->once)));
    ISO_TRY(iso_rows_of_view(&matrix[1], iso_view_rows(t->x[stages - 1], 0, t->once)));
    ISO_TRY(iso_rows_of_view(&matrix[2], iso_view_rows(t->y, 0, t->once)));
    ISO_TRY(iso_plan_make(&plan, &task, run));
    ISO_TRY(iso_alloc(&rep, stages * task.measures * plan.stride, sizeof *rep));
    ISO_TRY(iso_pass(value, rep, &task, &plan, run));
    keep(s, ask, t, stages, value, rep, &plan);
done:
    iso_plan_free(&plan);
    iso_free(rep);
    for (int m = 0; m < 3; m++)
        iso_rows_close(matrix[m]);
    return err;
}

static struct align_fold fold_of(const struct align_rows *rows, int f)
{
    const int64_t first = rows->start[f], n = rows->start[f + 1] - first;

    return (struct align_fold){.f = f,
                               .n = n,
                               .once = rows->golds ? rows->golds->once[f] : n,
                               .x = {iso_view_rows(iso_mat_view(&rows->x), first, n)},
                               .y = iso_view_rows(iso_mat_view(&rows->y), first, n)};
}

static iso_err score_fold(struct align_scores *s, const struct align_ask *ask,
                          const struct align_rows *rows, int f, const iso_run *run)
{
    struct align_fold t = fold_of(rows, f);
    const int64_t from = rows->start[f + 1], train = rows->n - t.n;
    iso_map map = {0};
    iso_mat mapped = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_map_fit(&map, iso_view_rows(iso_mat_view(&rows->x), from, train),
                        iso_view_rows(iso_mat_view(&rows->y), from, train), &ask->map));
    if (f == 0 || map.rank < s->rank)
        s->rank = map.rank;
    if (f == 0 || train < s->least)
        s->least = train;
    ISO_TRY(iso_mat_new(&mapped, t.n, rows->y.cols, ISO_F32));
    ISO_TRY(iso_map_apply(&mapped, &map, t.x[ALIGN_BEFORE]));
    t.x[ALIGN_AFTER] = iso_mat_view(&mapped);
    ISO_TRY(retrieve_all(s, ask, rows, &t, run));
    ISO_TRY(compare(s, ask, &t, 2, run));
done:
    iso_mat_free(&mapped);
    iso_map_free(&map);
    return err;
}

iso_err iso_align_score(struct align_scores *s, const struct align_ask *ask,
                        const struct align_rows *rows, const iso_run *run)
{
    iso_err err = ISO_OK;

    for (int f = 0; f < rows->folds && !err; f++)
        err = score_fold(s, ask, rows, f, run);
    return err;
}

iso_err iso_align_score_bare(struct align_scores *s, const struct align_ask *ask,
                             const struct align_rows *rows, const iso_run *run)
{
    iso_err err = ISO_OK;

    for (int f = 0; f < rows->folds && !err; f++) {
        const struct align_fold t = fold_of(rows, f);
        err = compare(s, ask, &t, 1, run);
    }
    return err;
}
