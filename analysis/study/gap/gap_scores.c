/* Scores: a table as people type it, or a file of records; which row, which columns. */
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

iso_err iso_gap_scores_row(int *out, const char *path, const char *const *name, int count,
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

const struct gap_cell *iso_gap_cell(const struct gap_scores *s, const char *lang, int64_t layer)
{
    for (int i = 0; i < s->count; i++) {
        if ((!s->layered || s->alone || s->at[i].layer == layer) &&
            strcmp(s->at[i].lang, lang) == 0)
            return &s->at[i];
    }
    return NULL;
}

double iso_gap_score(const struct gap_scores *s, const char *lang, int64_t layer)
{
    const struct gap_cell *cell = iso_gap_cell(s, lang, layer);

    return cell ? cell->value : NAN;
}

iso_err iso_gap_scores_add(struct gap_scores *s, const char *lang, int64_t layer, double value)
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
    s->at[s->count++] = (struct gap_cell){lang, layer, value, NAN};
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
            ISO_TRY(iso_gap_scores_add(s, iso_lang_canonical(name), ISO_NO_INT, value));
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
    ISO_TRY(iso_gap_scores_row(row, s->path, t->row, t->rows, wanted));
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
        ISO_TRY(iso_gap_scores_probed(&s, opt, opt->scores ? &s.records : records, run));
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
