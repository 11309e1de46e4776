#include "lib/io/table.h"

#include <math.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/utf8.h"
#include "lib/io/number.h"

/* What a table shows is fewer things than records have columns: interval ends are one, layers are
 * one when both sides agree. A way to show one thing: */
struct column {
    const char *title;
    bool right;                 /* numbers are set to the right */
    bool always;                /* shown as a column even when all records agree */
    const char *first, *second; /* columns; the second may be NULL */
};

static const struct column columns[] = {
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
    {"param", true, false, "param", NULL},
    {"value", true, true, "value", NULL},
    {"lo..hi", true, true, "lo", "hi"},
    {"interval", false, false, "interval", NULL},
    {"null", true, false, "null", NULL},
    {"null sd", true, false, "null_sd", NULL},
    {"p", true, false, "p", NULL},
    {"n", true, false, "n", NULL},
    {"rank", true, false, "rank", NULL},
    {"dim", true, false, "src_dim", "tgt_dim"},
    {"pool", false, false, "pool", NULL},
    {"prep", false, false, "prep", NULL},
    {"model", false, false, "model", NULL},
    {"model2", false, false, "model2", NULL},
    {"why", false, false, "why", NULL},
};

enum { COLUMNS = (int)(sizeof columns / sizeof *columns) };

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

/* All cells, NUL-terminated one after the other; cell (record, column) starts at start[…]. */
struct cells {
    iso_buf text;
    int64_t *start;
    int64_t records;
    int width[COLUMNS]; /* widest cell in terminal columns, 0 = nothing anywhere */
    bool column[COLUMNS];
};

static const char *cell(const struct cells *c, int64_t record, int column)
{
    return c->text.text + c->start[record * COLUMNS + column];
}

static iso_err fill(struct cells *c, const iso_records *records)
{
    iso_err err = ISO_OK;

    c->records = records->count;
    ISO_TRY(iso_alloc(&c->start, records->count * COLUMNS, sizeof *c->start));
    for (int64_t i = 0; i < records->count; i++) {
        for (int f = 0; f < COLUMNS; f++) {
            c->start[i * COLUMNS + f] = c->text.len;
            ISO_TRY(add_cell(&c->text, &records->at[i], &columns[f]));
            ISO_TRY(iso_buf_add(&c->text, "", 1));
        }
    }
done:
    return err;
}

/* Which columns differ between records, or are wanted anyway. */
static void choose(struct cells *c)
{
    for (int f = 0; f < COLUMNS; f++) {
        for (int64_t i = 0; i < c->records; i++) {
            const int width = iso_utf8_columns(cell(c, i, f));
            if (width > c->width[f])
                c->width[f] = width;
            if (strcmp(cell(c, i, f), cell(c, 0, f)) != 0)
                c->column[f] = true;
        }
        if (c->width[f] > 0 && columns[f].always)
            c->column[f] = true;
        const int title = iso_utf8_columns(columns[f].title);
        if (c->column[f] && c->width[f] < title)
            c->width[f] = title;
    }
}

/* "cka debiased · n 240 · pool mean": what all records share. */
static iso_err add_shared(iso_buf *out, const struct cells *c)
{
    iso_err err = ISO_OK;
    bool any = false;

    for (int f = 0; f < COLUMNS; f++) {
        if (c->column[f] || c->width[f] == 0)
            continue;
        const bool named =
            strcmp(columns[f].first, "measure") && strcmp(columns[f].first, "estimator");
        ISO_TRY(iso_buf_puts(out, !any ? "" : named ? " \xc2\xb7 " : " "));
        if (named)
            ISO_TRY(iso_buf_printf(out, "%s ", columns[f].title));
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
    int last = COLUMNS - 1;
    iso_err err = ISO_OK;

    while (last > 0 && !c->column[last])
        last--;
    for (int f = 0; f <= last; f++) {
        if (!c->column[f])
            continue;
        const char *text = record < 0 ? columns[f].title : cell(c, record, f);
        if (record >= 0 && !*text && strcmp(columns[f].first, "why") != 0)
            text = "-";
        ISO_TRY(add_padded(out, text, c->width[f], columns[f].right, f == last));
    }
    ISO_TRY(iso_buf_puts(out, "\n"));
done:
    return err;
}

iso_err iso_table_aligned(iso_buf *out, const iso_records *records)
{
    struct cells c = {0};
    iso_err err = ISO_OK;

    if (records->count == 0)
        return iso_buf_puts(out, "no records\n");
    ISO_TRY(fill(&c, records));
    choose(&c);
    ISO_TRY(add_shared(out, &c));
    for (int64_t i = -1; i < records->count; i++)
        ISO_TRY(add_row(out, &c, i));
done:
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
    iso_err err = ISO_OK;

    for (int64_t i = -1; i < records->count; i++) {
        bool first = true;
        for (int j = 0; j < iso_column_count(); j++) {
            const iso_column *c = iso_column_at(j);
            if (!anywhere(records, c))
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
