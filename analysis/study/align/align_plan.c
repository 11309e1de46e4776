/* What a run of align costs, before it begins. */
#include <stdio.h>

#include "analysis/study/align/align_inside.h"

struct cost {
    int64_t bytes, memory;
    double operations;
    int maps;
    const struct align_lot *largest; /* what the most memory goes to */
};

/* Both sides twice in f32, by dictionary also all words; what fitting and comparing need at once
 * beside them. */
static int64_t memory_of(const struct align_lot *lot, const struct align_pair *p)
{
    const int64_t whole = lot->place ? 0 : 4 * (p->x->rows * p->x->cols + p->y->rows * p->y->cols);

    return lot->n * p->cols * 32 + 8 * 8 * p->cols * p->cols + whole;
}

static int maps_of(const struct align *a, const struct align_lot *lot)
{
    return lot->folds + (a->ask->set->map ? 1 : 0);
}

static struct cost cost_of(const struct align *a)
{
    struct cost c = {0};

    for (int i = 0; i < a->set.pairs; i++) {
        const struct align_pair *p = &a->set.pair[i];
        const struct align_lot *lot = &a->set.lot[p->lot];
        const double n = (double)lot->n, d = (double)p->cols,
                     tested = (double)lot->start[lot->folds];
        const double fold = tested / lot->folds;
        const int64_t memory = memory_of(lot, p);
        c.bytes += p->x->rows * p->x->cols * (int64_t)iso_dtype_size(p->x->dtype) +
                   p->y->rows * p->y->cols * (int64_t)iso_dtype_size(p->y->dtype);
        c.maps += maps_of(a, lot);
        if (memory > c.memory) {
            c.memory = memory;
            c.largest = lot;
        }
        c.operations += maps_of(a, lot) * (2 * n * d * d + 25 * d * d * d) +
                        lot->folds * (2 * fold * d * d + 8 * fold * fold * d);
    }
    return c;
}

static void print_plan(const struct align *a, const struct cost *c)
{
    printf("items\t%lld\n", (long long)c->largest->items);
    printf("rows\t%lld\n", (long long)c->largest->n);
    printf("pairs\t%d\n", a->set.pairs);
    printf("folds\t%d\n", c->largest->folds);
    printf("maps\t%d\n", c->maps);
    printf("operations\t%.6g\n", c->operations);
    printf("bytes\t%lld\n", (long long)c->bytes);
    printf("memory\t%lld\n", (long long)c->memory);
}

static iso_err check_memory(const struct align *a, const struct cost *c)
{
    const int64_t mem = iso_run_mem(a->run);

    return c->memory <= mem ? ISO_OK
                            : iso_fail(ISO_EARG,
                                       ISO_FIELD(mem) " %lld MB: %lld rows of a pair take %lld MB: "
                                                      "more memory, or " ISO_FIELD(limit),
                                       (long long)(mem >> 20), (long long)c->largest->n,
                                       (long long)(c->memory >> 20) + 1);
}

iso_err iso_align_plan(const struct align *a)
{
    const struct cost cost = cost_of(a);

    if (!a->ask->set->plan)
        return check_memory(a, &cost);
    print_plan(a, &cost);
    return ISO_OK;
}
