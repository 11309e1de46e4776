/* All HDF5 calls of the house. The 1.10 names also exist in later releases. */
#define H5_USE_110_API
#include "lib/io/h5.h"

#include <hdf5.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/io/h5_texts.h"

struct iso_h5 {
    char *path;
    hid_t id;
    int64_t size; /* bytes of the file when it was opened; 0 for one being made */
};

struct iso_h5_data {
    iso_h5_info info;
    const iso_h5 *file;
    char *path;
    hid_t id, memory; /* the dataset; how its numbers are to lie in memory */
};

/* Silence ------------------------------------------------------------------ */

/* How HDF5 printed errors before we came; a program around us may want it back. */
struct voice {
    H5E_auto2_t speak;
    void *payload;
};

static struct voice hush(void)
{
    struct voice v = {NULL, NULL};

    (void)H5Eget_auto2(H5E_DEFAULT, &v.speak, &v.payload);
    (void)H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    return v;
}

static void unhush(struct voice v)
{
    (void)H5Eset_auto2(H5E_DEFAULT, v.speak, v.payload);
}

/* The innermost message says most, save that a missing filter ends in a search for plugins. */
static herr_t most_telling(unsigned n, const H5E_error2_t *e, void *payload)
{
    if (n == 0 || strstr(e->desc, "required filter"))
        *(const char **)payload = e->desc;
    return 0;
}

/* Fails with what HDF5 says; `object` may be NULL. */
static iso_err broke(iso_err code, const char *path, const char *object, const char *what)
{
    const char *why = NULL;

    (void)H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, most_telling, &why);
    if (!why || !*why)
        why = "HDF5 does not say why";
    code = object ? iso_fail(code, "%s: %s: %s: %s", path, object, what, why)
                  : iso_fail(code, "%s: %s: %s", path, what, why);
    (void)H5Eclear2(H5E_DEFAULT);
    return code;
}

/* Closes a dataset, type, space, attribute or list of properties; nothing when it is none. */
static void shut(hid_t id)
{
    if (id > 0)
        (void)H5Idec_ref(id);
}

/* Files -------------------------------------------------------------------- */

static iso_err start(iso_h5 **out, const char *path, bool make)
{
    const struct voice voice = hush();
    iso_h5 *file = NULL;
    hid_t plist = H5I_INVALID_HID, id = H5I_INVALID_HID;
    hsize_t size = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&file, 1, sizeof *file));
    ISO_TRY(iso_str_dup(&file->path, path, -1));
    plist = H5Pcreate(H5P_FILE_ACCESS);
    if (plist < 0 || H5Pset_fclose_degree(plist, H5F_CLOSE_STRONG) < 0)
        ISO_TRY(broke(ISO_ENOMEM, path, NULL, "cannot open"));
    id = make ? H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, plist)
              : H5Fopen(path, H5F_ACC_RDONLY, plist);
    if (id < 0)
        ISO_TRY(broke(make ? ISO_EIO : ISO_EFORMAT, path, NULL,
                      make ? "cannot create" : "cannot read as HDF5"));
    if (!make && H5Fget_filesize(id, &size) >= 0)
        file->size = (int64_t)size;
    file->id = id;
    *out = file;
    file = NULL;
done:
    shut(plist);
    if (file)
        iso_free(file->path);
    iso_free(file);
    unhush(voice);
    return err;
}

iso_err iso_h5_open(iso_h5 **out, const char *path)
{
    return start(out, path, false);
}

iso_err iso_h5_create(iso_h5 **out, const char *path)
{
    return start(out, path, true);
}

iso_err iso_h5_close(iso_h5 *file)
{
    iso_err err = ISO_OK;

    if (!file)
        return ISO_OK;
    const struct voice voice = hush();
    const bool flushed = file->size > 0 || H5Fflush(file->id, H5F_SCOPE_LOCAL) >= 0;
    if (!flushed)
        err = broke(ISO_EIO, file->path, NULL, "cannot write");
    if (H5Fclose(file->id) < 0 && !err)
        err = broke(ISO_EIO, file->path, NULL, "cannot close");
    unhush(voice);
    iso_free(file->path);
    iso_free(file);
    return err;
}

bool iso_h5_is(const char *path)
{
    const struct voice voice = hush();
    const htri_t yes = H5Fis_hdf5(path);

    unhush(voice);
    return yes > 0;
}

int64_t iso_h5_open_count(void)
{
    const struct voice voice = hush();
    const ssize_t n = H5Fget_obj_count((hid_t)H5F_OBJ_ALL, H5F_OBJ_ALL);

    unhush(voice);
    return (int64_t)n;
}

/* What is there ------------------------------------------------------------- */

/* Names on their way out of an HDF5 iteration; an error of ours ends it. */
struct names {
    const char *path;
    iso_buf buf;
    int64_t count;
    iso_err err;
};

static herr_t add_name(struct names *n, const char *name)
{
    n->err = iso_h5_utf8(name) ? iso_buf_add(&n->buf, name, (int64_t)strlen(name) + 1)
                               : iso_fail(ISO_EFORMAT, "%s: a name in it is not UTF-8", n->path);
    n->count++;
    return n->err ? -1 : 0;
}

static herr_t on_link(hid_t group, const char *name, const H5L_info_t *info, void *payload)
{
    (void)group;
    (void)info;
    return add_name(payload, name);
}

static herr_t on_object(hid_t root, const char *name, const H5O_info_t *info, void *payload)
{
    (void)root;
    return info->type == H5O_TYPE_DATASET ? add_name(payload, name) : 0;
}

iso_err iso_h5_list(iso_h5_texts *out, iso_h5 *file, const char *group)
{
    const struct voice voice = hush();
    struct names n = {.path = file->path};
    hsize_t at = 0;
    iso_err err = ISO_OK;

    if (H5Literate_by_name(file->id, group, H5_INDEX_NAME, H5_ITER_NATIVE, &at, on_link, &n,
                           H5P_DEFAULT) < 0)
        ISO_TRY(n.err ? n.err : broke(ISO_EFORMAT, file->path, group, "cannot list"));
    ISO_TRY(iso_h5_texts_sorted(out, &n.buf, n.count));
done:
    iso_buf_free(&n.buf);
    unhush(voice);
    return err;
}

iso_err iso_h5_walk(iso_h5_texts *out, iso_h5 *file)
{
    const struct voice voice = hush();
    struct names n = {.path = file->path};
    iso_err err = ISO_OK;

    if (H5Ovisit(file->id, H5_INDEX_NAME, H5_ITER_NATIVE, on_object, &n) < 0)
        ISO_TRY(n.err ? n.err : broke(ISO_EFORMAT, file->path, NULL, "cannot list"));
    ISO_TRY(iso_h5_texts_sorted(out, &n.buf, n.count));
done:
    iso_buf_free(&n.buf);
    unhush(voice);
    return err;
}

iso_h5_kind iso_h5_kind_of(iso_h5 *file, const char *path)
{
    const struct voice voice = hush();
    const hid_t id = H5Oopen(file->id, path, H5P_DEFAULT);
    iso_h5_kind kind = ISO_H5_ABSENT;

    if (id >= 0) {
        const H5I_type_t type = H5Iget_type(id);
        kind = type == H5I_GROUP     ? ISO_H5_GROUP
               : type == H5I_DATASET ? ISO_H5_DATASET
                                     : ISO_H5_ELSE;
        shut(id);
    }
    unhush(voice);
    return kind;
}

/* One fixed text without its padding. */
static int64_t fixed_length(const char *text, size_t size, H5T_str_t pad)
{
    size_t n = strnlen(text, size);

    while (pad == H5T_STR_SPACEPAD && n > 0 && text[n - 1] == ' ')
        n--;
    return (int64_t)n;
}

/* Types -------------------------------------------------------------------- */

static hid_t half_type(H5T_order_t order)
{
    const hid_t t = H5Tcopy(H5T_IEEE_F32LE);

    if (t >= 0 && H5Tset_fields(t, 15, 10, 5, 0, 10) >= 0 && H5Tset_precision(t, 16) >= 0 &&
        H5Tset_size(t, 2) >= 0 && H5Tset_ebias(t, 15) >= 0 && H5Tset_order(t, order) >= 0)
        return t;
    shut(t);
    return H5I_INVALID_HID;
}

static hid_t float_type(iso_dtype dtype, H5T_order_t order)
{
    const bool little = order == H5T_ORDER_LE;

    if (dtype == ISO_F16)
        return half_type(order);
    if (dtype == ISO_F32)
        return H5Tcopy(little ? H5T_IEEE_F32LE : H5T_IEEE_F32BE);
    if (dtype == ISO_F64)
        return H5Tcopy(little ? H5T_IEEE_F64LE : H5T_IEEE_F64BE);
    return H5I_INVALID_HID;
}

static H5T_order_t our_order(void)
{
    return H5Tget_order(H5T_NATIVE_FLOAT);
}

/* Which of our floats a file's type is; *little when it also lies as we write it. */
static bool float_of(iso_dtype *dtype, bool *little, hid_t type)
{
    static const iso_dtype known[] = {ISO_F16, ISO_F32, ISO_F64};
    static const H5T_order_t orders[] = {H5T_ORDER_LE, H5T_ORDER_BE};
    bool found = false;

    for (int i = 0; i < 6 && !found; i++) {
        const hid_t t = float_type(known[i / 2], orders[i % 2]);
        if (t >= 0 && H5Tequal(t, type) > 0) {
            *dtype = known[i / 2];
            *little = i % 2 == 0;
            found = true;
        }
        shut(t);
    }
    return found;
}

/* Datasets ------------------------------------------------------------------ */

const iso_h5_info *iso_h5_about(const iso_h5_data *data)
{
    return &data->info;
}

void iso_h5_data_close(iso_h5_data *data)
{
    if (!data)
        return;
    const struct voice voice = hush();
    shut(data->memory);
    shut(data->id);
    unhush(voice);
    iso_free(data->path);
    iso_free(data);
}

/* A small file can claim to be huge: what it says must be within reach of any compression. */
static bool believable(const iso_h5_data *d, int64_t bytes)
{
    return d->file->size == 0 || bytes <= (int64_t)64 << 20 || bytes / 4096 <= d->file->size;
}

static iso_err look_at_sizes(iso_h5_data *d, size_t size)
{
    hsize_t dims[H5S_MAX_RANK] = {0};
    int64_t total = (int64_t)size;
    iso_err err = ISO_OK;
    const hid_t space = H5Dget_space(d->id);

    if (space < 0 || (d->info.rank = H5Sget_simple_extent_ndims(space)) < 0 ||
        H5Sget_simple_extent_dims(space, dims, NULL) < 0)
        ISO_TRY(broke(ISO_EFORMAT, d->file->path, d->path, "cannot read its shape"));
    for (int i = 0; i < ISO_H5_RANK; i++)
        d->info.dims[i] = 1;
    for (int i = 0; i < d->info.rank; i++) {
        if (dims[i] > INT64_MAX / 16 || (dims[i] > 0 && total > INT64_MAX / 16 / (int64_t)dims[i]))
            ISO_FAIL(ISO_EFORMAT, "%s: %s: its shape is beyond any file", d->file->path, d->path);
        total *= (int64_t)dims[i];
        if (i < ISO_H5_RANK)
            d->info.dims[i] = (int64_t)dims[i];
    }
    if (!believable(d, total))
        ISO_FAIL(ISO_EFORMAT, "%s: %s claims %" PRId64 " bytes in a file of %" PRId64,
                 d->file->path, d->path, total, d->file->size);
done:
    shut(space);
    return err;
}

/* HDF5 keeps 1 MiB of unpacked chunks; a row of chunks that is larger would be unpacked again for
 * every block of rows. */
static void widen_cache(iso_h5_data *d, size_t size)
{
    const iso_h5_info *f = &d->info;
    int64_t bytes = (int64_t)size;
    const int last = f->rank - 1;
    const hid_t plist = H5Pcreate(H5P_DATASET_ACCESS);

    for (int i = 0; i <= last && bytes <= 64 << 20; i++)
        bytes *= i == last ? (f->dims[i] > f->chunk[i] ? f->dims[i] : f->chunk[i]) : f->chunk[i];
    if (plist >= 0 && bytes > 1 << 20 && bytes <= 64 << 20 &&
        H5Pset_chunk_cache(plist, 4099, (size_t)bytes, 1.0) >= 0) {
        const hid_t again = H5Dopen2(d->file->id, d->path, plist);
        if (again >= 0) {
            shut(d->id);
            d->id = again;
        }
    }
    shut(plist);
}

static void look_at_layout(iso_h5_data *d, size_t size, bool little)
{
    const hid_t plist = H5Dget_create_plist(d->id);

    d->info.offset = -1;
    if (plist < 0)
        return;
    if (H5Pget_layout(plist) == H5D_CHUNKED && d->info.rank <= ISO_H5_RANK) {
        hsize_t chunk[ISO_H5_RANK] = {0};
        if (H5Pget_chunk(plist, ISO_H5_RANK, chunk) > 0) {
            for (int i = 0; i < ISO_H5_RANK; i++)
                d->info.chunk[i] = (int64_t)chunk[i];
            widen_cache(d, size);
        }
    } else if (H5Pget_layout(plist) == H5D_CONTIGUOUS && little &&
               H5Pget_external_count(plist) == 0) {
        const haddr_t offset = H5Dget_offset(d->id);
        if (offset != HADDR_UNDEF && offset <= INT64_MAX)
            d->info.offset = (int64_t)offset;
    }
    shut(plist);
}

static iso_err look(iso_h5_data *d)
{
    const hid_t type = H5Dget_type(d->id);
    bool little = false;
    iso_err err = ISO_OK;

    if (type < 0)
        ISO_TRY(broke(ISO_EFORMAT, d->file->path, d->path, "cannot read its type"));
    const H5T_class_t class = H5Tget_class(type);
    d->info.type = class == H5T_INTEGER  ? ISO_H5_INT
                   : class == H5T_STRING ? ISO_H5_TEXT
                                         : ISO_H5_OTHER;
    if (class == H5T_FLOAT && float_of(&d->info.dtype, &little, type)) {
        d->info.type = ISO_H5_FLOAT;
        d->memory = float_type(d->info.dtype, our_order());
        if (d->memory < 0)
            ISO_TRY(broke(ISO_ENOMEM, d->file->path, d->path, "cannot make a type"));
    }
    ISO_TRY(look_at_sizes(d, H5Tget_size(type)));
    look_at_layout(d, H5Tget_size(type), little);
done:
    shut(type);
    return err;
}

iso_err iso_h5_data_open(iso_h5_data **out, iso_h5 *file, const char *path)
{
    const struct voice voice = hush();
    iso_h5_data *d = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&d, 1, sizeof *d));
    d->file = file;
    ISO_TRY(iso_str_dup(&d->path, path, -1));
    d->id = H5Dopen2(file->id, path, H5P_DEFAULT);
    if (d->id < 0)
        ISO_TRY(broke(ISO_EFORMAT, file->path, path, "cannot open this dataset"));
    ISO_TRY(look(d));
    *out = d;
    d = NULL;
done:
    iso_h5_data_close(d);
    unhush(voice);
    return err;
}

iso_err iso_h5_read(iso_h5_data *d, const int64_t *start_at, const int64_t *count, void *to)
{
    const struct voice voice = hush();
    hsize_t s[ISO_H5_RANK] = {0}, c[ISO_H5_RANK] = {0};
    hid_t file = H5I_INVALID_HID, memory = H5I_INVALID_HID;
    iso_err err = ISO_OK;

    if (d->info.type != ISO_H5_FLOAT || d->info.rank < 1 || d->info.rank > ISO_H5_RANK)
        ISO_FAIL(ISO_EARG, "%s: %s: not numbers of rank 1 to 4", d->file->path, d->path);
    for (int i = 0; i < d->info.rank; i++) {
        s[i] = (hsize_t)start_at[i];
        c[i] = (hsize_t)count[i];
        if (c[i] == 0)
            goto done;
    }
    file = H5Dget_space(d->id);
    memory = H5Screate_simple(d->info.rank, c, NULL);
    if (file < 0 || memory < 0 || H5Sselect_hyperslab(file, H5S_SELECT_SET, s, NULL, c, NULL) < 0 ||
        H5Dread(d->id, d->memory, memory, file, H5P_DEFAULT, to) < 0)
        ISO_TRY(broke(ISO_EFORMAT, d->file->path, d->path, "cannot read"));
done:
    shut(file);
    shut(memory);
    unhush(voice);
    return err;
}

/* Integers and texts, whole --------------------------------------------------- */

static iso_err open_line(iso_h5_data **out, iso_h5 *file, const char *path)
{
    iso_h5_data *d = NULL;
    iso_err err = iso_h5_data_open(&d, file, path);

    if (!err && d->info.rank > 1)
        err = iso_fail(ISO_EFORMAT, "%s: %s has rank %d, not 1", file->path, path, d->info.rank);
    if (err)
        iso_h5_data_close(d);
    else
        *out = d;
    return err;
}

static iso_err read_ints(int64_t **out, const iso_h5_data *d)
{
    const struct voice voice = hush();
    int64_t *values = NULL;
    iso_err err = ISO_OK;

    if (d->info.type != ISO_H5_INT)
        ISO_FAIL(ISO_EFORMAT, "%s: %s does not hold integers", d->file->path, d->path);
    ISO_TRY(iso_alloc(&values, d->info.dims[0], sizeof *values));
    if (d->info.dims[0] > 0 &&
        H5Dread(d->id, H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0)
        ISO_TRY(broke(ISO_EFORMAT, d->file->path, d->path, "cannot read"));
    *out = values;
    values = NULL;
done:
    iso_free(values);
    unhush(voice);
    return err;
}

iso_err iso_h5_read_ints(int64_t **out, int64_t *count, iso_h5 *file, const char *path)
{
    iso_h5_data *d = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(open_line(&d, file, path));
    ISO_TRY(read_ints(out, d));
    *count = d->info.dims[0];
done:
    iso_h5_data_close(d);
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
    shut(file);
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
            err = broke(ISO_EFORMAT, d->file->path, d->path, "cannot read");
        for (int64_t i = 0; i < n && !err; i++)
            err = add_text(buf, d, at + i, text[i] ? text[i] : "",
                           text[i] ? (int64_t)strlen(text[i]) : 0);
        if (memory >= 0) {
            (void)H5Dvlen_reclaim(type, memory, H5P_DEFAULT, text);
            shut(memory);
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
            err = broke(ISO_EFORMAT, d->file->path, d->path, "cannot read");
        shut(memory);
        memory = H5I_INVALID_HID;
        for (int64_t i = 0; i < n && !err; i++) {
            const char *text = block + (size_t)i * size;
            err = add_text(buf, d, at + i, text, fixed_length(text, size, pad));
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

iso_err iso_h5_read_texts(iso_h5_texts *out, iso_h5 *file, const char *path)
{
    const struct voice voice = hush();
    iso_h5_data *d = NULL;
    iso_buf buf = {0};
    hid_t type = H5I_INVALID_HID;
    iso_err err = ISO_OK;

    ISO_TRY(open_line(&d, file, path));
    if (d->info.type == ISO_H5_INT) {
        ISO_TRY(read_decimals(&buf, d));
    } else if (d->info.type == ISO_H5_TEXT) {
        type = H5Dget_type(d->id);
        if (type < 0)
            ISO_TRY(broke(ISO_EFORMAT, file->path, path, "cannot read its type"));
        ISO_TRY(H5Tis_variable_str(type) > 0 ? read_pointers(&buf, d, type)
                                             : read_fixed(&buf, d, type));
    } else {
        ISO_FAIL(ISO_EFORMAT, "%s: %s holds neither texts nor integers", file->path, path);
    }
    ISO_TRY(iso_h5_texts_of(out, &buf, d->info.dims[0]));
done:
    shut(type);
    iso_h5_data_close(d);
    iso_buf_free(&buf);
    unhush(voice);
    return err;
}

/* Attributes ------------------------------------------------------------------ */

/* An attribute with a single value, or -1 when it is absent. */
static iso_err open_attr(hid_t *out, iso_h5 *file, const char *object, const char *name)
{
    const htri_t there = H5Aexists_by_name(file->id, object, name, H5P_DEFAULT);
    hid_t space = H5I_INVALID_HID, id = H5I_INVALID_HID;
    iso_err err = ISO_OK;

    if (there <= 0)
        goto done;
    id = H5Aopen_by_name(file->id, object, name, H5P_DEFAULT, H5P_DEFAULT);
    if (id < 0 || (space = H5Aget_space(id)) < 0)
        ISO_TRY(broke(ISO_EFORMAT, file->path, name, "cannot read this attribute"));
    if (H5Sget_simple_extent_npoints(space) != 1)
        ISO_FAIL(ISO_EFORMAT, "%s: attribute %s has not one value", file->path, name);
done:
    shut(space);
    if (err && id >= 0)
        shut(id);
    *out = err ? H5I_INVALID_HID : id;
    return err;
}

static iso_err attr_text(char **out, const iso_h5 *file, hid_t id, hid_t type, const char *name)
{
    char *foreign = NULL, *own = NULL;
    iso_err err = ISO_OK;

    if (type < 0 || H5Tget_class(type) != H5T_STRING)
        ISO_FAIL(ISO_EFORMAT, "%s: attribute %s is not a text", file->path, name);
    if (H5Tis_variable_str(type) > 0) {
        if (H5Aread(id, type, &foreign) < 0)
            ISO_TRY(broke(ISO_EFORMAT, file->path, name, "cannot read this attribute"));
        ISO_TRY(iso_str_dup(&own, foreign ? foreign : "", -1));
    } else {
        const size_t size = H5Tget_size(type);
        ISO_TRY(iso_alloc(&own, (int64_t)size + 1, 1));
        if (H5Aread(id, type, own) < 0)
            ISO_TRY(broke(ISO_EFORMAT, file->path, name, "cannot read this attribute"));
        own[fixed_length(own, size, H5Tget_strpad(type))] = '\0';
    }
    if (!iso_h5_utf8(own))
        ISO_FAIL(ISO_EFORMAT, "%s: attribute %s is not UTF-8", file->path, name);
    *out = own;
    own = NULL;
done:
    (void)H5free_memory(foreign);
    iso_free(own);
    return err;
}

iso_err iso_h5_attr_text(char **out, iso_h5 *file, const char *object, const char *name)
{
    const struct voice voice = hush();
    hid_t id = H5I_INVALID_HID, type = H5I_INVALID_HID;
    char *text = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(open_attr(&id, file, object, name));
    if (id >= 0) {
        type = H5Aget_type(id);
        ISO_TRY(attr_text(&text, file, id, type, name));
    }
    *out = text;
done:
    shut(type);
    shut(id);
    unhush(voice);
    return err;
}

iso_err iso_h5_attr_int(int64_t *out, bool *there, iso_h5 *file, const char *object,
                        const char *name)
{
    const struct voice voice = hush();
    hid_t id = H5I_INVALID_HID, type = H5I_INVALID_HID;
    int64_t value = 0;
    iso_err err = ISO_OK;

    ISO_TRY(open_attr(&id, file, object, name));
    if (id >= 0) {
        type = H5Aget_type(id);
        if (type < 0 || H5Tget_class(type) != H5T_INTEGER)
            ISO_FAIL(ISO_EFORMAT, "%s: attribute %s is not an integer", file->path, name);
        if (H5Aread(id, H5T_NATIVE_INT64, &value) < 0)
            ISO_TRY(broke(ISO_EFORMAT, file->path, name, "cannot read this attribute"));
        *out = value;
    }
    *there = id >= 0;
done:
    shut(type);
    shut(id);
    unhush(voice);
    return err;
}

/* Writing ---------------------------------------------------------------------- */

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

static hid_t text_type(int64_t fixed)
{
    const hid_t t = H5Tcopy(H5T_C_S1);

    if (t >= 0) {
        (void)H5Tset_size(t, fixed > 0 ? (size_t)fixed : H5T_VARIABLE);
        (void)H5Tset_cset(t, fixed > 0 ? H5T_CSET_ASCII : H5T_CSET_UTF8);
        if (fixed > 0)
            (void)H5Tset_strpad(t, H5T_STR_NULLPAD);
    }
    return t;
}

static iso_err put_attr(iso_h5 *file, const char *object, const char *name, hid_t type,
                        hid_t memory, const void *value)
{
    const struct voice voice = hush();
    const hid_t space = H5Screate(H5S_SCALAR);
    const hid_t id = H5Acreate_by_name(file->id, object, name, type, space, H5P_DEFAULT,
                                       H5P_DEFAULT, H5P_DEFAULT);
    iso_err err = ISO_OK;

    if (id < 0 || H5Awrite(id, memory, value) < 0)
        err = broke(ISO_EIO, file->path, name, "cannot write this attribute");
    shut(id);
    shut(space);
    unhush(voice);
    return err;
}

iso_err iso_h5_put_attr_text(iso_h5 *file, const char *object, const char *name, const char *text)
{
    const hid_t type = text_type(0);
    const iso_err err = put_attr(file, object, name, type, type, &text);

    shut(type);
    return err;
}

iso_err iso_h5_put_attr_int(iso_h5 *file, const char *object, const char *name, int64_t value)
{
    return put_attr(file, object, name, H5T_STD_I64LE, H5T_NATIVE_INT64, &value);
}

/* Contiguous `room` is set aside at once and not filled, so that it has an offset before any
 * number is written. */
static hid_t data_plist(int rank, const hsize_t *dims, bool room, const iso_h5_layout *layout)
{
    const hid_t p = H5Pcreate(H5P_DATASET_CREATE);
    hsize_t chunk[ISO_H5_RANK] = {0};

    if (p < 0)
        return p;
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
    const struct voice voice = hush();
    hsize_t n[ISO_H5_RANK] = {0};
    iso_err err = ISO_OK;

    for (int i = 0; i < rank; i++)
        n[i] = (hsize_t)dims[i];
    const hid_t links = link_plist(), how = data_plist(rank, n, !data, layout);
    const hid_t space = H5Screate_simple(rank, n, NULL);
    const hid_t id = H5Dcreate2(file->id, path, type, space, links, how, H5P_DEFAULT);
    if (id < 0)
        err = broke(ISO_EIO, file->path, path, "cannot make this dataset");
    else if (data && H5Dwrite(id, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) < 0)
        err = broke(ISO_EIO, file->path, path, "cannot write");
    shut(id);
    shut(space);
    shut(how);
    shut(links);
    unhush(voice);
    return err;
}

iso_err iso_h5_put(iso_h5 *file, const char *path, int rank, const int64_t *dims, iso_dtype dtype,
                   const void *data, const iso_h5_layout *layout)
{
    const bool big = layout && layout->big_endian;

    if (rank < 1 || rank > ISO_H5_RANK || dtype == ISO_BF16)
        return iso_fail(ISO_EARG, "%s: %s: rank %d of %s cannot be written", file->path, path, rank,
                        iso_dtype_name(dtype));
    const hid_t type = float_type(dtype, big ? H5T_ORDER_BE : H5T_ORDER_LE);
    const hid_t memory = float_type(dtype, our_order());
    const iso_err err = put(file, path, rank, dims, type, memory, data, layout);
    shut(type);
    shut(memory);
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

iso_err iso_h5_put_texts(iso_h5 *file, const char *path, const char *const *texts, int64_t count,
                         const iso_h5_layout *layout)
{
    const int64_t fixed = layout ? layout->fixed : 0;
    const hid_t type = text_type(fixed);
    char *packed = NULL;
    iso_err err = ISO_OK;

    if (fixed > 0) {
        ISO_TRY(iso_alloc(&packed, count, (size_t)fixed));
        for (int64_t i = 0; i < count; i++)
            memcpy(packed + i * fixed, texts[i], strnlen(texts[i], (size_t)fixed));
    }
    ISO_TRY(
        put(file, path, 1, &count, type, type, fixed > 0 ? (const void *)packed : texts, layout));
done:
    iso_free(packed);
    shut(type);
    return err;
}
