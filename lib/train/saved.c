#include "lib/train/saved.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/alloc.h"
#include "lib/io/folder.h"
#include "lib/io/outfile.h"
#include "lib/io/outfolder.h"
#include "lib/io/temporary.h"

static const char values_name[] = "model.safetensors", moments_name[] = "optimizer.safetensors";
static const char *const slots[] = {"last", "best"};

enum { SLOTS = 2 };

struct iso_saved {
    char *of, *path; /* OUT, OUT.part */
    int fd;          /* of the folder, locked; -1: it is not ours */
};

/* --- The folder ---------------------------------------------------------------------- */

static iso_err sad(const iso_saved *s, const char *what)
{
    return iso_fail(ISO_EIO, "%s: %s: %s", s->path, what, strerror(errno));
}

/* The lock counts for the folder that has the name now, not for one that was deleted meanwhile.
 * File systems without locks are forgiven. */
static iso_err lock(bool *mine, iso_saved *s)
{
    struct stat here, named;
    int fd = -1;
    iso_err err = ISO_OK;

    if (mkdir(s->path, 0777) != 0 && errno != EEXIST)
        ISO_TRY(sad(s, "cannot make the folder"));
    fd = open(s->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 && errno == ENOTDIR)
        ISO_FAIL(ISO_EIO, "%s: is no folder; move it away", s->path);
    if (fd < 0 || fstat(fd, &here) != 0)
        ISO_TRY(sad(s, "cannot open"));
    if (flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        ISO_FAIL(ISO_EIO,
                 "%s: another process is training into it; wait for its end, or name another "
                 "folder",
                 s->of);
    *mine =
        stat(s->path, &named) == 0 && named.st_ino == here.st_ino && named.st_dev == here.st_dev;
    if (*mine) {
        s->fd = fd;
        fd = -1;
    }
done:
    if (fd >= 0)
        (void)close(fd);
    return err;
}

/* Whether a name is what lib/io/outfolder calls the work on one of our folders, ".last-XXXXXX", or,
 * `old`, the one it took the place of, ".last-XXXXXX.old". */
static bool left_over(const char *name, const char *slot, bool *old)
{
    const size_t len = strlen(slot), all = strlen(name);

    *old = all == len + 12 && strcmp(name + len + 8, ".old") == 0;
    return name[0] == '.' && strncmp(name + 1, slot, len) == 0 && name[len + 1] == '-' &&
           (all == len + 8 || *old);
}

/* A run that was killed while it wrote leaves its work; where two folders could not be exchanged in
 * one step, perhaps the old one beside it, which is put back. */
static iso_err tidy_one(iso_saved *s, const char *name)
{
    char *path = NULL, *home = NULL;
    bool old = false;
    iso_err err = ISO_OK;

    for (int k = 0; k < SLOTS; k++) {
        if (!left_over(name, slots[k], &old))
            continue;
        ISO_TRY(iso_folder_path(&path, s->path, name));
        ISO_TRY(iso_folder_path(&home, s->path, slots[k]));
        if (!old || access(home, F_OK) == 0)
            iso_temporary_remove(path);
        else if (rename(path, home) != 0)
            ISO_FAIL(ISO_EIO, "%s: %s", path, strerror(errno));
        break;
    }
done:
    iso_free(path);
    iso_free(home);
    return err;
}

static iso_err tidy(iso_saved *s)
{
    DIR *dir = opendir(s->path);
    iso_err err = ISO_OK;

    if (!dir)
        return sad(s, "cannot read");
    for (const struct dirent *e; !err && (e = readdir(dir));)
        err = tidy_one(s, e->d_name);
    (void)closedir(dir);
    return err;
}

iso_err iso_saved_open(iso_saved **out, const char *of)
{
    iso_saved *s = NULL;
    bool mine = false;
    iso_err err = ISO_OK;

    ISO_NEED(of && *of, "an empty folder name cannot be written");
    ISO_TRY(iso_alloc(&s, 1, sizeof *s));
    s->fd = -1;
    ISO_TRY(iso_str_dup(&s->of, of, -1));
    ISO_TRY(iso_outfile_part_name(&s->path, of, ".part"));
    for (int i = 0; i < 100 && !mine; i++)
        ISO_TRY(lock(&mine, s));
    if (!mine)
        ISO_FAIL(ISO_EIO, "%s: is deleted again and again by somebody", s->path);
    ISO_TRY(tidy(s));
    *out = s;
    s = NULL;
done:
    iso_saved_close(s, false);
    return err;
}

/* What was made here. */
static void forget_all(iso_saved *s)
{
    static const char *const files[] = {iso_saved_state_name, values_name, moments_name,
                                        ".isogloss"};

    for (int k = 0; k < SLOTS; k++) {
        const int fd = openat(s->fd, slots[k], O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        for (size_t i = 0; fd >= 0 && i < sizeof files / sizeof *files; i++)
            (void)unlinkat(fd, files[i], 0);
        if (fd >= 0)
            (void)close(fd);
        (void)unlinkat(s->fd, slots[k], AT_REMOVEDIR);
    }
    (void)tidy(s);
}

void iso_saved_close(iso_saved *s, bool forget)
{
    if (!s)
        return;
    if (s->fd >= 0) {
        if (forget)
            forget_all(s);
        (void)rmdir(s->path); /* if it is empty, while it is locked: the next one makes its own */
        (void)close(s->fd);
    }
    iso_free(s->of);
    iso_free(s->path);
    iso_free(s);
}

iso_err iso_saved_path(char **out, const iso_saved *s, const char *name)
{
    return iso_folder_path(out, s->path, name);
}

bool iso_saved_has(const iso_saved *s, const char *name)
{
    char file[64];

    (void)snprintf(file, sizeof file, "%s/%s", name, iso_saved_state_name);
    return faccessat(s->fd, file, F_OK, 0) == 0;
}

/* --- Tensors -------------------------------------------------------------------------- */

iso_weight_out iso_saved_value(const iso_tensor *t)
{
    const bool flat = t->kind == ISO_TENSOR_VECTOR || t->kind == ISO_TENSOR_SCALAR;
    iso_weight_out w = {.name = t->name, .data = t->value, .rank = flat ? 1 : 2};

    w.shape[0] = flat ? t->rows * t->cols : t->rows;
    w.shape[1] = flat ? 0 : t->cols;
    return w;
}

/* What a file holds: values, or moments; names that were made for it. */
struct listing {
    iso_weight_out *at;
    int64_t count;
    char **names;
};

static void listing_free(struct listing *l)
{
    for (int64_t i = 0; l->names && i < l->count; i++)
        iso_free(l->names[i]);
    iso_free(l->names);
    iso_free(l->at);
}

static iso_err list_values(struct listing *l, const iso_tensor *tensors, int64_t count)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&l->at, count, sizeof *l->at));
    for (int64_t i = 0; i < count; i++)
        l->at[l->count++] = iso_saved_value(&tensors[i]);
done:
    return err;
}

static iso_err list_moments(struct listing *l, const iso_tensor *tensors, int64_t count,
                            iso_optimizer *o)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&l->at, 2 * count, sizeof *l->at));
    ISO_TRY(iso_alloc(&l->names, 2 * count, sizeof *l->names));
    for (int64_t i = 0; i < 2 * count; i++) {
        const iso_tensor *t = &tensors[i / 2];
        const float *data = iso_optimizer_moment(o, i / 2, (int)(i % 2));
        iso_buf name = {0};
        if (!data)
            continue;
        err = iso_buf_printf(&name, "%c.%s", "mv"[i % 2], t -> name);
        l->names[l->count] = name.text;
        l->at[l->count] = iso_saved_value(t);
        l->at[l->count].name = name.text;
        l->at[l->count++].data = data;
        ISO_TRY(err);
    }
done:
    return err;
}

/* --- Writing -------------------------------------------------------------------------- */

static iso_err write_tensors(const char *folder, const char *name, const struct listing *l,
                             const iso_run *run)
{
    char *path = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_folder_path(&path, folder, name));
    ISO_TRY(iso_weights_write(path, l->at, l->count, run));
done:
    iso_free(path);
    return err;
}

static iso_err write_state(const char *folder, const iso_saved_state *state, const char *begun)
{
    iso_buf text = {0};
    char *path = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_saved_state_text(&text, state, begun));
    ISO_TRY(iso_folder_path(&path, folder, iso_saved_state_name));
    ISO_TRY(iso_outfile_save(path, &text));
done:
    iso_buf_free(&text);
    iso_free(path);
    return err;
}

iso_err iso_saved_write(iso_saved *s, const char *name, const iso_saved_state *state,
                        const char *begun, const iso_tensor *tensors, int64_t count,
                        iso_optimizer *optimizer, const iso_run *run)
{
    struct listing values = {0}, moments = {0};
    iso_outfolder *folder = NULL;
    char *path = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_saved_path(&path, s, name));
    if (optimizer)
        iso_optimizer_settle(optimizer);
    ISO_TRY(list_values(&values, tensors, count));
    ISO_TRY(iso_outfolder_open(&folder, path, "checkpoint", false));
    const char *work = iso_outfolder_work(folder);
    ISO_TRY(write_tensors(work, values_name, &values, run));
    if (optimizer) {
        ISO_TRY(list_moments(&moments, tensors, count, optimizer));
        ISO_TRY(write_tensors(work, moments_name, &moments, run));
    }
    ISO_TRY(write_state(work, state, begun));
    err = iso_outfolder_commit(folder);
    folder = NULL;
done:
    iso_outfolder_discard(folder);
    listing_free(&values);
    listing_free(&moments);
    iso_free(path);
    return err;
}

/* --- Reading -------------------------------------------------------------------------- */

static bool same_shape(const iso_weight *is, const iso_weight_out *wanted)
{
    bool same = is->floats && is->dtype == ISO_F32 && is->rank == wanted->rank;

    for (int k = 0; same && k < wanted->rank; k++)
        same = is->shape[k] == wanted->shape[k];
    return same;
}

/* What a list was written from has the numbers of the file again. */
static iso_err read_tensors(const struct listing *l, const char *folder, const char *name)
{
    iso_weights *w = NULL;
    char *path = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_folder_path(&path, folder, name));
    ISO_TRY(iso_weights_open_file(&w, path));
    if (iso_weights_count(w) != l->count)
        ISO_FAIL(ISO_EFORMAT, "%s: holds %" PRId64 " tensors, this run has %" PRId64, path,
                 iso_weights_count(w), l->count);
    for (int64_t i = 0; i < l->count; i++) {
        const iso_weight *t = iso_weights_find(w, l->at[i].name);
        if (!t || !same_shape(t, &l->at[i]))
            ISO_FAIL(ISO_EFORMAT, "%s: tensor \"%s\" is %s", path, l->at[i].name,
                     t ? "of another shape or type than in this run" : "missing");
        memcpy((void *)(uintptr_t)l->at[i].data, t->data, (size_t)t->bytes); /* ours to write */
    }
    ISO_TRY(iso_weights_whole(w));
done:
    iso_weights_close(w);
    iso_free(path);
    return err;
}

iso_err iso_saved_read(iso_saved_state *out, iso_saved *s, const char *name, const char *begun,
                       const iso_tensor *tensors, int64_t count, iso_optimizer *optimizer)
{
    struct listing values = {0}, moments = {0};
    iso_saved_state state = {0};
    char *path = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_saved_path(&path, s, name));
    ISO_TRY(iso_saved_state_read(&state, path, begun));
    ISO_TRY(list_values(&values, tensors, count));
    ISO_TRY(read_tensors(&values, path, values_name));
    if (optimizer) {
        ISO_TRY(list_moments(&moments, tensors, count, optimizer));
        ISO_TRY(read_tensors(&moments, path, moments_name));
        iso_optimizer_resume(optimizer, state.step);
    }
    *out = state;
    state = (iso_saved_state){0};
done:
    iso_saved_state_free(&state);
    listing_free(&values);
    listing_free(&moments);
    iso_free(path);
    return err;
}
