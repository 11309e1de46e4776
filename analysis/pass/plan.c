#include "analysis/pass/plan.h"

#include "analysis/pass/chunk.h"
#include "lib/base/alloc.h"

enum { BLOCK = 4096, LEAST_BLOCK = 256, WIDTH = 3072 };

const char *iso_method_name(iso_method method)
{
    return method == ISO_METHOD_GRAM ? "gram" : method == ISO_METHOD_SUMS ? "sums" : "auto";
}

/* What the pairs [first, first + count) of a task involve. */
struct extent {
    int64_t pairs, selves, matrices;
    int64_t columns, max_columns; /* summed and greatest over the matrices */
    int64_t row_bytes;            /* of one row of each, in the sources */
    double squares;               /* Σ p·q over pairs and selves */
    double products;              /* doubles of the products of groups that are kept */
    double operations;
    double state; /* doubles the ROWS measures keep */
};

/* Settles SUMS | GRAM and the method; method AUTO in, SUMS or GRAM out. */
static iso_err choose_method(iso_plan *plan, const iso_task *task)
{
    const bool few = plan->rows <= ISO_GRAM_MAX;
    bool sums_only = false, gram_only = false;
    unsigned needs = 0;

    for (int m = 0; m < task->measures; m++) {
        const unsigned method = task->measure[m]->needs & (ISO_NEED_SUMS | ISO_NEED_GRAM);
        sums_only = sums_only || method == ISO_NEED_SUMS;
        gram_only = gram_only || method == ISO_NEED_GRAM;
        needs |= task->measure[m]->needs | (task->dear ? task->measure[m]->dear_needs : 0);
    }
    plan->method = task->method;
    if (plan->method == ISO_METHOD_AUTO)
        plan->method = few && !sums_only ? ISO_METHOD_GRAM : ISO_METHOD_SUMS;
    if (plan->method == ISO_METHOD_GRAM && !few)
        return iso_fail(ISO_EARG,
                        "the Gram algorithm takes up to %d items, there are %lld: " ISO_FIELD(
                            algorithm) " sums",
                        ISO_GRAM_MAX, (long long)plan->rows);
    if ((plan->method == ISO_METHOD_GRAM && sums_only) ||
        (plan->method == ISO_METHOD_SUMS && gram_only))
        return iso_fail(ISO_EARG,
                        "the %s algorithm does not compute all chosen measures: choose fewer, or "
                        "the other " ISO_FIELD(algorithm),
                        iso_method_name(plan->method));
    if (needs & (ISO_NEED_SUMS | ISO_NEED_GRAM)) {
        needs &= ~(unsigned)(ISO_NEED_SUMS | ISO_NEED_GRAM);
        needs |= plan->method == ISO_METHOD_GRAM ? ISO_NEED_GRAM : ISO_NEED_SUMS;
    }
    plan->needs = needs;
    plan->units = plan->method == ISO_METHOD_GRAM ? plan->rows : ISO_GROUPS;
    plan->stride = plan->units > ISO_GROUPS ? plan->units : ISO_GROUPS;
    return ISO_OK;
}

static bool needs_centred(const iso_task *task)
{
    for (int m = 0; m < task->measures; m++) {
        if ((task->measure[m]->needs & ISO_NEED_ROWS) && task->measure[m]->centred)
            return true;
    }
    return false;
}

static double state_of(const iso_task *task, int64_t p, int64_t q)
{
    double state = 0;

    for (int m = 0; m < task->measures; m++) {
        if ((task->measure[m]->needs & ISO_NEED_ROWS) && task->measure[m]->state_size)
            state += (double)task->measure[m]->state_size(p, q);
    }
    return state;
}

/* Adds a matrix to the extent the first time it is met. */
static void extend_matrix(struct extent *e, const iso_task *task, const iso_plan *plan, int m,
                          bool *met)
{
    const double p = (double)task->matrix[m]->cols, n = (double)plan->rows;

    if (met[m])
        return;
    met[m] = true;
    e->matrices++;
    e->selves++;
    e->columns += task->matrix[m]->cols;
    e->row_bytes += task->matrix[m]->cols * (int64_t)iso_dtype_size(task->matrix[m]->dtype);
    if (task->matrix[m]->cols > e->max_columns)
        e->max_columns = task->matrix[m]->cols;
    e->squares += p * p;
    if (plan->needs & ISO_NEED_SUMS)
        e->operations += n * p * p;
    if (plan->needs & ISO_NEED_GRAM)
        e->operations += n * n * p;
}

static void extend(struct extent *e, const iso_task *task, const iso_plan *plan, int64_t i,
                   bool *met)
{
    const iso_gram_pair pair = task->pair[i];
    const double p = (double)task->matrix[pair.x]->cols, q = (double)task->matrix[pair.y]->cols;

    extend_matrix(e, task, plan, pair.x, met);
    extend_matrix(e, task, plan, pair.y, met);
    e->pairs++;
    e->squares += p * q;
    e->products += plan->needs & ISO_NEED_PRODUCTS ? ISO_GROUPS * p * q : 0;
    e->state += state_of(task, task->matrix[pair.x]->cols, task->matrix[pair.y]->cols);
    if (plan->needs & ISO_NEED_SUMS)
        e->operations += 2 * (double)plan->rows * p * q;
}

/* Whole groups that fit into a block; 1 when a group takes several blocks. */
static int spans_of(const iso_plan *plan, int64_t block)
{
    const int64_t most = iso_deal_most(&plan->deal);
    const int64_t spans = most > 0 ? block / most : 1;

    return spans < 1 ? 1 : spans > ISO_GROUPS ? ISO_GROUPS : (int)spans;
}

/* Anonymous bytes of a chunk: see iso_method_sums and iso_method_gram for what they are. */
static double memory_of(const struct extent *e, const iso_task *task, const iso_plan *plan,
                        int64_t block)
{
    const double size = (double)iso_dtype_size(plan->dtype), rows = (double)block;
    const double n = (double)plan->rows, all = (double)(e->pairs + e->selves);
    double bytes = rows * (double)(e->columns + ISO_CHUNK_PAD) * size +
                   rows * (double)e->matrices * (8 + size) +
                   8 * (double)task->matrices * (ISO_GROUPS + 3) * (double)e->max_columns +
                   8 * e->state + (double)task->pairs * (double)sizeof(iso_cross) +
                   8 * (double)task->measures * (double)e->pairs * (double)plan->stride;

    if (plan->needs & ISO_NEED_SUMS) {
        const bool open = block < iso_deal_most(&plan->deal);
        const double widest = (double)e->max_columns;
        bytes += 8 * e->squares * (open ? 2 : 1) + 8 * e->products +
                 size * widest * (double)iso_plan_width(e->columns, e->max_columns) +
                 size * (double)e->columns * (double)e->matrices *
                     iso_plan_weighed(plan, spans_of(plan, block));
        if (plan->group_gram)
            bytes += (double)e->matrices * (double)iso_deal_most(&plan->deal) *
                     (size * (double)iso_deal_most(&plan->deal) + 8);
    }
    if (plan->needs & ISO_NEED_GRAM)
        bytes += 3 * 8 * n * all +
                 (double)iso_gram_bytes(plan->rows, (int)e->matrices, e->max_columns, plan->dtype);
    return bytes;
}

/* The Gram method holds its chunk whole; the sums method takes blocks. */
static int64_t least_block(const iso_plan *plan)
{
    const int64_t least = plan->method == ISO_METHOD_GRAM ? plan->rows : LEAST_BLOCK;

    return plan->rows < least ? plan->rows : least;
}

/* The greatest block that fits: as many whole groups as BLOCK rows hold, then fewer, then a part of
 * one. */
static int64_t fit_block(const struct extent *e, const iso_task *task, const iso_plan *plan,
                         double room)
{
    const int64_t most = iso_deal_most(&plan->deal);
    int64_t block = most < 1 ? 1 : most > BLOCK ? BLOCK : BLOCK / most * most;

    if (plan->method == ISO_METHOD_GRAM)
        return plan->rows;
    block = block > ISO_GROUPS * most && most > 0 ? ISO_GROUPS * most : block;
    while (block > most && memory_of(e, task, plan, block) > room)
        block -= most;
    while (block > least_block(plan) && memory_of(e, task, plan, block) > room)
        block = (block + 1) / 2;
    return block;
}

static int64_t bytes_of(const struct extent *e, const iso_plan *plan)
{
    const int64_t pilot = plan->rows < ISO_PILOT ? plan->rows : ISO_PILOT;

    return (plan->rows * plan->readings + pilot) * e->row_bytes;
}

/* Rows that every source likes to give together. */
static int64_t together(const iso_task *task)
{
    int64_t run = 1;

    for (int m = 0; m < task->matrices; m++)
        run = task->matrix[m]->run > run ? task->matrix[m]->run : run;
    return run;
}

/* The products of a small group are too short for the BLAS, and each would have to be walked for
 * its norm. Its Gram matrices say the same; they are taken where they cost less than a tenth as
 * much as the products. */
static iso_err choose_group_gram(iso_plan *plan, const iso_task *task)
{
    const double most = (double)iso_deal_most(&plan->deal);
    struct extent e = {0};
    bool *met = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&met, task->matrices, sizeof *met));
    for (int64_t i = 0; i < task->pairs; i++)
        extend(&e, task, plan, i, met);
    plan->group_gram = (plan->needs & ISO_NEED_SUMS) && !(plan->needs & ISO_NEED_PRODUCTS) &&
                       most > 0 && most <= BLOCK &&
                       most * (double)e.columns < 0.1 * (2 * e.squares);
done:
    iso_free(met);
    return err;
}

/* Cuts the pairs into the fewest runs that fit, in their order. */
static iso_err cut(iso_plan *plan, const iso_task *task, double room)
{
    bool *met = NULL;
    struct extent e = {0};
    int64_t first = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&met, task->matrices, sizeof *met));
    ISO_TRY(iso_alloc(&plan->chunk_end, task->pairs, sizeof *plan->chunk_end));
    plan->block = 0;
    for (int64_t end = 0; end <= task->pairs; end++) {
        struct extent more = e;
        if (end < task->pairs)
            extend(&more, task, plan, end, met);
        if (end < task->pairs && memory_of(&more, task, plan, least_block(plan)) <= room) {
            e = more;
            continue;
        }
        if (end == first)
            ISO_FAIL(ISO_EARG,
                     "a single pair needs %.0f MB of memory, " ISO_FIELD(mem) " gives %.0f MB",
                     memory_of(&more, task, plan, least_block(plan)) / 1e6, room / 1e6);
        const int64_t block = fit_block(&e, task, plan, room);
        const double memory = memory_of(&e, task, plan, block);
        plan->chunk_end[plan->chunks++] = end;
        plan->block = plan->block && plan->block < block ? plan->block : block;
        plan->memory = memory > (double)plan->memory ? (int64_t)memory : plan->memory;
        plan->operations += e.operations;
        plan->bytes += bytes_of(&e, plan);
        for (int m = 0; m < task->matrices; m++)
            met[m] = false;
        e = (struct extent){0};
        if (end == task->pairs)
            break;
        first = end--;
    }
done:
    iso_free(met);
    return err;
}

static iso_err check(const iso_task *task)
{
    if (task->matrices < 1 || task->pairs < 1 || task->measures < 1)
        return iso_fail(ISO_EARG, "nothing to compare");
    for (int m = 1; m < task->matrices; m++) {
        const iso_rows *a = task->matrix[0], *b = task->matrix[m];
        if (a->rows != b->rows)
            return iso_fail(ISO_EARG, "%s has %lld items, %s has %lld", iso_rows_name(a),
                            (long long)a->rows, iso_rows_name(b), (long long)b->rows);
    }
    for (int64_t i = 0; i < task->pairs; i++) {
        if (task->pair[i].x < 0 || task->pair[i].x >= task->matrices || task->pair[i].y < 0 ||
            task->pair[i].y >= task->matrices)
            return iso_fail(ISO_EARG, "pair %lld names no matrix", (long long)i);
    }
    return ISO_OK;
}

iso_err iso_plan_make(iso_plan *out, const iso_task *task, const iso_run *run)
{
    const double room = (double)iso_run_mem(run);
    iso_plan plan = {0};
    iso_err err = ISO_OK;

    ISO_TRY(check(task));
    plan.rows = task->matrix[0]->rows;
    plan.dtype = run && run->double_precision ? ISO_F64 : ISO_F32;
    ISO_TRY(choose_method(&plan, task));
    plan.deal = iso_deal_of(plan.rows, ISO_GROUPS, together(task));
    plan.readings = plan.method == ISO_METHOD_SUMS && needs_centred(task) ? 2 : 1;
    ISO_TRY(choose_group_gram(&plan, task));
    ISO_TRY(cut(&plan, task, room));
    plan.group_gram = plan.group_gram && plan.block >= iso_deal_most(&plan.deal);
    plan.spans = spans_of(&plan, plan.block);
    *out = plan;
    return ISO_OK;
done:
    iso_plan_free(&plan);
    return err;
}

int64_t iso_plan_width(int64_t columns, int64_t widest)
{
    const int64_t width = columns < WIDTH ? columns : WIDTH;

    return width > widest ? width : widest;
}

int iso_plan_weighed(const iso_plan *plan, int spans)
{
    return plan->group_gram ? 1 : spans;
}

int64_t iso_plan_units(const iso_plan *plan, const iso_measure *measure)
{
    return measure->by_groups ? ISO_GROUPS : plan->units;
}

void iso_plan_free(iso_plan *plan)
{
    iso_free(plan->chunk_end);
    *plan = (iso_plan){0};
}
