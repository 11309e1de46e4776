/* HDF5 files, and what is in them. */
#include "lib/io/h5_inside.h"

#include <errno.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/io/h5_texts.h"

/* Files -------------------------------------------------------------------- */

static herr_t is_truncation(unsigned n, const H5E_error2_t *e, void *payload)
{
    (void)n;
    if (e->min_num == H5E_TRUNCATED)
        *(bool *)payload = true;
    return 0;
}

/* What a copy broken off leaves behind is told from other damage. */
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

static iso_err start(iso_h5 **out, const char *path, bool make)
{
    const struct h5_voice voice = iso_h5_hush();
    iso_h5 *file = NULL;
    hid_t plist = H5I_INVALID_HID, id = H5I_INVALID_HID;
    hsize_t size = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&file, 1, sizeof *file));
    ISO_TRY(iso_str_dup(&file->path, path, -1));
    plist = H5Pcreate(H5P_FILE_ACCESS);
    if (plist < 0 || H5Pset_fclose_degree(plist, H5F_CLOSE_STRONG) < 0 || !stay_small(plist))
        ISO_TRY(iso_h5_broke(ISO_ENOMEM, path, NULL, "cannot open"));
    if (make && !iso_h5_write_through(plist, &file->broken))
        ISO_TRY(iso_h5_broke(ISO_ENOMEM, path, NULL, "cannot create"));
    id = make ? H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, plist)
              : H5Fopen(path, H5F_ACC_RDONLY, plist);
    if (id < 0)
        ISO_TRY(make ? cannot_create(file) : cannot_open(path));
    if (!make && H5Fget_filesize(id, &size) >= 0)
        file->size = (int64_t)size;
    file->id = id;
    *out = file;
    file = NULL;
done:
    iso_h5_shut(plist);
    if (file)
        iso_free(file->path);
    iso_free(file);
    iso_h5_unhush(voice);
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

iso_err iso_h5_call(iso_h5 *file, const char *name)
{
    char *copy = NULL;
    const iso_err err = iso_str_dup(&copy, name, -1);

    if (!err) {
        iso_free(file->path);
        file->path = copy;
    }
    return err;
}

iso_err iso_h5_close(iso_h5 *file)
{
    iso_err err = ISO_OK;

    if (!file)
        return ISO_OK;
    const struct h5_voice voice = iso_h5_hush();
    if (H5Fclose(file->id) < 0)
        err = iso_h5_broke(ISO_EIO, file->path, NULL, "cannot close");
    if (file->broken)
        err = iso_fail(ISO_EIO, "%s: cannot write: %s", file->path, strerror(file->broken));
    iso_h5_unhush(voice);
    iso_free(file->path);
    iso_free(file);
    return err;
}

bool iso_h5_is(const char *path)
{
    const struct h5_voice voice = iso_h5_hush();
    const htri_t yes = H5Fis_hdf5(path);

    iso_h5_unhush(voice);
    return yes > 0;
}

int64_t iso_h5_open_count(void)
{
    const struct h5_voice voice = iso_h5_hush();
    const ssize_t n = H5Fget_obj_count((hid_t)H5F_OBJ_ALL, H5F_OBJ_ALL);

    iso_h5_unhush(voice);
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
    const struct h5_voice voice = iso_h5_hush();
    struct names n = {.path = file->path};
    hsize_t at = 0;
    iso_err err = ISO_OK;

    if (H5Literate_by_name(file->id, group, H5_INDEX_NAME, H5_ITER_NATIVE, &at, on_link, &n,
                           H5P_DEFAULT) < 0)
        ISO_TRY(n.err ? n.err : iso_h5_broke(ISO_EFORMAT, file->path, group, "cannot list"));
    ISO_TRY(iso_h5_texts_sorted(out, &n.buf, n.count));
done:
    iso_buf_free(&n.buf);
    iso_h5_unhush(voice);
    return err;
}

iso_err iso_h5_walk(iso_h5_texts *out, iso_h5 *file)
{
    const struct h5_voice voice = iso_h5_hush();
    struct names n = {.path = file->path};
    iso_err err = ISO_OK;

    if (H5Ovisit(file->id, H5_INDEX_NAME, H5_ITER_NATIVE, on_object, &n) < 0)
        ISO_TRY(n.err ? n.err : iso_h5_broke(ISO_EFORMAT, file->path, NULL, "cannot list"));
    ISO_TRY(iso_h5_texts_sorted(out, &n.buf, n.count));
done:
    iso_buf_free(&n.buf);
    iso_h5_unhush(voice);
    return err;
}

iso_h5_kind iso_h5_kind_of(iso_h5 *file, const char *path)
{
    const struct h5_voice voice = iso_h5_hush();
    const hid_t id = H5Oopen(file->id, path, H5P_DEFAULT);
    iso_h5_kind kind = ISO_H5_ABSENT;

    if (id >= 0) {
        const H5I_type_t type = H5Iget_type(id);
        kind = type == H5I_GROUP     ? ISO_H5_GROUP
               : type == H5I_DATASET ? ISO_H5_DATASET
                                     : ISO_H5_ELSE;
        iso_h5_shut(id);
    }
    iso_h5_unhush(voice);
    return kind;
}
