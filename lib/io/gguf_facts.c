/* The facts of a GGUF file. */
#include <inttypes.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/utf8.h"
#include "lib/io/gguf_inside.h"

enum { NAME_BYTES_MAX = 1 << 10 };

/* --- Bytes ------------------------------------------------------------------------------------ */

iso_err iso_gguf_cut_off(const struct gguf_reader *r, const char *within)
{
    return iso_fail(ISO_EFORMAT,
                    "%s: ends within %s, after %" PRId64
                    " bytes: not all of it is there, fetch it again",
                    r->g->path, within, (int64_t)(r->at - r->begin) + r->left);
}

const unsigned char *iso_gguf_skip(struct gguf_reader *r, int64_t bytes)
{
    const unsigned char *from = r->at;

    if (bytes < 0 || bytes > r->left)
        return NULL;
    r->at += bytes;
    r->left -= bytes;
    return from;
}

static uint64_t little(const unsigned char *at, int bytes)
{
    uint64_t value = 0;

    for (int i = bytes; i-- > 0;)
        value = value << 8 | at[i];
    return value;
}

bool iso_gguf_uint(uint64_t *out, struct gguf_reader *r, int bytes)
{
    const unsigned char *at = iso_gguf_skip(r, bytes);

    if (at)
        *out = little(at, bytes);
    return at;
}

/* A length, which the rest of the file bounds. */
static bool read_count(int64_t *out, struct gguf_reader *r)
{
    uint64_t n = 0;

    if (!iso_gguf_uint(&n, r, 8) || n > (uint64_t)r->left)
        return false;
    *out = (int64_t)n;
    return true;
}

/* A name, with a NUL behind it. */
iso_err iso_gguf_name(char **out, struct gguf_reader *r, const char *of)
{
    const unsigned char *at = NULL;
    int64_t len = 0;

    if (!read_count(&len, r) || !(at = iso_gguf_skip(r, len)))
        return iso_gguf_cut_off(r, of);
    if (len == 0 || len > NAME_BYTES_MAX || memchr(at, 0, (size_t)len) ||
        !iso_utf8_valid((const char *)at, len))
        return iso_fail(ISO_EFORMAT, "%s: %s has a name that is empty, too long or no UTF-8",
                        r->g->path, of);
    return iso_str_dup(out, (const char *)at, len);
}

/* --- Facts ------------------------------------------------------------------------------------ */

static int size_of(uint64_t type)
{
    static const int sizes[] = {
        [ISO_GGUF_U8] = 1,  [ISO_GGUF_I8] = 1,  [ISO_GGUF_U16] = 2, [ISO_GGUF_I16] = 2,
        [ISO_GGUF_U32] = 4, [ISO_GGUF_I32] = 4, [ISO_GGUF_F32] = 4, [ISO_GGUF_BOOL] = 1,
        [ISO_GGUF_U64] = 8, [ISO_GGUF_I64] = 8, [ISO_GGUF_F64] = 8};

    return type < sizeof sizes / sizeof *sizes ? sizes[type] : 0;
}

/* Texts: a length and bytes each. */
static bool skip_texts(struct gguf_reader *r, int64_t count)
{
    int64_t len = 0;

    for (int64_t i = 0; i < count; i++) {
        if (!read_count(&len, r) || !iso_gguf_skip(r, len))
            return false;
    }
    return true;
}

static iso_err read_fact(iso_gguf_fact *f, struct gguf_reader *r)
{
    uint64_t type = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_gguf_name(&f->name, r, "a fact"));
    if (!iso_gguf_uint(&type, r, 4))
        ISO_TRY(iso_gguf_cut_off(r, f->name));
    f->count = 1;
    f->list = type == ISO_GGUF_LIST;
    if (f->list && (!iso_gguf_uint(&type, r, 4) || !read_count(&f->count, r)))
        ISO_TRY(iso_gguf_cut_off(r, f->name));
    if (type != ISO_GGUF_TEXT && size_of(type) == 0)
        ISO_FAIL(ISO_EFORMAT, "%s: %s is of type %" PRIu64 ", which is not known", r->g->path,
                 f->name, type);
    f->of = (iso_gguf_type)type;
    f->at = r->at;
    if (!(type == ISO_GGUF_TEXT ? skip_texts(r, f->count)
                                : iso_gguf_skip(r, f->count * size_of(type)) != NULL))
        ISO_TRY(iso_gguf_cut_off(r, f->name));
    f->bytes = r->at - f->at;
done:
    return err;
}

iso_err iso_gguf_facts(struct gguf_reader *r, int64_t count)
{
    iso_gguf *g = r->g;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&g->fact, count, sizeof *g->fact));
    while (g->facts < count) {
        iso_gguf_fact *f = &g->fact[g->facts++];
        ISO_TRY(read_fact(f, r));
        if (iso_gguf_find(g, f->name) != f)
            ISO_FAIL(ISO_EFORMAT, "%s: %s is there twice", g->path, f->name);
    }
done:
    return err;
}

const iso_gguf_fact *iso_gguf_find(const iso_gguf *g, const char *name)
{
    for (int64_t i = 0; i < g->facts; i++) {
        if (strcmp(g->fact[i].name, name) == 0)
            return &g->fact[i];
    }
    return NULL;
}

static const iso_gguf_fact *single(const iso_gguf *g, const char *name)
{
    const iso_gguf_fact *f = iso_gguf_find(g, name);

    return f && !f->list ? f : NULL;
}

bool iso_gguf_int(int64_t *out, const iso_gguf *g, const char *name)
{
    const iso_gguf_fact *f = single(g, name);
    const bool of_ints = f && f->of != ISO_GGUF_F32 && f->of != ISO_GGUF_F64 &&
                         f->of != ISO_GGUF_BOOL && f->of != ISO_GGUF_TEXT;
    const int size = of_ints ? size_of(f->of) : 0;
    const bool negative = f && (f->of == ISO_GGUF_I8 || f->of == ISO_GGUF_I16 ||
                                f->of == ISO_GGUF_I32 || f->of == ISO_GGUF_I64);

    if (!of_ints)
        return false;
    const uint64_t value = little(f->at, size), sign = 1ull << (8 * size - 1);
    if (!negative && value > INT64_MAX)
        return false;
    *out = negative ? (int64_t)((value ^ sign) - sign) : (int64_t)value;
    return true;
}

double iso_gguf_entry(const iso_gguf_fact *f, int64_t i)
{
    const int size = size_of(f->of);
    const uint64_t bits = little(f->at + i * size, size);
    const uint64_t sign = 1ull << (8 * size - 1);
    const uint32_t low = (uint32_t)bits;
    float single;
    double twice;

    switch (f->of) {
    case ISO_GGUF_F32:
        memcpy(&single, &low, sizeof single);
        return (double)single;
    case ISO_GGUF_F64:
        memcpy(&twice, &bits, sizeof twice);
        return twice;
    case ISO_GGUF_I8:
    case ISO_GGUF_I16:
    case ISO_GGUF_I32:
    case ISO_GGUF_I64:
        return (double)(int64_t)((bits ^ sign) - sign);
    default:
        return (double)bits;
    }
}

bool iso_gguf_number(double *out, const iso_gguf *g, const char *name)
{
    const iso_gguf_fact *f = single(g, name);

    if (!f || f->of == ISO_GGUF_TEXT || f->of == ISO_GGUF_BOOL)
        return false;
    *out = iso_gguf_entry(f, 0);
    return true;
}

bool iso_gguf_truth(bool *out, const iso_gguf *g, const char *name)
{
    const iso_gguf_fact *f = single(g, name);

    if (!f || f->of != ISO_GGUF_BOOL)
        return false;
    *out = f->at[0] != 0;
    return true;
}

const char *iso_gguf_next(int64_t *len, int64_t *at, const iso_gguf_fact *f)
{
    if (!f || f->of != ISO_GGUF_TEXT || *at >= f->bytes)
        return NULL;
    const unsigned char *from = f->at + *at;
    *len = (int64_t)little(from, 8);
    *at += 8 + *len;
    return (const char *)from + 8;
}

bool iso_gguf_says(const iso_gguf *g, const char *name, const char *text)
{
    int64_t len = 0, at = 0;
    const char *said = iso_gguf_next(&len, &at, single(g, name));

    return said && len == (int64_t)strlen(text) && memcmp(said, text, (size_t)len) == 0;
}
