#include "lib/io/tensor_list.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/alloc.h"

enum { HEADER_MAX = 8 << 20 }; /* some 50 000 tensors; parsed JSON takes many times its size */

uint64_t iso_tensor_list_claim(const unsigned char *prefix)
{
    uint64_t n = 0;

    for (int i = ISO_TENSOR_PREFIX - 1; i >= 0; i--)
        n = n << 8 | prefix[i];
    return n;
}

static const struct type {
    const char *name;
    int size;
    bool floats;
    iso_dtype dtype;
} types[] = {
    {"F32", 4, true, ISO_F32},    {"F16", 2, true, ISO_F16},   {"BF16", 2, true, ISO_BF16},
    {"F64", 8, true, ISO_F64},    {"I64", 8, .floats = false}, {"I32", 4, .floats = false},
    {"I16", 2, .floats = false},  {"I8", 1, .floats = false},  {"U64", 8, .floats = false},
    {"U32", 4, .floats = false},  {"U16", 2, .floats = false}, {"U8", 1, .floats = false},
    {"BOOL", 1, .floats = false},
};

/* How large a number of that type is; 0 when we do not know. */
static int understand_type(iso_tensor_entry *t)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (strcmp(types[i].name, t->type) == 0) {
            t->floats = types[i].floats;
            t->dtype = types[i].dtype;
            return types[i].size;
        }
    }
    return 0;
}

/* Sets rank and shape, and how many numbers there are: -1 when that is no number of 64 bits. */
static iso_err read_shape(iso_tensor_entry *t, int64_t *numbers, const iso_json *shape,
                          const char *path)
{
    int64_t n = 1;
    bool empty = false, huge = false;

    if (iso_json_is(shape) != ISO_JSON_ARRAY)
        return iso_fail(ISO_EFORMAT, "%s: tensor \"%s\" has no shape", path, t->name);
    for (const iso_json *node = iso_json_first(shape); node; node = iso_json_next(node)) {
        int64_t length = -1;
        if (!iso_json_int(&length, node) || length < 0)
            return iso_fail(ISO_EFORMAT, "%s: tensor \"%s\" has a shape that is none", path,
                            t->name);
        if (t->rank < ISO_TENSOR_RANK)
            t->shape[t->rank] = length;
        t->rank++;
        empty = empty || length == 0;
        huge = huge || (length > 0 && n > INT64_MAX / length);
        n = huge ? 1 : n * (length > 0 ? length : 1);
    }
    *numbers = empty ? 0 : huge ? -1 : n;
    return ISO_OK;
}

static iso_err read_place(iso_tensor_entry *t, const iso_json *offsets, int64_t data, int64_t room,
                          const char *path)
{
    int64_t begin, end;

    if (iso_json_count(offsets) != 2 || !iso_json_int(&begin, iso_json_at(offsets, 0)) ||
        !iso_json_int(&end, iso_json_at(offsets, 1)))
        return iso_fail(ISO_EFORMAT, "%s: tensor \"%s\" has no data_offsets", path, t->name);
    if (begin < 0 || end < begin || end > room)
        return iso_fail(ISO_EFORMAT,
                        "%s: tensor \"%s\" lies at bytes %" PRId64 " to %" PRId64
                        " of the data, which has %" PRId64 "%s",
                        path, t->name, begin, end, room,
                        end > room ? "; if it was cut short, download it again" : "");
    t->offset = data + begin;
    t->bytes = end - begin;
    return ISO_OK;
}

static iso_err read_tensor(iso_tensor_entry *t, const iso_json *node, int64_t data, int64_t room,
                           const char *path)
{
    int64_t numbers = 0;
    iso_err err = ISO_OK;

    t->member = -1;
    t->name = iso_json_name(node);
    t->type = iso_json_text(iso_json_get(node, "dtype"));
    if (!t->type)
        ISO_FAIL(ISO_EFORMAT, "%s: tensor \"%s\" has no dtype", path, t->name);
    ISO_TRY(read_shape(t, &numbers, iso_json_get(node, "shape"), path));
    ISO_TRY(read_place(t, iso_json_get(node, "data_offsets"), data, room, path));
    const int64_t size = understand_type(t);
    if (numbers < 0 || (size > 0 && numbers > INT64_MAX / size))
        ISO_FAIL(ISO_EFORMAT, "%s: tensor \"%s\" claims more numbers than any file holds", path,
                 t->name);
    if (size > 0 && numbers * size != t->bytes)
        ISO_FAIL(ISO_EFORMAT,
                 "%s: tensor \"%s\": its shape takes %" PRId64 " bytes, its offsets %" PRId64, path,
                 t->name, numbers * size, t->bytes);
done:
    return err;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const iso_tensor_entry *)a)->name, ((const iso_tensor_entry *)b)->name);
}

static int by_place(const void *a, const void *b)
{
    const iso_tensor_entry *x = a, *y = b;

    if (x->offset != y->offset)
        return x->offset < y->offset ? -1 : 1;
    return (x->bytes > y->bytes) - (x->bytes < y->bytes);
}

/* Every byte of the data in one tensor: what lies between or behind them would be dropped unseen.
 */
static iso_err check_places(const iso_tensor_entry *t, int64_t count, int64_t data, int64_t size,
                            const char *path)
{
    const iso_tensor_entry *before = NULL;
    int64_t end = data;

    for (int64_t i = 0; i <= count; i++) {
        const int64_t begin = i < count ? t[i].offset : size;
        if (i < count && t[i].bytes == 0)
            continue;
        if (begin < end)
            return iso_fail(ISO_EFORMAT, "%s: tensors \"%s\" and \"%s\" overlap", path,
                            before->name, t[i].name);
        if (begin > end)
            return iso_fail(ISO_EFORMAT,
                            "%s: %" PRId64 " bytes from byte %" PRId64 " on, %s%s%s, belong to no "
                            "tensor; no safetensors file has such: write it again",
                            path, begin - end, end, before ? "after tensor \"" : "before the first",
                            before ? before->name : "", before ? "\"" : "");
        before = &t[i];
        end = i < count ? t[i].offset + t[i].bytes : size;
    }
    return ISO_OK;
}

iso_err iso_tensor_list_sort(iso_tensor_list *list, const char *path)
{
    const iso_tensor_entry *t = list->at;

    if (list->count > 1)
        qsort(list->at, (size_t)list->count, sizeof *list->at, by_name);
    for (int64_t i = 1; i < list->count; i++) {
        if (strcmp(t[i].name, t[i - 1].name) == 0)
            return iso_fail(ISO_EFORMAT, "%s: tensor \"%s\" is there twice", path, t[i].name);
    }
    return ISO_OK;
}

/* No name twice, no byte in two tensors or in none. Leaves them in the order of their names. */
static iso_err check_apart(iso_tensor_list *list, int64_t data, int64_t size, const char *path)
{
    iso_err err = ISO_OK;

    if (list->count > 1)
        qsort(list->at, (size_t)list->count, sizeof *list->at, by_place);
    err = check_places(list->at, list->count, data, size, path);
    return err ? err : iso_tensor_list_sort(list, path);
}

/* Whether the JSON spells a zero byte, at which a C text would end: two names could become one. */
static bool spells_zero(const char *text, int64_t len)
{
    for (int64_t i = 0; i + 5 < len; i++) {
        if (text[i] != '\\')
            continue;
        if (memcmp(text + i, "\\u0000", 6) == 0)
            return true;
        i++; /* what a backslash stands before begins nothing */
    }
    return false;
}

static iso_err parse_header(iso_json **out, const char *text, int64_t len, const char *path)
{
    iso_json *root = NULL;
    iso_err err = ISO_OK;

    if (spells_zero(text, len))
        return iso_fail(ISO_EFORMAT, "%s: header: a text in it holds a zero byte", path);
    err = iso_json_parse(&root, text, len);
    if (err)
        return iso_fail_in(err, "%s: header", path);
    if (iso_json_is(root) != ISO_JSON_OBJECT) {
        iso_json_free(root);
        return iso_fail(ISO_EFORMAT, "%s: its header is no JSON object", path);
    }
    *out = root;
    return ISO_OK;
}

static iso_err read_header(iso_json **out, int64_t *data, const iso_file *file)
{
    unsigned char prefix[ISO_TENSOR_PREFIX];
    char *text = NULL;
    iso_err err = ISO_OK;

    if (file->size <= ISO_TENSOR_PREFIX)
        ISO_FAIL(ISO_EFORMAT, "%s: has %" PRId64 " bytes, less than any safetensors file",
                 file->path, file->size);
    ISO_TRY(iso_file_read(file, 0, prefix, ISO_TENSOR_PREFIX));
    const uint64_t len = iso_tensor_list_claim(prefix);
    if (len > (uint64_t)(file->size - ISO_TENSOR_PREFIX))
        ISO_FAIL(ISO_EFORMAT, "%s: claims a header of %" PRIu64 " bytes and has %" PRId64 " in all",
                 file->path, len, file->size);
    if (len > HEADER_MAX)
        ISO_FAIL(ISO_EFORMAT, "%s: has a header of %" PRIu64 " bytes; at most %d are read",
                 file->path, len, (int)HEADER_MAX);
    ISO_TRY(iso_alloc(&text, (int64_t)len, 1));
    ISO_TRY(iso_file_read(file, ISO_TENSOR_PREFIX, text, (int64_t)len));
    ISO_TRY(parse_header(out, text, (int64_t)len, file->path));
    *data = ISO_TENSOR_PREFIX + (int64_t)len;
done:
    iso_free(text);
    return err;
}

iso_err iso_tensor_list_read(iso_tensor_list *out, const iso_file *file)
{
    iso_tensor_list list = {.layout = "safetensors"};
    int64_t data = 0;
    iso_err err = ISO_OK;

    ISO_TRY(read_header(&list.root, &data, file));
    ISO_TRY(iso_alloc(&list.at, iso_json_count(list.root), sizeof *list.at));
    for (const iso_json *node = iso_json_first(list.root); node; node = iso_json_next(node)) {
        if (strcmp(iso_json_name(node), "__metadata__") != 0)
            ISO_TRY(read_tensor(&list.at[list.count++], node, data, file->size - data, file->path));
    }
    ISO_TRY(check_apart(&list, data, file->size, file->path));
    *out = list;
    list = (iso_tensor_list){0};
done:
    iso_tensor_list_free(&list);
    return err;
}

void iso_tensor_list_free(iso_tensor_list *list)
{
    iso_free(list->at);
    iso_free(list->facts);
    iso_textmap_free(&list->names);
    iso_json_free(list->root);
    *list = (iso_tensor_list){0};
}

const char *iso_tensor_list_fact(const iso_tensor_list *list, const char *name)
{
    for (int64_t i = 0; i < list->fact_count; i++) {
        if (strcmp(list->facts[i].text[0], name) == 0)
            return list->facts[i].text[1];
    }
    return iso_json_text(iso_json_get(iso_json_get(list->root, "__metadata__"), name));
}
