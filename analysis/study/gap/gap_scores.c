/* Scores: a table as people type it, or records of a probe; which row, which columns. */
#include <math.h>
#include <string.h>

#include "analysis/study/gap/gap_inside.h"
#include "analysis/study/items/records.h"
#include "lib/base/alloc.h"
#include "lib/io/delimited.h"
#include "lib/io/record_read.h"
#include "lib/text/lang.h"

enum { NAMED_MOST = 12 };

static iso_err list_rows(iso_buf *out, const char *const *name, int count)
{
    iso_err err = ISO_OK;

    for (int i = 0; i < count && i < NAMED_MOST; i++)
        ISO_TRY(iso_buf_printf(out, "%s%s", i ? ", " : "", name[i]));
    if (count > NAMED_MOST)
        ISO_TRY(iso_buf_printf(out, " and %d more", count - NAMED_MOST));
done:
    return err;
}

static iso_err choose_row(int *out, const char *path, const char *const *name, int count,
                          const char *row)
{
    const char *near;
    iso_buf list = {0};
    iso_err err = ISO_OK;

    for (int i = 0; i < count; i++) {
        if ((!row && count == 1) || iso_str_same(name[i], row)) {
            *out = i;
            return ISO_OK;
        }
    }
    ISO_TRY(list_rows(&list, name, count));
    if (!row)
        ISO_FAIL(ISO_EDATA, "%s has scores of %d rows; " ISO_FIELD(row) " says which: %s", path,
                 count, list.text);
    if (count == 1 && !*name[0])
        ISO_FAIL(ISO_EARG, "%s has one row, without a name: " ISO_FIELD(row) " chooses none", path);
    near = iso_str_nearest(row, name, count);
    if (near)
        ISO_FAIL(ISO_EARG, "%s has no row '%s'; did you mean '%s'? Its rows: %s", path, row, near,
                 list.text);
    ISO_FAIL(ISO_EARG, "%s has no row '%s'; its rows: %s", path, row, list.text);
done:
    iso_buf_free(&list);
    return err;
}

static iso_err holds_records(bool *out, const iso_buf *text)
{
    iso_delimited *head = NULL;
    bool more = false;
    iso_err err = ISO_OK;

    *out = iso_records_are_json(text);
    if (*out)
        return ISO_OK;
    ISO_TRY(iso_alloc(&head, 1, sizeof *head));
    ISO_TRY(iso_delimited_begin(head, text->text, text->len, true));
    ISO_TRY(iso_delimited_next(&more, head));
    for (int i = 0; more && i < head->count; i++)
        *out = *out || strcmp(iso_delimited_field(head, i), "measure") == 0;
done:
    if (head)
        iso_delimited_free(head);
    iso_free(head);
    return err;
}

/* --- Cells --- */

double iso_gap_score(const struct gap_scores *s, const char *lang, int64_t layer)
{
    for (int i = 0; i < s->count; i++) {
        if ((!s->layered || s->at[i].layer == layer) && strcmp(s->at[i].lang, lang) == 0)
            return s->at[i].value;
    }
    return NAN;
}

static iso_err scores_add(struct gap_scores *s, const char *lang, int64_t layer, double value)
{
    iso_err err = ISO_OK;

    for (int i = 0; i < s->count; i++) {
        if (s->at[i].layer != layer || strcmp(s->at[i].lang, lang) != 0)
            continue;
        if (s->at[i].value == value && layer != ISO_NO_INT)
            return ISO_OK;
        ISO_FAIL(ISO_EFORMAT, "%s: two scores of %s%s", s->path, lang,
                 layer == ISO_NO_INT ? ", perhaps under two of its codes" : " at one layer");
    }
    if (s->count == s->room) {
        const int room = s->room ? 2 * s->room : 64;
        ISO_TRY(iso_realloc(&s->at, s->count, room, sizeof *s->at));
        s->room = room;
    }
    s->at[s->count++] = (struct gap_cell){lang, layer, value};
    s->layered = s->layered || layer != ISO_NO_INT;
done:
    return err;
}

/* --- Tables --- */

static bool is_named(const char *name, const iso_gap_opt *opt, const iso_records *records)
{
    if ((opt->select.src && iso_records_names(opt->select.src, name)) ||
        (opt->select.tgt && iso_records_names(opt->select.tgt, name)))
        return true;
    for (int64_t i = 0; i < records->count; i++) {
        const iso_record *r = &records->at[i];
        if (iso_str_same(r->src, name) || iso_str_same(r->tgt, name))
            return true;
    }
    return false;
}

/* Adds the languages of a row; what is no language is listed. */
static iso_err take_row(struct gap_scores *s, iso_buf *odd, int row, const iso_gap_opt *opt,
                        const iso_records *records)
{
    const iso_scores *t = &s->table;
    iso_err err = ISO_OK;

    for (int i = 0; i < t->langs; i++) {
        const char *name = t->lang[i];
        const bool known =
            !iso_scores_mean(name) && (iso_lang_find(name) || is_named(name, opt, records));
        const double value = t->value[(int64_t)row * t->langs + i];
        if (!known)
            ISO_TRY(iso_buf_printf(odd, "%s%s", odd->len ? ", " : "", name));
        else if (!isnan(value))
            ISO_TRY(scores_add(s, iso_lang_canonical(name), ISO_NO_INT, value));
    }
done:
    return err;
}

/* A row of a table of pairs is a language that was trained on; the source when it is said. */
static iso_err choose(int *row, struct gap_scores *s, const iso_gap_opt *opt)
{
    const iso_scores *t = &s->table;
    const char *wanted = opt->row;
    iso_err err = ISO_OK;

    for (int i = 0; t->pairs && !wanted && i < t->rows; i++) {
        if (opt->select.src ? iso_lang_same(t->row[i], opt->select.src) : i == 0)
            wanted = t->row[i];
    }
    ISO_TRY(choose_row(row, s->path, t->row, t->rows, wanted));
    if (t->pairs)
        s->src = s->train = iso_lang_canonical(t->row[*row]);
    else if (*t->row[*row])
        s->model = t->row[*row];
done:
    return err;
}

static bool are_percentages(const iso_scores *t)
{
    for (int64_t i = 0; i < (int64_t)t->rows * t->langs; i++) {
        if (t->value[i] > 1)
            return true;
    }
    return false;
}

static iso_err take_table(struct gap_scores *s, const iso_gap_opt *opt, const iso_records *records,
                          const iso_run *run)
{
    iso_buf odd = {0};
    int row = 0;
    iso_err err = ISO_OK;

    ISO_TRY(choose(&row, s, opt));
    ISO_TRY(take_row(s, &odd, row, opt, records));
    if (s->count == 0)
        ISO_FAIL(ISO_EARG,
                 "%s: no column is a language that is known%s%s; " ISO_FIELD(tgt) " names others",
                 s->path, odd.len ? ": " : "", odd.len ? odd.text : "");
    if (odd.len)
        iso_run_note(run, "%s: ignored, not languages: %s", s->path, odd.text);
    if (are_percentages(&s->table)) {
        iso_run_note(run, "%s: some scores are above 1, so all are read as percentages", s->path);
        for (int i = 0; i < s->count; i++)
            s->at[i].value /= 100;
    }
done:
    iso_buf_free(&odd);
    return err;
}

/* --- Scores that are records: accuracy or F1 of a probe or a classifier --- */

enum { ROWS_MOST = 1000 };

/* Which scores are taken: the first of these that is there. */
static const char *const wanted[][2] = {
    {"accuracy", "probe"}, {"f1", "macro"}, {"f1", "probe"}, {"accuracy", NULL}, {"f1", NULL}};
enum { WANTED = (int)(sizeof wanted / sizeof *wanted) };

/* Of all folds, at one depth. A probe tells its baselines and whole sets beside it. */
static bool is_score(const iso_record *r, int which)
{
    return iso_str_same(r->measure, wanted[which][0]) &&
           iso_str_same(r->estimator, wanted[which][1]) && r->tgt && isfinite(r->value) &&
           r->fold == ISO_NO_INT && !iso_str_same(r->stage, "difference") &&
           (r->src_layer == ISO_NO_INT || r->src_layer == r->tgt_layer);
}

static int find_scores(const iso_records *records)
{
    for (int w = 0; w < WANTED; w++) {
        for (int64_t i = 0; i < records->count; i++) {
            if (is_score(&records->at[i], w))
                return w;
        }
    }
    return -1;
}

/* "mini / en / xmixup": what tells runs apart. */
static iso_err row_name(iso_buf *out, const iso_record *r)
{
    const char *const parts[] = {r->model, r->train, r->subset, r->pool, r->prep, r->stage, r->mix};
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_puts(out, ""));
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (parts[i])
            ISO_TRY(iso_buf_printf(out, "%s%s", out->len ? " / " : "", parts[i]));
    }
    if (r->mix_layer != ISO_NO_INT)
        ISO_TRY(iso_buf_printf(out, "%s%lld", out->len ? " / " : "", (long long)r->mix_layer));
done:
    return err;
}

/* Rows in the order of their first record. */
struct rows {
    char **name;
    int count;
    int *of; /* of each record; −1 is no score */
};

static void rows_free(struct rows *rows)
{
    for (int i = 0; i < rows->count; i++)
        iso_free(rows->name[i]);
    iso_free(rows->name);
    iso_free(rows->of);
}

static iso_err row_of(int *out, struct rows *rows, const iso_record *r)
{
    iso_buf name = {0};
    iso_err err = ISO_OK;

    ISO_TRY(row_name(&name, r));
    for (*out = 0; *out < rows->count; (*out)++) {
        if (strcmp(rows->name[*out], name.text) == 0)
            goto done;
    }
    ISO_NEED(rows->count < ROWS_MOST, "scores of more than %d rows", ROWS_MOST);
    rows->name[rows->count++] = name.text;
    name = (iso_buf){0};
done:
    iso_buf_free(&name);
    return err;
}

static iso_err gather(struct rows *rows, const iso_records *records, int which)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&rows->name, ROWS_MOST, sizeof *rows->name));
    ISO_TRY(iso_alloc(&rows->of, records->count, sizeof *rows->of));
    for (int64_t i = 0; i < records->count; i++) {
        rows->of[i] = -1;
        if (is_score(&records->at[i], which))
            ISO_TRY(row_of(&rows->of[i], rows, &records->at[i]));
    }
done:
    return err;
}

/* A model alone is enough of a name where no other row has it. */
static iso_err choose_probe(int *out, const struct gap_scores *s, const struct rows *rows,
                            const iso_records *records, const char *row)
{
    int found = -1;

    for (int64_t i = 0; row && i < records->count; i++) {
        if (rows->of[i] < 0 || rows->of[i] == found ||
            !(iso_str_same(records->at[i].model, row) || iso_str_same(records->at[i].train, row)))
            continue;
        if (found >= 0)
            return choose_row(out, s->path, (const char *const *)rows->name, rows->count, row);
        found = rows->of[i];
    }
    if (found >= 0) {
        *out = found;
        return ISO_OK;
    }
    return choose_row(out, s->path, (const char *const *)rows->name, rows->count, row);
}

/* A probe of one language names its source. */
static void name_source(struct gap_scores *s, const iso_record *r)
{
    s->model = r->model;
    s->train = r->train;
    if (!s->src && r->src && !strchr(r->src, '+'))
        s->src = iso_lang_canonical(r->src);
}

static iso_err scores_probed(struct gap_scores *s, const iso_gap_opt *opt,
                             const iso_records *records)
{
    const int which = find_scores(records);
    struct rows rows = {0};
    int row = 0;
    iso_err err = ISO_OK;

    if (which < 0)
        ISO_FAIL(ISO_EDATA, "%s: no records of accuracy or f1 of a language", s->path);
    ISO_TRY(gather(&rows, records, which));
    ISO_TRY(choose_probe(&row, s, &rows, records, opt->row));
    for (int64_t i = 0; i < records->count; i++) {
        const iso_record *r = &records->at[i];
        if (rows.of[i] != row)
            continue;
        name_source(s, r);
        ISO_TRY(scores_add(s, iso_lang_canonical(r->tgt), r->tgt_layer, r->value));
    }
done:
    rows_free(&rows);
    return err;
}

/* --- The file --- */

static bool is_language(const char *name)
{
    return iso_lang_find(name) != NULL;
}

iso_err iso_gap_table_read(iso_scores *out, const iso_buf *text, const char *path,
                           const iso_run *run)
{
    const iso_err err =
        iso_scores_read(out, text->text, text->len, &(iso_scores_opt){.known = is_language});

    if (!err && out->note)
        iso_run_note(run, "%s: %s", path, out->note);
    return err;
}

iso_err iso_gap_scores_open(struct gap_scores *out, const iso_gap_opt *opt,
                            const iso_records *records, const iso_run *run)
{
    struct gap_scores s = {.path = opt->scores ? opt->scores : "the records"};
    iso_buf text = {0};
    bool held = true;
    iso_err err = ISO_OK;

    if (opt->scores) {
        ISO_TRY(iso_records_bytes(&text, opt->scores, run));
        err = holds_records(&held, &text);
        if (!err && !held)
            err = iso_gap_table_read(&s.table, &text, opt->scores, run);
        if (err) {
            err = iso_fail_in(err, "%s", opt->scores);
            goto done;
        }
        if (held)
            ISO_TRY(iso_records_parse(&s.records, NULL, &text, opt->scores));
    }
    if (held)
        ISO_TRY(scores_probed(&s, opt, opt->scores ? &s.records : records));
    else
        ISO_TRY(take_table(&s, opt, records, run));
    *out = s;
    s = (struct gap_scores){0};
done:
    iso_buf_free(&text);
    iso_gap_scores_free(&s);
    return err;
}

void iso_gap_scores_free(struct gap_scores *s)
{
    iso_free(s->at);
    iso_scores_free(&s->table);
    iso_records_free(&s->records);
    *s = (struct gap_scores){0};
}
