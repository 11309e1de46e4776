/* Links out of the way: followed, where they stay in the folder; reported, where they lead nowhere. */
#include "lib/io/h5_inside.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/base/alloc.h"

/* Other files --------------------------------------------------------------------- */

/* "a/b" for "a/b/c.h5", "." for "c.h5", "" for "/c.h5". */
static int folder_length(const char **from, const char *path)
{
    const char *slash = strrchr(path, '/');

    *from = slash ? path : ".";
    return slash ? (int)(slash - path) : 1;
}

/* Both are real paths; the root holds all. */
static bool lies_in(const char *path, const char *folder)
{
    const size_t n = strlen(folder);

    return n == 1 || (strncmp(path, folder, n) == 0 && path[n] == '/');
}

static bool is_inside(char *real, const char *path, const iso_h5 *file)
{
    char top[PATH_MAX], folder[PATH_MAX];
    const char *from;
    const int n = folder_length(&from, file->path);

    (void)snprintf(top, sizeof top, "%.*s/", n, from);
    if (!realpath(path, real)) {
        iso_h5_because("%s is not there", path);
        return false;
    }
    if (!realpath(top, folder) || !lies_in(real, folder)) {
        iso_h5_because("%s lies outside the folder of this file; put it there, or name it itself",
                       path);
        return false;
    }
    return true;
}

bool iso_h5_other(char **found, iso_h5 *file, const char *beside, const char *name, bool raw)
{
    char path[PATH_MAX], real[PATH_MAX];
    const char *from = "";
    const int n = beside && name[0] != '/' ? folder_length(&from, beside) : 0;
    struct stat st;

    (void)snprintf(path, sizeof path, "%.*s%s%s", n, from, from[0] ? "/" : "", name);
    if (!is_inside(real, path, file))
        return false;
    if (stat(real, &st) != 0 || !S_ISREG(st.st_mode)) {
        iso_h5_because("%s is not a regular file", path);
        return false;
    }
    if (!raw && !iso_h5_is(real)) {
        iso_h5_because("%s is not HDF5", path);
        return false;
    }
    if (file->size < INT64_MAX / 2 - st.st_size)
        file->size += st.st_size;
    return !found || iso_str_dup(found, real, -1) == ISO_OK;
}

static herr_t may_follow(const char *parent, const char *group, const char *child,
                         const char *object, unsigned *flags, hid_t plist, void *payload)
{
    (void)group;
    (void)object;
    (void)flags;
    (void)plist;
    return iso_h5_other(NULL, payload, parent, child, false) ? 0 : -1;
}

hid_t iso_h5_links(iso_h5 *file)
{
    const hid_t p = H5Pcreate(H5P_DATASET_ACCESS); /* a list for links too */

    if (p >= 0 && H5Pset_elink_cb(p, may_follow, file) >= 0)
        return p;
    iso_h5_shut(p);
    return H5I_INVALID_HID;
}

/* Links that lead nowhere ------------------------------------------------------------ */

/* "b" or "b in c.h5"; false for a link that is none, or cannot be read. */
static bool target_of(char *out, size_t room, const iso_h5 *file, const char *path)
{
    H5L_info_t info;
    char value[1024];
    const char *other = NULL, *object = NULL;

    if (H5Lget_info(file->id, path, &info, file->links) < 0 || info.type == H5L_TYPE_HARD ||
        info.u.val_size > sizeof value ||
        H5Lget_val(file->id, path, value, sizeof value, file->links) < 0)
        return false;
    if (info.type == H5L_TYPE_SOFT)
        (void)snprintf(out, room, "%.200s", value);
    else if (info.type == H5L_TYPE_EXTERNAL &&
             H5Lunpack_elink_val(value, info.u.val_size, NULL, &other, &object) >= 0)
        (void)snprintf(out, room, "%.200s in %.200s", object, other);
    else
        return false;
    return true;
}

iso_err iso_h5_lost(iso_h5 *file, const char *path, const char *what)
{
    char why[300], target[450];
    iso_buf way = {0};
    bool found = false;

    (void)snprintf(why, sizeof why, "%s", iso_h5_why());
    for (const char *c = path; *c && !found;) {
        const size_t n = strspn(c, "/") + strcspn(c + strspn(c, "/"), "/");
        if (iso_buf_add(&way, c, (int64_t)n))
            break;
        c += n;
        found = target_of(target, sizeof target, file, way.text) &&
                H5Oexists_by_name(file->id, way.text, file->links) <= 0;
    }
    if (found)
        iso_h5_because("it is a link to %s: %s", target, why);
    else
        iso_h5_because("%s", why);
    const iso_err err = iso_h5_broke(ISO_EFORMAT, file->path, found ? way.text : path, what);
    iso_buf_free(&way);
    return err;
}

/* All datasets ---------------------------------------------------------------------- */

struct object {
    unsigned long file;
    haddr_t at;
};

struct walk {
    iso_h5 *file;
    iso_buf *names;
    int64_t count;
    struct object *seen; /* the first `sorted` in order */
    int64_t seen_count, room, sorted;
    iso_buf links; /* paths of soft and external ones still to follow */
    iso_err err;
};

/* One group and what is below it. */
struct branch {
    struct walk *walk;
    const char *prefix; /* "" or "a/b/" */
    bool linked;        /* what it holds may have been seen */
};

enum { NEST = 16, TAIL = 256 };

static int by_place(const void *a, const void *b)
{
    const struct object *x = a, *y = b;

    if (x->file != y->file)
        return x->file < y->file ? -1 : 1;
    return (x->at > y->at) - (x->at < y->at);
}

static bool was_seen(const struct walk *w, const struct object *o)
{
    if (w->sorted > 0 && bsearch(o, w->seen, (size_t)w->sorted, sizeof *o, by_place))
        return true;
    for (int64_t i = w->sorted; i < w->seen_count; i++) {
        if (by_place(o, &w->seen[i]) == 0)
            return true;
    }
    return false;
}

static void sort_seen(struct walk *w)
{
    if (w->seen_count > 0)
        qsort(w->seen, (size_t)w->seen_count, sizeof *w->seen, by_place);
    w->sorted = w->seen_count;
}

static iso_err add_seen(struct walk *w, const struct object *o)
{
    iso_err err = ISO_OK;

    if (w->seen_count == w->room) {
        const int64_t room = w->room ? 2 * w->room : 256;
        ISO_TRY(iso_realloc(&w->seen, w->seen_count, room, sizeof *w->seen));
        w->room = room;
    }
    w->seen[w->seen_count++] = *o;
done:
    return err;
}

static iso_err add_name(iso_buf *to, const struct walk *w, const char *prefix, const char *name)
{
    iso_err err = ISO_OK;

    if (!iso_h5_utf8(name))
        ISO_FAIL(ISO_EFORMAT, "%s: a name in it is not UTF-8", w->file->path);
    ISO_TRY(iso_buf_puts(to, prefix));
    ISO_TRY(iso_buf_add(to, name, (int64_t)strlen(name) + 1));
done:
    return err;
}

static herr_t on_object(hid_t root, const char *name, const H5O_info_t *info, void *payload)
{
    const struct branch *b = payload;
    struct walk *w = b->walk;
    const struct object o = {info->fileno, info->addr};

    (void)root;
    if (b->linked && was_seen(w, &o))
        return 0;
    w->err = add_seen(w, &o);
    if (!w->err && b->linked && w->seen_count - w->sorted > TAIL)
        sort_seen(w);
    if (!w->err && info->type == H5O_TYPE_DATASET) {
        w->err = add_name(w->names, w, b->prefix, strcmp(name, ".") == 0 ? "" : name);
        w->count++;
    }
    return w->err ? -1 : 0;
}

static herr_t on_link(hid_t group, const char *name, const H5L_info_t *info, void *payload)
{
    const struct branch *b = payload;

    (void)group;
    if (info->type == H5L_TYPE_SOFT || info->type == H5L_TYPE_EXTERNAL)
        b->walk->err = add_name(&b->walk->links, b->walk, b->prefix, name);
    return b->walk->err ? -1 : 0;
}

/* The datasets of a group, then its links to the list. */
static iso_err walk_group(struct walk *w, hid_t id, const char *prefix, bool linked)
{
    struct branch b = {w, prefix, linked};

    if (H5Ovisit(id, H5_INDEX_NAME, H5_ITER_NATIVE, on_object, &b) < 0 ||
        H5Lvisit(id, H5_INDEX_NAME, H5_ITER_NATIVE, on_link, &b) < 0)
        return w->err ? w->err
                      : iso_h5_broke(ISO_EFORMAT, w->file->path, *prefix ? prefix : NULL,
                                     "cannot list");
    return ISO_OK;
}

/* What a link leads to joins, unless it is there already. */
static iso_err follow(struct walk *w, const char *path)
{
    hid_t id = H5I_INVALID_HID;
    H5O_info_t info;
    iso_buf prefix = {0};
    iso_err err = ISO_OK;

    id = H5Oopen(w->file->id, path, w->file->links);
    if (id < 0 || H5Oget_info(id, &info) < 0)
        ISO_TRY(iso_h5_lost(w->file, path, "cannot open"));
    const struct object o = {info.fileno, info.addr};
    if (was_seen(w, &o))
        goto done;
    if (info.type == H5O_TYPE_DATASET) {
        ISO_TRY(add_seen(w, &o));
        ISO_TRY(add_name(w->names, w, "", path));
        w->count++;
    } else if (info.type == H5O_TYPE_GROUP) {
        ISO_TRY(iso_buf_printf(&prefix, "%s/", path));
        ISO_TRY(walk_group(w, id, prefix.text, true));
    }
done:
    iso_h5_shut(id);
    iso_buf_free(&prefix);
    return err;
}

static int depth_of(const char *path)
{
    int depth = 0;

    for (; *path; path++)
        depth += *path == '/';
    return depth;
}

iso_err iso_h5_here_walk(iso_buf *names, int64_t *count, iso_h5 *file)
{
    const struct h5_printer printer = iso_h5_hush();
    struct walk w = {.file = file, .names = names};
    iso_err err = ISO_OK;

    ISO_TRY(walk_group(&w, file->id, "", false));
    sort_seen(&w);
    for (int64_t at = 0; at < w.links.len; at += (int64_t)strlen(w.links.text + at) + 1) {
        char *path = NULL;
        ISO_TRY(iso_str_dup(&path, w.links.text + at, -1)); /* the list may move as it grows */
        if (depth_of(path) > 8 * NEST)
            err = iso_fail(ISO_EFORMAT, "%s: %.200s...: links lead round in a circle", file->path,
                           path);
        else
            err = follow(&w, path);
        iso_free(path);
        if (err)
            goto done;
    }
    *count = w.count;
done:
    iso_free(w.seen);
    iso_buf_free(&w.links);
    iso_h5_unhush(printer);
    return err;
}
