#include <string.h>

#include "lib/io/json.h"
#include "lib/io/record_read.h"

/* One member into its field; null is absent. */
static iso_err set_column(iso_record *r, const iso_column *c, const iso_json *node, int64_t index)
{
    void *field = (char *)r + c->offset;
    bool fits = iso_json_is(node) == ISO_JSON_NULL;

    if (fits)
        return ISO_OK;
    if (c->kind == ISO_COLUMN_TEXT) {
        const char *text = iso_json_text(node);
        fits = text != NULL;
        if (fits)
            memcpy(field, &text, sizeof text);
    } else if (c->kind == ISO_COLUMN_REAL) {
        fits = iso_json_number(field, node);
    } else {
        fits = iso_json_int(field, node);
    }
    if (fits)
        return ISO_OK;
    if (iso_json_is(node) == ISO_JSON_NUMBER && c->kind != ISO_COLUMN_TEXT &&
        !iso_json_number(&(double){0}, node))
        return iso_fail(ISO_EFORMAT,
                        "record %lld: %s is NaN or infinite; what is not defined is null in JSON",
                        (long long)index, c->name);
    return iso_fail(ISO_EFORMAT, "record %lld: %s is not %s", (long long)index, c->name,
                    c->kind == ISO_COLUMN_TEXT   ? "a text"
                    : c->kind == ISO_COLUMN_REAL ? "a finite number"
                                                 : "a whole number");
}

static iso_err read_one(iso_records *list, const iso_json *object, int64_t index)
{
    iso_record r = iso_record_none();
    iso_err err = ISO_OK;

    if (iso_json_is(object) != ISO_JSON_OBJECT)
        return iso_fail(ISO_EFORMAT, "record %lld is not an object", (long long)index);
    for (const iso_json *m = iso_json_first(object); m; m = iso_json_next(m)) {
        const iso_column *c = iso_column_named(iso_json_name(m));
        if (c)
            ISO_TRY(set_column(&r, c, m, index));
    }
    if (!r.measure || !*r.measure)
        ISO_FAIL(ISO_EFORMAT, "record %lld has no measure", (long long)index);
    ISO_TRY(iso_records_add(list, &r));
done:
    return err;
}

static iso_err read_command(iso_buf *out, const iso_json *array)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_puts(out, ""));
    for (const iso_json *m = iso_json_first(array); m; m = iso_json_next(m)) {
        ISO_TRY(iso_buf_puts(out, m == iso_json_first(array) ? "" : " "));
        ISO_TRY(iso_buf_word(out, iso_json_text(m) ? iso_json_text(m) : ""));
    }
done:
    return err;
}

iso_err iso_json_read(iso_records *records, iso_buf *command, const char *bytes, int64_t len)
{
    iso_records list = {0};
    iso_buf line = {0};
    iso_json *root = NULL;
    int64_t index = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_json_parse(&root, bytes, len));
    const iso_json *array = root;
    if (iso_json_is(root) == ISO_JSON_OBJECT)
        array = iso_json_get(root, "records");
    if (iso_json_is(array) != ISO_JSON_ARRAY)
        ISO_FAIL(ISO_EFORMAT, "no array of records in this JSON");
    for (const iso_json *m = iso_json_first(array); m; m = iso_json_next(m))
        ISO_TRY(read_one(&list, m, ++index));
    if (command) {
        ISO_TRY(read_command(&line, iso_json_get(root, "command")));
        *command = line;
        line = (iso_buf){0};
    }
    *records = list;
    list = (iso_records){0};
done:
    iso_json_free(root);
    iso_records_free(&list);
    iso_buf_free(&line);
    return err;
}
