/* Datasets: what they are, and blocks of numbers out of them. */
#include "lib/io/h5_inside.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"

void iso_h5_here_data_close(iso_h5_data *data)
{
    if (!data)
        return;
    const struct h5_printer printer = iso_h5_hush();
    iso_h5_shut(data->memory);
    iso_h5_shut(data->id);
    iso_h5_unhush(printer);
    data->file->caches -= data->cache;
    iso_free(data->path);
    iso_free(data);
}

static iso_err look_at_shape(iso_h5_data *d, size_t size)
{
    hsize_t dims[H5S_MAX_RANK] = {0};
    int64_t total = (int64_t)size;
    iso_err err = ISO_OK;
    const hid_t space = H5Dget_space(d->id);

    if (space < 0 || (d->info.rank = H5Sget_simple_extent_ndims(space)) < 0 ||
        H5Sget_simple_extent_dims(space, dims, NULL) < 0)
        ISO_TRY(iso_h5_broke(ISO_EFORMAT, d->file->path, d->path, "cannot read its shape"));
    for (int i = 0; i < ISO_H5_RANK; i++)
        d->info.dims[i] = 1;
    for (int i = 0; i < d->info.rank; i++) {
        if (dims[i] > INT64_MAX / 16 || (dims[i] > 0 && total > INT64_MAX / 16 / (int64_t)dims[i]))
            ISO_FAIL(ISO_EFORMAT, "%s: %s: its shape is beyond any file", d->file->path, d->path);
        total *= (int64_t)dims[i];
        if (i < ISO_H5_RANK)
            d->info.dims[i] = (int64_t)dims[i];
    }
done:
    iso_h5_shut(space);
    return err;
}

/* A small file can claim to be huge: what it says must be within reach of any compression. With the
 * bytes of other files it led to. */
static iso_err check_size(iso_h5_data *d, size_t size)
{
    int64_t bytes = (int64_t)size;

    for (int i = 0; i < d->info.rank && i < ISO_H5_RANK; i++)
        bytes *= d->info.dims[i];
    d->bytes = bytes;
    return d->file->size == 0 || bytes <= (int64_t)64 << 20 || bytes / 4096 <= d->file->size
               ? ISO_OK
               : iso_fail(ISO_EFORMAT, "%s: %s claims %" PRId64 " bytes in a file of %" PRId64,
                          d->file->path, d->path, bytes, d->file->size);
}

/* HDF5 keeps 1 MiB of unpacked chunks; a row of chunks that is larger would be unpacked again for
 * every block of rows. A dataset that is open keeps the cache it was opened with: it is shut first.
 */
static iso_err widen_cache(iso_h5_data *d, size_t size)
{
    enum { MOST = 64 << 20, MOST_OF_ALL = 2 * MOST };
    const iso_h5_info *f = &d->info;
    const int last = f->rank - 1;
    int64_t bytes = (int64_t)size;

    for (int i = 0; i <= last && bytes <= MOST; i++)
        bytes *= i == last ? (f->dims[i] > f->chunk[i] ? f->dims[i] : f->chunk[i]) : f->chunk[i];
    if (bytes <= 1 << 20 || bytes > MOST || bytes > MOST_OF_ALL - d->file->caches)
        return ISO_OK;
    const hid_t plist = H5Pcopy(d->file->links);
    if (plist >= 0 && H5Pset_chunk_cache(plist, 4099, (size_t)bytes, 1.0) >= 0) {
        iso_h5_shut(d->id);
        d->id = H5Dopen2(d->file->id, d->path, plist);
        d->file->caches += bytes;
        d->cache = bytes;
    }
    iso_h5_shut(plist);
    return d->id >= 0 ? ISO_OK : iso_h5_lost(d->file, d->path, "cannot open this dataset");
}

/* In the file itself, not in one that a link leads to. */
static bool is_here(const iso_h5_data *d)
{
    H5O_info_t file, data;

    return H5Oget_info(d->file->id, &file) >= 0 && H5Oget_info(d->id, &data) >= 0 &&
           file.fileno == data.fileno;
}

static iso_err look_at_layout(iso_h5_data *d, size_t size, bool little)
{
    const hid_t plist = H5Dget_create_plist(d->id);
    iso_err err = ISO_OK;

    d->info.offset = -1;
    if (plist < 0)
        return ISO_OK;
    if (H5Pget_layout(plist) == H5D_CHUNKED && d->info.rank <= ISO_H5_RANK) {
        hsize_t chunk[ISO_H5_RANK] = {0};
        if (H5Pget_chunk(plist, ISO_H5_RANK, chunk) > 0) {
            for (int i = 0; i < ISO_H5_RANK; i++)
                d->info.chunk[i] = (int64_t)chunk[i];
            err = widen_cache(d, size);
        }
    } else if (H5Pget_layout(plist) == H5D_CONTIGUOUS && little &&
               H5Pget_external_count(plist) == 0 && is_here(d)) {
        const haddr_t offset = H5Dget_offset(d->id);
        if (offset != HADDR_UNDEF && offset <= INT64_MAX)
            d->info.offset = (int64_t)offset;
    }
    iso_h5_shut(plist);
    return err;
}

/* What the values are, in words and for us; *little when they lie as we write them. */
static iso_err look_at_type(iso_h5_data *d, bool *little, hid_t type)
{
    const H5T_class_t class = H5Tget_class(type);
    const size_t size = H5Tget_size(type);
    iso_h5_info *f = &d->info;
    iso_err err = ISO_OK;

    f->type = class == H5T_INTEGER || class == H5T_ENUM ? ISO_H5_INT
              : class == H5T_STRING                     ? ISO_H5_TEXT
              : class == H5T_FLOAT                      ? ISO_H5_FOREIGN
                                                        : ISO_H5_OTHER;
    f->untyped = class == H5T_OPAQUE && size == 2;
    if (f->untyped || (class == H5T_FLOAT && iso_h5_float_of(&f->dtype, little, type))) {
        f->type = ISO_H5_FLOAT;
        f->dtype = f->untyped ? ISO_BF16 : f->dtype;
        *little = *little || f->untyped;
        d->memory = f->untyped ? H5Tcopy(type) : iso_h5_float_type(f->dtype, iso_h5_our_order());
        if (d->memory < 0)
            ISO_TRY(iso_h5_broke(ISO_ENOMEM, d->file->path, d->path, "cannot make a type"));
    }
    if (f->type == ISO_H5_FLOAT)
        (void)snprintf(f->holds, sizeof f->holds, "%s", iso_dtype_name(f->dtype));
    else if (f->type == ISO_H5_FOREIGN)
        (void)snprintf(f->holds, sizeof f->holds, "other %zu-bit floats", 8 * size);
    else
        (void)snprintf(f->holds, sizeof f->holds, "%s",
                       f->type == ISO_H5_INT    ? "integers"
                       : f->type == ISO_H5_TEXT ? "texts"
                                                : "no numbers");
done:
    return err;
}

static iso_err look(iso_h5_data *d)
{
    const hid_t type = H5Dget_type(d->id);
    bool little = false;
    iso_err err = ISO_OK;

    if (type < 0)
        ISO_TRY(iso_h5_broke(ISO_EFORMAT, d->file->path, d->path, "cannot read its type"));
    ISO_TRY(look_at_type(d, &little, type));
    ISO_TRY(look_at_shape(d, H5Tget_size(type)));
    if (d->file->size > 0)
        ISO_TRY(iso_h5_whole(d));
    ISO_TRY(check_size(d, H5Tget_size(type)));
    ISO_TRY(look_at_layout(d, H5Tget_size(type), little));
done:
    iso_h5_shut(type);
    return err;
}

iso_err iso_h5_here_data(iso_h5_data **out, iso_h5 *file, const char *path)
{
    const struct h5_printer printer = iso_h5_hush();
    iso_h5_data *d = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&d, 1, sizeof *d));
    d->id = d->memory = H5I_INVALID_HID;
    d->file = file;
    ISO_TRY(iso_str_dup(&d->path, path, -1));
    d->id = H5Dopen2(file->id, path, file->links);
    if (d->id < 0)
        ISO_TRY(iso_h5_lost(file, path, "cannot open this dataset"));
    ISO_TRY(look(d));
    *out = d;
    d = NULL;
done:
    iso_h5_here_data_close(d);
    iso_h5_unhush(printer);
    return err;
}

iso_err iso_h5_here_read(iso_h5_data *d, const int64_t *start_at, const int64_t *count, void *to)
{
    const struct h5_printer printer = iso_h5_hush();
    hsize_t s[ISO_H5_RANK] = {0}, c[ISO_H5_RANK] = {0};
    hid_t file = H5I_INVALID_HID, memory = H5I_INVALID_HID;
    iso_err err = ISO_OK;

    for (int i = 0; i < d->info.rank; i++) {
        s[i] = (hsize_t)start_at[i];
        c[i] = (hsize_t)count[i];
    }
    file = H5Dget_space(d->id);
    memory = H5Screate_simple(d->info.rank, c, NULL);
    if (file < 0 || memory < 0 || H5Sselect_hyperslab(file, H5S_SELECT_SET, s, NULL, c, NULL) < 0 ||
        H5Dread(d->id, d->memory, memory, file, H5P_DEFAULT, to) < 0)
        ISO_TRY(iso_h5_broke(ISO_EFORMAT, d->file->path, d->path, "cannot read"));
done:
    iso_h5_shut(file);
    iso_h5_shut(memory);
    iso_h5_unhush(printer);
    return err;
}

/* What the next dataset is and, if they are asked for, its numbers. */
static iso_err add_data(iso_buf *infos, iso_buf *numbers, iso_h5 *file, const char *path)
{
    const int64_t start[ISO_H5_RANK] = {0};
    iso_h5_data *d = NULL;
    char *block = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_h5_here_data(&d, file, path));
    ISO_TRY(iso_buf_add(infos, (const char *)&d->info, (int64_t)sizeof d->info));
    const int64_t bytes = numbers ? iso_h5_bytes(&d->info) : 0;
    if (bytes > 0) {
        iso_h5_grant(file, bytes);
        ISO_TRY(iso_alloc(&block, bytes, 1));
        ISO_TRY(iso_h5_here_read(d, start, d->info.dims, block));
        ISO_TRY(iso_buf_add(numbers, block, bytes));
    }
done:
    iso_free(block);
    iso_h5_here_data_close(d);
    return err;
}

iso_err iso_h5_here_many(iso_buf *out, iso_h5 *file, const char *paths, int64_t count, bool numbers)
{
    iso_buf infos = {0}, all = {0};
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < count; i++, paths += strlen(paths) + 1)
        ISO_TRY(add_data(&infos, numbers ? &all : NULL, file, paths));
    if (all.len > 0)
        ISO_TRY(iso_buf_add(&infos, all.text, all.len));
    *out = infos;
    infos = (iso_buf){0};
done:
    iso_buf_free(&infos);
    iso_buf_free(&all);
    return err;
}
