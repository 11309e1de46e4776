/* Questions about paragraphs, as SQuAD lays them out: {"data": [{"paragraphs": [{"context": "...",
 * "qas": [{"id": "...", "question": "...", "answers": [{"text": "...", "answer_start": 7}]}]}]}]}.
 * The text of an item is its question, text2 the context, the label its answers as they stand. */
#include <inttypes.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/io/corpus_inside.h"

/* A file under way; places count from 1. */
struct squad {
    struct lines *in;
    bool ids, labels;
    const char *context;
    int64_t article, paragraph, question;
    iso_buf label;
};

#define WRONG(...)                                                                                 \
    do {                                                                                           \
        iso_buf what_ = {0};                                                                       \
        err = iso_buf_printf(&what_, __VA_ARGS__);                                                 \
        if (!err)                                                                                  \
            err =                                                                                  \
                iso_fail(ISO_EFORMAT,                                                              \
                         "%s: data %" PRId64 ", paragraph %" PRId64 ", question %" PRId64 ": %s",  \
                         q->in->path, q->article, q->paragraph, q->question, what_.text);          \
        iso_buf_free(&what_);                                                                      \
        goto done;                                                                                 \
    } while (0)

static iso_err keep(struct squad *q, int column, const char *text)
{
    struct iso_corpus_store *s = q->in->store;

    return iso_corpus_keep(&s->column[column][s->items], s, text, (int64_t)strlen(text));
}

/* "[{"answer_start": 7, "text": "..."}]"; "" of none. */
static iso_err write_answers(struct squad *q, const iso_json *answers)
{
    iso_err err = ISO_OK;

    q->label.len = 0;
    ISO_TRY(iso_buf_puts(&q->label, ""));
    for (const iso_json *a = iso_json_first(answers); a; a = iso_json_next(a)) {
        const char *text = iso_json_text(iso_json_get(a, "text"));
        int64_t start = -1;
        if (!text)
            WRONG("an answer has no text");
        (void)iso_json_int(&start, iso_json_get(a, "answer_start"));
        ISO_TRY(iso_buf_printf(&q->label, "%s{\"answer_start\": %" PRId64 ", \"text\": ",
                               q->label.len ? ", " : "[", start));
        ISO_TRY(iso_json_quote(&q->label, text));
        ISO_TRY(iso_buf_puts(&q->label, "}"));
    }
    if (q->label.len > 0)
        ISO_TRY(iso_buf_puts(&q->label, "]"));
done:
    return err;
}

static iso_err add_question(struct squad *q, const iso_json *qa)
{
    struct iso_corpus_store *s = q->in->store;
    const char *text = iso_json_text(iso_json_get(qa, "question")),
               *id = iso_json_text(iso_json_get(qa, "id"));
    iso_err err = ISO_OK;

    if (!text)
        WRONG("has no question");
    if (q->ids && !id)
        WRONG("has no id (" ISO_FIELD(columns) " id= takes none)");
    ISO_TRY(iso_corpus_more(s));
    ISO_TRY(keep(q, CORPUS_TEXT, text));
    s->column[CORPUS_TEXT2][s->items] = q->context;
    if (q->ids)
        ISO_TRY(keep(q, CORPUS_ID, id));
    if (q->labels) {
        ISO_TRY(write_answers(q, iso_json_get(qa, "answers")));
        ISO_TRY(keep(q, CORPUS_LABEL, q->label.text));
    }
    s->items++;
done:
    return err;
}

static iso_err add_paragraph(struct squad *q, const iso_json *paragraph)
{
    const char *context = iso_json_text(iso_json_get(paragraph, "context"));
    iso_err err = ISO_OK;

    q->question = 0;
    if (!context)
        WRONG("has no context");
    ISO_TRY(iso_corpus_keep(&q->context, q->in->store, context, (int64_t)strlen(context)));
    for (const iso_json *qa = iso_json_first(iso_json_get(paragraph, "qas"));
         qa && !iso_corpus_full(q->in->store); qa = iso_json_next(qa)) {
        q->question++;
        ISO_TRY(add_question(q, qa));
    }
done:
    return err;
}

static bool has(const char *text, int64_t len, const char *mark)
{
    const int64_t size = (int64_t)strlen(mark);

    for (int64_t at = 0; at + size <= len; at++) {
        if (memcmp(text + at, mark, (size_t)size) == 0)
            return true;
    }
    return false;
}

bool iso_corpus_squad_begins(const char *text, int64_t len)
{
    int64_t at = 1;

    if (len == 0 || *text != '{')
        return false;
    while (at < len && strchr(" \t\r\n", text[at]) && text[at])
        at++;
    if (at == len) /* an object of several lines */
        return true;
    return has(text, len, "\"data\"") && has(text, len, "\"paragraphs\"");
}

iso_err iso_corpus_squad(struct lines *in, const iso_json *root)
{
    const iso_corpus_wish *wish = &in->store->wish;
    const char *id = wish->name[CORPUS_ID], *label = wish->name[CORPUS_LABEL];
    struct squad all = {.in = in, .ids = !id || *id, .labels = !label || *label}, *q = &all;
    iso_err err = ISO_OK;

    if (iso_json_is(iso_json_get(root, "data")) != ISO_JSON_ARRAY)
        ISO_FAIL(ISO_EFORMAT,
                 "%s: is one object without a list \"data\", which questions have (SQuAD); other "
                 "texts are an object a line, or one array",
                 in->path);
    ISO_TRY(iso_corpus_claim(in, 1u << CORPUS_TEXT | 1u << CORPUS_TEXT2 |
                                     (q->ids ? 1u << CORPUS_ID : 0) |
                                     (q->labels ? 1u << CORPUS_LABEL : 0)));
    for (const iso_json *a = iso_json_first(iso_json_get(root, "data")); a; a = iso_json_next(a)) {
        q->article++;
        q->paragraph = 0;
        for (const iso_json *p = iso_json_first(iso_json_get(a, "paragraphs"));
             p && !iso_corpus_full(in->store); p = iso_json_next(p)) {
            q->paragraph++;
            ISO_TRY(add_paragraph(q, p));
        }
    }
done:
    iso_buf_free(&q->label);
    return err;
}
