/* Tab-separated lines under a header that names the columns. */
#include "lib/io/corpus_inside.h"

#include <inttypes.h>
#include <string.h>

#include "lib/base/alloc.h"

const char *const iso_corpus_names[CORPUS_COLUMNS] = {"text", "text2", "id", "label"};

/* The option: "text=sentence,id=index_id" ------------------------------------------- */

static int column_called(const char *name)
{
    for (int c = 0; c < CORPUS_COLUMNS; c++) {
        if (strcmp(iso_corpus_names[c], name) == 0)
            return c;
    }
    return -1;
}

static iso_err unknown(const char *name)
{
    const char *near = iso_str_nearest(name, iso_corpus_names, CORPUS_COLUMNS);

    return near ? iso_fail(ISO_EARG, "columns: \"%.60s\" is not known; did you mean %s", name, near)
                : iso_fail(ISO_EARG, "columns: \"%.60s\" is not one of text, text2, id, label",
                           name);
}

/* One "text=sentence" of the option. */
static iso_err want(struct iso_corpus_store *s, char *word)
{
    char *name = strchr(word, '=');
    iso_err err = ISO_OK;

    ISO_NEED(name && name > word && name[1],
             "columns: \"%.60s\" is not like text=NAME,id=NAME,label=NAME", word);
    *name++ = '\0';
    const int c = column_called(word);
    if (c < 0)
        ISO_TRY(unknown(word));
    ISO_NEED(!s->wanted[c], "columns: %s is given twice", word);
    ISO_TRY(iso_str_dup(&s->wanted[c], name, -1));
done:
    return err;
}

iso_err iso_corpus_columns(struct iso_corpus_store *s, const char *columns)
{
    char *copy = NULL;
    iso_err err = ISO_OK;

    if (!columns)
        return ISO_OK;
    ISO_TRY(iso_str_dup(&copy, columns, -1));
    for (char *word = copy, *next; word; word = next) {
        next = strchr(word, ',');
        if (next)
            *next++ = '\0';
        ISO_TRY(want(s, word));
    }
done:
    iso_free(copy);
    return err;
}

iso_err iso_corpus_check_columns(const char *columns)
{
    struct iso_corpus_store s = {0};
    const iso_err err = iso_corpus_columns(&s, columns);

    for (int c = 0; c < CORPUS_COLUMNS; c++)
        iso_free(s.wanted[c]);
    return err;
}

/* The header ------------------------------------------------------------------------ */

/* Which field of each line is which column; -1 = none. */
struct layout {
    int64_t field[CORPUS_COLUMNS];
    int64_t fields;
};

/* The next field of a line, cut off at its tab; NULL after the last. */
static char *cut(char **rest)
{
    char *field = *rest;

    if (field) {
        char *tab = strchr(field, '\t');
        *rest = tab ? tab + 1 : NULL;
        if (tab)
            *tab = '\0';
    }
    return field;
}

static const char *name_of(const struct iso_corpus_store *s, int c)
{
    return s->wanted[c] ? s->wanted[c] : iso_corpus_names[c];
}

/* What is missing, and what is there instead. */
static iso_err no_column(const struct lines *in, const char *name, const char *header)
{
    iso_buf there = {0};
    iso_err err = ISO_OK;

    while (*header && there.len < 400) {
        const size_t len = strcspn(header, "\t");
        ISO_TRY(iso_buf_puts(&there, there.len ? ", " : ""));
        ISO_TRY(iso_buf_add(&there, header, len < 60 ? (int64_t)len : 60));
        header += len + (header[len] == '\t');
    }
    ISO_FAIL(ISO_EFORMAT,
             "%s: has no column %.60s, only %s%s; say which is which with --columns "
             "text=NAME,id=NAME",
             in->path, name, there.text ? there.text : "one without a name",
             *header ? ", ..." : "");
done:
    iso_buf_free(&there);
    return err;
}

static iso_err read_header(struct layout *out, struct lines *in, char *header)
{
    const struct iso_corpus_store *s = in->store;
    char *copy = NULL, *rest = NULL;
    iso_err err = ISO_OK;

    *out = (struct layout){{-1, -1, -1, -1}, 0};
    ISO_TRY(iso_str_dup(&copy, header, -1));
    rest = copy;
    for (const char *name; (name = cut(&rest)); out->fields++) {
        for (int c = 0; c < CORPUS_COLUMNS; c++) {
            if (strcmp(name, name_of(s, c)) != 0)
                continue;
            if (out->field[c] >= 0)
                ISO_FAIL(ISO_EFORMAT, "%s: line 1: column %.60s is there twice", in->path, name);
            out->field[c] = out->fields;
        }
    }
    for (int c = 0; c < CORPUS_COLUMNS; c++) {
        if (out->field[c] < 0 && (c == CORPUS_TEXT || s->wanted[c]))
            ISO_TRY(no_column(in, name_of(s, c), header));
    }
done:
    iso_free(copy);
    return err;
}

/* Lines ----------------------------------------------------------------------------- */

static iso_err add_line(struct lines *in, const struct layout *layout, char *text)
{
    struct iso_corpus_store *s = in->store;
    int64_t fields = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_corpus_more(s));
    for (const char *field; (field = cut(&text)); fields++) {
        for (int c = 0; c < CORPUS_COLUMNS; c++) {
            if (layout->field[c] == fields)
                s->column[c][s->items] = field;
        }
    }
    if (fields != layout->fields)
        ISO_FAIL(ISO_EFORMAT,
                 "%s: line %" PRId64 " has %" PRId64 " fields, its header %" PRId64
                 "; fields are separated by single tabs",
                 in->path, in->number, fields, layout->fields);
    s->items++;
done:
    return err;
}

iso_err iso_corpus_tsv(struct lines *in, struct corpus_file *file)
{
    struct layout layout;
    struct line line;
    bool there = false;
    unsigned has = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_corpus_line(&line, &there, in));
    ISO_TRY(read_header(&layout, in, there ? line.text : (char[]){""}));
    file->before = 1;
    for (int c = 0; c < CORPUS_COLUMNS; c++)
        has |= layout.field[c] >= 0 ? 1u << c : 0;
    ISO_TRY(iso_corpus_claim(in, has));
    while (!iso_corpus_full(in->store)) {
        ISO_TRY(iso_corpus_line(&line, &there, in));
        if (!there)
            break;
        ISO_TRY(add_line(in, &layout, line.text));
    }
    if (in->store->items == file->first)
        ISO_FAIL(ISO_EFORMAT, "%s: has a header and no line after it", in->path);
done:
    return err;
}
