#include "lib/io/scores.h"

#include <string.h>

#include "lib/base/alloc.h"
#include "lib/io/delimited.h"
#include "lib/io/scores_inside.h"

/* The columns of a long table; −1 where there is none. */
struct columns {
    int lang, row, model, task, score;
};

static int column(const iso_delimited *head, const char *a, const char *b)
{
    for (int i = 0; i < head->count; i++) {
        const char *name = iso_delimited_field(head, i);
        if (strcmp(name, a) == 0 || (b && strcmp(name, b) == 0))
            return i;
    }
    return -1;
}

/* The column of scores of a long table: by its name, or the only one left. */
static iso_err score_column(struct columns *c, const iso_delimited *head)
{
    int others = 0;
    iso_err err = ISO_OK;

    c->score = column(head, "score", "value");
    for (int i = 0; c->score < 0 && i < head->count; i++) {
        if (i == c->lang || i == c->row || i == c->model || i == c->task)
            continue;
        others++;
        if (others > 1)
            ISO_FAIL(ISO_EFORMAT,
                     "line %lld: which column holds the score, %s or another? Call it "
                     "score",
                     (long long)head->number, iso_delimited_field(head, i));
    }
    for (int i = 0; c->score < 0 && i < head->count; i++)
        c->score = i == c->lang || i == c->row || i == c->model || i == c->task ? -1 : i;
    if (c->score < 0)
        ISO_FAIL(ISO_EFORMAT, "line %lld: no column holds a score", (long long)head->number);
done:
    return err;
}

/* What a row of a long table is called: "mBERT / XNLI", one of the two, or nothing. */
static iso_err long_row(int *row, struct iso_scores_store *s, const struct columns *c,
                        const iso_delimited *line)
{
    iso_buf name = {0};
    iso_err err = ISO_OK;

    if (c->row >= 0)
        return scores_name(row, &s->row, iso_delimited_field(line, c->row), line->number);
    if (c->model >= 0)
        ISO_TRY(iso_buf_puts(&name, iso_delimited_field(line, c->model)));
    if (c->model >= 0 && c->task >= 0)
        ISO_TRY(iso_buf_puts(&name, " / "));
    if (c->task >= 0)
        ISO_TRY(iso_buf_puts(&name, iso_delimited_field(line, c->task)));
    ISO_TRY(scores_name(row, &s->row, name.text ? name.text : "", line->number));
done:
    iso_buf_free(&name);
    return err;
}

static iso_err add_long(struct iso_scores_store *s, const struct columns *c,
                        const iso_delimited *line)
{
    int row = 0, lang = 0;
    iso_err err = ISO_OK;

    ISO_TRY(long_row(&row, s, c, line));
    if (!*iso_delimited_field(line, c->lang))
        ISO_FAIL(ISO_EFORMAT, "line %lld names no language", (long long)line->number);
    ISO_TRY(scores_name(&lang, &s->lang, iso_delimited_field(line, c->lang), line->number));
    ISO_TRY(scores_add(s, row, lang, iso_delimited_field(line, c->score), line->number));
done:
    return err;
}

static iso_err add_wide(struct iso_scores_store *s, const iso_delimited *line)
{
    int row = 0;
    iso_err err = ISO_OK;

    ISO_TRY(scores_name(&row, &s->row, iso_delimited_field(line, 0), line->number));
    for (int i = 1; i < line->count; i++)
        ISO_TRY(scores_add(s, row, i - 1, iso_delimited_field(line, i), line->number));
done:
    return err;
}

/* The header of a wide table: its languages. */
static iso_err wide_head(struct iso_scores_store *s, const iso_delimited *head)
{
    int lang;
    iso_err err = ISO_OK;

    if (head->count < 2)
        ISO_FAIL(ISO_EFORMAT, "line %lld: one column is no table of scores by language",
                 (long long)head->number);
    for (int i = 1; i < head->count; i++) {
        const char *name = iso_delimited_field(head, i);
        if (!*name || scores_find(&s->lang, name) >= 0)
            ISO_FAIL(ISO_EFORMAT, "line %lld: column %d has %s", (long long)head->number, i + 1,
                     *name ? "the name of another" : "no name");
        ISO_TRY(scores_name(&lang, &s->lang, name, head->number));
    }
done:
    return err;
}

static iso_err read_lines(struct iso_scores_store *s, iso_delimited *head, iso_delimited *line)
{
    const bool pairs = column(head, "src", NULL) >= 0 && column(head, "tgt", NULL) >= 0;
    struct columns c = {.lang =
                            pairs ? column(head, "tgt", NULL) : column(head, "lang", "language"),
                        .row = pairs ? column(head, "src", NULL) : -1,
                        .model = column(head, "model", NULL),
                        .task = column(head, "task", NULL)};
    bool more = false;
    iso_err err = ISO_OK;

    ISO_TRY(c.lang >= 0 ? score_column(&c, head) : wide_head(s, head));
    for (;;) {
        ISO_TRY(iso_delimited_next(&more, line));
        if (!more)
            break;
        if (line->count != head->count)
            ISO_FAIL(ISO_EFORMAT, "line %lld has %d fields, the header %d", (long long)line->number,
                     line->count, head->count);
        ISO_TRY(c.lang >= 0 ? add_long(s, &c, line) : add_wide(s, line));
    }
    if (s->cells == 0)
        ISO_FAIL(ISO_EFORMAT, "the table holds no score");
done:
    return err;
}

static bool rows_are_langs(const struct iso_scores_store *s)
{
    for (int i = 0; i < s->row.count; i++) {
        if (scores_find(&s->lang, s->row.at[i]) < 0)
            return false;
    }
    return true;
}

iso_err iso_scores_read(iso_scores *out, const char *bytes, int64_t len)
{
    iso_scores s = {0};
    iso_delimited *d = NULL; /* the header, the line at hand */
    bool more = false;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&d, 2, sizeof *d));
    ISO_TRY(iso_alloc(&s.store, 1, sizeof *s.store));
    ISO_TRY(iso_delimited_begin(&d[0], bytes, len, true));
    ISO_TRY(iso_delimited_next(&more, &d[0]));
    if (!more)
        ISO_FAIL(ISO_EFORMAT, "the table is empty");
    d[1] = d[0];
    d[1].text = (iso_buf){0};
    ISO_TRY(read_lines(s.store, &d[0], &d[1]));
    ISO_TRY(scores_lay_out(s.store));
    s.rows = s.store->row.count;
    s.langs = s.store->lang.count;
    s.row = (const char *const *)s.store->row.at;
    s.lang = (const char *const *)s.store->lang.at;
    s.value = s.store->value;
    s.pairs = column(&d[0], "src", NULL) >= 0 || rows_are_langs(s.store);
    *out = s;
    s = (iso_scores){0};
done:
    for (int i = 0; d && i < 2; i++)
        iso_delimited_free(&d[i]);
    iso_free(d);
    iso_scores_free(&s);
    return err;
}
