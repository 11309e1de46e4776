#include "lib/io/corpus_columns.h"

#include <string.h>
#include <strings.h>

#include "lib/base/alloc.h"
#include "lib/io/corpus.h"

/* Names in use for a column, its own first. */
static const char *const names_in_use[CORPUS_COLUMNS][18] = {
    {"text", "sentence", "sentence1", "text1", "text_a", "sentence_a", "premise", "question1",
     "utterance", "utt", "tweet", "content", "review"},
    {"text2", "text_pair", "sentence2", "text_b", "sentence_b", "hypothesis", "question2"},
    {"id", "index_id", "sent_id", "sentence_id", "text_id", "item_id", "idx", "guid", "uid", "uuid",
     "pair_id", "pairid", "qid"},
    {"label", "category", "topic", "class", "sentiment", "intent", "gold_label"}};

/* A second text, and the first that it belongs to. */
static const char *const partners[][2] = {{"text_pair", "text"},        {"text2", "text1"},
                                          {"sentence2", "sentence1"},   {"text_b", "text_a"},
                                          {"sentence_b", "sentence_a"}, {"hypothesis", "premise"},
                                          {"question2", "question1"}};

const char *iso_corpus_column_name(int column)
{
    return names_in_use[column][0];
}

bool iso_corpus_column_known(int column, const char *name)
{
    for (const char *const *n = names_in_use[column]; *n; n++) {
        if (strcasecmp(*n, name) == 0)
            return true;
    }
    return false;
}

/* The option: "text=sentence,id=index_id" ------------------------------------------- */

static iso_err column_called(int *out, const char *name)
{
    const char *own[CORPUS_COLUMNS];

    for (int c = 0; c < CORPUS_COLUMNS; c++) {
        own[c] = iso_corpus_column_name(c);
        if (strcmp(own[c], name) == 0) {
            *out = c;
            return ISO_OK;
        }
    }
    const char *near = iso_str_nearest(name, own, CORPUS_COLUMNS);
    return near ? iso_fail(ISO_EARG, "columns: \"%.60s\" is not known; did you mean %s", name, near)
                : iso_fail(ISO_EARG, "columns: \"%.60s\" is not one of text, text2, id, label",
                           name);
}

/* One "text=sentence" of the option. */
static iso_err wish(iso_corpus_wish *to, char *word)
{
    char *name = strchr(word, '=');
    int c = 0;
    iso_err err = ISO_OK;

    ISO_NEED(name && name > word && (name[1] || strcmp(word, "text=") != 0),
             "columns: \"%.60s\" is not like text=NAME,id=NAME,label=NAME", word);
    *name++ = '\0';
    ISO_TRY(column_called(&c, word));
    ISO_NEED(!to->name[c], "columns: %s is given twice", word);
    ISO_TRY(iso_str_dup(&to->name[c], name, -1));
done:
    return err;
}

iso_err iso_corpus_wish_parse(iso_corpus_wish *out, const char *columns)
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
        ISO_TRY(wish(out, word));
    }
done:
    iso_free(copy);
    return err;
}

void iso_corpus_wish_free(iso_corpus_wish *w)
{
    for (int c = 0; c < CORPUS_COLUMNS; c++)
        iso_free(w->name[c]);
    *w = (iso_corpus_wish){0};
}

iso_err iso_corpus_check_columns(const char *columns)
{
    iso_corpus_wish w = {{0}};
    const iso_err err = iso_corpus_wish_parse(&w, columns);

    iso_corpus_wish_free(&w);
    return err;
}

unsigned iso_corpus_layout_has(const iso_corpus_layout *layout)
{
    unsigned has = 0;

    for (int c = 0; c < CORPUS_COLUMNS; c++)
        has |= layout->field[c] >= 0 ? 1u << c : 0;
    return has;
}

/* Choosing -------------------------------------------------------------------------- */

struct header {
    const iso_corpus_wish *wish;
    const char *path;
    const char *const *names;
    int64_t count;
};

/* The field of this name, and whether there is a second one. */
static int64_t field_called(bool *twice, const struct header *h, const char *name)
{
    int64_t found = -1;

    for (int64_t i = 0; i < h->count; i++) {
        if (strcmp(h->names[i], name) != 0)
            continue;
        *twice |= found >= 0;
        found = found < 0 ? i : found;
    }
    return found;
}

static iso_err list(iso_buf *out, const struct header *h, bool (*wanted)(const void *, int64_t),
                    const void *of)
{
    bool first = true, cut = false;
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < h->count; i++) {
        if (!wanted(of, i))
            continue;
        cut = out->len > 400;
        if (cut)
            break;
        ISO_TRY(iso_buf_puts(out, first ? "" : ", "));
        ISO_TRY(iso_buf_printf(out, "%.60s", *h->names[i] ? h->names[i] : "one without a name"));
        first = false;
    }
    if (cut)
        ISO_TRY(iso_buf_puts(out, ", ..."));
done:
    return err;
}

static bool any(const void *of, int64_t field)
{
    (void)of, (void)field;
    return true;
}

/* What is missing, and what is there instead. */
static iso_err no_column(const struct header *h, const char *name)
{
    iso_buf there = {0};
    iso_err err = ISO_OK;

    ISO_TRY(list(&there, h, any, NULL));
    ISO_FAIL(ISO_EFORMAT,
             "%s: has no column %.60s, only %s; say which is which with " ISO_FIELD(
                 columns) " "
                          "text=NAME,id=NAME, or take every line as a sentence with " ISO_FIELD(
                              text_format) " plain",
             h->path, name, there.text ? there.text : "none");
done:
    iso_buf_free(&there);
    return err;
}

/* A second text that has its partner among the texts. */
static bool has_partner(const struct header *h, const iso_corpus_layout *l, int64_t field)
{
    const char *name = h->names[field];

    if (h->wish->name[CORPUS_TEXT])
        return false;
    for (size_t i = 0; i < sizeof partners / sizeof *partners; i++) {
        if (strcasecmp(partners[i][0], name) == 0 &&
            strcasecmp(partners[i][1], h->names[l->field[CORPUS_TEXT]]) == 0)
            return true;
    }
    return false;
}

static iso_err several(const struct header *h, int c, int64_t one, int64_t other)
{
    if (strcmp(h->names[one], h->names[other]) == 0)
        return iso_fail(ISO_EFORMAT, "%s: line 1: column %.60s is there twice", h->path,
                        h->names[one]);
    return iso_fail(ISO_EFORMAT,
                    "%s: columns %.60s and %.60s could both be the %s: say which with " ISO_FIELD(
                        columns) " "
                                 "%s=%.60s or %s=%.60s",
                    h->path, h->names[one], h->names[other], iso_corpus_column_name(c),
                    iso_corpus_column_name(c), h->names[one], iso_corpus_column_name(c),
                    h->names[other]);
}

/* The one field whose name is in use for the column. */
static iso_err recognise(iso_corpus_layout *l, const struct header *h, int c)
{
    for (int64_t i = 0; i < h->count; i++) {
        if (!iso_corpus_column_known(c, h->names[i]) ||
            (c == CORPUS_TEXT2 && !has_partner(h, l, i)))
            continue;
        if (l->field[c] >= 0)
            return several(h, c, l->field[c], i);
        l->field[c] = i;
    }
    return ISO_OK;
}

static iso_err choose(iso_corpus_layout *l, const struct header *h, int c)
{
    const char *name = h->wish->name[c] ? h->wish->name[c] : iso_corpus_column_name(c);
    bool twice = false;
    iso_err err = ISO_OK;

    if (!*name) /* none is wished for */
        return ISO_OK;
    l->field[c] = field_called(&twice, h, name);
    if (twice)
        ISO_FAIL(ISO_EFORMAT, "%s: line 1: column %.60s is there twice", h->path, name);
    if (l->field[c] < 0 && !h->wish->name[c])
        ISO_TRY(recognise(l, h, c));
    if (l->field[c] < 0 && (c == CORPUS_TEXT || h->wish->name[c]))
        ISO_TRY(no_column(h, name));
done:
    return err;
}

iso_err iso_corpus_layout_choose(iso_corpus_layout *out, const iso_corpus_wish *w, const char *path,
                                 const char *const *names, int64_t count)
{
    const struct header h = {w, path, names, count};
    iso_corpus_layout l = {{-1, -1, -1, -1}, count};
    iso_err err = ISO_OK;

    for (int c = 0; c < CORPUS_COLUMNS; c++)
        ISO_TRY(choose(&l, &h, c));
    *out = l;
done:
    return err;
}

/* Saying ---------------------------------------------------------------------------- */

static bool left_out(const void *of, int64_t field)
{
    const iso_corpus_layout *l = of;

    for (int c = 0; c < CORPUS_COLUMNS; c++) {
        if (l->field[c] == field)
            return false;
    }
    return true;
}

iso_err iso_corpus_layout_say(iso_buf *out, const iso_corpus_layout *l, const iso_corpus_wish *w,
                              const char *const *names, int64_t count)
{
    const struct header h = {.names = names, .count = count};
    iso_buf rest = {0};
    iso_err err = ISO_OK;

    for (int c = 0; c < CORPUS_COLUMNS; c++) {
        const char *own = iso_corpus_column_name(c);
        if (l->field[c] < 0 || w->name[c] || strcmp(names[l->field[c]], own) == 0)
            continue;
        ISO_TRY(
            iso_buf_printf(out, "%s%s is %.60s", out->len ? ", " : "", own, names[l->field[c]]));
    }
    ISO_TRY(list(&rest, &h, left_out, l));
    if (rest.len > 0)
        ISO_TRY(iso_buf_printf(out, "%sleft out: %s", out->len ? "; " : "", rest.text));
done:
    iso_buf_free(&rest);
    return err;
}
