#include "lib/io/journal.h"

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

/* The first line; its number grows with what a plan or a unit means. */
static const char magic[] = "isogloss-journal 2\n", any_version[] = "isogloss-journal ";

struct iso_journal {
    char *path, *of;
    char *plan; /* NULL: not begun */
    int64_t size, parts, rows;
    int64_t *units; /* ascending */
    int64_t count, room;
    int64_t end; /* bytes that are well formed; the next line goes there */
    int fd;
};

/* Units in memory ----------------------------------------------------------------- */

/* The first unit at or after `unit`. */
static int64_t place_of(const iso_journal *j, int64_t unit)
{
    int64_t low = 0, high = j->count;

    if (high > 0 && j->units[high - 1] < unit) /* they come in order mostly */
        return high;
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        if (j->units[middle] < unit)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool iso_journal_has(const iso_journal *j, int64_t unit)
{
    const int64_t at = place_of(j, unit);

    return at < j->count && j->units[at] == unit;
}

/* Notes a unit in memory; *fresh is false when it was there already. */
static iso_err note(bool *fresh, iso_journal *j, int64_t unit, int64_t rows)
{
    const int64_t at = place_of(j, unit), room = j->room ? 2 * j->room : 64;
    iso_err err = ISO_OK;

    *fresh = at == j->count || j->units[at] != unit;
    if (!*fresh)
        return ISO_OK;
    if (j->count == j->room) {
        ISO_TRY(iso_realloc(&j->units, j->count, room, sizeof *j->units));
        j->room = room;
    }
    memmove(j->units + at + 1, j->units + at, (size_t)(j->count - at) * sizeof *j->units);
    j->units[at] = unit;
    j->count++;
    j->rows = rows > INT64_MAX - j->rows ? INT64_MAX : j->rows + rows;
done:
    return err;
}

/* Reading ------------------------------------------------------------------------- */

struct bytes {
    const char *at, *stop;
};

static iso_err not_ours(const iso_journal *j, const char *what)
{
    return iso_fail(ISO_EFORMAT, "%s: %s; delete it and %s to start again", j->path, what, j->of);
}

/* A decimal without sign and its end, one byte; -1 when it is something else. */
static int64_t number(struct bytes *b, char end)
{
    int64_t value = 0;
    const char *start = b->at;

    for (; b->at < b->stop && *b->at >= '0' && *b->at <= '9'; b->at++) {
        if (value > (INT64_MAX - 9) / 10)
            return -1;
        value = 10 * value + (*b->at - '0');
    }
    if (b->at == start || b->at == b->stop || *b->at != end)
        return -1;
    b->at++;
    return value;
}

static bool word(struct bytes *b, const char *text)
{
    const size_t len = strlen(text);

    if ((size_t)(b->stop - b->at) < len || memcmp(b->at, text, len) != 0)
        return false;
    b->at += len;
    return true;
}

static bool line_ends(const struct bytes *b)
{
    return memchr(b->at, '\n', (size_t)(b->stop - b->at)) != NULL;
}

/* "plan BYTES", the bytes, "size BYTES PARTS". *whole is false when the end of the file cuts it
 * off. */
static iso_err read_head(bool *whole, iso_journal *j, struct bytes *b)
{
    char *plan = NULL;
    iso_err err = ISO_OK;

    *whole = false;
    if (!line_ends(b))
        goto done;
    const int64_t len = word(b, "plan ") ? number(b, '\n') : -1;
    if (len < 0)
        ISO_TRY(not_ours(j, "line 2 is not \"plan BYTES\""));
    if (len > b->stop - b->at)
        goto done;
    ISO_TRY(iso_str_dup(&plan, b->at, len));
    b->at += len;
    if (b->at == b->stop)
        goto done;
    if (*b->at++ != '\n')
        ISO_TRY(not_ours(j, "its plan does not end where it says"));
    if (!line_ends(b))
        goto done;
    j->size = word(b, "size ") ? number(b, ' ') : -1;
    j->parts = j->size >= 0 ? number(b, '\n') : -1;
    if (j->parts < 0)
        ISO_TRY(not_ours(j, "no \"size BYTES PARTS\" after the plan"));
    j->plan = plan;
    plan = NULL;
    *whole = true;
done:
    iso_free(plan);
    return err;
}

static iso_err read_units(iso_journal *j, struct bytes *b, const char *start)
{
    bool fresh = false;
    iso_err err = ISO_OK;

    while (line_ends(b)) {
        const int64_t unit = word(b, "unit ") ? number(b, ' ') : -1;
        const int64_t rows = unit >= 0 ? number(b, '\n') : -1;
        if (rows < 0)
            ISO_FAIL(ISO_EFORMAT,
                     "%s: what follows byte %" PRId64 " is not \"unit NUMBER ROWS\"; delete it and "
                     "%s to start again",
                     j->path, j->end, j->of);
        ISO_TRY(note(&fresh, j, unit, rows));
        j->end = b->at - start;
    }
done:
    return err;
}

/* What bytes[0..len) say; sets j->end. Their writer may have been interrupted anywhere, or be
 * somebody else. */
static iso_err parse(iso_journal *j, const char *bytes, int64_t len)
{
    struct bytes b = {bytes, bytes + len};
    const int64_t known = (int64_t)strlen(magic);
    bool whole = false;
    iso_err err = ISO_OK;

    if (len >= known && memcmp(bytes, magic, (size_t)known) != 0 &&
        memcmp(bytes, any_version, sizeof any_version - 1) == 0)
        ISO_TRY(not_ours(j, "was written by another version of isogloss"));
    if (len > 0 && memcmp(bytes, magic, (size_t)(len < known ? len : known)) != 0)
        ISO_TRY(not_ours(j, "is not a journal of this program"));
    if (len < known)
        goto done;
    b.at += known;
    ISO_TRY(read_head(&whole, j, &b));
    if (whole) {
        j->end = b.at - bytes;
        ISO_TRY(read_units(j, &b, bytes));
    }
done:
    return err;
}

/* The file ------------------------------------------------------------------------ */

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
        ISO_FAIL(ISO_EFORMAT, "%s: has %lld bytes, no journal has; delete it and %s to start again",
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
    ISO_TRY(parse(j, bytes, len));
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
    ISO_TRY(iso_buf_printf(&head, "%splan %zu\n%s\nsize %" PRId64 " %" PRId64 "\n", magic,
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
    ISO_TRY(note(&fresh, j, unit, rows));
done:
    return err;
}
