#include "lib/io/spill.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/io/file.h"

struct iso_spill {
    int count;
    int64_t rows, cols, matrix; /* of one matrix; its bytes */
    iso_dtype dtype;
    char *memory;   /* all matrices one after the other, or NULL */
    iso_file *file; /* then they lie here in the same order */
};

void iso_spill_free(iso_spill *s)
{
    if (!s)
        return;
    iso_free(s->memory);
    iso_file_close(s->file);
    iso_free(s);
}

/* /var/tmp is on a disk where /tmp may be memory. */
static int unnamed_file(void)
{
    static const char *const folders[] = {"/var/tmp", "/tmp", "."};
    char name[64];

    for (int i = 0; i < 3; i++) {
        (void)strcpy(name, folders[i]);
        (void)strcat(name, "/isogloss-XXXXXX");
        const int fd = mkostemp(name, O_CLOEXEC);
        if (fd >= 0) {
            (void)unlink(name);
            return fd;
        }
    }
    return -1;
}

static iso_err make_file(iso_spill *s, int64_t bytes)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&s->file, 1, sizeof *s->file));
    s->file->fd = -1;
    ISO_TRY(iso_str_dup(&s->file->path, "temporary file", -1));
    s->file->fd = unnamed_file();
    if (s->file->fd < 0)
        ISO_FAIL(ISO_EIO, "/var/tmp: cannot create a temporary file: %s", strerror(errno));
    const int bad = posix_fallocate(s->file->fd, 0, (off_t)bytes);
    if (bad != 0)
        ISO_FAIL(ISO_EIO, "/var/tmp: cannot set %" PRId64 " bytes aside: %s; more memory avoids it",
                 bytes, strerror(bad));
    s->file->size = bytes;
done:
    return err;
}

iso_err iso_spill_new(iso_spill **out, int count, int64_t rows, int64_t cols, iso_dtype dtype,
                      const iso_run *run)
{
    const int64_t size = (int64_t)iso_dtype_size(dtype);
    iso_spill *s = NULL;
    iso_err err = ISO_OK;

    ISO_NEED(count >= 0 && rows >= 0 && cols >= 0, "no matrix is %" PRId64 " x %" PRId64, rows,
             cols);
    if ((cols > 0 && rows > INT64_MAX / 16 / cols) ||
        (count > 0 && rows * cols * size > INT64_MAX / count))
        ISO_FAIL(ISO_ENOMEM, "out of memory (%d matrices of %" PRId64 " x %" PRId64 ")", count,
                 rows, cols);
    ISO_TRY(iso_alloc(&s, 1, sizeof *s));
    s->count = count;
    s->rows = rows;
    s->cols = cols;
    s->dtype = dtype;
    s->matrix = rows * cols * size;
    if (count * s->matrix <= iso_run_mem(run) / 16)
        ISO_TRY(iso_alloc(&s->memory, count * s->matrix, 1));
    else
        ISO_TRY(make_file(s, count * s->matrix));
    *out = s;
    s = NULL;
done:
    iso_spill_free(s);
    return err;
}

static iso_err write_all(const iso_file *file, int64_t offset, const char *from, int64_t count)
{
    while (count > 0) {
        const ssize_t n = pwrite(file->fd, from, (size_t)count, (off_t)offset);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return iso_fail(ISO_EIO, "%s: cannot write: %s", file->path, strerror(errno));
        from += n;
        offset += n;
        count -= n;
    }
    return ISO_OK;
}

iso_err iso_spill_put(iso_spill *s, int matrix, int64_t first, iso_view rows)
{
    const int64_t row = s->cols * (int64_t)iso_dtype_size(s->dtype);
    iso_err err = ISO_OK;

    ISO_NEED(matrix >= 0 && matrix < s->count && first >= 0 && first <= s->rows - rows.rows &&
                 rows.cols == s->cols && rows.dtype == s->dtype,
             "rows do not fit into the room set aside for them");
    for (int64_t i = 0, n; i < rows.rows; i += n) { /* rows that lie together at once */
        n = rows.stride == rows.cols ? rows.rows : 1;
        const char *from = iso_view_rows(rows, i, n).data;
        const int64_t at = matrix * s->matrix + (first + i) * row;
        if (s->memory)
            memcpy(s->memory + at, from, (size_t)(n * row));
        else
            ISO_TRY(write_all(s->file, at, from, n * row));
    }
done:
    return err;
}

iso_err iso_spill_rows(iso_rows **out, iso_spill *s, int matrix)
{
    if (matrix < 0 || matrix >= s->count)
        return iso_fail(ISO_EARG, "no matrix %d among %d", matrix, s->count);
    if (!s->memory)
        return iso_rows_of_file(out, s->file, matrix * s->matrix, s->rows, s->cols, s->dtype);
    return iso_rows_of_view(
        out, (iso_view){s->memory + matrix * s->matrix, s->rows, s->cols, s->cols, s->dtype});
}

void iso_spill_where(const char **memory, const iso_file **file, const iso_spill *s)
{
    *memory = s->memory;
    *file = s->file;
}
