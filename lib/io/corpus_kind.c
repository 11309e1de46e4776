/* What a text file is: by the option, by its suffix, by the line it begins with. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "lib/base/alloc.h"
#include "lib/io/corpus_inside.h"
#include "lib/io/json.h"

static bool ends_in(const char *path, const char *suffix)
{
    const size_t len = strlen(path), tail = strlen(suffix);

    return len >= tail && strcasecmp(path + len - tail, suffix) == 0;
}

static iso_corpus_kind by_suffix(const char *path)
{
    static const struct {
        const char *suffix;
        iso_corpus_kind kind;
    } known[] = {{".tsv", ISO_CORPUS_TSV},     {".csv", ISO_CORPUS_CSV},
                 {".jsonl", ISO_CORPUS_JSON},  {".ndjson", ISO_CORPUS_JSON},
                 {".json", ISO_CORPUS_JSON},   {".conll", ISO_CORPUS_CONLL},
                 {".conllu", ISO_CORPUS_CONLL}};

    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (ends_in(path, known[i].suffix))
            return known[i].kind;
    }
    return ISO_CORPUS_AUTO;
}

/* An object of a line, or the beginning of an array of objects. */
static iso_err like_json(bool *is, const char *line, int64_t len)
{
    iso_json *root = NULL;

    *is = false;
    for (; len > 0 && isspace((unsigned char)*line); len--)
        line++;
    if (len > 0 && *line == '[') {
        do {
            line++;
            len--;
        } while (len > 0 && isspace((unsigned char)*line));
        *is = len == 0 || *line == '{';
    }
    if (len == 0 || *line != '{' || *is)
        return ISO_OK;
    const iso_err err = iso_json_parse(&root, line, len);
    *is = !err && iso_json_count(root) > 0;
    iso_json_free(root);
    return err == ISO_ENOMEM ? err : ISO_OK;
}

/* A name as columns have them: one word, or words; 0 when it is none. */
static int name_of(const char *field)
{
    bool words = false;

    for (const char *c = field; *c; c++) {
        words |= *c == ' ';
        if (!isalnum((unsigned char)*c) && !strchr("_-: ", *c))
            return 0;
    }
    return !*field || strlen(field) > 40 ? 0 : words ? 2 : 1;
}

/* The field without the quotes around it. */
static char *bare(char *field)
{
    const size_t size = strlen(field);

    if (size < 2 || field[0] != '"' || field[size - 1] != '"')
        return field;
    field[size - 1] = '\0';
    return field + 1;
}

/* A row of names of which one is in use for texts, and another for something else unless all are
 * single words; one name alone has small letters. */
static bool is_header(char *line, char separator)
{
    int fields = 0, words = 0, known = 0;
    bool text = false, small = false;

    for (char *at = line, *next; at; at = next, fields++) {
        next = strchr(at, separator);
        if (next)
            *next++ = '\0';
        at = bare(at);
        const int name = name_of(at);
        if (name == 0)
            return false;
        words += name - 1;
        small = islower((unsigned char)*at);
        text |= iso_corpus_column_known(CORPUS_TEXT, at);
        for (int c = 0; c < CORPUS_COLUMNS; c++)
            known += iso_corpus_column_known(c, at);
    }
    return text && (known > 1 || words == 0) && (fields > 1 || small);
}

static iso_err like_header(bool *is, const char *line, int64_t len, char separator)
{
    char *copy = NULL;
    iso_err err = ISO_OK;

    *is = false;
    if (len > 4096)
        return ISO_OK;
    ISO_TRY(iso_str_dup(&copy, line, len));
    *is = is_header(copy, separator);
done:
    iso_free(copy);
    return err;
}

static iso_err both(const struct lines *in, const char *line, int64_t len, const char *like,
                    const char *option)
{
    int shown = len < 60 ? (int)len : 60;

    while (shown < len && shown > 0 && ((unsigned char)line[shown] & 0xc0) == 0x80)
        shown--; /* no half of a character */
    return iso_fail(
        ISO_EFORMAT,
        "%s: line 1, \"%.*s\", reads like %s: " ISO_FIELD(
            text_format) " %s reads it so, " ISO_FIELD(text_format) " plain takes every line as a "
                                                                    "sentence",
        in->path, shown, line, like, option);
}

/* A line that no suffix says anything of. */
static iso_err check_plain(const struct lines *in, const char *line, int64_t len)
{
    static const struct {
        char separator;
        const char *option;
    } tables[] = {{'\t', "tsv"}, {',', "csv"}, {';', "csv"}};
    bool is = false;
    iso_err err = ISO_OK;

    ISO_TRY(like_json(&is, line, len));
    if (is)
        return both(in, line, len, "JSON", "json");
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        ISO_TRY(like_header(&is, line, len, tables[i].separator));
        if (is)
            return both(in, line, len, "the header of a table", tables[i].option);
    }
done:
    return err;
}

iso_err iso_corpus_kind_of(iso_corpus_kind *out, struct lines *in)
{
    const char *line = NULL;
    int64_t len = 0;
    iso_err err = ISO_OK;

    *out = in->store->kind ? in->store->kind : by_suffix(in->path);
    if (in->store->kind || *out == ISO_CORPUS_CSV || *out == ISO_CORPUS_JSON ||
        *out == ISO_CORPUS_CONLL)
        goto done;
    ISO_TRY(iso_corpus_peek(&line, &len, in));
    if (*out == ISO_CORPUS_TSV) {
        if (len > 0 && *line == '"') /* a header in quotes: so are the fields */
            *out = ISO_CORPUS_CSV;
        goto done;
    }
    *out = ISO_CORPUS_PLAIN;
    err = check_plain(in, line, len);
done:
    return err;
}
