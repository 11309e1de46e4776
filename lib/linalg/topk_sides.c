/* Both sides as the product's kernel wants them, and bounds of cosines from 8 bits.
 *
 * Take any vectors μ and ν, here the means of some unit vectors of x and of y, and write a unit
 * vector of x as μ + a, one of y as ν + b. Then
 *
 *     x·y = a·b + x·ν + μ·y − μ·ν.
 *
 * Each a is rounded to integers q with a step s of its own, a = s q + e, and b = t p + f likewise.
 * As a·b − s t q·p = s q·f + e·b, the inequality of Cauchy and Schwarz gives
 *
 *     x·y <= s t q·p + (x·ν − μ·ν) + μ·y + |s q| |f| + |e| |b|,
 *
 * in which q·p is exact, and the rest are numbers of a row or of a column. They are computed in
 * f32: PAY, added to each row, is more than all roundings of the sum, whose terms are at most 2,
 * and of the numbers; the lengths get d · 2⁻²³ of themselves and 2⁻²¹ more. Without the means the
 * steps would follow from what all rows have in common, which is most of a hidden state. */
#include <math.h>
#ifdef _OPENMP
#include <omp.h>
#endif

#include "lib/base/alloc.h"
#include "lib/linalg/topk_inside.h"
#include "lib/linalg/topk_sides.h"

enum {
    NEAR = 192 * 1024, /* bytes of x in the second-level cache */
    TALL = 192,        /* rows whose tile stays in the first, or nearly */
    STEP = 12,         /* a multiple of what the f32 kernels hold in registers */
    SOME = 4096,       /* rows whose mean stands for that of all */
    PART = 64          /* columns that are added up together */
};

static const double PAY = 0x1p-18;

int64_t iso_topk_step(const iso_topk_sides *s)
{
    return s->left ? ISO_INT8_ROWS : STEP;
}

int64_t iso_topk_height(const iso_topk_sides *s)
{
    const int64_t bytes = s->left ? s->depth : (int64_t)sizeof(float) * s->x.cols;
    const int64_t step = iso_topk_step(s), fit = NEAR / (bytes > 0 ? bytes : 1) / step * step;

    return fit > TALL ? TALL : fit > step ? fit : step;
}

double iso_topk_slack(int64_t cols)
{
    const double u = 0x1p-24 * (double)(cols + 4);

    return u < 0.5 ? u / (1 - u) : 2;
}

static int64_t row_of(const iso_topk_rows *x, int64_t i)
{
    return x->pick ? x->pick[i] : i;
}

/* --- f32 --- */

static void fill(float *panels, const iso_topk_rows *y, int64_t panel)
{
    const int64_t first = panel * ISO_PANEL;
    float *to = panels + first * y->cols;

    for (int64_t j = 0; j < ISO_PANEL && first + j < y->rows; j++) {
        const int64_t from = row_of(y, first + j);
        const float *row = y->data + from * y->stride;
        for (int64_t l = 0; l < y->cols; l++)
            to[l * ISO_PANEL + j] = (float)((double)row[l] * y->inverse[from]);
    }
}

iso_err iso_topk_plain(iso_topk_sides *s)
{
    const int64_t panels = topk_panels(s->y.rows) * (TOPK_WIDE / ISO_PANEL);
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&s->panels, panels * ISO_PANEL, (size_t)s->y.cols * sizeof *s->panels));
#pragma omp parallel for schedule(static)
    for (int64_t p = 0; p < panels; p++)
        fill(s->panels, &s->y, p);
done:
    return err;
}

/* --- 8 bits --- */

/* Of columns [from, to), at most PART. */
static void mean_of_part(float *mean, const iso_topk_rows *x, int64_t from, int64_t to)
{
    const int64_t n = x->rows < SOME ? x->rows : SOME;
    double sum[PART] = {0};

    for (int64_t i = 0; i < n; i++) {
        const int64_t row = row_of(x, x->rows / n * i);
        for (int64_t l = from; l < to; l++)
            sum[l - from] += (double)x->data[row * x->stride + l] * x->inverse[row];
    }
    for (int64_t l = from; l < to; l++)
        mean[l] = n > 0 ? (float)(sum[l - from] / (double)n) : 0;
}

static void mean_of(float *mean, const iso_topk_rows *x)
{
#pragma omp parallel for schedule(static)
    for (int64_t l = 0; l < x->cols; l += PART)
        mean_of_part(mean, x, l, x->cols - l < PART ? x->cols : l + PART);
}

iso_err iso_topk_centre_make(struct topk_centre *out, const iso_topk_rows *x,
                             const iso_topk_rows *y)
{
    struct topk_centre c = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&c.of_x, x->cols, sizeof *c.of_x));
    ISO_TRY(iso_alloc(&c.of_y, x->cols, sizeof *c.of_y));
    mean_of(c.of_x, x);
    mean_of(c.of_y, y);
    c.both = iso_topk_dot(c.of_x, c.of_y, x->cols);
    *out = c;
    c = (struct topk_centre){0};
done:
    iso_topk_centre_free(&c);
    return err;
}

void iso_topk_centre_free(struct topk_centre *c)
{
    iso_free(c->of_x);
    iso_free(c->of_y);
    *c = (struct topk_centre){0};
}

/* A length from the sum of squares in f32, not too short. */
static float length(float squares, int64_t cols)
{
    return (float)(sqrt((double)squares) * (1 + (double)cols * 0x1p-23) + 0x1p-21);
}

/* A thread's numbers of a row on its way to 8 bits. */
struct work {
    float *rest;
    int8_t *whole;
};

static iso_err works_make(struct work **out, int64_t cols)
{
    const int count = iso_topk_threads();
    struct work *w = NULL;
    float *rest = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&w, count, sizeof *w));
    ISO_TRY(iso_alloc(&rest, 2 * count * cols, sizeof *rest));
    for (int t = 0; t < count; t++)
        w[t] = (struct work){rest + 2 * t * cols, (int8_t *)(rest + (2 * t + 1) * cols)};
    *out = w;
    w = NULL;
done:
    iso_free(w);
    return err;
}

static void works_free(struct work *w)
{
    if (w)
        iso_free(w->rest);
    iso_free(w);
}

static struct topk_rounded rounded(const struct work *w, const iso_topk_rows *x, int64_t i,
                                   const float *mean, const float *other, int most)
{
    const int64_t row = row_of(x, i);
    struct topk_rounded r;

    iso_topk_loops()->round(&r, w->whole, w->rest, x->data + row * x->stride, x->inverse[row], mean,
                            other, most, x->cols);
    return r;
}

static void left_row(iso_topk_sides *s, const struct work *w, const struct topk_centre *c,
                     int64_t i)
{
    const int half = iso_panel_int8_best()->half;
    const struct topk_rounded r = rounded(w, &s->x, i, c->of_x, c->of_y, half - 1);
    uint8_t *to = s->left + i * s->depth;
    float *numbers = s->of_x + i * TOPK_PARTS;

    for (int64_t l = 0; l < s->x.cols; l++)
        to[l] = (uint8_t)(w->whole[l] + half);
    numbers[0] = r.step;
    numbers[1] = (float)(r.toward - c->both + PAY);
    numbers[2] = length(r.rest, s->x.cols);
    numbers[3] = length(r.size, s->x.cols);
}

iso_err iso_topk_left(iso_topk_sides *s, const struct topk_centre *c)
{
    const int64_t padded = (s->x.rows + ISO_INT8_ROWS - 1) / ISO_INT8_ROWS * ISO_INT8_ROWS;
    struct work *work = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(works_make(&work, s->x.cols));
    ISO_TRY(iso_alloc(&s->left, padded + ISO_INT8_ROWS, (size_t)s->depth));
    ISO_TRY(iso_alloc(&s->of_x, padded, TOPK_PARTS * sizeof *s->of_x));
#pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < s->x.rows; i++)
        left_row(s, work + iso_topk_thread(), c, i);
done:
    works_free(work);
    return err;
}

static void right_row(iso_topk_sides *s, const struct work *w, const struct topk_centre *c,
                      int64_t j)
{
    const struct topk_rounded r = rounded(w, &s->y, j, c->of_y, c->of_x, 127);
    const int64_t panel = j / TOPK_WIDE, column = j % TOPK_WIDE;
    int8_t *to = s->right + (panel * s->depth * TOPK_WIDE + column * 4);
    float *numbers = s->of_y + panel * TOPK_PARTS * TOPK_WIDE + column;
    int32_t sum = 0;

    for (int64_t l = 0; l < s->y.cols; l++) {
        to[l / 4 * 4 * TOPK_WIDE + l % 4] = w->whole[l];
        sum += w->whole[l];
    }
    s->start[j] = -iso_panel_int8_best()->half * sum;
    numbers[0] = r.step;
    numbers[TOPK_WIDE] = (float)r.toward;
    numbers[2 * TOPK_WIDE] = length(r.size, s->y.cols) + length(r.rest, s->y.cols);
    numbers[3 * TOPK_WIDE] = length(r.rest, s->y.cols);
}

iso_err iso_topk_right(iso_topk_sides *s, const struct topk_centre *c)
{
    const int64_t panels = topk_panels(s->y.rows);
    struct work *work = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(works_make(&work, s->y.cols));
    ISO_TRY(iso_alloc(&s->right, panels * TOPK_WIDE, (size_t)s->depth));
    ISO_TRY(iso_alloc(&s->start, panels * TOPK_WIDE, sizeof *s->start));
    ISO_TRY(iso_alloc(&s->of_y, panels, TOPK_PARTS * TOPK_WIDE * sizeof *s->of_y));
#pragma omp parallel for schedule(static)
    for (int64_t j = 0; j < s->y.rows; j++)
        right_row(s, work + iso_topk_thread(), c, j);
done:
    works_free(work);
    return err;
}

/* --- Both --- */

iso_topk_sides iso_topk_sides_of(const iso_topk_rows *x, const iso_topk_rows *y)
{
    const int64_t unit = iso_panel_int8_best()->depth;

    return (iso_topk_sides){.x = *x, .y = *y, .depth = (x->cols + unit - 1) / unit * unit};
}

void iso_topk_sides_free(iso_topk_sides *s)
{
    iso_free(s->panels);
    iso_free(s->left);
    iso_free(s->right);
    iso_free(s->start);
    iso_free(s->of_x);
    iso_free(s->of_y);
    *s = (iso_topk_sides){0};
}

iso_err iso_topk_sides_make(iso_topk_sides *out, const iso_topk_rows *x, const iso_topk_rows *y,
                            iso_topk_precision precision)
{
    iso_topk_sides s = iso_topk_sides_of(x, y);
    struct topk_centre c = {0};
    iso_err err = ISO_OK;

    if (precision == ISO_TOPK_INT8) {
        ISO_TRY(iso_topk_centre_make(&c, x, y));
        ISO_TRY(iso_topk_left(&s, &c));
        ISO_TRY(iso_topk_right(&s, &c));
    } else {
        ISO_TRY(iso_topk_plain(&s));
    }
    *out = s;
    s = (iso_topk_sides){0};
done:
    iso_topk_centre_free(&c);
    iso_topk_sides_free(&s);
    return err;
}

/* --- What a thread has, and its tiles --- */

int iso_topk_thread(void)
{
#ifdef _OPENMP
    return omp_get_thread_num();
#else
    return 0;
#endif
}

int iso_topk_threads(void)
{
#ifdef _OPENMP
    return omp_get_max_threads();
#else
    return 1;
#endif
}

/* The threads' memory comes as one block, behind the pointers to its parts. */
iso_err iso_topk_scratch_make(struct topk_scratch **out, int *threads, const iso_topk_sides *s)
{
    const int64_t height = iso_topk_height(s),
                  unit = s->left ? 0 : (height * s->x.cols + 15) / 16 * 16;
    const int count = iso_topk_threads();
    struct topk_scratch *own = NULL;
    float *all = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&own, count, sizeof *own));
    ISO_TRY(iso_alloc(&all, count * (unit + height * TOPK_WIDE), sizeof *all));
    for (int t = 0; t < count; t++) {
        own[t].tile = all + t * (unit + height * TOPK_WIDE);
        own[t].unit = own[t].tile + height * TOPK_WIDE;
    }
    *threads = count;
    *out = own;
    own = NULL;
done:
    iso_free(own);
    return err;
}

void iso_topk_scratch_free(struct topk_scratch *s)
{
    if (s)
        iso_free(s[0].tile);
    iso_free(s);
}

void iso_topk_unit(const struct topk_scratch *own, int64_t at, const iso_topk_sides *s, int64_t row)
{
    const int64_t from = row_of(&s->x, row);

    iso_topk_loops()->unit(own->unit + at * s->x.cols, s->x.data + from * s->x.stride,
                           s->x.inverse[from], s->x.cols);
}

void iso_topk_cosines(const struct topk_scratch *own, const iso_topk_sides *s, int64_t p, int64_t m)
{
    const int64_t cols = s->y.cols;

    for (int j = 0; j < TOPK_WIDE; j += ISO_PANEL)
        iso_panel_best()(own->tile + j, TOPK_WIDE, own->unit, cols,
                         s->panels + (p * TOPK_WIDE + j) * cols, m, cols, NULL, false);
}

void iso_topk_sums(const struct topk_scratch *own, const iso_topk_sides *s, int64_t row, int64_t p,
                   int64_t m)
{
    iso_panel_int8_best()->mul((int32_t *)(void *)own->tile, s->left + row * s->depth,
                               s->right + p * TOPK_WIDE * s->depth, s->start + p * TOPK_WIDE, m,
                               s->depth);
}

uint32_t iso_topk_live(const iso_topk_sides *s, int64_t p)
{
    const int64_t columns = s->y.rows - p * TOPK_WIDE;

    return columns < TOPK_WIDE ? (1u << columns) - 1 : UINT32_MAX;
}
