/* A JSON text read with its list of pairs apart, against the same text read by iso_json_parse
 * alone. */
#ifndef ISO_TESTS_IO_JSON_BOTH_H
#define ISO_TESTS_IO_JSON_BOTH_H

#include "lib/base/str.h"
#include "lib/io/json_pairs.h"
#include "tests/check.h"

/* All nodes; `hidden` is shown without what is in it. */
static inline void show_nodes(iso_buf *out, const iso_json *n, const iso_json *hidden)
{
    double x = 0;

    if (iso_json_name(n))
        ok(iso_buf_printf(out, "%s=", iso_json_name(n)));
    ok(iso_buf_printf(out, "%d", (int)iso_json_is(n)));
    if (iso_json_text(n))
        ok(iso_buf_printf(out, "'%s'", iso_json_text(n)));
    if (iso_json_number(&x, n))
        ok(iso_buf_printf(out, "%.17g", x));
    ok(iso_buf_puts(out, iso_json_true(n) ? "t," : ","));
    for (const iso_json *m = n == hidden ? NULL : iso_json_first(n); m; m = iso_json_next(m))
        show_nodes(out, m, hidden);
    ok(iso_buf_puts(out, ";"));
}

/* The pairs of a list; nothing if it is none of pairs alone. */
static inline int64_t show_pairs(iso_buf *out, const iso_json *list)
{
    int64_t count = 0;

    for (const iso_json *n = iso_json_first(list); n; n = iso_json_next(n), count++) {
        const char *piece = iso_json_text(iso_json_at(n, 0));
        double x = INFINITY;
        if (iso_json_is(list) != ISO_JSON_ARRAY || iso_json_is(n) != ISO_JSON_ARRAY ||
            iso_json_count(n) != 2 || !piece || iso_json_is(iso_json_at(n, 1)) != ISO_JSON_NUMBER) {
            iso_buf_free(out);
            return 0;
        }
        (void)iso_json_number(&x, iso_json_at(n, 1));
        ok(iso_buf_printf(out, "'%s' %.17g,", piece, x));
    }
    return count;
}

static inline const iso_json *list_of(const iso_json *root)
{
    return iso_json_get(iso_json_get(root, "model"), "vocab");
}

/* How many pairs there are: -1 where both ways refuse the text. */
static inline int64_t both_ways(const char *json, int64_t len)
{
    iso_json_pairs pairs = {.outer = "model", .inner = "vocab"};
    char *bytes = malloc(len > 0 ? (size_t)len : 1), message[300] = "";
    iso_json *root = NULL, *alone = NULL;
    iso_buf a = {0}, b = {0};
    int64_t count = -1;

    memcpy(bytes, json, (size_t)len);
    const iso_err want = iso_json_parse(&alone, bytes, len);
    if (want)
        (void)snprintf(message, sizeof message, "%s", iso_err_msg());
    const iso_err err = iso_json_parse_pairs(&root, &pairs, bytes, len);
    if (err != want)
        fail_msg("%d, alone %d: %.*s", (int)err, (int)want, (int)len, json);
    if (err) {
        text(iso_err_msg(), message);
        assert_null(root);
        assert_int_equal(pairs.count, 0);
    } else {
        count = show_pairs(&a, list_of(alone));
        if (pairs.count != count)
            fail_msg("%d pairs, alone %d: %.*s", (int)pairs.count, (int)count, (int)len, json);
        for (int64_t i = 0; i < count; i++)
            ok(iso_buf_printf(&b, "'%s' %.17g,", pairs.pair[i].text, pairs.pair[i].number));
        show_nodes(&a, alone, count ? list_of(alone) : NULL);
        show_nodes(&b, root, count ? list_of(root) : NULL);
        text(a.text, b.text);
    }
    iso_buf_free(&a);
    iso_buf_free(&b);
    iso_json_pairs_free(&pairs);
    iso_json_free(root);
    iso_json_free(alone);
    free(bytes);
    return count;
}

#endif
