/* HDF5 files in this process's hands: opened, listed, closed. */
#include "lib/io/h5_inside.h"

#include <errno.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/io/h5_texts.h"

/* Files -------------------------------------------------------------------- */

static herr_t is_truncation(unsigned n, const H5E_error2_t *e, void *payload)
{
    (void)n;
    if (e->min_num == H5E_TRUNCATED)
        *(bool *)payload = true;
    return 0;
}

/* What a copy broken off leaves behind is distinguished from other damage. */
static iso_err cannot_open(const char *path)
{
    bool truncated = false;

    (void)H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, is_truncation, &truncated);
    (void)iso_h5_broke(ISO_EFORMAT, path, NULL,
                       truncated ? "is truncated, copy or write it again"
                                 : "is damaged or still being written, copy or write it again");
    return ISO_EFORMAT;
}

static iso_err cannot_create(const iso_h5 *file)
{
    return file->broken ? iso_fail(file->broken == ENOMEM ? ISO_ENOMEM : ISO_EIO,
                                   "%s: cannot create: %s", file->path, strerror(file->broken))
                        : iso_h5_broke(ISO_EIO, file->path, NULL, "cannot create");
}

/* HDF5 lets what it knows of a file's objects grow to 32 MB a file, which many small datasets do
 * reach; a few are as fast, and memory is promised to others. */
static bool stay_small(hid_t plist)
{
    H5AC_cache_config_t cache = {.version = H5AC__CURR_CACHE_CONFIG_VERSION};

    if (H5Pget_mdc_config(plist, &cache) < 0)
        return false;
    cache.set_initial_size = true;
    cache.initial_size = 1 << 20;
    cache.min_size = 1 << 20;
    cache.max_size = 2 << 20;
    return H5Pset_mdc_config(plist, &cache) >= 0;
}

iso_err iso_h5_here_open(iso_h5 *file, bool make)
{
    const struct h5_printer printer = iso_h5_hush();
    const hid_t plist = H5Pcreate(H5P_FILE_ACCESS);
    hsize_t size = 0;
    iso_err err = ISO_OK;

    /* links that lead back to a file want it open like this */
    const H5F_close_degree_t degree = make ? H5F_CLOSE_STRONG : H5F_CLOSE_WEAK;
    if (plist < 0 || H5Pset_fclose_degree(plist, degree) < 0 || !stay_small(plist))
        ISO_TRY(iso_h5_broke(ISO_ENOMEM, file->path, NULL, "cannot open"));
    if (make && !iso_h5_write_through(plist, &file->broken))
        ISO_TRY(iso_h5_broke(ISO_ENOMEM, file->path, NULL, "cannot create"));
    file->id = make ? H5Fcreate(file->path, H5F_ACC_TRUNC, H5P_DEFAULT, plist)
                    : H5Fopen(file->path, H5F_ACC_RDONLY, plist);
    if (file->id < 0)
        ISO_TRY(make ? cannot_create(file) : cannot_open(file->path));
    file->links = iso_h5_links(file);
    if (file->links < 0)
        ISO_TRY(iso_h5_broke(ISO_ENOMEM, file->path, NULL, "cannot open"));
    if (!make && H5Fget_filesize(file->id, &size) >= 0)
        file->size = (int64_t)size;
done:
    iso_h5_shut(plist);
    iso_h5_unhush(printer);
    if (err)
        (void)iso_h5_here_close(file);
    return err;
}

iso_err iso_h5_here_close(iso_h5 *file)
{
    const struct h5_printer printer = iso_h5_hush();
    iso_err err = ISO_OK;

    iso_h5_shut(file->links);
    if (file->id >= 0 && H5Fclose(file->id) < 0)
        err = iso_h5_broke(ISO_EIO, file->path, NULL, "cannot close");
    if (file->id >= 0 && file->broken)
        err = iso_fail(ISO_EIO, "%s: cannot write: %s", file->path, strerror(file->broken));
    file->id = file->links = H5I_INVALID_HID;
    iso_h5_unhush(printer);
    return err;
}

/* What is there ------------------------------------------------------------- */

/* Names on their way out of an HDF5 iteration; an error of ours ends it. */
struct names {
    const char *path;
    iso_buf *buf;
    int64_t count;
    iso_err err;
};

static herr_t on_link(hid_t group, const char *name, const H5L_info_t *info, void *payload)
{
    struct names *n = payload;

    (void)group;
    (void)info;
    n->err = iso_h5_utf8(name) ? iso_buf_add(n->buf, name, (int64_t)strlen(name) + 1)
                               : iso_fail(ISO_EFORMAT, "%s: a name in it is not UTF-8", n->path);
    n->count++;
    return n->err ? -1 : 0;
}

iso_err iso_h5_here_list(iso_buf *names, int64_t *count, iso_h5 *file, const char *group)
{
    const struct h5_printer printer = iso_h5_hush();
    struct names n = {.path = file->path, .buf = names};
    hsize_t at = 0;
    iso_err err = ISO_OK;

    if (H5Literate_by_name(file->id, group, H5_INDEX_NAME, H5_ITER_NATIVE, &at, on_link, &n,
                           file->links) < 0)
        ISO_TRY(n.err ? n.err : iso_h5_lost(file, group, "cannot list"));
    *count = n.count;
done:
    iso_h5_unhush(printer);
    return err;
}

/* Whether each name on the way is there, by its link alone. */
static iso_err is_there(bool *there, iso_h5 *file, const char *path)
{
    iso_buf way = {0};
    iso_err err = ISO_OK;

    *there = true;
    for (const char *c = path; *c && *there;) {
        const size_t slash = strspn(c, "/"), n = strcspn(c + slash, "/");
        ISO_TRY(iso_buf_add(&way, c, (int64_t)(slash + n)));
        const htri_t is = n ? H5Lexists(file->id, way.text, file->links) : 1;
        if (is < 0)
            ISO_TRY(iso_h5_lost(file, path, "cannot open"));
        *there = is > 0;
        c += slash + n;
    }
done:
    iso_buf_free(&way);
    return err;
}

iso_err iso_h5_here_kind(iso_h5_kind *out, iso_h5 *file, const char *path)
{
    const struct h5_printer printer = iso_h5_hush();
    hid_t id = H5I_INVALID_HID;
    bool there = false;
    iso_err err = ISO_OK;

    *out = ISO_H5_ABSENT;
    ISO_TRY(is_there(&there, file, path));
    if (!there)
        goto done;
    id = H5Oopen(file->id, path, file->links);
    if (id < 0)
        ISO_TRY(iso_h5_lost(file, path, "cannot open"));
    const H5I_type_t type = H5Iget_type(id);
    *out = type == H5I_GROUP ? ISO_H5_GROUP : type == H5I_DATASET ? ISO_H5_DATASET : ISO_H5_ELSE;
done:
    iso_h5_shut(id);
    iso_h5_unhush(printer);
    return err;
}
