/* Which way round a table of scores is: a language a row, a language a column, or a score a line.
 */
#include <string.h>
#include <strings.h>

#include "lib/base/alloc.h"
#include "lib/io/scores_inside.h"

/* Names in use for a column, letters' case aside. */
static const char *const langs[] = {"lang",      "language",  "languages", "lg",
                                    "iso",       "iso_code",  "iso code",  "iso639",
                                    "iso639-1",  "iso639-3",  "iso639_3",  "iso 639-3",
                                    "lang_code", "lang code", "code",      "language_code"};
static const char *const scores[] = {"score", "value"}, *const models[] = {"model"},
                         *const tasks[] = {"task"}, *const sources[] = {"src"},
                         *const targets[] = {"tgt"};
static const char *const means[] = {"avg", "avg.", "average", "mean", "all", "macro"};

#define ONE_OF(name, list) one_of(name, list, (int)(sizeof(list) / sizeof *(list)))

static bool one_of(const char *name, const char *const *list, int count)
{
    for (int i = 0; i < count; i++) {
        if (strcasecmp(name, list[i]) == 0)
            return true;
    }
    return false;
}

#define COLUMN(head, list) column(head, list, (int)(sizeof(list) / sizeof *(list)))

static int column(const iso_delimited *head, const char *const *list, int count)
{
    for (int i = 0; i < head->count; i++) {
        if (one_of(iso_delimited_field(head, i), list, count))
            return i;
    }
    return -1;
}

bool iso_scores_mean(const char *name)
{
    return ONE_OF(name, means);
}

/* Columns that say something else than a number. */
static bool is_name(const struct scores_columns *c, int i)
{
    return i == c->lang || i == c->row || i == c->model || i == c->task;
}

static struct scores_columns columns_of(const iso_delimited *head)
{
    const int src = COLUMN(head, sources), tgt = COLUMN(head, targets);
    const bool pairs = src >= 0 && tgt >= 0;

    return (struct scores_columns){.lang = pairs ? tgt : COLUMN(head, langs),
                                   .row = pairs ? src : -1,
                                   .model = COLUMN(head, models),
                                   .task = COLUMN(head, tasks),
                                   .score = COLUMN(head, scores)};
}

/* How many of some names there are, and how many of them are languages. */
struct share {
    int all, known;
    const char *other; /* the first that is none */
};

static void count(struct share *s, const char *name, const iso_scores_opt *opt)
{
    if (!*name || iso_scores_mean(name))
        return;
    s->all++;
    if (opt && opt->known && opt->known(name))
        s->known++;
    else if (!s->other)
        s->other = name;
}

static bool are_langs(const struct share *s)
{
    return s->all > 0 && s->known == s->all;
}

/* The names of rows in column `at` of all lines. */
static iso_err count_rows(struct share *out, int at, const char *bytes, int64_t len,
                          const iso_scores_opt *opt)
{
    iso_delimited *d = NULL;
    bool more = false;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&d, 1, sizeof *d));
    ISO_TRY(iso_delimited_begin(d, bytes, len, true));
    ISO_TRY(iso_delimited_next(&more, d)); /* the header */
    for (;;) {
        ISO_TRY(iso_delimited_next(&more, d));
        if (!more)
            break;
        if (at < d->count)
            count(out, iso_delimited_field(d, at), opt);
        out->other = NULL; /* lives until the next line alone */
    }
done:
    if (d)
        iso_delimited_free(d);
    iso_free(d);
    return err;
}

static iso_err ambiguous(const iso_delimited *head, const struct share *cols)
{
    return iso_fail(ISO_EFORMAT,
                    "line %lld: neither the columns (%.40s) nor the rows are all languages, so it "
                    "may be read either way: begin the header with lang and score (a row a score), "
                    "with model and codes of languages (a row a model), or with lang and the "
                    "models, over codes of languages (a row a language)",
                    (long long)head->number, cols->other ? cols->other : "?");
}

iso_err iso_scores_layout_of(enum scores_layout *out, struct scores_columns *columns,
                             const iso_delimited *head, const char *bytes, int64_t len,
                             const iso_scores_opt *opt)
{
    struct scores_columns c = columns_of(head);
    const int first = c.lang >= 0 ? c.lang : 0;
    struct share cols = {0}, rows = {0};
    int others = 0, other = -1;
    iso_err err = ISO_OK;

    for (int i = 0; i < head->count; i++) {
        if (is_name(&c, i) || (c.lang < 0 && i == 0))
            continue;
        others++;
        other = i;
        count(&cols, iso_delimited_field(head, i), opt);
    }
    ISO_TRY(count_rows(&rows, first, bytes, len, opt));
    const bool by_column = are_langs(&cols), by_row = are_langs(&rows);
    const bool named = c.model >= 0 || c.task >= 0;
    *columns = c;
    if (c.lang >= 0 && others == 0)
        ISO_FAIL(ISO_EFORMAT, "line %lld: no column holds a score", (long long)head->number);
    if (c.row >= 0 && others > 1 && c.score < 0)
        ISO_FAIL(ISO_EFORMAT, "line %lld: %d columns may hold the score (%.40s); call it score",
                 (long long)head->number, others, iso_delimited_field(head, other));
    if (c.lang < 0) {
        *out = cols.known == 0 && rows.all > 1 && by_row ? SCORES_TURNED : SCORES_WIDE;
    } else if (c.score >= 0 || c.row >= 0 || (others == 1 && (!by_column || by_row))) {
        columns->score = c.score >= 0 ? c.score : other;
        *out = SCORES_LONG;
    } else if (named || (by_column && c.lang > 0) || !(by_column || by_row)) {
        ISO_TRY(ambiguous(head, &cols));
    } else {
        *out = by_column ? SCORES_WIDE : SCORES_TURNED; /* both: pairs */
    }
done:
    return err;
}
