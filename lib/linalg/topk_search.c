/* The blocked product, and lists that look at its tiles. */
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
    struct topk_pending *pending; /* by thread */
    const iso_topk_sides *sides;
    const iso_topk_tilt *tilt;
};

/* Panels are far from each other, so that the hardware cannot tell which comes next. */
static void fetch(const int8_t *next, int64_t bytes)
{
    for (int64_t l = 0; l < bytes; l += 64)
        __builtin_prefetch(next + l, 0, 2);
}

static void push_all(struct topk_pending *p)
{
    for (int64_t i = 0; i < p->count; i++) {
        const struct topk_coming c = p->coming[i];
        topk_push(p->of[c.side], c.row, c.key, c.index);
    }
    p->count = 0;
}

static void pending_free(struct topk_pending *p)
{
    for (int t = 0; p && p[t].of[0]; t++) {
        iso_free(p[t].coming);
        iso_free(p[t].rows);
    }
    iso_free(p);
}

/* One for each thread, and an empty one behind them. */
static iso_err pending_make(struct topk_pending **out, int threads, iso_topk *of_x, iso_topk *of_y,
                            int64_t height)
{
    struct topk_pending *p = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&p, threads + 1, sizeof *p));
    for (int t = 0; t < threads; t++) {
        p[t].of[0] = of_x;
        p[t].of[1] = of_y;
        ISO_TRY(iso_alloc_raw(&p[t].coming, 2 * height * TOPK_WIDE, sizeof *p[t].coming));
        ISO_TRY(iso_alloc_raw(&p[t].rows, height, sizeof *p[t].rows));
    }
    *out = p;
    p = NULL;
done:
    pending_free(p);
    return err;
}

static void sums(const struct search *s, const struct topk_scratch *own, int64_t row, int64_t m,
                 int64_t p, int64_t next)
{
    const iso_topk_sides *sides = s->sides;

    if (next < topk_panels(sides->y.rows))
        fetch(sides->right + next * TOPK_WIDE * sides->depth, TOPK_WIDE * sides->depth);
    iso_topk_sums(own, sides, row, p, m);
}

/* Rows [row, row + m) of x, which fit the cache, against every blocks-th panel. */
static void block(const struct search *s, const struct topk_scratch *own, int64_t row, int64_t m,
                  int64_t from, int64_t blocks)
{
    const struct topk_loops *loops = iso_topk_loops();
    const iso_topk_sides *sides = s->sides;
    const int64_t panels = topk_panels(sides->y.rows);
    const float slack = (float)iso_topk_slack(sides->x.cols);
    struct topk_pending *pending = s->pending + iso_topk_thread();

    for (int64_t i = 0; !sides->left && i < m; i++)
        iso_topk_unit(own, i, sides, row + i);
    for (int64_t p = from; p < panels; p += blocks) {
        const int64_t column = p * TOPK_WIDE;
        if (sides->left) {
            sums(s, own, row, m, p, p + blocks);
            push_all(pending);
            loops->sums(pending, own->tile, sides->of_x + row * TOPK_PARTS,
                        sides->of_y + column * TOPK_PARTS, row, m, column, iso_topk_live(sides, p));
            continue;
        }
        iso_topk_cosines(own, sides, p, m);
        loops->lift(own->tile, slack, m);
        if (s->tilt)
            loops->tilt(own->tile, s->tilt->slope + row, s->tilt->offset + column, m);
        push_all(pending);
        loops->scan(pending, own->tile, row, m, column, iso_topk_live(sides, p));
    }
    push_all(pending);
}

/* Where block b of `blocks` begins. */
static int64_t border(int64_t all, int64_t b, int64_t blocks)
{
    return all / blocks * b + (all % blocks) * b / blocks;
}

struct span {
    int64_t from, to;
};

/* Rows of stretch b. */
static struct span stretch(const iso_topk_sides *s, int64_t b, int64_t stretches)
{
    const int64_t step = iso_topk_step(s), rows = s->x.rows, steps = (rows + step - 1) / step,
                  end = border(steps, b + 1, stretches) * step;

    return (struct span){border(steps, b, stretches) * step, end < rows ? end : rows};
}

/* Block r of x: every blocks-th stretch of rows, so that it holds rows of all kinds however they
 * are sorted; its stretches are as even as those of all. */
static void task(const struct search *s, const struct topk_scratch *own, int64_t r, int64_t c,
                 int64_t blocks, int64_t stretches)
{
    if (s->sides->left)
        iso_panel_int8_best()->begin();
    for (int64_t b = r; b < stretches; b += blocks) {
        const struct span rows = stretch(s->sides, b, stretches);
        if (rows.from < rows.to)
            block(s, own, rows.from, rows.to - rows.from, c, blocks);
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
    t->limit = topk_limit(t);
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

/* --- Floors to begin with: of one block of columns for each row, and of rows for each column, the
 * bounds are looked at without listing any. Each of TOPK_WIDE groups of them gives its largest; the
 * least-th largest of these is reached by `least` bounds or more. --- */

/* The largest of the groups, by row of a stretch and by column of a block. */
struct peaks {
    float *of_rows, *of_columns;
};

/* The rank-th largest of TOPK_WIDE numbers. */
static float ranked(const float *number, int64_t stride, int rank)
{
    float at[TOPK_WIDE], least = INFINITY;

    for (int a = 0; a < TOPK_WIDE; a++)
        at[a] = number[a * stride];
    for (int a = 0; a < TOPK_WIDE; a++) {
        int above = 0;
        for (int b = 0; b < TOPK_WIDE; b++)
            above += at[b] > at[a];
        least = above < rank && at[a] < least ? at[a] : least;
    }
    return least;
}

static void clear(float *number, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        number[i] = -INFINITY;
}

/* The last panel, if columns are missing from it, is left out. */
static void peaks_of_block(const struct search *s, const struct topk_scratch *own,
                           const struct peaks *peaks, int64_t row, int64_t m, int64_t r,
                           int64_t blocks)
{
    enum { GROUPS = TOPK_WIDE * TOPK_WIDE };
    const iso_topk_sides *sides = s->sides;
    const int64_t whole = sides->y.rows / TOPK_WIDE;
    float *of_columns = peaks->of_columns;

    clear(peaks->of_rows, m * TOPK_WIDE);
    for (int64_t p = r; p < whole; p += blocks, of_columns += GROUPS) {
        sums(s, own, row, m, p, p + blocks);
        iso_topk_loops()->peaks(peaks->of_rows, of_columns, own->tile,
                                sides->of_x + row * TOPK_PARTS,
                                sides->of_y + p * TOPK_WIDE * TOPK_PARTS, m);
    }
    for (int64_t i = 0; i < m && s->of_x->least > 0; i++)
        s->of_x->floor[row + i] = ranked(peaks->of_rows + i * TOPK_WIDE, 1, s->of_x->least);
}

/* Block r of x and of y. */
static void floors_of(const struct search *s, const struct topk_scratch *own,
                      const struct peaks *peaks, int64_t r, int64_t blocks, int64_t stretches)
{
    enum { GROUPS = TOPK_WIDE * TOPK_WIDE };
    const int64_t whole = s->sides->y.rows / TOPK_WIDE;
    const float *of_columns = peaks->of_columns;

    clear(peaks->of_columns, (whole / blocks + 1) * GROUPS);
    iso_panel_int8_best()->begin();
    for (int64_t b = r; b < stretches; b += blocks) {
        const struct span rows = stretch(s->sides, b, stretches);
        if (rows.from < rows.to)
            peaks_of_block(s, own, peaks, rows.from, rows.to - rows.from, r, blocks);
    }
    iso_panel_int8_best()->end();
    for (int64_t p = r; p < whole && s->of_y->least > 0; p += blocks, of_columns += GROUPS)
        for (int j = 0; j < TOPK_WIDE; j++)
            s->of_y->floor[p * TOPK_WIDE + j] = ranked(of_columns + j, TOPK_WIDE, s->of_y->least);
}

/* Pays where a block is a small share of all, and lists are much shorter than there are groups. */
static bool worth_floors(const struct search *s, int64_t blocks)
{
    enum { FEW_BLOCKS = 8, LONG = TOPK_WIDE * 3 / 4 };
    const int x = s->of_x->least, y = s->of_y->least;

    return s->sides->left && blocks >= FEW_BLOCKS && x + y > 0 && x <= LONG && y <= LONG;
}

static iso_err floors(const struct search *s, const struct topk_scratch *scratch, int threads,
                      int64_t blocks, int64_t stretches)
{
    const int64_t rows = iso_topk_height(s->sides) * TOPK_WIDE,
                  columns = (topk_panels(s->sides->y.rows) / blocks + 1) * TOPK_WIDE * TOPK_WIDE;
    float *all = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc_raw(&all, threads * (rows + columns), sizeof *all));
#pragma omp parallel for schedule(dynamic) num_threads(threads)
    for (int64_t r = 0; r < blocks; r++) {
        float *const own = all + iso_topk_thread() * (rows + columns);
        const struct peaks peaks = {own, own + rows};
        floors_of(s, scratch + iso_topk_thread(), &peaks, r, blocks, stretches);
    }
done:
    iso_free(all);
    return err;
}

iso_err iso_topk_search(iso_topk *of_x, iso_topk *of_y, const iso_topk_sides *sides,
                        const iso_topk_tilt *tilt, const iso_run *run)
{
    struct search s = {of_x, of_y, NULL, sides, tilt};
    struct topk_scratch *scratch = NULL;
    int threads = 1;
    iso_err err = ISO_OK;

    ISO_TRY(iso_topk_scratch_make(&scratch, &threads, sides));
    ISO_TRY(pending_make(&s.pending, threads, of_x, of_y, iso_topk_height(sides)));
    const int64_t blocks = blocks_of(sides, threads), stretches = stretches_of(sides, blocks),
                  rows = sides->x.rows;
    if (worth_floors(&s, blocks))
        ISO_TRY(floors(&s, scratch, threads, blocks, stretches));
    for (int64_t round = 0; round < blocks; round++) {
        ISO_TRY(iso_run_step(run, "searching", border(rows, round, blocks), rows, "rows"));
        widen(of_x, round + 1, blocks);
        widen(of_y, round + 1, blocks);
#pragma omp parallel for schedule(dynamic) num_threads(threads) if (blocks > 1)
        for (int64_t r = 0; r < blocks; r++)
            task(&s, scratch + iso_topk_thread(), r, (r + round) % blocks, blocks, stretches);
    }
done:
    pending_free(s.pending);
    iso_topk_scratch_free(scratch);
    return err;
}
