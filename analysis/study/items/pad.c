#include "analysis/study/items/pad.h"

#include <string.h>

iso_err iso_pad_dims(int64_t *out, bool pad, const char *src, int64_t p,
                     const char *tgt, int64_t q)
{
    if (p != q && !pad)
        return iso_fail(ISO_EDATA,
                        "%s has %lld dims, %s %lld: " ISO_FIELD(pad) " adds columns of zeros", src,
                        (long long)p, tgt, (long long)q);
    *out = p > q ? p : q;
    return ISO_OK;
}

iso_err iso_pad_widen(iso_mat *m, int64_t cols)
{
    iso_mat wide = {0};
    iso_err err = ISO_OK;

    if (m->cols >= cols)
        return ISO_OK;
    ISO_TRY(iso_mat_new(&wide, m->rows, cols, ISO_F32));
    for (int64_t i = 0; i < wide.rows; i++)
        memcpy((float *)wide.data + i * wide.stride, (const float *)m->data + i * m->stride,
               (size_t)m->cols * sizeof(float));
    iso_mat_free(m);
    *m = wide;
done:
    return err;
}
