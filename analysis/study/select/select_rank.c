/* All sets of k candidates, ranked by each predictor. */
#include <math.h>
#include <stdlib.h>

#include "analysis/study/select/select_inside.h"
#include "lib/base/alloc.h"
#include "lib/base/str.h"

double iso_select_sets(int n, int64_t k)
{
    double sets = 1;

    if (k > n)
        return 0;
    for (int64_t i = 1; i <= k && sets < 9e15; i++)
        sets = round(sets * (double)(n - k + i) / (double)i);
    return sets < 9e15 ? sets : INFINITY;
}

/* A set by its number, in the order of its languages, and what stands before another. */
struct ranked {
    double value; /* the least is best */
    int64_t number;
};

static int by_value(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;

    if (x->value != y->value)
        return x->value < y->value ? -1 : 1;
    return (x->number > y->number) - (x->number < y->number);
}

/* The best so far: a heap with the worst of them first. */
struct best {
    struct ranked *at;
    int64_t count, room;
};

static void sink(struct best *b, int64_t i)
{
    for (int64_t child; (child = 2 * i + 1) < b->count; i = child) {
        child += child + 1 < b->count && by_value(&b->at[child], &b->at[child + 1]) < 0;
        if (by_value(&b->at[i], &b->at[child]) >= 0)
            return;
        const struct ranked other = b->at[i];
        b->at[i] = b->at[child];
        b->at[child] = other;
    }
}

static void offer(struct best *b, struct ranked r)
{
    if (b->count < b->room) {
        b->at[b->count++] = r;
        for (int64_t i = b->count / 2; b->count == b->room && i-- > 0;)
            sink(b, i);
    } else if (by_value(&r, &b->at[0]) < 0) {
        b->at[0] = r;
        sink(b, 0);
    }
}

/* --- Sets by number --- */

/* The set that comes `number`-th. */
static void set_of(int *set, int64_t number, int n, int k)
{
    int lang = 0;

    for (int i = 0; i < k; i++, lang++) {
        for (;; lang++) {
            const int64_t with = (int64_t)iso_select_sets(n - lang - 1, k - i - 1);
            if (number < with)
                break;
            number -= with;
        }
        set[i] = lang;
    }
}

/* Moves the walk to the next set, or into the first; false after the last. */
static bool next_set(struct select_walk *w, int n, int k)
{
    int lang = 0;

    if (w->depth == k) {
        do {
            if (w->depth == 0)
                return false;
            lang = w->set[w->depth - 1] + 1;
            iso_select_pop(w);
        } while (lang + k - w->depth > n);
    }
    while (w->depth < k)
        iso_select_push(w, lang++);
    return true;
}

/* --- Records --- */

static iso_err add(iso_records *out, const struct select_job *job, const struct select_predictor *p,
                   const struct ranked *r, int64_t place, int64_t family, iso_buf *subset)
{
    const int k = (int)job->opt.k;
    iso_record record = iso_record_none();
    int *set = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&set, k, sizeof *set));
    set_of(set, r->number, job->candidates, k);
    subset->len = 0;
    for (int i = 0; i < k; i++)
        ISO_TRY(iso_buf_printf(subset, "%s%s", i ? "+" : "", iso_select_lang(job, set[i])));
    record.measure = p->measure;
    record.estimator = p->estimator;
    record.value = p->low ? r->value : -r->value;
    record.subset = subset->text;
    record.place = place;
    record.family = family;
    record.n = k;
    record.src_layer = record.tgt_layer = p->layer;
    record.model = p->layer == ISO_NO_INT ? NULL : job->model;
    ISO_TRY(iso_records_add(out, &record));
done:
    iso_free(set);
    return err;
}

static iso_err add_best(iso_records *out, const struct select_job *job,
                        const struct select_predictor *p, struct best *b, int64_t family)
{
    iso_buf subset = {0};
    int64_t place = 1;
    iso_err err = ISO_OK;

    qsort(b->at, (size_t)b->count, sizeof *b->at, by_value);
    for (int64_t i = 0; i < b->count; i++) {
        if (i && b->at[i].value != b->at[i - 1].value)
            place = i + 1;
        ISO_TRY(add(out, job, p, &b->at[i], place, family, &subset));
    }
done:
    iso_buf_free(&subset);
    return err;
}

static iso_err rank_by(iso_records *out, const struct select_job *job,
                       const struct select_predictor *p, int64_t sets)
{
    const int n = job->candidates, k = (int)job->opt.k;
    struct best best = {.room = job->opt.top < sets ? job->opt.top : sets};
    struct select_walk w = {0};
    int64_t valued = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&best.at, best.room, sizeof *best.at));
    ISO_TRY(iso_select_walk_make(&w, p, job->count, k));
    for (int64_t i = 0; next_set(&w, n, k); i++) {
        if (i % 65536 == 0)
            ISO_TRY(iso_run_step(job->run, p->name, i, sets, "sets"));
        const double value = iso_select_value(&w, job->target, n);
        if (isnan(value))
            continue;
        valued++;
        offer(&best, (struct ranked){p->low ? value : -value, i});
    }
    ISO_TRY(add_best(out, job, p, &best, valued));
    if (valued == 0)
        iso_run_note(job->run, "%s: no set has a value", p->name);
    else if (valued < sets)
        iso_run_note(job->run, "%s: %lld of %lld sets have a value", p->name, (long long)valued,
                     (long long)sets);
done:
    iso_select_walk_free(&w);
    iso_free(best.at);
    return err;
}

iso_err iso_select_rank(iso_records *out, const struct select_job *job)
{
    const int64_t sets = (int64_t)iso_select_sets(job->candidates, job->opt.k);
    iso_err err = ISO_OK;

    for (int i = 0; i < job->predictors; i++)
        ISO_TRY(rank_by(out, job, &job->at[i], sets));
done:
    return err;
}
