/* CSV and TSV of numbers: a row a line, with ids, texts, labels and languages beside it. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/io/array_name.h"
#include "lib/io/number_columns.h"

/* A file under way. */
struct table {
    const iso_file *file;
    const iso_states_opt *opt;
    iso_number_columns columns;
    iso_number_lines lines;
    iso_gathered *to;
    iso_array_name *names; /* of several columns of lists: language and layer */
    int64_t cols;
    float *row;
    iso_buf texts[ISO_ROLES];
};

static void table_free(struct table *t)
{
    for (int i = 0; i < ISO_ROLES; i++)
        iso_buf_free(&t->texts[i]);
    for (int64_t i = 0; t->names && i < t->columns.lists; i++)
        iso_array_name_free(&t->names[i]);
    iso_free(t->names);
    iso_free(t->row);
    iso_gathered_free(t->to);
    iso_number_lines_close(&t->lines);
    iso_number_columns_free(&t->columns);
}

/* Several columns of lists are languages or layers by their names. */
static iso_err read_names(struct table *t)
{
    const char **names = NULL;
    int count = 0;
    iso_err err = ISO_OK;

    if (t->columns.lists < 2)
        return ISO_OK;
    ISO_TRY(iso_alloc(&names, t->columns.lists, sizeof *names));
    ISO_TRY(iso_alloc(&t->names, t->columns.lists, sizeof *t->names));
    for (int64_t i = 0; i < t->columns.count; i++) {
        if (t->columns.at[i].list)
            names[count++] = t->columns.header ? t->columns.at[i].first : "list";
    }
    ISO_TRY(iso_array_names(t->names, names, count, t->opt->canonical, true, t->file->path));
done:
    iso_free(names);
    return err;
}

/* What a column is called: its name, or its number from 1. */
static const char *name_of(char number[24], const struct table *t, int64_t i)
{
    if (t->columns.header && *t->columns.at[i].first)
        return t->columns.at[i].first;
    (void)snprintf(number, 24, "%" PRId64, i + 1);
    return number;
}

static iso_err wrong(const struct table *t, int64_t i, const char *what)
{
    const iso_cell *cell = &t->lines.cells[i];
    char number[24];

    return iso_fail(ISO_EFORMAT, "%s: line %" PRId64 ": column %.40s, \"%.*s\", %s", t->file->path,
                    t->lines.number, name_of(number, t, i), (int)(cell->len < 40 ? cell->len : 40),
                    cell->at, what);
}

static iso_err read_layer(int *out, struct table *t, int64_t i)
{
    float number;

    if (!iso_cell_number(&number, &t->lines.cells[i]) || number < 0 || number > 1e6f ||
        number != (float)(int)number)
        return wrong(t, i, "is no number of a layer");
    *out = (int)number;
    return ISO_OK;
}

static iso_err read_item(iso_gathered_item *item, struct table *t)
{
    iso_err err = ISO_OK;

    *item = (iso_gathered_item){.layer = -1, .line = t->lines.number};
    for (int64_t i = 0; i < t->columns.count; i++) {
        const iso_role role = t->columns.at[i].role;
        if (role == ISO_ROLE_LAYER)
            ISO_TRY(read_layer(&item->layer, t, i));
        if (role == ISO_ROLE_NONE || role == ISO_ROLE_LAYER)
            continue;
        t->texts[role].len = 0;
        ISO_TRY(iso_buf_add(&t->texts[role], t->lines.cells[i].at, t->lines.cells[i].len));
        item->of[role] = t->texts[role].text;
        if (role == ISO_ROLE_LANG && !*item->of[role])
            ISO_TRY(wrong(t, i, "names no language"));
    }
done:
    return err;
}

static iso_err read_numbers(struct table *t)
{
    int64_t count = 0;

    for (int64_t i = 0; i < t->columns.count; i++) {
        if (t->columns.at[i].number && !iso_cell_number(&t->row[count++], &t->lines.cells[i]))
            return wrong(t, i, t->lines.cells[i].len ? "is no number" : "is empty");
    }
    return ISO_OK;
}

static iso_err add_lists(struct table *t, iso_gathered_item *item)
{
    const bool langs = item->of[ISO_ROLE_LANG] != NULL;
    const int layer = item->layer;
    int64_t k = 0, count;
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < t->columns.count; i++) {
        if (!t->columns.at[i].list)
            continue;
        const char *bad = iso_list_numbers(&count, t->row, t->cols, &t->lines.cells[i]);
        if (bad)
            ISO_TRY(wrong(t, i, bad));
        if (count != t->cols)
            ISO_FAIL(ISO_EFORMAT,
                     "%s: line %" PRId64 " has a list of %" PRId64
                     " numbers, the first has %" PRId64,
                     t->file->path, item->line, count, t->cols);
        if (t->names && !langs)
            item->of[ISO_ROLE_LANG] = t->names[k].lang;
        if (t->names && layer < 0)
            item->layer = t->names[k].layer;
        k++;
        ISO_TRY(iso_gathered_add(t->to, item, t->row));
    }
done:
    return err;
}

/* How long the lists are. */
static iso_err first_list(struct table *t)
{
    for (int64_t i = 0; i < t->columns.count; i++) {
        const char *bad =
            t->columns.at[i].list ? iso_list_numbers(&t->cols, NULL, 0, &t->lines.cells[i]) : NULL;
        if (bad)
            return wrong(t, i, bad);
        if (t->columns.at[i].list)
            break;
    }
    return t->cols > 0 ? ISO_OK : iso_fail(ISO_EFORMAT, "%s: its lists are empty", t->file->path);
}

static iso_err begin(struct table *t)
{
    const int64_t lists = t->columns.lists ? t->columns.lists : 1;
    int64_t lines;
    iso_err err = ISO_OK;

    t->cols = t->columns.numbers;
    if (t->columns.lists)
        ISO_TRY(first_list(t));
    ISO_TRY(read_names(t));
    ISO_TRY(iso_feed_count(&lines, t->file, t->opt->run));
    ISO_TRY(iso_alloc(&t->row, t->cols, sizeof *t->row));
    ISO_TRY(iso_gathered_new(&t->to, t->file, t->opt, lines * lists, t->cols));
done:
    return err;
}

static iso_err read_line(struct table *t)
{
    iso_gathered_item item;
    iso_err err = ISO_OK;

    if (t->lines.count != t->columns.count)
        ISO_FAIL(ISO_EFORMAT, "%s: line %" PRId64 " has %" PRId64 " fields, the first has %" PRId64,
                 t->file->path, t->lines.number, t->lines.count, t->columns.count);
    if (!t->to)
        ISO_TRY(begin(t));
    ISO_TRY(read_item(&item, t));
    if (t->columns.lists) {
        ISO_TRY(add_lists(t, &item));
    } else {
        ISO_TRY(read_numbers(t));
        ISO_TRY(iso_gathered_add(t->to, &item, t->row));
    }
done:
    return err;
}

static iso_err table_open(iso_reader **out, const iso_file *file, const char *dataset,
                          const iso_states_opt *opt)
{
    struct table t = {.file = file, .opt = opt};
    bool more;
    iso_err err = ISO_OK;

    ISO_NEED(!dataset, "%s: is a table without parts, no %s", file->path, dataset);
    ISO_TRY(iso_number_columns_find(&t.columns, file, opt));
    if (t.columns.count == 0)
        ISO_FAIL(ISO_EFORMAT, "%s: is no table of numbers, a row an item", file->path);
    ISO_TRY(iso_number_lines_open(&t.lines, file, t.columns.separator, opt->run));
    if (t.columns.header)
        ISO_TRY(iso_number_lines_next(&more, &t.lines));
    for (;;) {
        ISO_TRY(iso_number_lines_next(&more, &t.lines));
        if (!more)
            break;
        ISO_TRY(read_line(&t));
        if (iso_gathered_full(t.to))
            break;
    }
    if (!t.to)
        ISO_FAIL(ISO_EFORMAT, "%s: holds no rows", file->path);
    ISO_TRY(iso_gathered_finish(out, t.to, t.columns.read_as));
    t.to = NULL;
done:
    table_free(&t);
    return err;
}

/* What two readings are plausible of is a table, and its reader says so. */
static bool table_probe(const iso_head *head)
{
    iso_number_columns c = {0};
    bool is = !head->dataset && head->opt->raw_dim == 0 && !strchr("{<", head->bytes[0]);

    for (int64_t i = 0; is && i < head->count; i++)
        is = head->bytes[i] >= ' ' || (head->bytes[i] >= '\t' && head->bytes[i] <= '\r');
    for (int64_t i = 1; is && head->bytes[0] == '[' && i < head->count; i++) {
        if (head->bytes[i] > ' ') { /* a JSON array of objects */
            is = head->bytes[i] != '{';
            break;
        }
    }
    if (!is)
        return false;
    const iso_err err = iso_number_columns_find(&c, head->file, head->opt);
    if (err && err != ISO_EFORMAT)
        *head->failed = err;
    is = err ? err == ISO_EFORMAT : c.count > 0;
    iso_number_columns_free(&c);
    return is;
}

const iso_driver iso_driver_csv = {
    .name = "csv", .matrix = true, .probe = table_probe, .open = table_open};
