#include "analysis/study/compare/compare.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analysis/measure/difference.h"
#include "analysis/measure/spec.h"
#include "analysis/pass/pass.h"
#include "analysis/study/items/pairing.h"
#include "analysis/study/items/record_value.h"
#include "bin/term.h"
#include "lib/base/alloc.h"

enum { MEASURES = 64 };

/* One comparison under way. */
struct comparison {
    const struct settings *set;
    struct pairing pairing;
    const iso_measure *measure[MEASURES];
    iso_plan plan;
    iso_value *values;
    double *replicates; /* with --difference */
};

/* Items can be left out one by one with the Gram method alone. */
iso_err iso_compare_method(iso_method *out, const struct settings *set)
{
    const char *interval = set->interval ? set->interval : "";
    const bool gram = set->road && !strcmp(set->road, "gram");
    const bool sums = set->road && !strcmp(set->road, "sums");

    if ((!strcmp(interval, "jackknife") && sums) || (!strcmp(interval, "groups") && gram))
        return iso_fail(ISO_EARG, ISO_FIELD(interval) " %s is not made on the %s road", interval,
                        set->road);
    *out = gram || !strcmp(interval, "jackknife") ? ISO_METHOD_GRAM
           : sums || !strcmp(interval, "groups")  ? ISO_METHOD_SUMS
                                                  : ISO_METHOD_AUTO;
    return ISO_OK;
}

/* The names of pair i, which bin alone knows; the value comes from the analysis. */
static iso_record record_of(const struct comparison *c, int64_t i, int m, const iso_value *v)
{
    const struct pairing *p = &c->pairing;
    const iso_gram_pair pair = p->pair[i];
    const struct origin *x = &p->origin[pair.x], *y = &p->origin[pair.y];
    const iso_states_info *here = iso_states_about(p->states[x->collection]);
    iso_record r = iso_record_none();

    r.measure = c->measure[m]->measure;
    r.estimator = c->measure[m]->estimator;
    r.src = iso_pairing_lang(p, pair.x);
    r.tgt = iso_pairing_lang(p, pair.y);
    r.src_layer = x->layer;
    r.tgt_layer = y->layer;
    iso_record_value(&r, v);
    r.src_dim = p->rows[pair.x]->cols;
    r.tgt_dim = p->rows[pair.y]->cols;
    r.pool = here->pooling;
    r.model = here->model;
    if (p->states[1])
        r.model2 = iso_states_about(p->states[1])->model;
    r.mix = y->shuffled ? "shuffled" : NULL;
    return r;
}

static iso_value without_interval(iso_value v)
{
    v.lo = v.hi = NAN;
    v.interval = NULL;
    return v;
}

/* The pair here minus the pair there, by replicates over the same items. */
static iso_err difference(iso_value *out, const struct comparison *c, int64_t i, int m)
{
    const int measures = c->pairing.task.measures;
    const int64_t units = iso_plan_units(&c->plan, c->measure[m]), stride = c->plan.stride;
    const int64_t half = c->pairing.pairs / 2;
    const int64_t a = i * measures + m, b = (i + half) * measures + m;

    return iso_difference(out, &c->values[a], c->replicates + a * stride, &c->values[b],
                          c->replicates + b * stride, units);
}

static iso_err add_records(iso_records *out, const struct comparison *c)
{
    const int measures = c->pairing.task.measures;
    const bool minus = c->set->difference;
    const bool bare = c->set->interval && !strcmp(c->set->interval, "none");
    iso_err err = ISO_OK;

    for (int m = 0; m < measures; m++) {
        for (int64_t i = 0; i < c->pairing.pairs / (minus ? 2 : 1); i++) {
            iso_value v = c->values[i * measures + m];
            if (minus)
                ISO_TRY(difference(&v, c, i, m));
            if (bare)
                v = without_interval(v);
            iso_record r = record_of(c, i, m, &v);
            r.stage = minus ? "difference" : NULL;
            r.given = minus ? "against" : NULL;
            ISO_TRY(iso_records_add(out, &r));
        }
    }
done:
    return err;
}

static void print_plan(const struct comparison *c)
{
    const iso_plan *p = &c->plan;

    printf("road\t%s\n", iso_method_name(p->method));
    printf("items\t%lld\n", (long long)p->rows);
    printf("pairs\t%lld\n", (long long)c->pairing.pairs);
    printf("matrices\t%d\n", c->pairing.matrices);
    printf("chunks\t%d\n", p->chunks);
    printf("readings\t%d\n", p->readings);
    printf("operations\t%.6g\n", p->operations);
    printf("bytes\t%lld\n", (long long)p->bytes);
    printf("memory\t%lld\n", (long long)p->memory);
}

iso_err iso_compare_check(const struct settings *set, const char *measures)
{
    const iso_measure *measure[MEASURES];
    iso_method method;
    int count;
    iso_err err = ISO_OK;

    if (set->difference && set->against.count == 0)
        ISO_FAIL(ISO_EARG, ISO_FIELD(difference) " needs " ISO_FIELD(against) " INPUT");
    ISO_TRY(iso_compare_method(&method, set));
    ISO_TRY(iso_measure_choose(measure, &count, MEASURES, set->measure ? set->measure : measures));
    ISO_TRY(iso_selection_check(set));
done:
    return err;
}

static void tell(const struct comparison *c)
{
    const struct parallel *par = &c->pairing.parallel;

    if (par->unshared > 0)
        term_note(c->set, "%lld items are common to all languages; %lld of %s have no partner",
                  (long long)par->items, (long long)par->unshared,
                  iso_pairing_lang(&c->pairing, 0));
}

iso_err iso_compare_records(iso_records *out, const struct settings *set, const char *measures,
                            iso_states *here, iso_states *there, const iso_run *run)
{
    struct comparison c = {.set = set};
    iso_task *task = &c.pairing.task;
    int count = 0;
    iso_method method = ISO_METHOD_AUTO;
    iso_err err = ISO_OK;

    ISO_TRY(iso_compare_method(&method, set));
    ISO_TRY(
        iso_measure_choose(c.measure, &count, MEASURES, set->measure ? set->measure : measures));
    ISO_TRY(iso_pairing_make(&c.pairing, set, here, there));
    task->measure = c.measure;
    task->measures = count;
    task->method = method;
    task->dear = set->interval && !strcmp(set->interval, "groups");
    ISO_TRY(iso_plan_make(&c.plan, task, run));
    tell(&c);
    if (set->plan) {
        print_plan(&c);
        goto done;
    }
    ISO_TRY(iso_alloc(&c.values, task->pairs * count, sizeof *c.values));
    if (set->difference)
        ISO_TRY(iso_alloc(&c.replicates, task->pairs * count * c.plan.stride, sizeof(double)));
    ISO_TRY(iso_pass(c.values, c.replicates, task, &c.plan, run));
    ISO_TRY(add_records(out, &c));
done:
    iso_free(c.values);
    iso_free(c.replicates);
    iso_plan_free(&c.plan);
    iso_pairing_free(&c.pairing);
    return err;
}
