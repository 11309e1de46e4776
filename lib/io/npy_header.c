/* The header of .npy: {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), } in Python's
 * words. */
#include <inttypes.h>
#include <string.h>

#include "lib/base/str.h"
#include "lib/io/npy.h"

iso_err iso_npy_prefix(int64_t *start, int64_t *len, const unsigned char bytes[ISO_NPY_PREFIX],
                       const char *what)
{
    const int major = bytes[6], minor = bytes[7];
    int64_t n = bytes[8] | bytes[9] << 8;

    if (memcmp(bytes, "\x93NUMPY", 6) != 0)
        return iso_fail(ISO_EFORMAT, "%s: is no .npy array", what);
    if (major < 1 || major > 3)
        return iso_fail(ISO_EFORMAT, "%s: is .npy version %d.%d; 1 to 3 are known", what, major,
                        minor);
    if (major > 1)
        n |= (int64_t)bytes[10] << 16 | (int64_t)bytes[11] << 24;
    if (n > ISO_NPY_HEADER_MAX)
        return iso_fail(ISO_EFORMAT,
                        "%s: claims a header of %" PRId64 " bytes; at most %d are read", what, n,
                        (int)ISO_NPY_HEADER_MAX);
    *start = major == 1 ? 10 : 12;
    *len = n;
    return ISO_OK;
}

/* What is left to read. */
struct cursor {
    const char *at, *end;
};

static void skip_blanks(struct cursor *c)
{
    while (c->at < c->end && strchr(" \t\r\n", *c->at) && *c->at)
        c->at++;
}

static bool take(struct cursor *c, char sign)
{
    skip_blanks(c);
    if (c->at == c->end || *c->at != sign)
        return false;
    c->at++;
    return true;
}

static bool take_word(struct cursor *c, const char *word)
{
    const size_t n = strlen(word);

    skip_blanks(c);
    if ((size_t)(c->end - c->at) < n || memcmp(c->at, word, n) != 0)
        return false;
    c->at += n;
    return true;
}

/* A text in quotes without escapes; false if it is too long for `room`. */
static bool take_text(struct cursor *c, char *to, size_t room)
{
    skip_blanks(c);
    if (c->at == c->end || (*c->at != '\'' && *c->at != '"'))
        return false;
    const char quote = *c->at++;
    const char *end = memchr(c->at, quote, (size_t)(c->end - c->at));
    if (!end || (size_t)(end - c->at) >= room || memchr(c->at, '\\', (size_t)(end - c->at)))
        return false;
    memcpy(to, c->at, (size_t)(end - c->at));
    to[end - c->at] = '\0';
    c->at = end + 1;
    return true;
}

static bool take_length(struct cursor *c, int64_t *out)
{
    int64_t value = 0;

    skip_blanks(c);
    const char *start = c->at;
    for (; c->at < c->end && *c->at >= '0' && *c->at <= '9'; c->at++) {
        if (value > (INT64_MAX - 9) / 10)
            return false;
        value = value * 10 + (*c->at - '0');
    }
    if (c->at == start)
        return false;
    (void)take(c, 'L'); /* Python 2 wrote 3L */
    *out = value;
    return true;
}

/* (), (3,), (3, 4), (3, 4,) */
static bool take_shape(struct cursor *c, iso_array *a)
{
    a->rank = 0;
    if (!take(c, '('))
        return false;
    while (!take(c, ')')) {
        if (a->rank == ISO_ARRAY_RANK_MAX || !take_length(c, &a->shape[a->rank]))
            return false;
        a->rank++;
        if (!take(c, ',')) {
            if (a->rank == 1) /* "(3)" is a number, not a shape */
                return false;
            return take(c, ')');
        }
    }
    return true;
}

static bool take_bool(struct cursor *c, bool *out)
{
    *out = take_word(c, "True");
    return *out || take_word(c, "False");
}

/* The three members, in any order, each once; a member we do not know is an error, as in NumPy. */
static bool take_members(struct cursor *c, iso_array *a, char *descr, size_t room)
{
    unsigned seen = 0;
    char name[16];

    if (!take(c, '{'))
        return false;
    while (!take(c, '}')) {
        unsigned member;
        if (!take_text(c, name, sizeof name) || !take(c, ':'))
            return false;
        if (strcmp(name, "descr") == 0 && take_text(c, descr, room))
            member = 1;
        else if (strcmp(name, "fortran_order") == 0 && take_bool(c, &a->fortran))
            member = 2;
        else if (strcmp(name, "shape") == 0 && take_shape(c, a))
            member = 4;
        else
            return false;
        if (seen & member)
            return false;
        seen |= member;
        if (!take(c, ',')) {
            if (!take(c, '}'))
                return false;
            break;
        }
    }
    skip_blanks(c);
    return seen == 7 && (c->at == c->end || *c->at == '\0');
}

/* NumPy has no bfloat16 of its own: what ml_dtypes and torch hand it is saved as void of two bytes.
 */
static bool is_bf16(const char *descr)
{
    return strcmp(descr, "bfloat16") == 0 ||
           strcmp(descr + (*descr && strchr("|<=", *descr)), "V2") == 0;
}

static iso_err understand_type(iso_array *a, const char *descr, const char *what)
{
    static const struct {
        const char *name;
        iso_dtype dtype;
    } types[] = {{"f2", ISO_F16}, {"f4", ISO_F32}, {"f8", ISO_F64}};

    if (*descr == '<' || *descr == '>') {
        for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
            if (strcmp(descr + 1, types[i].name) == 0) {
                a->dtype = types[i].dtype;
                a->big_endian = *descr == '>';
                return ISO_OK;
            }
        }
    }
    if (is_bf16(descr)) {
        a->dtype = ISO_BF16;
        a->untyped = descr[strlen(descr) - 1] == '2';
        return ISO_OK;
    }
    return iso_fail(ISO_EUNSUP,
                    "%s: holds '%s'; f2, f4, f8 and bfloat16 are read (convert with astype)", what,
                    descr);
}

enum { DESCR = 32 };

static iso_err understand(iso_array *a, char descr[DESCR], const char *text, int64_t len,
                          const char *what)
{
    struct cursor c = {text, text + len};

    if (take_members(&c, a, descr, DESCR))
        return ISO_OK;
    if (memmem(text, (size_t)len, "[(", 2))
        return iso_fail(ISO_EUNSUP, "%s: holds records of several fields; save one field", what);
    return iso_fail(ISO_EFORMAT, "%s: its header is not understood after byte %" PRId64, what,
                    (int64_t)(c.at - text));
}

iso_err iso_npy_header(iso_array *out, const char *text, int64_t len, const char *what)
{
    iso_array a = *out;
    char descr[DESCR] = "";
    iso_err err = ISO_OK;

    ISO_TRY(understand(&a, descr, text, len, what));
    ISO_TRY(understand_type(&a, descr, what));
    *out = a;
done:
    return err;
}

iso_err iso_npy_mask_header(iso_array *out, const char **type, const char *text, int64_t len,
                            const char *what)
{
    static const char *const types[][2] = {{"|b1", "BOOL"}, {"|u1", "U8"},  {"|i1", "I8"},
                                           {"<i2", "I16"},  {"<i4", "I32"}, {"<i8", "I64"},
                                           {"<f2", "F16"},  {"<f4", "F32"}, {"<f8", "F64"}};
    iso_array a = *out;
    char descr[DESCR] = "";
    iso_err err = ISO_OK;

    ISO_TRY(understand(&a, descr, text, len, what));
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (strcmp(types[i][0], descr) == 0 && !(a.fortran && a.rank > 1)) {
            *type = types[i][1];
            *out = a;
            return ISO_OK;
        }
    }
    ISO_FAIL(ISO_EUNSUP, "%s: holds '%s'%s, not a mask in C order", what, descr,
             a.fortran ? " in Fortran order" : "");
done:
    return err;
}

iso_err iso_npy_texts_header(iso_npy_texts *out, const char *text, int64_t len, const char *what)
{
    iso_array a = {0};
    char descr[DESCR] = "";
    int64_t width = -1;
    iso_err err = ISO_OK;

    ISO_TRY(understand(&a, descr, text, len, what));
    const char *kind = descr + (*descr && strchr("|<>=", *descr));
    if ((*kind != 'U' && *kind != 'S') || !iso_str_int(&width, kind + 1) || width < 0)
        ISO_FAIL(ISO_EUNSUP, "%s: holds '%s', not texts (convert with astype(str))", what, descr);
    if (a.rank != 1)
        ISO_FAIL(ISO_EFORMAT, "%s: has %d axes, not one", what, a.rank);
    *out = (iso_npy_texts){a.shape[0], width, *kind == 'U' ? 4 : 1, *descr == '>'};
done:
    return err;
}

iso_err iso_npy_ends(const iso_array *a, int64_t end, int64_t rest, const unsigned char *next,
                     int64_t count, const char *what)
{
    if (rest == 0)
        return ISO_OK;
    if (count >= 6 && memcmp(next, "\x93NUMPY", 6) == 0)
        return iso_fail(ISO_EFORMAT,
                        "%s: another array follows the one of %d axes, from byte %" PRId64
                        " on; save each in a file of its own, or all in one .npz",
                        what, a->rank, end);
    return iso_fail(ISO_EFORMAT,
                    "%s: %" PRId64 " bytes follow its numbers, from byte %" PRId64
                    " on; one array and nothing else is read",
                    what, rest, end);
}

void iso_npy_note(const iso_run *run, const char *path, int64_t count)
{
    if (count > 0)
        iso_run_note(run,
                     "%s: %" PRId64 " array%s of two bytes without a type (V2), read as bfloat16",
                     path, count, count == 1 ? "" : "s");
}
