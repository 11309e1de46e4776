#include "lib/io/record_read.h"
#include "lib/io/record_write.h"

#include <math.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/io/delimited.h"
#include "lib/io/number.h"

static iso_err add_field(iso_buf *out, const char *text)
{
    iso_err err = ISO_OK;

    if (!text[strcspn(text, ",\"\r\n")])
        return iso_buf_puts(out, text);
    ISO_TRY(iso_buf_puts(out, "\""));
    for (; *text; text++)
        ISO_TRY(*text == '"' ? iso_buf_puts(out, "\"\"") : iso_buf_add(out, text, 1));
    ISO_TRY(iso_buf_puts(out, "\""));
done:
    return err;
}

static iso_err add_column(iso_buf *out, const iso_record *r, const iso_column *c)
{
    char number[ISO_NUMBER_SIZE];

    if (!iso_record_has(r, c))
        return ISO_OK;
    if (c->kind == ISO_COLUMN_TEXT)
        return add_field(out, iso_record_text(r, c));
    if (c->kind == ISO_COLUMN_REAL)
        return iso_buf_puts(out, iso_number_exact(number, iso_record_real(r, c)));
    return iso_buf_puts(out, iso_number_int(number, iso_record_int(r, c)));
}

iso_err iso_csv_write(iso_buf *out, const iso_records *records)
{
    const int columns = iso_column_count();
    iso_err err = ISO_OK;

    for (int c = 0; c < columns; c++) {
        ISO_TRY(iso_buf_puts(out, iso_column_at(c)->name));
        ISO_TRY(iso_buf_puts(out, c + 1 < columns ? "," : "\n"));
    }
    for (int64_t i = 0; i < records->count; i++) {
        for (int c = 0; c < columns; c++) {
            ISO_TRY(add_column(out, &records->at[i], iso_column_at(c)));
            ISO_TRY(iso_buf_puts(out, c + 1 < columns ? "," : "\n"));
        }
    }
done:
    return err;
}

/* --- Reading --- */

static iso_err set_column(iso_record *r, const iso_column *c, const char *text, int64_t number)
{
    void *field = (char *)r + c->offset;
    double real;

    if (!*text)
        return ISO_OK;
    if (c->kind == ISO_COLUMN_TEXT) {
        memcpy(field, &text, sizeof text);
    } else if (c->kind == ISO_COLUMN_REAL) {
        if (!iso_str_double(&real, text) || !isfinite(real))
            return iso_fail(ISO_EFORMAT, "line %lld: %s is '%.40s', not a finite number",
                            (long long)number, c->name, text);
        memcpy(field, &real, sizeof real);
    } else if (!iso_str_int(field, text)) {
        return iso_fail(ISO_EFORMAT, "line %lld: %s is '%.40s', not a whole number",
                        (long long)number, c->name, text);
    }
    return ISO_OK;
}

static iso_err read_record(iso_records *list, const iso_delimited *head, const iso_delimited *line)
{
    iso_record r = iso_record_none();
    iso_err err = ISO_OK;

    if (line->count != head->count)
        ISO_FAIL(ISO_EFORMAT, "line %lld has %d fields, the header %d", (long long)line->number,
                 line->count, head->count);
    for (int i = 0; i < line->count; i++) {
        const iso_column *c = iso_column_named(iso_delimited_field(head, i));
        if (c)
            ISO_TRY(set_column(&r, c, iso_delimited_field(line, i), line->number));
    }
    if (!r.measure)
        ISO_FAIL(ISO_EFORMAT, "line %lld has no measure", (long long)line->number);
    ISO_TRY(iso_records_add(list, &r));
done:
    return err;
}

static iso_err read_head(iso_delimited *head)
{
    bool more = false;
    iso_err err = ISO_OK;

    ISO_TRY(iso_delimited_next(&more, head));
    for (int i = 0; more && i < head->count; i++) {
        if (strcmp(iso_delimited_field(head, i), "measure") == 0)
            return ISO_OK;
    }
    ISO_FAIL(ISO_EFORMAT, "line 1: no column is called 'measure', so these are no records");
done:
    return err;
}

iso_err iso_csv_read(iso_records *records, const char *bytes, int64_t len)
{
    iso_delimited *d = NULL; /* the header, the line at hand */
    iso_records list = {0};
    bool more = false;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&d, 2, sizeof *d));
    ISO_TRY(iso_delimited_begin(&d[0], bytes, len, false));
    ISO_TRY(read_head(&d[0]));
    d[1] = d[0];
    d[1].text = (iso_buf){0};
    for (;;) {
        ISO_TRY(iso_delimited_next(&more, &d[1]));
        if (!more)
            break;
        ISO_TRY(read_record(&list, &d[0], &d[1]));
    }
    *records = list;
    list = (iso_records){0};
done:
    if (d) {
        iso_delimited_free(&d[0]);
        iso_delimited_free(&d[1]);
    }
    iso_free(d);
    iso_records_free(&list);
    return err;
}
