/* What a predictor's choice loses, where all sets of one size were trained on. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/stats/coefficient.h"
#include "analysis/study/select/select_inside.h"
#include "lib/base/alloc.h"

enum { FIRST = 5 };

/* Entries of one size; all of its sets, each once. */
struct sized {
    int64_t *item;
    int64_t count;
    int size;
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

/* What a predictor says of the sets of one size, the least first. */
struct said {
    double *x, *sorted; /* by set */
    int64_t *place;     /* how many sets are before it */
    int64_t *ties;      /* by place: how many have it */
};

static void said_free(struct said *a)
{
    iso_free(a->x);
    iso_free(a->sorted);
    iso_free(a->place);
    iso_free(a->ties);
}

static iso_err said_make(struct said *out, int64_t count)
{
    struct said a = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&a.x, count, sizeof *a.x));
    ISO_TRY(iso_alloc(&a.sorted, count, sizeof *a.sorted));
    ISO_TRY(iso_alloc(&a.place, count, sizeof *a.place));
    ISO_TRY(iso_alloc(&a.ties, count, sizeof *a.ties));
    *out = a;
    a = (struct said){0};
done:
    said_free(&a);
    return err;
}

/* Whether all sets have a value. */
static bool said_fill(struct said *a, const struct sized *s, const struct select_predictor *p,
                      const double *value)
{
    for (int64_t i = 0; i < s->count; i++) {
        a->x[i] = value[s->item[i]] * (p->low ? 1 : -1);
        if (isnan(a->x[i]))
            return false;
    }
    iso_rank_places(a->place, a->sorted, a->x, s->count);
    memset(a->ties, 0, (size_t)s->count * sizeof *a->ties);
    for (int64_t i = 0; i < s->count; i++)
        a->ties[a->place[i]]++;
    return true;
}

/* Sets of equal value come in any order: what is expected of them. */
static iso_err add(iso_records *out, const struct sized *s, const struct select_entries *e,
                   const struct select_predictor *p, const struct said *said, int outcome)
{
    iso_record r = iso_record_none(), hit;
    double best = -INFINITY, mean = 0, chosen = 0, likely = 0;
    int64_t bests = 0, as_good = 0;
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < s->count; i++) {
        const double y = e->at[s->item[i]].outcome[outcome];
        if (isnan(y))
            return ISO_OK;
        best = fmax(best, y);
        mean += y / (double)s->count;
        if (said->place[i] == 0)
            chosen += y / (double)said->ties[0];
    }
    for (int64_t i = 0; i < s->count; i++) {
        const double y = e->at[s->item[i]].outcome[outcome];
        const int64_t before = said->place[i];
        as_good += y >= chosen - 1e-12;
        if (y != best)
            continue;
        likely += fmin(1, fmax(0, (double)(FIRST - before) / (double)said->ties[before]));
        bests++;
    }
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
    struct sized s = {0};
    struct said said = {0};
    double *value = NULL;
    bool complete, any = false;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&s.item, e->count, sizeof *s.item));
    ISO_TRY(iso_alloc(&value, e->count, sizeof *value));
    ISO_TRY(said_make(&said, e->count));
    for (s.size = 1; s.size <= e->most; s.size++) {
        ISO_TRY(gather(&complete, &s, e, job->count));
        for (int i = 0; complete && i < job->predictors; i++) {
            ISO_TRY(iso_run_step(job->run, job->at[i].name, i, job->predictors, "predictors"));
            ISO_TRY(iso_select_entry_values(value, job, &job->at[i], e, NULL, NULL));
            const bool whole = said_fill(&said, &s, &job->at[i], value);
            for (int outcome = 0; whole && outcome < SELECT_OUTCOMES; outcome++)
                ISO_TRY(add(out, &s, e, &job->at[i], &said, outcome));
        }
        any = any || complete;
    }
    if (!any)
        iso_run_note(job->run,
                     "%s: of no size are all sets there, so there is no regret and no hit",
                     job->opt.results);
done:
    said_free(&said);
    iso_free(s.item);
    iso_free(value);
    return err;
}
