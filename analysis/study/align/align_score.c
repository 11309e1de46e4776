/* Before and after: what a map fitted on the other folds does to the rows of each fold. */
#include <math.h>

#include "analysis/pass/pass.h"
#include "analysis/search/hits.h"
#include "analysis/study/align/align_inside.h"
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

/* --- Who asks for whom in one fold --- */

/* A fold under test: its rows before and after the map, and those they belong to. */
struct align_fold {
    int f;
    int64_t n, once; /* rows; the first so many are compared */
    iso_view x[2], y;
    iso_view asks[2], offers; /* who searches before and after, and among what */
    iso_mat own[3];           /* of these, where they are not the rows themselves */
    int64_t asked, questions;
    int64_t *query, *target, *rank;
};

/* Each row asks for its own partner and, where another says the same, for the first that does: of
 * equal states that one ranks best. */
static iso_err questions_of_rows(struct align_fold *t, const struct align_rows *rows)
{
    int64_t count = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&t->query, 2 * t->n, sizeof *t->query));
    ISO_TRY(iso_alloc(&t->target, 2 * t->n, sizeof *t->target));
    for (int64_t i = 0; i < t->n; i++) {
        const int64_t at = rows->start[t->f];
        const int64_t first = rows->equal ? rows->equal[at + i] - at : i;
        t->query[count] = i;
        t->target[count++] = i;
        if (first == i)
            continue;
        t->query[count] = i;
        t->target[count++] = first;
    }
    t->asks[0] = t->x[0];
    t->asks[1] = t->x[1];
    t->offers = t->y;
    t->asked = t->n;
    t->questions = count;
done:
    return err;
}

/* Each word asks for all of its translations, among the words that are one to somebody. */
static iso_err questions_of_words(struct align_fold *t, const struct align_answers *g)
{
    const int64_t word = g->asked[t->f], offer = g->offered[t->f], first = g->first[word];
    iso_err err = ISO_OK;

    t->asked = g->asked[t->f + 1] - word;
    t->questions = g->first[word + t->asked] - first;
    ISO_TRY(iso_alloc(&t->query, t->questions, sizeof *t->query));
    ISO_TRY(iso_alloc(&t->target, t->questions, sizeof *t->target));
    for (int64_t w = 0; w < t->asked; w++) {
        for (int64_t i = g->first[word + w]; i < g->first[word + w + 1]; i++) {
            t->query[i - first] = w;
            t->target[i - first] = g->answer[i];
        }
    }
    for (int stage = 0; stage < 2; stage++) {
        ISO_TRY(iso_rows_gather(&t->own[stage], t->x[stage], g->word + word, t->asked));
        t->asks[stage] = iso_mat_view(&t->own[stage]);
    }
    ISO_TRY(iso_rows_gather(&t->own[2], t->y, g->candidate + offer, g->offered[t->f + 1] - offer));
    t->offers = iso_mat_view(&t->own[2]);
done:
    return err;
}

/* Fills who asks and what for, with room for the ranks; free in any case. */
static iso_err make_questions(struct align_fold *t, const struct align_rows *rows)
{
    iso_err err = ISO_OK;

    ISO_TRY(rows->answers ? questions_of_words(t, rows->answers) : questions_of_rows(t, rows));
    ISO_TRY(iso_alloc(&t->rank, t->questions, sizeof *t->rank));
done:
    return err;
}

static void free_questions(struct align_fold *t)
{
    iso_free(t->query);
    iso_free(t->target);
    iso_free(t->rank);
    for (int i = 0; i < 3; i++)
        iso_mat_free(&t->own[i]);
}

/* rank[i] of who asks i-th, from those of the questions in the same place: the best. */
static void best_ranks(int64_t *rank, const struct align_fold *t)
{
    int64_t at = 0;

    for (int64_t i = 0; i < t->asked; i++) {
        int64_t best = rank[at++];
        for (; at < t->questions && t->query[at] == i; at++)
            best = rank[at] < best ? rank[at] : best;
        rank[i] = best;
    }
}

/* --- One fold --- */

static iso_err retrieve(struct align_scores *s, const struct align_ask *ask,
                        const struct align_rows *rows, struct align_fold *t, iso_rule rule)
{
    iso_near_opt opt = ask->near;
    iso_err err = ISO_OK;

    opt.rule = rule;
    for (int stage = 0; stage < 2; stage++) {
        ISO_TRY(iso_near_ranks(t->rank, t->asks[stage], t->offers, t->query, t->target,
                               t->questions, &opt, ask->run));
        best_ranks(t->rank, t);
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
                            const struct align_rows *rows, struct align_fold *t)
{
    iso_err err = ISO_OK;

    ISO_TRY(make_questions(t, rows));
    for (int m = 0; m < s->measures; m++) {
        if (!ask->measure[m].of && !asked_before(ask, m))
            ISO_TRY(retrieve(s, ask, rows, t, ask->measure[m].rule));
    }
done:
    free_questions(t);
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
            const int64_t cell = stage * count + at, units = iso_plan_units(plan, stage, at);
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
                       const struct align_fold *t, int stages)
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
    ISO_TRY(iso_plan_make(&plan, &task, ask->run));
    ISO_TRY(iso_alloc(&rep, stages * task.measures * plan.stride, sizeof *rep));
    ISO_TRY(iso_pass(value, rep, &task, &plan, ask->run));
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
                               .once = rows->answers ? rows->answers->once[f] : n,
                               .x = {iso_view_rows(iso_mat_view(&rows->x), first, n)},
                               .y = iso_view_rows(iso_mat_view(&rows->y), first, n)};
}

static iso_err score_fold(struct align_scores *s, const struct align_ask *ask,
                          const struct align_rows *rows, int f)
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
    ISO_TRY(retrieve_all(s, ask, rows, &t));
    ISO_TRY(compare(s, ask, &t, 2));
done:
    iso_mat_free(&mapped);
    iso_map_free(&map);
    return err;
}

iso_err iso_align_score(struct align_scores *s, const struct align_ask *ask,
                        const struct align_rows *rows)
{
    iso_err err = ISO_OK;

    for (int f = 0; f < rows->folds && !err; f++)
        err = score_fold(s, ask, rows, f);
    return err;
}

iso_err iso_align_score_bare(struct align_scores *s, const struct align_ask *ask,
                             const struct align_rows *rows)
{
    iso_err err = ISO_OK;

    for (int f = 0; f < rows->folds && !err; f++) {
        const struct align_fold t = fold_of(rows, f);
        err = compare(s, ask, &t, 1);
    }
    return err;
}
