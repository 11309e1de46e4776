#include "lib/io/token_array.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/io/array_pieces.h"
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

/* Which axes count layers (-1: none), items and tokens. */
struct axes {
    int layer, item, token;
};

static bool fits(const iso_token_mask *m, const iso_array *a, struct axes x)
{
    return a->shape[x.item] == m->items && a->shape[x.token] == m->length;
}

/* Those of an array that the mask fits; of two orders that which was asked for, or layers first. */
static bool find_axes(struct axes *out, const iso_token_mask *m, const iso_array *a, iso_axes asked)
{
    static const struct axes flat = {-1, 0, 1}, before = {0, 1, 2}, between = {1, 0, 2},
                             behind = {2, 0, 1};

    if (a->rank == 3) {
        *out = flat;
        return fits(m, a, flat);
    }
    if (a->rank != 4)
        return false;
    const bool items_first = fits(m, a, between) || fits(m, a, behind);
    if (fits(m, a, before) && (asked != ISO_AXES_NLD || !items_first))
        *out = before;
    else
        *out = fits(m, a, between) ? between : behind;
    return fits(m, a, *out);
}

bool iso_mask_fits(const iso_token_mask *m, const iso_array *a)
{
    return find_axes(&(struct axes){0}, m, a, ISO_AXES_OPEN);
}

int iso_token_layer_axis(const iso_token_mask *m, const iso_array *a, iso_axes asked)
{
    struct axes x = {-1, 0, 1};

    (void)find_axes(&x, m, a, asked);
    return x.layer;
}

int64_t iso_token_layers(const iso_token_mask *m, const iso_array *a, iso_axes asked)
{
    const int axis = iso_token_layer_axis(m, a, asked);

    return axis < 0 ? 1 : a->shape[axis];
}

iso_err iso_token_check(const iso_array *a, int64_t size, const char *what)
{
    const int last = a->rank - 1;
    int64_t stride[ISO_ARRAY_RANK_MAX];
    iso_err err = ISO_OK;

    ISO_TRY(iso_array_extent(a, size, what));
    iso_array_strides(stride, a);
    if (a->shape[last] > 1 && stride[last] != 1)
        ISO_FAIL(ISO_EFORMAT,
                 "%s: the numbers of a row do not lie side by side; save a copy that is contiguous",
                 what);
done:
    return err;
}

iso_err iso_token_rows(iso_rows **out, const iso_token_mask *m, const iso_array *a, int64_t layer,
                       iso_axes asked)
{
    iso_array_pieces p = {.array_count = 1, .cols = a->shape[a->rank - 1]};
    int64_t stride[ISO_ARRAY_RANK_MAX];
    struct axes x = {-1, 0, 1};
    iso_err err = ISO_OK;

    (void)find_axes(&x, m, a, asked);
    ISO_TRY(iso_alloc(&p.arrays, 1, sizeof *p.arrays));
    p.arrays[0] = *a;
    iso_array_strides(stride, a);
    for (int64_t i = 0; i < m->items; i++) {
        const int64_t first = i * stride[x.item] + (x.layer < 0 ? 0 : layer * stride[x.layer]);
        const char *kept = m->kept + i * m->length;
        for (int64_t k = 0, run; k < m->length; k += run + 1) { /* tokens that lie together */
            for (run = 0; k + run < m->length && kept[k + run]; run++)
                ;
            ISO_TRY(iso_array_pieces_add(&p, 0, first + k * stride[x.token], stride[x.token], run));
        }
    }
    ISO_TRY(iso_array_pieces_rows(out, &p));
done:
    iso_array_pieces_free(&p);
    return err;
}

const iso_token_mask *iso_mask_of(const iso_token_mask *masks, int count, const iso_array *a,
                                  const char *lang, const char *(*canonical)(const char *code))
{
    const iso_token_mask *any = NULL;

    if (lang && canonical)
        lang = canonical(lang);
    for (int i = 0; i < count; i++) {
        const iso_token_mask *m = &masks[i];
        if (!iso_mask_fits(m, a))
            continue;
        if (iso_str_same(lang, m->lang && canonical ? canonical(m->lang) : m->lang))
            return m;
        any = m->lang ? any : m;
    }
    return any;
}

/* Rows of a sentence each, one token after the other --------------------------------------- */

struct unfolded {
    iso_rows base;
    iso_rows *inner;
    int64_t length; /* tokens of a row of `inner` */
    char *buffer;
    int64_t room;
};

static iso_err unfolded_read(iso_rows *self, int64_t first, int64_t count, iso_view *out)
{
    struct unfolded *u = (struct unfolded *)self;
    const size_t size = (size_t)self->cols * iso_dtype_size(self->dtype);
    iso_err err = ISO_OK;

    if (count > u->room) {
        iso_free(u->buffer);
        u->buffer = NULL;
        u->room = 0;
        ISO_TRY(iso_alloc(&u->buffer, count, size));
        u->room = count;
    }
    for (int64_t i = 0, n; i < count; i += n) {
        const int64_t item = (first + i) / u->length, token = (first + i) % u->length;
        iso_view v;
        n = u->length - token < count - i ? u->length - token : count - i;
        ISO_TRY(iso_rows_read(u->inner, item, 1, &v));
        memcpy(u->buffer + (size_t)i * size, (const char *)v.data + (size_t)token * size,
               (size_t)n * size);
    }
    *out = (iso_view){u->buffer, count, self->cols, self->cols, self->dtype};
done:
    return err;
}

static void unfolded_close(iso_rows *self)
{
    struct unfolded *u = (struct unfolded *)self;

    iso_rows_close(u->inner);
    iso_free(u->buffer);
    iso_free(u);
}

iso_err iso_token_unfold(iso_rows **out, iso_rows *inner, const iso_token_mask *m)
{
    struct unfolded *u = NULL;
    int64_t *index = NULL, used = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&index, m->rows, sizeof *index));
    for (int64_t i = 0; i < m->items * m->length; i++) {
        if (m->kept[i])
            index[used++] = i;
    }
    ISO_TRY(iso_alloc(&u, 1, sizeof *u));
    u->base = (iso_rows){.rows = m->items * m->length,
                         .cols = inner->cols / m->length,
                         .dtype = inner->dtype,
                         .run = m->length,
                         .read = unfolded_read,
                         .close = unfolded_close};
    u->length = m->length;
    ISO_TRY(iso_rows_pick(out, &u->base, index, used));
    u->inner = inner;
    u = NULL;
done:
    iso_free(u);
    iso_free(index);
    return err;
}
