#include "lib/io/npz_member.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/alloc.h"
#include "lib/io/npy.h"
#include "lib/io/npz_inside.h"

enum { CHUNK = 1 << 16 }; /* bytes read over at a time */

struct iso_npz {
    zip_t *zip;
    int count;
    const iso_file *file;
    const iso_run *run;
    zip_file_t *member; /* that is read, or NULL */
    const char *name;   /* of it */
};

static iso_err open_zip(zip_t **out, const iso_file *file)
{
    int fd = fcntl(file->fd, F_DUPFD_CLOEXEC, 0), code = 0;
    zip_error_t reason;
    iso_err err = ISO_OK;

    if (fd < 0)
        ISO_FAIL(ISO_EIO, "%s: %s", file->path, strerror(errno));
    zip_t *zip = zip_fdopen(fd, 0, &code);
    if (!zip) {
        (void)close(fd);
        zip_error_init_with_code(&reason, code);
        err = iso_fail(ISO_EFORMAT, "%s: no zip archive: %s%s", file->path,
                       zip_error_strerror(&reason),
                       code == ZIP_ER_NOZIP ? "; its directory, which stands last, is missing: "
                                              "was the file cut short?"
                                            : "");
        zip_error_fini(&reason);
        goto done;
    }
    *out = zip;
done:
    return err;
}

iso_err iso_npz_open(iso_npz **out, const iso_file *file, const iso_run *run)
{
    iso_npz *z = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&z, 1, sizeof *z));
    z->file = file;
    z->run = run;
    ISO_TRY(open_zip(&z->zip, file));
    const zip_int64_t count = zip_get_num_entries(z->zip, 0);
    if (count > INT32_MAX)
        ISO_FAIL(ISO_EFORMAT, "%s: holds too many members", file->path);
    z->count = (int)count;
    *out = z;
    z = NULL;
done:
    iso_npz_close(z);
    return err;
}

void iso_npz_close(iso_npz *z)
{
    if (!z)
        return;
    iso_npz_stop(z);
    if (z->zip)
        zip_discard(z->zip);
    iso_free(z);
}

int iso_npz_count(const iso_npz *z)
{
    return z->count;
}

iso_err iso_npz_look(const char **name, int64_t *size, const iso_npz *z, int member)
{
    zip_stat_t st;

    if (zip_stat_index(z->zip, (zip_uint64_t)member, 0, &st) != 0 || !(st.valid & ZIP_STAT_NAME) ||
        !(st.valid & ZIP_STAT_SIZE) || st.size > INT64_MAX)
        return iso_fail(ISO_EFORMAT, "%s: member %d cannot be read: %s", z->file->path, member,
                        zip_strerror(z->zip));
    *name = st.name;
    *size = (int64_t)st.size;
    return ISO_OK;
}

int iso_npz_find(const iso_npz *z, const char *name)
{
    const size_t len = strlen(name);
    zip_stat_t st;

    for (int i = 0; i < z->count; i++) {
        if (zip_stat_index(z->zip, (zip_uint64_t)i, 0, &st) == 0 && (st.valid & ZIP_STAT_NAME) &&
            strncmp(st.name, name, len) == 0 && strcmp(st.name + len, ".npy") == 0)
            return i;
    }
    return -1;
}

/* --- Reading --- */

iso_err iso_npz_begin(iso_npz *z, int member, const char *name)
{
    iso_npz_stop(z);
    z->member = zip_fopen_index(z->zip, (zip_uint64_t)member, 0);
    z->name = name;
    if (!z->member)
        return iso_fail(ISO_EFORMAT, "%s: %s cannot be unpacked: %s", z->file->path, name,
                        zip_strerror(z->zip));
    return ISO_OK;
}

void iso_npz_stop(iso_npz *z)
{
    if (z->member)
        (void)zip_fclose(z->member);
    z->member = NULL;
}

static iso_err damaged(const iso_npz *z, const char *how)
{
    return iso_fail(ISO_EFORMAT, "%s: %s is damaged: %s; copy or download the file again",
                    z->file->path, z->name, how);
}

iso_err iso_npz_read(iso_npz *z, void *to, int64_t count)
{
    char *at = to;

    while (count > 0) {
        const zip_int64_t n = zip_fread(z->member, at, (zip_uint64_t)count);
        if (n < 0)
            return damaged(z, zip_file_strerror(z->member));
        if (n == 0)
            return iso_fail(ISO_EFORMAT, "%s: %s ends %" PRId64 " bytes early", z->file->path,
                            z->name, count);
        at += n;
        count -= n;
    }
    return ISO_OK;
}

iso_err iso_npz_skip(iso_npz *z, int64_t count, const char *step)
{
    char *chunk = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc_raw(&chunk, CHUNK, 1));
    for (int64_t at = 0; at < count; at += CHUNK) {
        ISO_TRY(iso_run_step(z->run, step, at, count, "bytes"));
        ISO_TRY(iso_npz_read(z, chunk, count - at < CHUNK ? count - at : CHUNK));
    }
done:
    iso_free(chunk);
    return err;
}

iso_err iso_npz_check(iso_npz *z, int member)
{
    const char *name = NULL;
    zip_stat_t st;
    int64_t size = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_npz_look(&name, &size, z, member));
    if (zip_stat_index(z->zip, (zip_uint64_t)member, 0, &st) == 0 && (st.valid & ZIP_STAT_CRC) &&
        st.crc == 0)
        return ISO_OK;
    ISO_TRY(iso_npz_begin(z, member, name));
    ISO_TRY(iso_npz_skip(z, size, "checking"));
    ISO_TRY(iso_npz_end(z));
done:
    iso_npz_stop(z);
    return err;
}

iso_err iso_npz_end(iso_npz *z)
{
    char more;
    const zip_int64_t n = zip_fread(z->member, &more, 1);

    if (n == 0)
        return ISO_OK;
    return damaged(z, n < 0 ? zip_file_strerror(z->member) : "it is longer than the archive says");
}

iso_err iso_npz_header(char **out, int64_t *len, int64_t *begin, iso_npz *z, const char *what)
{
    unsigned char prefix[ISO_NPY_PREFIX + 1] = {0};
    int64_t start, size;
    char *text = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_npz_read(z, prefix, ISO_NPY_PREFIX));
    ISO_TRY(iso_npy_prefix(&start, &size, prefix, what));
    /* version 1 headers begin two bytes earlier; every header is longer than that */
    if (start + size < ISO_NPY_PREFIX)
        ISO_FAIL(ISO_EFORMAT, "%s: its header is too short", what);
    ISO_TRY(iso_alloc(&text, start + size, 1));
    memcpy(text, prefix, ISO_NPY_PREFIX);
    ISO_TRY(iso_npz_read(z, text + ISO_NPY_PREFIX, start + size - ISO_NPY_PREFIX));
    memmove(text, text + start, (size_t)size);
    *out = text;
    *len = size;
    *begin = start + size;
    text = NULL;
done:
    iso_free(text);
    return err;
}
