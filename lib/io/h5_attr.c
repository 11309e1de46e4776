/* Attributes, read and written. */
#include "lib/io/h5_inside.h"

#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/io/h5_texts.h"

/* An attribute with a single value, or -1 when it is absent. */
static iso_err open_attr(hid_t *out, iso_h5 *file, const char *object, const char *name)
{
    const htri_t there = H5Aexists_by_name(file->id, object, name, file->links);
    hid_t space = H5I_INVALID_HID, id = H5I_INVALID_HID;
    iso_err err = ISO_OK;

    if (there < 0)
        ISO_TRY(iso_h5_lost(file, object, "cannot look for its attributes"));
    if (there == 0)
        goto done;
    id = H5Aopen_by_name(file->id, object, name, H5P_DEFAULT, file->links);
    if (id < 0 || (space = H5Aget_space(id)) < 0)
        ISO_TRY(iso_h5_broke(ISO_EFORMAT, file->path, name, "cannot read this attribute"));
    if (H5Sget_simple_extent_npoints(space) != 1)
        ISO_FAIL(ISO_EFORMAT, "%s: attribute %s has not one value", file->path, name);
done:
    iso_h5_shut(space);
    if (err && id >= 0)
        iso_h5_shut(id);
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
            ISO_TRY(iso_h5_broke(ISO_EFORMAT, file->path, name, "cannot read this attribute"));
        ISO_TRY(iso_str_dup(&own, foreign ? foreign : "", -1));
    } else {
        const size_t size = H5Tget_size(type);
        ISO_TRY(iso_alloc(&own, (int64_t)size + 1, 1));
        if (H5Aread(id, type, own) < 0)
            ISO_TRY(iso_h5_broke(ISO_EFORMAT, file->path, name, "cannot read this attribute"));
        own[iso_h5_fixed_length(own, size, H5Tget_strpad(type))] = '\0';
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

iso_err iso_h5_here_attr_text(char **out, iso_h5 *file, const char *object, const char *name)
{
    const struct h5_printer printer = iso_h5_hush();
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
    iso_h5_shut(type);
    iso_h5_shut(id);
    iso_h5_unhush(printer);
    return err;
}

iso_err iso_h5_here_attr_int(int64_t *out, bool *there, iso_h5 *file, const char *object,
                             const char *name)
{
    const struct h5_printer printer = iso_h5_hush();
    hid_t id = H5I_INVALID_HID, type = H5I_INVALID_HID;
    int64_t value = 0;
    iso_err err = ISO_OK;

    ISO_TRY(open_attr(&id, file, object, name));
    if (id >= 0) {
        type = H5Aget_type(id);
        if (type < 0 || H5Tget_class(type) != H5T_INTEGER)
            ISO_FAIL(ISO_EFORMAT, "%s: attribute %s is not an integer", file->path, name);
        if (H5Aread(id, H5T_NATIVE_INT64, &value) < 0)
            ISO_TRY(iso_h5_broke(ISO_EFORMAT, file->path, name, "cannot read this attribute"));
        *out = value;
    }
    *there = id >= 0;
done:
    iso_h5_shut(type);
    iso_h5_shut(id);
    iso_h5_unhush(printer);
    return err;
}

static iso_err put_attr(iso_h5 *file, const char *object, const char *name, hid_t type,
                        hid_t memory, const void *value)
{
    const struct h5_printer printer = iso_h5_hush();
    const hid_t space = H5Screate(H5S_SCALAR);
    const hid_t id = H5Acreate_by_name(file->id, object, name, type, space, H5P_DEFAULT,
                                       H5P_DEFAULT, H5P_DEFAULT);
    iso_err err = ISO_OK;

    if (id < 0 || H5Awrite(id, memory, value) < 0)
        err = iso_h5_broke(ISO_EIO, file->path, name, "cannot write this attribute");
    iso_h5_shut(id);
    iso_h5_shut(space);
    iso_h5_unhush(printer);
    return err;
}

iso_err iso_h5_put_attr_text(iso_h5 *file, const char *object, const char *name, const char *text)
{
    const hid_t type = iso_h5_text_type(*text ? (int64_t)strlen(text) : 1);
    const iso_err err = put_attr(file, object, name, type, type, text);

    iso_h5_shut(type);
    return err;
}

iso_err iso_h5_put_attr_int(iso_h5 *file, const char *object, const char *name, int64_t value)
{
    return put_attr(file, object, name, H5T_STD_I64LE, H5T_NATIVE_INT64, &value);
}
