#include "lib/io/table.h"

#include <math.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/utf8.h"
#include "lib/io/beside.h"
#include "lib/io/number.h"

/* What a table shows is fewer things than records have columns: interval ends are one, layers are
 * one when both sides agree. A way to show one thing: */
struct column {
    const char *title;
    bool right;                 /* numbers are set to the right */
    bool always;                /* shown as a column even when all records agree */
    const char *first, *second; /* columns; the second may be NULL */
    int baseline;               /* whose `first` is shown, counted from 1; 0: the record's own */
};

/* Baselines stand after the interval. */
static const struct column fixed[] = {
    {"measure", false, false, "measure", NULL},
    {"estimator", false, false, "estimator", NULL},
    {"stage", false, false, "stage", NULL},
    {"direction", false, false, "direction", NULL},
    {"src", false, true, "src", NULL},
    {"tgt", false, true, "tgt", NULL},
    {"layer", true, true, "src_layer", "tgt_layer"},
    {"mix layer", true, false, "mix_layer", NULL},
    {"mix", false, false, "mix", NULL},
    {"k", true, false, "k", NULL},
    {"neighbours", true, false, "neighbours", NULL},
    {"denominator", false, false, "denominator", NULL},
    {"fold", true, false, "fold", NULL},
    {"train", false, false, "train", NULL},
    {"subset", false, false, "subset", NULL},
    {"x", false, false, "x", NULL},
    {"y", false, false, "y", NULL},
    {"given", false, false, "given", NULL},
    {"condition", false, false, "condition", NULL},
    {"candidates", false, false, "candidates", NULL},
    {"baseline", false, false, "baseline", NULL},
    {"param", true, false, "param", NULL},
    {"value", true, true, "value", NULL},
    {"lo..hi", true, true, "lo", "hi"},
    {"interval", false, false, "interval", NULL},
    {"null", true, false, "null", NULL},
    {"null sd", true, false, "null_sd", NULL},
    {"p", true, false, "p", NULL},
    {"p max", true, false, "p_max", NULL},
    {"family", true, false, "family", NULL},
    {"permutations", true, false, "permutations", NULL},
    {"calibrated", true, false, "calibrated", NULL},
    {"n", true, false, "n", NULL},
    {"rank", true, false, "rank", NULL},
    {"dim", true, false, "src_dim", "tgt_dim"},
    {"pool", false, false, "pool", NULL},
    {"prep", false, false, "prep", NULL},
    {"model", false, false, "model", NULL},
    {"model2", false, false, "model2", NULL},
    {"flag", false, false, "flag", NULL},
    {"why", false, false, "why", NULL},
};

enum { FIXED = (int)(sizeof fixed / sizeof *fixed), COLUMNS = FIXED + ISO_BESIDE_MOST };

static int list_columns(struct column *out, const iso_beside *b)
{
    int count = 0;

    for (int f = 0; f < FIXED; f++) {
        out[count++] = fixed[f];
        for (int k = 0; strcmp(fixed[f].first, "lo") == 0 && k < b->names; k++)
            out[count++] = (struct column){b->name[k], true, true, "value", NULL, k + 1};
    }
    return count;
}

static iso_err add_short(iso_buf *out, const iso_record *r, const iso_column *c)
{
    char number[ISO_NUMBER_SIZE];

    if (c->kind == ISO_COLUMN_TEXT)
        return iso_buf_add_drawn(out, iso_record_text(r, c), -1, "\xef\xbf\xbd");
    if (c->kind == ISO_COLUMN_INT)
        return iso_buf_puts(out, iso_number_int(number, iso_record_int(r, c)));
    /* Near zero a measure's value is 0; a probability or a width is not. */
    const double value = iso_record_real(r, c);
    const bool flat =
        strcmp(c->name, "value") == 0 || strcmp(c->name, "lo") == 0 || strcmp(c->name, "hi") == 0;
    return iso_buf_puts(out, iso_number_short(number, flat && fabs(value) < 5e-5 ? 0 : value, 4));
}

/* The text of one cell; nothing is added for what is absent. */
static iso_err add_cell(iso_buf *out, const iso_record *r, const struct column *f)
{
    const iso_column *first = iso_column_named(f->first);
    const iso_column *second = f->second ? iso_column_named(f->second) : NULL;
    iso_err err = ISO_OK;

    if (iso_record_has(r, first))
        ISO_TRY(add_short(out, r, first));
    if (second && iso_record_has(r, second)) {
        const bool same = second->kind == ISO_COLUMN_INT && iso_record_has(r, first) &&
                          iso_record_int(r, first) == iso_record_int(r, second);
        if (same)
            return ISO_OK;
        ISO_TRY(iso_buf_puts(out, second->kind == ISO_COLUMN_REAL ? ".." : "/"));
        ISO_TRY(add_short(out, r, second));
    }
done:
    return err;
}

/* All cells, NUL-terminated one after the other; record −1 is the titles. */
struct cells {
    struct column column[COLUMNS];
    int columns;
    iso_buf text;
    int64_t *start; /* of cell (record, column) */
    int64_t records;
    int width[COLUMNS]; /* widest cell in terminal columns, 0 = nothing anywhere */
    bool shown[COLUMNS];
};

static const char *cell(const struct cells *c, int64_t record, int column)
{
    return c->text.text + c->start[(record + 1) * c->columns + column];
}

static iso_err fill_row(struct cells *c, const iso_record *r, const iso_beside *beside)
{
    iso_err err = ISO_OK;

    for (int f = 0; f < c->columns; f++) {
        const struct column *column = &c->column[f];
        const iso_record *shown =
            r && column->baseline ? iso_beside_find(beside, r, column->baseline - 1) : r;
        c->start[(c->records + 1) * c->columns + f] = c->text.len;
        if (!r)
            ISO_TRY(iso_buf_add_drawn(&c->text, column->title, -1, "\xef\xbf\xbd"));
        else if (shown)
            ISO_TRY(add_cell(&c->text, shown, column));
        ISO_TRY(iso_buf_add(&c->text, "", 1));
    }
    c->records++;
done:
    return err;
}

static iso_err fill(struct cells *c, const iso_records *records, const iso_beside *beside)
{
    iso_err err = ISO_OK;

    c->columns = list_columns(c->column, beside);
    c->records = -1;
    ISO_TRY(iso_alloc(&c->start, (records->count + 1) * c->columns, sizeof *c->start));
    ISO_TRY(fill_row(c, NULL, beside));
    for (int64_t i = 0; i < records->count; i++)
        ISO_TRY(fill_row(c, &records->at[i], beside));
done:
    return err;
}

/* Which columns differ between records, or are wanted anyway. */
static void choose(struct cells *c)
{
    for (int f = 0; f < c->columns; f++) {
        for (int64_t i = 0; i < c->records; i++) {
            const int width = iso_utf8_columns(cell(c, i, f));
            if (width > c->width[f])
                c->width[f] = width;
            if (strcmp(cell(c, i, f), cell(c, 0, f)) != 0)
                c->shown[f] = true;
        }
        if (c->width[f] > 0 && c->column[f].always)
            c->shown[f] = true;
        const int title = iso_utf8_columns(cell(c, -1, f));
        if (c->shown[f] && c->width[f] < title)
            c->width[f] = title;
    }
}

/* "cka debiased · n 240 · pool mean": what all records share. */
static iso_err add_shared(iso_buf *out, const struct cells *c)
{
    iso_err err = ISO_OK;
    bool any = false;

    for (int f = 0; f < c->columns; f++) {
        if (c->shown[f] || c->width[f] == 0)
            continue;
        const bool named =
            strcmp(c->column[f].first, "measure") && strcmp(c->column[f].first, "estimator");
        ISO_TRY(iso_buf_puts(out, !any ? "" : named ? " \xc2\xb7 " : " "));
        if (named)
            ISO_TRY(iso_buf_printf(out, "%s ", cell(c, -1, f)));
        ISO_TRY(iso_buf_puts(out, cell(c, 0, f)));
        any = true;
    }
    if (any)
        ISO_TRY(iso_buf_puts(out, "\n"));
done:
    return err;
}

static iso_err add_padded(iso_buf *out, const char *text, int width, bool right, bool last)
{
    const int gap = width - iso_utf8_columns(text);
    iso_err err = ISO_OK;

    if (right)
        ISO_TRY(iso_buf_printf(out, "%*s", gap, ""));
    ISO_TRY(iso_buf_puts(out, text));
    if (!last)
        ISO_TRY(iso_buf_printf(out, "%*s", right ? 2 : gap + 2, ""));
done:
    return err;
}

/* One line of the table; record -1 is the header. */
static iso_err add_row(iso_buf *out, const struct cells *c, int64_t record)
{
    int last = c->columns - 1;
    iso_err err = ISO_OK;

    while (last > 0 && !c->shown[last])
        last--;
    for (int f = 0; f <= last; f++) {
        if (!c->shown[f])
            continue;
        const char *text = cell(c, record, f);
        if (record >= 0 && !*text && strcmp(c->column[f].first, "why") != 0)
            text = "-";
        ISO_TRY(add_padded(out, text, c->width[f], c->column[f].right, f == last));
    }
    ISO_TRY(iso_buf_puts(out, "\n"));
done:
    return err;
}

iso_err iso_table_aligned(iso_buf *out, const iso_records *records)
{
    iso_beside beside = {0};
    iso_records alone = {0};
    struct cells c = {0};
    iso_err err = ISO_OK;

    if (records->count == 0)
        return iso_buf_puts(out, "no records\n");
    ISO_TRY(iso_beside_make(&beside, records));
    ISO_TRY(iso_beside_alone(&alone, &beside, records));
    ISO_TRY(fill(&c, &alone, &beside));
    choose(&c);
    ISO_TRY(add_shared(out, &c));
    for (int64_t i = -1; i < alone.count; i++)
        ISO_TRY(add_row(out, &c, i));
done:
    iso_beside_free(&beside);
    iso_records_free(&alone);
    iso_free(c.start);
    iso_buf_free(&c.text);
    return err;
}

/* --- Tab-separated --- */

static bool anywhere(const iso_records *records, const iso_column *c)
{
    for (int64_t i = 0; i < records->count; i++) {
        if (iso_record_has(&records->at[i], c))
            return true;
    }
    return strcmp(c->name, "measure") == 0 || strcmp(c->name, "value") == 0;
}

static iso_err add_full(iso_buf *out, const iso_record *r, const iso_column *c)
{
    char number[ISO_NUMBER_SIZE];

    if (!iso_record_has(r, c))
        return ISO_OK;
    if (c->kind == ISO_COLUMN_TEXT)
        return iso_buf_add_drawn(out, iso_record_text(r, c), -1, " ");
    if (c->kind == ISO_COLUMN_REAL)
        return iso_buf_puts(out, iso_number_exact(number, iso_record_real(r, c)));
    return iso_buf_puts(out, iso_number_int(number, iso_record_int(r, c)));
}

iso_err iso_table_tsv(iso_buf *out, const iso_records *records)
{
    bool shown[64]; /* as many as a set of columns holds */
    iso_err err = ISO_OK;

    for (int j = 0; j < iso_column_count(); j++)
        shown[j] = anywhere(records, iso_column_at(j));
    for (int64_t i = -1; i < records->count; i++) {
        bool first = true;
        for (int j = 0; j < iso_column_count(); j++) {
            const iso_column *c = iso_column_at(j);
            if (!shown[j])
                continue;
            ISO_TRY(iso_buf_puts(out, first ? "" : "\t"));
            ISO_TRY(i < 0 ? iso_buf_puts(out, c->name) : add_full(out, &records->at[i], c));
            first = false;
        }
        ISO_TRY(iso_buf_puts(out, "\n"));
    }
done:
    return err;
}
