/* What vLLM's connector of hidden states writes: a safetensors file a request, with
 * `hidden_states` [tokens, layers, dims] and `token_ids` [tokens]; one, or a folder of them. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/io/folder.h"
#include "lib/io/pool_rows.h"
#include "lib/io/reader.h"
#include "lib/io/tensor_list.h"

enum { NOTE = 400 };

static const char suffix[] = ".safetensors", states_name[] = "hidden_states",
                  ids_name[] = "token_ids";

struct request {
    char *path, *id;       /* id: NULL of a file alone */
    int64_t offset, bytes; /* of the states in the file; of the file */
};

struct requests {
    iso_reader base;
    const iso_states_opt *opt;
    struct request *at;
    int64_t count, room, layers, dims;
    iso_dtype dtype;
    int64_t *offsets; /* of the tokens of each request */
    char **ids;       /* borrowed of the requests; NULL: none */
    iso_entry *entries;
    iso_lang lang;
    char read_as[NOTE];
};

static void requests_close(iso_reader *self)
{
    struct requests *r = (struct requests *)self;

    for (int64_t i = 0; i < r->count; i++) {
        iso_free(r->at[i].path);
        iso_free(r->at[i].id);
    }
    iso_free(r->at);
    iso_free(r->ids);
    iso_free(r->offsets);
    iso_free(r->entries);
    iso_free(r);
}

/* Rows --------------------------------------------------------------------------------- */

/* A layer of all requests, of which one file is open at a time. */
struct layer_rows {
    iso_rows base;
    const struct requests *of;
    int64_t layer, open; /* the request whose file is open, or -1 */
    iso_file *file;
    char *buffer;
    int64_t room;
};

static void layer_rows_close(iso_rows *self)
{
    struct layer_rows *l = (struct layer_rows *)self;

    iso_file_close(l->file);
    iso_free(l->buffer);
    iso_free(l);
}

static iso_err open_request(struct layer_rows *l, int64_t i)
{
    const struct request *q = &l->of->at[i];
    iso_err err = ISO_OK;

    if (l->open == i)
        return ISO_OK;
    iso_file_close(l->file);
    l->file = NULL;
    l->open = -1;
    ISO_TRY(iso_file_open(&l->file, q->path));
    if (l->file->size != q->bytes)
        ISO_FAIL(ISO_EFORMAT, "%s: was changed while it is read", q->path);
    l->open = i;
done:
    return err;
}

/* The request that holds a row. */
static int64_t request_of(const struct requests *r, int64_t row)
{
    int64_t from = 0, to = r->count;

    while (to - from > 1) {
        const int64_t middle = (from + to) / 2;
        *(r->offsets[middle] <= row ? &from : &to) = middle;
    }
    return from;
}

static iso_err layer_rows_read(iso_rows *self, int64_t first, int64_t count, iso_view *out)
{
    struct layer_rows *l = (struct layer_rows *)self;
    const struct requests *r = l->of;
    const int64_t size = r->dims * (int64_t)iso_dtype_size(r->dtype);
    iso_err err = ISO_OK;

    if (count > l->room) {
        iso_free(l->buffer);
        l->buffer = NULL;
        l->room = 0;
        ISO_TRY(iso_alloc(&l->buffer, count, (size_t)size));
        l->room = count;
    }
    int64_t i = count > 0 ? request_of(r, first) : 0;
    for (int64_t k = 0; k < count; k++) {
        while (first + k >= r->offsets[i + 1])
            i++;
        const int64_t token = first + k - r->offsets[i];
        ISO_TRY(open_request(l, i));
        ISO_TRY(iso_file_read(l->file, r->at[i].offset + (token * r->layers + l->layer) * size,
                              l->buffer + k * size, size));
    }
    iso_file_order(l->buffer, count * r->dims, r->dtype);
    *out = (iso_view){l->buffer, count, r->dims, r->dims, r->dtype};
done:
    return err;
}

static iso_err requests_rows(iso_reader *self, int entry, iso_rows **out)
{
    const struct requests *r = (const struct requests *)self;
    struct layer_rows *l = NULL;
    const iso_err err = iso_alloc(&l, 1, sizeof *l);

    if (err)
        return err;
    l->base = (iso_rows){.rows = r->offsets[r->count],
                         .cols = r->dims,
                         .dtype = r->dtype,
                         .run = 1,
                         .read = layer_rows_read,
                         .close = layer_rows_close};
    l->of = r;
    l->layer = entry;
    l->open = -1;
    *out = &l->base;
    return ISO_OK;
}

/* Files -------------------------------------------------------------------------------- */

static const iso_tensor_entry *tensor_called(const iso_tensor_list *list, const char *name)
{
    for (int64_t i = 0; i < list->count; i++) {
        if (strcmp(list->at[i].name, name) == 0)
            return &list->at[i];
    }
    return NULL;
}

/* One of each kind: what else lies in the file is no request. */
static bool is_request(const iso_tensor_list *list)
{
    const iso_tensor_entry *states = tensor_called(list, states_name),
                           *ids = tensor_called(list, ids_name);

    return list->count == 2 && states && ids && states->floats && states->rank == 3 &&
           ids->rank == 1;
}

static iso_err add_request(struct requests *r, const iso_file *file)
{
    iso_tensor_list list = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_tensor_list_read(&list, file));
    if (!is_request(&list))
        ISO_FAIL(
            ISO_EFORMAT,
            "%s: is no request of vLLM's connector, which has %s [tokens, layers, dims] and %s",
            file->path, states_name, ids_name);
    const iso_tensor_entry *t = tensor_called(&list, states_name);
    const int64_t tokens = t->shape[0], ids = tensor_called(&list, ids_name)->shape[0];
    if (ids != tokens)
        ISO_FAIL(ISO_EFORMAT, "%s: %s has %" PRId64 " tokens, %s %" PRId64, file->path, states_name,
                 tokens, ids_name, ids);
    if (r->count == 0) {
        r->layers = t->shape[1];
        r->dims = t->shape[2];
        r->dtype = t->dtype;
    }
    if (t->shape[1] != r->layers || t->shape[2] != r->dims || t->dtype != r->dtype)
        ISO_FAIL(ISO_EFORMAT,
                 "%s: has %" PRId64 " layers of %" PRId64 " dims (%s), %s %" PRId64 " of %" PRId64
                 " (%s); those of one model go into a folder",
                 file->path, t->shape[1], t->shape[2], iso_dtype_name(t->dtype), r->at[0].path,
                 r->layers, r->dims, iso_dtype_name(r->dtype));
    if (r->count == r->room) {
        const int64_t room = r->room ? 2 * r->room : 64;
        ISO_TRY(iso_realloc(&r->at, r->count, room, sizeof *r->at));
        ISO_TRY(iso_realloc(&r->offsets, r->room ? r->room + 1 : 0, room + 1, sizeof *r->offsets));
        r->room = room;
    }
    struct request *q = &r->at[r->count];
    *q = (struct request){.offset = t->offset, .bytes = file->size};
    ISO_TRY(iso_str_dup(&q->path, file->path, -1));
    r->offsets[r->count + 1] = r->offsets[r->count] + tokens;
    r->base.bytes += file->size;
    r->count++;
done:
    iso_tensor_list_free(&list);
    return err;
}

/* In the order of the numbers in their names: 2 before 10. */
static int by_name(const void *a, const void *b)
{
    const char *x = *(char *const *)a, *y = *(char *const *)b;

    while (*x && *y) {
        if (isdigit((unsigned char)*x) && isdigit((unsigned char)*y)) {
            x += strspn(x, "0");
            y += strspn(y, "0");
            const size_t n = strspn(x, "0123456789"), m = strspn(y, "0123456789");
            const int by = n != m ? (n > m) - (n < m) : strncmp(x, y, n);
            if (by)
                return by;
            x += n;
            y += m;
        } else if (*x != *y) {
            return (unsigned char)*x - (unsigned char)*y;
        } else {
            x++;
            y++;
        }
    }
    return (*x != '\0') - (*y != '\0');
}

static bool ends(const char *name)
{
    const size_t n = strlen(name), m = sizeof suffix - 1;

    return n > m && strcmp(name + n - m, suffix) == 0;
}

struct names {
    char **at;
    int64_t count, room;
};

static void names_free(struct names *n)
{
    for (int64_t i = 0; i < n->count; i++)
        iso_free(n->at[i]);
    iso_free(n->at);
}

/* The safetensors files of a folder, in order. */
static iso_err list_folder(struct names *out, const char *folder)
{
    DIR *dir = opendir(folder);
    iso_err err = ISO_OK;

    if (!dir)
        ISO_FAIL(ISO_EIO, "%s: %s", folder, strerror(errno));
    for (const struct dirent *e; (e = readdir(dir));) {
        if (!ends(e->d_name) || *e->d_name == '.')
            continue;
        if (out->count == out->room) {
            const int64_t room = out->room ? 2 * out->room : 64;
            ISO_TRY(iso_realloc(&out->at, out->count, room, sizeof *out->at));
            out->room = room;
        }
        ISO_TRY(iso_folder_path(&out->at[out->count], folder, e->d_name));
        out->count++;
    }
    if (out->count > 1)
        qsort(out->at, (size_t)out->count, sizeof *out->at, by_name);
done:
    if (dir)
        (void)closedir(dir);
    return err;
}

/* A name without its folder and suffix, and the bytes before the number that ends it. */
static const char *stem_of(int64_t *len, int64_t *before, const char *path)
{
    const char *stem = strrchr(path, '/') + 1;

    *len = (int64_t)(strlen(stem) - (sizeof suffix - 1));
    for (*before = *len; *before > 0 && isdigit((unsigned char)stem[*before - 1]);)
        --*before;
    return stem;
}

/* Items are joined by the number of their request, where nothing else tells the names apart, else
 * by the name: that of a random request is in no other folder. */
static iso_err name_items(struct requests *r)
{
    int64_t len, before, first = 0;
    const char *like = r->count > 0 ? stem_of(&len, &first, r->at[0].path) : NULL;
    bool counted = true;
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < r->count; i++) {
        const char *stem = stem_of(&len, &before, r->at[i].path);
        counted =
            counted && before == first && before < len && strncmp(stem, like, (size_t)before) == 0;
    }
    ISO_TRY(iso_alloc(&r->ids, r->count, sizeof *r->ids));
    for (int64_t i = 0; i < r->count; i++) {
        const char *stem = stem_of(&len, &before, r->at[i].path);
        before = counted ? before : 0;
        ISO_TRY(iso_str_dup(&r->at[i].id, stem + before, len - before));
        r->ids[i] = r->at[i].id;
    }
done:
    return err;
}

static iso_err add_folder(struct requests *r, const char *folder)
{
    struct names names = {0};
    iso_file *file = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(list_folder(&names, folder));
    if (names.count == 0)
        ISO_FAIL(ISO_EFORMAT, "%s: holds no safetensors file, a request each", folder);
    for (int64_t i = 0; i < names.count && !(r->opt->limit > 0 && i >= r->opt->limit); i++) {
        ISO_TRY(iso_run_step(r->opt->run, "looking at requests", i, names.count, "requests"));
        ISO_TRY(iso_file_open(&file, names.at[i]));
        ISO_TRY(add_request(r, file));
        iso_file_close(file);
        file = NULL;
    }
    ISO_TRY(name_items(r));
done:
    iso_file_close(file);
    names_free(&names);
    return err;
}

/* The reader ------------------------------------------------------------------------------ */

static iso_err make_entries(struct requests *r, const char *path)
{
    iso_err err = ISO_OK;

    if (r->layers < 1 || r->layers > 1024 || r->dims < 1)
        ISO_FAIL(ISO_EFORMAT, "%s: its requests have %" PRId64 " layers of %" PRId64 " dims", path,
                 r->layers, r->dims);
    ISO_TRY(iso_alloc(&r->entries, r->layers, sizeof *r->entries));
    for (int l = 0; l < (int)r->layers; l++)
        r->entries[l] = (iso_entry){
            .layer = l, .rows = r->offsets[r->count], .cols = r->dims, .dtype = r->dtype};
    r->lang = (iso_lang){.items = r->count,
                         .rows = r->offsets[r->count],
                         .offsets = r->offsets,
                         .ids = (const char *const *)r->ids};
    (void)snprintf(
        r->read_as, sizeof r->read_as,
        "%" PRId64
        " request%s of vLLM, whose ids are their names or the numbers in these; its %" PRId64
        " layers are numbered from 0, whichever vLLM was told to keep, and the model's "
        "last one comes without its final norm, which transformers applies",
        r->count, r->count == 1 ? "" : "s", r->layers);
    r->base.entries = r->entries;
    r->base.entry_count = (int)r->layers;
    r->base.langs = &r->lang;
    r->base.lang_count = 1;
    r->base.read_as = r->read_as;
    r->base.rows = requests_rows;
    r->base.close = requests_close;
done:
    return err;
}

static iso_err requests_open(iso_reader **out, const iso_file *file, const char *dataset,
                             const iso_states_opt *opt)
{
    struct requests *r = NULL;
    iso_err err = ISO_OK;

    ISO_NEED(!dataset, "%s: holds requests, no %s", file->path, dataset);
    ISO_TRY(iso_alloc(&r, 1, sizeof *r));
    r->opt = opt;
    ISO_TRY(file->folder ? add_folder(r, file->path) : add_request(r, file));
    ISO_TRY(make_entries(r, file->path));
    *out = &r->base;
    r = NULL;
done:
    if (r)
        requests_close(&r->base);
    return err;
}

/* Recognition ------------------------------------------------------------------------------ */

static bool requests_probe(const iso_head *head)
{
    iso_tensor_list list = {0};
    bool is = head->count > ISO_TENSOR_PREFIX && head->bytes[ISO_TENSOR_PREFIX] == '{' &&
              iso_tensor_list_claim(head->bytes) < 4096 && !head->dataset;

    is = is && !iso_tensor_list_read(&list, head->file) && is_request(&list);
    iso_tensor_list_free(&list);
    return is;
}

/* Of a folder the first file decides. */
static bool requests_probe_folder(const iso_head *head)
{
    unsigned char bytes[ISO_TENSOR_PREFIX + 1] = {0};
    struct names names = {0};
    iso_file *file = NULL;
    bool is = !list_folder(&names, head->file->path) && names.count > 0 &&
              !iso_file_open(&file, names.at[0]) && file->size > (int64_t)sizeof bytes &&
              !iso_file_read(file, 0, bytes, sizeof bytes);

    is = is && requests_probe(&(iso_head){.file = file, .bytes = bytes, .count = sizeof bytes});
    iso_file_close(file);
    names_free(&names);
    return is;
}

const iso_driver iso_driver_vllm = {.name = "vllm",
                                    .probe = requests_probe,
                                    .probe_folder = requests_probe_folder,
                                    .open = requests_open};
