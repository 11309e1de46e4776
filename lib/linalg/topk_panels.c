/* Unit vectors of both sides as the product's kernel wants them, in f32 or in 16 bits. */
#include <math.h>
#ifdef _OPENMP
#include <omp.h>
#endif

#include "lib/base/alloc.h"
#include "lib/linalg/topk_inside.h"

enum {
    NEAR = 192 * 1024, /* bytes of x in the second-level cache */
    TALL = 192,        /* rows whose tile stays in the first */
    STEP = 12,         /* a multiple of what the kernels hold in registers */
    UNIT = 32766,      /* what 1 becomes in 16 bits */
    PART = 64          /* numbers rounded together */
};

int64_t iso_topk_height(int64_t cols)
{
    const int64_t fit = NEAR / (int64_t)sizeof(float) / (cols > 0 ? cols : 1) / STEP * STEP;

    return fit > TALL ? TALL : fit > STEP ? fit : STEP;
}

double iso_topk_slack(iso_topk_precision precision, int64_t cols)
{
    const double u = 0x1p-24 * (double)(cols + 4), e = 0.5 * sqrt((double)cols) / UNIT;

    if (precision == ISO_TOPK_INT16)
        return e < 0.25 ? e + e + e * e + 0x1p-21 : 2;
    return u < 0.5 ? u / (1 - u) : 2;
}

void iso_topk_panels_free(iso_topk_panels *p)
{
    iso_free(p->at);
    iso_free(p->whole);
    *p = (iso_topk_panels){0};
}

static int64_t pairs_of(const iso_topk_panels *p)
{
    return (p->cols + 1) / 2;
}

static int64_t row_of(const iso_topk_rows *x, int64_t i)
{
    return x->pick ? x->pick[i] : i;
}

static void fill(const iso_topk_panels *p, const iso_topk_rows *y, int64_t panel)
{
    const int64_t first = panel * ISO_PANEL;
    float *to = p->at + first * y->cols;

    for (int64_t j = 0; j < ISO_PANEL && first + j < y->rows; j++) {
        const int64_t from = row_of(y, first + j);
        const float *row = y->data + from * y->stride;
        for (int64_t l = 0; l < y->cols; l++)
            to[l * ISO_PANEL + j] = (float)((double)row[l] * y->inverse[from]);
    }
}

static void fill_whole(const iso_topk_panels *p, const iso_topk_rows *y, int64_t panel)
{
    const int64_t first = panel * ISO_PANEL;
    int16_t *to = p->whole + first * 2 * pairs_of(p), part[PART];

    for (int64_t j = 0; j < ISO_PANEL && first + j < y->rows; j++) {
        const int64_t from = row_of(y, first + j);
        const float *row = y->data + from * y->stride;
        for (int64_t l = 0; l < y->cols; l++) {
            if (l % PART == 0)
                iso_topk_loops()->whole(part, row + l, y->inverse[from] * UNIT,
                                        y->cols - l < PART ? y->cols - l : PART);
            to[(l / 2 * ISO_PANEL + j) * 2 + l % 2] = part[l % PART];
        }
    }
}

iso_err iso_topk_panels_make(iso_topk_panels *out, const iso_topk_rows *y,
                             iso_topk_precision precision)
{
    const int64_t padded = iso_panels(y->rows) * ISO_PANEL;
    iso_topk_panels p = {y->rows, y->cols, NULL, NULL};
    iso_err err = ISO_OK;

    if (precision == ISO_TOPK_INT16)
        ISO_TRY(iso_alloc(&p.whole, padded, (size_t)pairs_of(&p) * 2 * sizeof *p.whole));
    else
        ISO_TRY(iso_alloc(&p.at, padded, (size_t)y->cols * sizeof *p.at));
#pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < iso_panels(p.rows); i++)
        (p.whole ? fill_whole : fill)(&p, y, i);
    *out = p;
done:
    return err;
}

int iso_topk_thread(void)
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
iso_err iso_topk_scratch_make(struct topk_scratch **out, int *threads, int64_t cols)
{
    const int64_t height = iso_topk_height(cols), unit = (height * cols + 15) / 16 * 16;
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

void iso_topk_scratch_free(struct topk_scratch *s)
{
    if (s)
        iso_free(s[0].unit);
    iso_free(s);
}

void iso_topk_unit(const struct topk_scratch *s, int64_t at, const iso_topk_panels *y,
                   const iso_topk_rows *x, int64_t row)
{
    const int64_t from = row_of(x, row), wide = 2 * pairs_of(y);
    const float *data = x->data + from * x->stride;
    int16_t *in_16 = (int16_t *)(void *)s->unit + at * wide;

    if (y->whole) {
        in_16[wide - 1] = 0;
        iso_topk_loops()->whole(in_16, data, x->inverse[from] * UNIT, x->cols);
    } else {
        iso_topk_loops()->unit(s->unit + at * x->cols, data, x->inverse[from], x->cols);
    }
}

void iso_topk_units(const struct topk_scratch *s, const iso_topk_panels *y, const iso_topk_rows *x,
                    int64_t row, int64_t m)
{
    for (int64_t i = 0; i < m; i++)
        iso_topk_unit(s, i, y, x, row + i);
}

void iso_topk_tile(const struct topk_scratch *s, const iso_topk_panels *y, int64_t p, int64_t m)
{
    if (y->whole)
        iso_panel_int16_best()(s->tile, (const int16_t *)(const void *)s->unit,
                               y->whole + p * ISO_PANEL * 2 * pairs_of(y), m, pairs_of(y),
                               (float)(1.0 / ((double)UNIT * UNIT)));
    else
        iso_panel_best()(s->tile, ISO_PANEL, s->unit, y->cols, y->at + p * ISO_PANEL * y->cols, m,
                         y->cols, NULL, false);
}

uint32_t iso_topk_live(const iso_topk_panels *y, int64_t p)
{
    const int64_t columns = y->rows - p * ISO_PANEL;

    return columns < ISO_PANEL ? (1u << columns) - 1 : (1u << ISO_PANEL) - 1;
}

/* --- Which product: the faster one, unless it is too coarse for these rows --- */

enum {
    SMALL = 1 << 18, /* products that are not worth a sample */
    SHARE = 100,     /* one row in so many is tried */
    MOST = 256,      /* and no more than these */
    FEW = 64         /* one overflow in so many of them is too much: each is a row by brute force */
};

static int only = -1;

void iso_topk_force_precision(int precision)
{
    only = precision;
}

static iso_err sample_make(int64_t **pick, iso_topk_rows *sample, const iso_topk_rows *of)
{
    const int64_t share = (of->rows + SHARE - 1) / SHARE;
    iso_err err = ISO_OK;

    *sample = *of;
    sample->rows = share < MOST ? share : MOST;
    ISO_TRY(iso_alloc(pick, sample->rows, sizeof **pick));
    for (int64_t i = 0; i < sample->rows; i++) {
        const int64_t at = of->rows / sample->rows * i;
        (*pick)[i] = of->pick ? of->pick[at] : at;
    }
    sample->pick = *pick;
done:
    return err;
}

/* Whether lists of few of these rows overflow; the lists of one side want nothing. */
static iso_err try(bool *fits, const iso_topk_rows *x, const iso_topk_panels *y, int want_x,
                   int want_y)
{
    const double slack = iso_topk_slack(ISO_TOPK_INT16, x->cols);
    iso_topk of_x = {0}, of_y = {0};
    const iso_topk *asked = want_x > 0 ? &of_x : &of_y;
    int64_t over = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_topk_make(&of_x, x->rows, want_x, slack));
    ISO_TRY(iso_topk_make(&of_y, y->rows, want_y, slack));
    ISO_TRY(iso_topk_search(&of_x, &of_y, x, y, NULL, NULL));
    for (int64_t i = 0; i < asked->rows; i++)
        over += asked->held[i] < 0;
    *fits = *fits && over * FEW <= asked->rows;
done:
    iso_topk_free(&of_x);
    iso_topk_free(&of_y);
    return err;
}

static iso_err fine_enough(bool *fits, const iso_topk_rows *x, const iso_topk_rows *y,
                           const iso_topk_panels *panels, int want_x, int want_y)
{
    int64_t *pick_x = NULL, *pick_y = NULL;
    iso_topk_rows some_x, some_y;
    iso_topk_panels few = {0};
    iso_err err = ISO_OK;

    *fits = true;
    ISO_TRY(sample_make(&pick_x, &some_x, x));
    ISO_TRY(sample_make(&pick_y, &some_y, y));
    if (want_x > 0)
        ISO_TRY(try(fits, &some_x, panels, want_x, 0));
    if (want_y > 0 && *fits) {
        ISO_TRY(iso_topk_panels_make(&few, &some_y, ISO_TOPK_INT16));
        ISO_TRY(try(fits, x, &few, 0, want_y));
    }
done:
    iso_topk_panels_free(&few);
    iso_free(pick_x);
    iso_free(pick_y);
    return err;
}

static bool hopeful(const iso_topk_rows *x, const iso_topk_rows *y)
{
    return only >= 0 ? only == ISO_TOPK_INT16
                     : iso_panel_int16_pays() && (double)x->rows * (double)y->rows > SMALL;
}

iso_err iso_topk_panels_best(iso_topk_panels *out, iso_topk_precision *precision,
                             const iso_topk_rows *x, const iso_topk_rows *y, int want_x, int want_y)
{
    iso_topk_panels p = {0};
    bool fits = only >= 0;
    iso_err err = ISO_OK;

    if (hopeful(x, y)) {
        ISO_TRY(iso_topk_panels_make(&p, y, ISO_TOPK_INT16));
        if (only < 0)
            ISO_TRY(fine_enough(&fits, x, y, &p, want_x, want_y));
        if (!fits)
            iso_topk_panels_free(&p);
    }
    if (!p.whole)
        ISO_TRY(iso_topk_panels_make(&p, y, ISO_TOPK_F32));
    *precision = p.whole ? ISO_TOPK_INT16 : ISO_TOPK_F32;
    *out = p;
    p = (iso_topk_panels){0};
done:
    iso_topk_panels_free(&p);
    return err;
}
