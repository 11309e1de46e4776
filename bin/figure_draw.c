/* From script to picture: gnuplot as a child process, in a folder of its own until all is done. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bin/figure_text.h"
#include "bin/out.h"
#include "lib/base/alloc.h"

extern char **environ;

static const char *suffix_of(const char *path)
{
    static const char *const known[] = {".svg", ".pdf", ".png", ".gp"};
    const size_t len = strlen(path);

    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const size_t n = strlen(known[i]);
        if (len > n && strcmp(path + len - n, known[i]) == 0 && path[len - n - 1] != '/')
            return path + len - n;
    }
    return NULL;
}

bool figure_suffix(const char *path)
{
    return suffix_of(path) != NULL;
}

/* A path in pieces: folder ("." when none), name without suffix, suffix without dot. */
struct place {
    char *folder, *name;
    const char *suffix;
};

static iso_err split(struct place *p, const char *path)
{
    const char *dot = suffix_of(path), *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    iso_err err = ISO_OK;

    if (!dot)
        ISO_FAIL(ISO_EARG, "%s: a figure ends in .svg, .pdf, .png or .gp", path);
    p->suffix = dot + 1;
    ISO_TRY(iso_str_dup(&p->name, name, dot - name));
    ISO_TRY(iso_str_dup(&p->folder, slash ? path : ".", slash ? slash - path + 1 : 1));
done:
    return err;
}

static iso_err path_in(iso_buf *out, const char *folder, const char *name, const char *suffix)
{
    out->len = 0;
    return iso_buf_printf(out, "%s/%s%s%s", folder, name, *suffix ? "." : "", suffix);
}

/* The script runs alone in its folder and makes any of the three formats. */
static iso_err whole_script(iso_buf *out, const struct figure *f, const struct place *p)
{
    static const char head[] =
        "if (format eq 'pdf') {\n"
        "    set terminal pdfcairo size %.2fin,%.2fin font 'sans-serif,9'\n"
        "    large = ',11.5'; small = ',8'; tiny = ',7'\n"
        "} else { if (format eq 'png') {\n"
        "    set terminal pngcairo size %d,%d font 'sans-serif,9' fontscale 3 lw 3 ps 3\n"
        "    large = ',11.5'; small = ',8'; tiny = ',7'\n"
        "} else {\n"
        "    set terminal svg size %d,%d dynamic font 'sans-serif,12' butt "
        "background '#ffffff'\n"
        "    large = ',14.5'; small = ',11'; tiny = ',9.5'\n"
        "} }\n"
        "set termoption noenhanced\n";
    iso_buf name = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_puts(out, "# Run in this folder: gnuplot this-file\n"
                              "set encoding utf8\n"));
    ISO_TRY(iso_buf_printf(out, "format = '%s' # svg, pdf or png\n",
                           strcmp(p->suffix, "gp") ? p->suffix : "svg"));
    ISO_TRY(iso_buf_printf(out, head, f->width / 96.0, f->height / 96.0, 3 * f->width,
                           3 * f->height, f->width, f->height));
    /* A name after ./ is never taken for a pipe. */
    ISO_TRY(iso_buf_printf(&name, "./%s.", p->name));
    ISO_TRY(iso_buf_puts(out, "set output "));
    ISO_TRY(figure_quote(out, name.text));
    ISO_TRY(iso_buf_puts(out, ".format\ndata = "));
    ISO_TRY(iso_buf_puts(&name, "tsv"));
    ISO_TRY(figure_quote(out, name.text));
    ISO_TRY(iso_buf_puts(out, "\n\n"));
    ISO_TRY(iso_buf_add(out, f->script.text, f->script.len));
    ISO_TRY(iso_buf_puts(out, "unset output\n"));
done:
    iso_buf_free(&name);
    return err;
}

/* The last line that says something, of what gnuplot wrote to `path`. */
static void complaint(char *out, size_t room, const char *path)
{
    char line[512];
    FILE *in = fopen(path, "re");

    (void)snprintf(out, room, "no message");
    while (in && fgets(line, sizeof line, in)) {
        line[strcspn(line, "\n")] = '\0';
        if (line[strspn(line, " \t^")])
            (void)snprintf(out, room, "%s", line + strspn(line, " \t"));
    }
    if (in)
        (void)fclose(in);
}

static iso_err spawn(pid_t *child, const char *folder, const char *script)
{
    char *const argv[] = {"gnuplot", "-d", (char *)script, NULL};
    posix_spawn_file_actions_t actions;

    if (posix_spawn_file_actions_init(&actions) != 0)
        return iso_fail(ISO_ENOMEM, "out of memory");
    int fault = posix_spawn_file_actions_addchdir_np(&actions, folder);
    if (!fault)
        fault = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    if (!fault)
        fault = posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    if (!fault)
        fault = posix_spawn_file_actions_addopen(&actions, 2, "errors", O_WRONLY | O_CREAT, 0600);
    if (!fault)
        fault = posix_spawnp(child, "gnuplot", &actions, NULL, argv, environ);
    (void)posix_spawn_file_actions_destroy(&actions);
    if (fault == ENOENT)
        return iso_fail(ISO_EUNSUP, "gnuplot is not installed and draws the figures: "
                                    "apt-get install gnuplot-nox");
    if (fault)
        return iso_fail(ISO_EIO, "gnuplot: %s", strerror(fault));
    return ISO_OK;
}

static iso_err run_gnuplot(const char *folder, const char *script)
{
    char said[512];
    iso_buf errors = {0};
    pid_t child;
    int status = 0;
    iso_err err = ISO_OK;

    ISO_TRY(spawn(&child, folder, script));
    while (waitpid(child, &status, 0) < 0) {
        if (errno != EINTR)
            ISO_FAIL(ISO_EIO, "gnuplot: %s", strerror(errno));
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        goto done;
    if (WIFSIGNALED(status) && (WTERMSIG(status) == SIGINT || WTERMSIG(status) == SIGTERM))
        ISO_FAIL(ISO_ECANCEL, "interrupted");
    if (WIFSIGNALED(status))
        ISO_FAIL(ISO_EIO, "gnuplot was ended by signal %d", WTERMSIG(status));
    ISO_TRY(path_in(&errors, folder, "errors", ""));
    complaint(said, sizeof said, errors.text);
    err = iso_fail(ISO_EIO, "gnuplot: %s", said);
done:
    iso_buf_free(&errors);
    return err;
}

static void delete_folder(const char *folder)
{
    iso_buf path = {0};
    DIR *dir = opendir(folder);

    for (struct dirent *e = dir ? readdir(dir) : NULL; e; e = readdir(dir)) {
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0 &&
            path_in(&path, folder, e->d_name, "") == ISO_OK)
            (void)unlink(path.text);
    }
    if (dir)
        (void)closedir(dir);
    (void)rmdir(folder);
    iso_buf_free(&path);
}

static iso_err move(const char *from, const struct place *p, const char *suffix)
{
    iso_buf old = {0}, new = {0};
    iso_err err = ISO_OK;

    ISO_TRY(path_in(&old, from, p->name, suffix));
    ISO_TRY(path_in(&new, p->folder, p->name, suffix));
    if (rename(old.text, new.text) != 0)
        ISO_FAIL(ISO_EIO, "%s: %s", new.text, strerror(errno));
done:
    iso_buf_free(&old);
    iso_buf_free(&new);
    return err;
}

static iso_err write_in(const char *folder, const struct place *p, const char *suffix,
                        const iso_buf *text)
{
    iso_buf path = {0};
    iso_err err = ISO_OK;

    ISO_TRY(path_in(&path, folder, p->name, suffix));
    ISO_TRY(out_file(path.text, text));
done:
    iso_buf_free(&path);
    return err;
}

/* gnuplot may fail to write and still be content. */
static iso_err need_picture(const char *folder, const struct place *p)
{
    struct stat st;
    iso_buf path = {0};
    iso_err err = ISO_OK;

    ISO_TRY(path_in(&path, folder, p->name, p->suffix));
    if (stat(path.text, &st) != 0 || st.st_size == 0)
        ISO_FAIL(ISO_EIO, "gnuplot wrote no picture into %s; is the disk full?", p->folder);
done:
    iso_buf_free(&path);
    return err;
}

iso_err figure_save(const struct figure *f, const char *path)
{
    struct place p = {0};
    iso_buf script = {0}, work = {0}, name = {0};
    bool made = false;
    iso_err err = ISO_OK;

    ISO_TRY(split(&p, path));
    ISO_TRY(whole_script(&script, f, &p));
    ISO_TRY(iso_buf_printf(&work, "%s/.isogloss-figure-XXXXXX", p.folder));
    if (!mkdtemp(work.text))
        ISO_FAIL(ISO_EIO, "%s: %s", p.folder, strerror(errno));
    made = true;
    ISO_TRY(write_in(work.text, &p, "tsv", &f->data));
    ISO_TRY(write_in(work.text, &p, "gp", &script));
    if (strcmp(p.suffix, "gp") != 0) {
        ISO_TRY(path_in(&name, ".", p.name, "gp"));
        ISO_TRY(run_gnuplot(work.text, name.text));
        ISO_TRY(need_picture(work.text, &p));
        ISO_TRY(move(work.text, &p, p.suffix));
    }
    ISO_TRY(move(work.text, &p, "tsv"));
    ISO_TRY(move(work.text, &p, "gp"));
done:
    if (made)
        delete_folder(work.text);
    iso_free(p.folder);
    iso_free(p.name);
    iso_buf_free(&script);
    iso_buf_free(&work);
    iso_buf_free(&name);
    return err;
}
