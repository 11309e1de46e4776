#include "bin/report_folder.h"

#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"

static bool ends_in(const char *name, const char *suffix)
{
    const size_t n = strlen(name), s = strlen(suffix);

    return n > s && strcmp(name + n - s, suffix) == 0;
}

static bool is_ours(const char *name, bool in_figures)
{
    if (in_figures)
        return ends_in(name, ".gp") || ends_in(name, ".tsv") || ends_in(name, ".svg");
    return !strcmp(name, "report.html") || !strcmp(name, "records.json") ||
           !strcmp(name, "records.csv") || !strcmp(name, "figures");
}

/* Refuses a folder that holds what we did not write. */
static iso_err look_over(const char *path, bool in_figures)
{
    DIR *dir = opendir(path);
    iso_err err = ISO_OK;

    if (!dir)
        return iso_fail(ISO_EIO, "%s: %s", path, strerror(errno));
    for (struct dirent *e = readdir(dir); e; e = readdir(dir)) {
        const bool dots = !strcmp(e->d_name, ".") || !strcmp(e->d_name, "..");
        if (!dots && !is_ours(e->d_name, in_figures))
            ISO_FAIL(ISO_EARG, "%s: holds %s, which is not of a report; choose another folder",
                     path, e->d_name);
    }
done:
    (void)closedir(dir);
    return err;
}

static iso_err look_at_target(struct folder *f)
{
    struct stat st;
    iso_buf figures = {0};
    iso_err err = ISO_OK;

    if (lstat(f->target, &st) != 0) {
        if (errno != ENOENT)
            ISO_FAIL(ISO_EIO, "%s: %s", f->target, strerror(errno));
        goto done;
    }
    if (!S_ISDIR(st.st_mode))
        ISO_FAIL(ISO_EARG, "%s: is a file; a report is a folder", f->target);
    ISO_TRY(look_over(f->target, false));
    ISO_TRY(iso_buf_printf(&figures, "%s/figures", f->target));
    if (stat(figures.text, &st) == 0)
        ISO_TRY(look_over(figures.text, true));
    f->replaces = true;
done:
    iso_buf_free(&figures);
    return err;
}

/* The path without slashes at its end; what a link points to when it is there. */
static iso_err resolve(struct folder *f, const char *path)
{
    char *real = realpath(path, NULL);
    size_t len = strlen(path);
    iso_err err;

    while (len > 1 && path[len - 1] == '/')
        len--;
    err = real ? iso_str_dup(&f->target, real, -1) : iso_str_dup(&f->target, path, (int64_t)len);
    free(real);
    return err;
}

static iso_err make_work(struct folder *f)
{
    const char *slash = strrchr(f->target, '/');
    const int parent = slash ? (int)(slash - f->target + 1) : 0;
    const mode_t mask = umask(0);
    iso_buf work = {0};
    iso_err err = ISO_OK;

    (void)umask(mask);
    ISO_TRY(iso_buf_printf(&work, "%.*s.%s-XXXXXX", parent, f->target, f->target + parent));
    if (!mkdtemp(work.text))
        ISO_FAIL(ISO_EIO, "%s: %s", f->target, strerror(errno));
    f->work = work.text;
    work = (iso_buf){0};
    if (chmod(f->work, 0777 & ~mask) != 0)
        ISO_FAIL(ISO_EIO, "%s: %s", f->target, strerror(errno));
    ISO_TRY(iso_buf_printf(&work, "%s/figures", f->work));
    if (mkdir(work.text, 0777) != 0)
        ISO_FAIL(ISO_EIO, "%s: %s", work.text, strerror(errno));
done:
    iso_buf_free(&work);
    return err;
}

iso_err folder_begin(struct folder *f, const char *path)
{
    struct folder fresh = {0};
    iso_err err = ISO_OK;

    ISO_TRY(resolve(&fresh, path));
    ISO_TRY(look_at_target(&fresh));
    ISO_TRY(make_work(&fresh));
    *f = fresh;
    fresh = (struct folder){0};
done:
    folder_discard(&fresh);
    return err;
}

static int delete_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st;
    (void)kind;
    (void)at;
    return remove(path);
}

static void delete_tree(const char *path)
{
    (void)nftw(path, delete_one, 16, FTW_DEPTH | FTW_PHYS);
}

iso_err folder_commit(struct folder *f)
{
    iso_buf old = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_printf(&old, "%s.old", f->work));
    if (f->replaces && rename(f->target, old.text) != 0)
        ISO_FAIL(ISO_EIO, "%s: %s", f->target, strerror(errno));
    if (rename(f->work, f->target) != 0) {
        err = iso_fail(ISO_EIO, "%s: %s", f->target, strerror(errno));
        if (f->replaces)
            (void)rename(old.text, f->target);
        goto done;
    }
    if (f->replaces)
        delete_tree(old.text);
    iso_free(f->work);
    f->work = NULL;
done:
    iso_buf_free(&old);
    return err;
}

void folder_discard(struct folder *f)
{
    if (f->work)
        delete_tree(f->work);
    iso_free(f->work);
    iso_free(f->target);
    *f = (struct folder){0};
}
