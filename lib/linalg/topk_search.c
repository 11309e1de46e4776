/* The blocked product, and who looks at its tiles. */
#include <math.h>
#include <stddef.h>

#include "lib/linalg/topk_inside.h"

enum {
    FEW = 24,        /* rows of x that are worth a block */
    BLOCKS = 64,     /* blocks a side, so that a round ends within a second or so */
    LIGHT = 1 << 18, /* products that are not worth several threads */
    TASK = 1 << 27   /* and those a block of each side should come to */
};

struct search {
    iso_topk *of_x, *of_y;
    const iso_topk_rows *x;
    const iso_topk_panels *y;
    const iso_topk_tilt *tilt;
};

/* Rows [row, row + m) of x, which fit the cache, against panels [from, to). */
static void block(const struct search *s, const struct topk_scratch *own, int64_t row, int64_t m,
                  int64_t from, int64_t to)
{
    topk_units(own, s->y, s->x, row, m);
    for (int64_t p = from; p < to; p++) {
        topk_tile(own, s->y, p, m);
        if (s->tilt)
            topk_loops()->tilt(own->tile, s->tilt->slope + row, s->tilt->offset + p * ISO_PANEL, m);
        topk_loops()->scan(s->of_x, s->of_y, own->tile, row, m, p * ISO_PANEL, topk_live(s->y, p));
    }
}

/* Where block b of `blocks` begins. */
static int64_t border(int64_t all, int64_t b, int64_t blocks)
{
    return all / blocks * b + (all % blocks) * b / blocks;
}

static void task(const struct search *s, const struct topk_scratch *own, int64_t r, int64_t c,
                 int64_t blocks)
{
    const int64_t height = topk_height(s->x->cols), panels = iso_panels(s->y->rows);
    const int64_t last = border(s->x->rows, r + 1, blocks);

    for (int64_t row = border(s->x->rows, r, blocks); row < last; row += height)
        block(s, own, row, last - row < height ? last - row : height, border(panels, c, blocks),
              border(panels, c + 1, blocks));
}

/* Blocks of x and of y, as many of one as of the other, and a multiple of the threads. */
static int64_t blocks_of(const struct search *s, int threads)
{
    const double work = (double)s->x->rows * (double)s->y->rows * (double)s->x->cols;
    const int64_t tall = s->x->rows / FEW + 1, wide = iso_panels(s->y->rows) / 2 + 1;
    const int64_t heavy = (int64_t)sqrt(work / TASK) + 1, most = heavy < BLOCKS ? heavy : BLOCKS;
    int64_t blocks = (most + threads - 1) / threads * threads;

    blocks = blocks < tall ? blocks : tall;
    blocks = blocks < wide ? blocks : wide;
    return work < LIGHT ? 1 : blocks;
}

iso_err iso_topk_search(iso_topk *of_x, iso_topk *of_y, const iso_topk_rows *x,
                        const iso_topk_panels *y, const iso_topk_tilt *tilt, const iso_run *run)
{
    const struct search s = {of_x, of_y, x, y, tilt};
    struct topk_scratch *scratch = NULL;
    int threads = 1;
    iso_err err = ISO_OK;

    ISO_TRY(topk_scratch_make(&scratch, &threads, x->cols));
    const int64_t blocks = blocks_of(&s, threads);
    for (int64_t round = 0; round < blocks; round++) {
        ISO_TRY(iso_run_step(run, "searching", border(x->rows, round, blocks), x->rows, "rows"));
#pragma omp parallel for schedule(dynamic) num_threads(threads) if (blocks > 1)
        for (int64_t r = 0; r < blocks; r++)
            task(&s, scratch + topk_thread(), r, (r + round) % blocks, blocks);
    }
done:
    topk_scratch_free(scratch);
    return err;
}
