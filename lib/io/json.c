#include "lib/io/json.h"

#include <math.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/io/json_inside.h"

void iso_json_free(iso_json *root)
{
    if (!root)
        return;
    iso_json *before = root - 1;
    iso_free((void *)(uintptr_t)before->text);
    iso_free(before);
}

iso_json_kind iso_json_is(const iso_json *node)
{
    return node ? (iso_json_kind)node->kind : ISO_JSON_NONE;
}

static bool has_members(const iso_json *node)
{
    return node && (node->kind == ISO_JSON_ARRAY || node->kind == ISO_JSON_OBJECT);
}

int64_t iso_json_count(const iso_json *node)
{
    return has_members(node) ? node->count : 0;
}

const iso_json *iso_json_first(const iso_json *node)
{
    return iso_json_count(node) > 0 ? node + 1 : NULL;
}

const iso_json *iso_json_next(const iso_json *node)
{
    return node && !node->last ? node + node->span : NULL;
}

const iso_json *iso_json_get(const iso_json *object, const char *name)
{
    const iso_json *m = iso_json_is(object) == ISO_JSON_OBJECT ? iso_json_first(object) : NULL;

    while (m && !iso_str_same(m->name, name))
        m = iso_json_next(m);
    return m;
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

const char *iso_json_name(const iso_json *node)
{
    return node ? node->name : NULL;
}

const char *iso_json_text(const iso_json *node)
{
    return iso_json_is(node) == ISO_JSON_TEXT ? node->text : NULL;
}

bool iso_json_number(double *out, const iso_json *node)
{
    if (iso_json_is(node) != ISO_JSON_NUMBER || !isfinite(node->number))
        return false;
    *out = node->number;
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
    return iso_json_is(node) == ISO_JSON_BOOL && node->truth;
}
