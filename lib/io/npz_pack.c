#include "lib/io/npz_pack.h"

#include "lib/io/npz_inside.h"

static iso_err refused(zip_error_t *error)
{
    return iso_fail(zip_error_code_zip(error) == ZIP_ER_MEMORY ? ISO_ENOMEM : ISO_EIO, "zip: %s",
                    zip_error_strerror(error));
}

static iso_err add(zip_t *zip, const iso_packed_file *file)
{
    zip_source_t *source =
        zip_source_buffer(zip, file->bytes->text, (zip_uint64_t)file->bytes->len, 0);
    const zip_int64_t at = source ? zip_file_add(zip, file->name, source, ZIP_FL_ENC_UTF_8) : -1;

    if (at < 0) {
        zip_source_free(source);
        return refused(zip_get_error(zip));
    }
    enum { NEW_YEAR_1980 = 0x21 };
    if (zip_set_file_compression(zip, (zip_uint64_t)at, ZIP_CM_DEFLATE, 9) != 0 ||
        zip_file_set_dostime(zip, (zip_uint64_t)at, 0, NEW_YEAR_1980, 0) != 0)
        return refused(zip_get_error(zip));
    return ISO_OK;
}

static iso_err read_all(iso_buf *out, zip_source_t *from)
{
    char part[1 << 14];
    zip_int64_t count;
    iso_err err = ISO_OK;

    if (zip_source_open(from) != 0)
        return refused(zip_source_error(from));
    while ((count = zip_source_read(from, part, sizeof part)) > 0)
        ISO_TRY(iso_buf_add(out, part, count));
    if (count < 0)
        err = refused(zip_source_error(from));
done:
    (void)zip_source_close(from);
    return err;
}

iso_err iso_pack(iso_buf *out, const iso_packed_file *file, int count)
{
    zip_error_t error;
    zip_source_t *archive = NULL;
    zip_t *zip = NULL;
    iso_err err = ISO_OK;

    zip_error_init(&error);
    archive = zip_source_buffer_create(NULL, 0, 0, &error);
    if (!archive)
        return refused(&error);
    zip_source_keep(archive); /* outlives the archive's handle */
    zip = zip_open_from_source(archive, ZIP_TRUNCATE, &error);
    if (!zip) {
        zip_source_free(archive); /* the handle's share */
        err = refused(&error);
        goto done;
    }
    for (int i = 0; i < count; i++)
        ISO_TRY(add(zip, &file[i]));
    if (zip_close(zip) != 0)
        ISO_FAIL(ISO_EIO, "zip: %s", zip_strerror(zip));
    zip = NULL;
    err = read_all(out, archive);
done:
    if (zip)
        zip_discard(zip);
    zip_source_free(archive);
    zip_error_fini(&error);
    return err;
}
