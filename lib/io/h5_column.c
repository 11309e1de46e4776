/* Datasets read whole: texts of rank 0 or 1, integers of rank 2 too. */
#include "lib/io/h5_inside.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/io/h5_texts.h"

static iso_err open_line(iso_h5_data **out, iso_h5 *file, const char *path, int rank)
{
    iso_h5_data *d = NULL;
    iso_err err = iso_h5_here_data(&d, file, path);

    if (!err && d->info.rank > rank)
        err = iso_fail(ISO_EFORMAT, "%s: %s has rank %d, not %d", file->path, path, d->info.rank,
                       rank);
    if (err) {
        iso_h5_here_data_close(d);
        return err;
    }
    iso_h5_grant(file, d->bytes);
    *out = d;
    return ISO_OK;
}

static iso_err read_ints(int64_t **out, const iso_h5_data *d)
{
    const struct h5_printer printer = iso_h5_hush();
    int64_t *values = NULL;
    iso_err err = ISO_OK;

    if (d->info.type != ISO_H5_INT)
        ISO_FAIL(ISO_EFORMAT, "%s: %s does not hold integers", d->file->path, d->path);
    ISO_TRY(iso_alloc(&values, d->info.dims[0] * d->info.dims[1], sizeof *values));
    if (d->info.dims[0] > 0 && d->info.dims[1] > 0 &&
        H5Dread(d->id, H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0)
        ISO_TRY(iso_h5_broke(ISO_EFORMAT, d->file->path, d->path, "cannot read"));
    *out = values;
    values = NULL;
done:
    iso_free(values);
    iso_h5_unhush(printer);
    return err;
}

iso_err iso_h5_here_ints(int64_t **out, int64_t *count, iso_h5 *file, const char *path)
{
    iso_h5_data *d = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(open_line(&d, file, path, 2));
    ISO_TRY(read_ints(out, d));
    *count = d->info.dims[0] * d->info.dims[1];
done:
    iso_h5_here_data_close(d);
    return err;
}

static iso_err add_text(iso_buf *buf, const iso_h5_data *d, int64_t i, const char *text,
                        int64_t len)
{
    const int64_t before = buf->len;
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_add(buf, text, len));
    if (!iso_h5_utf8(buf->text + before))
        ISO_FAIL(ISO_EFORMAT, "%s: %s: item %" PRId64 " is not UTF-8", d->file->path, d->path, i);
    ISO_TRY(iso_buf_add(buf, "", 1));
done:
    return err;
}

/* Reads texts [first, first + count) into `to` (pointers, or packed fixed texts). */
static herr_t read_slice(const iso_h5_data *d, hid_t type, int64_t first, int64_t count,
                         hid_t *memory, void *to)
{
    const hsize_t start_at = (hsize_t)first, n = (hsize_t)count;

    if (d->info.rank == 0)
        return (*memory = H5Screate(H5S_SCALAR)) < 0
                   ? -1
                   : H5Dread(d->id, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, to);
    const hid_t file = H5Dget_space(d->id);
    *memory = H5Screate_simple(1, &n, NULL);
    const herr_t bad =
        file < 0 || *memory < 0 ||
                H5Sselect_hyperslab(file, H5S_SELECT_SET, &start_at, NULL, &n, NULL) < 0 ||
                H5Dread(d->id, type, *memory, file, H5P_DEFAULT, to) < 0
            ? -1
            : 0;
    iso_h5_shut(file);
    return bad;
}

enum { SLICE = 4096 };

static iso_err read_pointers(iso_buf *buf, const iso_h5_data *d, hid_t type)
{
    char *text[SLICE];
    hid_t memory = H5I_INVALID_HID;
    iso_err err = ISO_OK;

    for (int64_t at = 0, n; at < d->info.dims[0] && !err; at += n) {
        n = d->info.dims[0] - at < SLICE ? d->info.dims[0] - at : SLICE;
        memset(text, 0, sizeof text);
        if (read_slice(d, type, at, n, &memory, text) < 0)
            err = iso_h5_broke(ISO_EFORMAT, d->file->path, d->path, "cannot read");
        for (int64_t i = 0; i < n && !err; i++)
            err = add_text(buf, d, at + i, text[i] ? text[i] : "",
                           text[i] ? (int64_t)strlen(text[i]) : 0);
        if (memory >= 0) {
            (void)H5Dvlen_reclaim(type, memory, H5P_DEFAULT, text);
            iso_h5_shut(memory);
        }
        memory = H5I_INVALID_HID;
    }
    return err;
}

static iso_err read_fixed(iso_buf *buf, const iso_h5_data *d, hid_t type)
{
    const size_t size = H5Tget_size(type);
    const H5T_str_t pad = H5Tget_strpad(type);
    const int64_t step = size < 1 << 16 ? (1 << 20) / (int64_t)size : 16;
    hid_t memory = H5I_INVALID_HID;
    char *block = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&block, step < d->info.dims[0] ? step : d->info.dims[0], size));
    for (int64_t at = 0, n; at < d->info.dims[0] && !err; at += n) {
        n = d->info.dims[0] - at < step ? d->info.dims[0] - at : step;
        if (read_slice(d, type, at, n, &memory, block) < 0)
            err = iso_h5_broke(ISO_EFORMAT, d->file->path, d->path, "cannot read");
        iso_h5_shut(memory);
        memory = H5I_INVALID_HID;
        for (int64_t i = 0; i < n && !err; i++) {
            const char *text = block + (size_t)i * size;
            err = add_text(buf, d, at + i, text, iso_h5_fixed_length(text, size, pad));
        }
    }
done:
    iso_free(block);
    return err;
}

static iso_err read_decimals(iso_buf *buf, const iso_h5_data *d)
{
    int64_t *values = NULL;
    iso_err err = read_ints(&values, d);

    for (int64_t i = 0; i < d->info.dims[0] && !err; i++) {
        char text[32];
        const int len = snprintf(text, sizeof text, "%" PRId64, values[i]);
        err = iso_buf_add(buf, text, len + 1);
    }
    iso_free(values);
    return err;
}

iso_err iso_h5_here_texts(iso_buf *texts, int64_t *count, iso_h5 *file, const char *path)
{
    const struct h5_printer printer = iso_h5_hush();
    iso_h5_data *d = NULL;
    hid_t type = H5I_INVALID_HID;
    iso_err err = ISO_OK;

    ISO_TRY(open_line(&d, file, path, 1));
    if (d->info.type == ISO_H5_INT) {
        ISO_TRY(read_decimals(texts, d));
    } else if (d->info.type == ISO_H5_TEXT) {
        type = H5Dget_type(d->id);
        if (type < 0)
            ISO_TRY(iso_h5_broke(ISO_EFORMAT, file->path, path, "cannot read its type"));
        ISO_TRY(H5Tis_variable_str(type) > 0 ? read_pointers(texts, d, type)
                                             : read_fixed(texts, d, type));
    } else {
        ISO_FAIL(ISO_EFORMAT, "%s: %s holds %s, neither texts nor integers", file->path, path,
                 d->info.holds);
    }
    *count = d->info.dims[0];
done:
    iso_h5_shut(type);
    iso_h5_here_data_close(d);
    iso_h5_unhush(printer);
    return err;
}
