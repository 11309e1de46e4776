/* Tab-separated lines under a header that names the columns. */
#include <inttypes.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/io/corpus_inside.h"

/* A file under way. */
struct tsv {
    struct lines *in;
    iso_corpus_layout layout;
    int64_t quoted;   /* fields with doubled quotes between quotes, as spreadsheets write them */
    int64_t unquoted; /* fields that begin with a quote and are no such thing */
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

/* The header ------------------------------------------------------------------------ */

static iso_err remark(struct tsv *t, const char *const *names)
{
    iso_buf said = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_corpus_layout_say(&said, &t->layout, &t->in->store->wish, names, t->layout.fields));
    if (said.len > 0)
        ISO_TRY(iso_corpus_remark(t->in, &said));
done:
    iso_buf_free(&said);
    return err;
}

/* Names point into `header`, which is cut. */
static iso_err read_header(const char ***names, struct tsv *t, char *header)
{
    int64_t count = 0, room = 1;
    iso_err err = ISO_OK;

    for (const char *c = header; *c; c++)
        room += *c == '\t';
    ISO_TRY(iso_alloc(names, room, sizeof **names));
    for (const char *name; (name = cut(&header));)
        (*names)[count++] = name;
    ISO_TRY(iso_corpus_layout_choose(&t->layout, &t->in->store->wish, t->in->path, *names, count));
done:
    return err;
}

/* Quotes ---------------------------------------------------------------------------- */

/* Whether the field is what a spreadsheet makes of a text with quotes. */
static bool spreadsheet(bool *doubled, const char *field)
{
    const char *at = field + 1;

    *doubled = false;
    if (*field != '"')
        return false;
    for (;; at += 2) {
        at = strchr(at, '"');
        if (!at || at[1] != '"')
            break;
        *doubled = true;
    }
    return at && at[1] == '\0';
}

static void look(struct tsv *t, const char *field)
{
    bool doubled;

    if (*field != '"')
        return;
    if (!spreadsheet(&doubled, field))
        t->unquoted++;
    else
        t->quoted += doubled;
}

static void unquote(const char **field)
{
    bool doubled;

    if (!spreadsheet(&doubled, *field))
        return;
    char *to = (char *)*field; /* ours, in a block */
    const char *from = *field + 1;
    for (; *from != '"' || from[1] == '"'; from += *from == '"' ? 2 : 1)
        *to++ = *from;
    *to = '\0';
}

/* Where quotes stand in the way of text, all of them do: a spreadsheet quotes no field by half. */
static iso_err settle_quotes(struct tsv *t, const struct corpus_file *file)
{
    struct iso_corpus_store *s = t->in->store;

    if (s->kind == ISO_CORPUS_TSV)
        t->quoted = 0;
    if (t->quoted > 0 && t->unquoted > 0)
        return iso_fail(
            ISO_EFORMAT,
            "%s: %" PRId64 " fields hold doubled quotes between quotes, %" PRId64
            " begin with a quote otherwise: " ISO_FIELD(
                text_format) " tsv takes all as they are, " ISO_FIELD(text_format) " csv reads "
                                                                                   "quoted fields",
            t->in->path, t->quoted, t->unquoted);
    for (int c = 0; c < CORPUS_COLUMNS && t->quoted > 0; c++) {
        for (int64_t i = file->first; t->layout.field[c] >= 0 && i < s->items; i++)
            unquote(&s->column[c][i]);
    }
    s->unquoted += t->quoted;
    return ISO_OK;
}

/* Lines ----------------------------------------------------------------------------- */

static iso_err add_line(struct tsv *t, char *text)
{
    struct iso_corpus_store *s = t->in->store;
    int64_t fields = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_corpus_more(s));
    for (const char *field; (field = cut(&text)); fields++) {
        for (int c = 0; c < CORPUS_COLUMNS; c++) {
            if (t->layout.field[c] != fields)
                continue;
            s->column[c][s->items] = field;
            look(t, field);
        }
    }
    if (fields != t->layout.fields)
        ISO_FAIL(ISO_EFORMAT,
                 "%s: line %" PRId64 " has %" PRId64 " fields, its header %" PRId64
                 "; fields are separated by single tabs (" ISO_FIELD(
                     text_format) " csv reads quoted ones)",
                 t->in->path, t->in->number, fields, t->layout.fields);
    s->items++;
done:
    return err;
}

static iso_err read_lines(struct tsv *t)
{
    struct line line;
    bool there = false;
    iso_err err = ISO_OK;

    ISO_TRY(iso_corpus_claim(t->in, iso_corpus_layout_has(&t->layout)));
    while (!iso_corpus_full(t->in->store)) {
        ISO_TRY(iso_corpus_line(&line, &there, t->in));
        if (!there)
            break;
        ISO_TRY(add_line(t, line.text));
    }
done:
    return err;
}

iso_err iso_corpus_tsv(struct lines *in, struct corpus_file *file)
{
    struct tsv t = {.in = in};
    const char **names = NULL;
    char nothing[] = "";
    struct line line;
    bool there = false;
    iso_err err = ISO_OK;

    ISO_TRY(iso_corpus_line(&line, &there, in));
    ISO_TRY(read_header(&names, &t, there ? line.text : nothing));
    file->before = 1;
    ISO_TRY(read_lines(&t));
    if (in->store->items == file->first)
        ISO_FAIL(ISO_EFORMAT, "%s: has a header and no line after it", in->path);
    ISO_TRY(settle_quotes(&t, file));
    ISO_TRY(remark(&t, names));
done:
    iso_free(names);
    return err;
}
