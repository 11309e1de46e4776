#include "lib/io/weights_inside.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/io/adapter.h"
#include "lib/io/folder.h"
#include "lib/io/torch_list.h"

enum { INDEX_MAX = 8 << 20 };

static void shard_close(struct shard *s)
{
    for (int64_t i = 0; s->packed && i < s->list.count; i++)
        iso_free(s->packed[i]);
    iso_free(s->packed);
    iso_mapped_close(s->map);
    iso_tensor_list_free(&s->list);
    iso_gguf_close(&s->gguf);
    iso_free(s->path);
}

void iso_weights_close(iso_weights *w)
{
    if (!w)
        return;
    for (int64_t i = 0; i < w->shard_count; i++)
        shard_close(&w->shards[i]);
    for (int64_t i = 0; i < w->made_count; i++)
        iso_free(w->made[i]);
    iso_free(w->made);
    iso_free(w->shards);
    iso_free(w->at);
    iso_free(w);
}

/* By its content; what is neither is measured by its name. */
static bool is_torch(const char *path, const unsigned char *head, int64_t count)
{
    const char *dot = strrchr(path, '.');

    return iso_torch_is(head, count) ||
           (dot && strcmp(dot, ".bin") == 0 &&
            !(count > ISO_TENSOR_PREFIX && head[ISO_TENSOR_PREFIX] == '{'));
}

iso_err iso_weights_shard(struct shard *s)
{
    unsigned char head[ISO_TORCH_HEAD];
    iso_file *file = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_file_open(&file, s->path));
    const int64_t count = file->size < ISO_TORCH_HEAD ? file->size : ISO_TORCH_HEAD;
    ISO_TRY(iso_file_read(file, 0, head, count));
    ISO_TRY(is_torch(s->path, head, count) ? iso_torch_list_read(&s->list, file, '.')
                                           : iso_tensor_list_read(&s->list, file));
    ISO_TRY(iso_mapped_open(&s->map, file));
    ISO_TRY(iso_weights_pack(s, file));
done:
    iso_file_close(file);
    return err;
}

iso_weight iso_weights_entry(const iso_tensor_entry *t, const struct shard *s)
{
    iso_weight w = {.name = t->name,
                    .type = t->type,
                    .file = s->path,
                    .layout = s->list.layout,
                    .floats = t->floats,
                    .dtype = t->dtype,
                    .rank = t->rank,
                    .bytes = t->bytes,
                    .stored = t->bytes,
                    .data = (const char *)iso_mapped_bytes(s->map) + t->offset};
    const char *packed = s->packed[t - s->list.at];
    const int kept = t->rank < ISO_WEIGHT_RANK ? t->rank : ISO_WEIGHT_RANK;

    if (packed)
        w.data = packed;
    memcpy(w.shape, t->shape, (size_t)kept * sizeof *w.shape);
    return w;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const iso_weight *)a)->name, ((const iso_weight *)b)->name);
}

void iso_weights_sort(iso_weights *w)
{
    if (w->count > 1)
        qsort(w->at, (size_t)w->count, sizeof *w->at, by_name);
}

/* The tensors of all shards in one list. */
static iso_err gather(iso_weights *w)
{
    int64_t count = 0;
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < w->shard_count; i++)
        count += w->shards[i].list.count;
    ISO_TRY(iso_alloc(&w->at, count, sizeof *w->at));
    for (int64_t i = 0; i < w->shard_count; i++) {
        const struct shard *s = &w->shards[i];
        for (int64_t k = 0; k < s->list.count; k++)
            w->at[w->count++] = iso_weights_entry(&s->list.at[k], s);
    }
    iso_weights_sort(w);
    for (int64_t i = 1; i < count; i++) {
        if (strcmp(w->at[i].name, w->at[i - 1].name) == 0)
            ISO_FAIL(ISO_EFORMAT, "%s: tensor \"%s\" is in %s too", w->at[i].file, w->at[i].name,
                     w->at[i - 1].file);
    }
done:
    return err;
}

static iso_err open_whole(iso_weights *w, const char *path)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&w->shards, 1, sizeof *w->shards));
    w->shard_count = 1;
    ISO_TRY(iso_str_dup(&w->shards[0].path, path, -1));
    ISO_TRY(iso_weights_shard(&w->shards[0]));
    ISO_TRY(gather(w));
done:
    return err;
}

/* Shards ------------------------------------------------------------------------ */

/* A tensor that the index names, and the file it says. */
struct entry {
    const char *tensor, *file;
};

static int by_file(const void *a, const void *b)
{
    return strcmp(((const struct entry *)a)->file, ((const struct entry *)b)->file);
}

/* A name from a foreign file must not lead out of the folder. */
static bool stays_inside(const char *name)
{
    return *name && *name != '.' && !strchr(name, '/') && !strchr(name, '\\');
}

static iso_err list_entries(struct entry **out, int64_t *count, const iso_json *map,
                            const char *folder, const char *index_name)
{
    struct entry *list = NULL;
    int64_t n = 0;
    iso_err err = ISO_OK;

    if (iso_json_count(map) == 0 || iso_json_is(map) != ISO_JSON_OBJECT)
        ISO_FAIL(ISO_EFORMAT, "%s: %s has no weight_map", folder, index_name);
    ISO_TRY(iso_alloc(&list, iso_json_count(map), sizeof *list));
    for (const iso_json *node = iso_json_first(map); node; node = iso_json_next(node)) {
        list[n] = (struct entry){iso_json_name(node), iso_json_text(node)};
        if (!list[n].file)
            ISO_FAIL(ISO_EFORMAT, "%s: %s names no file for tensor \"%s\"", folder, index_name,
                     list[n].tensor);
        if (!stays_inside(list[n].file))
            ISO_FAIL(ISO_EFORMAT,
                     "%s: %s says that tensor \"%s\" is in \"%s\"; only files beside it are opened",
                     folder, index_name, list[n].tensor, list[n].file);
        n++;
    }
    qsort(list, (size_t)n, sizeof *list, by_file);
    *out = list;
    *count = n;
    list = NULL;
done:
    iso_free(list);
    return err;
}

/* Opens each file of the list, which is in the order of files, once. */
static iso_err open_files(iso_weights *w, const struct entry *list, int64_t count,
                          const char *folder)
{
    int64_t files = 0;
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < count; i++)
        files += i == 0 || by_file(&list[i], &list[i - 1]) != 0;
    ISO_TRY(iso_alloc(&w->shards, files, sizeof *w->shards));
    for (int64_t i = 0; i < count; i++) {
        if (i > 0 && by_file(&list[i], &list[i - 1]) == 0)
            continue;
        struct shard *s = &w->shards[w->shard_count++];
        ISO_TRY(iso_folder_path(&s->path, folder, list[i].file));
        ISO_TRY(iso_weights_shard(s));
    }
done:
    return err;
}

static iso_err check_entries(const iso_weights *w, const struct entry *list, int64_t count,
                             const char *folder, const char *index_name)
{
    for (int64_t i = 0; i < count; i++) {
        const iso_weight *t = iso_weights_find(w, list[i].tensor);
        if (!t || strcmp(strrchr(t->file, '/') + 1, list[i].file) != 0)
            return iso_fail(ISO_EFORMAT, "%s: %s says that tensor \"%s\" is in %s, where it is not",
                            folder, index_name, list[i].tensor, list[i].file);
    }
    return ISO_OK;
}

static iso_err open_shards(iso_weights *w, const char *folder, const char *index_name)
{
    iso_json *root = NULL;
    struct entry *list = NULL;
    int64_t count = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_folder_json(&root, folder, index_name, INDEX_MAX));
    ISO_TRY(list_entries(&list, &count, iso_json_get(root, "weight_map"), folder, index_name));
    ISO_TRY(open_files(w, list, count, folder));
    ISO_TRY(gather(w));
    ISO_TRY(check_entries(w, list, count, folder, index_name));
done:
    iso_free(list);
    iso_json_free(root);
    return err;
}

/* Face -------------------------------------------------------------------------- */

/* What wrappers put before every name: DataParallel, torch.compile, a module that holds the model.
 */
static void unwrap(iso_weights *w)
{
    static const char *const wrappers[] = {"module.", "_orig_mod.", "model."};
    const char *first = w->count > 0 ? w->at[0].name : "", *last = first;

    for (bool found = w->count > 0; found;) {
        found = false;
        first = w->at[0].name;
        last = w->at[w->count - 1].name; /* in order: what these begin with, all do */
        for (size_t i = 0; !found && i < sizeof wrappers / sizeof *wrappers; i++) {
            const size_t len = strlen(wrappers[i]);
            found = strncmp(first, wrappers[i], len) == 0 && strncmp(last, wrappers[i], len) == 0;
            for (int64_t k = 0; found && k < w->count; k++)
                w->at[k].name += len;
        }
    }
}

static iso_err can_read(const char *path)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    return iso_fail(ISO_EUNSUP, "%s: weights are not read on big-endian machines", path);
#endif
    (void)path;
    return ISO_OK;
}

iso_err iso_weights_open_file(iso_weights **out, const char *path)
{
    iso_weights *w = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(can_read(path));
    ISO_TRY(iso_alloc(&w, 1, sizeof *w));
    ISO_TRY(iso_gguf_is(path) ? iso_weights_gguf(w, path) : open_whole(w, path));
    unwrap(w);
    *out = w;
    w = NULL;
done:
    iso_weights_close(w);
    return err;
}

static iso_err open_folder(iso_weights **out, const char *folder)
{
    iso_weights *w = NULL;
    char *name = NULL, *path = NULL;
    bool index = false;
    iso_err err = ISO_OK;

    if (iso_gguf_is(folder))
        return iso_weights_open_file(out, folder);
    ISO_TRY(iso_weights_choose(&name, &index, folder));
    ISO_TRY(iso_folder_path(&path, folder, name));
    if (!index) {
        err = iso_weights_open_file(out, path);
        goto done;
    }
    ISO_TRY(iso_alloc(&w, 1, sizeof *w));
    ISO_TRY(open_shards(w, folder, name));
    unwrap(w);
    *out = w;
    w = NULL;
done:
    iso_free(name);
    iso_free(path);
    iso_weights_close(w);
    return err;
}

iso_err iso_weights_open(iso_weights **out, const char *folder)
{
    iso_weights *w = NULL;
    char *base = NULL;
    iso_err err = ISO_OK;

    ISO_NEED(folder && *folder, "folder: is empty");
    ISO_TRY(can_read(folder));
    ISO_TRY(iso_folder_check(folder));
    ISO_TRY(iso_adapter_base(&base, folder));
    ISO_TRY(open_folder(&w, base ? base : folder));
    if (base)
        ISO_TRY(iso_weights_adapt(w, folder));
    *out = w;
    w = NULL;
done:
    iso_free(base);
    iso_weights_close(w);
    return err;
}

iso_err iso_weights_whole(const iso_weights *w)
{
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < w->shard_count; i++)
        ISO_TRY(iso_mapped_whole(w->shards[i].map ? w->shards[i].map : w->shards[i].gguf.map));
done:
    return err;
}

int64_t iso_weights_count(const iso_weights *w)
{
    return w->count;
}

const iso_weight *iso_weights_at(const iso_weights *w, int64_t i)
{
    return &w->at[i];
}

int64_t iso_weights_files(const iso_weights *w)
{
    return w->shard_count;
}

const char *iso_weights_file(const iso_weights *w, int64_t i)
{
    return w->shards[i].path;
}

const iso_weight *iso_weights_find(const iso_weights *w, const char *name)
{
    const iso_weight key = {.name = name};

    return w->count > 0 ? bsearch(&key, w->at, (size_t)w->count, sizeof *w->at, by_name) : NULL;
}
