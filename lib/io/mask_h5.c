#include "lib/io/mask_h5.h"

#include "lib/base/alloc.h"
#include "lib/base/str.h"

iso_err iso_mask_of_h5(iso_token_mask *out, bool *is, const iso_file *file, iso_h5 *h5,
                       const char *path)
{
    iso_h5_data *data = NULL;
    int64_t *values = NULL, count = 0;
    iso_buf what = {0};
    iso_err err = ISO_OK;

    *is = false;
    ISO_TRY(iso_h5_data_open(&data, h5, path));
    const iso_h5_info *f = iso_h5_about(data);
    if (f->type != ISO_H5_INT || f->rank != 2 || f->dims[0] < 1 || f->dims[1] < 1)
        goto done;
    ISO_TRY(iso_h5_read_ints(&values, &count, h5, path));
    ISO_TRY(iso_buf_printf(&what, "%s: %s", file->path, path));
    if (count % f->dims[1] != 0 || count / f->dims[1] != f->dims[0])
        ISO_FAIL(ISO_EFORMAT, "%s: changed while it was read", what.text);
    ISO_TRY(iso_mask_make(out, path, f->dims[0], f->dims[1], values, "I64", what.text));
    *is = true;
done:
    iso_free(values);
    iso_buf_free(&what);
    iso_h5_data_close(data);
    return err;
}
