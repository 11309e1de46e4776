/* The plan: pairs of one set of items and measures of one method become a part, a reading. */
#include "analysis/pass/plan.h"

#include "analysis/pass/chunk.h"
#include "analysis/pass/plan_inside.h"
#include "lib/base/alloc.h"

enum { KINDS = 8 }; /* method × products kept × pairs over the items of all peers */

const char *iso_method_name(iso_method method)
{
    return method == ISO_METHOD_GRAM ? "gram" : method == ISO_METHOD_SUMS ? "sums" : "auto";
}

/* --- What a measure takes by itself --- */

static unsigned needs_of(const iso_task *task, const iso_measure *m)
{
    return m->needs | (task->dear ? m->dear_needs : 0);
}

/* The method of one measure over n items, whatever else is asked for. */
static iso_err method_of(iso_method *out, const iso_task *task, const iso_measure *m, int64_t n)
{
    const unsigned either = m->needs & (ISO_NEED_SUMS | ISO_NEED_GRAM);
    const bool few = n <= ISO_GRAM_MAX;
    iso_method method = task->method;

    if (method == ISO_METHOD_AUTO)
        method = few && either != ISO_NEED_SUMS ? ISO_METHOD_GRAM : ISO_METHOD_SUMS;
    if (method == ISO_METHOD_GRAM && !few)
        return iso_fail(ISO_EARG,
                        "the Gram algorithm takes up to %d items, there are %lld: " ISO_FIELD(
                            algorithm) " sums",
                        ISO_GRAM_MAX, (long long)n);
    if ((method == ISO_METHOD_GRAM && either == ISO_NEED_SUMS) ||
        (method == ISO_METHOD_SUMS && either == ISO_NEED_GRAM))
        return iso_fail(ISO_EARG,
                        "the %s algorithm does not compute all chosen measures: choose fewer, or "
                        "the other " ISO_FIELD(algorithm),
                        iso_method_name(method));
    *out = method;
    return ISO_OK;
}

static unsigned settled(unsigned needs, iso_method method)
{
    const unsigned either = ISO_NEED_SUMS | ISO_NEED_GRAM;

    if (needs & either)
        needs = (needs & ~either) | (method == ISO_METHOD_GRAM ? ISO_NEED_GRAM : ISO_NEED_SUMS);
    return needs;
}

/* --- Parts --- */

static int set_of(const iso_task *task, iso_gram_pair pair)
{
    return task->set ? task->set[pair.x] : 0;
}

static const iso_gram_pair *pairs_for(const iso_task *task, bool joint)
{
    return joint && task->joint ? task->joint : task->pair;
}

/* Measures of one kind over n items; which[i] is the number of the i-th. */
static iso_err of_kind(int *which, int *count, const iso_task *task, int kind, int64_t n)
{
    iso_err err = ISO_OK;

    *count = 0;
    for (int m = 0; m < task->measures; m++) {
        const iso_measure *measure = task->measure[m];
        iso_method method = ISO_METHOD_AUTO;
        ISO_TRY(method_of(&method, task, measure, n));
        const bool products = needs_of(task, measure) & ISO_NEED_PRODUCTS;
        const bool joint = measure->peers && task->joint;
        if (4 * (method == ISO_METHOD_SUMS) + 2 * products + joint == kind)
            which[(*count)++] = m;
    }
done:
    return err;
}

static void part_free(iso_plan_part *p)
{
    iso_free(p->chunk_end);
    iso_free(p->design);
    iso_free(p->pair);
    iso_free(p->cell);
    iso_free(p->measure);
}

/* The part of set `set` and these measures; pairs 0: it has none. */
static iso_err gather(iso_plan_part *out, const iso_task *task, int set, const int *which,
                      int measures, bool joint)
{
    const iso_gram_pair *pair = pairs_for(task, joint);
    iso_plan_part p = {.task = *task};
    iso_err err = ISO_OK;

    p.task.pairs = 0;
    p.task.measures = measures;
    ISO_TRY(iso_alloc(&p.pair, task->pairs, sizeof *p.pair));
    ISO_TRY(iso_alloc(&p.cell, task->pairs * measures, sizeof *p.cell));
    ISO_TRY(iso_alloc(&p.measure, measures, sizeof *p.measure));
    if (task->design)
        ISO_TRY(iso_alloc(&p.design, task->pairs, sizeof *p.design));
    for (int m = 0; m < measures; m++)
        p.measure[m] = task->measure[which[m]];
    for (int64_t i = 0; i < task->pairs; i++) {
        if (set_of(task, pair[i]) != set)
            continue;
        if (task->design)
            p.design[p.task.pairs] = task->design[i];
        for (int m = 0; m < measures; m++)
            p.cell[p.task.pairs * measures + m] = i * task->measures + which[m];
        p.pair[p.task.pairs++] = pair[i];
    }
    p.task.design = p.design;
    p.task.pair = p.pair;
    p.task.measure = p.measure;
    *out = p;
    return ISO_OK;
done:
    part_free(&p);
    return err;
}
static iso_err add_part(iso_plan *plan, const iso_task *task, int set, int kind, const int *which,
                        int measures, const iso_run *run)
{
    iso_plan_part p = {0};
    iso_err err = ISO_OK;

    ISO_TRY(gather(&p, task, set, which, measures, kind % 2));
    if (p.task.pairs == 0)
        goto done;
    p.set = set;
    p.rows = task->matrix[p.pair[0].x]->rows;
    p.method = kind >= 4 ? ISO_METHOD_SUMS : ISO_METHOD_GRAM;
    for (int m = 0; m < measures; m++)
        p.needs |= settled(needs_of(task, p.measure[m]), p.method);
    ISO_TRY(iso_plan_part_settle(&p, task->place ? task->place[set] : NULL, run));
    for (int64_t i = 0; i < p.task.pairs * measures; i++)
        plan->part_of[p.cell[i]] = plan->parts;
    plan->part[plan->parts++] = p;
    p = (iso_plan_part){0};
done:
    part_free(&p);
    return err;
}

/* Items of a set: those of its first matrix that is in a pair; −1 where none is. */
static int64_t rows_of(const iso_task *task, int set)
{
    for (int64_t i = 0; i < task->pairs; i++) {
        if (set_of(task, task->pair[i]) == set)
            return task->matrix[task->pair[i].x]->rows;
        if (task->joint && set_of(task, task->joint[i]) == set)
            return task->matrix[task->joint[i].x]->rows;
    }
    return -1;
}

static int sets_of(const iso_task *task)
{
    int sets = 1;

    for (int m = 0; task->set && m < task->matrices; m++)
        sets = task->set[m] >= sets ? task->set[m] + 1 : sets;
    return sets;
}

/* The parts of one set, and their sum. */
static iso_err add_set(iso_plan *plan, const iso_task *task, int set, int *which,
                       const iso_run *run)
{
    const int64_t n = rows_of(task, set);
    const int before = plan->parts;
    int readings = 0;
    iso_err err = ISO_OK;

    if (n < 0)
        return ISO_OK;
    for (int kind = 0; kind < KINDS; kind++) {
        int count;
        ISO_TRY(of_kind(which, &count, task, kind, n));
        if (count > 0)
            ISO_TRY(add_part(plan, task, set, kind, which, count, run));
    }
    for (int i = before; i < plan->parts; i++) {
        const iso_plan_part *p = &plan->part[i];
        const int64_t units = p->units > ISO_GROUPS ? p->units : ISO_GROUPS;
        readings += p->readings;
        plan->rows = p->rows > plan->rows ? p->rows : plan->rows;
        plan->stride = units > plan->stride ? units : plan->stride;
        plan->chunks += p->chunks;
        plan->operations += p->operations;
        plan->bytes += p->bytes;
        plan->memory = p->memory > plan->memory ? p->memory : plan->memory;
    }
    plan->readings = readings > plan->readings ? readings : plan->readings;
done:
    return err;
}

/* --- All of them --- */

static iso_err check_pairs(const iso_task *task, const iso_gram_pair *pair)
{
    for (int64_t i = 0; i < task->pairs; i++) {
        const int x = pair[i].x, y = pair[i].y;
        if (x < 0 || x >= task->matrices || y < 0 || y >= task->matrices)
            return iso_fail(ISO_EARG, "pair %lld names no matrix", (long long)i);
        if (task->set && task->set[x] != task->set[y])
            return iso_fail(ISO_EARG, "%s and %s are over other items",
                            iso_rows_name(task->matrix[x]), iso_rows_name(task->matrix[y]));
    }
    return ISO_OK;
}

static iso_err check(const iso_task *task)
{
    iso_err err = ISO_OK;

    ISO_NEED(task->matrices > 0 && task->pairs > 0 && task->measures > 0, "nothing to compare");
    for (int m = 1; m < task->matrices; m++) {
        int first = 0;
        while (task->set && task->set[first] != task->set[m])
            first++;
        const iso_rows *a = task->matrix[first], *b = task->matrix[m];
        if (a->rows != b->rows)
            ISO_FAIL(ISO_EARG, "%s has %lld items, %s has %lld", iso_rows_name(a),
                     (long long)a->rows, iso_rows_name(b), (long long)b->rows);
    }
    ISO_TRY(check_pairs(task, task->pair));
    if (task->joint)
        ISO_TRY(check_pairs(task, task->joint));
done:
    return err;
}

iso_err iso_plan_make(iso_plan *out, const iso_task *task, const iso_run *run)
{
    iso_plan plan = {.measures = task->measures, .stride = ISO_GROUPS};
    int *which = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(check(task));
    ISO_TRY(iso_alloc(&which, task->measures, sizeof *which));
    ISO_TRY(iso_alloc(&plan.part, (int64_t)sets_of(task) * KINDS, sizeof *plan.part));
    ISO_TRY(iso_alloc(&plan.part_of, task->pairs * task->measures, sizeof *plan.part_of));
    for (int set = 0; set < sets_of(task); set++)
        ISO_TRY(add_set(&plan, task, set, which, run));
    *out = plan;
    plan = (iso_plan){0};
done:
    iso_plan_free(&plan);
    iso_free(which);
    return err;
}

int64_t iso_plan_units(const iso_plan *plan, int64_t pair, int measure)
{
    const int64_t cell = pair * plan->measures + measure;
    const iso_plan_part *p = &plan->part[plan->part_of[cell]];

    for (int m = 0; m < p->task.measures; m++) {
        if (p->cell[m] % plan->measures == measure)
            return iso_part_units(p, m);
    }
    return 0;
}

int64_t iso_part_units(const iso_plan_part *part, int measure)
{
    return part->measure[measure]->by_groups ? ISO_GROUPS : part->units;
}

const char *iso_plan_method(const iso_plan *plan)
{
    bool gram = false, sums = false;

    for (int i = 0; i < plan->parts; i++) {
        gram = gram || plan->part[i].method == ISO_METHOD_GRAM;
        sums = sums || plan->part[i].method == ISO_METHOD_SUMS;
    }
    return gram && sums ? "gram,sums" : iso_method_name(gram ? ISO_METHOD_GRAM : ISO_METHOD_SUMS);
}

void iso_plan_free(iso_plan *plan)
{
    for (int i = 0; plan->part && i < plan->parts; i++)
        part_free(&plan->part[i]);
    iso_free(plan->part);
    iso_free(plan->part_of);
    *plan = (iso_plan){0};
}
