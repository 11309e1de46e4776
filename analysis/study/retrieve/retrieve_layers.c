/* MEXA over layers: the mean and the largest of what the layers of a pair come to. */
#include <math.h>

#include "analysis/search/hits.h"
#include "analysis/study/retrieve/retrieve_inside.h"
#include "lib/base/alloc.h"

static int cell_of(const struct retrieve_ask *ask, int layers)
{
    for (int c = 0; layers > 1 && c < ask->cells; c++) {
        if (ask->cell[c].kind == RETRIEVE_MEXA && ask->cell[c].rule == ISO_RULE_COSINE)
            return c;
    }
    return -1;
}

double iso_retrieve_over_memory(const struct retrieve_ask *ask, int pairs, int layers, int64_t n)
{
    return cell_of(ask, layers) < 0 ? 0 : (double)sizeof(double) * (double)n * (ask->cells + pairs);
}

iso_err iso_retrieve_over_make(struct retrieve_over *o, const struct retrieve_ask *ask, int pairs,
                               int layers)
{
    *o = (struct retrieve_over){.cell = cell_of(ask, layers), .cells = ask->cells};
    return o->cell < 0 ? ISO_OK : iso_alloc(&o->pair, pairs, sizeof *o->pair);
}

void iso_retrieve_over_free(struct retrieve_over *o, int pairs)
{
    for (int p = 0; o->pair && p < pairs; p++)
        iso_free(o->pair[p].sum);
    iso_free(o->pair);
    iso_free(o->outcome);
    *o = (struct retrieve_over){.cell = -1};
}

iso_err iso_retrieve_over_room(double **outcome, struct retrieve_over *o, int64_t n)
{
    iso_err err = ISO_OK;

    *outcome = NULL;
    if (o->cell < 0)
        return ISO_OK;
    if (n > o->room) {
        iso_free(o->outcome);
        o->outcome = NULL;
        o->room = 0;
        ISO_TRY(iso_alloc(&o->outcome, n * o->cells, sizeof *o->outcome));
        o->room = n;
    }
    *outcome = o->outcome;
done:
    return err;
}

iso_err iso_retrieve_over_add(struct retrieve_over *o, int pair, int64_t n, const iso_value *values)
{
    struct retrieve_over_pair *p;
    iso_err err = ISO_OK;

    if (o->cell < 0)
        return ISO_OK;
    p = &o->pair[pair];
    if (!p->sum)
        ISO_TRY(iso_alloc(&p->sum, n, sizeof *p->sum));
    for (int64_t i = 0; i < n; i++)
        p->sum[i] += o->outcome[o->cell * n + i];
    p->n = n;
    p->most = p->layers == 0 ? values[o->cell].value : fmax(p->most, values[o->cell].value);
    p->null += values[o->cell].null;
    p->layers++;
done:
    return err;
}

iso_err iso_retrieve_over_values(iso_value *mean, iso_value *most, const struct retrieve_over *o,
                                 int pair, const struct retrieve_ask *ask, const iso_run *run)
{
    struct retrieve_over_pair *p = &o->pair[pair];
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < p->n; i++)
        p->sum[i] /= p->layers;
    ISO_TRY(iso_hits_mean(mean, p->sum, p->n, ask->boot, iso_run_seed(run)));
    mean->null = p->null / p->layers;
    *most = iso_value_none();
    most->value = p->most;
    most->n = p->n;
    most->why = ask->boot == ISO_BOOT_NONE ? NULL : "the largest of several layers: no interval";
done:
    return err;
}

/* Of one pair: what the mean over layers and the largest come to under each permutation. */
static void permuted_pair(double *mean, double *most, const struct retrieve_over *o,
                          const struct retrieve_permute *permute, int pair, int pairs, int layers)
{
    const int64_t all = permute->permutations.count + 1;

    for (int64_t b = 0; b < all; b++) {
        mean[b] = 0;
        most[b] = -INFINITY;
        for (int l = 0; l < layers; l++) {
            const int64_t cell = ((int64_t)l * pairs + pair) * o->cells + o->cell;
            const double v = permute->values[cell * all + b];
            mean[b] += v / layers;
            most[b] = fmax(most[b], v);
        }
    }
}

iso_err iso_retrieve_over_judge(iso_value *v, const struct retrieve_over *o,
                                const struct retrieve_permute *permute, int pairs, int layers)
{
    const int64_t count = permute->permutations.count, all = count + 1;
    iso_against *against = NULL;
    double *permuted = NULL;
    iso_err err = ISO_OK;

    if (count == 0)
        return ISO_OK;
    ISO_TRY(iso_alloc(&against, 2 * (int64_t)pairs, sizeof *against));
    ISO_TRY(iso_alloc(&permuted, 2 * (int64_t)pairs * all, sizeof *permuted));
    for (int p = 0; p < pairs; p++) {
        double *mean = permuted + 2 * p * all;
        permuted_pair(mean, mean + all, o, permute, p, pairs, layers);
        against[2 * p] = against[2 * p + 1] = (iso_against){1, true, 1};
    }
    ISO_TRY(iso_permutations_judge(v, permuted, against, 2 * (int64_t)pairs, count));
done:
    iso_free(against);
    iso_free(permuted);
    return err;
}
