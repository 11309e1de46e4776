#include "lib/linalg/view.h"

#include "lib/base/alloc.h"

size_t iso_dtype_size(iso_dtype dtype)
{
    switch (dtype) {
    case ISO_F32:
        return 4;
    case ISO_F64:
        return 8;
    case ISO_F16:
    case ISO_BF16:
        return 2;
    }
    return 0;
}

const char *iso_dtype_name(iso_dtype dtype)
{
    static const char *const names[] = {"f32", "f64", "f16", "bf16"};
    return names[dtype];
}

static iso_err make(iso_mat *out, int64_t rows, int64_t cols, iso_dtype dtype,
                    iso_err (*allocate)(void *, int64_t, size_t))
{
    void *data = NULL;

    if (rows < 0 || cols < 0)
        return iso_fail(ISO_EARG, "a matrix cannot be %lld x %lld", (long long)rows,
                        (long long)cols);
    if (cols > 0 && rows > INT64_MAX / cols)
        return iso_fail(ISO_ENOMEM, "out of memory (%lld x %lld matrix)", (long long)rows,
                        (long long)cols);
    iso_err err = allocate(&data, rows * cols, iso_dtype_size(dtype));
    if (err)
        return err;
    *out = (iso_mat){data, rows, cols, cols, dtype, data};
    return ISO_OK;
}

iso_err iso_mat_new(iso_mat *out, int64_t rows, int64_t cols, iso_dtype dtype)
{
    return make(out, rows, cols, dtype, iso_alloc_scattered);
}

iso_err iso_mat_new_raw(iso_mat *out, int64_t rows, int64_t cols, iso_dtype dtype)
{
    return make(out, rows, cols, dtype, iso_alloc_raw);
}

void iso_mat_free(iso_mat *m)
{
    if (m) {
        iso_free(m->owner);
        *m = (iso_mat){0};
    }
}

iso_view iso_mat_view(const iso_mat *m)
{
    return (iso_view){m->data, m->rows, m->cols, m->stride, m->dtype};
}

iso_mat iso_mat_columns(const iso_mat *m, int64_t first, int64_t count)
{
    char *data = m->data;

    return (iso_mat){
        data + (size_t)first * iso_dtype_size(m->dtype), m->rows, count, m->stride, m->dtype, NULL};
}

iso_view iso_view_f32(const float *data, int64_t rows, int64_t cols)
{
    return (iso_view){data, rows, cols, cols, ISO_F32};
}

iso_view iso_view_f64(const double *data, int64_t rows, int64_t cols)
{
    return (iso_view){data, rows, cols, cols, ISO_F64};
}

iso_view iso_view_rows(iso_view v, int64_t first, int64_t count)
{
    const char *start = v.data;

    v.data = start + (size_t)(first * v.stride) * iso_dtype_size(v.dtype);
    v.rows = count;
    return v;
}
