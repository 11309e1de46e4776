#include "lib/io/claims.h"

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/io/checkpoint.h"
#include "lib/io/folder.h"
#include "lib/io/gguf.h"
#include "lib/io/outfile.h"

enum { DEPTH = 4 }; /* folders in a folder that are looked into */

/* Names that come later: head, digits, tail. */
struct names {
    const char *head, *tail;
    bool any; /* head ends what is before the digits */
};

struct iso_claim {
    char *path;
    const char *what;
    struct names names; /* head NULL: this one file */
    char *head, *tail;  /* copies that `names` points to */
    iso_kind kind;
    bool writes, there;
    bool open;                /* not by its name: a stream, or a file that goes with its folder */
    bool stream;              /* a descriptor that is open already */
    struct stat self, folder; /* self holds when it is there, folder when not */
};

void iso_claims_free(iso_claims *c)
{
    for (int64_t i = 0; i < c->count; i++) {
        iso_free(c->at[i].path);
        iso_free(c->at[i].head);
        iso_free(c->at[i].tail);
    }
    iso_free(c->at);
    *c = (iso_claims){0};
}

/* --- Paths ----------------------------------------------------------------------------- */

static const char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

static bool stat_folder(struct stat *st, const char *path)
{
    const char *name = name_of(path);
    char *folder = NULL;

    if (iso_str_dup(&folder, name > path ? path : ".", name > path ? name - path : 1))
        return false;
    const bool there = stat(folder, st) == 0;
    iso_free(folder);
    return there;
}

static bool same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

static bool matches(const struct names *n, const char *name)
{
    const size_t len = strlen(name), head = strlen(n->head), tail = strlen(n->tail);
    size_t digits = 0;

    if (len < head + tail || strcmp(name + len - tail, n->tail) != 0)
        return false;
    const size_t end = len - tail;
    while (digits < end - head && name[end - digits - 1] >= '0' && name[end - digits - 1] <= '9')
        digits++;
    const size_t before = end - digits;
    return digits > 0 && before >= head && (n->any || before == head) &&
           memcmp(name + before - head, n->head, head) == 0;
}

/* --- Claims ----------------------------------------------------------------------------- */

/* Takes a copy of `path`. What is neither there nor in a folder that is there is a claim too: the
 * one who opens it says so. */
static iso_err add(iso_claims *c, struct iso_claim claim, const char *path)
{
    iso_err err = ISO_OK;

    if (c->count == c->room) {
        const int64_t room = c->room ? 2 * c->room : 32;
        ISO_TRY(iso_realloc(&c->at, c->count, room, sizeof *c->at));
        c->room = room;
    }
    ISO_TRY(iso_str_dup(&claim.path, path, -1));
    if (!claim.there)
        claim.there = stat(path, &claim.self) == 0;
    if (!claim.there && !stat_folder(&claim.folder, path))
        claim.folder = (struct stat){0};
    c->at[c->count++] = claim;
done:
    return err;
}

iso_err iso_claims_read(iso_claims *c, const char *path, const char *what)
{
    struct iso_claim claim = {.what = what};

    if (strcmp(path, "-") == 0) {
        claim.there = fstat(STDIN_FILENO, &claim.self) == 0 && S_ISREG(claim.self.st_mode);
        return claim.there ? add(c, claim, "standard input") : ISO_OK;
    }
    return add(c, claim, path);
}

/* A claim for each file of a folder; those in its folders too, so far down. */
static iso_err add_folder(iso_claims *c, const struct iso_claim *like, const char *folder,
                          const struct names *names, int depth)
{
    DIR *dir = opendir(folder);
    struct stat st;
    char *path = NULL;
    iso_err err = ISO_OK;

    for (const struct dirent *e; dir && (e = readdir(dir));) {
        const bool dots = !strcmp(e->d_name, ".") || !strcmp(e->d_name, "..");
        if (dots || (names && !matches(names, e->d_name)))
            continue;
        ISO_TRY(iso_folder_path(&path, folder, e->d_name));
        if (stat(path, &st) == 0 && S_ISDIR(st.st_mode) && depth > 0)
            ISO_TRY(add_folder(c, like, path, names, depth - 1));
        else
            ISO_TRY(add(c, *like, path));
        iso_free(path);
        path = NULL;
    }
done:
    iso_free(path);
    if (dir)
        (void)closedir(dir);
    return err;
}

static iso_err add_checkpoint(iso_claims *c, const char *folder, const char *what)
{
    char **names = NULL, *path = NULL;
    int count = 0;
    iso_err err = ISO_OK;

    if (iso_gguf_is(folder))
        return iso_claims_read(c, folder, what);
    ISO_TRY(iso_checkpoint_list(&names, &count, folder));
    for (int i = 0; i < count; i++) {
        ISO_TRY(iso_folder_path(&path, folder, names[i]));
        ISO_TRY(iso_claims_read(c, path, what));
        iso_free(path);
        path = NULL;
    }
done:
    iso_free(path);
    iso_checkpoint_list_free(names, count);
    return err;
}

iso_err iso_claims_read_folder(iso_claims *c, const char *folder, bool checkpoint, const char *what)
{
    return checkpoint ? add_checkpoint(c, folder, what)
                      : add_folder(c, &(struct iso_claim){.what = what}, folder, NULL, 0);
}

iso_err iso_claims_write(iso_claims *c, const char *path, iso_kind kind, const char *what)
{
    const struct iso_claim claim = {.what = what, .kind = kind, .writes = true};

    return strcmp(path, "-") == 0 ? ISO_OK : add(c, claim, path);
}

iso_err iso_claims_write_to(iso_claims *c, int fd, const char *what)
{
    struct iso_claim claim = {.what = what, .writes = true, .open = true, .stream = true};

    claim.there = fstat(fd, &claim.self) == 0 && S_ISREG(claim.self.st_mode);
    return claim.there ? add(c, claim, what) : ISO_OK;
}

iso_err iso_claims_write_some(iso_claims *c, const char *folder, const char *head, const char *tail,
                              bool any, iso_kind kind, const char *what)
{
    struct iso_claim claim = {.what = what, .kind = kind, .writes = true, .open = true};
    const struct names names = {head, tail, any};
    char *path = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(add_folder(c, &claim, folder, &names, 0));
    ISO_TRY(iso_folder_path(&path, folder, "")); /* the slash makes it the folder of nothing */
    if (stat(path, &claim.folder) != 0)
        goto done;
    ISO_TRY(iso_str_dup(&claim.head, head, -1));
    ISO_TRY(iso_str_dup(&claim.tail, tail, -1));
    claim.names = (struct names){claim.head, claim.tail, any};
    ISO_TRY(add(c, claim, path));
    claim.head = claim.tail = NULL;
done:
    iso_free(claim.head);
    iso_free(claim.tail);
    iso_free(path);
    return err;
}

iso_err iso_claims_write_folder(iso_claims *c, const char *folder, const char *what)
{
    const struct iso_claim claim = {.what = what, .writes = true, .open = true};

    return add_folder(c, &claim, folder, NULL, DEPTH);
}

/* --- Comparing ----------------------------------------------------------------------------- */

static bool meet(const struct iso_claim *a, const struct iso_claim *b)
{
    if (a->names.head && b->names.head)
        return false;
    if (a->names.head || b->names.head) {
        const struct iso_claim *some = a->names.head ? a : b, *one = a->names.head ? b : a;
        return one->writes && !one->there && same_file(&some->self, &one->folder) &&
               matches(&some->names, name_of(one->path));
    }
    if (a->there && b->there)
        return same_file(&a->self, &b->self);
    return !a->there && !b->there && a->folder.st_ino && same_file(&a->folder, &b->folder) &&
           strcmp(name_of(a->path), name_of(b->path)) == 0;
}

static iso_err refuse(const struct iso_claim *out, const struct iso_claim *other)
{
    const bool spelled = strcmp(out->path, other->path) == 0;
    const char *path = out->names.head ? other->path : out->path;

    if (!other->writes)
        return iso_fail(ISO_EARG, "%s: %s would replace %s, which is read (%s): name another file",
                        out->path, out->what, spelled ? "the file" : other->path, other->what);
    if (other->stream || out->stream)
        return iso_fail(ISO_EARG,
                        "%s: %s goes there already: %s needs another file, or - for "
                        "standard output",
                        other->stream ? path : other->path, other->stream ? other->what : out->what,
                        other->stream ? out->what : other->what);
    return iso_fail(ISO_EARG, "%s and %s both write %s; give each its own file", other->what,
                    out->what, path);
}

static iso_err check_meetings(const iso_claims *c)
{
    for (int64_t i = 0; i < c->count; i++) {
        const struct iso_claim *out = &c->at[i];
        for (int64_t k = 0; out->writes && k < c->count; k++) {
            const struct iso_claim *other = &c->at[k];
            const bool asked = !other->writes || (k < i && strcmp(other->what, out->what) != 0);
            if (asked && meet(out, other))
                return refuse(out, other);
        }
    }
    return ISO_OK;
}

static iso_err check_kind(const struct iso_claim *out)
{
    bool fits = true;
    iso_err err = ISO_OK;

    ISO_TRY(iso_kind_fits(&fits, out->path, out->kind));
    if (!fits)
        ISO_FAIL(ISO_EIO,
                 "%s: is there and is not %s, so %s does not write over it: name another file, or "
                 "replace it with " ISO_FIELD(force),
                 out->path, iso_kind_name(out->kind), out->what);
done:
    return err;
}

/* A pipe or device is left alone: whoever reads it would see us go. */
static iso_err check_writable(const struct iso_claim *out)
{
    const bool beside = out->kind == ISO_KIND_PART || out->kind == ISO_KIND_JOURNAL;
    iso_outfile *file = NULL;

    if (out->open || beside ||
        (out->there && !S_ISREG(out->self.st_mode) && !S_ISDIR(out->self.st_mode)))
        return ISO_OK;
    const iso_err err = iso_outfile_open(&file, out->path);
    iso_outfile_discard(file);
    return err;
}

iso_err iso_claims_check(const iso_claims *c, bool force)
{
    iso_err err = ISO_OK;

    ISO_TRY(check_meetings(c));
    for (int64_t i = 0; i < c->count; i++) {
        if (c->at[i].writes && !c->at[i].names.head && !force)
            ISO_TRY(check_kind(&c->at[i]));
    }
    for (int64_t i = 0; i < c->count; i++) {
        if (c->at[i].writes && !c->at[i].names.head)
            ISO_TRY(check_writable(&c->at[i]));
    }
done:
    return err;
}
