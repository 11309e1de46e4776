/* The price of one reading: blocks that fit the memory, chunks of pairs, operations and bytes. */
#include <math.h>

#include "analysis/pass/chunk.h"
#include "analysis/pass/plan_inside.h"
#include "lib/base/alloc.h"

/* A block of rows; of sources that unpack many rows at once, which they do again for every block.
 */
enum { BLOCK = 4096, PACKED_BLOCK = 4 * BLOCK, LEAST_BLOCK = 256, WIDTH = 3072 };

/* See time_of. */
enum { ADD = 1000, LOOK = 16, PACK = 200 };

/* What the pairs [first, first + count) of a task involve. */
struct extent {
    int64_t pairs, selves, matrices;
    int64_t columns, max_columns; /* summed and greatest over the matrices */
    int64_t row_bytes;            /* of one row of each, in the sources */
    double squares;               /* Σ p·q over pairs and selves, where these are made */
    double packed;                /* numbers that the products of columns copy first */
    double products;              /* doubles of the products of groups that are kept */
    double operations;
    double state; /* doubles the ROWS measures keep */
};

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
static void extend_matrix(struct extent *e, const iso_plan_part *plan, int m, bool *met)
{
    const double p = (double)plan->task.matrix[m]->cols, n = (double)plan->rows;

    if (met[m])
        return;
    met[m] = true;
    e->matrices++;
    e->selves++;
    e->columns += plan->task.matrix[m]->cols;
    e->row_bytes +=
        plan->task.matrix[m]->cols * (int64_t)iso_dtype_size(plan->task.matrix[m]->dtype);
    if (plan->task.matrix[m]->cols > e->max_columns)
        e->max_columns = plan->task.matrix[m]->cols;
    if ((plan->needs & ISO_NEED_SUMS) && !plan->by_items) {
        e->squares += p * p;
        e->packed += n * p / 2;
        e->operations += n * p * p + (plan->group_gram ? n * (double)plan->deal.most * p : 0);
    }
    if ((plan->needs & ISO_NEED_GRAM) || plan->by_items)
        e->operations += n * n * p;
}

static void extend(struct extent *e, const iso_plan_part *plan, int64_t i, bool *met)
{
    const iso_gram_pair pair = plan->task.pair[i];
    const double p = (double)plan->task.matrix[pair.x]->cols,
                 q = (double)plan->task.matrix[pair.y]->cols;

    extend_matrix(e, plan, pair.x, met);
    extend_matrix(e, plan, pair.y, met);
    e->pairs++;
    e->products += plan->needs & ISO_NEED_PRODUCTS ? ISO_GROUPS * p * q : 0;
    e->state +=
        state_of(&plan->task, plan->task.matrix[pair.x]->cols, plan->task.matrix[pair.y]->cols);
    if ((plan->needs & ISO_NEED_SUMS) && !plan->by_items) {
        e->squares += p * q;
        e->packed += (double)plan->rows * q;
        e->operations += 2 * (double)plan->rows * p * q;
    }
}

/* Whole groups that fit into a block; 1 when a group takes several blocks. */
static int spans_of(const iso_plan_part *plan, int64_t block)
{
    const int64_t most = plan->deal.most;
    const int64_t spans = most > 0 ? block / most : 1;

    if (block >= plan->rows)
        return ISO_GROUPS;
    return spans < 1 ? 1 : spans > ISO_GROUPS ? ISO_GROUPS : (int)spans;
}

static int64_t most_of(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* Anonymous bytes of a chunk: see iso_method_sums and iso_method_gram for what they are. */
static double memory_of(const struct extent *e, const iso_plan_part *plan, int64_t block)
{
    const double size = (double)iso_dtype_size(plan->dtype), rows = (double)block;
    const double n = (double)plan->rows, all = (double)(e->pairs + e->selves);
    double bytes = rows * (double)(e->columns + ISO_CHUNK_PAD) * size +
                   rows * (double)e->matrices * (8 + size) +
                   8 * (double)plan->used * (ISO_GROUPS + 3) * (double)e->max_columns +
                   8 * e->state + (double)plan->task.pairs * (double)sizeof(iso_cross) +
                   8 * (double)e->pairs * ISO_GROUPS +
                   8 * (double)plan->task.measures * (double)e->pairs *
                       (double)most_of(plan->units, ISO_GROUPS);

    if (plan->group_gram || plan->by_items)
        bytes += 16 * rows * (double)e->matrices +
                 8 * (double)e->matrices * (double)e->max_columns + 8 * all * (ISO_GROUPS + 1) +
                 (double)iso_gram_bytes(0, (int)e->matrices, e->pairs + e->selves, e->max_columns,
                                        plan->dtype);
    if ((plan->needs & ISO_NEED_SUMS) && !plan->by_items) {
        const bool open = block < plan->deal.most;
        const double widest = (double)e->max_columns;
        bytes += 8 * e->squares * (open ? 2 : 1) + 8 * e->products +
                 size * widest * (double)iso_plan_width(e->columns, e->max_columns) +
                 size * (double)e->columns * (double)e->matrices *
                     iso_plan_weighed(plan, spans_of(plan, block));
    }
    if (plan->needs & ISO_NEED_GRAM)
        bytes += 3 * 8 * n * all + (double)iso_gram_bytes(plan->rows, (int)e->matrices,
                                                          e->pairs + e->selves, e->max_columns,
                                                          plan->dtype);
    return bytes;
}

/* Products of items want all of them at once; the sums method takes blocks. */
static bool whole(const iso_plan_part *plan)
{
    return plan->method == ISO_METHOD_GRAM || plan->by_items;
}

static int64_t least_block(const iso_plan_part *plan)
{
    const int64_t least = whole(plan) ? plan->rows : LEAST_BLOCK;

    return plan->rows < least ? plan->rows : least;
}

/* The greatest block that fits: as many whole groups as the wished one holds, then fewer, then a
 * part of one. */
static int64_t fit_block(const struct extent *e, const iso_plan_part *plan, double room)
{
    const int64_t most = plan->deal.most;
    const int64_t wish = plan->packed ? PACKED_BLOCK : BLOCK;
    int64_t block = most < 1 ? 1 : most > wish ? wish : wish / most * most;

    if (whole(plan))
        return plan->rows;
    block = block > ISO_GROUPS * most && most > 0 ? ISO_GROUPS * most : block;
    while (block > most && memory_of(e, plan, block) > room)
        block -= most;
    while (block > least_block(plan) && memory_of(e, plan, block) > room)
        block = (block + 1) / 2;
    return block;
}

static int64_t bytes_of(const struct extent *e, const iso_plan_part *plan)
{
    const int64_t pilot = plan->rows < ISO_PILOT ? plan->rows : ISO_PILOT;

    return (plan->rows * plan->readings + pilot) * e->row_bytes;
}

/* Columns of the narrowest matrix; how many matrices are read; whether one comes in chunks. */
static iso_err look_at_matrices(int64_t *narrowest, iso_plan_part *plan)
{
    bool *met = NULL;
    iso_err err = ISO_OK;

    *narrowest = 0;
    ISO_TRY(iso_alloc(&met, plan->task.matrices, sizeof *met));
    for (int64_t i = 0; i < plan->task.pairs; i++) {
        const int side[2] = {plan->task.pair[i].x, plan->task.pair[i].y};
        for (int s = 0; s < 2; s++) {
            const int64_t cols = plan->task.matrix[side[s]]->cols;
            *narrowest = *narrowest && *narrowest < cols ? *narrowest : cols;
            plan->packed = plan->packed || plan->task.matrix[side[s]]->run > 1;
            plan->used += !met[side[s]];
            met[side[s]] = true;
        }
    }
done:
    iso_free(met);
    return err;
}

/* The products of a small group are too short for the BLAS, and each would have to be walked for
 * its norm. Its Gram matrices say the same; they are taken where a group has no more rows than a
 * matrix has columns, however many pairs there are: their terms are rounded differently. */
static bool choose_group_gram(const iso_plan_part *plan, int64_t narrowest)
{
    return (plan->needs & ISO_NEED_SUMS) && !(plan->needs & ISO_NEED_PRODUCTS) &&
           plan->deal.most > 0 && plan->deal.most <= BLOCK && plan->deal.most <= narrowest;
}

/* What adding to p × q doubles, copying a number for a product, and looking at an entry of a pair's
 * Gram tiles, take beside an operation of a product (measured: tests/bench/bench_cka). */
static double time_of(const struct extent *e, const iso_plan_part *plan, int64_t block)
{
    const double n = (double)plan->rows, blocks = block > 0 ? ceil(n / (double)block) : 1;
    const double near = plan->by_items || (plan->needs & ISO_NEED_GRAM) ? n
                        : plan->group_gram                              ? (double)plan->deal.most
                                                                        : 0;

    return e->operations + ADD * e->squares * blocks + PACK * e->packed +
           LOOK * n * near / 2 * (double)(e->pairs + e->selves);
}

/* Cuts the pairs into the fewest runs that fit, in their order. */
static iso_err cut(iso_plan_part *plan, double room)
{
    bool *met = NULL;
    struct extent e = {0};
    int64_t first = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&met, plan->task.matrices, sizeof *met));
    ISO_TRY(iso_alloc(&plan->chunk_end, plan->task.pairs, sizeof *plan->chunk_end));
    plan->block = 0;
    for (int64_t end = 0; end <= plan->task.pairs; end++) {
        struct extent more = e;
        if (end < plan->task.pairs)
            extend(&more, plan, end, met);
        if (end < plan->task.pairs && memory_of(&more, plan, least_block(plan)) <= room) {
            e = more;
            continue;
        }
        if (end == first)
            ISO_FAIL(ISO_EARG,
                     "a single pair needs %.0f MB of memory, " ISO_FIELD(mem) " gives %.0f MB",
                     memory_of(&more, plan, least_block(plan)) / 1e6, room / 1e6);
        const int64_t block = fit_block(&e, plan, room);
        const double memory = memory_of(&e, plan, block);
        plan->chunk_end[plan->chunks++] = end;
        plan->block = plan->block && plan->block < block ? plan->block : block;
        plan->memory = memory > (double)plan->memory ? (int64_t)memory : plan->memory;
        plan->operations += e.operations;
        plan->time += time_of(&e, plan, block);
        plan->bytes += bytes_of(&e, plan);
        for (int m = 0; m < plan->task.matrices; m++)
            met[m] = false;
        e = (struct extent){0};
        if (end == plan->task.pairs)
            break;
        first = end--;
    }
done:
    iso_free(met);
    return err;
}

/* Measures that want no XᵀY have its norm from products of items as well. */
static bool scalars_do(const iso_plan_part *plan)
{
    bool all = (plan->needs & ISO_NEED_SUMS) && !(plan->needs & ISO_NEED_PRODUCTS);

    for (int m = 0; m < plan->task.measures; m++)
        all = all && (!(plan->measure[m]->needs & ISO_NEED_SUMS) ||
                      (plan->measure[m]->needs & ISO_NEED_GRAM));
    return all;
}

/* Cuts for products of columns and, where these do as well, for those of items: what is faster.
 * Either gives the same numbers but for rounding. */
static iso_err cut_for_time(iso_plan_part *plan, double room)
{
    iso_plan_part items = *plan;
    iso_err err = ISO_OK;

    if (!scalars_do(plan))
        return cut(plan, room);
    items.by_items = true;
    items.group_gram = false;
    const bool fits = cut(&items, room) == ISO_OK;
    err = cut(plan, room);
    if (fits && (err || items.time < plan->time)) {
        iso_free(plan->chunk_end);
        *plan = items;
        return ISO_OK;
    }
    iso_free(items.chunk_end);
    return err;
}

iso_err iso_plan_part_settle(iso_plan_part *plan, const int64_t *place, const iso_run *run)
{
    int64_t narrowest;
    iso_err err = ISO_OK;

    plan->dtype = run && run->double_precision ? ISO_F64 : ISO_F32;
    plan->units = plan->method == ISO_METHOD_GRAM ? plan->rows : ISO_GROUPS;
    plan->deal = iso_deal_of(plan->rows, ISO_GROUPS, place);
    plan->readings = plan->method == ISO_METHOD_SUMS && needs_centred(&plan->task) ? 2 : 1;
    ISO_TRY(look_at_matrices(&narrowest, plan));
    plan->group_gram = choose_group_gram(plan, narrowest);
    ISO_TRY(cut_for_time(plan, (double)iso_run_mem(run)));
    plan->group_gram = plan->group_gram && plan->block >= plan->deal.most;
    plan->spans = spans_of(plan, plan->block);
done:
    return err;
}

int64_t iso_plan_width(int64_t columns, int64_t widest)
{
    const int64_t width = columns < WIDTH ? columns : WIDTH;

    return width > widest ? width : widest;
}

int iso_plan_weighed(const iso_plan_part *plan, int spans)
{
    return plan->group_gram ? 1 : spans;
}
