#include "lib/io/begun.h"

#include <stdbool.h>
#include <string.h>

/* A line of a plan: "KEY TAB VALUE". */
struct entry {
    const char *key, *value;
    int key_len, value_len;
};

static int shown(size_t len)
{
    return len < 100 ? (int)len : 100;
}

/* Returns what follows the line, NULL at the end. */
static const char *next_entry(struct entry *e, const char *at)
{
    const size_t len = strcspn(at, "\n"), key = strcspn(at, "\t\n");

    *e = (struct entry){at, at + key, shown(key), 0};
    if (at[key] == '\t') {
        e->value++;
        e->value_len = shown(len - key - 1);
    }
    return !*at ? NULL : at[len] ? at + len + 1 : at + len;
}

static bool same_key(const struct entry *a, const struct entry *b)
{
    return a->key_len == b->key_len && memcmp(a->key, b->key, (size_t)a->key_len) == 0;
}

static bool find(struct entry *out, const char *plan, const struct entry *like)
{
    for (const char *at = plan; (at = next_entry(out, at));) {
        if (same_key(out, like))
            return true;
    }
    return false;
}

static bool same_value(const struct entry *a, const struct entry *b)
{
    const size_t a_len = strcspn(a->value, "\n"), b_len = strcspn(b->value, "\n");

    return a_len == b_len && memcmp(a->value, b->value, a_len) == 0;
}

iso_err iso_begun_same(const char *part, const char *was, const char *is)
{
    static const char way_out[] = "give what was given then, or delete it to start again";
    struct entry a, b;

    if (strcmp(was, is) == 0)
        return ISO_OK;
    for (const char *at = was; (at = next_entry(&a, at));) {
        if (!find(&b, is, &a))
            return iso_fail(ISO_EFORMAT, "%s: was begun with %.*s, which is gone: %s", part,
                            a.key_len, a.key, way_out);
        if (!same_value(&a, &b))
            return iso_fail(ISO_EFORMAT, "%s: was begun with another %.*s (%.*s, now %.*s): %s",
                            part, a.key_len, a.key, a.value_len, a.value, b.value_len, b.value,
                            way_out);
    }
    for (const char *at = is; (at = next_entry(&b, at));) {
        if (!find(&a, was, &b))
            return iso_fail(ISO_EFORMAT, "%s: was begun without %.*s: %s", part, b.key_len, b.key,
                            way_out);
    }
    return iso_fail(ISO_EFORMAT, "%s: was begun with the same in another order: %s", part, way_out);
}
