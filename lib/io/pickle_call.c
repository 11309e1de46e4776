/* The names that a pickle may ask for, and what stands for their calls. */
#include <inttypes.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/io/pickle_inside.h"

static const iso_pickle_type types[] = {
    {"FloatStorage", "float32", "F32", 4, true, ISO_F32},
    {"HalfStorage", "float16", "F16", 2, true, ISO_F16},
    {"BFloat16Storage", "bfloat16", "BF16", 2, true, ISO_BF16},
    {"DoubleStorage", "float64", "F64", 8, true, ISO_F64},
    {"LongStorage", "int64", "I64", 8, .floats = false},
    {"IntStorage", "int32", "I32", 4, .floats = false},
    {"ShortStorage", "int16", "I16", 2, .floats = false},
    {"CharStorage", "int8", "I8", 1, .floats = false},
    {"ByteStorage", "uint8", "U8", 1, .floats = false},
    {"BoolStorage", "bool", "BOOL", 1, .floats = false},
    {NULL, "uint16", "U16", 2, .floats = false},
    {NULL, "uint32", "U32", 4, .floats = false},
    {NULL, "uint64", "U64", 8, .floats = false},
    {NULL, "float8_e4m3fn", "F8_E4M3", 1, .floats = false},
    {NULL, "float8_e5m2", "F8_E5M2", 1, .floats = false},
    {"ComplexFloatStorage", "complex64", "C64", 8, .floats = false},
    {"ComplexDoubleStorage", "complex128", "C128", 16, .floats = false},
};

enum { TYPES = sizeof types / sizeof *types };

enum what { ORDERED, DEFAULT, TENSOR, TENSOR_TYPED, PARAMETER, SIZE, DEVICE, BYTES, INERT };

static const struct {
    const char *module, *name;
    enum what what;
} names[] = {
    {"collections", "OrderedDict", ORDERED},
    {"collections", "defaultdict", DEFAULT},
    {"torch._utils", "_rebuild_tensor", TENSOR},
    {"torch._utils", "_rebuild_tensor_v2", TENSOR},
    {"torch._utils", "_rebuild_tensor_v3", TENSOR_TYPED},
    {"torch._utils", "_rebuild_parameter", PARAMETER},
    {"torch._utils", "_rebuild_parameter_with_state", PARAMETER},
    {"torch", "Size", SIZE},
    {"torch", "device", DEVICE},
    {"torch.storage", "UntypedStorage", BYTES},
    {"builtins", "list", INERT}, /* of a defaultdict: not called */
    {"builtins", "dict", INERT},
    {"__builtin__", "list", INERT},
    {"__builtin__", "dict", INERT},
};

enum { KNOWN = sizeof names / sizeof *names, STORAGE = KNOWN, DTYPE = KNOWN + TYPES };

/* What stands for a call of it. */
static enum what what_of(iso_pickle_value v)
{
    return v.is == ISO_PICKLED_NAME && v.of < KNOWN ? names[v.of].what : INERT;
}

/* What the person may do who saved something of that module. */
static const char *way_out(const char *module)
{
    static const struct {
        const char *begin, *says;
    } ways[] = {
        {"numpy", "Save arrays with numpy.savez(FILE, en=X), or as torch.from_numpy(X)"},
        {"transformers.modeling_outputs",
         "Of a model's output save the tensors: torch.save({\"hidden_states\": out.hidden_states, "
         "\"attention_mask\": mask}, FILE)"},
        {"torch.nn", "Of a model save the weights: torch.save(model.state_dict(), FILE)"},
        {"__torch__", "Of a model save the weights: torch.save(model.state_dict(), FILE)"},
    };

    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        if (strncmp(module, ways[i].begin, strlen(ways[i].begin)) == 0)
            return ways[i].says;
    }
    return "Save those alone, as torch.save({\"en\": X}, FILE) or torch.save(model.state_dict(), "
           "FILE) in Python";
}

iso_err iso_pickle_name(int64_t *out, const char *module, const char *name, const char *path)
{
    for (int i = 0; i < KNOWN; i++) {
        if (strcmp(names[i].module, module) == 0 && strcmp(names[i].name, name) == 0) {
            *out = i;
            return ISO_OK;
        }
    }
    for (int i = 0; strcmp(module, "torch") == 0 && i < TYPES; i++) {
        if (iso_str_same(types[i].storage, name) || strcmp(types[i].dtype, name) == 0) {
            *out = iso_str_same(types[i].storage, name) ? STORAGE + i : DTYPE + i;
            return ISO_OK;
        }
    }
    return iso_fail(ISO_EFORMAT,
                    "%s: asks for %.60s.%.60s; nothing was run: only tensors in dicts, lists and "
                    "tuples are read. %s",
                    path, module, name, way_out(module));
}

/* The type that a name says, from STORAGE or DTYPE on; NULL: none. */
static const iso_pickle_type *type_of(iso_pickle_value v, int64_t from)
{
    return v.is == ISO_PICKLED_NAME && v.of >= from && v.of < from + TYPES ? &types[v.of - from]
                                                                           : NULL;
}

/* --- Storages ------------------------------------------------------------------------------- */

iso_err iso_pickle_storage_of(struct pickling *r, iso_pickle_items id)
{
    const iso_pickle_value *at = id.at;
    iso_pickle *p = &r->p;
    iso_err err = ISO_OK;

    if (id.count < 5 || id.count > 6 || !iso_str_same(iso_pickle_text(p, at[0]), "storage") ||
        !iso_pickle_text(p, at[2]) || at[4].is != ISO_PICKLED_INT || at[4].of < 0)
        return iso_pickle_strange(r, "a reference to numbers");
    if (id.count == 6 && at[5].is != ISO_PICKLED_NONE)
        return iso_fail(ISO_EUNSUP,
                        "%s: has views of storages, as torch wrote before 0.4; load and save it "
                        "once with a newer one",
                        r->path);
    const iso_pickle_storage s = {at[2].of, type_of(at[1], STORAGE), at[4].of};
    if (!s.type && what_of(at[1]) != BYTES)
        return iso_pickle_strange(r, "the type of numbers");
    if (p->storage_count == p->storage_room) {
        const int64_t room = p->storage_room ? 2 * p->storage_room : 64;
        ISO_TRY(iso_realloc(&p->storages, p->storage_count, room, sizeof *p->storages));
        p->storage_room = room;
    }
    ISO_TRY(iso_pickle_push(r, ISO_PICKLED_STORAGE, p->storage_count));
    p->storages[p->storage_count++] = s;
done:
    return err;
}

/* --- Tensors ---------------------------------------------------------------------------------- */

static iso_err read_lengths(int64_t *to, int *count, const struct pickling *r, iso_pickle_value v)
{
    if (v.is != ISO_PICKLED_TUPLE)
        return iso_pickle_strange(r, "a tensor's shape");
    const iso_pickle_items *list = &r->p.items[v.of];
    if (list->count > ISO_PICKLE_RANK)
        return iso_fail(ISO_EUNSUP, "%s: has a tensor of %" PRId64 " axes; at most %d are read",
                        r->path, list->count, ISO_PICKLE_RANK);
    for (int64_t i = 0; i < list->count; i++) {
        if (list->at[i].is != ISO_PICKLED_INT || list->at[i].of < 0)
            return iso_pickle_strange(r, "a tensor's shape");
        to[i] = list->at[i].of;
    }
    *count = (int)list->count;
    return ISO_OK;
}

/* That all numbers lie in the storage's `count`, and are no more than those. */
static bool lies_within(const iso_pickle_tensor *t, int64_t count)
{
    int64_t numbers = 1, last = t->first;

    for (int i = 0; i < t->rank; i++) {
        if (t->shape[i] == 0)
            return t->first <= count;
    }
    for (int i = 0; i < t->rank; i++) {
        if (t->shape[i] > count / numbers)
            return false;
        numbers *= t->shape[i];
        if (t->shape[i] > 1 && t->stride[i] > count / (t->shape[i] - 1))
            return false;
        last += t->shape[i] > 1 ? t->stride[i] * (t->shape[i] - 1) : 0; /* at most 8 counts */
        if (last >= count)
            return false;
    }
    return last < count;
}

/* A view may be of numbers that are to be negated first, or conjugated. */
static iso_err check_plain(const struct pickling *r, iso_pickle_value about)
{
    const iso_pickle_items *list = about.is == ISO_PICKLED_DICT ? &r->p.items[about.of] : NULL;

    for (int64_t i = 1; list && i < list->count; i += 2) {
        if (list->at[i].is != ISO_PICKLED_BOOL || list->at[i].of != 0)
            return iso_fail(ISO_EFORMAT,
                            "%s: has a view whose numbers are negated; save X.resolve_neg()",
                            r->path);
    }
    return ISO_OK;
}

static iso_err make_tensor(struct pickling *r, const iso_pickle_items *a, bool typed)
{
    iso_pickle *p = &r->p;
    iso_pickle_tensor t = {0};
    int strides = 0;
    iso_err err = ISO_OK;

    const int about = typed ? 7 : 6; /* the place of what is known besides */
    if (a->count < (typed ? 7 : 4) || a->count > about + 1 || a->at[0].is != ISO_PICKLED_STORAGE ||
        a->at[1].is != ISO_PICKLED_INT || a->at[1].of < 0)
        return iso_pickle_strange(r, "a tensor");
    if (a->count > about)
        ISO_TRY(check_plain(r, a->at[about]));
    const iso_pickle_storage *s = &p->storages[a->at[0].of];
    t.storage = a->at[0].of;
    t.first = a->at[1].of;
    t.type = typed ? type_of(a->at[6], DTYPE) : s->type;
    if (!t.type || (typed && s->type))
        return iso_pickle_strange(r, "a tensor's type");
    ISO_TRY(read_lengths(t.shape, &t.rank, r, a->at[2]));
    ISO_TRY(read_lengths(t.stride, &strides, r, a->at[3]));
    if (strides != t.rank)
        return iso_pickle_strange(r, "a tensor's shape");
    const int64_t count = typed ? s->count / t.type->size : s->count;
    if (count > INT64_MAX / 64 || t.first > count || !lies_within(&t, count))
        return iso_fail(ISO_EFORMAT,
                        "%s: has a tensor of more numbers than the %" PRId64 " that it lies in; of "
                        "a tensor that was expanded save X.contiguous()",
                        r->path, count);
    if (p->tensor_count == p->tensor_room) {
        const int64_t room = p->tensor_room ? 2 * p->tensor_room : 64;
        ISO_TRY(iso_realloc(&p->tensors, p->tensor_count, room, sizeof *p->tensors));
        p->tensor_room = room;
    }
    ISO_TRY(iso_pickle_push(r, ISO_PICKLED_TENSOR, p->tensor_count));
    p->tensors[p->tensor_count++] = t;
done:
    return err;
}

/* --- Calls ------------------------------------------------------------------------------- */

iso_err iso_pickle_call(struct pickling *r, iso_pickle_value name, iso_pickle_items a)
{
    const iso_pickle_value first = a.count > 0 ? a.at[0] : (iso_pickle_value){0};

    switch (what_of(name)) {
    case ORDERED:
    case DEFAULT: /* its argument would make values that are missing */
        if (a.count > (what_of(name) == DEFAULT))
            break;
        return iso_pickle_empty(r, ISO_PICKLED_DICT);
    case TENSOR:
    case TENSOR_TYPED:
        return make_tensor(r, &a, what_of(name) == TENSOR_TYPED);
    case PARAMETER:
        if (first.is != ISO_PICKLED_TENSOR)
            break;
        return iso_pickle_push(r, first.is, first.of);
    case SIZE:
        if (first.is != ISO_PICKLED_TUPLE)
            break;
        return iso_pickle_push(r, first.is, first.of);
    case DEVICE:
        return iso_pickle_push(r, ISO_PICKLED_OTHER, 0);
    case BYTES:
    case INERT:
        break;
    }
    return iso_pickle_strange(r, "a call");
}
