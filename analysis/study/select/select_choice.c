/* What a predictor's choice loses, where all sets of one size were trained on. */
#include <math.h>
#include <string.h>

#include "analysis/study/select/select_inside.h"
#include "lib/base/alloc.h"

enum { FIRST = 5 };

/* Entries of one size; all of its sets, each once. */
struct sized {
    int64_t *item;
    int64_t count;
    int size;
};

static bool same_set(const struct select_entry *a, const struct select_entry *b)
{
    return a->count == b->count && memcmp(a->set, b->set, (size_t)a->count * sizeof *a->set) == 0;
}

/* Whether the entries of a size are all sets of the languages that they have, each once. */
static iso_err gather(bool *complete, struct sized *s, const struct select_entries *e, int langs)
{
    bool *used = NULL;
    int count = 0;
    iso_err err = ISO_OK;

    *complete = false;
    s->count = 0;
    ISO_TRY(iso_alloc(&used, langs, sizeof *used));
    for (int64_t i = 0; i < e->count; i++) {
        if (e->at[i].count != s->size)
            continue;
        s->item[s->count++] = i;
        for (int l = 0; l < s->size; l++) {
            count += !used[e->at[i].set[l]];
            used[e->at[i].set[l]] = true;
        }
    }
    if (s->count < 2 || (double)s->count != iso_select_sets(count, s->size))
        goto done;
    *complete = true; /* as many as there are: all, unless one comes twice */
    for (int64_t i = 0; i < s->count && *complete; i++)
        for (int64_t k = 0; k < i && *complete; k++)
            *complete = !same_set(&e->at[s->item[i]], &e->at[s->item[k]]);
done:
    iso_free(used);
    return err;
}

/* Sets of equal value come in any order: what is expected of them. */
static iso_err add(iso_records *out, const struct sized *s, const struct select_entries *e,
                   const struct select_predictor *p, const double *value, int outcome)
{
    iso_record r = iso_record_none(), hit;
    double best = -INFINITY, mean = 0, first = INFINITY, chosen = 0, better = 0, ties = 0;
    double likely = 0;
    int64_t firsts = 0, bests = 0, as_good = 0;

    for (int64_t i = 0; i < s->count; i++) {
        const double y = e->at[s->item[i]].outcome[outcome];
        const double x = value[s->item[i]] * (p->low ? 1 : -1);
        if (isnan(x) || isnan(y))
            return ISO_OK; /* not all have a value */
        best = fmax(best, y);
        mean += y / (double)s->count;
        first = fmin(first, x);
    }
    for (int64_t i = 0; i < s->count; i++) {
        const double y = e->at[s->item[i]].outcome[outcome];
        const double x = value[s->item[i]] * (p->low ? 1 : -1);
        if (x == first) {
            chosen += y;
            firsts++;
        }
        if (y != best)
            continue;
        better = ties = 0;
        for (int64_t k = 0; k < s->count; k++) {
            const double other = value[s->item[k]] * (p->low ? 1 : -1);
            better += other < x;
            ties += other == x;
        }
        likely += fmin(1, fmax(0, (FIRST - better) / ties));
        bests++;
    }
    chosen /= (double)firsts;
    for (int64_t i = 0; i < s->count; i++)
        as_good += e->at[s->item[i]].outcome[outcome] >= chosen - 1e-12;
    r.measure = "regret";
    r.estimator = "first";
    r.x = p->name;
    r.y = iso_select_outcomes[outcome];
    r.value = best - chosen;
    r.null = best - mean;
    r.p = (double)as_good / (double)s->count;
    r.n = s->size;
    r.family = s->count;
    const iso_err err = iso_records_add(out, &r);
    hit = r;
    hit.measure = "hit";
    hit.estimator = "first-5";
    hit.value = likely / (double)bests;
    hit.null = fmin(1, FIRST / (double)s->count);
    hit.p = NAN;
    return err ? err : iso_records_add(out, &hit);
}

iso_err iso_select_choice(iso_records *out, const struct select_job *job,
                          const struct select_entries *e)
{
    struct sized s = {0};
    double *value = NULL;
    bool complete, any = false;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&s.item, e->count, sizeof *s.item));
    ISO_TRY(iso_alloc(&value, e->count, sizeof *value));
    for (s.size = 1; s.size <= e->most; s.size++) {
        ISO_TRY(gather(&complete, &s, e, job->count));
        for (int i = 0; complete && i < job->predictors; i++) {
            ISO_TRY(iso_select_entry_values(value, job, &job->at[i], e, NULL, NULL));
            for (int outcome = 0; outcome < SELECT_OUTCOMES; outcome++)
                ISO_TRY(add(out, &s, e, &job->at[i], value, outcome));
        }
        any = any || complete;
    }
    if (!any)
        iso_run_note(job->run,
                     "%s: of no size are all sets there, so there is no regret and no hit",
                     job->opt.results);
done:
    iso_free(s.item);
    iso_free(value);
    return err;
}
