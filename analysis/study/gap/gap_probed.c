/* Scores that are records: accuracy or F1 of a probe or a classifier; which run, which layer. */
#include <math.h>
#include <string.h>

#include "analysis/study/gap/gap_inside.h"
#include "analysis/study/items/records.h"
#include "lib/base/alloc.h"
#include "lib/text/lang.h"

enum { ROWS_MOST = 1000 };

/* Which scores are taken: the first of these that is there. */
static const char *const wanted[][2] = {
    {"f1", "entity"}, {"f1", "span"},  {"accuracy", "probe"}, {"accuracy", "fine-tuned"},
    {"f1", "macro"},  {"f1", "probe"}, {"accuracy", NULL},    {"f1", NULL}};
enum { WANTED = (int)(sizeof wanted / sizeof *wanted) };

/* Of the states, of all folds, at one depth. */
static bool is_of(const iso_record *r, const char *measure, const char *estimator)
{
    return iso_str_same(r->measure, measure) && iso_str_same(r->estimator, estimator) && r->tgt &&
           isfinite(r->value) && r->fold == ISO_NO_INT && !r->item && !r->baseline &&
           !iso_str_same(r->stage, "difference") &&
           (r->src_layer == ISO_NO_INT || r->src_layer == r->tgt_layer);
}

/* A probe tells its baselines and whole sets beside it. */
static bool is_score(const iso_record *r, int which)
{
    return is_of(r, wanted[which][0], wanted[which][1]);
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

/* How the rows of a record's states were pooled, but for the model's own sentence. */
static const char *pool_of(const iso_record *r, const iso_records *all)
{
    for (int64_t i = 0; iso_record_of_sentence(r) && i < all->count; i++) {
        const iso_record *other = &all->at[i];
        if (other->pool && !iso_record_of_sentence(other) && iso_str_same(other->model, r->model))
            return other->pool;
    }
    return r->pool;
}

/* "mini / en / xmixup": what tells runs apart. */
static iso_err row_name(iso_buf *out, const iso_record *r, const iso_records *all)
{
    const char *const parts[] = {r->model, r->train, r->subset, pool_of(r, all),
                                 r->prep,  r->stage, r->mix};
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

static iso_err row_of(int *out, struct rows *rows, const iso_record *r, const iso_records *all)
{
    iso_buf name = {0};
    iso_err err = ISO_OK;

    ISO_TRY(row_name(&name, r, all));
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
            ISO_TRY(row_of(&rows->of[i], rows, &records->at[i], records));
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
            return iso_gap_scores_row(out, s->path, (const char *const *)rows->name, rows->count,
                                      row);
        found = rows->of[i];
    }
    if (found >= 0) {
        *out = found;
        return ISO_OK;
    }
    return iso_gap_scores_row(out, s->path, (const char *const *)rows->name, rows->count, row);
}

/* Of a grid of transfer the row of the source, else the first: what was trained on is what tells
 * rows apart. NULL: it is none. */
static const char *row_of_grid(const struct rows *rows, const iso_records *records, const char *src)
{
    const char *first = NULL;

    for (int64_t i = 0; rows->count > 1 && i < records->count; i++) {
        const iso_record *r = &records->at[i];
        if (rows->of[i] < 0)
            continue;
        if (!r->train || !iso_str_same(r->train, r->src))
            return NULL;
        first = first ? first : r->train;
        if (src && iso_lang_same(r->train, src))
            first = r->train;
    }
    return first;
}

/* A probe of one language names its source. */
static void name_source(struct gap_scores *s, const iso_record *r)
{
    s->model = r->model;
    s->train = r->train;
    if (!s->src && r->src && !strchr(r->src, '+'))
        s->src = iso_lang_canonical(r->src);
}

/* What the most frequent class scores, beside the scores of the same row. */
static iso_err take_floors(struct gap_scores *s, const char *name, const iso_records *records,
                           int which)
{
    iso_buf other = {0};
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < records->count; i++) {
        const iso_record *r = &records->at[i];
        if (!is_of(r, wanted[which][0], "majority"))
            continue;
        iso_buf_free(&other);
        ISO_TRY(row_name(&other, r, records));
        for (int c = 0; strcmp(other.text, name) == 0 && c < s->count; c++) {
            if (s->at[c].layer == r->tgt_layer &&
                strcmp(s->at[c].lang, iso_lang_canonical(r->tgt)) == 0)
                s->at[c].floor = r->value;
        }
    }
done:
    iso_buf_free(&other);
    return err;
}

iso_err iso_gap_scores_probed(struct gap_scores *s, const iso_gap_opt *opt,
                              const iso_records *records, const iso_run *run)
{
    const char *named = opt->row;
    const int which = find_scores(records);
    struct rows rows = {0};
    int row = 0;
    iso_err err = ISO_OK;

    if (which < 0)
        ISO_FAIL(ISO_EDATA, "%s: no records of accuracy or f1 of a language", s->path);
    ISO_TRY(gather(&rows, records, which));
    if (!named)
        named = row_of_grid(&rows, records, opt->select.src);
    ISO_TRY(choose_probe(&row, s, &rows, records, named));
    if (named && !opt->row)
        iso_run_note(run, "%s: scores of the probe of %s; " ISO_FIELD(row) " chooses another",
                     s->path, named);
    for (int64_t i = 0; i < records->count; i++) {
        const iso_record *r = &records->at[i];
        if (rows.of[i] != row)
            continue;
        name_source(s, r);
        ISO_TRY(iso_gap_scores_add(s, iso_lang_canonical(r->tgt), r->tgt_layer, r->value));
    }
    ISO_TRY(take_floors(s, rows.name[row], records, which));
done:
    rows_free(&rows);
    return err;
}
