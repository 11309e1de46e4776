#include "lib/io/outfolder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/io/file.h"
#include "lib/io/folder.h"
#include "lib/io/outfile.h"
#include "lib/io/temporary.h"

static const char list_name[] = ".isogloss";
static const char list_head[] = "isogloss-folder 1\n";

enum { DEPTH = 8, LIST_MOST = 1 << 20, OPEN_MOST = 16 };

struct iso_outfolder {
    char *target, *work;
    bool replaces, force;
};

/* --- Lists of files ----------------------------------------------------------------- */

/* Paths from the folder on. */
struct list {
    char **at;
    int64_t count, room;
};

static void list_free(struct list *l)
{
    for (int64_t i = 0; i < l->count; i++)
        iso_free(l->at[i]);
    iso_free(l->at);
    *l = (struct list){0};
}

static iso_err list_add(struct list *l, const char *path, int64_t len)
{
    iso_err err = ISO_OK;

    if (l->count == l->room) {
        const int64_t room = l->room ? 2 * l->room : 32;
        ISO_TRY(iso_realloc(&l->at, l->count, room, sizeof *l->at));
        l->room = room;
    }
    ISO_TRY(iso_str_dup(&l->at[l->count], path, len));
    l->count++;
done:
    return err;
}

static bool list_has(const struct list *l, const char *path)
{
    for (int64_t i = 0; i < l->count; i++) {
        if (strcmp(l->at[i], path) == 0)
            return true;
    }
    return false;
}

/* All that lies under `root`/`inner` and is no folder, or one that is empty or too deep to look
 * into. */
static iso_err walk(struct list *l, const char *root, const char *inner, int depth)
{
    iso_buf path = {0};
    DIR *dir = NULL;
    bool empty = true;
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_printf(&path, "%s%s%s", root, *inner ? "/" : "", inner));
    dir = depth > 0 ? opendir(path.text) : NULL;
    if (!dir && depth > 0)
        ISO_FAIL(ISO_EIO, "%s: %s", path.text, strerror(errno));
    for (const struct dirent *e; dir && (e = readdir(dir));) {
        struct stat st;
        if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
            continue;
        empty = false;
        path.len = 0;
        ISO_TRY(iso_buf_printf(&path, "%s/%s%s%s", root, inner, *inner ? "/" : "", e->d_name));
        const char *name = path.text + strlen(root) + 1;
        if (lstat(path.text, &st) == 0 && S_ISDIR(st.st_mode))
            ISO_TRY(walk(l, root, name, depth - 1));
        else
            ISO_TRY(list_add(l, name, -1));
    }
    if (empty && *inner)
        ISO_TRY(list_add(l, inner, -1));
done:
    if (dir)
        (void)closedir(dir);
    iso_buf_free(&path);
    return err;
}

/* The files that a folder says were made here; none when it has no such list. */
static iso_err read_list(struct list *l, const char *folder)
{
    iso_file *file = NULL;
    char *path = NULL, *text = NULL;
    iso_err err = ISO_OK;

    if (!iso_folder_has(folder, list_name))
        return ISO_OK;
    ISO_TRY(iso_folder_path(&path, folder, list_name));
    ISO_TRY(iso_file_open(&file, path));
    if (file->size > LIST_MOST)
        goto done;
    ISO_TRY(iso_alloc(&text, file->size + 1, 1));
    ISO_TRY(iso_file_read(file, 0, text, file->size));
    if (strncmp(text, list_head, strlen(list_head)) != 0)
        goto done;
    ISO_TRY(list_add(l, list_name, -1));
    for (const char *at = text + strlen(list_head), *end; (end = strchr(at, '\n')); at = end + 1)
        ISO_TRY(list_add(l, at, end - at));
done:
    iso_file_close(file);
    iso_free(path);
    iso_free(text);
    return err;
}

static iso_err write_list(const char *folder)
{
    struct list files = {0};
    iso_outfile *out = NULL;
    iso_buf text = {0};
    char *path = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(walk(&files, folder, "", DEPTH));
    ISO_TRY(iso_buf_puts(&text, list_head));
    for (int64_t i = 0; i < files.count; i++)
        ISO_TRY(iso_buf_printf(&text, "%s\n", files.at[i]));
    ISO_TRY(iso_folder_path(&path, folder, list_name));
    ISO_TRY(iso_outfile_open(&out, path));
    ISO_TRY(iso_outfile_write(out, text.text, text.len));
    err = iso_outfile_commit(out);
    out = NULL;
done:
    iso_outfile_discard(out);
    iso_buf_free(&text);
    iso_free(path);
    list_free(&files);
    return err;
}

/* --- Beginning ---------------------------------------------------------------------- */

/* Refuses a folder that holds what was not made here. */
static iso_err look_over(const iso_outfolder *f, const char *what)
{
    struct list own = {0}, all = {0};
    iso_err err = ISO_OK;

    ISO_TRY(read_list(&own, f->target));
    ISO_TRY(walk(&all, f->target, "", DEPTH));
    for (int64_t i = 0; i < all.count && !f->force; i++) {
        if (!list_has(&own, all.at[i]))
            ISO_FAIL(
                ISO_EARG,
                "%s: holds %s, which is not of an earlier %s: name another folder, or " ISO_FIELD(
                    force) " keeps it there",
                f->target, all.at[i], what);
    }
done:
    list_free(&own);
    list_free(&all);
    return err;
}

static iso_err look_at_target(iso_outfolder *f, const char *what)
{
    struct stat st;
    iso_err err = ISO_OK;

    if (lstat(f->target, &st) != 0) {
        if (errno != ENOENT)
            ISO_FAIL(ISO_EIO, "%s: %s", f->target, strerror(errno));
        goto done;
    }
    if (!S_ISDIR(st.st_mode))
        ISO_FAIL(ISO_EARG, "%s: is a file; a %s is a folder", f->target, what);
    ISO_TRY(look_over(f, what));
    f->replaces = true;
done:
    return err;
}

/* The path without slashes at its end; what a link points to when it is there. */
static iso_err resolve(iso_outfolder *f, const char *path)
{
    char *real = realpath(path, NULL);
    size_t len = strlen(path);
    iso_err err;

    while (len > 1 && path[len - 1] == '/')
        len--;
    err = real ? iso_str_dup(&f->target, real, -1) : iso_str_dup(&f->target, path, (int64_t)len);
    free(real); /* realpath's */
    return err;
}

/* As open as the folder it replaces, or as the umask says. */
static mode_t mode_of(const iso_outfolder *f)
{
    const mode_t mask = umask(0);
    struct stat st;

    (void)umask(mask);
    return f->replaces && stat(f->target, &st) == 0 ? st.st_mode & 0777 : 0777 & ~mask;
}

static iso_err make_work(iso_outfolder *f)
{
    const char *slash = strrchr(f->target, '/');
    const int parent = slash ? (int)(slash - f->target + 1) : 0;
    iso_buf work = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_printf(&work, "%.*s.%s-XXXXXX", parent, f->target, f->target + parent));
    if (!mkdtemp(work.text))
        ISO_FAIL(ISO_EIO, "%s: %s", f->target, strerror(errno));
    f->work = work.text;
    iso_temporary_add(f->work);
    work = (iso_buf){0};
    if (chmod(f->work, mode_of(f)) != 0)
        ISO_FAIL(ISO_EIO, "%s: %s", f->target, strerror(errno));
done:
    iso_buf_free(&work);
    return err;
}

iso_err iso_outfolder_open(iso_outfolder **out, const char *path, const char *what, bool force)
{
    iso_outfolder *f = NULL;
    iso_err err = ISO_OK;

    ISO_NEED(path && *path, "an empty folder name cannot be written");
    ISO_TRY(iso_alloc(&f, 1, sizeof *f));
    f->force = force;
    ISO_TRY(resolve(f, path));
    ISO_TRY(look_at_target(f, what));
    ISO_TRY(make_work(f));
    *out = f;
    f = NULL;
done:
    iso_outfolder_discard(f);
    return err;
}

const char *iso_outfolder_work(const iso_outfolder *f)
{
    return f->work;
}

/* --- The end ------------------------------------------------------------------------- */

static int delete_if_empty(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st;
    (void)at;
    if (kind == FTW_DP)
        (void)rmdir(path);
    return 0;
}

void iso_outfolder_discard(iso_outfolder *f)
{
    if (!f)
        return;
    if (f->work) {
        iso_temporary_remove(f->work);
        iso_temporary_drop(f->work);
    }
    iso_free(f->work);
    iso_free(f->target);
    iso_free(f);
}

/* The folder above a path of a list, and those above it. */
static void make_parents(char *path, size_t root)
{
    for (char *slash = strchr(path + root + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        (void)mkdir(path, 0777);
        *slash = '/';
    }
}

/* Files of others go along, those whose name was taken excepted; ours are removed. */
static iso_err clear_old(const iso_outfolder *f, const char *old)
{
    struct list own = {0}, all = {0};
    iso_buf from = {0}, to = {0};
    iso_err err = ISO_OK;

    ISO_TRY(read_list(&own, old));
    ISO_TRY(walk(&all, old, "", DEPTH));
    for (int64_t i = 0; i < all.count; i++) {
        struct stat st;
        from.len = to.len = 0;
        ISO_TRY(iso_buf_printf(&from, "%s/%s", old, all.at[i]));
        ISO_TRY(iso_buf_printf(&to, "%s/%s", f->target, all.at[i]));
        if (list_has(&own, all.at[i]) || lstat(to.text, &st) == 0) {
            (void)remove(from.text);
            continue;
        }
        make_parents(to.text, strlen(f->target));
        if (rename(from.text, to.text) != 0)
            ISO_FAIL(ISO_EIO, "%s: cannot be kept (%s); it is in %s", to.text, strerror(errno),
                     old);
    }
    (void)nftw(old, delete_if_empty, OPEN_MOST, FTW_DEPTH | FTW_PHYS);
done:
    iso_buf_free(&from);
    iso_buf_free(&to);
    list_free(&own);
    list_free(&all);
    return err;
}

/* For file systems that cannot exchange: for an instant nothing is there. */
static iso_err swap_in_two(const iso_outfolder *f)
{
    iso_buf aside = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_printf(&aside, "%s.old", f->work));
    if (rename(f->target, aside.text) != 0)
        ISO_FAIL(ISO_EIO, "%s: %s", f->target, strerror(errno));
    if (rename(f->work, f->target) != 0) {
        err = iso_fail(ISO_EIO, "%s: %s", f->target, strerror(errno));
        (void)rename(aside.text, f->target);
        goto done;
    }
    if (rename(aside.text, f->work) != 0)
        err = iso_fail(ISO_EIO, "%s: is in place; the folder before it is left in %s (%s)",
                       f->target, aside.text, strerror(errno));
done:
    iso_buf_free(&aside);
    return err;
}

/* Afterwards the old folder, if there was one, has the name of the work. */
static iso_err put_in_place(const iso_outfolder *f)
{
    if (!f->replaces)
        return rename(f->work, f->target) == 0
                   ? ISO_OK
                   : iso_fail(ISO_EIO, "%s: %s", f->target, strerror(errno));
    if (renameat2(AT_FDCWD, f->work, AT_FDCWD, f->target, RENAME_EXCHANGE) == 0)
        return ISO_OK;
    if (errno == EINVAL || errno == ENOSYS || errno == ENOTSUP)
        return swap_in_two(f);
    return iso_fail(ISO_EIO, "%s: %s", f->target, strerror(errno));
}

iso_err iso_outfolder_commit(iso_outfolder *f)
{
    char *old = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(write_list(f->work));
    iso_temporary_drop(f->work);
    ISO_TRY(put_in_place(f));
    old = f->work; /* what discard must not delete whole */
    f->work = NULL;
    if (f->replaces)
        ISO_TRY(clear_old(f, old));
done:
    iso_free(old);
    iso_outfolder_discard(f);
    return err;
}
