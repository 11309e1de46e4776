/* Entry points of what people write themselves, or we wrote and somebody changed: corpora and
 * journals. */
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/base/utf8.h"
#include "lib/io/corpus.h"
#include "lib/io/journal.h"
#include "tests/fuzz/entries.h"

static void look_at(const char *const *texts, int64_t count)
{
    for (int64_t i = 0; texts && i < count; i++) {
        promise(iso_utf8_valid(texts[i], -1), "text is UTF-8");
        touch_text(texts[i]);
    }
}

static void look_at_tokens(const iso_corpus *c)
{
    promise(c->offsets[0] == 0 && c->tokens, "token ids have offsets");
    for (int64_t i = 0; i < c->items; i++)
        promise(c->offsets[i] <= c->offsets[i + 1], "which rise");
    for (int64_t k = 0; k < c->offsets[c->items]; k++)
        promise(c->tokens[k] >= 0, "token ids are not negative");
}

static void enter(const char *name, const uint8_t *data, size_t size, const iso_corpus_opt *opt)
{
    const char *path = file_called(name, data, size);
    iso_corpus c = {0};

    if (iso_corpus_read(&c, &path, 1, opt)) {
        promise_message();
        promise(c.store == NULL, "a failure leaves nothing");
        return;
    }
    promise(c.items > 0, "a corpus has items");
    promise(c.empty <= c.items, "what is counted is there");
    /* a file with a note may have records of several lines */
    promise(c.note_count || c.repaired <= c.items + 1, "of plain files a line is an item");
    promise(!c.repaired == !c.first_repaired_path, "and where it began");
    promise(c.note_count <= 1, "a file has one note at most");
    for (int i = 0; i < c.note_count; i++)
        promise(!strchr(c.notes[i].text, '\n'), "of one line");
    look_at(c.text, c.items);
    look_at(c.text2, c.items);
    look_at(c.ids, c.items);
    look_at(c.labels, c.items);
    if (!c.text)
        look_at_tokens(&c);
    iso_corpus_free(&c);
}

static void enter_txt(const uint8_t *data, size_t size)
{
    enter("x.txt", data, size, NULL);
    enter("x.txt", data, size, &(iso_corpus_opt){.limit = 2});
}

static void enter_tsv(const uint8_t *data, size_t size)
{
    enter("x.tsv", data, size, NULL);
    enter("x.tsv", data, size, &(iso_corpus_opt){.columns = "text=sentence,id=n", .limit = 3});
}

static void enter_texts_csv(const uint8_t *data, size_t size)
{
    enter("x.csv", data, size, NULL);
    enter("x.txt", data, size, &(iso_corpus_opt){.kind = ISO_CORPUS_CSV, .columns = "id="});
}

static void enter_texts_json(const uint8_t *data, size_t size)
{
    enter("x.jsonl", data, size, NULL);
    enter("x.txt", data, size, &(iso_corpus_opt){.kind = ISO_CORPUS_JSON, .limit = 2});
}

static int64_t words_of(const char *text)
{
    int64_t count = 0;

    for (const char *at = text + strspn(text, " "); *at; count++) {
        at += strcspn(at, " ");
        at += strspn(at, " ");
    }
    return count;
}

/* A sentence has as many tags as words. */
static void enter_conll(const uint8_t *data, size_t size)
{
    const char *path;
    iso_corpus c = {0};

    enter("x.txt", data, size,
          &(iso_corpus_opt){.kind = ISO_CORPUS_CONLL, .columns = "text=2,label=1", .limit = 2});
    enter("x.conll", data, size, NULL);
    path = file_called("x.conll", data, size);
    if (iso_corpus_read(&c, &path, 1, NULL))
        return;
    for (int64_t i = 0; c.labels && i < c.items; i++)
        promise(words_of(c.text[i]) == words_of(c.labels[i]), "a tag is of a word");
    iso_corpus_free(&c);
}

static void enter_ids(const uint8_t *data, size_t size)
{
    enter("x.ids", data, size, NULL);
}

/* Any text as the option `columns`. */
static void enter_columns(const uint8_t *data, size_t size)
{
    char *columns = text_of(data, size);
    static const char tsv[] = "text\tid\na\t1\n";

    enter("x.tsv", (const uint8_t *)tsv, sizeof tsv - 1, &(iso_corpus_opt){.columns = columns});
    iso_free(columns);
}

/* What is added to a journal that could be read is there when it is read again. */
static void enter_journal(const uint8_t *data, size_t size)
{
    const char *path = file_called("x.journal", data, size);
    char *of = NULL;
    iso_journal *j = NULL;

    promise(iso_str_dup(&of, path, (int64_t)(strlen(path) - strlen(".journal"))) == ISO_OK,
            "memory");
    if (iso_journal_open(&j, of)) {
        promise_message();
        iso_free(of);
        return;
    }
    if (!iso_journal_plan(j))
        promise(iso_journal_begin(j, "plan\nof two lines", 7, 1) == ISO_OK, "a journal begins");
    const int64_t units = iso_journal_units(j), size_then = iso_journal_size(j);
    const bool had = iso_journal_has(j, 12);
    touch_text(iso_journal_plan(j));
    promise(iso_journal_add(j, 12, 3) == ISO_OK, "a unit is added");
    iso_journal_close(j, false);
    promise(iso_journal_open(&j, of) == ISO_OK, "what was written can be read");
    promise(iso_journal_has(j, 12) && iso_journal_units(j) == units + !had,
            "and the unit is there");
    promise(iso_journal_size(j) == size_then, "and the rest as it was");
    iso_journal_close(j, true);
    iso_free(of);
}

const struct entry entries_corpus[] = {
    {"txt", enter_txt},
    {"tsv", enter_tsv},
    {"conll", enter_conll},
    {"ids", enter_ids},
    {"texts_csv", enter_texts_csv},
    {"texts_json", enter_texts_json},
    {"columns", enter_columns},
    {"journal", enter_journal},
    {0},
};
