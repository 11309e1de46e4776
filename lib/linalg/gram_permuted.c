#include "lib/linalg/gram_permuted.h"

#include <stdbool.h>

#include "lib/base/alloc.h"
#include "lib/base/cpu.h"
#include "lib/linalg/product.h"

/* Entries summed in the type of the rows; sums kept apart of few matrices; rows made at once;
 * permutations that look at one row one after another. */
enum { RUN = 512, APART = 4, ROWS = 64, NEAR = 64 };

/* --- Kernels: the same C, compiled for each target --- */

#pragma GCC diagnostic ignored "-Wpsabi"

typedef void kernel(double *acc, const void *stay, const void *row, int stride, const int32_t *item,
                    int64_t count, int width);

/* The kernel of a target, and how many moving matrices it takes at once. */
struct kernels {
    kernel *f32, *f64;
    int most;
};

#define TARGET
#define MOST    6
#define NAME(x) x##_f32_plain
#define REAL    float
#define LANES   16
#include "lib/linalg/gram_permuted_tmpl.h"
#undef NAME
#undef REAL
#undef LANES
#define NAME(x) x##_f64_plain
#define REAL    double
#define LANES   8
#include "lib/linalg/gram_permuted_tmpl.h"
#undef NAME
#undef REAL
#undef LANES
#undef TARGET

static const struct kernels plain = {permuted_f32_plain, permuted_f64_plain, MOST};

#if defined(__x86_64__) && defined(__GNUC__)

#define TARGET  __attribute__((target("avx2,fma")))
#define NAME(x) x##_f32_avx2
#define REAL    float
#define LANES   16
#include "lib/linalg/gram_permuted_tmpl.h"
#undef NAME
#undef REAL
#undef LANES
#define NAME(x) x##_f64_avx2
#define REAL    double
#define LANES   8
#include "lib/linalg/gram_permuted_tmpl.h"
#undef NAME
#undef REAL
#undef LANES
#undef TARGET

static const struct kernels avx2 = {permuted_f32_avx2, permuted_f64_avx2, MOST};

#undef MOST
#define MOST    13
#define TARGET  __attribute__((target("avx512f,avx512vl,avx512dq,avx512bw")))
#define NAME(x) x##_f32_avx512
#define REAL    float
#define LANES   16
#include "lib/linalg/gram_permuted_tmpl.h"
#undef NAME
#undef REAL
#undef LANES
#define NAME(x) x##_f64_avx512
#define REAL    double
#define LANES   8
#include "lib/linalg/gram_permuted_tmpl.h"

static const struct kernels avx512 = {permuted_f32_avx512, permuted_f64_avx512, MOST};

static const struct kernels *best(void)
{
    const iso_cpu cpu = iso_cpu_level();

    return cpu >= ISO_CPU_AVX512 ? &avx512 : cpu >= ISO_CPU_AVX2 ? &avx2 : &plain;
}

#else

static const struct kernels *best(void)
{
    return &plain;
}

#endif

/* --- How matrices lie beside each other --- */

struct layout {
    const struct iso_gram_permuted *ask;
    const struct kernels *kernels;
    int64_t n;
    iso_dtype dtype;
    int lanes;                 /* stays of one table */
    int blocks, width, stride; /* moves: blocks of `width`, their entries `stride` apart */
};

static int lanes_of(iso_dtype dtype)
{
    return dtype == ISO_F64 ? 8 : 16;
}

static int blocks_of(int moves, int most)
{
    return (moves + most - 1) / most;
}

static struct layout layout_of(const struct iso_gram_permuted *ask)
{
    struct layout l = {.ask = ask, .kernels = best(), .n = ask->stay[0].rows, .stride = 1};

    l.dtype = ask->stay[0].dtype;
    l.lanes = lanes_of(l.dtype);
    l.blocks = blocks_of(ask->moves, l.kernels->most);
    l.width = (ask->moves + l.blocks - 1) / l.blocks;
    while (l.stride < l.width)
        l.stride *= 2;
    return l;
}

double iso_gram_permuted_cost(int stays, int moves, iso_dtype dtype)
{
    const int lanes = lanes_of(dtype), tables = (stays + lanes - 1) / lanes;

    return tables * (moves + 2.0 * blocks_of(moves, best()->most));
}

/* Entries (i, j > i) of the rows [first, i). */
static int64_t entries(int64_t n, int64_t first, int64_t i)
{
    return (i - first) * (2 * n - 1 - first - i) / 2;
}

/* --- Tables --- */

struct work {
    struct layout l;
    iso_mat gram; /* ROWS rows of the Gram matrices of the stays of a table, or of the moves, one
                   * below the other */
    void *table;  /* entries (i, j > i) of a band of rows, `lanes` a time */
    void *row;    /* ROWS × blocks × n × stride */
    double *acc;  /* count × blocks × width × lanes */
};

/* The table holds rows [first, end); rows [row, row + rows) of the moves are at hand. */
struct band {
    int64_t first, end, row, rows;
};

/* Rows [first, first + count) of the Gram matrices of x[0..matrices). */
static iso_err gram_rows(struct work *w, const iso_view *x, int matrices, int64_t first,
                         int64_t count)
{
    iso_err err = ISO_OK;

    for (int m = 0; m < matrices; m++) {
        iso_mat to = w->gram;
        to.data = (char *)w->gram.data +
                  (size_t)(m * ROWS * w->gram.stride) * iso_dtype_size(w->gram.dtype);
        to.rows = count;
        ISO_TRY(iso_mul_nt(&to, iso_view_rows(x[m], first, count), x[m], 0));
    }
done:
    return err;
}

/* to[j step] = gram(m, i)[from + j]. */
static void spread(void *to, int step, const struct work *w, int m, int64_t i, int64_t from)
{
    const int64_t at = (m * ROWS + i) * w->gram.stride;

    if (w->gram.dtype == ISO_F64) {
        const double *row = (const double *)w->gram.data + at;
        for (int64_t j = from; j < w->l.n; j++)
            ((double *)to)[(j - from) * step] = row[j];
    } else {
        const float *row = (const float *)w->gram.data + at;
        for (int64_t j = from; j < w->l.n; j++)
            ((float *)to)[(j - from) * step] = row[j];
    }
}

static void *element(void *at, const struct work *w, int64_t i)
{
    return (char *)at + (size_t)i * iso_dtype_size(w->l.dtype);
}

/* The entries of stays [s, s + count) in the rows of a band. */
static iso_err fill_table(struct work *w, int s, int count, int64_t first, int64_t end)
{
    const struct layout *l = &w->l;
    iso_err err = ISO_OK;

    for (int64_t i = first; i < end; i += ROWS) {
        const int64_t rows = end - i < ROWS ? end - i : ROWS;
        ISO_TRY(gram_rows(w, l->ask->stay + s, count, i, rows));
#pragma omp parallel for schedule(static)
        for (int64_t r = 0; r < rows; r++)
            for (int m = 0; m < count; m++)
                spread(element(w->table, w, entries(l->n, first, i + r) * l->lanes + m), l->lanes,
                       w, m, r, i + r + 1);
    }
done:
    return err;
}

/* Rows [first, first + rows) of all moves. */
static iso_err fill_rows(struct work *w, int64_t first, int64_t rows)
{
    const struct layout *l = &w->l;
    iso_err err = ISO_OK;

    ISO_TRY(gram_rows(w, l->ask->move, l->ask->moves, first, rows));
#pragma omp parallel for schedule(static)
    for (int64_t r = 0; r < rows; r++)
        for (int m = 0; m < l->ask->moves; m++)
            spread(element(w->row, w,
                           (r * l->blocks + m / l->width) * l->n * l->stride + m % l->width),
                   l->stride, w, m, r, 0);
done:
    return err;
}

/* --- Sums --- */

/* What row r adds under permutation b: where it comes to, there lies the row of the table it goes
 * with. */
static void add_row(struct work *w, const struct band *band, int64_t b, int64_t r)
{
    const struct layout *l = &w->l;
    const int64_t i = l->ask->place[b * l->n + band->row + r];
    kernel *add = l->dtype == ISO_F64 ? l->kernels->f64 : l->kernels->f32;

    if (i < band->first || i >= band->end)
        return;
    const void *stay = element(w->table, w, entries(l->n, band->first, i) * l->lanes);
    for (int k = 0; k < l->blocks; k++)
        add(w->acc + (b * l->blocks + k) * l->width * l->lanes, stay,
            element(w->row, w, (r * l->blocks + k) * l->n * l->stride), l->stride,
            l->ask->order + b * l->n + i + 1, l->n - 1 - i, l->width);
}

/* A few permutations at a time, so that a row stays near while they all look things up in it. */
static void add_rows(struct work *w, const struct band *band)
{
    const int64_t count = w->l.ask->count;

#pragma omp parallel for schedule(dynamic)
    for (int64_t from = 0; from < count; from += NEAR) {
        const int64_t to = count - from < NEAR ? count : from + NEAR;
        for (int64_t r = 0; r < band->rows; r++)
            for (int64_t b = from; b < to; b++)
                add_row(w, band, b, r);
    }
}

/* Twice the sums over j > i, where the caller wants them; they start anew. */
static void take_sums(double *out, struct work *w, int s, int count)
{
    const struct layout *l = &w->l;
    const struct iso_gram_permuted *a = l->ask;

    for (int64_t b = 0; b < a->count; b++) {
        double *acc = w->acc + b * l->blocks * l->width * l->lanes;
        for (int t = 0; t < count; t++)
            for (int m = 0; m < a->moves; m++)
                out[(b * a->stays + s + t) * a->moves + m] = 2 * acc[m * l->lanes + t];
        for (int64_t i = 0; i < (int64_t)l->blocks * l->width * l->lanes; i++)
            acc[i] = 0;
    }
}

static iso_err add_band(struct work *w, int64_t first, int64_t end, int64_t *done, int64_t all,
                        const iso_run *run)
{
    const int64_t n = w->l.n;
    iso_err err = ISO_OK;

    for (int64_t r = 0; r < n; r += ROWS) {
        const int64_t rows = n - r < ROWS ? n - r : ROWS;
        ISO_TRY(fill_rows(w, r, rows));
        add_rows(w, &(struct band){first, end, r, rows});
        *done += rows;
        ISO_TRY(iso_run_step(run, "permutations", *done, all, "rows"));
    }
done:
    return err;
}

/* The rows of a table that fit, so that bands hold about as many entries each. */
static int64_t band_end(int64_t n, int64_t first, int64_t most)
{
    int64_t end = first + 1;

    while (end < n && entries(n, first, end + 1) <= most)
        end++;
    return end;
}

static int64_t count_bands(int64_t n, int64_t most)
{
    int64_t bands = 0;

    for (int64_t i = 0; i < n; i = band_end(n, i, most))
        bands++;
    return bands;
}

static iso_err work_new(struct work *w, int64_t most)
{
    const struct layout *l = &w->l;
    const size_t size = iso_dtype_size(l->dtype);
    const int widest = l->lanes > l->ask->moves ? l->lanes : l->ask->moves;
    const int64_t all = entries(l->n, 0, l->n);
    iso_err err = ISO_OK;

    ISO_TRY(iso_mat_new(&w->gram, (int64_t)widest * ROWS, l->n, l->dtype));
    ISO_TRY(iso_alloc(&w->table, (most < all ? most : all) * l->lanes, size));
    ISO_TRY(iso_alloc(&w->row, (int64_t)ROWS * l->blocks * l->n * l->stride, size));
    ISO_TRY(iso_alloc(&w->acc, l->ask->count * l->blocks * l->width * l->lanes, sizeof *w->acc));
done:
    return err;
}

iso_err iso_gram_permuted_sums(double *out, const struct iso_gram_permuted *ask, int64_t memory,
                               const iso_run *run)
{
    struct work w = {.l = layout_of(ask)};
    const struct layout *l = &w.l;
    const int64_t fit = memory / (l->lanes * (int64_t)iso_dtype_size(l->dtype));
    const int64_t most = fit > l->n ? fit : l->n;
    const int64_t tables = (ask->stays + l->lanes - 1) / l->lanes;
    const int64_t all = tables * count_bands(l->n, most) * l->n;
    int64_t done = 0;
    iso_err err = ISO_OK;

    ISO_TRY(work_new(&w, most));
    for (int s = 0; s < ask->stays; s += l->lanes) {
        const int count = ask->stays - s < l->lanes ? ask->stays - s : l->lanes;
        for (int64_t first = 0, end; first < l->n; first = end) {
            end = band_end(l->n, first, most);
            ISO_TRY(fill_table(&w, s, count, first, end));
            ISO_TRY(add_band(&w, first, end, &done, all, run));
        }
        take_sums(out, &w, s, count);
    }
done:
    iso_mat_free(&w.gram);
    iso_free(w.table);
    iso_free(w.row);
    iso_free(w.acc);
    return err;
}
