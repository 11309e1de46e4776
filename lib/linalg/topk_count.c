/* How many columns are above a threshold: ranks without lists. */
#include "lib/base/alloc.h"
#include "lib/linalg/topk_inside.h"

struct counting {
    iso_topk_count *what;
    const iso_topk_rows *x;
    const iso_topk_panels *y;
    const float *offset;
    bool (*better)(void *payload, int64_t which, int64_t column);
    void *payload;
};

static void look(const struct counting *c, int64_t which, const float *keys, int64_t p)
{
    static const float none[ISO_PANEL];
    iso_topk_count *w = c->what + which;
    const uint32_t live = topk_live(c->y, p),
                   bits = topk_loops()->band(keys, w->slope,
                                             c->offset ? c->offset + p * ISO_PANEL : none, w->low,
                                             w->high);

    w->count += __builtin_popcount(bits & live);
    for (uint32_t left = bits >> ISO_PANEL & live; left; left &= left - 1)
        w->count += c->better(c->payload, which, p * ISO_PANEL + __builtin_ctz(left));
}

/* Counts [from, to) belong to rows that fit the cache. */
static void block(const struct counting *c, const struct topk_scratch *own, int64_t from,
                  int64_t to)
{
    int64_t m = 0;

    for (int64_t w = from; w < to; w++)
        if (w == from || c->what[w].row != c->what[w - 1].row)
            topk_unit(own, m++, c->y, c->x, c->what[w].row);
    for (int64_t p = 0; p < iso_panels(c->y->rows); p++) {
        topk_tile(own, c->y, p, m);
        const float *keys = own->tile;
        for (int64_t w = from; w < to; w++) {
            if (w > from && c->what[w].row != c->what[w - 1].row)
                keys += ISO_PANEL;
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

iso_err iso_topk_count_above(iso_topk_count *what, int64_t n, const iso_topk_rows *x,
                             const iso_topk_panels *y, const float *offset,
                             bool (*better)(void *payload, int64_t which, int64_t column),
                             void *payload, const iso_run *run)
{
    const struct counting c = {what, x, y, offset, better, payload};
    struct topk_scratch *scratch = NULL;
    int64_t *end = NULL, from = 0;
    int threads = 1;
    iso_err err = ISO_OK;

    ISO_TRY(topk_scratch_make(&scratch, &threads, x->cols));
    const int64_t round = 4 * threads;
    /* Few rows make small blocks, so that every thread has some. */
    const int64_t full = topk_height(x->cols), even = n / threads + 1,
                  height = even < full ? even : full;
    ISO_TRY(iso_alloc(&end, round + 1, sizeof *end));
    while (from < n) {
        int64_t blocks = 0;
        ISO_TRY(iso_run_step(run, "ranking", from, n, "pairs"));
        for (end[0] = from; blocks < round && end[blocks] < n; blocks++)
            end[blocks + 1] = end_of(what, n, end[blocks], height);
#pragma omp parallel for schedule(dynamic) num_threads(threads)
        for (int64_t b = 0; b < blocks; b++)
            block(&c, scratch + topk_thread(), end[b], end[b + 1]);
        from = end[blocks];
    }
done:
    iso_free(end);
    topk_scratch_free(scratch);
    return err;
}
