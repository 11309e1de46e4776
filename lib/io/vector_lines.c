/* JSON lines: an object an item, {"id": "s1", "text": "...", "embedding": [0.1, 0.2]}. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "lib/base/alloc.h"
#include "lib/io/array_name.h"
#include "lib/io/axes.h"
#include "lib/io/gathered.h"
#include "lib/io/json.h"
#include "lib/io/number.h"
#include "lib/io/number_lines.h"

enum { VECTORS = 512, LAYER_MOST = 1000000 };

/* A member of the first object that is a list of numbers, and where it is in the line at hand. */
struct vector {
    char *name;
    iso_cell at; /* at.at NULL: not there */
};

struct lines {
    const iso_file *file;
    const iso_states_opt *opt;
    iso_feed feed;
    iso_gathered *to;
    struct vector *vectors;
    iso_array_name *names; /* of several: language and layer */
    int count;
    const char *nested; /* a list of lists in the first object */
    int64_t cols;
    float *row;
    char read_as[ISO_READ_AS];
    iso_buf rest; /* the line at hand, with 0 for its vectors */
    iso_buf numbers[ISO_ROLES];
};

static void lines_free(struct lines *l)
{
    for (int i = 0; i < l->count; i++) {
        iso_free(l->vectors[i].name);
        if (l->names)
            iso_array_name_free(&l->names[i]);
    }
    for (int i = 0; i < ISO_ROLES; i++)
        iso_buf_free(&l->numbers[i]);
    iso_free(l->vectors);
    iso_free(l->names);
    iso_free(l->row);
    iso_buf_free(&l->rest);
    iso_gathered_free(l->to);
    iso_feed_close(&l->feed);
}

#define WRONG(...)                                                                                 \
    do {                                                                                           \
        char what_[256];                                                                           \
        (void)snprintf(what_, sizeof what_, __VA_ARGS__);                                          \
        ISO_FAIL(ISO_EFORMAT, "%s: line %" PRId64 ": %s", l->file->path, l->feed.line, what_);     \
    } while (0)

/* Where lists stand -------------------------------------------------------------------- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* Behind the text that begins at a quote. */
static const char *over_text(const char *p, const char *end)
{
    for (p++; p < end && *p != '"'; p++)
        p += *p == '\\';
    return p < end ? p + 1 : end;
}

/* Behind the value that begins here. */
static const char *over_value(const char *p, const char *end)
{
    int64_t deep = 0;

    while (p < end) {
        if (*p == '"') {
            p = over_text(p, end);
        } else {
            deep += (*p == '[' || *p == '{') - (*p == ']' || *p == '}');
            if (deep < 0 || (deep == 0 && *p == ','))
                return p;
            p++;
        }
        if (deep == 0 && p < end && (p[-1] == ']' || p[-1] == '}' || p[-1] == '"'))
            return p;
    }
    return end;
}

static struct vector *vector_called(struct lines *l, const char *name, int64_t len)
{
    for (int i = 0; i < l->count; i++) {
        const char *own = l->vectors[i].name;
        if ((int64_t)strlen(own) == len && memcmp(own, name, (size_t)len) == 0)
            return &l->vectors[i];
    }
    return NULL;
}

/* Finds the vectors of an object, and writes it without them, for the parser to judge all else. */
static iso_err find_vectors(struct lines *l, const char *line, int64_t len)
{
    const char *p = memchr(line, '{', (size_t)len), *end = line + len, *done = line;
    iso_err err = ISO_OK;

    l->rest.len = 0;
    for (int i = 0; i < l->count; i++)
        l->vectors[i].at.at = NULL;
    while (p && ++p < end) {
        p = memchr(p, '"', (size_t)(end - p));
        if (!p)
            break;
        const char *name = p + 1, *behind = over_text(p, end);
        for (p = behind; p < end && (is_blank(*p) || *p == ':');)
            p++;
        const char *stop = over_value(p, end);
        struct vector *v = vector_called(l, name, behind - 1 - name);
        if (v && !v->at.at && p < end && *p == '[') {
            v->at = (iso_cell){p, stop - p};
            ISO_TRY(iso_buf_add(&l->rest, done, p - done));
            ISO_TRY(iso_buf_puts(&l->rest, "0"));
            done = stop;
        }
        p = stop;
        while (p < end && is_blank(*p))
            p++;
        if (p == end || *p != ',')
            break;
    }
    ISO_TRY(iso_buf_add(&l->rest, done, end - done));
done:
    return err;
}

/* The first object --------------------------------------------------------------------- */

static bool is_own_name(const char *name)
{
    return strcasecmp(name, "embedding") == 0 || strcasecmp(name, "embeddings") == 0 ||
           strcasecmp(name, "vector") == 0;
}

/* Numbers of tokens, and what else counts, are no states. */
static bool is_states(const iso_json *node)
{
    const iso_json *first = iso_json_first(node);
    double number;
    bool whole = true;

    if (iso_json_is(node) != ISO_JSON_ARRAY || iso_json_is(first) != ISO_JSON_NUMBER)
        return false;
    for (const iso_json *n = first; n && whole; n = iso_json_next(n))
        whole = iso_json_number(&number, n) && number == (double)(int64_t)number;
    return !whole || is_own_name(iso_json_name(node));
}

/* Tokens, or layers, of an item. */
static bool is_states_inside(const iso_json *node)
{
    const iso_json *inner = iso_json_first(node);
    double number;

    return iso_json_is(inner) == ISO_JSON_ARRAY && iso_json_number(&number, iso_json_first(inner));
}

/* What the first object has besides is named once. */
static void tell_rest(struct lines *l, const iso_json *object)
{
    const char *out = NULL;
    int left = 0;

    for (const iso_json *m = iso_json_first(object); m; m = iso_json_next(m)) {
        const char *name = iso_json_name(m);
        if (!iso_role_of(name) && !vector_called(l, name, (int64_t)strlen(name)) && left++ == 0)
            out = name;
    }
    if (left > 0)
        (void)snprintf(l->read_as, sizeof l->read_as,
                       "its rows are \"%.24s\"%s; %d other member%s left out (\"%.24s\"%s)",
                       l->vectors[0].name, l->count > 1 ? ", ..." : "", left,
                       left == 1 ? " is" : "s are", out, left == 1 ? "" : ", ...");
}

/* The members that are rows: that which is called embedding, else all lists of numbers. */
static iso_err choose(struct lines *l, const iso_json *object)
{
    bool own = false;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&l->vectors, VECTORS, sizeof *l->vectors));
    for (const iso_json *m = iso_json_first(object); m; m = iso_json_next(m))
        own = own || (is_states(m) && is_own_name(iso_json_name(m)));
    for (const iso_json *m = iso_json_first(object); m; m = iso_json_next(m)) {
        if (iso_json_is(m) == ISO_JSON_ARRAY && is_states_inside(m))
            l->nested = iso_json_name(m);
        if (!is_states(m) || (own && !is_own_name(iso_json_name(m))))
            continue;
        if (l->count == VECTORS)
            WRONG("has more than %d lists of numbers", VECTORS);
        l->cols = l->count == 0 ? iso_json_count(m) : l->cols;
        ISO_TRY(iso_str_dup(&l->vectors[l->count].name, iso_json_name(m), -1));
        l->count++;
    }
done:
    return err;
}

static iso_err read_names(struct lines *l)
{
    const char **names = NULL;
    iso_err err = ISO_OK;

    if (l->count < 2)
        return ISO_OK;
    ISO_TRY(iso_alloc(&names, l->count, sizeof *names));
    ISO_TRY(iso_alloc(&l->names, l->count, sizeof *l->names));
    for (int i = 0; i < l->count; i++)
        names[i] = l->vectors[i].name;
    ISO_TRY(iso_array_names(l->names, names, l->count, l->opt->canonical, true, l->file->path));
done:
    iso_free(names);
    return err;
}

static iso_err begin(struct lines *l, const char *line, int64_t len)
{
    iso_json *object = NULL;
    int64_t lines;
    iso_err err = ISO_OK;

    err = iso_json_parse(&object, line, len);
    if (err == ISO_EFORMAT)
        WRONG("is no JSON object of its own: %.200s", iso_err_msg());
    ISO_TRY(err);
    ISO_TRY(choose(l, object));
    if (l->count == 0 && l->nested)
        WRONG("%.40s is a list of lists: pool tokens to one list an item; layers are members of "
              "their own, \"layer_0\": [0.1, 0.2]",
              l->nested);
    if (l->count == 0)
        WRONG("has no list of numbers, such as {\"id\": \"s1\", \"embedding\": [0.1, 0.2]}");
    ISO_TRY(read_names(l));
    tell_rest(l, object);
    ISO_TRY(iso_alloc(&l->row, l->cols, sizeof *l->row));
    ISO_TRY(iso_feed_count(&lines, l->file, l->opt->run));
    ISO_TRY(iso_gathered_new(&l->to, l->file, l->opt, lines * l->count, l->cols));
done:
    iso_json_free(object);
    return err;
}

/* Lines ----------------------------------------------------------------------------------- */

/* A text, or a whole number, of which ids and labels are made. */
static iso_err take_text(const char **out, struct lines *l, iso_role role, const iso_json *node)
{
    char number[ISO_NUMBER_SIZE];
    const char *text = iso_json_text(node);
    int64_t whole;
    iso_err err = ISO_OK;

    if (!text && (role == ISO_ROLE_ID || role == ISO_ROLE_LABEL) && iso_json_int(&whole, node)) {
        l->numbers[role].len = 0;
        ISO_TRY(iso_buf_puts(&l->numbers[role], iso_number_int(number, whole)));
        text = l->numbers[role].text;
    }
    if (!text)
        WRONG("%.40s is no text", iso_json_name(node));
    *out = text;
done:
    return err;
}

static iso_err take_members(iso_gathered_item *item, struct lines *l, const iso_json *object)
{
    int64_t layer;
    iso_err err = ISO_OK;

    for (const iso_json *m = iso_json_first(object); m; m = iso_json_next(m)) {
        const char *name = iso_json_name(m);
        const iso_role role = iso_role_of(name);
        if (role == ISO_ROLE_NONE || vector_called(l, name, (int64_t)strlen(name)))
            continue;
        if (role == ISO_ROLE_LAYER) {
            if (!iso_json_int(&layer, m) || layer < 0 || layer > LAYER_MOST)
                WRONG("%.40s is no number of a layer", name);
            item->layer = (int)layer;
            continue;
        }
        const bool own = strcasecmp(name, "id") == 0 || strcasecmp(name, "text") == 0 ||
                         strcasecmp(name, "label") == 0 || strcasecmp(name, "lang") == 0;
        if (!item->of[role] || own) /* the first, or that with its own name */
            ISO_TRY(take_text(&item->of[role], l, role, m));
    }
done:
    return err;
}

static iso_err add_rows(struct lines *l, iso_gathered_item *item)
{
    const bool lang = item->of[ISO_ROLE_LANG], layer = item->layer >= 0;
    int64_t count;
    iso_err err = ISO_OK;

    for (int i = 0; i < l->count; i++) {
        const struct vector *v = &l->vectors[i];
        if (!v->at.at)
            WRONG("has no list %.40s, the first line has", v->name);
        const char *bad = iso_list_numbers(&count, l->row, l->cols, &v->at);
        if (bad)
            WRONG("%.40s %s", v->name, bad);
        if (count != l->cols)
            WRONG("%.40s has %" PRId64 " numbers, the first line's has %" PRId64, v->name, count,
                  l->cols);
        if (l->names && !lang)
            item->of[ISO_ROLE_LANG] = l->names[i].lang;
        if (l->names && !layer)
            item->layer = l->names[i].layer;
        ISO_TRY(iso_gathered_add(l->to, item, l->row));
    }
done:
    return err;
}

static iso_err read_line(struct lines *l, const char *line, int64_t len)
{
    iso_gathered_item item = {.layer = -1, .line = l->feed.line};
    iso_json *object = NULL;
    iso_err err = ISO_OK;

    if (!l->to)
        ISO_TRY(begin(l, line, len));
    ISO_TRY(find_vectors(l, line, len));
    err = iso_json_parse(&object, l->rest.text, l->rest.len);
    if (err == ISO_EFORMAT)
        WRONG("is no JSON object of its own: %.200s", iso_err_msg());
    ISO_TRY(err);
    if (iso_json_is(object) != ISO_JSON_OBJECT)
        WRONG("is no JSON object");
    ISO_TRY(take_members(&item, l, object));
    ISO_TRY(add_rows(l, &item));
done:
    iso_json_free(object);
    return err;
}

static iso_err lines_open(iso_reader **out, const iso_file *file, const char *dataset,
                          const iso_states_opt *opt)
{
    struct lines l = {.file = file, .opt = opt};
    const char *line;
    int64_t len;
    iso_err err = ISO_OK;

    ISO_NEED(!dataset, "%s: holds objects without parts, no %s", file->path, dataset);
    ISO_TRY(iso_feed_open(&l.feed, file, 0, opt->run));
    ISO_TRY(iso_feed_mark(&l.feed));
    for (;;) {
        ISO_TRY(iso_feed_line(&line, &len, &l.feed));
        if (!line || (l.to && iso_gathered_full(l.to)))
            break;
        while (len > 0 && is_blank(line[len - 1]))
            len--;
        if (len > 0)
            ISO_TRY(read_line(&l, line, len));
    }
    if (!l.to)
        ISO_FAIL(ISO_EFORMAT, "%s: holds no objects", file->path);
    ISO_TRY(iso_gathered_finish(out, l.to, l.read_as));
    l.to = NULL;
done:
    lines_free(&l);
    return err;
}

/* A file that begins with a brace, in whose first line a list of numbers stands. */
static bool lines_probe(const iso_head *head)
{
    struct lines l = {.file = head->file, .opt = head->opt};
    iso_json *object = NULL;
    const char *line = NULL;
    int64_t len, at = 0;

    while (at < head->count && strchr(" \t\r\n\xef\xbb\xbf", head->bytes[at]) && head->bytes[at])
        at++;
    if (head->dataset || at == head->count || head->bytes[at] != '{')
        return false;
    iso_err err = iso_feed_open(&l.feed, head->file, at, NULL);
    if (!err)
        err = iso_feed_line(&line, &len, &l.feed);
    if (!err && line)
        err = iso_json_parse(&object, line, len);
    if (!err)
        err = choose(&l, object);
    const bool is = !err && (l.count > 0 || l.nested);
    if (err && err != ISO_EFORMAT)
        *head->failed = err;
    iso_json_free(object);
    lines_free(&l);
    return is;
}

const iso_driver iso_driver_jsonl = {
    .name = "jsonl", .matrix = true, .probe = lines_probe, .open = lines_open};
