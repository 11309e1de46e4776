#include "lib/io/h5_rows.h"

#include <inttypes.h>

#include "lib/base/alloc.h"

/* The axis that counts rows: the first that is not the layer's. */
static int row_axis(const iso_h5_slice *s)
{
    return s->layer_axis == 0 ? 1 : 0;
}

/* Packed data whose bytes reach beyond the file. */
static iso_err check_end(const iso_file *file, const iso_h5_info *f, const char *path)
{
    int64_t bytes = (int64_t)iso_dtype_size(f->dtype);

    if (f->offset < 0)
        return ISO_OK;
    for (int i = 0; i < f->rank && i < ISO_H5_RANK; i++)
        bytes *= f->dims[i];
    if (bytes > file->size || f->offset > file->size - bytes)
        return iso_fail(ISO_EFORMAT,
                        "%s: is truncated: %s needs bytes up to %" PRId64 ", the file has %" PRId64,
                        file->path, path, f->offset + bytes, file->size);
    return ISO_OK;
}

iso_err iso_h5_slice_shape(int64_t *rows, int64_t *cols, iso_dtype *dtype, const iso_file *file,
                           const iso_h5_data *data, const iso_h5_slice *s)
{
    const iso_h5_info *f = iso_h5_about(data);
    int64_t width = 1;
    iso_err err = ISO_OK;

    if (f->type != ISO_H5_FLOAT)
        ISO_FAIL(ISO_EFORMAT, "%s: %s holds %s, not f16, bf16, f32 or f64", file->path, s->path,
                 f->holds);
    if (f->rank < (s->layer_axis < 0 ? 2 : 3) || f->rank > ISO_H5_RANK)
        ISO_FAIL(ISO_EFORMAT, "%s: %s has rank %d, not %d", file->path, s->path, f->rank,
                 s->layer_axis < 0 ? 2 : 3);
    if (s->layer_axis >= 0 && (s->layer < 0 || s->layer >= f->dims[s->layer_axis]))
        ISO_FAIL(ISO_EARG, "%s: %s has no layer %" PRId64 ", it has %" PRId64, file->path, s->path,
                 s->layer, f->dims[s->layer_axis]);
    ISO_TRY(check_end(file, f, s->path));
    for (int i = 0; i < f->rank; i++)
        width *= i == s->layer_axis || i == row_axis(s) ? 1 : f->dims[i];
    if (width == 0)
        ISO_FAIL(ISO_EFORMAT, "%s: %s has rows of no numbers", file->path, s->path);
    *rows = f->dims[row_axis(s)];
    *cols = width;
    *dtype = f->dtype;
done:
    return err;
}

/* Through HDF5 ---------------------------------------------------------------- */

struct h5_rows {
    iso_rows base;
    iso_h5_data *data;
    int row_axis, layer_axis;
    int64_t layer;
    char *buffer;
    int64_t room;
};

static iso_err h5_rows_read(iso_rows *self, int64_t first, int64_t count, iso_view *out)
{
    struct h5_rows *r = (struct h5_rows *)self;
    int64_t start[ISO_H5_RANK], size[ISO_H5_RANK];
    iso_err err = ISO_OK;

    if (count > r->room) {
        const size_t row = (size_t)self->cols * iso_dtype_size(self->dtype);
        ISO_TRY(iso_realloc(&r->buffer, 0, count, row));
        r->room = count;
    }
    for (int i = 0; i < ISO_H5_RANK; i++) {
        start[i] = i == r->row_axis ? first : i == r->layer_axis ? r->layer : 0;
        size[i] = i == r->row_axis     ? count
                  : i == r->layer_axis ? 1
                                       : iso_h5_about(r->data)->dims[i];
    }
    ISO_TRY(iso_h5_read(r->data, start, size, r->buffer));
    *out = (iso_view){r->buffer, count, self->cols, self->cols, self->dtype};
done:
    return err;
}

static void h5_rows_close(iso_rows *self)
{
    struct h5_rows *r = (struct h5_rows *)self;

    iso_h5_data_close(r->data);
    iso_free(r->buffer);
    iso_free(r);
}

/* Takes over the dataset on success. */
static iso_err through_h5(iso_rows **out, iso_h5_data *data, int64_t rows, int64_t cols,
                          const iso_h5_slice *s)
{
    const iso_h5_info *f = iso_h5_about(data);
    struct h5_rows *r = NULL;
    iso_err err = iso_alloc(&r, 1, sizeof *r);

    if (err)
        return err;
    r->data = data;
    r->row_axis = row_axis(s);
    r->layer_axis = s->layer_axis;
    r->layer = s->layer;
    const int64_t chunk = f->chunk[r->row_axis];
    r->base = (iso_rows){.rows = rows,
                         .cols = cols,
                         .dtype = f->dtype,
                         .run = chunk > 0 ? chunk : 1,
                         .read = h5_rows_read,
                         .close = h5_rows_close};
    *out = &r->base;
    return ISO_OK;
}

iso_err iso_rows_of_h5(iso_rows **out, const iso_file *file, iso_h5 *h5, const iso_h5_slice *s)
{
    iso_h5_data *data = NULL;
    int64_t rows, cols;
    iso_dtype dtype;
    iso_err err = ISO_OK;

    ISO_TRY(iso_h5_data_open(&data, h5, s->path));
    ISO_TRY(iso_h5_slice_shape(&rows, &cols, &dtype, file, data, s));
    const int64_t offset = iso_h5_about(data)->offset;
    if (offset >= 0 && s->layer_axis <= 0) {
        const int64_t skip = s->layer_axis == 0 ? s->layer * rows * cols : 0;
        ISO_TRY(iso_rows_of_file(out, file, offset + skip * (int64_t)iso_dtype_size(dtype), rows,
                                 cols, dtype));
    } else {
        ISO_TRY(through_h5(out, data, rows, cols, s));
        data = NULL;
    }
done:
    iso_h5_data_close(data);
    return err;
}
