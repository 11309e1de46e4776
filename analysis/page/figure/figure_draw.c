/* From script to picture: gnuplot as a child process, in a folder of its own until all is done. */
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

#include "analysis/page/figure/figure_svg.h"
#include "analysis/page/figure/figure_text.h"
#include "lib/base/alloc.h"
#include "lib/io/outfile.h"
#include "lib/io/stream.h"
#include "lib/io/temporary.h"

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

bool iso_figure_suffix(const char *path)
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

/* The numbers as a block of the script, which so needs no other file. */
static iso_err add_numbers(iso_buf *out, const iso_buf *data)
{
    const bool ended = data->len > 0 && data->text[data->len - 1] == '\n';
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_puts(out, "$numbers << END_OF_NUMBERS\n"));
    ISO_TRY(iso_buf_add(out, data->text, data->len));
    ISO_TRY(iso_buf_printf(out, "%sEND_OF_NUMBERS\ndata = '$numbers'\n\n", ended ? "" : "\n"));
done:
    return err;
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
    ISO_TRY(iso_figure_quote(out, name.text));
    ISO_TRY(iso_buf_puts(out, ".format\n"));
    ISO_TRY(add_numbers(out, &f->data));
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

static iso_err write_in(const char *folder, const struct place *p, const char *suffix,
                        const iso_buf *text)
{
    iso_buf path = {0};
    iso_err err = ISO_OK;

    ISO_TRY(path_in(&path, folder, p->name, suffix));
    ISO_TRY(iso_outfile_save(path.text, text));
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

/* What we cannot read of another gnuplot's SVG stays as it is. */
static iso_err finish_svg(iso_buf *drawn, const struct figure *f)
{
    iso_buf ours = {0};
    iso_err err = iso_figure_svg(&ours, drawn, f);

    if (!err) {
        const iso_buf raw = *drawn;
        *drawn = ours;
        ours = raw;
    }
    iso_buf_free(&ours);
    return err == ISO_EFORMAT ? ISO_OK : err;
}

/* Through a file of our own: gnuplot writes where it likes, and what was there stays until all of
 * the picture is. */
static iso_err picture(iso_buf *out, const struct place *p, const iso_buf *script,
                       const iso_run *run)
{
    iso_buf work = {0}, name = {0};
    iso_stream in = {.fd = -1};
    bool made = false;
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_printf(&work, "%s/.isogloss-figure-XXXXXX", p->folder));
    if (!mkdtemp(work.text))
        ISO_FAIL(ISO_EIO, "%s: %s", p->folder, strerror(errno));
    made = true;
    iso_temporary_add(work.text);
    ISO_TRY(write_in(work.text, p, "gp", script));
    ISO_TRY(path_in(&name, ".", p->name, "gp"));
    ISO_TRY(run_gnuplot(work.text, name.text));
    ISO_TRY(need_picture(work.text, p));
    ISO_TRY(path_in(&name, work.text, p->name, p->suffix));
    ISO_TRY(iso_stream_open(&in, name.text, INT64_MAX, run));
    ISO_TRY(iso_stream_all(out, &in));
done:
    iso_stream_close(&in);
    if (made) {
        iso_temporary_remove(work.text);
        iso_temporary_drop(work.text);
    }
    iso_buf_free(&work);
    iso_buf_free(&name);
    return err;
}

static void place_free(struct place *p)
{
    iso_free(p->folder);
    iso_free(p->name);
}

iso_err iso_figure_save(const struct figure *f, const char *path, const iso_run *run)
{
    struct place p = {0};
    iso_buf script = {0}, drawn = {0};
    iso_err err = ISO_OK;

    ISO_TRY(split(&p, path));
    ISO_TRY(whole_script(&script, f, &p));
    const bool bare = strcmp(p.suffix, "gp") == 0;
    if (!bare)
        ISO_TRY(picture(&drawn, &p, &script, run));
    if (strcmp(p.suffix, "svg") == 0)
        ISO_TRY(finish_svg(&drawn, f));
    ISO_TRY(iso_outfile_save(path, bare ? &script : &drawn));
done:
    place_free(&p);
    iso_buf_free(&script);
    iso_buf_free(&drawn);
    return err;
}

bool iso_figure_data_suffix(const char *path)
{
    const size_t len = strlen(path);

    return (len > 4 && strcmp(path + len - 4, ".tsv") == 0) ||
           (len > 3 && strcmp(path + len - 3, ".gp") == 0);
}

iso_err iso_figure_save_data(const struct figure *f, const char *path)
{
    if (!iso_figure_data_suffix(path))
        return iso_fail(ISO_EARG, "%s: the data of a figure end in .tsv, its script in .gp", path);
    return strcmp(path + strlen(path) - 3, ".gp") == 0 ? iso_figure_save(f, path, NULL)
                                                       : iso_outfile_save(path, &f->data);
}

iso_err iso_figure_save_all(const struct figure *f, const char *path, const iso_run *run)
{
    struct place p = {0};
    iso_buf script = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_figure_save(f, path, run));
    ISO_TRY(split(&p, path));
    ISO_TRY(whole_script(&script, f, &p));
    ISO_TRY(write_in(p.folder, &p, "gp", &script));
    ISO_TRY(write_in(p.folder, &p, "tsv", &f->data));
done:
    place_free(&p);
    iso_buf_free(&script);
    return err;
}
