#include <stdio.h>
#include <string.h>

#include "lib/base/utf8.h"
#include "lib/io/json.h"
#include "lib/io/record_write.h"
#include "lib/io/number.h"

static iso_err add_point(iso_buf *out, const char *text, int size, uint32_t point)
{
    static const char letters[] = "btn.fr"; /* of the control characters 8 to 13; 11 has none */

    if (point == '"' || point == '\\')
        return iso_buf_printf(out, "\\%c", (int)point);
    if (point >= 8 && point <= 13 && point != 11)
        return iso_buf_printf(out, "\\%c", letters[point - 8]);
    /* The two line separators end a line for JavaScript; `<` could close a script on a page. */
    if (point < ' ' || point == 127 || point == '<' || point == 0x2028 || point == 0x2029)
        return iso_buf_printf(out, "\\u%04x", (unsigned)point);
    return iso_buf_add(out, text, size);
}

iso_err iso_json_quote(iso_buf *out, const char *text)
{
    iso_err err = ISO_OK;

    if (!text)
        return iso_buf_puts(out, "null");
    ISO_TRY(iso_buf_puts(out, "\""));
    for (int64_t left = (int64_t)strlen(text); left > 0;) {
        uint32_t point = 0;
        const int size = iso_utf8_next(&point, text, left);
        if (size)
            ISO_TRY(add_point(out, text, size, point));
        else
            ISO_TRY(iso_buf_puts(out, "\xef\xbf\xbd"));
        text += size ? size : 1;
        left -= size ? size : 1;
    }
    ISO_TRY(iso_buf_puts(out, "\""));
done:
    return err;
}

iso_err iso_json_member(iso_buf *out, const char *name, const char *text)
{
    iso_err err = ISO_OK;

    if (!text)
        return ISO_OK;
    ISO_TRY(iso_buf_printf(out, ", \"%s\": ", name));
    ISO_TRY(iso_json_quote(out, text));
done:
    return err;
}

/* The column as JSON, or nothing when it is absent; an undefined value is reported. */
static iso_err add_column(iso_buf *out, const iso_record *r, const iso_column *c, bool *first)
{
    char number[ISO_NUMBER_SIZE] = "null";
    const bool has = iso_record_has(r, c);
    iso_err err = ISO_OK;

    if (!has && strcmp(c->name, "value") != 0)
        return ISO_OK;
    ISO_TRY(iso_buf_printf(out, "%s\"%s\": ", *first ? "" : ", ", c->name));
    *first = false;
    if (c->kind == ISO_COLUMN_TEXT)
        return iso_json_quote(out, iso_record_text(r, c));
    if (has && c->kind == ISO_COLUMN_REAL)
        (void)iso_number_exact(number, iso_record_real(r, c));
    else if (has)
        (void)iso_number_int(number, iso_record_int(r, c));
    ISO_TRY(iso_buf_puts(out, number));
done:
    return err;
}

static iso_err add_records(iso_buf *out, const iso_records *records)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_puts(out, "["));
    for (int64_t i = 0; i < records->count; i++) {
        bool first = true;
        ISO_TRY(iso_buf_puts(out, i ? ",\n  {" : "\n  {"));
        for (int c = 0; c < iso_column_count(); c++)
            ISO_TRY(add_column(out, &records->at[i], iso_column_at(c), &first));
        ISO_TRY(iso_buf_puts(out, "}"));
    }
    ISO_TRY(iso_buf_puts(out, records->count ? "\n ]" : "]"));
done:
    return err;
}

static iso_err add_command(iso_buf *out, const iso_origin *o)
{
    iso_err err = ISO_OK;

    for (int i = 0; i < o->command_count; i++) {
        ISO_TRY(iso_buf_puts(out, i ? ", " : ""));
        ISO_TRY(iso_json_quote(out, o->command[i]));
    }
done:
    return err;
}

/* How an input was read, where that is a choice; fields as a person sees them. */
static iso_err add_reading(iso_buf *out, const iso_states_file *f)
{
    char as[512];
    iso_err err = ISO_OK;

    if (!f->read_as || !*f->read_as)
        return ISO_OK;
    (void)snprintf(as, sizeof as, "%s", f->read_as);
    iso_fields_show(as);
    ISO_TRY(iso_buf_puts(out, ", \"read_as\": "));
    ISO_TRY(iso_json_quote(out, as));
done:
    return err;
}

static iso_err add_inputs(iso_buf *out, const iso_origin *o)
{
    iso_err err = ISO_OK;

    for (int i = 0; i < o->input_count; i++) {
        ISO_TRY(iso_buf_puts(out, i ? ", {\"path\": " : "{\"path\": "));
        ISO_TRY(iso_json_quote(out, o->inputs[i].path));
        if (o->inputs[i].layout) {
            ISO_TRY(iso_buf_puts(out, ", \"layout\": "));
            ISO_TRY(iso_json_quote(out, o->inputs[i].layout));
        }
        ISO_TRY(iso_buf_printf(out, ", \"bytes\": %lld", (long long)o->inputs[i].bytes));
        ISO_TRY(add_reading(out, &o->inputs[i]));
        ISO_TRY(iso_buf_puts(out, "}"));
    }
done:
    return err;
}

static iso_err add_machine(iso_buf *out, const iso_origin *o)
{
    iso_err err = ISO_OK;

    for (int i = 0; i < o->machine_count; i++) {
        ISO_TRY(iso_buf_puts(out, i ? ", " : ""));
        ISO_TRY(iso_json_quote(out, o->machine[i].name));
        ISO_TRY(iso_buf_puts(out, ": "));
        ISO_TRY(iso_json_quote(out, o->machine[i].text));
    }
done:
    return err;
}

iso_err iso_json_origin(iso_buf *out, const iso_origin *origin)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_puts(out, "{\"isogloss\": "));
    ISO_TRY(iso_json_quote(out, origin->version));
    ISO_TRY(iso_buf_puts(out, ",\n \"command\": ["));
    ISO_TRY(add_command(out, origin));
    ISO_TRY(iso_buf_puts(out, "],\n \"inputs\": ["));
    ISO_TRY(add_inputs(out, origin));
    ISO_TRY(iso_buf_puts(out, "],\n \"machine\": {"));
    ISO_TRY(add_machine(out, origin));
    ISO_TRY(iso_buf_puts(out, "}"));
done:
    return err;
}

iso_err iso_json_write(iso_buf *out, const iso_records *records, const iso_origin *origin)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_json_origin(out, origin));
    ISO_TRY(iso_buf_puts(out, ",\n \"records\": "));
    ISO_TRY(add_records(out, records));
    ISO_TRY(iso_buf_puts(out, "}\n"));
done:
    return err;
}
