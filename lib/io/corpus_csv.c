/* Tables with quoted fields (RFC 4180): a header, then a record an item, over several lines where a
 * quoted field has them. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/io/corpus_inside.h"
#include "lib/io/delimited.h"

enum { RECORD = 1 << 26 }; /* bytes of a record; what is longer is a quote that is not closed */

/* A file under way. */
struct csv {
    struct lines *in;
    iso_delimited *fields; /* of the record at hand */
    iso_buf joined;        /* the record, where it has several lines */
    iso_corpus_layout layout;
    const char **names;
    char separator;
    int64_t blank; /* lines ignored */
};

/* A record's bytes, which live until the next one; *there is false after the last. */
static iso_err next_record(struct line *out, bool *there, struct csv *c)
{
    struct line line;
    bool open = false;
    iso_err err = ISO_OK;

    ISO_TRY(iso_corpus_line(out, there, c->in));
    if (!*there || !iso_delimited_opens(out->text, out->len, c->separator, false))
        goto done;
    c->joined.len = 0;
    ISO_TRY(iso_buf_add(&c->joined, out->text, out->len));
    for (open = true; open && c->joined.len <= RECORD;) {
        ISO_TRY(iso_corpus_line(&line, there, c->in));
        if (!*there)
            break;
        ISO_TRY(iso_buf_puts(&c->joined, "\n"));
        ISO_TRY(iso_buf_add(&c->joined, line.text, line.len));
        open = iso_delimited_opens(line.text, line.len, c->separator, true);
    }
    *there = true; /* a quote that stays open is reported where fields are read */
    *out = (struct line){c->joined.text, c->joined.len};
done:
    return err;
}

/* The fields of the next record that is not blank. */
static iso_err next_fields(bool *there, struct csv *c)
{
    char said[512];
    struct line record;
    bool more = false;
    iso_err err = ISO_OK;

    do {
        const int64_t first = c->in->number + 1;
        ISO_TRY(next_record(&record, there, c));
        if (!*there)
            break;
        c->fields->at = record.text;
        c->fields->end = record.text + record.len;
        c->fields->separator = c->separator;
        c->fields->quotes = true;
        c->fields->next = first;
        err = iso_delimited_next(&more, c->fields);
        c->blank += !more;
    } while (!more && !err);
    if (err == ISO_EFORMAT) {
        (void)snprintf(said, sizeof said, "%s", iso_err_msg());
        ISO_FAIL(err, "%s: %s", c->in->path, said);
    }
done:
    return err;
}

/* The header ------------------------------------------------------------------------ */

static iso_err keep_names(struct csv *c)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&c->names, c->fields->count, sizeof *c->names));
    for (int i = 0; i < c->fields->count; i++) {
        const char *name = iso_delimited_field(c->fields, i);
        ISO_TRY(iso_corpus_keep_name(&c->names[i], c->in->store, name));
    }
    c->layout.fields = c->fields->count;
done:
    return err;
}

/* The sign that stands in the header: the comma before others. */
static iso_err choose_separator(struct csv *c)
{
    static const char signs[] = ",;\t";
    const char *line = NULL;
    int64_t len = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_corpus_peek(&line, &len, c->in));
    c->separator = signs[0];
    for (const char *sign = signs; *sign; sign++) {
        if (memchr(line, *sign, (size_t)len)) {
            c->separator = *sign;
            break;
        }
    }
done:
    return err;
}

static iso_err read_header(struct csv *c)
{
    bool there = false;
    iso_err err = ISO_OK;

    ISO_TRY(choose_separator(c));
    ISO_TRY(next_fields(&there, c));
    if (!there)
        ISO_FAIL(ISO_EFORMAT, "%s: has no header, only blank lines", c->in->path);
    ISO_TRY(keep_names(c));
    ISO_TRY(iso_corpus_layout_choose(&c->layout, &c->in->store->wish, c->in->path, c->names,
                                     c->layout.fields));
    ISO_TRY(iso_corpus_claim(c->in, iso_corpus_layout_has(&c->layout)));
done:
    return err;
}

/* Records --------------------------------------------------------------------------- */

static iso_err add_record(struct csv *c, int64_t first)
{
    struct iso_corpus_store *s = c->in->store;
    iso_err err = ISO_OK;

    if (c->fields->count != c->layout.fields)
        ISO_FAIL(ISO_EFORMAT,
                 "%s: line %" PRId64 " has %d fields, its header %" PRId64
                 "; a field with %s in it stands in quotes",
                 c->in->path, first, c->fields->count, c->layout.fields,
                 c->separator == ','   ? "a comma"
                 : c->separator == ';' ? "a semicolon"
                                       : "a tab");
    ISO_TRY(iso_corpus_more(s));
    for (int k = 0; k < CORPUS_COLUMNS; k++) {
        if (c->layout.field[k] < 0)
            continue;
        const char *field = iso_delimited_field(c->fields, (int)c->layout.field[k]);
        ISO_TRY(iso_corpus_keep(&s->column[k][s->items], s, field, (int64_t)strlen(field)));
    }
    s->items++;
done:
    return err;
}

static iso_err remark(struct csv *c)
{
    iso_buf said = {0}, choice = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_corpus_layout_say(&choice, &c->layout, &c->in->store->wish, c->names,
                                  c->layout.fields));
    ISO_TRY(iso_buf_printf(&said, "read as a table with quoted fields%s%s", choice.len ? ": " : "",
                           choice.len ? choice.text : ""));
    if (c->blank > 0)
        ISO_TRY(iso_buf_printf(&said, "; %" PRId64 " blank line%s ignored", c->blank,
                               c->blank == 1 ? "" : "s"));
    ISO_TRY(iso_corpus_remark(c->in, &said));
done:
    iso_buf_free(&said);
    iso_buf_free(&choice);
    return err;
}

iso_err iso_corpus_csv(struct lines *in, struct corpus_file *file)
{
    struct csv c = {.in = in};
    bool there = true;
    iso_err err = ISO_OK;

    file->loose = true;
    ISO_TRY(iso_alloc(&c.fields, 1, sizeof *c.fields));
    ISO_TRY(read_header(&c));
    while (!iso_corpus_full(in->store)) {
        ISO_TRY(next_fields(&there, &c));
        if (!there)
            break;
        ISO_TRY(add_record(&c, c.fields->number));
    }
    if (in->store->items == file->first)
        ISO_FAIL(ISO_EFORMAT, "%s: has a header and no line after it", in->path);
    ISO_TRY(remark(&c));
done:
    if (c.fields)
        iso_delimited_free(c.fields);
    iso_free(c.fields);
    iso_free(c.names);
    iso_buf_free(&c.joined);
    return err;
}
