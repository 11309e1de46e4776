#include "analysis/study/items/load.h"

#include "lib/linalg/convert.h"

enum { READ_ROWS = 4096 };

iso_err iso_load_rows(iso_mat *out, iso_rows *rows, const iso_prep *prep)
{
    iso_mat x = {0};
    iso_view part;
    int64_t bad;
    double peak;
    iso_err err = ISO_OK;

    ISO_TRY(iso_mat_new(&x, rows->rows, rows->cols, ISO_F32));
    for (int64_t i = 0; i < x.rows; i += READ_ROWS) {
        const int64_t count = x.rows - i < READ_ROWS ? x.rows - i : READ_ROWS;
        ISO_TRY(iso_rows_read(rows, i, count, &part));
        if (!iso_view_fits_f32(&bad, &peak, part))
            ISO_FAIL(ISO_EFORMAT, LOAD_RANGE, iso_rows_name(rows), (long long)(i + bad), peak);
        iso_convert_f32((float *)x.data + i * x.stride, x.stride, part);
    }
    if (!iso_view_finite(&bad, iso_mat_view(&x)))
        ISO_FAIL(ISO_EFORMAT, "%s: row %lld holds a number that is not finite (`isogloss inspect`)",
                 iso_rows_name(rows), (long long)bad);
    ISO_TRY(iso_prep_apply(&x, prep));
    *out = x;
    x = (iso_mat){0};
done:
    iso_mat_free(&x);
    return err;
}
