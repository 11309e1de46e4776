/* Where the numbers lie: members of a zip archive, or one after another behind the pickles. */
#include <inttypes.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/io/npz_member.h"
#include "lib/io/npz_stored.h"
#include "lib/io/torch_list_inside.h"

enum { PROTOCOL = 1001, LENGTH = 8 };

static iso_err read_pickle(iso_pickle *out, iso_pickle_source **source, const iso_file *file,
                           int64_t at, int64_t end)
{
    iso_pickle_source *s = *source;
    iso_err err = ISO_OK;

    if (!s)
        ISO_TRY(iso_alloc(&s, 1, sizeof *s));
    *source = s;
    s->file = file;
    s->at = at;
    s->end = end;
    ISO_TRY(iso_pickle_read(out, s));
done:
    return err;
}

/* --- Zip --------------------------------------------------------------------------------- */

struct archive {
    iso_npz *zip;
    iso_stored stored;
    iso_textmap names; /* number: the member */
    int prefix;        /* letters before "data.pkl" */
    int pickle;
};

/* Names of all members; the first called data.pkl, at the top or in a folder. */
static iso_err list_members(struct archive *a, const iso_file *file)
{
    static const char last[] = "data.pkl";
    const char *name;
    int64_t size, number;
    iso_err err = ISO_OK;

    a->pickle = -1;
    for (int i = 0; i < iso_npz_count(a->zip); i++) {
        ISO_TRY(iso_npz_look(&name, &size, a->zip, i));
        ISO_TRY(iso_textmap_keep(&number, &a->names, name, -1));
        if (number != i)
            ISO_FAIL(ISO_EFORMAT, "%s: %s is in it twice", file->path, name);
        const size_t len = strlen(name), tail = sizeof last - 1;
        if (a->pickle < 0 && len >= tail && strcmp(name + len - tail, last) == 0 &&
            (len == tail || name[len - tail - 1] == '/')) {
            a->pickle = i;
            a->prefix = (int)(len - tail);
        }
    }
    if (a->pickle < 0)
        ISO_FAIL(ISO_EFORMAT, "%s: holds no data.pkl, as files of torch.save do", file->path);
done:
    return err;
}

/* Where a member lies, as it is. */
static iso_err member_place(int64_t *offset, int64_t *size, const struct archive *a, int member,
                            const iso_file *file)
{
    const char *name;
    iso_err err = ISO_OK;

    ISO_TRY(iso_npz_look(&name, size, a->zip, member));
    *offset = member < a->stored.count ? a->stored.offset[member] : -1;
    if (*offset < 0)
        ISO_FAIL(ISO_EFORMAT, "%s: %s is compressed, as torch writes none; save the file once more",
                 file->path, name);
    if (*size > file->size || *offset > file->size - *size)
        ISO_FAIL(ISO_EFORMAT, "%s: %s does not lie within the file", file->path, name);
done:
    return err;
}

/* The member "KEY" beside data.pkl, or -1. */
static iso_err find_member(int *out, const struct archive *a, iso_buf *name, const char *folder,
                           const char *key)
{
    iso_err err = ISO_OK;

    name->len = 0;
    ISO_TRY(iso_buf_add(name, a->names.texts[a->pickle], a->prefix));
    ISO_TRY(iso_buf_printf(name, "%s%s", folder, key));
    *out = (int)iso_textmap_find(&a->names, name->text, name->len);
done:
    return err;
}

static iso_err check_order(const struct archive *a, iso_buf *name, const iso_file *file)
{
    char order[8] = "";
    int64_t offset, size;
    int member;
    iso_err err = ISO_OK;

    ISO_TRY(find_member(&member, a, name, "", "byteorder"));
    if (member < 0)
        goto done;
    ISO_TRY(member_place(&offset, &size, a, member, file));
    ISO_TRY(iso_file_read(file, offset, order, size < 7 ? size : 7));
    if (strcmp(order, "little") != 0)
        ISO_FAIL(ISO_EUNSUP,
                 "%s: holds big-endian numbers; load it and save it once on a machine of the other "
                 "order",
                 file->path);
done:
    return err;
}

static iso_err place_members(struct torch_file *t, const struct archive *a, iso_buf *name)
{
    const iso_pickle *p = &t->pickle;
    int64_t size;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&t->place, p->storage_count, sizeof *t->place));
    for (int64_t i = 0; i < p->storage_count; i++) {
        const char *key = p->texts.texts[p->storages[i].key];
        ISO_TRY(find_member(&t->place[i].member, a, name, "data/", key));
        if (t->place[i].member < 0)
            ISO_FAIL(ISO_EFORMAT, "%s: %s is missing; copy or save it once more", t->file->path,
                     name->text);
        ISO_TRY(member_place(&t->place[i].offset, &size, a, t->place[i].member, t->file));
        if (size != iso_torch_bytes(&p->storages[i]))
            ISO_FAIL(ISO_EFORMAT,
                     "%s: %s has %" PRId64 " bytes and not the %" PRId64
                     " that data.pkl says; copy or save it once more",
                     t->file->path, name->text, size, iso_torch_bytes(&p->storages[i]));
    }
done:
    return err;
}

iso_err iso_torch_zip(struct torch_file *t)
{
    iso_pickle_source *source = NULL;
    struct archive a = {0};
    iso_buf name = {0};
    int64_t offset, size;
    iso_err err = ISO_OK;

    ISO_TRY(iso_npz_open(&a.zip, t->file, NULL));
    ISO_TRY(iso_stored_find(&a.stored, t->file));
    ISO_TRY(list_members(&a, t->file));
    ISO_TRY(check_order(&a, &name, t->file));
    ISO_TRY(member_place(&offset, &size, &a, a.pickle, t->file));
    ISO_TRY(iso_npz_check(a.zip, a.pickle));
    ISO_TRY(read_pickle(&t->pickle, &source, t->file, offset, offset + size));
    ISO_TRY(place_members(t, &a, &name));
done:
    iso_free(source);
    iso_buf_free(&name);
    iso_textmap_free(&a.names);
    iso_stored_free(&a.stored);
    iso_npz_close(a.zip);
    return err;
}

/* --- Before torch 1.6 ---------------------------------------------------------------------- */

/* What stands before the object: magic number, protocol, the machine. */
static iso_err read_preface(iso_pickle_source **source, const iso_file *file)
{
    iso_pickle p = {0};
    iso_err err = ISO_OK;

    for (int i = 0; i < 3; i++) {
        ISO_TRY(read_pickle(&p, source, file, *source ? (*source)->at : 0, file->size));
        if (i == 1 && (p.root.is != ISO_PICKLED_INT || p.root.of != PROTOCOL))
            ISO_FAIL(ISO_EUNSUP, "%s: is of no version of torch.save that is known", file->path);
        const iso_pickle_value order = iso_pickle_get(&p, p.root, "little_endian");
        if (i == 2 && (order.is != ISO_PICKLED_BOOL || order.of == 0))
            ISO_FAIL(ISO_EUNSUP,
                     "%s: holds big-endian numbers; load it and save it once on a machine of the "
                     "other order",
                     file->path);
        iso_pickle_free(&p);
    }
done:
    iso_pickle_free(&p);
    return err;
}

/* A storage as all tensors that lie in it have it. */
struct legacy {
    const iso_pickle_storage *says;
    int64_t offset; /* 0: not found yet */
};

/* The distinct storages, by their keys. */
static iso_err list_storages(struct legacy **out, iso_textmap *keys, const struct torch_file *t)
{
    const iso_pickle *p = &t->pickle;
    struct legacy *list = NULL;
    int64_t number;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&list, p->storage_count, sizeof *list));
    for (int64_t i = 0; i < p->storage_count; i++) {
        const iso_pickle_storage *s = &p->storages[i];
        ISO_TRY(iso_textmap_put(&number, keys, p->texts.texts[s->key], -1));
        if (!list[number].says)
            list[number].says = s;
        if (list[number].says->type != s->type || list[number].says->count != s->count)
            ISO_FAIL(ISO_EFORMAT, "%s: says two sizes of one storage; save it once more",
                     t->file->path);
    }
    *out = list;
    list = NULL;
done:
    iso_free(list);
    return err;
}

/* Goes through the numbers, which lie in the order of the last pickle, each behind its count. */
static iso_err find_storages(struct legacy *list, const iso_textmap *keys, const iso_pickle *order,
                             int64_t at, const iso_file *file)
{
    const iso_pickle_items *names =
        order->root.is == ISO_PICKLED_LIST ? &order->items[order->root.of] : NULL;
    iso_err err = ISO_OK;

    for (int64_t i = 0; names && i < names->count; i++) {
        const char *key = iso_pickle_text(order, names->at[i]);
        const int64_t number = key ? iso_textmap_find(keys, key, -1) : -1;
        int64_t count = 0;
        if (number < 0 || list[number].offset > 0)
            ISO_FAIL(ISO_EFORMAT, "%s: lists numbers of no tensor; save it once more", file->path);
        const int64_t bytes = iso_torch_bytes(list[number].says);
        if (file->size - at < LENGTH || bytes < 0 || bytes > file->size - at - LENGTH)
            ISO_FAIL(ISO_EFORMAT,
                     "%s: is truncated: %" PRId64 " bytes of numbers from byte %" PRId64
                     " on do not fit in %" PRId64,
                     file->path, bytes, at + LENGTH, file->size);
        ISO_TRY(iso_file_read(file, at, &count, LENGTH));
        iso_file_order(&count, 1, ISO_F64);
        if (count != list[number].says->count)
            ISO_FAIL(ISO_EFORMAT,
                     "%s: has a storage of %" PRId64 " numbers that is said to have "
                     "%" PRId64,
                     file->path, count, list[number].says->count);
        list[number].offset = at + LENGTH;
        at += LENGTH + bytes;
    }
    if (at < file->size)
        ISO_FAIL(ISO_EFORMAT,
                 "%s: %" PRId64 " bytes follow its tensors; of several objects in one file none is "
                 "read: save each to its own",
                 file->path, file->size - at);
done:
    return err;
}

iso_err iso_torch_legacy(struct torch_file *t)
{
    iso_pickle_source *source = NULL;
    struct legacy *list = NULL;
    iso_textmap keys = {0};
    iso_pickle order = {0};
    int64_t number;
    iso_err err = ISO_OK;

    ISO_TRY(read_preface(&source, t->file));
    ISO_TRY(read_pickle(&t->pickle, &source, t->file, source->at, t->file->size));
    ISO_TRY(read_pickle(&order, &source, t->file, source->at, t->file->size));
    ISO_TRY(list_storages(&list, &keys, t));
    ISO_TRY(find_storages(list, &keys, &order, source->at, t->file));
    ISO_TRY(iso_alloc(&t->place, t->pickle.storage_count, sizeof *t->place));
    for (int64_t i = 0; i < t->pickle.storage_count; i++) {
        number = iso_textmap_find(&keys, t->pickle.texts.texts[t->pickle.storages[i].key], -1);
        if (list[number].offset == 0)
            ISO_FAIL(ISO_EFORMAT, "%s: holds no numbers of a tensor; save it once more",
                     t->file->path);
        t->place[i] = (struct torch_place){list[number].offset, -1};
    }
done:
    iso_free(source);
    iso_free(list);
    iso_textmap_free(&keys);
    iso_pickle_free(&order);
    return err;
}
