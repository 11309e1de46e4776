#include "lib/io/journal_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"

enum { MOST = 256 << 20 }; /* bytes of a journal; units take about 16 each */

static iso_err sad(const iso_journal *j, const char *what)
{
    return iso_fail(ISO_EIO, "%s: %s: %s", j->path, what, strerror(errno));
}

void iso_journal_close(iso_journal *j, bool forget)
{
    if (!j)
        return;
    if (j->fd >= 0 && forget)
        (void)unlink(j->path); /* while it is locked: the next one makes its own */
    if (j->fd >= 0)
        (void)close(j->fd);
    iso_free(j->path);
    iso_free(j->of);
    iso_free(j->plan);
    iso_free(j->units);
    iso_free(j);
}

const char *iso_journal_plan(const iso_journal *j)
{
    return j->plan;
}

int64_t iso_journal_size(const iso_journal *j)
{
    return j->size;
}

int64_t iso_journal_parts(const iso_journal *j)
{
    return j->parts;
}

int64_t iso_journal_units(const iso_journal *j)
{
    return j->count;
}

int64_t iso_journal_rows(const iso_journal *j)
{
    return j->rows;
}

/* Opening -------------------------------------------------------------------------- */

/* The lock counts for the file that has the name now, not for one that was deleted meanwhile. File
 * systems without locks are forgiven. */
static iso_err lock(bool *mine, bool *empty, iso_journal *j)
{
    struct stat here, named;
    iso_err err = ISO_OK;

    j->fd = open(j->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666);
    if (j->fd < 0 || fstat(j->fd, &here) != 0)
        ISO_TRY(sad(j, "cannot open"));
    if (!S_ISREG(here.st_mode))
        ISO_FAIL(ISO_EIO, "%s: is not a regular file; move it away", j->path);
    if (flock(j->fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        ISO_FAIL(ISO_EIO,
                 "%s: another process is writing this file; wait for its end, or name "
                 "another file",
                 j->of);
    *mine =
        stat(j->path, &named) == 0 && named.st_ino == here.st_ino && named.st_dev == here.st_dev;
    *empty = here.st_size == 0;
    if (!*mine) {
        (void)close(j->fd);
        j->fd = -1;
    }
done:
    return err;
}

static iso_err read_all(iso_journal *j)
{
    struct stat st;
    char *bytes = NULL;
    int64_t len = 0;
    iso_err err = ISO_OK;

    if (fstat(j->fd, &st) != 0)
        ISO_TRY(sad(j, "cannot read"));
    if (st.st_size > MOST)
        ISO_FAIL(ISO_EFORMAT, "%s: has %lld bytes, no journal has; delete it and %s to begin anew",
                 j->path, (long long)st.st_size, j->of);
    ISO_TRY(iso_alloc(&bytes, (int64_t)st.st_size, 1));
    while (len < st.st_size) {
        const ssize_t n = pread(j->fd, bytes + len, (size_t)(st.st_size - len), (off_t)len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            ISO_TRY(sad(j, "cannot read"));
        if (n == 0)
            break;
        len += n;
    }
    ISO_TRY(iso_journal_parse(j, bytes, len));
done:
    iso_free(bytes);
    return err;
}

iso_err iso_journal_open(iso_journal **out, const char *of)
{
    iso_journal *j = NULL;
    iso_buf path = {0};
    bool mine = false, empty = false;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&j, 1, sizeof *j));
    j->fd = -1;
    ISO_TRY(iso_str_dup(&j->of, of, -1));
    ISO_TRY(iso_buf_printf(&path, "%s.journal", of));
    j->path = path.text;
    path = (iso_buf){0};
    for (int i = 0; i < 100 && !mine; i++)
        ISO_TRY(lock(&mine, &empty, j));
    if (!mine)
        ISO_FAIL(ISO_EIO, "%s: is deleted again and again by somebody", j->path);
    ISO_TRY(read_all(j));
    *out = j;
    j = NULL;
done:
    iso_buf_free(&path);
    iso_journal_close(j, mine && empty);
    return err;
}

/* Writing -------------------------------------------------------------------------- */

/* Puts bytes at the end of what is well formed, over what is torn, and waits for the disk. */
static iso_err put(iso_journal *j, const char *bytes, int64_t count)
{
    int64_t at = j->end;
    iso_err err = ISO_OK;

    if (ftruncate(j->fd, (off_t)at) != 0)
        ISO_TRY(sad(j, "cannot write"));
    for (int64_t left = count; left > 0;) {
        const ssize_t n = pwrite(j->fd, bytes, (size_t)left, (off_t)at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            ISO_TRY(sad(j, "cannot write"));
        bytes += n;
        at += n;
        left -= n;
    }
    if (fdatasync(j->fd) != 0 && errno != EINVAL)
        ISO_TRY(sad(j, "cannot flush"));
    j->end = at;
done:
    return err;
}

iso_err iso_journal_forget(iso_journal *j)
{
    iso_free(j->plan);
    j->plan = NULL;
    j->size = j->parts = j->rows = j->count = j->end = 0;
    return put(j, "", 0);
}

iso_err iso_journal_begin(iso_journal *j, const char *plan, int64_t size, int64_t parts)
{
    iso_buf head = {0};
    char *copy = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_str_dup(&copy, plan, -1));
    ISO_TRY(iso_buf_printf(&head,
                           ISO_JOURNAL_MAGIC "\nplan %zu\n%s\nsize %" PRId64 " %" PRId64 "\n",
                           strlen(plan), plan, size, parts));
    ISO_TRY(iso_journal_forget(j));
    ISO_TRY(put(j, head.text, head.len));
    j->plan = copy;
    j->size = size;
    j->parts = parts;
    copy = NULL;
done:
    iso_free(copy);
    iso_buf_free(&head);
    return err;
}

iso_err iso_journal_add(iso_journal *j, int64_t unit, int64_t rows)
{
    char line[64];
    bool fresh = false;
    iso_err err = ISO_OK;

    ISO_NEED(unit >= 0 && rows >= 0, "%s: unit %" PRId64 " of %" PRId64 " rows cannot be", j->path,
             unit, rows);
    ISO_NEED(j->plan, "%s: no work was begun", j->path);
    if (iso_journal_has(j, unit))
        return ISO_OK;
    const int len = snprintf(line, sizeof line, "unit %" PRId64 " %" PRId64 "\n", unit, rows);
    ISO_TRY(put(j, line, len));
    ISO_TRY(iso_journal_note(&fresh, j, unit, rows));
done:
    return err;
}
