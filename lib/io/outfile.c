#include "lib/io/outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/io/temporary.h"

struct iso_outfile {
    char *path;      /* as given, for messages */
    char *target;    /* behind links */
    char *temporary; /* NULL: written directly */
    int64_t end;     /* of what was appended */
    int fd;
    bool keep, named; /* stays on discard; its directory entry has reached the disk */
};

static iso_err sad(const iso_outfile *f, const char *what)
{
    return iso_fail(ISO_EIO, "%s: %s: %s", f->path, what, strerror(errno));
}

static void release(iso_outfile *f)
{
    iso_temporary_drop(f->temporary);
    if (f->fd >= 0)
        (void)close(f->fd);
    iso_free(f->path);
    iso_free(f->target);
    iso_free(f->temporary);
    iso_free(f);
}

void iso_outfile_discard(iso_outfile *f)
{
    if (!f)
        return;
    if (f->fd >= 0 && f->temporary && !f->keep)
        (void)unlink(f->temporary);
    release(f);
}

/* A fresh name beside the target; open(2) rather than mkstemp, so that the umask counts. */
static iso_err make_temporary(iso_outfile *f, const struct stat *old)
{
    iso_err err = ISO_OK;
    iso_buf name = {0};

    for (int i = 0; i < 100 && f->fd < 0; i++) {
        name.len = 0;
        ISO_TRY(iso_buf_printf(&name, "%s.%ld-%d.tmp", f->target, (long)getpid(), i));
        f->fd = open(name.text, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (f->fd < 0 && errno != EEXIST)
            ISO_TRY(sad(f, "cannot create"));
    }
    if (f->fd < 0)
        ISO_TRY(sad(f, "cannot create"));
    if (old)
        (void)fchmod(f->fd, old->st_mode & 07777);
    f->temporary = name.text;
    iso_temporary_add(f->temporary);
    name = (iso_buf){0};
done:
    iso_buf_free(&name);
    return err;
}

static iso_err join(char **out, const char *path, const char *suffix)
{
    iso_buf name = {0};
    const iso_err err = iso_buf_printf(&name, "%s%s", path, suffix);

    if (err)
        iso_buf_free(&name);
    else
        *out = name.text;
    return err;
}

/* A fixed name beside the target; what has it already is gone on with, but through no link. */
static iso_err open_fixed(iso_outfile *f, const char *suffix, const struct stat *old)
{
    struct stat st;
    char *name = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(join(&name, f->target, suffix));
    f->fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666);
    if (f->fd < 0 || fstat(f->fd, &st) != 0)
        ISO_FAIL(ISO_EIO, "%s: cannot open: %s", name, strerror(errno));
    if (!S_ISREG(st.st_mode))
        ISO_FAIL(ISO_EIO, "%s: is not a regular file; move it away", name);
    if (old)
        (void)fchmod(f->fd, old->st_mode & 07777);
    f->temporary = name;
    name = NULL;
done:
    iso_free(name);
    return err;
}

/* The path behind links; one that does not exist yet stands for itself. */
static iso_err find_target(char **target, const char *path)
{
    char *real = realpath(path, NULL);
    const iso_err err = iso_str_dup(target, real ? real : path, -1);

    free(real);
    return err;
}

/* `suffix` is NULL when the name in between does not matter. */
static iso_err start(iso_outfile **out, const char *path, const char *suffix)
{
    iso_outfile *f = NULL;
    struct stat old;
    iso_err err = ISO_OK;

    ISO_NEED(*path, "an empty file name cannot be written");
    ISO_TRY(iso_alloc(&f, 1, sizeof *f));
    f->fd = -1;
    ISO_TRY(iso_str_dup(&f->path, path, -1));
    ISO_TRY(find_target(&f->target, path));
    const bool there = stat(f->target, &old) == 0;
    if (there && S_ISDIR(old.st_mode))
        ISO_FAIL(ISO_EIO, "%s: is a directory, cannot be written", path);
    if (there && access(f->target, W_OK) != 0)
        ISO_TRY(sad(f, "cannot write"));
    if (there && !S_ISREG(old.st_mode)) {
        if (suffix)
            ISO_FAIL(ISO_EIO, "%s: is not a regular file, states cannot be written there", path);
        f->fd = open(f->target, O_WRONLY | O_CLOEXEC);
        if (f->fd < 0)
            ISO_TRY(sad(f, "cannot open for writing"));
    } else {
        ISO_TRY(suffix ? open_fixed(f, suffix, there ? &old : NULL)
                       : make_temporary(f, there ? &old : NULL));
    }
    *out = f;
    f = NULL;
done:
    iso_outfile_discard(f);
    return err;
}

iso_err iso_outfile_open(iso_outfile **out, const char *path)
{
    return start(out, path, NULL);
}

iso_err iso_outfile_open_part(iso_outfile **out, const char *path, const char *suffix)
{
    return start(out, path, suffix);
}

iso_err iso_outfile_part_name(char **out, const char *path, const char *suffix)
{
    char *target = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(find_target(&target, path));
    ISO_TRY(join(out, target, suffix));
done:
    iso_free(target);
    return err;
}

void iso_outfile_keep(iso_outfile *f)
{
    f->keep = true;
}

const char *iso_outfile_temporary(const iso_outfile *f)
{
    return f->temporary ? f->temporary : f->target;
}

iso_err iso_outfile_write_at(iso_outfile *f, int64_t offset, const void *data, int64_t count)
{
    const char *from = data;

    while (count > 0) {
        const ssize_t n = pwrite(f->fd, from, (size_t)count, (off_t)offset);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return sad(f, "cannot write");
        from += n;
        offset += n;
        count -= n;
    }
    return ISO_OK;
}

/* Pipes and terminals know no places. */
static iso_err write_on(iso_outfile *f, const char *from, int64_t count)
{
    while (count > 0) {
        const ssize_t n = write(f->fd, from, (size_t)count);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return sad(f, "cannot write");
        from += n;
        count -= n;
    }
    return ISO_OK;
}

iso_err iso_outfile_write(iso_outfile *f, const void *data, int64_t count)
{
    const iso_err err =
        f->temporary ? iso_outfile_write_at(f, f->end, data, count) : write_on(f, data, count);

    if (!err)
        f->end += count;
    return err;
}

/* The directory entry too must reach the disk; file systems that cannot do it are forgiven. */
static void sync_directory(const char *path)
{
    char *copy = NULL;

    if (iso_str_dup(&copy, path, -1))
        return;
    char *slash = strrchr(copy, '/');
    if (slash)
        slash[slash == copy] = '\0';
    const int fd = open(slash ? copy : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        (void)fsync(fd);
        (void)close(fd);
    }
    iso_free(copy);
}

iso_err iso_outfile_sync(iso_outfile *f)
{
    if (fdatasync(f->fd) != 0 && errno != EINVAL)
        return sad(f, "cannot flush");
    if (f->temporary && !f->named)
        sync_directory(f->temporary);
    f->named = true;
    return ISO_OK;
}

iso_err iso_outfile_commit(iso_outfile *f)
{
    iso_err err = ISO_OK;

    if (f->temporary && fsync(f->fd) != 0 && errno != EINVAL)
        ISO_TRY(sad(f, "cannot flush"));
    if (f->temporary && rename(f->temporary, f->target) != 0)
        ISO_TRY(sad(f, "cannot put in place"));
    if (f->temporary)
        sync_directory(f->target);
    release(f);
    f = NULL;
done:
    iso_outfile_discard(f);
    return err;
}

static iso_err pour(const iso_buf *text)
{
    for (int64_t at = 0; at < text->len;) {
        const ssize_t count = write(STDOUT_FILENO, text->text + at, (size_t)(text->len - at));
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return iso_fail(ISO_EIO, "standard output: %s", strerror(errno));
        at += count;
    }
    return ISO_OK;
}

iso_err iso_outfile_save(const char *path, const iso_buf *text)
{
    iso_outfile *file = NULL;
    iso_err err = ISO_OK;

    if (strcmp(path, "-") == 0)
        return pour(text);

    ISO_TRY(iso_outfile_open(&file, path));
    ISO_TRY(iso_outfile_write(file, text->text, text->len));
    err = iso_outfile_commit(file);
    file = NULL;
done:
    iso_outfile_discard(file);
    return err;
}
