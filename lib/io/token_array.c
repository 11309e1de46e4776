#include "lib/io/token_array.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/linalg/convert.h"

static const struct type {
    const char *name;
    int size;
    bool floats;
    iso_dtype dtype;
} types[] = {{"BOOL", 1, false, ISO_F32}, {"U8", 1, false, ISO_F32},   {"I8", 1, false, ISO_F32},
             {"I16", 2, false, ISO_F32},  {"I32", 4, false, ISO_F32},  {"I64", 8, false, ISO_F32},
             {"F16", 2, true, ISO_F16},   {"BF16", 2, true, ISO_BF16}, {"F32", 4, true, ISO_F32},
             {"F64", 8, true, ISO_F64}};

static const struct type *type_called(const char *name)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (strcmp(types[i].name, name) == 0)
            return &types[i];
    }
    return NULL;
}

/* Where the word begins that makes a name a mask's, or NULL. */
static const char *mask_word(const char *name)
{
    static const char *const words[] = {"attention_mask", "attention-mask", "mask"};
    const size_t n = strlen(name);

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        const size_t m = strlen(words[i]);
        if (n >= m && strcasecmp(name + n - m, words[i]) == 0 &&
            (n == m || strchr("./_-:", name[n - m - 1])))
            return name + n - m;
    }
    return NULL;
}

bool iso_mask_named(const char *name)
{
    return mask_word(name) != NULL;
}

void iso_mask_free(iso_token_mask *mask)
{
    iso_free(mask->name);
    iso_free(mask->lang);
    iso_free(mask->kept);
    iso_free(mask->offsets);
    *mask = (iso_token_mask){0};
}

int64_t iso_mask_bytes(const char *type, int64_t items, int64_t length)
{
    const struct type *t = type_called(type);

    return t && items > 0 && length > 0 && items <= INT64_MAX / 16 / length
               ? t->size * items * length
               : 0;
}

/* 0 or 1, or −1 of a number that is neither. */
static int value_at(const char *bytes, int64_t i, const struct type *t)
{
    const char *at = bytes + i * t->size;
    double number = -1;

    if (t->floats) {
        iso_convert_f64(&number, 1, (iso_view){at, 1, 1, 1, t->dtype});
        return number == 0 ? 0 : number == 1 ? 1 : -1;
    }
    for (int k = 1; k < t->size; k++) {
        if (at[k] != 0)
            return -1;
    }
    return at[0] == 0 || at[0] == 1 ? at[0] : -1;
}

/* The language stands before the word. */
static iso_err set_name(iso_token_mask *m, const char *name)
{
    const char *word = mask_word(name);
    int64_t len = word ? word - name : 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_str_dup(&m->name, name, -1));
    while (len > 0 && strchr("./_-:", name[len - 1]))
        len--;
    if (len > 0)
        ISO_TRY(iso_str_dup(&m->lang, name, len));
done:
    return err;
}

iso_err iso_mask_make(iso_token_mask *out, const char *name, int64_t items, int64_t length,
                      const void *bytes, const char *type, const char *what)
{
    const struct type *t = bytes ? type_called(type) : NULL;
    iso_token_mask m = {.items = items, .length = length};
    iso_err err = ISO_OK;

    ISO_TRY(set_name(&m, name));
    ISO_TRY(iso_alloc(&m.kept, items * length, 1));
    ISO_TRY(iso_alloc(&m.offsets, items + 1, sizeof *m.offsets));
    for (int64_t i = 0; i < items; i++) {
        for (int64_t k = 0; k < length; k++) {
            const int value = t ? value_at(bytes, i * length + k, t) : 1;
            if (value < 0)
                ISO_FAIL(ISO_EFORMAT,
                         "%s: sentence %" PRId64
                         " has a number other than 0 and 1, which say where "
                         "padding and where tokens are",
                         what, i);
            m.kept[i * length + k] = (char)value;
            m.rows += value;
        }
        m.offsets[i + 1] = m.rows;
    }
    *out = m;
    m = (iso_token_mask){0};
done:
    iso_mask_free(&m);
    return err;
}

bool iso_mask_fits(const iso_token_mask *m, const iso_array *a)
{
    if (a->rank == 3)
        return a->shape[0] == m->items && a->shape[1] == m->length;
    return a->rank == 4 && a->shape[2] == m->length &&
           (a->shape[0] == m->items || a->shape[1] == m->items);
}

/* The axis that counts layers, or −1. */
static int layer_axis(const iso_token_mask *m, const iso_array *a, iso_axes asked)
{
    if (a->rank == 3)
        return -1;
    if (a->shape[0] == m->items && a->shape[1] == m->items)
        return asked == ISO_AXES_NLD;
    return a->shape[0] == m->items;
}

int64_t iso_token_layers(const iso_token_mask *m, const iso_array *a, iso_axes asked)
{
    const int axis = layer_axis(m, a, asked);

    return axis < 0 ? 1 : a->shape[axis];
}

iso_err iso_token_flat(iso_array *out, const iso_array *a, int64_t size, const char *what)
{
    iso_array flat = *a;
    iso_err err = ISO_OK;

    if (a->fortran || a->strided)
        ISO_FAIL(ISO_EFORMAT,
                 "%s: holds token rows in another order than C's; save a copy that is "
                 "contiguous",
                 what);
    flat.rank = 2;
    flat.shape[0] = 1;
    for (int i = 0; i + 1 < a->rank; i++) {
        if (a->shape[i] < 1 || a->shape[i] > INT64_MAX / 16 / flat.shape[0])
            ISO_FAIL(ISO_EFORMAT, "%s: axis %d has length %" PRId64, what, i, a->shape[i]);
        flat.shape[0] *= a->shape[i];
    }
    flat.shape[1] = a->shape[a->rank - 1];
    ISO_TRY(iso_array_check(&flat, NULL, size, what));
    *out = flat;
done:
    return err;
}

iso_err iso_token_rows(iso_rows **out, const iso_token_mask *m, const iso_array *a,
                       const iso_array *flat, int64_t layer, iso_axes asked, const iso_run *run)
{
    const int axis = layer_axis(m, a, asked);
    const int64_t layers = iso_token_layers(m, a, asked);
    int64_t *index = NULL, used = 0;
    iso_rows *rows = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&index, m->rows, sizeof *index));
    for (int64_t i = 0; i < m->items; i++) {
        const int64_t block = axis == 0 ? layer * m->items + i : i * layers + layer;
        for (int64_t k = 0; k < m->length; k++) {
            if (m->kept[i * m->length + k])
                index[used++] = block * m->length + k;
        }
    }
    ISO_TRY(iso_array_rows(&rows, flat, 0, run));
    ISO_TRY(iso_rows_pick(out, rows, index, used));
    rows = NULL;
done:
    iso_rows_close(rows);
    iso_free(index);
    return err;
}
