/* bf16 and 8-bit products by oneDNN, where the CPU has instructions for them. */
#include <stdint.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/linalg/lowp.h"
#include "lib/linalg/packed_exact.h"
#include "lib/linalg/packed_inside.h"
#include "lib/linalg/round.h"

/* Rows of X are rounded this many at a time, so that they stay in the cache. */
enum { STRIP = 512, FEW = 4 /* rows that one thread finishes at a time */ };

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* bf16 ---------------------------------------------------------------------- */

static bool bf16_available(void)
{
    return iso_lowp_has(ISO_LOWP_BF16);
}

static void bf16_rows(uint16_t *to, iso_view x)
{
    const iso_rounding *round = iso_rounding_best();
    const float *from = x.data;

#pragma omp parallel for if (x.rows * x.cols > 1 << 14)
    for (int64_t i = 0; i < x.rows; i++)
        round->bf16_bits(to + i * x.cols, from + i * x.stride, x.cols);
}

static iso_err bf16_make(void **state, iso_view w)
{
    iso_mat wide = {0};
    uint16_t *bits = NULL;
    iso_lowp *p = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_packed_widen(&wide, w));
    ISO_TRY(iso_alloc(&bits, w.rows * w.cols, sizeof *bits));
    bf16_rows(bits, iso_mat_view(&wide));
    ISO_TRY(iso_lowp_new(&p, bits, w.rows, w.cols, ISO_LOWP_BF16));
    *state = p;
done:
    iso_mat_free(&wide);
    iso_free(bits);
    return err;
}

static iso_err bf16_mul(iso_mat *y, iso_view x, const void *state, const float *bias,
                        const iso_then *then)
{
    (void)then;
    const int64_t room = least(x.rows, STRIP), n = y->cols;
    const bool apart = y->stride != n; /* oneDNN is fast with packed rows alone */
    uint16_t *bits = NULL;
    float *packed = NULL;
    iso_err err = ISO_OK;

    if (x.cols == 0) {
        iso_packed_fill(y, bias);
        return ISO_OK;
    }
    ISO_TRY(iso_alloc_raw(&bits, room * x.cols, sizeof *bits));
    if (apart)
        ISO_TRY(iso_alloc_raw(&packed, room * n, sizeof *packed));
    for (int64_t i = 0; i < x.rows; i += room) {
        const int64_t m = least(room, x.rows - i);
        bf16_rows(bits, iso_view_rows(x, i, m));
        float *to = (float *)y->data + i * y->stride;
        ISO_TRY(iso_lowp_mul(apart ? packed : to, n, bits, m, state, bias));
        for (int64_t j = 0; apart && j < m; j++)
            memcpy(to + j * y->stride, packed + j * n, (size_t)n * sizeof *to);
    }
done:
    iso_free(bits);
    iso_free(packed);
    return err;
}

static void bf16_free(void *state)
{
    iso_lowp_free(state);
}

static int64_t bf16_bytes(const void *state)
{
    return iso_lowp_bytes(state);
}

const struct packed_engine iso_packed_bf16_lowp = {
    .name = "oneDNN",
    .available = bf16_available,
    .make = bf16_make,
    .mul = bf16_mul,
    .free = bf16_free,
    .bytes = bf16_bytes,
};

/* int8 ---------------------------------------------------------------------- */

struct int8_weights {
    iso_lowp *q;
    struct packed_columns columns;
    float *scale;
    int64_t n;
};

static bool int8_available(void)
{
    return iso_lowp_has(ISO_LOWP_S8);
}

static void int8_free(void *state)
{
    struct int8_weights *p = state;

    iso_lowp_free(p->q);
    iso_packed_columns_free(&p->columns);
    iso_free(p->scale);
    iso_free(p);
}

static int64_t int8_bytes(const void *state)
{
    const struct int8_weights *p = state;

    return (int64_t)sizeof *p + iso_lowp_bytes(p->q) + iso_packed_columns_bytes(&p->columns) +
           p->n * (int64_t)sizeof(float);
}

static void int8_weights_rows(int8_t *to, float *scale, iso_view w)
{
    const iso_rounding *round = iso_rounding_best();
    const float *from = w.data;

#pragma omp parallel for if (w.rows * w.cols > 1 << 14)
    for (int64_t i = 0; i < w.rows; i++) {
        const float *row = from + i * w.stride;
        float by;
        scale[i] = iso_rounding_scale(&by, round->peak(row, w.cols));
        round->s8(to + i * w.cols, row, by, w.cols);
    }
}

static void int8_rows(int8_t *to, struct packed_row *row, iso_view x)
{
    const float *from = x.data;

#pragma omp parallel for if (x.rows * x.cols > 1 << 14)
    for (int64_t i = 0; i < x.rows; i++)
        iso_packed_row_s8(to + i * x.cols, &row[i], from + i * x.stride, x.cols);
}

static iso_err int8_make(void **state, iso_view w)
{
    struct int8_weights *p = NULL;
    iso_mat wide = {0};
    int8_t *q = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_packed_widen(&wide, w));
    ISO_TRY(iso_alloc(&q, w.rows * w.cols, sizeof *q));
    ISO_TRY(iso_alloc(&p, 1, sizeof *p));
    p->n = w.rows;
    ISO_TRY(iso_alloc(&p->scale, w.rows, sizeof *p->scale));
    int8_weights_rows(q, p->scale, iso_mat_view(&wide));
    ISO_TRY(iso_packed_columns_new(&p->columns, &wide));
    ISO_TRY(iso_lowp_new(&p->q, q, w.rows, w.cols, ISO_LOWP_S8));
    *state = p;
    p = NULL;
done:
    if (p)
        int8_free(p);
    iso_mat_free(&wide);
    iso_free(q);
    return err;
}

/* Rows [first, first + count) of y, of their sums. */
static void int8_rows_done(const iso_mat *y, int64_t first, int64_t count, const int32_t *sum,
                           const struct packed_row *row, const struct int8_weights *p,
                           const float *bias, const iso_then *then)
{
    const iso_mat part = iso_packed_strip(y, first, count);

    for (int64_t i = 0; i < count; i++)
        iso_packed_row_finish((float *)part.data + i * part.stride, sum + i * p->n, p->n, &row[i],
                              &p->columns, 0, p->scale, bias);
    if (then)
        then->call(then->with, &part, first, 0);
}

static iso_err int8_mul(iso_mat *y, iso_view x, const void *state, const float *bias,
                        const iso_then *then)
{
    const struct int8_weights *p = state;
    const int64_t room = least(x.rows, STRIP), n = y->cols;
    int8_t *q = NULL;
    struct packed_row *row = NULL;
    int32_t *sum = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc_raw(&q, room * x.cols, sizeof *q));
    ISO_TRY(iso_alloc_raw(&row, room, sizeof *row));
    ISO_TRY(iso_alloc_raw(&sum, room * n, sizeof *sum));
    for (int64_t i = 0; i < x.rows; i += room) {
        const int64_t m = least(room, x.rows - i);
        int8_rows(q, row, iso_view_rows(x, i, m));
        if (x.cols > 0)
            ISO_TRY(iso_lowp_mul(sum, n, q, m, p->q, NULL));
        else
            memset(sum, 0, (size_t)(m * n) * sizeof *sum);
#pragma omp parallel for schedule(dynamic) if (m * n > 1 << 14)
        for (int64_t j = 0; j < m; j += FEW)
            int8_rows_done(y, i + j, least(FEW, m - j), sum + j * n, row + j, p, bias, then);
    }
done:
    iso_free(q);
    iso_free(row);
    iso_free(sum);
    return err;
}

const struct packed_engine iso_packed_int8_lowp = {
    .name = "oneDNN",
    .thens = true,
    .available = int8_available,
    .make = int8_make,
    .mul = int8_mul,
    .free = int8_free,
    .bytes = int8_bytes,
};
