/* How predictors go together with measured transfer: alone, with the amount of data and the size of
 * the set held constant, and with the languages in each other's places. */
#include <math.h>
#include <string.h>

#include "analysis/stats/partial.h"
#include "analysis/stats/permuted.h"
#include "analysis/study/items/records.h"
#include "analysis/study/select/select_inside.h"
#include "lib/base/alloc.h"
#include "lib/base/rng.h"
#include "lib/linalg/statistics.h"

enum { OUTCOMES = SELECT_OUTCOMES, GIVEN = 2 };

/* Entries of which a predictor knows the value. */
struct agreement {
    const struct select_job *job;
    const struct select_entries *e;
    iso_records *out;
    struct iso_permuted tests; /* each with the number of its record */
    int64_t n;
    int *item;
    double *x, *y[OUTCOMES], *given[GIVEN], *left, *left_y[OUTCOMES];
    double *value; /* of all entries */
    int givens;    /* of the given those that differ between entries come first */
    const char *held;
};

static iso_err make(struct agreement *a)
{
    const int64_t n = a->e->count;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&a->item, n, sizeof *a->item));
    ISO_TRY(iso_alloc(&a->x, n, sizeof *a->x));
    ISO_TRY(iso_alloc(&a->left, n, sizeof *a->left));
    ISO_TRY(iso_alloc(&a->value, n, sizeof *a->value));
    for (int i = 0; i < OUTCOMES; i++) {
        ISO_TRY(iso_alloc(&a->y[i], n, sizeof *a->y[i]));
        ISO_TRY(iso_alloc(&a->left_y[i], n, sizeof *a->left_y[i]));
    }
    for (int i = 0; i < GIVEN; i++)
        ISO_TRY(iso_alloc(&a->given[i], n, sizeof *a->given[i]));
done:
    return err;
}

static void agreement_free(struct agreement *a)
{
    iso_permuted_free(&a->tests);
    iso_free(a->item);
    iso_free(a->x);
    iso_free(a->left);
    iso_free(a->value);
    for (int i = 0; i < OUTCOMES; i++) {
        iso_free(a->y[i]);
        iso_free(a->left_y[i]);
    }
    for (int i = 0; i < GIVEN; i++)
        iso_free(a->given[i]);
}

/* Takes the entries with a value, and what is held constant of them. */
static void take(struct agreement *a)
{
    a->n = 0;
    for (int64_t i = 0; i < a->e->count; i++) {
        const struct select_entry *at = &a->e->at[i];
        if (!isfinite(a->value[i]))
            continue;
        a->item[a->n] = (int)i;
        a->x[a->n] = a->value[i];
        for (int o = 0; o < OUTCOMES; o++)
            a->y[o][a->n] = at->outcome[o];
        a->given[0][a->n] = at->examples;
        a->given[1][a->n++] = at->count;
    }
    const bool examples = !iso_all_equal(a->given[0], a->n);
    const bool sizes = !iso_all_equal(a->given[1], a->n);
    a->givens = examples + sizes;
    a->held = examples && sizes ? "examples+size" : examples ? "examples" : "size";
    if (!examples && sizes)
        memcpy(a->given[0], a->given[1], (size_t)a->n * sizeof(double));
}

/* --- Values --- */

static iso_correlation_opt how(const struct select_job *job)
{
    return (iso_correlation_opt){.boot = job->opt.interval == ISO_INTERVAL_NONE ? ISO_BOOT_NONE
                                                                                : ISO_BOOT_BCA,
                                 .permutations = -1,
                                 .seed = iso_run_seed(job->run)};
}

static iso_err add(struct agreement *a, const iso_value *v, const char *x, int outcome,
                   bool partial)
{
    const double *xs = partial ? a->left : a->x;
    const double *ys = partial ? a->left_y[outcome] : a->y[outcome];
    const struct iso_permuted_test test = {.kind = partial ? ISO_PEARSON : ISO_SPEARMAN,
                                           .n = a->n,
                                           .item = a->item,
                                           .x = xs,
                                           .y = ys,
                                           .tag = a->out->count};
    iso_record r = iso_record_none();
    iso_err err = ISO_OK;

    iso_record_value(&r, v);
    r.measure = "agreement";
    r.estimator = partial ? "partial" : "spearman";
    r.x = x;
    r.y = iso_select_outcomes[outcome];
    r.given = partial ? a->held : NULL;
    ISO_TRY(iso_records_add(a->out, &r));
    if (isfinite(v->value)) {
        ISO_TRY(iso_permuted_add(&a->tests, &test));
        a->tests.at[a->tests.count - 1].family = outcome + (partial ? OUTCOMES : 0);
    }
done:
    return err;
}

static iso_err add_partial(struct agreement *a, const char *x, int outcome)
{
    const double *const given[] = {a->given[0], a->given[1]};
    const iso_correlation_opt opt = how(a->job);
    iso_value v;
    iso_err err = ISO_OK;

    ISO_TRY(iso_partial_of(&v, a->x, a->y[outcome], given, a->givens, a->n, &opt));
    ISO_TRY(iso_rank_residuals(a->left, a->x, given, a->givens, a->n));
    ISO_TRY(iso_rank_residuals(a->left_y[outcome], a->y[outcome], given, a->givens, a->n));
    ISO_TRY(add(a, &v, x, outcome, true));
done:
    return err;
}

/* --- Languages in each other's places --- */

/* Languages that the predictor knows change places, the others stay. */
static iso_err shuffle(int *map, const struct select_job *job, const struct select_predictor *p,
                       int64_t number)
{
    iso_rng rng = iso_rng_seeded(iso_run_seed(job->run), (uint64_t)number);
    int64_t *order = NULL;
    int *known = NULL, count = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&order, job->count, sizeof *order));
    ISO_TRY(iso_alloc(&known, job->count, sizeof *known));
    for (int i = 0; i < job->count; i++) {
        map[i] = i;
        if (!p->missing[i])
            known[count++] = i;
    }
    iso_rng_permutation(&rng, order, count);
    for (int i = 0; i < count; i++)
        map[known[i]] = known[order[i]];
done:
    iso_free(order);
    iso_free(known);
    return err;
}

static iso_err add_shuffled(struct agreement *a, const struct select_predictor *p, double *values,
                            int64_t count, double own, int outcome, bool partial)
{
    iso_record r = iso_record_none();
    int64_t far = 1, kept = 0;
    double sum = 0;

    for (int64_t i = 0; i < count; i++) {
        if (!isfinite(values[i]))
            continue;
        far += fabs(values[i]) >= fabs(own) - 1e-12;
        sum += values[i];
        values[kept++] = values[i];
    }
    if (kept == 0 || !isfinite(own))
        return ISO_OK;
    iso_sort(values, kept);
    r.measure = "agreement";
    r.estimator = partial ? "partial" : "spearman";
    r.x = p->name;
    r.y = iso_select_outcomes[outcome];
    r.given = partial ? a->held : NULL;
    r.baseline = "shuffled";
    r.value = sum / (double)kept;
    r.lo = values[(int64_t)(0.025 * (double)(kept - 1))];
    r.hi = values[(int64_t)ceil(0.975 * (double)(kept - 1))];
    r.interval = "shuffles";
    r.p = (double)far / (double)(kept + 1);
    r.permutations = kept;
    r.n = a->n;
    return iso_records_add(a->out, &r);
}

/* own[outcome + OUTCOMES partial]: what the languages in their own places have. */
static iso_err shuffles(struct agreement *a, const struct select_predictor *p,
                        const double own[2 * OUTCOMES])
{
    const int64_t count = a->job->opt.shuffles;
    const iso_correlation_opt opt = {.permutations = -1};
    const double *const given[] = {a->given[0], a->given[1]};
    double *values = NULL;
    int *map = NULL;
    iso_value v;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&values, 2 * OUTCOMES * count, sizeof *values));
    ISO_TRY(iso_alloc(&map, a->job->count, sizeof *map));
    for (int64_t s = 0; s < count; s++) {
        ISO_TRY(iso_run_step(a->job->run, "shuffling languages", s, count, "shuffles"));
        ISO_TRY(shuffle(map, a->job, p, s));
        ISO_TRY(iso_select_entry_values(a->value, a->job, p, a->e, NULL, map));
        take(a);
        for (int o = 0; o < OUTCOMES; o++) {
            ISO_TRY(iso_correlation_of(&v, ISO_SPEARMAN, a->x, a->y[o], NULL, a->n, &opt));
            values[o * count + s] = v.value;
            ISO_TRY(iso_partial_of(&v, a->x, a->y[o], given, a->givens, a->n, &opt));
            values[(OUTCOMES + o) * count + s] = a->givens ? v.value : NAN;
        }
    }
    for (int o = 0; o < 2 * OUTCOMES; o++)
        ISO_TRY(add_shuffled(a, p, values + o * count, count, own[o], o % OUTCOMES, o >= OUTCOMES));
done:
    iso_free(values);
    iso_free(map);
    return err;
}

/* --- All --- */

/* Of a->value; p is NULL of what the results themselves say. */
static iso_err agree(struct agreement *a, const struct select_predictor *p, const char *x)
{
    const iso_correlation_opt opt = how(a->job);
    double own[2 * OUTCOMES];
    iso_value v;
    iso_err err = ISO_OK;

    for (int o = 0; o < 2 * OUTCOMES; o++)
        own[o] = NAN;
    take(a);
    for (int o = 0; o < OUTCOMES; o++) {
        ISO_TRY(iso_correlation_of(&v, ISO_SPEARMAN, a->x, a->y[o], NULL, a->n, &opt));
        own[o] = v.value;
        ISO_TRY(add(a, &v, x, o, false));
        if (!p || a->givens == 0)
            continue;
        ISO_TRY(add_partial(a, x, o));
        own[OUTCOMES + o] = a->out->at[a->out->count - 1].value;
    }
    if (p)
        ISO_TRY(shuffles(a, p, own));
done:
    return err;
}

static iso_err judge(struct agreement *a)
{
    const struct iso_permuted_opt opt = {.permutations = a->job->opt.permutations,
                                         .seed = iso_run_seed(a->job->run)};
    iso_err err = ISO_OK;

    ISO_TRY(iso_permuted_run(&a->tests, &opt, a->job->run));
    for (int i = 0; i < a->tests.count; i++) {
        const struct iso_permuted_one *t = &a->tests.at[i];
        iso_record *r = &a->out->at[t->tag];
        r->p = t->p;
        r->p_max = t->p_max;
        r->family = t->together;
        r->permutations = a->tests.tried;
    }
done:
    return err;
}

iso_err iso_select_agree(iso_records *out, const struct select_job *job,
                         const struct select_entries *e)
{
    struct agreement a = {.job = job, .e = e, .out = out};
    iso_err err = ISO_OK;

    ISO_TRY(make(&a));
    for (int i = 0; i < job->predictors; i++) {
        ISO_TRY(iso_select_entry_values(a.value, job, &job->at[i], e, NULL, NULL));
        ISO_TRY(agree(&a, &job->at[i], job->at[i].name));
    }
    for (int64_t i = 0; i < e->count; i++)
        a.value[i] = e->at[i].examples;
    ISO_TRY(agree(&a, NULL, "examples"));
    for (int64_t i = 0; i < e->count; i++)
        a.value[i] = e->at[i].count;
    ISO_TRY(agree(&a, NULL, "size"));
    ISO_TRY(judge(&a));
done:
    agreement_free(&a);
    return err;
}
