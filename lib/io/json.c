#include "lib/io/json.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <math.h>
#include <string.h>

#include "lib/base/utf8.h"

/* A node is cJSON's own, under our name. cJSON keeps its own allocator: its hooks are global and
 * the program that uses us may use cJSON too. */
static const cJSON *inside(const iso_json *node)
{
    return (const cJSON *)(const void *)node;
}

static const iso_json *outside(const cJSON *node)
{
    return (const iso_json *)(const void *)node;
}

static iso_err refuse(const char *bytes, int64_t len, const char *end)
{
    const int64_t at = end && end >= bytes && end <= bytes + len ? end - bytes : 0;

    return iso_fail(ISO_EFORMAT, "not JSON from byte %lld of %lld on", (long long)at,
                    (long long)len);
}

/* Python and others write NaN, Infinity and -Infinity, which JSON has no numbers for: those words
 * outside texts become a number beyond all doubles, since no reader takes one that is not finite.
 */
static iso_err plain_numbers(iso_buf *out, const char *bytes, int64_t len)
{
    int64_t from = 0; /* what is not copied yet */
    bool text = false;
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < len; i++) {
        if (text && bytes[i] == '\\')
            i++;
        else if (bytes[i] == '"')
            text = !text;
        else if (!text && (bytes[i] == 'N' || bytes[i] == 'I')) {
            const char *word = bytes[i] == 'N' ? "NaN" : "Infinity";
            const int64_t size = (int64_t)strlen(word);
            if (len - i < size || memcmp(bytes + i, word, (size_t)size) != 0)
                continue;
            ISO_TRY(iso_buf_add(out, bytes + from, i - from));
            ISO_TRY(iso_buf_puts(out, "1e999"));
            from = i + size;
            i = from - 1;
        }
    }
    ISO_TRY(iso_buf_add(out, bytes + from, len - from));
done:
    return err;
}

static iso_err parse(iso_json **out, const char *bytes, int64_t len)
{
    static const char blanks[] = " \t\r\n";
    const char *end = NULL;

    if (!iso_utf8_valid(bytes, len))
        return iso_fail(ISO_EFORMAT, "not JSON: the text is not UTF-8");
    if (len > 0 && memchr(bytes, '\0', (size_t)len)) /* cJSON would take it, and cut texts there */
        return iso_fail(ISO_EFORMAT, "not JSON: the text holds a zero byte");
    errno = 0; /* cJSON does not say whether it lacked memory; its allocator does */
    cJSON *root = len > 0 ? cJSON_ParseWithLengthOpts(bytes, (size_t)len, &end, 0) : NULL;
    if (!root && errno == ENOMEM)
        return iso_fail(ISO_ENOMEM, "out of memory");
    if (!root)
        return refuse(bytes, len, end);
    while (end < bytes + len && *end && strchr(blanks, *end))
        end++;
    if (end < bytes + len) {
        cJSON_Delete(root);
        return refuse(bytes, len, end);
    }
    *out = (iso_json *)(void *)root;
    return ISO_OK;
}

iso_err iso_json_parse(iso_json **out, const char *bytes, int64_t len)
{
    iso_buf plain = {0};
    iso_err err = ISO_OK;

    if (len <= 0 ||
        (!memmem(bytes, (size_t)len, "NaN", 3) && !memmem(bytes, (size_t)len, "Infinity", 8)))
        return parse(out, bytes, len);
    ISO_TRY(plain_numbers(&plain, bytes, len));
    ISO_TRY(parse(out, plain.text, plain.len));
done:
    iso_buf_free(&plain);
    return err;
}

void iso_json_free(iso_json *root)
{
    cJSON_Delete((cJSON *)(void *)root);
}

iso_json_kind iso_json_is(const iso_json *node)
{
    if (!node)
        return ISO_JSON_NONE;
    switch (inside(node)->type & 0xff) {
    case cJSON_False:
    case cJSON_True:
        return ISO_JSON_BOOL;
    case cJSON_Number:
        return ISO_JSON_NUMBER;
    case cJSON_String:
        return ISO_JSON_TEXT;
    case cJSON_Array:
        return ISO_JSON_ARRAY;
    case cJSON_Object:
        return ISO_JSON_OBJECT;
    default:
        return ISO_JSON_NULL;
    }
}

int64_t iso_json_count(const iso_json *node)
{
    return cJSON_GetArraySize(inside(node));
}

const iso_json *iso_json_get(const iso_json *object, const char *name)
{
    if (iso_json_is(object) != ISO_JSON_OBJECT)
        return NULL;
    return outside(cJSON_GetObjectItemCaseSensitive(inside(object), name));
}

const iso_json *iso_json_at(const iso_json *array, int64_t i)
{
    const iso_json *node = iso_json_first(array);

    if (i < 0)
        return NULL;
    while (node && i-- > 0)
        node = iso_json_next(node);
    return node;
}

const iso_json *iso_json_first(const iso_json *node)
{
    const iso_json_kind kind = iso_json_is(node);

    if (kind != ISO_JSON_ARRAY && kind != ISO_JSON_OBJECT)
        return NULL;
    return outside(inside(node)->child);
}

const iso_json *iso_json_next(const iso_json *node)
{
    return node ? outside(inside(node)->next) : NULL;
}

const char *iso_json_name(const iso_json *node)
{
    return node ? inside(node)->string : NULL;
}

const char *iso_json_text(const iso_json *node)
{
    return iso_json_is(node) == ISO_JSON_TEXT ? inside(node)->valuestring : NULL;
}

bool iso_json_number(double *out, const iso_json *node)
{
    if (iso_json_is(node) != ISO_JSON_NUMBER || !isfinite(inside(node)->valuedouble))
        return false;
    *out = inside(node)->valuedouble;
    return true;
}

bool iso_json_int(int64_t *out, const iso_json *node)
{
    double value = 0;

    if (!iso_json_number(&value, node) || value != floor(value) || fabs(value) > 0x1p53)
        return false;
    *out = (int64_t)value;
    return true;
}

bool iso_json_true(const iso_json *node)
{
    return node && (inside(node)->type & 0xff) == cJSON_True;
}
