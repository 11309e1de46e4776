/* JSON texts, RFC 8259, read once; what is kept of them are values, and texts without escapes. */
#include <math.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/utf8.h"
#include "lib/io/decimal.h"
#include "lib/io/json_inside.h"

enum { DEPTH = 1000, NUMBER = 400 /* bytes of one that ends the text, most */ };

/* The bytes may change meanwhile, where others write to a mapped file: no place is trusted that was
 * not checked when it was read. */
struct parser {
    const char *at, *end; /* what is not read yet; of a failure, where it is wrong */
    char *to;             /* where the next text goes: texts take no more than they did */
    iso_json *node, *node_end;
    int depth;
    bool utf8; /* so far */
};

/* The next byte, a NUL at the end, as where there is one in the text, which no JSON holds. */
static char peek(const struct parser *p)
{
    return p->at < p->end ? *p->at : '\0';
}

static bool is_digit(char c)
{
    return (unsigned char)(c - '0') < 10;
}

static void skip_blanks(struct parser *p)
{
    static const char eight[] = "        "; /* indented texts are blanks for the most part */

    while (p->end - p->at >= 8 && memcmp(p->at, eight, 8) == 0)
        p->at += 8;
    for (char c = peek(p); c == ' ' || c == '\n' || c == '\r' || c == '\t'; c = peek(p))
        p->at++;
}

static bool take(struct parser *p, const char *word)
{
    const size_t len = strlen(word);
    const bool there = p->end - p->at >= (int64_t)len && memcmp(p->at, word, len) == 0;

    p->at += there ? len : 0;
    return there;
}

/* --- Texts --- */

/* Four digits of a hexadecimal number, from byte `from` on; -1 if there are none. */
static int64_t hex_at(const struct parser *p, int from)
{
    int64_t value = 0;

    if (p->end - p->at < from + 4)
        return -1;
    for (int i = from; i < from + 4; i++) {
        const char c = p->at[i], lower = (char)(c | ' ');
        if (!is_digit(c) && (lower < 'a' || lower > 'f'))
            return -1;
        value = value * 16 + (is_digit(c) ? c - '0' : lower - 'a' + 10);
    }
    return value;
}

/* \u12ab, or two of them that are halves of one character. */
static bool read_point(struct parser *p)
{
    int64_t point = hex_at(p, 2);
    int size = 6;

    if (point >= 0xd800 && point < 0xdc00) {
        const int64_t low = hex_at(p, 8);
        if (low < 0xdc00 || low >= 0xe000 || memcmp(p->at + 6, "\\u", 2) != 0)
            return false;
        point = 0x10000 + ((point - 0xd800) << 10 | (low - 0xdc00));
        size = 12;
    } else if (point < 0 || (point >= 0xdc00 && point < 0xe000)) {
        return false;
    }
    p->at += size;
    p->to += iso_utf8_put(p->to, (uint32_t)point);
    return true;
}

static bool read_escape(struct parser *p)
{
    static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    const char c = p->end - p->at >= 2 ? p->at[1] : '\0';
    const char *letter = c ? strchr(letters, c) : NULL;

    if (c == 'u')
        return read_point(p);
    if (!letter)
        return false;
    *p->to++ = meant[letter - letters];
    p->at += 2;
    return true;
}

/* Up to a quote, an escape or the end; negative if a byte is beyond ASCII. */
static signed char copy_plain(struct parser *p)
{
    const char *at = p->at, *const end = p->end;
    char *to = p->to;
    signed char any = 0;

    for (char c; at < end && (c = *at) != '"' && c != '\\' && c; at++) {
        any |= (signed char)c;
        *to++ = c;
    }
    p->at = at;
    p->to = to;
    return any;
}

static bool read_text(struct parser *p, const char **out)
{
    const char *const first = p->at;
    char *const from = p->to;

    if (!take(p, "\""))
        return false;
    signed char any = copy_plain(p);
    while (peek(p) == '\\') {
        if (!read_escape(p))
            return false;
        any |= copy_plain(p);
    }
    if (!take(p, "\""))
        return false;
    if (any < 0 && !iso_utf8_valid(from, p->to - from)) {
        p->at = first;
        p->utf8 = false;
        return false;
    }
    *p->to++ = '\0';
    *out = from;
    return true;
}

/* --- Numbers --- */

static int64_t digits_at(const struct parser *p, int64_t from)
{
    int64_t i = from;

    while (i < p->end - p->at && is_digit(p->at[i]))
        i++;
    return i - from;
}

static char byte_at(const struct parser *p, int64_t i)
{
    return i < p->end - p->at ? p->at[i] : '\0';
}

/* Bytes of the number there; 0 if it is none. */
static int64_t size_of_number(const struct parser *p)
{
    int64_t at = peek(p) == '-', more = digits_at(p, at);

    if (more == 0 || (more > 1 && p->at[at] == '0'))
        return 0;
    at += more;
    if (byte_at(p, at) == '.') {
        more = digits_at(p, at + 1);
        if (more == 0)
            return 0;
        at += 1 + more;
    }
    if (byte_at(p, at) == 'e' || byte_at(p, at) == 'E') {
        at += 1 + (byte_at(p, at + 1) == '-' || byte_at(p, at + 1) == '+');
        more = digits_at(p, at);
        if (more == 0)
            return 0;
        at += more;
    }
    return at;
}

/* Python and others write NaN, Infinity and -Infinity, which JSON has no numbers for. */
static bool read_number(struct parser *p, double *out)
{
    char copy[NUMBER + 1];
    const char *text = p->at;

    *out = INFINITY;
    if (take(p, "NaN") || take(p, "Infinity") || take(p, "-Infinity"))
        return true;
    const int64_t size = size_of_number(p);
    if (size == 0)
        return false;
    if (size == p->end - p->at) { /* who reads it needs a byte behind it */
        if (size > NUMBER)
            return false;
        memcpy(copy, text, (size_t)size);
        copy[size] = '\0';
        text = copy;
    }
    p->at += size;
    return iso_decimal_f64(out, text) != NULL;
}

/* --- Values --- */

static bool read_value(struct parser *p);

static bool read_name(struct parser *p, const char **out)
{
    if (!read_text(p, out))
        return false;
    skip_blanks(p);
    if (!take(p, ":"))
        return false;
    skip_blanks(p);
    return true;
}

static bool read_members(struct parser *p, iso_json *whole)
{
    const char close = whole->kind == ISO_JSON_OBJECT ? '}' : ']';

    whole->count = 0;
    p->at++;
    skip_blanks(p);
    while (peek(p) != close || whole->count > 0) {
        iso_json *member = p->node;
        const char *name = NULL;
        if ((close == '}' && !read_name(p, &name)) || !read_value(p))
            return false;
        whole->count++;
        skip_blanks(p);
        member->name = name;
        member->span = (uint32_t)(p->node - member);
        member->last = peek(p) == close;
        if (member->last)
            break;
        if (!take(p, ","))
            return false;
        skip_blanks(p);
    }
    p->at++;
    return true;
}

/* One value, and what is inside; its name and what follows are for the caller. */
static bool read_value(struct parser *p)
{
    iso_json *n = p->node;
    const char c = peek(p);

    if (p->node == p->node_end)
        return false;
    p->node++;
    switch (c) {
    case '[':
    case '{':
        n->kind = c == '{' ? ISO_JSON_OBJECT : ISO_JSON_ARRAY;
        if (++p->depth > DEPTH || !read_members(p, n))
            return false;
        p->depth--;
        return true;
    case '"':
        n->kind = ISO_JSON_TEXT;
        return read_text(p, &n->text);
    case 't':
    case 'f':
        n->kind = ISO_JSON_BOOL;
        n->truth = c == 't';
        return take(p, n->truth ? "true" : "false");
    case 'n':
        n->kind = ISO_JSON_NULL;
        return take(p, "null");
    default:
        n->kind = ISO_JSON_NUMBER;
        return read_number(p, &n->number);
    }
}

/* --- All of it --- */

/* Every value but the first follows a comma or begins an array or an object. */
static int64_t most_values(const char *bytes, int64_t len)
{
    int64_t count = 1;

    for (int64_t from = 0, to; from < len; from = to) {
        uint8_t some =
            0; /* of so few bytes that this is wide enough: a vector adds many at a time */
        to = len - from < 255 ? len : from + 255;
        for (int64_t i = from; i < to; i++)
            some = (uint8_t)(some + (bytes[i] == ',' || bytes[i] == '[' || bytes[i] == '{'));
        count += some;
    }
    return count;
}

static iso_err refuse(const struct parser *p, int64_t at, int64_t len)
{
    if (!p->utf8)
        return iso_fail(ISO_EFORMAT, "not JSON: the text at byte %lld is not UTF-8", (long long)at);
    if (p->at < p->end && !*p->at)
        return iso_fail(ISO_EFORMAT, "not JSON: a zero byte at byte %lld", (long long)at);
    return iso_fail(ISO_EFORMAT, "not JSON from byte %lld of %lld on", (long long)at,
                    (long long)len);
}

iso_err iso_json_parse(iso_json **out, const char *bytes, int64_t len)
{
    const int64_t most = most_values(bytes, len);
    iso_json *node = NULL;
    char *texts = NULL;
    iso_err err = ISO_OK;

    len = len > 0 ? len : 0;
    if (most >= UINT32_MAX)
        ISO_FAIL(ISO_EUNSUP, "a JSON text of 2^32 values or more");
    ISO_TRY(iso_alloc_raw(&texts, len, 1));
    ISO_TRY(iso_alloc_raw(&node, most + 1, sizeof *node));

    struct parser p = {.at = bytes,
                       .end = bytes + len,
                       .to = texts,
                       .node = node + 1,
                       .node_end = node + most + 1,
                       .utf8 = true};
    (void)take(&p, "\xef\xbb\xbf");
    skip_blanks(&p);
    const bool sound = read_value(&p);
    if (sound)
        skip_blanks(&p);
    if (!sound || p.at < p.end)
        ISO_TRY(refuse(&p, p.at - bytes, len));
    node[0].text = texts;
    node[1].name = NULL;
    node[1].last = true;
    *out = node + 1;
    texts = NULL;
    node = NULL;
done:
    iso_free(texts);
    iso_free(node);
    return err;
}
