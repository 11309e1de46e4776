#include "analysis/study/items/covariates.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

#include "analysis/study/items/load.h"
#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/io/delimited.h"
#include "lib/io/record_read.h"
#include "lib/linalg/convert.h"

/* --- .npy --- */

static bool ends_with(const char *text, const char *end)
{
    const size_t a = strlen(text), b = strlen(end);

    return a >= b && strcmp(text + a - b, end) == 0;
}

static iso_err read_array(struct covariates *c, const iso_run *run)
{
    const iso_states_opt opt = {.run = run, .any_dims = true};
    const char *const inputs[] = {c->path};
    iso_states *s = NULL;
    iso_rows *rows = NULL;
    iso_mat m = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_states_open(&s, inputs, 1, &opt));
    if (iso_states_langs(s) != 1 || iso_states_lang(s, 0)->layer_count != 1)
        ISO_FAIL(ISO_EFORMAT, "%s: covariates are one matrix, items × numbers", c->path);
    ISO_TRY(iso_states_rows(&rows, s, 0, iso_states_lang(s, 0)->layers[0]));
    ISO_TRY(iso_load_matrix(&m, rows, ISO_F64));
    c->rows = m.rows;
    c->cols = m.cols;
    ISO_TRY(iso_alloc(&c->value, m.rows * m.cols, sizeof *c->value));
    iso_convert_f64(c->value, m.cols, iso_mat_view(&m));
done:
    iso_mat_free(&m);
    iso_rows_close(rows);
    iso_states_close(s);
    return err;
}

/* --- A table of text --- */

static bool called_id(const char *name)
{
    return tolower((unsigned char)name[0]) == 'i' && tolower((unsigned char)name[1]) == 'd' &&
           !name[2];
}

/* The number of the column of ids, or −1; how many others there are. */
static iso_err read_header(int *id, struct covariates *c, const iso_delimited *d)
{
    *id = -1;
    for (int i = 0; i < d->count; i++) {
        if (*id < 0 && called_id(iso_delimited_field(d, i)))
            *id = i;
    }
    c->cols = d->count - (*id >= 0);
    c->by_id = *id >= 0;
    return c->cols > 0 ? ISO_OK
                       : iso_fail(ISO_EFORMAT, "line 1: has no column of numbers beside id");
}

/* The header again, for a message: the name of a column. */
static iso_err no_number(const iso_delimited *d, const char *bytes, int64_t len, int column)
{
    iso_delimited head = {0};
    bool more = false;
    iso_err err = ISO_OK;

    ISO_TRY(iso_delimited_begin(&head, bytes, len, true));
    ISO_TRY(iso_delimited_next(&more, &head));
    ISO_FAIL(ISO_EFORMAT, "line %lld, column %s: '%.40s' is not a number", (long long)d->number,
             iso_delimited_field(&head, column), iso_delimited_field(d, column));
done:
    iso_delimited_free(&head);
    return err;
}

static iso_err read_line(struct covariates *c, const iso_delimited *d, int id, int64_t *room,
                         const char *bytes, int64_t len)
{
    double *to;
    int64_t number;
    iso_err err = ISO_OK;

    if (d->count != c->cols + (id >= 0))
        ISO_FAIL(ISO_EFORMAT, "line %lld: has %d fields, the header %lld", (long long)d->number,
                 d->count, (long long)(c->cols + (id >= 0)));
    if (c->rows == *room) {
        const int64_t more = *room ? 2 * *room : 256;
        ISO_TRY(iso_realloc(&c->value, c->rows * c->cols, more * c->cols, sizeof *c->value));
        *room = more;
    }
    if (id >= 0) {
        ISO_TRY(iso_textmap_keep(&number, &c->ids, iso_delimited_field(d, id), -1));
        if (number != c->rows)
            ISO_FAIL(ISO_EFORMAT, "line %lld: the id '%.40s' stands twice", (long long)d->number,
                     iso_delimited_field(d, id));
    }
    to = c->value + c->rows * c->cols;
    for (int i = 0; i < d->count; i++) {
        if (i == id)
            continue;
        if (!iso_str_double(to, iso_delimited_field(d, i)) || !isfinite(*to)) {
            err = no_number(d, bytes, len, i);
            goto done;
        }
        to++;
    }
    c->rows++;
done:
    return err;
}

static iso_err read_text(struct covariates *c, const iso_run *run)
{
    iso_buf bytes = {0};
    iso_delimited d = {0};
    int64_t room = 0;
    bool more = false;
    int id;
    iso_err err = ISO_OK;

    ISO_TRY(iso_records_bytes(&bytes, c->path, run));
    err = iso_delimited_begin(&d, bytes.text, bytes.len, true);
    if (!err)
        err = iso_delimited_next(&more, &d);
    if (!err && !more)
        err = iso_fail(ISO_EFORMAT, "has no header");
    if (!err)
        err = read_header(&id, c, &d);
    while (!err && !(err = iso_delimited_next(&more, &d)) && more)
        err = read_line(c, &d, id, &room, bytes.text, bytes.len);
    if (!err && c->rows == 0)
        err = iso_fail(ISO_EFORMAT, "has a header and no lines");
    if (err)
        err = iso_fail_in(err, "%s", c->path);
done:
    iso_delimited_free(&d);
    iso_buf_free(&bytes);
    return err;
}

iso_err iso_covariates_read(struct covariates *out, const char *path, const iso_run *run)
{
    struct covariates c = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_str_dup(&c.path, path, -1));
    ISO_TRY(ends_with(path, ".npy") ? read_array(&c, run) : read_text(&c, run));
    *out = c;
    c = (struct covariates){0};
done:
    iso_covariates_free(&c);
    return err;
}

void iso_covariates_free(struct covariates *c)
{
    iso_free(c->path);
    iso_free(c->value);
    iso_textmap_free(&c->ids);
    *c = (struct covariates){0};
}

iso_err iso_covariates_find(int64_t **out, const struct covariates *c, const iso_lang *lang)
{
    int64_t *row = NULL;
    iso_err err = ISO_OK;

    ISO_NEED(
        lang->rows == lang->items,
        "%s: %s has several rows an item, and covariates are of items: " ISO_FIELD(pool) " mean",
        lang->path, lang->name);
    ISO_NEED(!c->by_id || lang->ids,
             "%s: is by id, and %s (%s) has no ids: leave the column id out", c->path, lang->name,
             lang->path);
    ISO_NEED(c->by_id || c->rows == lang->items,
             "%s: has %lld rows, %s (%s) %lld items, and no ids say which belong together", c->path,
             (long long)c->rows, lang->name, lang->path, (long long)lang->items);
    ISO_TRY(iso_alloc(&row, lang->items, sizeof *row));
    for (int64_t i = 0; i < lang->items; i++)
        row[i] = c->by_id ? iso_textmap_find(&c->ids, lang->ids[i], -1) : i;
    *out = row;
done:
    return err;
}
