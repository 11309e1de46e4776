/* bf16 and 8-bit products in f32: the same numbers as special instructions give, on
 * any CPU, no faster. */
#include <stdint.h>

#include "lib/base/alloc.h"
#include "lib/linalg/packed_exact.h"
#include "lib/linalg/packed_inside.h"
#include "lib/linalg/round.h"

/* Rows of X are rounded this many at a time, so that they stay in the cache. */
enum { STRIP = 256 };

/* bf16 ---------------------------------------------------------------------- */

static void mat_free(void *state)
{
    iso_mat *w = state;

    iso_mat_free(w);
    iso_free(w);
}

static int64_t mat_bytes(const void *state)
{
    const iso_mat *w = state;

    return (int64_t)sizeof *w + w->rows * w->cols * (int64_t)sizeof(float);
}

static iso_err bf16_make(void **state, iso_view w)
{
    const iso_rounding *round = iso_rounding_best();
    iso_mat *p = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&p, 1, sizeof *p));
    ISO_TRY(iso_packed_widen(p, w));
    round->bf16(p->data, p->data, p->rows * p->cols);
    *state = p;
    p = NULL;
done:
    iso_free(p);
    return err;
}

static iso_err bf16_mul(iso_mat *y, iso_view x, const void *state, const float *bias,
                        const iso_then *then)
{
    (void)then;
    const iso_rounding *round = iso_rounding_best();
    const int64_t room = x.rows < STRIP ? x.rows : STRIP, k = x.cols;
    iso_mat r = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_mat_new(&r, room, k, ISO_F32));
    iso_packed_fill(y, bias);
    for (int64_t i = 0; k > 0 && i < x.rows; i += room) {
        const int64_t m = i + room < x.rows ? room : x.rows - i;
        const float *from = iso_view_rows(x, i, m).data;
        float *to = r.data;
        iso_mat part = iso_packed_strip(y, i, m);
#pragma omp parallel for if (m * k > 1 << 14)
        for (int64_t j = 0; j < m; j++)
            round->bf16(to + j * k, from + j * x.stride, k);
        ISO_TRY(iso_mul_nt(&part, iso_view_rows(iso_mat_view(&r), 0, m), iso_mat_view(state), 1));
    }
done:
    iso_mat_free(&r);
    return err;
}

const struct packed_engine iso_packed_bf16 = {
    .name = "isogloss on rounded numbers",
    .make = bf16_make,
    .mul = bf16_mul,
    .free = mat_free,
    .bytes = mat_bytes,
};

/* int8 ---------------------------------------------------------------------- */

/* Sums of so many products of 8-bit integers are exact in f32: 1024 * 127² < 2^24. */
enum { EXACT = 1024 };

struct int8_weights {
    iso_mat q; /* N × K, integers */
    float *scale;
    struct packed_columns columns;
};

static void int8_free(void *state)
{
    struct int8_weights *p = state;

    iso_mat_free(&p->q);
    iso_packed_columns_free(&p->columns);
    iso_free(p->scale);
    iso_free(p);
}

static int64_t int8_bytes(const void *state)
{
    const struct int8_weights *p = state;

    return (int64_t)sizeof *p + p->q.rows * (p->q.cols + 1) * (int64_t)sizeof(float) +
           iso_packed_columns_bytes(&p->columns);
}

static iso_err int8_make(void **state, iso_view w)
{
    const iso_rounding *round = iso_rounding_best();
    struct int8_weights *p = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&p, 1, sizeof *p));
    ISO_TRY(iso_alloc(&p->scale, w.rows, sizeof *p->scale));
    ISO_TRY(iso_packed_widen(&p->q, w));
    ISO_TRY(iso_packed_columns_new(&p->columns, &p->q));
    for (int64_t j = 0; j < w.rows; j++) {
        float *row = (float *)p->q.data + j * p->q.stride, by;
        p->scale[j] = iso_rounding_scale(&by, round->peak(row, w.cols));
        round->whole(row, row, by, w.cols);
    }
    *state = p;
    p = NULL;
done:
    if (p)
        int8_free(p);
    return err;
}

/* One strip's rows of X as integers, and room for its products. */
struct strip {
    iso_mat x, part;
    int32_t *sum;
    struct packed_row *row;
};

static void strip_free(struct strip *s)
{
    iso_mat_free(&s->x);
    iso_mat_free(&s->part);
    iso_free(s->sum);
    iso_free(s->row);
}

static iso_err strip_new(struct strip *s, int64_t room, int64_t n, int64_t k)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_mat_new(&s->x, room, k, ISO_F32));
    ISO_TRY(iso_mat_new(&s->part, room, n, ISO_F32));
    ISO_TRY(iso_alloc(&s->sum, room * n, sizeof *s->sum));
    ISO_TRY(iso_alloc(&s->row, room, sizeof *s->row));
done:
    return err;
}

static void strip_round(struct strip *s, iso_view x)
{
    const float *from = x.data;
    float *to = s->x.data;

#pragma omp parallel for if (x.rows * x.cols > 1 << 14)
    for (int64_t i = 0; i < x.rows; i++)
        iso_packed_row_whole(to + i * x.cols, &s->row[i], from + i * x.stride, x.cols);
}

/* sum = X Wᵀ in integers, by pieces of K whose sums are exact. */
static iso_err strip_sum(struct strip *s, int64_t m, const iso_mat *w)
{
    const int64_t n = w->rows;
    const float *part = s->part.data;
    int32_t *sum = s->sum;
    iso_mat y = iso_packed_strip(&s->part, 0, m);
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < m * n; i++)
        sum[i] = 0;
    for (int64_t k = 0; k < w->cols; k += EXACT) {
        const int64_t count = k + EXACT < w->cols ? EXACT : w->cols - k;
        const iso_mat xk = iso_mat_columns(&s->x, k, count), wk = iso_mat_columns(w, k, count);
        ISO_TRY(iso_mul_nt(&y, iso_view_rows(iso_mat_view(&xk), 0, m), iso_mat_view(&wk), 0));
        for (int64_t i = 0; i < m * n; i++)
            sum[i] += (int32_t)part[i];
    }
done:
    return err;
}

static iso_err int8_mul(iso_mat *y, iso_view x, const void *state, const float *bias,
                        const iso_then *then)
{
    (void)then;
    const struct int8_weights *p = state;
    const int64_t room = x.rows < STRIP ? x.rows : STRIP, n = y->cols;
    struct strip s = {0};
    iso_err err = ISO_OK;

    ISO_TRY(strip_new(&s, room, n, x.cols));
    for (int64_t i = 0; i < x.rows; i += room) {
        const int64_t m = i + room < x.rows ? room : x.rows - i;
        strip_round(&s, iso_view_rows(x, i, m));
        ISO_TRY(strip_sum(&s, m, &p->q));
        for (int64_t j = 0; j < m; j++)
            iso_packed_row_finish((float *)y->data + (i + j) * y->stride, s.sum + j * n, n,
                                  &s.row[j], &p->columns, 0, p->scale, bias);
    }
done:
    strip_free(&s);
    return err;
}

const struct packed_engine iso_packed_int8 = {
    .name = "isogloss on rounded numbers",
    .make = int8_make,
    .mul = int8_mul,
    .free = int8_free,
    .bytes = int8_bytes,
};
