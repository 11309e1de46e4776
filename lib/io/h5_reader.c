/* The process that reads one HDF5 file, seen from ours: made, asked, waited for, ended. */
#include "lib/io/h5_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/alloc.h"

struct h5_reader {
    char *path;
    const iso_run *run;
    int socket;
    pid_t pid;      /* 0: ended, and its end was seen */
    bool waiting;   /* for an answer: it may be anywhere in HDF5 */
    iso_err failed; /* what every further question is answered with */
    char message[512];
};

static _Atomic int readers;

int iso_h5_readers(void)
{
    return atomic_load(&readers);
}

/* Its end --------------------------------------------------------------------- */

/* Waits for its end; 0 when somebody else has. */
static int reap(struct h5_reader *r)
{
    int status = 0;
    pid_t got;

    do {
        got = waitpid(r->pid, &status, 0);
    } while (got < 0 && errno == EINTR);
    r->pid = 0;
    return got < 0 ? 0 : status;
}

void iso_h5_reader_free(struct h5_reader *r)
{
    if (!r)
        return;
    if (r->pid > 0 && r->waiting)
        (void)kill(r->pid, SIGKILL);
    if (r->socket >= 0)
        (void)close(r->socket);
    if (r->pid > 0)
        (void)reap(r);
    iso_free(r->path);
    iso_free(r);
    atomic_fetch_sub(&readers, 1);
}

static iso_err fail_for_good(struct h5_reader *r, iso_err err)
{
    r->failed = err;
    (void)snprintf(r->message, sizeof r->message, "%s", iso_err_msg());
    return err;
}

iso_err iso_h5_reader_check(const struct h5_reader *r)
{
    return r->failed ? iso_fail(r->failed, "%s", r->message) : ISO_OK;
}

/* The socket was closed at its other end: says why. */
static iso_err died(struct h5_reader *r, const char *object)
{
    const int status = r->pid > 0 ? reap(r) : 0;
    const int number = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    const char *at = object ? object : "", *colon = object ? ": " : "";

    r->waiting = false;
    if (WIFEXITED(status) && WEXITSTATUS(status) == ISO_ENOMEM)
        return fail_for_good(r, iso_fail(ISO_ENOMEM, "%s: %s%sout of memory", r->path, at, colon));
    if (number == SIGKILL)
        (void)iso_fail(ISO_EIO, "%s: %s%sthe process that read it was killed; memory may be short",
                       r->path, at, colon);
    else if (number == SIGPROF)
        (void)iso_fail(ISO_EFORMAT,
                       "%s: %s%sis damaged: HDF5 comes to no end with it; copy or write it again",
                       r->path, at, colon);
    else
        (void)iso_fail(ISO_EFORMAT,
                       "%s: %s%sis damaged: HDF5 breaks down over it%s%s%s; copy or write it again",
                       r->path, at, colon, number ? " (" : "", number ? strsignal(number) : "",
                       number ? ")" : "");
    return fail_for_good(r, number == SIGKILL ? ISO_EIO : ISO_EFORMAT);
}

/* Its beginning ------------------------------------------------------------------ */

static iso_err sockets(int ends[2], const char *path)
{
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) {
        ends[0] = ends[1] = -1;
        return iso_fail(ISO_EIO, "%s: no socket for the process that reads it: %s", path,
                        strerror(errno));
    }
    (void)fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    (void)fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    return ISO_OK;
}

/* HDF5 wakes up before the fork, once for all readers. The file is opened by the first question. */
iso_err iso_h5_reader_new(struct h5_reader **out, const char *path, const iso_run *run)
{
    struct h5_reader *r = NULL;
    int ends[2] = {-1, -1};
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&r, 1, sizeof *r));
    atomic_fetch_add(&readers, 1);
    r->socket = -1;
    r->run = run;
    ISO_TRY(iso_str_dup(&r->path, path, -1));
    ISO_TRY(sockets(ends, path));
    (void)H5open();
    r->pid = fork();
    if (r->pid == 0) {
        iso_h5 file = {.path = r->path, .id = H5I_INVALID_HID, .links = H5I_INVALID_HID};
        iso_h5_serve(ends[1], &file, iso_run_mem(run));
    }
    if (r->pid < 0) {
        r->pid = 0;
        ISO_FAIL(ISO_EIO, "%s: no process can be made to read it: %s", path, strerror(errno));
    }
    r->socket = ends[0];
    ends[0] = -1;
    *out = r;
    r = NULL;
done:
    for (int i = 0; i < 2; i++) {
        if (ends[i] >= 0)
            (void)close(ends[i]);
    }
    iso_h5_reader_free(r);
    return err;
}

/* Asking ---------------------------------------------------------------------------- */

enum { PAUSE = 100 }; /* ms between two looks at what the run wants */

/* Waits until the socket is ready, as long as the run lets us. */
static iso_err wait_for(struct h5_reader *r, short events)
{
    struct pollfd p = {.fd = r->socket, .events = events};

    while (poll(&p, 1, PAUSE) <= 0) {
        if (iso_run_step(r->run, r->path, 0, 0, "bytes"))
            return fail_for_good(r, ISO_ECANCEL);
    }
    return ISO_OK;
}

static iso_err transfer(struct h5_reader *r, char *bytes, int64_t count, bool out,
                        const char *object)
{
    while (count > 0) {
        const ssize_t n = out ? send(r->socket, bytes, (size_t)count, MSG_NOSIGNAL | MSG_DONTWAIT)
                              : recv(r->socket, bytes, (size_t)count, MSG_DONTWAIT);
        if (n > 0) {
            bytes += n;
            count -= n;
        } else if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) {
            if (wait_for(r, out ? POLLOUT : POLLIN))
                return r->failed;
        } else {
            return died(r, object);
        }
    }
    return ISO_OK;
}

static iso_err tell(struct h5_reader *r, struct h5_question q, const char *path, const char *name)
{
    char *ask = (char *)&q;
    iso_err err = ISO_OK;

    q.path = path && !q.path ? (int64_t)strlen(path) + 1 : q.path;
    q.name = name ? (int64_t)strlen(name) + 1 : 0;
    r->waiting = true;
    ISO_TRY(transfer(r, ask, sizeof q, true, path));
    if (path)
        ISO_TRY(transfer(r, (char *)path, q.path, true, path));
    if (name)
        ISO_TRY(transfer(r, (char *)name, q.name, true, path));
done:
    return err;
}

/* The message of an error as the reader made it. Not about the question alone: memory, the system.
 */
static iso_err its_error(struct h5_reader *r, const struct h5_answer *a, const char *object)
{
    char text[512] = "";
    const int64_t n = a->bytes < (int64_t)sizeof text - 1 ? a->bytes : (int64_t)sizeof text - 1;
    const iso_err code = a->err > 0 && a->err <= ISO_ECANCEL ? (iso_err)a->err : ISO_EFORMAT;

    if (n < 0 || a->bytes != n)
        return died(r, object);
    if (transfer(r, text, n, false, object))
        return r->failed;
    text[n] = '\0';
    (void)iso_fail(code, "%s", text);
    return code == ISO_ENOMEM || code == ISO_EIO ? fail_for_good(r, code) : code;
}

iso_err iso_h5_reader_ask(struct h5_answer *a, struct h5_reader *r, struct h5_question q,
                          const char *path, const char *name, void *to, int64_t room, char **block)
{
    char *fresh = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_h5_reader_check(r));
    ISO_TRY(tell(r, q, path, name));
    if (q.ask == ASK_DATA_CLOSE) {
        r->waiting = false;
        goto done;
    }
    ISO_TRY(transfer(r, (char *)a, sizeof *a, false, path));
    if (a->err) {
        err = its_error(r, a, path);
    } else if (block && a->bytes >= 0 && a->bytes < INT64_MAX) {
        err = iso_alloc(&fresh, a->bytes + 1, 1);
        if (err)
            (void)fail_for_good(r, err); /* the bytes stay in the way */
        else
            err = transfer(r, fresh, a->bytes, false, path);
    } else if (a->bytes == room) {
        err = transfer(r, to, room, false, path);
    } else {
        err = died(r, path);
    }
    ISO_TRY(err);
    r->waiting = false;
    if (block)
        *block = fresh;
    fresh = NULL;
done:
    r->waiting = r->waiting && r->failed;
    iso_free(fresh);
    return err;
}
