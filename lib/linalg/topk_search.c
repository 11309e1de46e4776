/* The blocked product, and who looks at its tiles: lists, or counts of what is above a threshold.
 */
#include <math.h>
#include <stddef.h>

#include "lib/base/alloc.h"
#include "lib/linalg/topk_inside.h"

enum {
    FEW = 24,        /* rows of x that are worth a block */
    BLOCKS = 64,     /* blocks a side, so that a round ends within a second or so */
    LIGHT = 1 << 18, /* products that are not worth several threads */
    TASK = 1 << 27   /* and those a block of each side should come to */
};

struct search {
    iso_topk *of_x, *of_y;
    const iso_topk_sides *sides;
    const iso_topk_tilt *tilt;
};

/* Panels are far from each other, so that the hardware cannot tell which comes next. */
static void fetch(const int8_t *next, int64_t bytes)
{
    for (int64_t l = 0; l < bytes; l += 64)
        __builtin_prefetch(next + l, 0, 2);
}

/* Rows [row, row + m) of x, which fit the cache, against every blocks-th panel. */
static void block(const struct search *s, const struct topk_scratch *own, int64_t row, int64_t m,
                  int64_t from, int64_t blocks)
{
    const struct topk_loops *loops = iso_topk_loops();
    const iso_topk_sides *sides = s->sides;
    const int64_t panels = topk_panels(sides->y.rows);
    const float slack = (float)iso_topk_slack(sides->x.cols);

    for (int64_t i = 0; !sides->left && i < m; i++)
        iso_topk_unit(own, i, sides, row + i);
    for (int64_t p = from; p < panels; p += blocks) {
        const int64_t column = p * TOPK_WIDE;
        if (sides->left) {
            if (p + blocks < panels)
                fetch(sides->right + (p + blocks) * TOPK_WIDE * sides->depth,
                      TOPK_WIDE * sides->depth);
            iso_topk_sums(own, sides, row, p, m);
            loops->sums(s->of_x, s->of_y, own->tile, sides->of_x + row * TOPK_PARTS,
                        sides->of_y + column * TOPK_PARTS, row, m, column, iso_topk_live(sides, p));
            continue;
        }
        iso_topk_cosines(own, sides, p, m);
        loops->lift(own->tile, slack, m);
        if (s->tilt)
            loops->tilt(own->tile, s->tilt->slope + row, s->tilt->offset + column, m);
        loops->scan(s->of_x, s->of_y, own->tile, row, m, column, iso_topk_live(sides, p));
    }
}

/* Where block b of `blocks` begins. */
static int64_t border(int64_t all, int64_t b, int64_t blocks)
{
    return all / blocks * b + (all % blocks) * b / blocks;
}

/* Block r of x: every blocks-th stretch of rows, so that it holds rows of all kinds however they
 * are sorted; its stretches are as even as those of all. */
static void task(const struct search *s, const struct topk_scratch *own, int64_t r, int64_t c,
                 int64_t blocks, int64_t stretches)
{
    const int64_t step = iso_topk_step(s->sides), rows = s->sides->x.rows,
                  steps = (rows + step - 1) / step;

    if (s->sides->left)
        iso_panel_int8_best()->begin();
    for (int64_t b = r; b < stretches; b += blocks) {
        const int64_t from = border(steps, b, stretches) * step,
                      end = border(steps, b + 1, stretches) * step, to = end < rows ? end : rows;
        if (from < to)
            block(s, own, from, to - from, c, blocks);
    }
    if (s->sides->left)
        iso_panel_int8_best()->end();
}

/* As many stretches as blocks need to have some each, or as the cache needs. */
static int64_t stretches_of(const iso_topk_sides *s, int64_t blocks)
{
    const int64_t step = iso_topk_step(s), steps = (s->x.rows + step - 1) / step,
                  height = iso_topk_height(s) / step, least = (steps + height - 1) / height;

    return (least + blocks - 1) / blocks * blocks;
}

/* How much of a list is wanted when `seen` of `all` blocks will have been shown to it. */
static void widen(iso_topk *t, int64_t seen, int64_t all)
{
    const double share = (double)t->full * (double)seen / (double)all;
    const double now = share + 3 * sqrt(share) + 2;

    if (t->least > 0 && seen < all)
        t->want = now > t->full ? t->full : now > t->least ? (int)now : t->least;
    else
        t->want = t->full;
}

/* Blocks of x and of y, as many of one as of the other, and a multiple of the threads. */
static int64_t blocks_of(const iso_topk_sides *s, int threads)
{
    const double work = (double)s->x.rows * (double)s->y.rows * (double)s->x.cols;
    const int64_t tall = s->x.rows / FEW + 1, wide = topk_panels(s->y.rows) / 2 + 1;
    const int64_t heavy = (int64_t)sqrt(work / TASK) + 1, most = heavy < BLOCKS ? heavy : BLOCKS;
    int64_t blocks = (most + threads - 1) / threads * threads;

    blocks = blocks < tall ? blocks : tall;
    blocks = blocks < wide ? blocks : wide;
    return work < LIGHT ? 1 : blocks;
}

iso_err iso_topk_search(iso_topk *of_x, iso_topk *of_y, const iso_topk_sides *sides,
                        const iso_topk_tilt *tilt, const iso_run *run)
{
    const struct search s = {of_x, of_y, sides, tilt};
    struct topk_scratch *scratch = NULL;
    int threads = 1;
    iso_err err = ISO_OK;

    ISO_TRY(iso_topk_scratch_make(&scratch, &threads, sides));
    const int64_t blocks = blocks_of(sides, threads), stretches = stretches_of(sides, blocks),
                  rows = sides->x.rows;
    for (int64_t round = 0; round < blocks; round++) {
        ISO_TRY(iso_run_step(run, "searching", border(rows, round, blocks), rows, "rows"));
        widen(of_x, round + 1, blocks);
        widen(of_y, round + 1, blocks);
#pragma omp parallel for schedule(dynamic) num_threads(threads) if (blocks > 1)
        for (int64_t r = 0; r < blocks; r++)
            task(&s, scratch + iso_topk_thread(), r, (r + round) % blocks, blocks, stretches);
    }
done:
    iso_topk_scratch_free(scratch);
    return err;
}

/* --- How many columns are above a threshold: ranks without lists --- */

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
