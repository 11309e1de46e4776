/* JSON: an object or a text a line, or one array of them. */
#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/io/corpus_inside.h"
#include "lib/io/json.h"
#include "lib/io/number.h"

static const int64_t array_most = (int64_t)1 << 30; /* bytes of an array, which is parsed whole */

/* A file under way. */
struct json {
    struct lines *in;
    struct corpus_file *file;
    bool begun, texts; /* the first item was seen; items are texts, not objects */
    bool squad;        /* one object of questions (corpus_squad.c) */
    iso_corpus_layout layout;
    const char **names; /* members of the first object */
    int64_t zeros, blank;
};

/* "line 3", "item 3": where the value at hand stands. */
static void place(char *to, size_t room, const struct json *j)
{
    const int64_t item = j->in->store->items - j->file->first + 1;

    (void)snprintf(to, room, "%s %" PRId64, j->file->loose ? "item" : "line",
                   j->file->loose ? item : j->in->number);
}

/* Ends with a message about the value at hand. */
#define WRONG(...)                                                                                 \
    do {                                                                                           \
        char at_[48], what_[256];                                                                  \
        place(at_, sizeof at_, j);                                                                 \
        (void)snprintf(what_, sizeof what_, __VA_ARGS__);                                          \
        ISO_FAIL(ISO_EFORMAT, "%s: %s: %s", j->in->path, at_, what_);                              \
    } while (0)

/* The parser ends a text at an escaped zero: it becomes what a zero byte of a text file does. */
static void mend_zeros(struct json *j, char *text, int64_t len)
{
    for (int64_t i = 0; i + 1 < len; i++) {
        if (text[i] != '\\')
            continue;
        if (len - i >= 6 && memcmp(text + i, "\\u0000", 6) == 0) {
            memcpy(text + i, "\\ufffd", 6);
            j->zeros++;
        }
        i++; /* over what is escaped */
    }
}

/* Values ---------------------------------------------------------------------------- */

static iso_err take_number(const char **out, struct json *j, const char *name, double value)
{
    char text[ISO_NUMBER_SIZE];
    iso_err err = ISO_OK;

    if (fabs(value) > 0x1p53)
        WRONG("%.40s is a number beyond 2^53, of which JSON readers lose digits: put it in quotes",
              name);
    if (value == floor(value))
        iso_number_int(text, (int64_t)value);
    else
        iso_number_exact(text, value);
    ISO_TRY(iso_corpus_keep(out, j->in->store, text, (int64_t)strlen(text)));
done:
    return err;
}

/* A member as the text of a column. */
static iso_err take_value(const char **out, struct json *j, int column, const iso_json *node)
{
    const char *text = iso_json_text(node), *name = iso_json_name(node);
    const bool sentence = column == CORPUS_TEXT || column == CORPUS_TEXT2;
    double number = 0;
    iso_err err = ISO_OK;

    if (iso_json_is(node) == ISO_JSON_NULL && column != CORPUS_ID)
        text = "";
    else if (iso_json_is(node) == ISO_JSON_BOOL && column == CORPUS_LABEL)
        text = iso_json_true(node) ? "true" : "false";
    if (text)
        return iso_corpus_keep(out, j->in->store, text, (int64_t)strlen(text));
    if (!sentence && iso_json_number(&number, node))
        return take_number(out, j, name, number);
    WRONG("%.40s is not a text%s", name, sentence ? "" : " or number");
done:
    return err;
}

/* The first item ---------------------------------------------------------------------- */

static iso_err begin(struct json *j, const iso_json *item)
{
    struct iso_corpus_store *s = j->in->store;
    int64_t count = 0;
    iso_err err = ISO_OK;

    j->begun = true;
    j->texts = iso_json_is(item) == ISO_JSON_TEXT;
    if (j->texts)
        return iso_corpus_claim(j->in, 1u << CORPUS_TEXT);
    if (iso_json_is(item) != ISO_JSON_OBJECT)
        WRONG("is neither an object such as {\"text\": \"...\"} nor a text");
    ISO_TRY(iso_alloc(&j->names, iso_json_count(item), sizeof *j->names));
    for (const iso_json *m = iso_json_first(item); m; m = iso_json_next(m)) {
        ISO_TRY(iso_corpus_keep_name(&j->names[count++], s, iso_json_name(m)));
    }
    ISO_TRY(iso_corpus_layout_choose(&j->layout, &s->wish, j->in->path, j->names, count));
    ISO_TRY(iso_corpus_claim(j->in, iso_corpus_layout_has(&j->layout)));
done:
    return err;
}

/* Items ------------------------------------------------------------------------------- */

/* The column of a member, -1 for one that is left out. */
static int column_of(const struct json *j, const char *name)
{
    for (int c = 0; c < CORPUS_COLUMNS; c++) {
        if (j->layout.field[c] >= 0 && strcmp(j->names[j->layout.field[c]], name) == 0)
            return c;
    }
    return -1;
}

/* What the first object did not have and this one does would be lost in silence: under any of the
 * names in use. What the first one had too is left out, and was said to be. */
static iso_err check_new(const struct json *j, const char *name)
{
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < j->layout.fields; i++) {
        if (strcmp(j->names[i], name) == 0)
            return ISO_OK;
    }
    for (int c = 0; c < CORPUS_COLUMNS; c++) {
        const char *wished = j->in->store->wish.name[c];
        if (j->layout.field[c] < 0 && !(wished && !*wished) && iso_corpus_column_known(c, name))
            WRONG("has a member %.40s, the first object has none: give it to all or to none, or "
                  "leave it out with " ISO_FIELD(columns) " %s=",
                  name, iso_corpus_column_name(c));
    }
done:
    return err;
}

static iso_err add_object(struct json *j, const iso_json *object)
{
    struct iso_corpus_store *s = j->in->store;
    const char *value[CORPUS_COLUMNS] = {0};
    iso_err err = ISO_OK;

    if (iso_json_is(object) != ISO_JSON_OBJECT)
        WRONG("is not an object, as the first is");
    for (const iso_json *m = iso_json_first(object); m; m = iso_json_next(m)) {
        const int c = column_of(j, iso_json_name(m));
        if (c < 0) {
            ISO_TRY(check_new(j, iso_json_name(m)));
            continue;
        }
        if (value[c])
            WRONG("%.40s is there twice", iso_json_name(m));
        ISO_TRY(take_value(&value[c], j, c, m));
    }
    ISO_TRY(iso_corpus_more(s));
    for (int c = 0; c < CORPUS_COLUMNS; c++) {
        if (j->layout.field[c] < 0)
            continue;
        if (!value[c] && (c == CORPUS_TEXT || c == CORPUS_ID))
            WRONG("has no %.40s", j->names[j->layout.field[c]]);
        s->column[c][s->items] = value[c] ? value[c] : "";
    }
    s->items++;
done:
    return err;
}

static iso_err add_text(struct json *j, const iso_json *item)
{
    struct iso_corpus_store *s = j->in->store;
    const char *text = iso_json_text(item);
    iso_err err = ISO_OK;

    if (!text)
        WRONG("is not a text, as the first is");
    ISO_TRY(iso_corpus_more(s));
    ISO_TRY(iso_corpus_keep(&s->column[CORPUS_TEXT][s->items], s, text, (int64_t)strlen(text)));
    s->items++;
done:
    return err;
}

static iso_err add(struct json *j, const iso_json *item)
{
    iso_err err = ISO_OK;

    if (!j->begun)
        ISO_TRY(begin(j, item));
    ISO_TRY(j->texts ? add_text(j, item) : add_object(j, item));
done:
    return err;
}

/* Lines, or an array ------------------------------------------------------------------- */

static iso_err parse(iso_json **root, const struct json *j, const struct line *text)
{
    char said[128];
    const iso_err err = iso_json_parse(root, text->text, text->len);

    if (err != ISO_EFORMAT)
        return err;
    (void)snprintf(said, sizeof said, "%s", iso_err_msg());
    return j->file->loose
               ? iso_fail(err, "%s: %s", j->in->path, said)
               : iso_fail(err,
                          "%s: line %" PRId64 ": %s; a line is an object such as {\"text\": "
                          "\"...\"}, or the file one array",
                          j->in->path, j->in->number, said);
}

static bool blank(const struct line *line)
{
    return line->text[strspn(line->text, " \t\v\f\r")] == '\0';
}

static iso_err read_lines(struct json *j)
{
    struct line line;
    bool there = false;
    iso_json *item = NULL;
    iso_err err = ISO_OK;

    while (!iso_corpus_full(j->in->store)) {
        ISO_TRY(iso_corpus_line(&line, &there, j->in));
        if (!there)
            break;
        j->blank += blank(&line);
        if (blank(&line))
            continue;
        mend_zeros(j, line.text, line.len);
        ISO_TRY(parse(&item, j, &line));
        ISO_TRY(add(j, item));
        iso_json_free(item);
        item = NULL;
    }
done:
    iso_json_free(item);
    return err;
}

/* The whole file as one value. */
static iso_err read_all(iso_json **root, struct json *j)
{
    iso_buf all = {0};
    struct line line;
    bool there = true;
    iso_err err = ISO_OK;

    j->file->loose = true;
    j->blank = 0;
    while (there) {
        ISO_TRY(iso_corpus_line(&line, &there, j->in));
        if (!there)
            break;
        ISO_TRY(iso_buf_add(&all, line.text, line.len));
        ISO_TRY(iso_buf_puts(&all, "\n"));
        if (all.len > array_most)
            ISO_FAIL(ISO_EFORMAT,
                     "%s: an array of more than 1 GiB: write an object a line (.jsonl)",
                     j->in->path);
    }
    mend_zeros(j, all.text, all.len);
    ISO_TRY(parse(root, j, &(struct line){all.text, all.len}));
done:
    iso_buf_free(&all);
    return err;
}

static iso_err read_squad(struct json *j)
{
    iso_json *root = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(read_all(&root, j));
    ISO_TRY(iso_corpus_squad(j->in, root));
done:
    iso_json_free(root);
    return err;
}

static iso_err read_array(struct json *j)
{
    iso_json *root = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(read_all(&root, j));
    for (const iso_json *m = iso_json_first(root); m && !iso_corpus_full(j->in->store);
         m = iso_json_next(m))
        ISO_TRY(add(j, m));
done:
    iso_json_free(root);
    return err;
}

/* Whether the first sign that is no blank opens an array, or an object of questions. */
static iso_err is_array(bool *out, struct json *j)
{
    struct line line;
    const char *text = NULL;
    int64_t len = 0;
    bool there = true;
    iso_err err = ISO_OK;

    for (;;) {
        ISO_TRY(iso_corpus_peek(&text, &len, j->in));
        for (; len > 0 && isspace((unsigned char)*text); len--)
            text++;
        if (len > 0 || !there)
            break;
        ISO_TRY(iso_corpus_line(&line, &there, j->in));
        j->blank += there;
    }
    *out = len > 0 && *text == '[';
    j->squad = iso_corpus_squad_begins(text, len);
done:
    return err;
}

static iso_err remark(struct json *j)
{
    iso_buf said = {0}, choice = {0};
    iso_err err = ISO_OK;

    if (j->squad)
        ISO_TRY(iso_buf_puts(&choice, "questions about contexts, as SQuAD has them"));
    else if (!j->texts)
        ISO_TRY(iso_corpus_layout_say(&choice, &j->layout, &j->in->store->wish, j->names,
                                      j->layout.fields));
    ISO_TRY(iso_buf_printf(&said, "read as JSON%s%s", choice.len ? ": " : "",
                           choice.len ? choice.text : ""));
    if (j->blank > 0)
        ISO_TRY(iso_buf_printf(&said, "; %" PRId64 " blank line%s ignored", j->blank,
                               j->blank == 1 ? "" : "s"));
    if (j->zeros > 0)
        ISO_TRY(iso_buf_printf(&said, "; %" PRId64 " \\u0000 became U+FFFD", j->zeros));
    ISO_TRY(iso_corpus_remark(j->in, &said));
done:
    iso_buf_free(&said);
    iso_buf_free(&choice);
    return err;
}

iso_err iso_corpus_json(struct lines *in, struct corpus_file *file)
{
    struct json j = {.in = in, .file = file};
    bool array = false;
    iso_err err = ISO_OK;

    ISO_TRY(is_array(&array, &j));
    ISO_TRY(array ? read_array(&j) : j.squad ? read_squad(&j) : read_lines(&j));
    if (in->store->items == file->first)
        ISO_FAIL(ISO_EFORMAT, "%s: holds no object and no text", in->path);
    ISO_TRY(remark(&j));
done:
    iso_free(j.names);
    return err;
}
