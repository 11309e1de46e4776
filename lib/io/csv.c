#include "lib/io/csv.h"

#include <math.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/utf8.h"
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

enum { FIELDS_MAX = 512 };

/* One line's fields, unquoted, each NUL-terminated in `text`. */
struct line {
    iso_buf text;
    int64_t start[FIELDS_MAX];
    int count;
};

struct reader {
    const char *at, *end;
    char separator;
    int64_t number; /* of the line at hand, from 1 */
};

static bool at_break(const struct reader *in)
{
    return in->at == in->end || *in->at == in->separator || *in->at == '\n' ||
           (*in->at == '\r' && (in->at + 1 == in->end || in->at[1] == '\n'));
}

/* After the opening quote, up to and over the closing one. */
static iso_err quoted(struct reader *in, iso_buf *text)
{
    const int64_t began = in->number;
    iso_err err = ISO_OK;

    for (;; in->at++) {
        if (in->at == in->end)
            ISO_FAIL(ISO_EFORMAT, "line %lld: a quote is opened and not closed", (long long)began);
        if (*in->at == '"') {
            in->at++;
            if (in->at == in->end || *in->at != '"')
                break;
        }
        in->number += *in->at == '\n';
        ISO_TRY(iso_buf_add(text, in->at, 1));
    }
    if (!at_break(in))
        ISO_FAIL(ISO_EFORMAT, "line %lld: text after a closing quote", (long long)in->number);
done:
    return err;
}

static iso_err read_field(struct reader *in, iso_buf *text)
{
    const char *begin = in->at;

    if (in->at < in->end && *in->at == '"' && in->separator == ',') {
        in->at++;
        return quoted(in, text);
    }
    while (!at_break(in))
        in->at++;
    return iso_buf_add(text, begin, in->at - begin);
}

static iso_err read_line(struct line *line, struct reader *in)
{
    iso_err err = ISO_OK;

    line->text.len = 0;
    line->count = 0;
    for (;;) {
        if (line->count == FIELDS_MAX)
            ISO_FAIL(ISO_EFORMAT, "line %lld has more than %d fields", (long long)in->number,
                     FIELDS_MAX);
        line->start[line->count++] = line->text.len;
        ISO_TRY(read_field(in, &line->text));
        ISO_TRY(iso_buf_add(&line->text, "", 1));
        if (in->at == in->end || *in->at != in->separator)
            break;
        in->at++;
    }
    if (in->at < in->end && *in->at == '\r')
        in->at++;
    if (in->at < in->end)
        in->at++; /* the line feed */
done:
    return err;
}

static const char *field_of(const struct line *line, int i)
{
    return line->text.text + line->start[i];
}

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

static iso_err read_record(iso_records *list, const struct line *head, const struct line *line,
                           int64_t number)
{
    iso_record r = iso_record_none();
    iso_err err = ISO_OK;

    if (line->count != head->count)
        ISO_FAIL(ISO_EFORMAT, "line %lld has %d fields, the header %d", (long long)number,
                 line->count, head->count);
    for (int i = 0; i < line->count; i++) {
        const iso_column *c = iso_column_named(field_of(head, i));
        if (c)
            ISO_TRY(set_column(&r, c, field_of(line, i), number));
    }
    if (!r.measure)
        ISO_FAIL(ISO_EFORMAT, "line %lld has no measure", (long long)number);
    ISO_TRY(iso_records_add(list, &r));
done:
    return err;
}

static iso_err read_head(struct line *head, struct reader *in)
{
    const char *stop = memchr(in->at, '\n', (size_t)(in->end - in->at));
    const size_t size = (size_t)((stop ? stop : in->end) - in->at);
    iso_err err = ISO_OK;

    if (memchr(in->at, '\t', size) && !memchr(in->at, ',', size))
        in->separator = '\t';
    ISO_TRY(read_line(head, in));
    for (int i = 0; i < head->count; i++) {
        if (strcmp(field_of(head, i), "measure") == 0)
            return ISO_OK;
    }
    ISO_FAIL(ISO_EFORMAT, "line 1: no column is called 'measure', so these are no records");
done:
    return err;
}

iso_err iso_csv_read(iso_records *records, const char *bytes, int64_t len)
{
    struct reader in = {bytes, bytes + len, ',', 1};
    struct line *lines = NULL; /* the header, the line at hand */
    iso_records list = {0};
    iso_err err = ISO_OK;

    if (!iso_utf8_valid(bytes, len) || memchr(bytes, '\0', (size_t)len))
        ISO_FAIL(ISO_EFORMAT, "not a table of records: the text is not UTF-8");
    if (len >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
        in.at += 3;
    ISO_TRY(iso_alloc(&lines, 2, sizeof *lines));
    ISO_TRY(read_head(&lines[0], &in));
    for (;;) {
        in.number++;
        if (in.at == in.end)
            break;
        const int64_t number = in.number;
        ISO_TRY(read_line(&lines[1], &in));
        if (lines[1].count > 1 || *field_of(&lines[1], 0))
            ISO_TRY(read_record(&list, &lines[0], &lines[1], number));
    }
    *records = list;
    list = (iso_records){0};
done:
    if (lines) {
        iso_buf_free(&lines[0].text);
        iso_buf_free(&lines[1].text);
    }
    iso_free(lines);
    iso_records_free(&list);
    return err;
}
