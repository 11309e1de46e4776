/* The process that reads one HDF5 file, seen from itself: what it may do, what it answers. */
#include "lib/io/h5_inside.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include "lib/base/alloc.h"

/* What it may do ------------------------------------------------------------------ */

/* Signals for the program are not for us: its end is ours, which the socket shows. Those of a crash end
 * us at once, whatever the program would do. */
static void forget_signals(void)
{
    static const int for_program[] = {SIGINT, SIGTERM, SIGQUIT, SIGHUP, SIGPIPE, SIGTSTP};
    sigset_t none;

    for (int i = 1; i < NSIG; i++)
        (void)signal(i, SIG_DFL);
    for (size_t i = 0; i < sizeof for_program / sizeof *for_program; i++)
        (void)signal(for_program[i], SIG_IGN);
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
}

static void close_from(int first)
{
    const long most = sysconf(_SC_OPEN_MAX);

#ifdef SYS_close_range
    if (syscall(SYS_close_range, (unsigned)first, ~0u, 0u) == 0)
        return;
#endif
    for (int i = first; i < (most > 0 && most < 65536 ? most : 65536); i++)
        (void)close(i);
}

/* No file of the program's stays open: not its outputs, locks, or the sockets of other readers.
 * Nothing is printed. The socket becomes number 3. */
static int keep_only(int socket)
{
    const int null = open("/dev/null", O_RDWR);
    const int high = fcntl(socket, F_DUPFD, 4);

    for (int i = 0; i < 3; i++)
        (void)(null >= 0 ? dup2(null, i) : close(i));
    if (high >= 0)
        (void)dup2(high, 3);
    else if (socket != 3)
        (void)dup2(socket, 3);
    close_from(4);
    return 3;
}

/* Bytes of address space in use; -1 when the system does not say. */
static int64_t in_use(void)
{
    char text[64] = "";
    const int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    long long pages = -1;

    if (fd >= 0) {
        if (read(fd, text, sizeof text - 1) <= 0 || sscanf(text, "%lld", &pages) != 1)
            pages = -1;
        (void)close(fd);
    }
    return pages < 0 ? -1 : pages * sysconf(_SC_PAGESIZE);
}

static void limit(int what, int64_t most)
{
    struct rlimit l;

    if (getrlimit(what, &l) != 0 || (l.rlim_cur != RLIM_INFINITY && l.rlim_cur <= (rlim_t)most))
        return;
    l.rlim_cur = (rlim_t)most;
    (void)setrlimit(what, &l);
}

/* What HDF5 needs for itself and a chunk, beside what was granted. */
static const int64_t own_memory = (int64_t)512 << 20;

static void limit_memory(int64_t mem)
{
    const int64_t used = in_use();

    limit(RLIMIT_CORE, 0);
    if (used >= 0)
        limit(RLIMIT_AS, used + own_memory + (mem < INT64_MAX / 4 ? mem : INT64_MAX / 4));
}

/* The time that one question may take, of computing, not on the clock: what is honest asks far
 * less, what is damaged may have no end. Grows with the file, and with the numbers asked for. */
enum { BYTES_PER_MS = 50000 };

static void set_timer(int64_t file_bytes, int64_t answer_bytes)
{
    const int64_t ms = file_bytes < 0 ? 0 : 800 + file_bytes / 4000 + answer_bytes / BYTES_PER_MS;
    const struct itimerval timer = {.it_value = {ms / 1000, (suseconds_t)(ms % 1000 * 1000)}};

    (void)setitimer(ITIMER_PROF, &timer, NULL); /* SIGPROF ends us */
}

void iso_h5_grant(const iso_h5 *file, int64_t bytes)
{
    struct itimerval timer;

    if (!file->served || bytes < 100 * BYTES_PER_MS || getitimer(ITIMER_PROF, &timer) != 0)
        return;
    timer.it_value.tv_sec += (time_t)(bytes / BYTES_PER_MS / 1000 + 1);
    (void)setitimer(ITIMER_PROF, &timer, NULL);
}

/* What it answers -------------------------------------------------------------------- */

struct server {
    int socket;
    iso_h5 *file;
    iso_h5_data **data; /* by number; NULL where closed */
    int count, room;
    bool starved;       /* no memory for a question */
    iso_buf path, name; /* of the question */
    char *block;        /* numbers on their way */
    int64_t block_room;
};

static bool receive(int socket, void *to, int64_t count)
{
    char *at = to;

    while (count > 0) {
        const ssize_t n = recv(socket, at, (size_t)count, 0);
        if (n <= 0)
            return false;
        at += n;
        count -= n;
    }
    return true;
}

static bool give(int socket, const void *from, int64_t count)
{
    const char *at = from;

    while (count > 0) {
        const ssize_t n = send(socket, at, (size_t)count, MSG_NOSIGNAL);
        if (n <= 0)
            return false;
        at += n;
        count -= n;
    }
    return true;
}

static bool receive_text(struct server *s, iso_buf *to, int64_t bytes)
{
    const int64_t room = bytes > 1 ? bytes : 1;

    if (room > to->room) {
        s->starved = iso_realloc(&to->text, 0, room, 1) != ISO_OK;
        if (s->starved)
            return false;
        to->room = room;
    }
    to->text[0] = '\0';
    to->len = bytes;
    return receive(s->socket, to->text, bytes);
}

static iso_err add_data(int *number, struct server *s)
{
    iso_err err = ISO_OK;
    int at = 0;

    while (at < s->count && s->data[at])
        at++;
    if (at == s->room) {
        const int room = s->room ? 2 * s->room : 16;
        ISO_TRY(iso_realloc(&s->data, s->count, room, sizeof *s->data));
        s->room = room;
    }
    ISO_TRY(iso_h5_here_data(&s->data[at], s->file, s->path.text));
    s->count = at == s->count ? s->count + 1 : s->count;
    *number = at;
done:
    return err;
}

static iso_err read_block(int64_t *bytes, struct server *s, const struct h5_question *q)
{
    iso_h5_data *d = s->data[q->number];
    iso_err err = ISO_OK;

    *bytes = iso_h5_block_bytes(&d->info, q->count);
    if (*bytes > s->block_room) {
        ISO_TRY(iso_realloc(&s->block, 0, *bytes, 1));
        s->block_room = *bytes;
    }
    ISO_TRY(iso_h5_here_read(d, q->start, q->count, s->block));
done:
    return err;
}

/* The answer, and the block it comes with; *own says that it is to be freed. */
static iso_err answer(struct h5_answer *a, char **block, bool *own, struct server *s,
                      const struct h5_question *q)
{
    const char *path = s->path.text;
    iso_buf texts = {0};
    iso_h5_kind kind = ISO_H5_ABSENT;
    int64_t *values = NULL;
    bool there = false;
    iso_err err = ISO_OK;

    *own = true;
    switch ((enum h5_ask)q->ask) {
    case ASK_OPEN:
        iso_h5_filters();
        ISO_TRY(iso_h5_here_open(s->file, false));
        a->value = s->file->size;
        break;
    case ASK_KIND:
        ISO_TRY(iso_h5_here_kind(&kind, s->file, path));
        a->number = (int)kind;
        break;
    case ASK_LIST:
        ISO_TRY(iso_h5_here_list(&texts, &a->count, s->file, path));
        break;
    case ASK_WALK:
        ISO_TRY(iso_h5_here_walk(&texts, &a->count, s->file));
        break;
    case ASK_TEXTS:
        ISO_TRY(iso_h5_here_texts(&texts, &a->count, s->file, path));
        break;
    case ASK_ATTR_TEXT:
        ISO_TRY(iso_h5_here_attr_text(block, s->file, path, s->name.text));
        a->number = *block != NULL;
        a->bytes = *block ? (int64_t)strlen(*block) : 0;
        break;
    case ASK_ATTR_INT:
        ISO_TRY(iso_h5_here_attr_int(&a->value, &there, s->file, path, s->name.text));
        a->number = there;
        break;
    case ASK_DATA:
        ISO_TRY(add_data(&a->number, s));
        a->info = s->data[a->number]->info;
        break;
    case ASK_READ:
        ISO_TRY(read_block(&a->bytes, s, q));
        *block = s->block;
        *own = false;
        break;
    case ASK_ABOUTS:
    case ASK_MANY:
        ISO_TRY(iso_h5_here_many(&texts, s->file, path, q->count[0], q->ask == ASK_MANY));
        break;
    case ASK_INTS:
        ISO_TRY(iso_h5_here_ints(&values, &a->count, s->file, path));
        *block = (char *)values;
        a->bytes = 8 * a->count;
        break;
    case ASK_DATA_CLOSE:
        iso_h5_here_data_close(s->data[q->number]);
        s->data[q->number] = NULL;
        break;
    }
    if (texts.text) {
        *block = texts.text;
        a->bytes = texts.len;
    }
done:
    if (err)
        iso_buf_free(&texts);
    return err;
}

static bool serve_one(struct server *s, const struct h5_question *q)
{
    struct h5_answer a;
    char *block = NULL;
    bool own = true, sent;

    memset(&a, 0, sizeof a);
    set_timer(s->file->size,
              q->ask == ASK_READ ? iso_h5_block_bytes(&s->data[q->number]->info, q->count) : 0);
    a.err = (int)answer(&a, &block, &own, s, q);
    set_timer(-1, 0);
    if (q->ask == ASK_DATA_CLOSE)
        return true;
    if (a.err) {
        a.bytes = (int64_t)strnlen(iso_err_msg(), 511);
        return give(s->socket, &a, sizeof a) && give(s->socket, iso_err_msg(), a.bytes);
    }
    sent = give(s->socket, &a, sizeof a) && give(s->socket, block, a.bytes);
    if (own)
        iso_free(block);
    return sent;
}

void iso_h5_serve(int socket, iso_h5 *file, int64_t mem)
{
    struct server s = {.file = file};
    struct h5_question q;

    file->served = true;
    forget_signals();
    s.socket = keep_only(socket);
    limit_memory(mem);
    while (receive(s.socket, &q, sizeof q) && receive_text(&s, &s.path, q.path) &&
           receive_text(&s, &s.name, q.name) && serve_one(&s, &q))
        ;
    _exit(s.starved ? ISO_ENOMEM : 0);
}
