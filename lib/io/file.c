#include "lib/io/file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/io/foreign.h"
#include "lib/linalg/convert.h"

void iso_file_close(iso_file *file)
{
    if (!file)
        return;
    if (file->fd >= 0)
        (void)close(file->fd);
    iso_free(file->path);
    iso_free(file);
}

static iso_err look(iso_file *file)
{
    struct stat st;

    if (fstat(file->fd, &st) != 0)
        return iso_fail(ISO_EIO, "%s: %s", file->path, strerror(errno));
    if (S_ISDIR(st.st_mode))
        return iso_fail(ISO_EIO, "%s: is a directory; name a file", file->path);
    if (!S_ISREG(st.st_mode))
        return iso_fail(ISO_EIO,
                        "%s: is a pipe or a device, not a regular file, and is read at any place: "
                        "save it to a file",
                        file->path);
    if (st.st_size == 0)
        return iso_fail(ISO_EFORMAT, "%s: is empty", file->path);
    file->size = (int64_t)st.st_size;
    return ISO_OK;
}

/* Pointers are short (git-lfs, docs/spec.md: below 1024 bytes). */
static iso_err refuse_pointer(const iso_file *file)
{
    char head[ISO_FOREIGN_HEAD];
    const int64_t count = file->size < ISO_FOREIGN_HEAD ? file->size : ISO_FOREIGN_HEAD;
    iso_err err = ISO_OK;

    if (file->size >= 1024)
        return ISO_OK;
    ISO_TRY(iso_file_read(file, 0, head, count));
    ISO_TRY(iso_foreign_pointer(file->path, head, count));
done:
    return err;
}

iso_err iso_file_fits(const iso_file *file, int64_t most)
{
    if (file->size <= most)
        return ISO_OK;
    return iso_fail(ISO_EFORMAT, "%s: has %" PRId64 " bytes; at most %" PRId64 " are read",
                    file->path, file->size, most);
}

iso_err iso_file_open(iso_file **out, const char *path)
{
    iso_file *file = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&file, 1, sizeof *file));
    file->fd = -1;
    ISO_TRY(iso_str_dup(&file->path, path, -1));
    /* without O_NONBLOCK a pipe nobody writes to would hang us before we can refuse it */
    file->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file->fd < 0)
        ISO_TRY(iso_foreign_missing(path, errno));
    ISO_TRY(look(file));
    ISO_TRY(refuse_pointer(file));
    *out = file;
    file = NULL;
done:
    iso_file_close(file);
    return err;
}

iso_err iso_file_folder(iso_file **out, const char *path)
{
    iso_file *file = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&file, 1, sizeof *file));
    *file = (iso_file){.size = 1, .fd = -1, .folder = true};
    ISO_TRY(iso_str_dup(&file->path, path, -1));
    *out = file;
    file = NULL;
done:
    iso_file_close(file);
    return err;
}

iso_err iso_file_read(const iso_file *file, int64_t offset, void *to, int64_t count)
{
    char *at = to;

    while (count > 0) {
        const ssize_t n = pread(file->fd, at, (size_t)count, (off_t)offset);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return iso_fail(ISO_EIO, "%s: %s", file->path, strerror(errno));
        if (n == 0)
            return iso_fail(ISO_EFORMAT, "%s: ends at byte %" PRId64 ", %" PRId64 " more expected",
                            file->path, offset, count);
        at += n;
        offset += n;
        count -= n;
    }
    return ISO_OK;
}

void iso_file_order(void *data, int64_t count, iso_dtype dtype)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    iso_swap_bytes(data, count, iso_dtype_size(dtype));
#else
    (void)data;
    (void)count;
    (void)dtype;
#endif
}

/* Rows ---------------------------------------------------------------------- */

struct file_rows {
    iso_rows base;
    const iso_file *file;
    int64_t offset, row; /* of the first row; bytes of a row */
    char *buffer;
    int64_t room; /* rows the buffer holds */
};

static iso_err rows_read(iso_rows *self, int64_t first, int64_t count, iso_view *out)
{
    struct file_rows *r = (struct file_rows *)self;
    iso_err err = ISO_OK;

    if (count > r->room) {
        iso_free(r->buffer);
        r->buffer = NULL;
        r->room = 0;
        ISO_TRY(iso_alloc(&r->buffer, count, (size_t)r->row));
        r->room = count;
    }
    ISO_TRY(iso_file_read(r->file, r->offset + first * r->row, r->buffer, count * r->row));
    iso_file_order(r->buffer, count * self->cols, self->dtype);
    *out = (iso_view){r->buffer, count, self->cols, self->cols, self->dtype};
done:
    return err;
}

static void rows_close(iso_rows *self)
{
    iso_free(((struct file_rows *)self)->buffer);
    iso_free(self);
}

iso_err iso_rows_of_file(iso_rows **out, const iso_file *file, int64_t offset, int64_t rows,
                         int64_t cols, iso_dtype dtype)
{
    const int64_t size = (int64_t)iso_dtype_size(dtype);
    struct file_rows *r = NULL;
    iso_err err = ISO_OK;

    ISO_NEED(offset >= 0 && rows >= 0 && cols >= 0, "%s: no matrix is %" PRId64 " x %" PRId64,
             file->path, rows, cols);
    if (cols > INT64_MAX / size || (cols > 0 && rows > INT64_MAX / (cols * size)) ||
        rows * cols * size > file->size || offset > file->size - rows * cols * size)
        ISO_FAIL(ISO_EFORMAT,
                 "%s: is truncated: a %" PRId64 " x %" PRId64 " %s matrix at byte %" PRId64
                 " does not fit in its %" PRId64 " bytes",
                 file->path, rows, cols, iso_dtype_name(dtype), offset, file->size);
    ISO_TRY(iso_alloc(&r, 1, sizeof *r));
    r->base = (iso_rows){.rows = rows,
                         .cols = cols,
                         .dtype = dtype,
                         .run = 1,
                         .read = rows_read,
                         .close = rows_close};
    r->file = file;
    r->offset = offset;
    r->row = cols * size;
    *out = &r->base;
done:
    return err;
}
