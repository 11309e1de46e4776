/* What the files of topk share. */
#ifndef ISO_LINALG_TOPK_INSIDE_H
#define ISO_LINALG_TOPK_INSIDE_H

#include "lib/linalg/panel.h"
#include "lib/linalg/topk.h"

/* Loops over a tile: m rows × ISO_PANEL keys, packed. */
struct topk_loops {
    double (*dot)(const float *x, const float *y, int64_t n);
    /* unit = (float)(x · by) */
    void (*unit)(float *unit, const float *x, double by, int64_t n);
    /* whole = x · by rounded to an integer, |x · by| < 2¹⁵ */
    void (*whole)(int16_t *whole, const float *x, double by, int64_t n);
    /* tile[i][j] −= slope[i] · offset[j] */
    void (*tilt)(float *tile, const float *slope, const float *offset, int64_t m);
    /* How many keys are at least `least`; the smallest of them, and the largest key. */
    int (*count)(const iso_topk_hit *h, int n, float least);
    float (*range)(float *most, const iso_topk_hit *h, int n, float least);
    /* Pushes the tile's keys to the lists of rows [row, row + m) and of the columns from `column`
     * on, of which only those in `live` exist. */
    void (*scan)(iso_topk *of_x, iso_topk *of_y, const float *tile, int64_t row, int64_t m,
                 int64_t column, uint32_t live);
    /* Bit j: keys[j] − slope · offset[j] >= high; bit 16 + j: >= low only. */
    uint32_t (*band)(const float *keys, float slope, const float *offset, float low, float high);
};

const struct topk_loops *iso_topk_loops(void);

/* Rows of x whose unit vectors stay in the second-level cache. */
int64_t iso_topk_height(int64_t cols);

/* A thread's own memory: unit rows of x, of which those in 16 bits take half, and a tile of keys.
 */
struct topk_scratch {
    float *unit, *tile;
};

iso_err iso_topk_scratch_make(struct topk_scratch **out, int *threads, int64_t cols);
void iso_topk_scratch_free(struct topk_scratch *s);
int iso_topk_thread(void);

/* The unit vector of a row of x, as y has them, as row `at` of the memory; of m rows from `row` on;
 * the tile of their keys with panel p. */
void iso_topk_unit(const struct topk_scratch *s, int64_t at, const iso_topk_panels *y,
                   const iso_topk_rows *x, int64_t row);
void iso_topk_units(const struct topk_scratch *s, const iso_topk_panels *y, const iso_topk_rows *x,
                    int64_t row, int64_t m);
void iso_topk_tile(const struct topk_scratch *s, const iso_topk_panels *y, int64_t p, int64_t m);
uint32_t iso_topk_live(const iso_topk_panels *y, int64_t p);

#endif
