/* How many columns are above a threshold: ranks without lists. */
#include "lib/base/alloc.h"
#include "lib/linalg/topk_inside.h"

struct counting {
    iso_topk_count *what;
    const iso_topk_sides *sides;
    const float *offset;
    bool (*better)(void *payload, int64_t which, int64_t column);
    void *payload;
};

static void look(const struct counting *c, int64_t which, const float *keys, int64_t p)
{
    static const float none[TOPK_WIDE];
    iso_topk_count *w = c->what + which;
    const uint32_t live = iso_topk_live(c->sides, p);
    const uint64_t bits = iso_topk_loops()->band(
        keys, w->slope, c->offset ? c->offset + p * TOPK_WIDE : none, w->low, w->high);

    w->count += __builtin_popcount((uint32_t)bits & live);
    for (uint32_t left = (uint32_t)(bits >> TOPK_WIDE) & live; left; left &= left - 1)
        w->count += c->better(c->payload, which, p * TOPK_WIDE + __builtin_ctz(left));
}

/* Counts [from, to) belong to rows that fit the cache. */
static void count_block(const struct counting *c, const struct topk_scratch *own, int64_t from,
                        int64_t to)
{
    int64_t m = 0;

    for (int64_t w = from; w < to; w++)
        if (w == from || c->what[w].row != c->what[w - 1].row)
            iso_topk_unit(own, m++, c->sides, c->what[w].row);
    for (int64_t p = 0; p < topk_panels(c->sides->y.rows); p++) {
        iso_topk_cosines(own, c->sides, p, m);
        const float *keys = own->tile;
        for (int64_t w = from; w < to; w++) {
            if (w > from && c->what[w].row != c->what[w - 1].row)
                keys += TOPK_WIDE;
            look(c, w, keys, p);
        }
    }
}

/* The end of the block of counts that begins at `from`: at most `height` rows. */
static int64_t end_of(const iso_topk_count *what, int64_t n, int64_t from, int64_t height)
{
    int64_t rows = 1, to = from + 1;

    for (; to < n; to++)
        if (what[to].row != what[to - 1].row && rows++ == height)
            break;
    return to;
}

iso_err iso_topk_count_above(iso_topk_count *what, int64_t n, const iso_topk_sides *sides,
                             const float *offset,
                             bool (*better)(void *payload, int64_t which, int64_t column),
                             void *payload, const iso_run *run)
{
    const struct counting c = {what, sides, offset, better, payload};
    struct topk_scratch *scratch = NULL;
    int64_t *end = NULL, from = 0;
    int threads = 1;
    iso_err err = ISO_OK;

    ISO_TRY(iso_topk_scratch_make(&scratch, &threads, sides));
    const int64_t round = 4 * threads;
    /* Few rows make small blocks, so that every thread has some. */
    const int64_t full = iso_topk_height(sides), even = n / threads + 1,
                  height = even < full ? even : full;
    ISO_TRY(iso_alloc(&end, round + 1, sizeof *end));
    while (from < n) {
        int64_t blocks = 0;
        ISO_TRY(iso_run_step(run, "ranking", from, n, "pairs"));
        for (end[0] = from; blocks < round && end[blocks] < n; blocks++)
            end[blocks + 1] = end_of(what, n, end[blocks], height);
#pragma omp parallel for schedule(dynamic) num_threads(threads)
        for (int64_t b = 0; b < blocks; b++)
            count_block(&c, scratch + iso_topk_thread(), end[b], end[b + 1]);
        from = end[blocks];
    }
done:
    iso_free(end);
    iso_topk_scratch_free(scratch);
    return err;
}
