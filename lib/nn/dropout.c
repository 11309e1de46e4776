#include "lib/nn/dropout.h"

#include "lib/base/keyed.h"
#include "lib/nn/vector_back.h"

static uint64_t with(uint64_t h, uint64_t number)
{
    return iso_key_mix((h ^ number) + UINT64_C(0x9e3779b97f4a7c15));
}

uint64_t iso_dropout_key(uint64_t seed, int64_t step, int64_t item, int64_t position, int branch)
{
    return with(with(with(with(with(0, seed), (uint64_t)step), (uint64_t)item), (uint64_t)position),
                (uint64_t)branch);
}

iso_drop iso_drop_at(const iso_dropout *d, int layer, int place)
{
    if (!d)
        return (iso_drop){0};
    return (iso_drop){place < ISO_DROP_HEADS ? d->hidden : d->attention, d->keys,
                      (uint64_t)layer << 32 | (uint64_t)place};
}

/* Of 2^32 numbers `rate` of them are dropped, and what is left is scaled by how many these are. */
void iso_drop_row(float *x, int64_t n, const iso_drop *d, int64_t row, uint64_t add)
{
    const double least = 4294967296.0 * (double)d->rate;

    if (d->rate > 0)
        iso_back_vector_best()->drop(x, with(d->keys[row], d->site + add), (uint32_t)least,
                                     (float)(1 / (1 - (double)d->rate)), n);
}

void iso_drop_rows(iso_mat *x, const iso_drop *d)
{
    if (!(d->rate > 0))
        return;
#pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < x->rows; i++)
        iso_drop_row((float *)x->data + i * x->stride, x->cols, d, i, 0);
}

static bool is_rate(float rate)
{
    return rate >= 0 && rate < 1;
}

iso_err iso_dropout_check(const iso_dropout *d)
{
    iso_err err = ISO_OK;

    if (!d)
        return ISO_OK;
    ISO_NEED(is_rate(d->hidden) && is_rate(d->attention),
             "rates of dropout are %g and %g, not in [0, 1)", (double)d->hidden,
             (double)d->attention);
    ISO_NEED(d->keys || (d->hidden == 0 && d->attention == 0), "dropout without keys");
done:
    return err;
}
