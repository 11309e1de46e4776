/* What a predictor's choice loses, where all sets of one size were trained on. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/study/select/select_inside.h"
#include "lib/base/alloc.h"

enum { FIRST = 5 };

/* Entries of one size; all of its sets, each once. */
struct sized {
    int64_t *item;
    int64_t count;
    int size;
    const iso_run *run;
};

/* Of one size. */
static int by_set(const void *a, const void *b)
{
    const struct select_entry *x = *(const struct select_entry *const *)a;
    const struct select_entry *y = *(const struct select_entry *const *)b;

    return memcmp(x->set, y->set, (size_t)x->count * sizeof *x->set);
}

/* Whether no set comes twice. */
static iso_err each_once(bool *out, const struct sized *s, const struct select_entries *e)
{
    const struct select_entry **list = NULL;
    bool once = true;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&list, s->count, sizeof(const struct select_entry *)));
    for (int64_t i = 0; i < s->count; i++)
        list[i] = &e->at[s->item[i]];
    qsort(list, (size_t)s->count, sizeof(const struct select_entry *), by_set);
    for (int64_t i = 1; i < s->count && once; i++)
        once = by_set(&list[i - 1], &list[i]) != 0;
    *out = once;
done:
    iso_free(list);
    return err;
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
    ISO_TRY(each_once(complete, s, e)); /* as many as there are: all, unless one comes twice */
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
    iso_err err = ISO_OK;

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
        ISO_TRY(iso_run_step(s->run, p->name, i, s->count, "sets"));
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
    ISO_TRY(iso_records_add(out, &r));
    hit = r;
    hit.measure = "hit";
    hit.estimator = "first-5";
    hit.value = likely / (double)bests;
    hit.null = fmin(1, FIRST / (double)s->count);
    hit.p = NAN;
    ISO_TRY(iso_records_add(out, &hit));
done:
    return err;
}

iso_err iso_select_choice(iso_records *out, const struct select_job *job,
                          const struct select_entries *e)
{
    struct sized s = {.run = job->run};
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
