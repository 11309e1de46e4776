#include "analysis/study/items/load.h"

#include "lib/linalg/convert.h"

enum { READ_ROWS = 4096 };

iso_err iso_load_matrix(iso_mat *out, iso_rows *rows, iso_dtype dtype)
{
    const size_t size = iso_dtype_size(dtype);
    iso_mat x = {0};
    iso_view part;
    int64_t bad;
    double peak;
    iso_err err = ISO_OK;

    ISO_TRY(iso_mat_new(&x, rows->rows, rows->cols, dtype));
    for (int64_t i = 0; i < x.rows; i += READ_ROWS) {
        const int64_t count = x.rows - i < READ_ROWS ? x.rows - i : READ_ROWS;
        ISO_TRY(iso_rows_read(rows, i, count, &part));
        if (dtype == ISO_F32 && !iso_view_fits_f32(&bad, &peak, part))
            ISO_FAIL(ISO_EFORMAT, LOAD_RANGE, iso_rows_name(rows), (long long)(i + bad), peak);
        iso_convert((char *)x.data + (size_t)(i * x.stride) * size, x.stride, dtype, part);
    }
    if (!iso_view_finite(&bad, iso_mat_view(&x)))
        ISO_FAIL(ISO_EFORMAT, "%s: row %lld holds a number that is not finite (`isogloss inspect`)",
                 iso_rows_name(rows), (long long)bad);
    *out = x;
    x = (iso_mat){0};
done:
    iso_mat_free(&x);
    return err;
}

iso_err iso_load_rows(iso_mat *out, iso_rows *rows, const iso_prep *prep, const iso_prep_span *span)
{
    iso_mat x = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_load_matrix(&x, rows, ISO_F32));
    err = iso_prep_apply(&x, prep, span);
    if (err) {
        err = iso_fail_in(err, "%s", iso_rows_name(rows));
        goto done;
    }
    *out = x;
    x = (iso_mat){0};
done:
    iso_mat_free(&x);
    return err;
}

iso_err iso_buffer_room(iso_mat *buffer, int64_t numbers, iso_dtype type)
{
    iso_mat m = {0};
    iso_err err = ISO_OK;

    if (buffer->dtype == type && buffer->cols >= numbers)
        return ISO_OK;
    iso_mat_free(buffer);
    *buffer = (iso_mat){0};
    ISO_TRY(iso_mat_new(&m, 1, numbers, type));
    *buffer = m;
done:
    return err;
}
