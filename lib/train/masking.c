#include "lib/train/masking.h"

#include "lib/train/streams.h"

int64_t iso_masking_count(int64_t n)
{
    const int64_t part = (15 * n + 50) / 100;

    return n == 0 ? 0 : part > 0 ? part : 1;
}

/* Numbers of an item in a step, drawn place by place. */
static iso_rng draws_of(const iso_masking *m, iso_stream stream, int64_t step, uint64_t item)
{
    iso_rng of_step = iso_stream_rng(m->seed, stream, (uint64_t)(step + 1));

    return iso_rng_seeded(iso_rng_next(&of_step), item);
}

static int32_t replaced(int32_t id, const iso_masking *m, iso_rng *rng)
{
    const double u = iso_rng_uniform(rng);

    return u < 0.8 ? m->mask : u < 0.9 ? m->ordinary[iso_rng_below(rng, m->ordinary_count)] : id;
}

int64_t iso_masking_apply(int64_t *at, int32_t *label, int32_t *ids, const uint8_t *special,
                          int64_t n, const iso_masking *m, int64_t step, uint64_t item,
                          struct keyed *room)
{
    iso_rng masked = draws_of(m, ISO_STREAM_MASKED, step, item);
    iso_rng instead = draws_of(m, ISO_STREAM_REPLACED, step, item);
    const uint64_t seed = iso_rng_next(&instead);
    int64_t plain = 0, count;

    for (int64_t i = 0; i < n; i++) {
        const uint64_t key = iso_rng_next(&masked);
        if (!special[i])
            room[plain++] = (struct keyed){key, i};
    }
    count = iso_masking_count(plain);
    iso_keyed_sort(room, plain);
    for (int64_t i = 0; i < count; i++)
        room[i].key = (uint64_t)room[i].item;
    iso_keyed_sort(room, count);
    for (int64_t i = 0; i < count; i++) {
        const int64_t k = at[i] = room[i].item;
        iso_rng own = iso_rng_seeded(seed, (uint64_t)k);
        label[i] = ids[k];
        ids[k] = replaced(ids[k], m, &own);
    }
    return count;
}
