/* Columns: a word and its tag a line, blank lines between sentences, comments before their words.
 * The text of a sentence is its words, the label its tags, a blank between them. */
#include <inttypes.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/io/corpus_inside.h"

enum { COLUMNS = 64 };

/* A file under way. */
struct conll {
    struct lines *in;
    struct corpus_file *file;
    bool tabs;      /* columns are separated by tabs, not by blanks */
    bool numbered;  /* the first column counts the words: 3-4 and 3.1 are no words */
    int columns;    /* 0: no word was seen */
    int text, tag;  /* which of them; tag -1: none is read */
    bool ids;       /* the first sentence has an id, so all have */
    int64_t begins; /* line of the sentence's first word; 0: none was seen */
    iso_buf words, tags, id;
};

#define WRONG(...)                                                                                 \
    do {                                                                                           \
        iso_buf what_ = {0};                                                                       \
        err = iso_buf_printf(&what_, __VA_ARGS__);                                                 \
        if (!err)                                                                                  \
            err = iso_fail(ISO_EFORMAT, "%s: line %" PRId64 " %s", c->in->path, c->in->number,     \
                           what_.text);                                                            \
        iso_buf_free(&what_);                                                                      \
        goto done;                                                                                 \
    } while (0)

/* --- Columns --- */

/* Cuts a line in place; counts on beyond `COLUMNS`, which are kept. */
static int cut(char **field, char *line, bool tabs)
{
    int count = 0;

    for (char *at = line; at;) {
        char *end;
        if (!tabs)
            at += strspn(at, " ");
        if (!tabs && !*at)
            break;
        end = at + strcspn(at, tabs ? "\t" : " ");
        if (count < COLUMNS)
            field[count] = at;
        count++;
        at = *end ? end + 1 : NULL;
        *end = '\0';
    }
    return count;
}

static bool is_digits(const char *text, size_t len)
{
    return len > 0 && strspn(text, "0123456789") >= len;
}

/* "1", "1-2", "1.1". */
static bool is_count(const char *field)
{
    const size_t first = strcspn(field, "-.");

    return is_digits(field, first) &&
           (!field[first] || is_digits(field + first + 1, strlen(field + first + 1)));
}

/* The column that `columns` names by its number, from 1; else `usual`. */
static iso_err wished(int *out, const struct conll *c, int column, int usual)
{
    const char *name = c->in->store->wish.name[column];
    int64_t number = usual + 1;
    iso_err err = ISO_OK;

    if (name && (!iso_str_int(&number, name) || number < 1 || number > c->columns))
        WRONG("has %d columns: " ISO_FIELD(columns) " %s=%.60s is none of them: it takes a number, "
                                                    "from 1",
              c->columns, iso_corpus_column_name(column), name);
    *out = (int)number - 1;
done:
    return err;
}

static iso_err remark(struct conll *c)
{
    iso_buf said = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_printf(&said, "words are column %d of %d", c->text + 1, c->columns));
    if (c->tag >= 0)
        ISO_TRY(iso_buf_printf(&said, ", tags column %d", c->tag + 1));
    ISO_TRY(iso_corpus_remark(c->in, &said));
done:
    iso_buf_free(&said);
    return err;
}

/* From the first word of the file. CoNLL-U has ten columns, of which the fourth is the tag. */
static iso_err choose(struct conll *c, char *const *field, int count)
{
    const char *no_tag = c->in->store->wish.name[CORPUS_LABEL];
    unsigned has = 1u << CORPUS_TEXT;
    iso_err err = ISO_OK;

    if (count > COLUMNS)
        WRONG("has %d columns, more than a word of a sentence has", count);
    c->columns = count;
    c->numbered = count > 2 && is_count(field[0]);
    ISO_TRY(wished(&c->text, c, CORPUS_TEXT, c->numbered));
    c->tag = -1;
    if (!no_tag || *no_tag)
        ISO_TRY(wished(&c->tag, c, CORPUS_LABEL, c->numbered && count == 10 ? 3 : count - 1));
    if (c->tag == c->text)
        WRONG("has one column for words and tags: they are separated by tabs or blanks "
              "(" ISO_FIELD(columns) " label= takes no tags)");
    c->ids = c->id.len > 0 && !c->in->store->wish.name[CORPUS_ID];
    has |= (c->tag >= 0 ? 1u << CORPUS_LABEL : 0) | (c->ids ? 1u << CORPUS_ID : 0);
    ISO_TRY(iso_corpus_claim(c->in, has));
    ISO_TRY(remark(c));
done:
    return err;
}

/* --- Sentences --- */

/* A word or tag; a blank inside it becomes U+00A0. */
static iso_err add_field(iso_buf *to, const char *field)
{
    iso_err err = ISO_OK;

    if (to->len > 0)
        ISO_TRY(iso_buf_puts(to, " "));
    for (const char *at = field; *at;) {
        const size_t len = strcspn(at, " ");
        ISO_TRY(iso_buf_add(to, at, (int64_t)len));
        at += len;
        if (*at == ' ') {
            ISO_TRY(iso_buf_puts(to, "\xc2\xa0"));
            at++;
        }
    }
done:
    return err;
}

static iso_err add_word(struct conll *c, char *line)
{
    char *field[COLUMNS];
    iso_err err = ISO_OK;

    if (c->columns == 0)
        c->tabs = strchr(line, '\t') != NULL;
    const int count = cut(field, line, c->tabs);
    if (c->begins == 0)
        c->begins = c->in->number;
    if (c->columns == 0)
        ISO_TRY(choose(c, field, count));
    if (count != c->columns)
        WRONG("has %d columns, the first word %d (separated by %s)", count, c->columns,
              c->tabs ? "tabs" : "blanks");
    if (c->numbered && strpbrk(field[0], "-."))
        goto done;
    if (!*field[c->text] || (c->tag >= 0 && !*field[c->tag]))
        WRONG("has no %s", *field[c->text] ? "tag" : "word");
    ISO_TRY(add_field(&c->words, field[c->text]));
    if (c->tag >= 0)
        ISO_TRY(add_field(&c->tags, field[c->tag]));
done:
    return err;
}

static iso_err keep(struct conll *c, int column, const iso_buf *text)
{
    struct iso_corpus_store *s = c->in->store;

    return iso_corpus_keep(&s->column[column][s->items], s, text->text, text->len);
}

static iso_err end_sentence(struct conll *c)
{
    struct iso_corpus_store *s = c->in->store;
    iso_err err = ISO_OK;

    if (c->words.len > 0) {
        if (c->ids && c->id.len == 0)
            ISO_FAIL(ISO_EFORMAT,
                     "%s: the sentence at line %" PRId64
                     " has no id, the first has (" ISO_FIELD(columns) " id= takes none)",
                     c->in->path, c->begins);
        ISO_TRY(iso_corpus_more(s));
        ISO_TRY(keep(c, CORPUS_TEXT, &c->words));
        if (c->tag >= 0)
            ISO_TRY(keep(c, CORPUS_LABEL, &c->tags));
        if (c->ids)
            ISO_TRY(keep(c, CORPUS_ID, &c->id));
        s->items++;
    }
    c->begins = 0;
    c->words.len = c->tags.len = c->id.len = 0;
done:
    return err;
}

/* "# sent_id = X", "# id = X", "# id X", "# X TAB the text". */
static iso_err read_comment(struct conll *c, char *line)
{
    char *at = line + 1 + strspn(line + 1, " "), *tab = strchr(at, '\t');
    size_t len = strcspn(at, " \t=");

    if (!tab && (strncmp(at, "id", len) == 0 || strncmp(at, "sent_id", len) == 0) && len > 1) {
        at += len;
        at += strspn(at, " =");
        len = strcspn(at, " ");
    } else if (!tab || len < (size_t)(tab - at)) {
        return ISO_OK;
    }
    c->id.len = 0;
    return iso_buf_add(&c->id, at, (int64_t)len);
}

/* A word may be '#', too: where it begins a sentence, its columns are to be separated by tabs. */
static bool is_comment(const struct conll *c, const char *line)
{
    return *line == '#' && c->begins == 0 && line[1] != '\t';
}

static iso_err read_line(struct conll *c, char *line)
{
    static const char document[] = "-DOCSTART-";

    if (!line[strspn(line, " \t")])
        return end_sentence(c);
    if (is_comment(c, line))
        return read_comment(c, line);
    if (c->begins == 0 && strncmp(line, document, sizeof document - 1) == 0)
        return ISO_OK;
    return add_word(c, line);
}

iso_err iso_corpus_conll(struct lines *in, struct corpus_file *file)
{
    struct conll all = {.in = in, .file = file}, *c = &all;
    struct line line;
    bool there = true;
    iso_err err = ISO_OK;

    file->loose = true;
    while (there && !iso_corpus_full(in->store)) {
        ISO_TRY(iso_corpus_line(&line, &there, in));
        ISO_TRY(there ? read_line(c, line.text) : end_sentence(c));
    }
    if (in->store->items == file->first)
        ISO_FAIL(ISO_EFORMAT,
                 "%s: has no word: a word and its tag are a line, a blank line ends a "
                 "sentence",
                 in->path);
done:
    iso_buf_free(&c->words);
    iso_buf_free(&c->tags);
    iso_buf_free(&c->id);
    return err;
}
