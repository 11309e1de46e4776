/* zarr, versions 2 and 3: a folder that is an array or a group of them, each in chunks, a file
 * each. Chunks are read as they lie; compressed ones are refused with the command that unpacks
 * them. */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/io/array_set.h"
#include "lib/io/folder.h"
#include "lib/io/reader.h"
#include "lib/io/spill.h"
#include "lib/io/unread.h"

enum { META_MOST = 1 << 20, RANK = 4, DEEPEST = 6, ARRAYS_MOST = 1 << 16, KEY = 128 };

struct node {
    char *folder, *name; /* of an array; its name within the store */
    int64_t chunk[RANK];
    char separator;
    bool prefixed; /* chunks are called c/0/0 */
    iso_array array;
};

struct store {
    iso_reader base;
    const iso_file *file;
    const iso_states_opt *opt;
    struct node *nodes;
    int count, room;
    int64_t bytes;
    iso_array_set set;  /* tag: the node */
    iso_spill **packed; /* by node: its numbers in C order, once they are asked for */
};

static void store_close(iso_reader *self)
{
    struct store *s = (struct store *)self;

    for (int i = 0; i < s->count; i++) {
        iso_free(s->nodes[i].folder);
        iso_free(s->nodes[i].name);
        if (s->packed)
            iso_spill_free(s->packed[i]);
    }
    iso_array_set_free(&s->set);
    iso_free(s->packed);
    iso_free(s->nodes);
    iso_free(s);
}

/* What an array says of itself ------------------------------------------------------------ */

static iso_err lengths(int64_t out[RANK], int *rank, const iso_json *list, const char *what,
                       const char *folder)
{
    *rank = 0;
    for (const iso_json *n = iso_json_first(list); n; n = iso_json_next(n)) {
        if (*rank == RANK)
            return iso_fail(ISO_EUNSUP, "%s: has more than %d axes", folder, RANK);
        if (!iso_json_int(&out[*rank], n) || out[*rank] < 1)
            return iso_fail(ISO_EFORMAT, "%s: its %s holds no lengths", folder, what);
        ++*rank;
    }
    return ISO_OK;
}

static iso_err find_type(iso_array *a, const char *type, const char *folder)
{
    static const struct {
        const char *name;
        iso_dtype dtype;
    } types[] = {{"<f2", ISO_F16},      {"<f4", ISO_F32},     {"<f8", ISO_F64},
                 {"float16", ISO_F16},  {"float32", ISO_F32}, {"float64", ISO_F64},
                 {"bfloat16", ISO_BF16}};

    for (size_t i = 0; type && i < sizeof types / sizeof *types; i++) {
        if (strcmp(types[i].name, type) == 0) {
            a->dtype = types[i].dtype;
            return ISO_OK;
        }
    }
    return iso_fail(ISO_EUNSUP, "%s: holds %.40s", folder, type ? type : "records");
}

static iso_err read_v2(struct node *n, int *ranks, const char **packed, const iso_json *meta)
{
    const iso_json *by = iso_json_get(meta, "compressor");
    const char *sign = iso_json_text(iso_json_get(meta, "dimension_separator"));
    const char *order = iso_json_text(iso_json_get(meta, "order"));
    iso_err err = ISO_OK;

    ISO_TRY(lengths(n->chunk, &ranks[1], iso_json_get(meta, "chunks"), "chunks", n->folder));
    ISO_TRY(find_type(&n->array, iso_json_text(iso_json_get(meta, "dtype")), n->folder));
    n->separator = sign && *sign == '/' ? '/' : '.';
    if (iso_json_is(by) == ISO_JSON_OBJECT)
        *packed = iso_json_text(iso_json_get(by, "id"));
    else if (iso_json_count(iso_json_get(meta, "filters")) > 0)
        *packed = "filters";
    else if (order && *order == 'F')
        *packed = "Fortran order";
done:
    return err;
}

static iso_err read_v3(struct node *n, int *ranks, const char **packed, const iso_json *meta)
{
    const iso_json *grid = iso_json_get(iso_json_get(meta, "chunk_grid"), "configuration");
    const iso_json *keys = iso_json_get(meta, "chunk_key_encoding");
    const char *way = iso_json_text(iso_json_get(keys, "name"));
    const char *sign =
        iso_json_text(iso_json_get(iso_json_get(keys, "configuration"), "separator"));
    iso_err err = ISO_OK;

    ISO_TRY(
        lengths(n->chunk, &ranks[1], iso_json_get(grid, "chunk_shape"), "chunk_shape", n->folder));
    ISO_TRY(find_type(&n->array, iso_json_text(iso_json_get(meta, "data_type")), n->folder));
    n->prefixed = !way || strcmp(way, "v2") != 0;
    n->separator = sign ? *sign : n->prefixed ? '/' : '.';
    for (const iso_json *c = iso_json_first(iso_json_get(meta, "codecs")); c;
         c = iso_json_next(c)) {
        const char *name = iso_json_text(iso_json_get(c, "name"));
        const char *order = iso_json_text(iso_json_get(iso_json_get(c, "configuration"), "endian"));
        if (!name || strcmp(name, "bytes") != 0)
            *packed = name ? name : "a codec without a name";
        else if (order && strcmp(order, "little") != 0)
            *packed = "big-endian";
    }
done:
    return err;
}

static iso_err read_node(struct node *n, const iso_json *meta, bool third)
{
    const char *packed = NULL;
    int ranks[2] = {0};
    iso_err err = ISO_OK;

    ISO_TRY(lengths(n->array.shape, &ranks[0], iso_json_get(meta, "shape"), "shape", n->folder));
    ISO_TRY(third ? read_v3(n, ranks, &packed, meta) : read_v2(n, ranks, &packed, meta));
    if (packed)
        return iso_unread_zarr(n->folder, packed);
    if (ranks[0] != ranks[1])
        ISO_FAIL(ISO_EFORMAT, "%s: has %d axes, its chunks %d", n->folder, ranks[0], ranks[1]);
    n->array.rank = ranks[0];
done:
    return err;
}

/* The tree of folders --------------------------------------------------------------------- */

static iso_err add_array(struct store *s, const char *folder, const char *name,
                         const iso_json *meta, bool third)
{
    struct node n = {0};
    iso_err err = ISO_OK;

    if (s->count == ARRAYS_MOST)
        ISO_FAIL(ISO_EFORMAT, "%s: holds more than %d arrays", s->file->path, ARRAYS_MOST);
    ISO_TRY(iso_str_dup(&n.folder, folder, -1));
    ISO_TRY(iso_str_dup(&n.name, name, -1));
    err = read_node(&n, meta, third);
    if (err == ISO_EUNSUP) { /* numbers that are no states */
        err = ISO_OK;
        goto done;
    }
    ISO_TRY(err);
    if (s->count == s->room) {
        const int room = s->room ? 2 * s->room : 16;
        ISO_TRY(iso_realloc(&s->nodes, s->count, room, sizeof *s->nodes));
        s->room = room;
    }
    s->nodes[s->count++] = n;
    n = (struct node){0};
done:
    iso_free(n.folder);
    iso_free(n.name);
    return err;
}

static iso_err look_at(struct store *s, const char *folder, const char *name, int deep);

static iso_err look_below(struct store *s, const char *folder, const char *name, int deep)
{
    DIR *dir = opendir(folder);
    iso_buf inner = {0};
    char *path = NULL;
    iso_err err = ISO_OK;

    if (!dir)
        ISO_FAIL(ISO_EIO, "%s: %s", folder, strerror(errno));
    for (const struct dirent *e; (e = readdir(dir));) {
        if (*e->d_name == '.')
            continue;
        ISO_TRY(iso_folder_path(&path, folder, e->d_name));
        inner.len = 0;
        ISO_TRY(iso_buf_printf(&inner, "%s%s%s", name, *name ? "/" : "", e->d_name));
        if (iso_folder_is(path))
            ISO_TRY(look_at(s, path, inner.text, deep + 1));
        iso_free(path);
        path = NULL;
    }
done:
    if (dir)
        (void)closedir(dir);
    iso_buf_free(&inner);
    iso_free(path);
    return err;
}

/* An array, a group, or a folder that is neither. */
static iso_err look_at(struct store *s, const char *folder, const char *name, int deep)
{
    const bool third = iso_folder_has(folder, "zarr.json");
    const bool array = iso_folder_has(folder, ".zarray");
    iso_json *meta = NULL;
    iso_err err = ISO_OK;

    if (deep > DEEPEST || !(third || array || iso_folder_has(folder, ".zgroup")))
        return ISO_OK;
    if (third || array)
        ISO_TRY(iso_folder_json(&meta, folder, third ? "zarr.json" : ".zarray", META_MOST));
    if (array || (third && iso_str_same(iso_json_text(iso_json_get(meta, "node_type")), "array")))
        ISO_TRY(add_array(s, folder, name, meta, third));
    else
        ISO_TRY(look_below(s, folder, name, deep));
done:
    iso_json_free(meta);
    return err;
}

/* Chunks ----------------------------------------------------------------------------------- */

static iso_err open_chunk(iso_file **out, const struct node *n, const int64_t at[RANK],
                          int64_t bytes)
{
    char key[KEY] = "";
    char *path = NULL;
    int used = n->prefixed ? snprintf(key, KEY, "c%c", n->separator) : 0;
    iso_file *file = NULL;
    iso_err err = ISO_OK;

    for (int i = 0; i < n->array.rank && used < KEY - 24; i++)
        used += snprintf(key + used, (size_t)(KEY - used), "%s%" PRId64,
                         i ? (char[]){n->separator, '\0'} : "", at[i]);
    ISO_TRY(iso_folder_path(&path, n->folder, key));
    if (!iso_folder_has(n->folder, key))
        ISO_FAIL(ISO_EFORMAT,
                 "%s: is missing; zarr leaves out chunks that hold nothing but its fill_value, "
                 "unless write_empty_chunks is set",
                 path);
    ISO_TRY(iso_file_open(&file, path));
    if (file->size != bytes)
        ISO_FAIL(ISO_EFORMAT, "%s: has %" PRId64 " bytes, a chunk %" PRId64, path, file->size,
                 bytes);
    *out = file;
    file = NULL;
done:
    iso_file_close(file);
    iso_free(path);
    return err;
}

/* Copies a chunk's rows along the last axis to where they are in the array. */
static iso_err put_chunk(iso_spill *to, const struct node *n, const int64_t at[RANK],
                         const char *bytes)
{
    const iso_array *a = &n->array;
    const int last = a->rank - 1;
    const int64_t size = (int64_t)iso_dtype_size(a->dtype), from = at[last] * n->chunk[last];
    const int64_t left = a->shape[last] - from, run = left < n->chunk[last] ? left : n->chunk[last];
    int64_t rows = 1;
    iso_err err = ISO_OK;

    for (int i = 0; i < last; i++)
        rows *= n->chunk[i];
    for (int64_t r = 0; r < rows; r++) {
        int64_t rest = r, place = 0, step = a->shape[last];
        bool inside = true;
        for (int i = last - 1; i >= 0; i--) {
            const int64_t index = at[i] * n->chunk[i] + rest % n->chunk[i];
            rest /= n->chunk[i];
            inside = inside && index < a->shape[i];
            place += index * step;
            step *= a->shape[i];
        }
        const iso_view row = {bytes + r * n->chunk[last] * size, run, 1, 1, a->dtype};
        if (inside)
            ISO_TRY(iso_spill_put(to, 0, place + from, row));
    }
done:
    return err;
}

/* The next chunk, in C order; false after the last one. */
static bool next_chunk(int64_t at[RANK], const struct node *n)
{
    for (int i = n->array.rank - 1; i >= 0; i--) {
        if (++at[i] * n->chunk[i] < n->array.shape[i])
            return true;
        at[i] = 0;
    }
    return false;
}

static iso_err pack(iso_spill **out, const struct store *s, const struct node *n)
{
    int64_t at[RANK] = {0}, count = 1, numbers = 1, done = 0;
    const int64_t size = (int64_t)iso_dtype_size(n->array.dtype);
    iso_spill *spill = NULL;
    iso_file *file = NULL;
    char *bytes = NULL;
    iso_err err = ISO_OK;

    for (int i = 0; i < n->array.rank; i++) {
        numbers *= n->array.shape[i];
        if (n->chunk[i] > iso_run_mem(s->opt->run) / size / count)
            ISO_FAIL(ISO_ENOMEM, "%s: a chunk of it takes more than " ISO_FIELD(mem), n->folder);
        count *= n->chunk[i];
    }
    ISO_TRY(iso_alloc(&bytes, count, (size_t)size));
    ISO_TRY(open_chunk(&file, n, at, count * size)); /* before room is set aside */
    ISO_TRY(iso_spill_new(&spill, 1, numbers, 1, n->array.dtype, s->opt->run));
    do {
        ISO_TRY(iso_run_step(s->opt->run, "reading chunks", done, numbers * size, "bytes"));
        if (!file)
            ISO_TRY(open_chunk(&file, n, at, count * size));
        ISO_TRY(iso_file_read(file, 0, bytes, count * size));
        ISO_TRY(put_chunk(spill, n, at, bytes));
        iso_file_close(file);
        file = NULL;
        done += count * size;
    } while (next_chunk(at, n));
    *out = spill;
    spill = NULL;
done:
    iso_spill_free(spill);
    iso_file_close(file);
    iso_free(bytes);
    return err;
}

/* Array `i` of the set, packed. */
static iso_err array_at(iso_array *out, void *self, int i)
{
    struct store *s = self;
    const int node = s->set.at[i].tag;
    iso_array a = s->set.at[i].array;
    iso_err err = ISO_OK;

    if (!s->packed[node])
        ISO_TRY(pack(&s->packed[node], s, &s->nodes[node]));
    iso_spill_where(&a.memory, &a.file, s->packed[node]);
    *out = a;
done:
    return err;
}

static iso_err store_rows(iso_reader *self, int entry, iso_rows **out)
{
    struct store *s = (struct store *)self;

    return iso_array_set_rows(out, &s->set, entry, array_at, s, s->opt->run);
}

/* The reader -------------------------------------------------------------------------------- */

static int64_t add_bytes(int64_t a, int64_t b)
{
    return a > INT64_MAX - b ? INT64_MAX : a + b;
}

static iso_err take_arrays(struct store *s)
{
    iso_err err = ISO_OK;

    for (int i = 0; i < s->count; i++) {
        const struct node *n = &s->nodes[i];
        if (n->array.rank < 2)
            continue;
        const int before = s->set.count;
        ISO_TRY(iso_array_set_take(&s->set, n->name, &n->array, INT64_MAX, s->opt, n->folder, i));
        if (s->set.count > before)
            s->bytes = add_bytes(s->bytes, iso_array_bytes(&n->array));
    }
    ISO_TRY(iso_array_set_any(&s->set, s->file->path));
    if (s->set.count == 0)
        ISO_FAIL(ISO_EFORMAT, "%s: holds no array of f16, f32 or f64 of 2 or 3 axes",
                 s->file->path);
done:
    return err;
}

static iso_err store_open(iso_reader **out, const iso_file *file, const char *dataset,
                          const iso_states_opt *opt)
{
    struct store *s = NULL;
    iso_err err = ISO_OK;

    ISO_NEED(!dataset, "%s: name the folder of the array instead of %s", file->path, dataset);
    ISO_TRY(iso_alloc(&s, 1, sizeof *s));
    s->file = file;
    s->opt = opt;
    ISO_TRY(look_at(s, file->path, "", 0));
    ISO_TRY(iso_alloc(&s->packed, s->count, sizeof(iso_spill *)));
    ISO_TRY(take_arrays(s));
    ISO_TRY(iso_array_set_finish(&s->set, opt, file->path));
    s->base = (iso_reader){.entry_count = s->set.entry_count,
                           .entries = s->set.entries,
                           .langs = s->set.langs,
                           .lang_count = s->set.lang_count,
                           .read_as = s->set.read_as,
                           .bytes = s->bytes,
                           .rows = store_rows,
                           .close = store_close};
    *out = &s->base;
    s = NULL;
done:
    if (s)
        store_close(&s->base);
    return err;
}

static bool store_probe(const iso_head *head)
{
    (void)head;
    return false;
}

static bool store_probe_folder(const iso_head *head)
{
    const char *path = head->file->path;

    return iso_folder_has(path, "zarr.json") || iso_folder_has(path, ".zarray") ||
           iso_folder_has(path, ".zgroup");
}

const iso_driver iso_driver_zarr = {.name = "zarr",
                                    .matrix = true,
                                    .probe = store_probe,
                                    .open = store_open,
                                    .probe_folder = store_probe_folder};
