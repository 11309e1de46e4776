/* Products without preparation, which may keep the caller's weights; what the engines share. */
#include <stdint.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/linalg/convert.h"
#include "lib/linalg/packed_inside.h"

static bool aligned(iso_view w)
{
    return (uintptr_t)w.data % iso_dtype_size(w.dtype) == 0;
}

void iso_packed_fill(iso_mat *y, const float *bias)
{
    const size_t bytes = (size_t)y->cols * sizeof(float);
    float *data = y->data;

#pragma omp parallel for if (y->rows * y->cols > 1 << 18)
    for (int64_t i = 0; i < y->rows; i++) {
        if (bias)
            memcpy(data + i * y->stride, bias, bytes);
        else
            memset(data + i * y->stride, 0, bytes);
    }
}

iso_mat iso_packed_strip(const iso_mat *y, int64_t first, int64_t count)
{
    float *data = y->data;

    return (iso_mat){data + first * y->stride, count, y->cols, y->stride, ISO_F32, NULL};
}

/* Numbers at odd addresses, as files may hold them, pass through one aligned row. */
static iso_err widen_odd(iso_mat *to, iso_view w)
{
    const size_t size = iso_dtype_size(w.dtype);
    const char *from = w.data;
    void *row = NULL;
    float *data = to->data;
    iso_err err = iso_alloc(&row, w.cols, size);

    if (err)
        return err;
    for (int64_t i = 0; i < w.rows; i++) {
        memcpy(row, from + (size_t)(i * w.stride) * size, (size_t)w.cols * size);
        iso_convert_f32(data + i * to->stride, to->stride,
                        (iso_view){row, 1, w.cols, w.cols, w.dtype});
    }
    iso_free(row);
    return ISO_OK;
}

iso_err iso_packed_widen(iso_mat *out, iso_view w)
{
    iso_mat to = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_mat_new(&to, w.rows, w.cols, ISO_F32));
    if (w.rows > 0 && w.cols > 0) {
        if (aligned(w))
            iso_convert_f32(to.data, to.stride, w);
        else
            ISO_TRY(widen_odd(&to, w));
    }
    *out = to;
    to = (iso_mat){0};
done:
    iso_mat_free(&to);
    return err;
}

/* f32 ----------------------------------------------------------------------- */

struct plain_weights {
    iso_view w; /* the caller's, or of `own` */
    iso_mat own;
};

static void plain_free(void *state)
{
    struct plain_weights *p = state;

    iso_mat_free(&p->own);
    iso_free(p);
}

static iso_err plain_make(void **state, iso_view w)
{
    struct plain_weights *p = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&p, 1, sizeof *p));
    if (w.dtype == ISO_F32 && w.stride == w.cols && aligned(w)) {
        p->w = w;
    } else {
        ISO_TRY(iso_packed_widen(&p->own, w));
        p->w = iso_mat_view(&p->own);
    }
    *state = p;
    p = NULL;
done:
    iso_free(p);
    return err;
}

static iso_err plain_mul(iso_mat *y, iso_view x, const void *state, const float *bias,
                         const iso_then *then)
{
    (void)then;
    const struct plain_weights *p = state;

    if (bias || x.cols == 0)
        iso_packed_fill(y, bias);
    return x.cols == 0 ? ISO_OK : iso_mul_nt(y, x, p->w, bias ? 1 : 0);
}

static int64_t plain_bytes(const void *state)
{
    const struct plain_weights *p = state;

    return (int64_t)sizeof *p + p->own.rows * p->own.cols * (int64_t)sizeof(float);
}

const struct packed_engine iso_packed_plain = {
    .name = "isogloss, not packed",
    .make = plain_make,
    .mul = plain_mul,
    .free = plain_free,
    .bytes = plain_bytes,
};
