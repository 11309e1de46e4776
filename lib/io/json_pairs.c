#include "lib/io/json_pairs.h"

#include <math.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/utf8.h"
#include "lib/io/decimal.h"

/* The list is found, read and cut out; cJSON reads what is around it, and so judges whether that is
 * JSON. Whatever is odd or wrong is left to cJSON: then it reads the whole text. */

enum { NUMBER = 64 }; /* cJSON reads no longer ones */

struct cursor {
    const char *bytes;
    int64_t at, len;
};

static char peek(const struct cursor *c)
{
    return c->at < c->len ? c->bytes[c->at] : '\0';
}

static void skip_blanks(struct cursor *c)
{
    for (char b = peek(c); b == ' ' || b == '\n' || b == '\r' || b == '\t'; b = peek(c))
        c->at++;
}

/* Blanks, then this byte. */
static bool take(struct cursor *c, char byte)
{
    skip_blanks(c);
    if (peek(c) != byte)
        return false;
    c->at++;
    return true;
}

/* --- Finding the list --- */

/* A text in quotes, and whether it holds escapes. */
static bool skip_text(struct cursor *c, bool *escapes)
{
    const char *at = c->bytes + c->at, *const end = c->bytes + c->len;

    *escapes = false;
    if (at == end || *at++ != '"')
        return false;
    for (; at < end && *at != '"'; at++) {
        if (*at == '\\') {
            *escapes = true;
            at++;
        }
        if (at == end || !*at)
            return false;
    }
    if (at == end)
        return false;
    c->at = at + 1 - c->bytes;
    return true;
}

/* Up to what ends a value: brackets are counted, cJSON sees whether they match. */
static bool skip_value(struct cursor *c)
{
    int64_t depth = 0;
    bool escapes;

    while (c->at < c->len) {
        const char b = c->bytes[c->at];
        if (depth == 0 && (b == ',' || b == ']' || b == '}'))
            return true;
        if (b == '"') {
            if (!skip_text(c, &escapes))
                return false;
            continue;
        }
        depth += (b == '[' || b == '{') - (b == ']' || b == '}');
        c->at++;
    }
    return false;
}

/* To the value of the first member of that name in the object that begins here. */
static bool enter(struct cursor *c, const char *name)
{
    const int64_t size = (int64_t)strlen(name);
    bool more = take(c, '{'), escapes;

    for (; more; more = take(c, ',')) {
        skip_blanks(c);
        const int64_t from = c->at + 1;
        if (!skip_text(c, &escapes) || escapes)
            return false;
        const bool here =
            c->at - 1 - from == size && memcmp(c->bytes + from, name, (size_t)size) == 0;
        if (!take(c, ':') || here)
            return here;
        if (!skip_value(c))
            return false;
    }
    return false;
}

/* --- Reading it --- */

static bool add_escaped(char **to, const char *quoted, int64_t len)
{
    iso_json *node = NULL;
    const bool sound = iso_json_parse(&node, quoted, len) == ISO_OK;

    if (sound) /* no escape is shorter than what it means */
        *to = stpcpy(*to, iso_json_text(node)) + 1;
    iso_json_free(node);
    return sound;
}

static bool read_text(struct cursor *c, char **to, const char **out)
{
    bool escapes;

    skip_blanks(c);
    const char *quoted = c->bytes + c->at;
    if (!skip_text(c, &escapes))
        return false;
    const int64_t len = c->bytes + c->at - quoted;
    *out = *to;
    if (escapes)
        return add_escaped(to, quoted, len);
    if (!iso_utf8_valid(quoted, len))
        return false;
    *to = (char *)mempcpy(*to, quoted + 1, (size_t)len - 2) + 1;
    (*to)[-1] = '\0';
    return true;
}

/* Copied, since it needs a byte behind it, and since cJSON reads no longer ones: of such the rest
 * follows, which is nothing that may follow. */
static bool read_number(struct cursor *c, double *out)
{
    char copy[NUMBER];

    skip_blanks(c);
    const int64_t left = c->len - c->at, some = left < NUMBER - 1 ? left : NUMBER - 1;
    memcpy(copy, c->bytes + c->at, (size_t)some);
    copy[some] = '\0';
    const char *end = strchr("+.", *copy) ? NULL : iso_decimal_f64(out, copy);
    if (!end)
        return false;
    c->at += end - copy;
    *out = isfinite(*out) ? *out : INFINITY;
    return true;
}

/* There is room for `most` pairs. */
static bool read_list(struct cursor *c, iso_json_pairs *p, int64_t most)
{
    char *to = p->texts;
    bool more = take(c, '[');

    while (more && p->count < most) {
        iso_json_pair *next = &p->pair[p->count++];
        if (!take(c, '[') || !read_text(c, &to, &next->text) || !take(c, ',') ||
            !read_number(c, &next->number) || !take(c, ']'))
            return false;
        more = take(c, ',');
    }
    return !more && take(c, ']');
}

static int64_t count_of(const char *bytes, int64_t len, char byte)
{
    const char *const end = bytes + len;
    int64_t count = 0;

    for (; (bytes = memchr(bytes, byte, (size_t)(end - bytes))); bytes++)
        count++;
    return count;
}

/* *found only where all is well; a failure that is no lack of memory is none. */
static iso_err parse_around(bool *found, iso_json **out, iso_json_pairs *p, const char *bytes,
                            int64_t len)
{
    struct cursor c = {bytes, 0, len};
    iso_buf around = {0};
    iso_err err = ISO_OK;

    if (!enter(&c, p->outer) || !enter(&c, p->inner))
        return ISO_OK;
    skip_blanks(&c);
    const int64_t from = c.at, most = count_of(bytes + from, len - from, '[') - 1;
    if (peek(&c) != '[' || most < 1)
        return ISO_OK;
    ISO_TRY(iso_alloc_raw(&p->pair, most, sizeof *p->pair));
    ISO_TRY(iso_alloc_raw(&p->texts, len - from, 1));
    if (!read_list(&c, p, most))
        goto done;
    ISO_TRY(iso_buf_add(&around, bytes, from));
    ISO_TRY(iso_buf_puts(&around, "[]"));
    ISO_TRY(iso_buf_add(&around, bytes + c.at, len - c.at));
    *found = iso_json_parse(out, around.text, around.len) == ISO_OK;
done:
    iso_buf_free(&around);
    return err;
}

/* --- The same from nodes --- */

bool iso_json_pair_of(iso_json_pair *out, const iso_json *node)
{
    const iso_json *number = iso_json_next(iso_json_first(node));

    out->text = iso_json_text(iso_json_first(node));
    if (!iso_json_number(&out->number, number))
        out->number = INFINITY;
    return iso_json_is(node) == ISO_JSON_ARRAY && out->text &&
           iso_json_is(number) == ISO_JSON_NUMBER && !iso_json_next(number);
}

static iso_err take_nodes(iso_json_pairs *p, const iso_json *list)
{
    int64_t room = 0, count = 0;
    iso_json_pair pair;
    iso_err err = ISO_OK;

    if (iso_json_is(list) != ISO_JSON_ARRAY)
        return ISO_OK;
    for (const iso_json *n = iso_json_first(list); n; n = iso_json_next(n), count++) {
        if (!iso_json_pair_of(&pair, n))
            return ISO_OK;
        room += (int64_t)strlen(pair.text) + 1;
    }
    ISO_TRY(iso_alloc_raw(&p->pair, count, sizeof *p->pair));
    ISO_TRY(iso_alloc_raw(&p->texts, room, 1));
    char *to = p->texts;
    for (const iso_json *n = iso_json_first(list); n; n = iso_json_next(n)) {
        (void)iso_json_pair_of(&pair, n);
        p->pair[p->count++] = (iso_json_pair){to, pair.number};
        to = stpcpy(to, pair.text) + 1;
    }
done:
    return err;
}

/* --- Both --- */

void iso_json_pairs_free(iso_json_pairs *p)
{
    iso_free(p->pair);
    iso_free(p->texts);
    *p = (iso_json_pairs){.outer = p->outer, .inner = p->inner};
}

iso_err iso_json_parse_pairs(iso_json **out, iso_json_pairs *p, const char *bytes, int64_t len)
{
    iso_json *root = NULL;
    bool found = false;
    iso_err err = ISO_OK;

    ISO_TRY(parse_around(&found, &root, p, bytes, len));
    if (!found) {
        iso_json_pairs_free(p);
        ISO_TRY(iso_json_parse(&root, bytes, len));
        ISO_TRY(take_nodes(p, iso_json_get(iso_json_get(root, p->outer), p->inner)));
    }
    *out = root;
    root = NULL;
done:
    iso_json_free(root);
    if (err)
        iso_json_pairs_free(p);
    return err;
}
