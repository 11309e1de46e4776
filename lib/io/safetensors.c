/* Files of named tensors: safetensors (the length of a JSON header, the header, then packed
 * little-endian tensors), and torch.save (lib/io/torch_list.h). */
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/io/array_set.h"
#include "lib/io/npz_member.h"
#include "lib/io/reader.h"
#include "lib/io/torch_list.h"

enum { DEEPEST = 4 }; /* axes: layers, sentences, tokens, dims */

struct safetensors {
    iso_reader base;
    iso_array_set set; /* tag: the member of a zip archive, or -1 */
    const iso_file *file;
    const iso_states_opt *opt;
    char *model, *pooling, *source;
    iso_npz *zip; /* open once a member was asked for */
    bool *right;  /* by member: its checksum was right */
};

/* A length below 2^40 and a brace: whether they are right is for open() to say. */
static bool safetensors_probe(const iso_head *head)
{
    return head->count > ISO_TENSOR_PREFIX && head->bytes[ISO_TENSOR_PREFIX] == '{' &&
           iso_tensor_list_claim(head->bytes) >> 40 == 0;
}

/* Numbers in a zip archive are read in place once their checksum was found right. */
static iso_err check_member(struct safetensors *r, int member)
{
    iso_err err = ISO_OK;

    if (member < 0)
        return ISO_OK;
    if (!r->zip) {
        ISO_TRY(iso_npz_open(&r->zip, r->file, r->opt->run));
        ISO_TRY(iso_alloc(&r->right, iso_npz_count(r->zip), sizeof *r->right));
    }
    ISO_NEED(r->right && member < iso_npz_count(r->zip), "%s: was changed while it is read",
             r->file->path);
    if (!r->right[member])
        ISO_TRY(iso_npz_check(r->zip, member));
    r->right[member] = true;
done:
    return err;
}

static iso_err array_at(iso_array *out, void *self, int i)
{
    struct safetensors *r = self;

    *out = r->set.at[i].array;
    return check_member(r, r->set.at[i].tag);
}

static iso_err safetensors_rows(iso_reader *self, int entry, iso_rows **out)
{
    struct safetensors *r = (struct safetensors *)self;

    return iso_array_set_rows(out, &r->set, entry, array_at, r, r->opt->run);
}

static void safetensors_close(iso_reader *self)
{
    struct safetensors *r = (struct safetensors *)self;

    iso_array_set_free(&r->set);
    iso_npz_close(r->zip);
    iso_free(r->right);
    iso_free(r->model);
    iso_free(r->pooling);
    iso_free(r->source);
    iso_free(r);
}

static iso_array array_of(const iso_tensor_entry *t, const iso_file *file)
{
    iso_array a = {.file = file,
                   .offset = t->offset,
                   .dtype = t->dtype,
                   .strided = t->strided,
                   .rank = t->rank};

    memcpy(a.shape, t->shape, (size_t)t->rank * sizeof *a.shape);
    memcpy(a.stride, t->stride, (size_t)t->rank * sizeof *a.stride);
    return a;
}

static bool is_mask(const iso_tensor_entry *t)
{
    return t->rank == 2 && !t->strided && iso_mask_named(t->name) &&
           iso_mask_bytes(t->type, t->shape[0], t->shape[1]) > 0;
}

/* Attention masks come first, for the arrays that they are of. */
static iso_err take_masks(struct safetensors *r, const iso_tensor_list *list, const iso_file *file)
{
    iso_token_mask mask = {0};
    iso_buf what = {0};
    char *bytes = NULL;
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < list->count; i++) {
        const iso_tensor_entry *t = &list->at[i];
        if (t->rank != 2 && t->rank <= ISO_TENSOR_RANK && iso_mask_named(t->name))
            iso_array_set_see_mask(&r->set, t->name, t->shape, t->rank);
        const int64_t size = is_mask(t) ? iso_mask_bytes(t->type, t->shape[0], t->shape[1]) : 0;
        if (size == 0 || t->offset > file->size - size)
            continue;
        ISO_TRY(check_member(r, t->member));
        ISO_TRY(iso_alloc(&bytes, size, 1));
        ISO_TRY(iso_file_read(file, t->offset, bytes, size));
        what.len = 0;
        ISO_TRY(iso_buf_printf(&what, "%s: %s", file->path, t->name));
        ISO_TRY(iso_mask_make(&mask, t->name, t->shape[0], t->shape[1], bytes, t->type, what.text));
        ISO_TRY(iso_array_set_mask(&r->set, &mask));
        iso_free(bytes);
        bytes = NULL;
    }
done:
    iso_mask_free(&mask);
    iso_buf_free(&what);
    iso_free(bytes);
    return err;
}

/* The tensor called so, or those in the folder of that name. */
static bool lies_in(const char *name, const char *wanted)
{
    const size_t len = strlen(wanted);

    return strncmp(name, wanted, len) == 0 && (!name[len] || name[len] == '/' || name[len] == '.');
}

/* Takes the tensors that are matrices of floats; the rest (biases, indices) is ignored, unless
 * nothing is left. `wanted` is the one tensor or folder to take, or NULL. */
static iso_err take_matrices(struct safetensors *r, const iso_tensor_list *list, const char *wanted,
                             const iso_file *file)
{
    const iso_tensor_entry *passed = NULL;
    iso_buf what = {0};
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < list->count; i++) {
        const iso_tensor_entry *t = &list->at[i];
        if (wanted && !lies_in(t->name, wanted))
            continue;
        if (!t->floats || t->rank < 2 || is_mask(t)) {
            passed = t;
            continue;
        }
        if (t->rank > DEEPEST) {
            iso_too_deep_add(&r->set.deep, t->name);
            continue;
        }
        iso_array a = array_of(t, file);
        what.len = 0;
        ISO_TRY(iso_buf_printf(&what, "%s%s%s", file->path, *t->name ? ": " : "", t->name));
        ISO_TRY(iso_array_set_take(&r->set, t->name, &a, file->size, r->opt, what.text, t->member));
    }
    ISO_TRY(iso_array_set_any(&r->set, file->path));
    if (passed && r->set.count == 0)
        ISO_FAIL(ISO_EFORMAT,
                 "%s: holds no matrix of floats: %s%s%s is %s of %d axes; F16, BF16, F32 and F64 "
                 "of 2 or 3 axes are read%s",
                 file->path, *passed->name ? "\"" : "what it holds", passed->name,
                 *passed->name ? "\"" : "", passed->type, passed->rank,
                 passed->floats && passed->rank == 1
                     ? ": one vector an item is stacked first, as by torch.stack"
                     : "");
    if (r->set.count == 0)
        ISO_FAIL(ISO_EFORMAT, "%s: holds no tensor%s%s", file->path, wanted ? " " : "",
                 wanted ? wanted : "");
done:
    iso_buf_free(&what);
    return err;
}

static iso_err keep_fact(char **out, const iso_tensor_list *list, const char *name)
{
    const char *text = iso_tensor_list_fact(list, name);

    return text ? iso_str_dup(out, text, -1) : ISO_OK;
}

static iso_err keep_facts(struct safetensors *r, const iso_tensor_list *list)
{
    iso_err err = ISO_OK;

    ISO_TRY(keep_fact(&r->model, list, "model"));
    ISO_TRY(keep_fact(&r->pooling, list, "pooling"));
    ISO_TRY(keep_fact(&r->source, list, "source"));
    r->base.info = (iso_states_info){.model = r->model, .pooling = r->pooling, .source = r->source};
done:
    return err;
}

static iso_err open_list(iso_reader **out, const iso_tensor_list *list, const iso_file *file,
                         const char *dataset, const iso_states_opt *opt)
{
    const char *wanted = dataset && *dataset == '/' ? dataset + 1 : dataset;
    struct safetensors *r = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&r, 1, sizeof *r));
    r->file = file;
    r->opt = opt;
    r->set.picked = wanted != NULL;
    r->set.nested = strcmp(list->layout, "torch") == 0;
    ISO_TRY(take_masks(r, list, file));
    ISO_TRY(take_matrices(r, list, wanted, file));
    ISO_TRY(iso_array_set_finish(&r->set, opt, file->path));
    ISO_TRY(keep_facts(r, list));
    r->base.entry_count = r->set.entry_count;
    r->base.entries = r->set.entries;
    r->base.langs = r->set.langs;
    r->base.lang_count = r->set.lang_count;
    r->base.read_as = r->set.read_as;
    r->base.rows = safetensors_rows;
    r->base.close = safetensors_close;
    *out = &r->base;
    r = NULL;
done:
    if (r)
        safetensors_close(&r->base);
    return err;
}

static iso_err safetensors_open(iso_reader **out, const iso_file *file, const char *dataset,
                                const iso_states_opt *opt)
{
    iso_tensor_list list = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_tensor_list_read(&list, file));
    ISO_TRY(open_list(out, &list, file, dataset, opt));
done:
    iso_tensor_list_free(&list);
    return err;
}

static bool torch_probe(const iso_head *head)
{
    return iso_torch_is(head->bytes, head->count);
}

static iso_err torch_open(iso_reader **out, const iso_file *file, const char *dataset,
                          const iso_states_opt *opt)
{
    iso_tensor_list list = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_torch_list_read(&list, file, '/'));
    ISO_TRY(open_list(out, &list, file, dataset, opt));
done:
    iso_tensor_list_free(&list);
    return err;
}

const iso_driver iso_driver_safetensors = {
    .name = "safetensors", .matrix = true, .probe = safetensors_probe, .open = safetensors_open};
const iso_driver iso_driver_torch = {
    .name = "torch", .matrix = true, .probe = torch_probe, .open = torch_open};
