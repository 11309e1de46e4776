/* The blocked product, and who looks at its tiles. */
#include <math.h>
#ifdef _OPENMP
#include <omp.h>
#endif

#include "lib/base/alloc.h"
#include "lib/linalg/topk_inside.h"

enum {
    NEAR = 192 * 1024, /* bytes of x in the second-level cache */
    TALL = 192,        /* rows whose tile stays in the first */
    STEP = 6,          /* rows the kernel holds in registers */
    BLOCKS = 64,       /* blocks a side, so that a round ends within a second or so */
    LIGHT = 1 << 18,   /* products that are not worth several threads */
    TASK = 1 << 27     /* and those a block of each side should come to */
};

int64_t topk_height(int64_t cols)
{
    const int64_t fit = NEAR / (int64_t)sizeof(float) / (cols > 0 ? cols : 1) / STEP * STEP;

    return fit > TALL ? TALL : fit > 2 * STEP ? fit : 2 * STEP;
}

void iso_topk_panels_free(iso_topk_panels *p)
{
    iso_free(p->at);
    *p = (iso_topk_panels){0};
}

static void fill(const iso_topk_panels *p, const iso_topk_rows *y, int64_t panel)
{
    const int64_t first = panel * ISO_PANEL;
    float *to = p->at + first * y->cols;

    for (int64_t j = 0; j < ISO_PANEL && first + j < y->rows; j++) {
        const float *row = y->data + (first + j) * y->stride;
        for (int64_t l = 0; l < y->cols; l++)
            to[l * ISO_PANEL + j] = (float)((double)row[l] * y->inverse[first + j]);
    }
}

iso_err iso_topk_panels_make(iso_topk_panels *out, const iso_topk_rows *y)
{
    iso_topk_panels p = {y->rows, y->cols, NULL};
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&p.at, iso_panels(y->rows) * y->cols, ISO_PANEL * sizeof *p.at));
#pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < iso_panels(p.rows); i++)
        fill(&p, y, i);
    *out = p;
done:
    return err;
}

int topk_thread(void)
{
#ifdef _OPENMP
    return omp_get_thread_num();
#else
    return 0;
#endif
}

static int thread_count(void)
{
#ifdef _OPENMP
    return omp_get_max_threads();
#else
    return 1;
#endif
}

/* The threads' memory comes as one block, behind the pointers to its parts. */
iso_err topk_scratch_make(struct topk_scratch **out, int *threads, int64_t cols)
{
    const int64_t height = topk_height(cols), unit = (height * cols + 15) / 16 * 16;
    const int count = thread_count();
    struct topk_scratch *s = NULL;
    float *all = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&s, count, sizeof *s));
    ISO_TRY(iso_alloc(&all, count * (unit + height * ISO_PANEL), sizeof *all));
    for (int t = 0; t < count; t++) {
        s[t].unit = all + t * (unit + height * ISO_PANEL);
        s[t].tile = s[t].unit + unit;
    }
    *threads = count;
    *out = s;
    s = NULL;
done:
    iso_free(s);
    return err;
}

void topk_scratch_free(struct topk_scratch *s)
{
    if (s)
        iso_free(s[0].unit);
    iso_free(s);
}

void topk_units(const struct topk_scratch *s, const iso_topk_rows *x, int64_t row, int64_t m)
{
    for (int64_t i = 0; i < m; i++) {
        const int64_t from = x->pick ? x->pick[row + i] : row + i;
        topk_loops()->unit(s->unit + i * x->cols, x->data + from * x->stride, x->inverse[from],
                           x->cols);
    }
}

void topk_tile(const struct topk_scratch *s, const iso_topk_panels *y, int64_t p, int64_t m)
{
    iso_panel_best()(s->tile, ISO_PANEL, s->unit, y->cols, y->at + p * ISO_PANEL * y->cols, m,
                     y->cols, NULL, false);
}

uint32_t topk_live(const iso_topk_panels *y, int64_t p)
{
    const int64_t columns = y->rows - p * ISO_PANEL;

    return columns < ISO_PANEL ? (1u << columns) - 1 : (1u << ISO_PANEL) - 1;
}

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
    topk_units(own, s->x, row, m);
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
    const int64_t tall = s->x->rows / (4 * STEP) + 1, wide = iso_panels(s->y->rows) / 2 + 1;
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
