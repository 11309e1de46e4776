#include "lib/io/scores.h"

#include <string.h>

#include "lib/base/alloc.h"
#include "lib/io/delimited.h"
#include "lib/io/scores_inside.h"

/* Markdown: | lang | en | de |, a line of dashes under the header ---------------------- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* Whether between bars are dashes and colons alone. */
static bool is_rule(const char *at, const char *end)
{
    bool dashes = false;

    for (; at < end; at++) {
        if (!strchr("|-: \t\r", *at))
            return false;
        dashes = dashes || *at == '-';
    }
    return dashes;
}

/* What stands between the outer bars, a tab for each bar between, blanks around each cell off. */
static iso_err add_line(iso_buf *out, const char *at, const char *end)
{
    iso_err err = ISO_OK;

    while (end > at && is_blank(end[-1]))
        end--;
    end -= end > at && end[-1] == '|';
    for (at++; at <= end; at++) {
        const char *bar = memchr(at, '|', (size_t)(end - at)), *stop = bar ? bar : end;
        const char *from = at, *to = stop;
        while (from < to && is_blank(*from))
            from++;
        while (to > from && is_blank(to[-1]))
            to--;
        ISO_TRY(iso_buf_add(out, from, to - from));
        if (bar)
            ISO_TRY(iso_buf_puts(out, "\t"));
        at = stop;
    }
done:
    return err;
}

/* A table between bars with tabs instead; *is is false when there are none. */
static iso_err of_markdown(bool *is, iso_buf *out, const char *bytes, int64_t len)
{
    const char *const end = bytes + len, *next;
    iso_err err = ISO_OK;

    *is = false;
    for (const char *at = bytes; at < end; at = next) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        next = stop ? stop + 1 : end;
        stop = stop ? stop : end;
        const char *begin = at;
        while (begin < stop && is_blank(*begin))
            begin++;
        const bool bars = begin < stop && *begin == '|';
        if (!*is && !bars && begin < stop && *begin != '#')
            break; /* the first line that says something has none */
        *is = *is || bars;
        if (bars && !is_rule(begin, stop))
            ISO_TRY(add_line(out, begin, stop));
        else if (!bars)
            ISO_TRY(iso_buf_add(out, begin, stop - begin));
        ISO_TRY(iso_buf_puts(out, "\n"));
    }
done:
    return err;
}

/* Rows -------------------------------------------------------------------------------- */

/* What a row of a long table is called: "mBERT / XNLI", one of the two, or nothing. */
static iso_err long_row(int *row, struct iso_scores_store *s, const struct scores_columns *c,
                        const iso_delimited *line)
{
    iso_buf name = {0};
    iso_err err = ISO_OK;

    if (c->row >= 0)
        return iso_scores_name(row, &s->row, iso_delimited_field(line, c->row), line->number);
    if (c->model >= 0)
        ISO_TRY(iso_buf_puts(&name, iso_delimited_field(line, c->model)));
    if (c->model >= 0 && c->task >= 0)
        ISO_TRY(iso_buf_puts(&name, " / "));
    if (c->task >= 0)
        ISO_TRY(iso_buf_puts(&name, iso_delimited_field(line, c->task)));
    ISO_TRY(iso_scores_name(row, &s->row, name.text ? name.text : "", line->number));
done:
    iso_buf_free(&name);
    return err;
}

static iso_err add_long(struct iso_scores_store *s, const struct scores_columns *c,
                        const iso_delimited *line)
{
    int row = 0, lang = 0;
    iso_err err = ISO_OK;

    ISO_TRY(long_row(&row, s, c, line));
    if (!*iso_delimited_field(line, c->lang))
        ISO_FAIL(ISO_EFORMAT, "line %lld names no language", (long long)line->number);
    ISO_TRY(iso_scores_name(&lang, &s->lang, iso_delimited_field(line, c->lang), line->number));
    ISO_TRY(iso_scores_add(s, row, lang, iso_delimited_field(line, c->score), line->number));
done:
    return err;
}

static iso_err add_wide(struct iso_scores_store *s, const iso_delimited *line)
{
    int row = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_scores_name(&row, &s->row, iso_delimited_field(line, 0), line->number));
    for (int i = 1; i < line->count; i++)
        ISO_TRY(iso_scores_add(s, row, i - 1, iso_delimited_field(line, i), line->number));
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
        if (!*name || iso_scores_find(&s->lang, name) >= 0)
            ISO_FAIL(ISO_EFORMAT, "line %lld: column %d has %s", (long long)head->number, i + 1,
                     *name ? "the name of another" : "no name");
        ISO_TRY(iso_scores_name(&lang, &s->lang, name, head->number));
    }
done:
    return err;
}

/* A row is a language, a column a model. */
static iso_err add_turned(struct iso_scores_store *s, const iso_delimited *head, int named,
                          const iso_delimited *line)
{
    int row = 0, lang = 0;
    iso_err err = ISO_OK;

    if (!*iso_delimited_field(line, named))
        ISO_FAIL(ISO_EFORMAT, "line %lld names no language", (long long)line->number);
    ISO_TRY(iso_scores_name(&lang, &s->lang, iso_delimited_field(line, named), line->number));
    for (int i = 0; i < line->count; i++) {
        if (i == named)
            continue;
        ISO_TRY(iso_scores_name(&row, &s->row, iso_delimited_field(head, i), line->number));
        ISO_TRY(iso_scores_add(s, row, lang, iso_delimited_field(line, i), line->number));
    }
done:
    return err;
}

static iso_err read_lines(struct iso_scores_store *s, iso_delimited *head, iso_delimited *line,
                          enum scores_layout layout, const struct scores_columns *c)
{
    bool more = false;
    iso_err err = ISO_OK;

    if (layout == SCORES_WIDE)
        ISO_TRY(wide_head(s, head));
    for (;;) {
        ISO_TRY(iso_delimited_next(&more, line));
        if (!more)
            break;
        if (line->count != head->count)
            ISO_FAIL(ISO_EFORMAT, "line %lld has %d fields, the header %d", (long long)line->number,
                     line->count, head->count);
        ISO_TRY(layout == SCORES_LONG   ? add_long(s, c, line)
                : layout == SCORES_WIDE ? add_wide(s, line)
                                        : add_turned(s, head, c->lang >= 0 ? c->lang : 0, line));
    }
    if (s->cells == 0)
        ISO_FAIL(ISO_EFORMAT, "the table holds no score");
done:
    return err;
}

static bool rows_are_langs(const struct iso_scores_store *s)
{
    for (int i = 0; i < s->row.count; i++) {
        if (iso_scores_find(&s->lang, s->row.at[i]) < 0)
            return false;
    }
    return true;
}

/* What a person would not take for granted. */
static iso_err make_note(struct iso_scores_store *s, enum scores_layout layout)
{
    iso_err err = ISO_OK;

    if (layout == SCORES_TURNED)
        ISO_TRY(iso_buf_printf(&s->note, "a row is read as a language, a column as a model"));
    if (s->style.commas > 0)
        ISO_TRY(iso_buf_printf(&s->note, "%s%lld numbers have decimal commas",
                               s->note.len ? "; " : "", (long long)s->style.commas));
    if (s->style.percents > 0)
        ISO_TRY(iso_buf_printf(&s->note, "%sall scores are in per cent", s->note.len ? "; " : ""));
done:
    return err;
}

static iso_err read_table(iso_scores *out, struct iso_scores_store *s, iso_delimited *d,
                          const char *bytes, int64_t len, const iso_scores_opt *opt)
{
    struct scores_columns c = {.lang = -1};
    enum scores_layout layout = SCORES_WIDE;
    bool more = false;
    iso_err err = ISO_OK;

    ISO_TRY(iso_delimited_begin(&d[0], bytes, len, true));
    ISO_TRY(iso_delimited_next(&more, &d[0]));
    if (!more)
        ISO_FAIL(ISO_EFORMAT, "the table is empty");
    ISO_TRY(iso_scores_layout_of(&layout, &c, &d[0], bytes, len, opt));
    d[1] = d[0];
    d[1].text = (iso_buf){0};
    ISO_TRY(read_lines(s, &d[0], &d[1], layout, &c));
    ISO_TRY(iso_scores_lay_out(s));
    ISO_TRY(make_note(s, layout));
    out->pairs = (layout == SCORES_LONG && c.row >= 0) || rows_are_langs(s);
done:
    return err;
}

iso_err iso_scores_read(iso_scores *out, const char *bytes, int64_t len, const iso_scores_opt *opt)
{
    iso_scores s = {0};
    iso_delimited *d = NULL; /* the header, the line at hand */
    iso_buf tabs = {0};
    bool bars = false;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&d, 2, sizeof *d));
    ISO_TRY(iso_alloc(&s.store, 1, sizeof *s.store));
    ISO_TRY(of_markdown(&bars, &tabs, bytes, len));
    ISO_TRY(read_table(&s, s.store, d, bars ? tabs.text : bytes, bars ? tabs.len : len, opt));
    s.rows = s.store->row.count;
    s.langs = s.store->lang.count;
    s.row = (const char *const *)s.store->row.at;
    s.lang = (const char *const *)s.store->lang.at;
    s.value = s.store->value;
    s.note = s.store->note.text;
    *out = s;
    s = (iso_scores){0};
done:
    for (int i = 0; d && i < 2; i++)
        iso_delimited_free(&d[i]);
    iso_free(d);
    iso_buf_free(&tabs);
    iso_scores_free(&s);
    return err;
}
