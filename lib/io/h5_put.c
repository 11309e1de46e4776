/* Datasets written, with the groups on their way. */
#include "lib/io/h5_inside.h"

#include <string.h>

#include "lib/base/alloc.h"

/* Links with UTF-8 names whose missing groups are made. */
static hid_t link_plist(void)
{
    const hid_t p = H5Pcreate(H5P_LINK_CREATE);

    if (p >= 0) {
        (void)H5Pset_create_intermediate_group(p, 1);
        (void)H5Pset_char_encoding(p, H5T_CSET_UTF8);
    }
    return p;
}

/* No times: the same data are the same bytes. Contiguous `room` is set aside at once and not
 * filled, so that it has an offset before any number is written. */
static hid_t data_plist(int rank, const hsize_t *dims, bool room, const iso_h5_layout *layout)
{
    const hid_t p = H5Pcreate(H5P_DATASET_CREATE);
    hsize_t chunk[ISO_H5_RANK] = {0};

    if (p < 0)
        return p;
    (void)H5Pset_obj_track_times(p, 0);
    if (layout && layout->chunk > 0) {
        for (int i = 0; i < rank; i++)
            chunk[i] = dims[i];
        chunk[rank - 2 < 0 ? 0 : rank - 2] = (hsize_t)layout->chunk;
        (void)H5Pset_chunk(p, rank, chunk);
        if (layout->deflate > 0)
            (void)H5Pset_deflate(p, (unsigned)layout->deflate);
    } else if (room) {
        (void)H5Pset_alloc_time(p, H5D_ALLOC_TIME_EARLY);
        (void)H5Pset_fill_time(p, H5D_FILL_TIME_NEVER);
    }
    return p;
}

static iso_err put(iso_h5 *file, const char *path, int rank, const int64_t *dims, hid_t type,
                   hid_t memory, const void *data, const iso_h5_layout *layout)
{
    const struct h5_printer printer = iso_h5_hush();
    hsize_t n[ISO_H5_RANK] = {0};
    iso_err err = ISO_OK;

    for (int i = 0; i < rank; i++)
        n[i] = (hsize_t)dims[i];
    const hid_t links = link_plist(), how = data_plist(rank, n, !data, layout);
    const hid_t space = H5Screate_simple(rank, n, NULL);
    const hid_t id = H5Dcreate2(file->id, path, type, space, links, how, H5P_DEFAULT);
    if (id < 0)
        err = iso_h5_broke(ISO_EIO, file->path, path, "cannot make this dataset");
    else if (data && H5Dwrite(id, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) < 0)
        err = iso_h5_broke(ISO_EIO, file->path, path, "cannot write");
    iso_h5_shut(id);
    iso_h5_shut(space);
    iso_h5_shut(how);
    iso_h5_shut(links);
    iso_h5_unhush(printer);
    return err;
}

iso_err iso_h5_put(iso_h5 *file, const char *path, int rank, const int64_t *dims, iso_dtype dtype,
                   const void *data, const iso_h5_layout *layout)
{
    const bool big = layout && layout->big_endian;

    if (rank < 1 || rank > ISO_H5_RANK || dtype == ISO_BF16)
        return iso_fail(ISO_EARG, "%s: %s: rank %d of %s cannot be written", file->path, path, rank,
                        iso_dtype_name(dtype));
    const hid_t type = iso_h5_float_type(dtype, big ? H5T_ORDER_BE : H5T_ORDER_LE);
    const hid_t memory = iso_h5_float_type(dtype, iso_h5_our_order());
    const iso_err err = put(file, path, rank, dims, type, memory, data, layout);
    iso_h5_shut(type);
    iso_h5_shut(memory);
    return err;
}

iso_err iso_h5_put_i32(iso_h5 *file, const char *path, const int32_t *values, int64_t count)
{
    return put(file, path, 1, &count, H5T_STD_I32LE, H5T_NATIVE_INT32, values, NULL);
}

iso_err iso_h5_put_i64(iso_h5 *file, const char *path, const int64_t *values, int64_t count)
{
    return put(file, path, 1, &count, H5T_STD_I64LE, H5T_NATIVE_INT64, values, NULL);
}

/* Texts ----------------------------------------------------------------------------- */

enum { SLICE_BYTES = 1 << 20, TEXTS_OF_CHUNK = 4096, CHUNK_MOST = 1 << 22 };

/* Texts [first, first + count), each in `fixed` bytes, with zeros behind. */
static iso_err put_slice(const iso_h5 *file, hid_t id, hid_t type, int64_t fixed, char *packed,
                         const char *const *texts, int64_t first, int64_t count)
{
    const hsize_t start = (hsize_t)first, n = (hsize_t)count;
    const hid_t to = H5Dget_space(id), from = H5Screate_simple(1, &n, NULL);
    iso_err err = ISO_OK;

    memset(packed, 0, (size_t)(count * fixed));
    for (int64_t i = 0; i < count; i++)
        memcpy(packed + i * fixed, texts[first + i], strnlen(texts[first + i], (size_t)fixed));
    if (to < 0 || from < 0 || H5Sselect_hyperslab(to, H5S_SELECT_SET, &start, NULL, &n, NULL) < 0 ||
        H5Dwrite(id, type, from, to, H5P_DEFAULT, packed) < 0)
        err = iso_h5_broke(ISO_EIO, file->path, NULL, "cannot write texts");
    iso_h5_shut(from);
    iso_h5_shut(to);
    return err;
}

static iso_err put_packed(iso_h5 *file, const char *path, hid_t type, int64_t fixed,
                          const char *const *texts, int64_t count)
{
    const int64_t step = fixed < SLICE_BYTES ? SLICE_BYTES / fixed : 1;
    const hid_t id = H5Dopen2(file->id, path, H5P_DEFAULT);
    char *packed = NULL;
    iso_err err = ISO_OK;

    if (id < 0)
        ISO_TRY(iso_h5_broke(ISO_EIO, file->path, path, "cannot write"));
    ISO_TRY(iso_alloc(&packed, step < count ? step : count, (size_t)fixed));
    for (int64_t at = 0; at < count; at += step)
        ISO_TRY(put_slice(file, id, type, fixed, packed, texts, at,
                          count - at < step ? count - at : step));
done:
    iso_free(packed);
    iso_h5_shut(id);
    return err;
}

/* Bytes of the longest text; *spent: of all. */
static int64_t longest(int64_t *spent, const char *const *texts, int64_t count)
{
    int64_t most = 1;

    *spent = 0;
    for (int64_t i = 0; i < count; i++) {
        const int64_t n = (int64_t)strlen(texts[i]);
        *spent += n;
        most = n > most ? n : most;
    }
    return most;
}

/* Texts of most different lengths go into chunks that are packed. */
static iso_h5_layout layout_of_texts(int64_t fixed, int64_t spent, int64_t count)
{
    const int64_t fit = CHUNK_MOST / fixed;
    const int64_t chunk = fit < 1 ? 1 : fit < TEXTS_OF_CHUNK ? fit : TEXTS_OF_CHUNK;
    const bool wide = count > 0 && fixed > (4 * spent + SLICE_BYTES) / count;

    return wide && H5Zfilter_avail(H5Z_FILTER_DEFLATE) > 0
               ? (iso_h5_layout){.chunk = chunk < count ? chunk : count, .deflate = 1}
               : (iso_h5_layout){0};
}

iso_err iso_h5_put_texts(iso_h5 *file, const char *path, const char *const *texts, int64_t count,
                         const iso_h5_layout *layout)
{
    int64_t spent = 0;
    const int64_t most = longest(&spent, texts, count);
    const int64_t fixed = layout && layout->fixed > 0 ? layout->fixed : most;
    const iso_h5_layout how = layout_of_texts(fixed, spent, count);
    const hid_t type = iso_h5_text_type(fixed);
    const struct h5_printer printer = iso_h5_hush();
    iso_err err = ISO_OK;

    ISO_TRY(put(file, path, 1, &count, type, type, NULL, &how));
    if (count > 0)
        ISO_TRY(put_packed(file, path, type, fixed, texts, count));
done:
    iso_h5_unhush(printer);
    iso_h5_shut(type);
    return err;
}
