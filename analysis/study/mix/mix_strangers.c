/* Sentences of like length that are no translations: whom the control `shuffled` mixes with. */
#include <stdlib.h>
#include <string.h>

#include "analysis/study/mix/mix_job.h"
#include "lib/base/alloc.h"
#include "lib/base/rng.h"

struct place {
    int64_t tokens, item;
    uint64_t lot;
};

static int by_length(const void *a, const void *b)
{
    const struct place *x = a, *y = b;

    if (x->tokens != y->tokens)
        return x->tokens < y->tokens ? -1 : 1;
    if (x->lot != y->lot)
        return x->lot < y->lot ? -1 : 1;
    return (x->item > y->item) - (x->item < y->item);
}

static bool same_text(const struct encoding_lang *l, int64_t a, int64_t b)
{
    const int64_t n = l->token_at[a + 1] - l->token_at[a];

    return n == l->token_at[b + 1] - l->token_at[b] &&
           memcmp(l->ids + l->token_at[a], l->ids + l->token_at[b], (size_t)n * sizeof *l->ids) ==
               0;
}

/* The next one of the order with other text; behind the last the nearest one before. -1: none. */
static int64_t next(const struct place *order, int64_t items, int64_t at,
                    const struct encoding_lang *l, const int64_t *pick)
{
    const int64_t own = pick[order[at].item];

    for (int64_t i = at + 1; i < items; i++) {
        if (!same_text(l, own, pick[order[i].item]))
            return order[i].item;
    }
    for (int64_t i = at - 1; i >= 0; i--) {
        if (!same_text(l, own, pick[order[i].item]))
            return order[i].item;
    }
    return -1;
}

iso_err iso_mix_strangers(int64_t *out, bool *none, const struct encoding_lang *l,
                          const int64_t *pick, int64_t items, uint64_t seed)
{
    struct place *order = NULL;
    iso_err err = iso_alloc(&order, items, sizeof *order);

    if (err)
        return err;
    for (int64_t i = 0; i < items; i++) {
        iso_rng rng = iso_rng_seeded(seed, (uint64_t)pick[i]);
        order[i] =
            (struct place){l->token_at[pick[i] + 1] - l->token_at[pick[i]], i, iso_rng_next(&rng)};
    }
    qsort(order, (size_t)items, sizeof *order, by_length);
    *none = false;
    for (int64_t i = 0; i < items && !*none; i++) {
        out[order[i].item] = next(order, items, i, l, pick);
        *none = out[order[i].item] < 0;
    }
    iso_free(order);
    return ISO_OK;
}
