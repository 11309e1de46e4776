#include "lib/io/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/alloc.h"
#include "lib/io/foreign.h"

enum { WAIT = 100 /* milliseconds */, PART = 1 << 18 };

void iso_stream_of(iso_stream *out, int fd, const char *path, int64_t most, const iso_run *run)
{
    *out = (iso_stream){.path = path, .fd = fd, .most = most, .run = run};
}

iso_err iso_stream_open(iso_stream *out, const char *path, int64_t most, const iso_run *run)
{
    struct stat st;
    iso_stream s;
    iso_err err = ISO_OK;

    iso_stream_of(&s, open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), path, most, run);
    s.ours = true;
    if (s.fd < 0)
        return iso_foreign_missing(path, errno);
    if (fstat(s.fd, &st) != 0)
        ISO_FAIL(ISO_EIO, "%s: %s", path, strerror(errno));
    if (S_ISDIR(st.st_mode))
        ISO_FAIL(ISO_EIO, "%s: is a directory; name a file", path);
    *out = s;
    return ISO_OK;
done:
    iso_stream_close(&s);
    return err;
}

void iso_stream_close(iso_stream *s)
{
    if (s->ours && s->fd >= 0)
        (void)close(s->fd);
    s->fd = -1;
}

/* Returns once there is something to read: bytes, an end, or a reason why not. */
static iso_err wait_for_it(const iso_stream *s)
{
    struct pollfd p = {.fd = s->fd, .events = POLLIN};
    iso_err err = ISO_OK;

    for (;;) {
        ISO_TRY(iso_run_step(s->run, "reading", s->at, 0, "bytes"));
        if (poll(&p, 1, WAIT) > 0)
            return ISO_OK;
    }
done:
    return err;
}

iso_err iso_stream_read(int64_t *count, iso_stream *s, void *to, int64_t room)
{
    iso_err err = ISO_OK;

    for (;;) {
        ISO_TRY(wait_for_it(s));
        const ssize_t n = read(s->fd, to, (size_t)room);
        if (n < 0 && errno != EINTR && errno != EAGAIN)
            ISO_FAIL(ISO_EIO, "%s: %s", s->path, strerror(errno));
        if (n < 0)
            continue;
        if (n > s->most - s->at)
            ISO_FAIL(ISO_EFORMAT,
                     "%s: continues after %" PRId64 " bytes, which is all that may be held of it",
                     s->path, s->most);
        s->at += n;
        *count = n;
        return ISO_OK;
    }
done:
    return err;
}

/* What a text cannot hold, in a part of it that ends where the stream is now. */
static iso_err check_text(const iso_stream *s, const char *part, int64_t count, bool first)
{
    const char *zero = memchr(part, '\0', (size_t)count);
    iso_err err = ISO_OK;

    if (first)
        ISO_TRY(iso_foreign_text(s->path, part, count));
    if (zero)
        ISO_FAIL(ISO_EFORMAT, "%s: byte %" PRId64 " is zero; this is no text", s->path,
                 s->at - count + (zero - part));
done:
    return err;
}

static iso_err take_all(iso_buf *out, iso_stream *s, bool is_text)
{
    const int64_t before = out->len;
    char *part = NULL;
    int64_t count = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&part, PART, 1));
    for (;;) {
        ISO_TRY(iso_stream_read(&count, s, part, PART));
        if (count == 0)
            break;
        if (is_text)
            ISO_TRY(check_text(s, part, count, out->len == before));
        ISO_TRY(iso_buf_add(out, part, count));
    }
    if (out->len == before)
        ISO_FAIL(ISO_EFORMAT, "%s: the file is empty", s->path);
done:
    iso_free(part);
    return err;
}

iso_err iso_stream_all(iso_buf *out, iso_stream *s)
{
    return take_all(out, s, false);
}

iso_err iso_stream_text(iso_buf *out, iso_stream *s)
{
    return take_all(out, s, true);
}
