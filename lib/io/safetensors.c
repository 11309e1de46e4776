/* safetensors: the length of a JSON header, the header, then packed little-endian tensors. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/io/array_set.h"
#include "lib/io/json.h"
#include "lib/io/reader.h"

enum {
    PREFIX = 8,
    HEADER_MAX = 8 << 20 /* some 50 000 tensors; parsed JSON takes many times its size */
};

struct safetensors {
    iso_reader base;
    iso_array_set set;
    const iso_states_opt *opt;
    char *model, *pooling, *source;
};

static uint64_t header_length(const unsigned char *bytes)
{
    uint64_t n = 0;

    for (int i = PREFIX - 1; i >= 0; i--)
        n = n << 8 | bytes[i];
    return n;
}

/* A length below 2^40 and a brace: whether they are right is for open() to say. */
static bool safetensors_probe(const iso_head *head)
{
    return head->count > PREFIX && head->bytes[PREFIX] == '{' &&
           header_length(head->bytes) >> 40 == 0;
}

static iso_err safetensors_rows(iso_reader *self, int entry, iso_rows **out)
{
    struct safetensors *r = (struct safetensors *)self;
    int layer;
    const iso_named_array *a = iso_array_set_find(&layer, &r->set, entry);

    return iso_array_rows(out, &a->array, r->opt->axes, layer, r->opt->run);
}

static void safetensors_close(iso_reader *self)
{
    struct safetensors *r = (struct safetensors *)self;

    iso_array_set_free(&r->set);
    iso_free(r->model);
    iso_free(r->pooling);
    iso_free(r->source);
    iso_free(r);
}

static bool understand_type(iso_dtype *out, const char *name)
{
    static const struct {
        const char *name;
        iso_dtype dtype;
    } types[] = {{"F16", ISO_F16}, {"BF16", ISO_BF16}, {"F32", ISO_F32}, {"F64", ISO_F64}};

    for (size_t i = 0; name && i < sizeof types / sizeof *types; i++) {
        if (strcmp(name, types[i].name) == 0) {
            *out = types[i].dtype;
            return true;
        }
    }
    return false;
}

/* A tensor of the header. */
struct tensor {
    const char *name, *type;
    int64_t begin, end; /* from the end of the header */
    iso_array array;    /* rank and shape; more axes than it can hold count as none */
};

static iso_err read_shape(iso_array *a, const iso_json *shape, const char *path, const char *name)
{
    iso_err err = ISO_OK;

    if (iso_json_is(shape) != ISO_JSON_ARRAY)
        ISO_FAIL(ISO_EFORMAT, "%s: tensor \"%s\" has no shape", path, name);
    const int64_t rank = iso_json_count(shape);
    a->rank = rank <= ISO_ARRAY_RANK_MAX ? (int)rank : 0;
    int i = 0;
    for (const iso_json *n = iso_json_first(shape); n && i < a->rank; n = iso_json_next(n), i++) {
        if (!iso_json_int(&a->shape[i], n) || a->shape[i] < 0)
            ISO_FAIL(ISO_EFORMAT, "%s: tensor \"%s\" has a shape that is none", path, name);
    }
done:
    return err;
}

static iso_err read_tensor(struct tensor *t, const iso_json *node, int64_t room, const char *path)
{
    const iso_json *offsets = iso_json_get(node, "data_offsets");
    iso_err err = ISO_OK;

    t->name = iso_json_name(node);
    t->type = iso_json_text(iso_json_get(node, "dtype"));
    if (!t->type)
        ISO_FAIL(ISO_EFORMAT, "%s: tensor \"%s\" has no dtype", path, t->name);
    ISO_TRY(read_shape(&t->array, iso_json_get(node, "shape"), path, t->name));
    if (iso_json_count(offsets) != 2 || !iso_json_int(&t->begin, iso_json_at(offsets, 0)) ||
        !iso_json_int(&t->end, iso_json_at(offsets, 1)))
        ISO_FAIL(ISO_EFORMAT, "%s: tensor \"%s\" has no data_offsets", path, t->name);
    if (t->begin < 0 || t->end < t->begin || t->end > room)
        ISO_FAIL(ISO_EFORMAT,
                 "%s: tensor \"%s\" lies at bytes %" PRId64 " to %" PRId64
                 " of the data, which has %" PRId64,
                 path, t->name, t->begin, t->end, room);
done:
    return err;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct tensor *)a)->name, ((const struct tensor *)b)->name);
}

static int by_place(const void *a, const void *b)
{
    const struct tensor *x = a, *y = b;

    if (x->begin != y->begin)
        return x->begin < y->begin ? -1 : 1;
    return (x->end > y->end) - (x->end < y->end);
}

/* No name twice, no byte in two tensors. Leaves them in the order of their names. */
static iso_err check_apart(struct tensor *t, int64_t count, const char *path)
{
    if (count > 1)
        qsort(t, (size_t)count, sizeof *t, by_place);
    for (int64_t i = 1; i < count; i++) {
        if (t[i].begin < t[i - 1].end)
            return iso_fail(ISO_EFORMAT, "%s: tensors \"%s\" and \"%s\" overlap", path,
                            t[i - 1].name, t[i].name);
    }
    if (count > 1)
        qsort(t, (size_t)count, sizeof *t, by_name);
    for (int64_t i = 1; i < count; i++) {
        if (strcmp(t[i].name, t[i - 1].name) == 0)
            return iso_fail(ISO_EFORMAT, "%s: tensor \"%s\" is there twice", path, t[i].name);
    }
    return ISO_OK;
}

static iso_err read_header(iso_json **out, int64_t *data, const iso_file *file)
{
    unsigned char prefix[PREFIX];
    char *text = NULL;
    iso_json *root = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_file_read(file, 0, prefix, PREFIX));
    const uint64_t len = header_length(prefix);
    if (len > (uint64_t)(file->size - PREFIX))
        ISO_FAIL(ISO_EFORMAT, "%s: claims a header of %" PRIu64 " bytes and has %" PRId64 " in all",
                 file->path, len, file->size);
    if (len > HEADER_MAX)
        ISO_FAIL(ISO_EFORMAT, "%s: has a header of %" PRIu64 " bytes; at most %d are read",
                 file->path, len, (int)HEADER_MAX);
    ISO_TRY(iso_alloc(&text, (int64_t)len, 1));
    ISO_TRY(iso_file_read(file, PREFIX, text, (int64_t)len));
    err = iso_json_parse(&root, text, (int64_t)len);
    if (err) {
        err = iso_fail_in(err, "%s: header", file->path);
        goto done;
    }
    if (iso_json_is(root) != ISO_JSON_OBJECT)
        ISO_FAIL(ISO_EFORMAT, "%s: its header is no JSON object", file->path);
    *out = root;
    *data = PREFIX + (int64_t)len;
    root = NULL;
done:
    iso_json_free(root);
    iso_free(text);
    return err;
}

static iso_err list_tensors(struct tensor **out, int64_t *count, const iso_json *root, int64_t room,
                            const char *path)
{
    struct tensor *t = NULL;
    int64_t n = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&t, iso_json_count(root), sizeof *t));
    for (const iso_json *node = iso_json_first(root); node; node = iso_json_next(node)) {
        if (strcmp(iso_json_name(node), "__metadata__") != 0)
            ISO_TRY(read_tensor(&t[n++], node, room, path));
    }
    ISO_TRY(check_apart(t, n, path));
    *out = t;
    *count = n;
    t = NULL;
done:
    iso_free(t);
    return err;
}

/* Takes the tensors that are matrices of floats; the rest (biases, indices) is passed over, unless
 * nothing is left. `wanted` is the one tensor to take, or NULL. */
static iso_err take_matrices(struct safetensors *r, struct tensor *t, int64_t count,
                             const char *wanted, const iso_file *file)
{
    const struct tensor *passed = NULL;
    iso_buf what = {0};
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < count; i++) {
        iso_array *a = &t[i].array;
        if (wanted && strcmp(t[i].name, wanted) != 0)
            continue;
        if (!understand_type(&a->dtype, t[i].type) || (a->rank != 2 && a->rank != 3)) {
            passed = &t[i];
            continue;
        }
        what.len = 0;
        ISO_TRY(iso_buf_printf(&what, "%s: %s", file->path, t[i].name));
        ISO_TRY(iso_array_check(a, r->opt->axes, file->size, what.text));
        if (iso_array_bytes(a) != t[i].end - t[i].begin)
            ISO_FAIL(ISO_EFORMAT, "%s: its shape takes %" PRId64 " bytes, its offsets %" PRId64,
                     what.text, iso_array_bytes(a), t[i].end - t[i].begin);
        ISO_TRY(iso_array_set_add(&r->set, t[i].name, a, 0));
    }
    if (passed && r->set.count == 0)
        ISO_FAIL(ISO_EFORMAT,
                 "%s: holds no matrix of floats: \"%s\" is %s of %d axes; F16, BF16, F32 and F64 "
                 "of 2 or 3 axes are read",
                 file->path, passed->name, passed->type, passed->array.rank);
    if (r->set.count == 0)
        ISO_FAIL(ISO_EFORMAT, "%s: holds no tensor%s%s", file->path, wanted ? " " : "",
                 wanted ? wanted : "");
done:
    iso_buf_free(&what);
    return err;
}

static iso_err keep_fact(char **out, const iso_json *metadata, const char *name)
{
    const char *text = iso_json_text(iso_json_get(metadata, name));

    return text ? iso_str_dup(out, text, -1) : ISO_OK;
}

static iso_err keep_facts(struct safetensors *r, const iso_json *metadata)
{
    iso_err err = ISO_OK;

    ISO_TRY(keep_fact(&r->model, metadata, "model"));
    ISO_TRY(keep_fact(&r->pooling, metadata, "pooling"));
    ISO_TRY(keep_fact(&r->source, metadata, "source"));
    r->base.info = (iso_states_info){.model = r->model, .pooling = r->pooling, .source = r->source};
done:
    return err;
}

static iso_err safetensors_open(iso_reader **out, const iso_file *file, const char *dataset,
                                const iso_states_opt *opt)
{
    struct safetensors *r = NULL;
    struct tensor *tensors = NULL;
    iso_json *root = NULL;
    int64_t data = 0, count = 0;
    iso_err err = ISO_OK;

    if (file->size <= PREFIX)
        ISO_FAIL(ISO_EFORMAT, "%s: has %" PRId64 " bytes, less than any safetensors file",
                 file->path, file->size);
    ISO_TRY(read_header(&root, &data, file));
    ISO_TRY(list_tensors(&tensors, &count, root, file->size - data, file->path));
    for (int64_t i = 0; i < count; i++) {
        tensors[i].array.file = file;
        tensors[i].array.offset = data + tensors[i].begin;
    }
    ISO_TRY(iso_alloc(&r, 1, sizeof *r));
    r->opt = opt;
    ISO_TRY(
        take_matrices(r, tensors, count, dataset && *dataset == '/' ? dataset + 1 : dataset, file));
    ISO_TRY(iso_array_set_finish(&r->set, opt, file->path));
    ISO_TRY(keep_facts(r, iso_json_get(root, "__metadata__")));
    r->base.entry_count = r->set.entry_count;
    r->base.entries = r->set.entries;
    r->base.rows = safetensors_rows;
    r->base.close = safetensors_close;
    *out = &r->base;
    r = NULL;
done:
    if (r)
        safetensors_close(&r->base);
    iso_free(tensors);
    iso_json_free(root);
    return err;
}

const iso_driver iso_driver_safetensors = {
    .name = "safetensors", .matrix = true, .probe = safetensors_probe, .open = safetensors_open};
