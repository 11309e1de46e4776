/* What the files of topk share. */
#ifndef ISO_LINALG_TOPK_INSIDE_H
#define ISO_LINALG_TOPK_INSIDE_H

#include "lib/linalg/panel.h"
#include "lib/linalg/panel_int8.h"
#include "lib/linalg/topk.h"

/* Keys of a tile: TOPK_WIDE for each row of x. Numbers that make a bound of a sum: of a row of x
 * one after another; of a panel of y TOPK_WIDE of each. */
enum { TOPK_WIDE = ISO_INT8_PANEL, TOPK_PARTS = 4 };

/* A row in 8 bits; topk_sides.c says what the numbers are for. */
struct topk_rounded {
    float step, size, rest;
    double toward; /* unit · other */
};

/* Keys on their way to lists, which come from far away: they are fetched while the next tile is
 * computed, and pushed after it. */
struct topk_coming {
    int32_t side, row, index;
    float key;
};

/* Room for the keys of a tile, once for either side, and for its rows. */
struct topk_pending {
    iso_topk *of[2]; /* x, y */
    int64_t count;
    struct topk_coming *coming;
    int32_t *rows;
};

struct topk_loops {
    double (*dot)(const float *x, const float *y, int64_t n);
    /* unit = (float)(x · by) */
    void (*unit)(float *unit, const float *x, double by, int64_t n);
    /* x · by − mean in integers of −most … most; `work` holds n floats. */
    void (*round)(struct topk_rounded *r, int8_t *to, float *work, const float *x, double by,
                  const float *mean, const float *other, int most, int64_t n);
    /* tile[i][j] += by; −= slope[i] · offset[j] */
    void (*lift)(float *tile, float by, int64_t m);
    void (*tilt)(float *tile, const float *slope, const float *offset, int64_t m);
    /* How many keys are at least `least`; the smallest of them, and the largest key. */
    int (*count)(const iso_topk_hit *h, int n, float least);
    float (*range)(float *most, const iso_topk_hit *h, int n, float least);
    /* Takes the tile's keys that may go to the lists of rows [row, row + m) and of the columns from
     * `column` on, of which only those in `live` exist; nothing is pending before. */
    void (*scan)(struct topk_pending *to, const float *tile, int64_t row, int64_t m, int64_t column,
                 uint32_t live);
    /* The same of a tile of sums in 32 bits, of which the numbers of rows and columns make bounds.
     */
    void (*sums)(struct topk_pending *to, float *tile, const float *of_row, const float *of_column,
                 int64_t row, int64_t m, int64_t column, uint32_t live);
    /* Of such a tile the largest bounds: of each row in TOPK_WIDE groups of columns, of each column
     * in as many groups of rows, group by group. */
    void (*peaks)(float *of_rows, float *of_columns, const float *tile, const float *of_row,
                  const float *of_column, int64_t m);
    /* Bit j: keys[j] − slope · offset[j] >= high; bit 32 + j: >= low only. */
    uint64_t (*band)(const float *keys, float slope, const float *offset, float low, float high);
};

const struct topk_loops *iso_topk_loops(void);

/* How long lists may grow before they are cut to the `want` best. */
static inline int topk_limit(const iso_topk *t)
{
    enum { SPARE = 16 };
    const int64_t limit = (int64_t)t->want + (t->want / 2 > SPARE ? t->want / 2 : SPARE);

    return limit < t->room ? (int)limit : t->room;
}

/* What is done with a list that has reached its limit; iso_topk_push. */
void iso_topk_full(iso_topk *t, int64_t row);

static inline void topk_push(iso_topk *t, int64_t row, float key, int64_t index)
{
    if (key < t->floor[row])
        return;
    t->hit[row * t->room + t->held[row]++] = (iso_topk_hit){key, (int32_t)index};
    if (t->held[row] >= t->limit)
        iso_topk_full(t, row);
}

/* Rows of x that are worth a block, of whose multiples blocks are made. */
int64_t iso_topk_step(const iso_topk_sides *s);
int64_t iso_topk_height(const iso_topk_sides *s);

static inline int64_t topk_panels(int64_t rows)
{
    return (rows + TOPK_WIDE - 1) / TOPK_WIDE;
}

/* A thread's own memory: unit rows of x in f32, and a tile of keys. */
struct topk_scratch {
    float *unit, *tile;
};

iso_err iso_topk_scratch_make(struct topk_scratch **out, int *threads, const iso_topk_sides *s);
void iso_topk_scratch_free(struct topk_scratch *s);
int iso_topk_thread(void);

/* The unit vector of a row of x as row `at` of the memory; of m rows from `row` on. */
void iso_topk_unit(const struct topk_scratch *own, int64_t at, const iso_topk_sides *s,
                   int64_t row);

/* The tile of the f32 cosines of m unit vectors in memory with panel p; of the sums in 32 bits of
 * rows [row, row + m), the kernel having begun. */
void iso_topk_cosines(const struct topk_scratch *own, const iso_topk_sides *s, int64_t p,
                      int64_t m);
void iso_topk_sums(const struct topk_scratch *own, const iso_topk_sides *s, int64_t row, int64_t p,
                   int64_t m);
uint32_t iso_topk_live(const iso_topk_sides *s, int64_t p);

#endif
