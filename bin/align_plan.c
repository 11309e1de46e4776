/* What a run of align costs, before it begins. */
#include <stdio.h>

#include "bin/align_inside.h"

struct cost {
    int64_t bytes, memory;
    double operations;
};

/* Both sides twice in f32; what fitting and comparing need at once beside them. */
static struct cost cost_of(const struct align *a)
{
    const double n = (double)a->set.n;
    struct cost c = {0};

    for (int i = 0; i < a->set.pairs; i++) {
        const struct align_pair *p = &a->set.pair[i];
        const int64_t d = p->x->cols;
        const double maps = a->ask->folds + (a->maps || a->ask->set->map ? 1 : 0);
        const double fold = n / a->ask->folds, dd = (double)d * (double)d;
        const int64_t memory = a->set.n * d * 32 + 8 * 8 * d * d;
        c.bytes += p->x->rows * p->x->cols * (int64_t)iso_dtype_size(p->x->dtype) +
                   p->y->rows * p->y->cols * (int64_t)iso_dtype_size(p->y->dtype);
        c.memory = memory > c.memory ? memory : c.memory;
        c.operations += maps * (2 * n * dd + 25 * dd * (double)d) +
                        a->ask->folds * (2 * fold * dd + 8 * fold * fold * (double)d);
    }
    return c;
}

static void print_plan(const struct align *a, const struct cost *c)
{
    printf("items\t%lld\n", (long long)a->set.folds.items);
    printf("rows\t%lld\n", (long long)a->set.n);
    printf("pairs\t%d\n", a->set.pairs);
    printf("folds\t%d\n", a->ask->folds);
    printf("maps\t%d\n", a->set.pairs * (a->ask->folds + (a->ask->set->map ? 1 : 0)));
    printf("operations\t%.6g\n", c->operations);
    printf("bytes\t%lld\n", (long long)c->bytes);
    printf("memory\t%lld\n", (long long)c->memory);
}

static iso_err check_memory(const struct align *a, const struct cost *c)
{
    const int64_t mem = iso_run_mem(a->run);

    return c->memory <= mem
               ? ISO_OK
               : iso_fail(
                     ISO_EARG,
                     "--mem %lld MB: %lld rows of a pair take %lld MB: more memory, or --limit",
                     (long long)(mem >> 20), (long long)a->set.n, (long long)(c->memory >> 20) + 1);
}

iso_err align_plan(const struct align *a)
{
    const struct cost cost = cost_of(a);

    if (!a->ask->set->plan)
        return check_memory(a, &cost);
    print_plan(a, &cost);
    return ISO_OK;
}
