#include "lib/io/typology.h"

#include <math.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/utf8.h"
#include "lib/io/delimited.h"
#include "lib/io/foreign.h"
#include "lib/io/typology_inside.h"
#include "lib/linalg/convert.h"

iso_err iso_typology_name(iso_textmap *names, const char *name, int64_t len, const char *path,
                          const char *of)
{
    int64_t number;
    iso_err err = ISO_OK;

    bool plain = len > 0 && iso_utf8_valid(name, len);
    for (int64_t i = 0; i < len; i++)
        plain = plain && (unsigned char)name[i] >= ' ';
    if (!plain)
        ISO_FAIL(ISO_EFORMAT, "%s: name %lld of a %s is empty or no text", path,
                 (long long)names->count + 1, of);
    const int64_t before = names->count;
    ISO_TRY(iso_textmap_keep(&number, names, name, len));
    if (number < before)
        ISO_FAIL(ISO_EFORMAT, "%s: %s '%s' is there twice", path, of, names->texts[number]);
done:
    return err;
}

/* --- A table --- */

static bool is_silent(const char *cell)
{
    return !*cell || strcmp(cell, "-") == 0 || strcmp(cell, "--") == 0 || strcmp(cell, "NA") == 0;
}

static iso_err read_line(double *row, const iso_typology *t, const iso_delimited *d)
{
    const char *path = t->store->file->path;
    iso_err err = ISO_OK;

    if (d->count != (int)t->features.count + 1)
        ISO_FAIL(ISO_EFORMAT, "%s: line %lld has %d fields, its header %d", path,
                 (long long)d->number, d->count, (int)t->features.count + 1);
    for (int i = 1; i < d->count; i++) {
        const char *cell = iso_delimited_field(d, i);
        double value = NAN;
        if (!is_silent(cell) && !iso_str_double(&value, cell))
            ISO_FAIL(ISO_EFORMAT,
                     "%s: line %lld: %s is '%.40s', not a number (absent: empty, -, -- or NA)",
                     path, (long long)d->number, t->features.texts[i - 1], cell);
        row[i - 1] = value >= 0 && isfinite(value) ? value : NAN;
    }
done:
    return err;
}

static iso_err read_lines(iso_typology *t, iso_delimited *d)
{
    const char *path = t->store->file->path;
    double **table = &t->store->table;
    int64_t room = 0;
    bool more = false;
    iso_err err = ISO_OK;

    ISO_TRY(iso_delimited_next(&more, d));
    if (!more || d->count < 2)
        ISO_FAIL(ISO_EFORMAT, "%s: has no header of a language and features", path);
    for (int i = 1; i < d->count; i++) {
        const char *name = iso_delimited_field(d, i);
        ISO_TRY(iso_typology_name(&t->features, name, (int64_t)strlen(name), path, "feature"));
    }
    for (;;) {
        const int64_t row = t->langs.count, cols = t->features.count;
        ISO_TRY(iso_delimited_next(&more, d));
        if (!more)
            break;
        const char *name = iso_delimited_field(d, 0);
        ISO_TRY(iso_typology_name(&t->langs, name, (int64_t)strlen(name), path, "language"));
        if (row == room) {
            if (2 * row + 16 > iso_run_mem(t->store->run) / 4 / (int64_t)sizeof **table / cols)
                ISO_FAIL(
                    ISO_EFORMAT,
                    "%s: %lld features of %lld languages are more than " ISO_FIELD(mem) " holds",
                    path, (long long)cols, (long long)row + 1);
            ISO_TRY(iso_realloc(table, row * cols, (2 * row + 16) * cols, sizeof **table));
            room = 2 * row + 16;
        }
        ISO_TRY(read_line(*table + row * cols, t, d));
    }
    if (t->langs.count == 0)
        ISO_FAIL(ISO_EFORMAT, "%s: has no language", path);
done:
    return err;
}

iso_err iso_typology_table(iso_typology *t, const iso_run *run)
{
    const iso_file *file = t->store->file;
    iso_delimited *d = NULL;
    char *bytes = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_file_fits(file, iso_run_mem(run) / 8));
    ISO_TRY(iso_alloc(&bytes, file->size, 1));
    ISO_TRY(iso_file_read(file, 0, bytes, file->size));
    ISO_TRY(iso_foreign_text(file->path, bytes, file->size));
    ISO_TRY(iso_alloc(&d, 1, sizeof *d));
    err = iso_delimited_begin(d, bytes, file->size, true);
    if (err) {
        err = iso_fail_in(err, "%s", file->path);
        goto done;
    }
    ISO_TRY(read_lines(t, d));
done:
    if (d)
        iso_delimited_free(d);
    iso_free(d);
    iso_free(bytes);
    return err;
}

/* --- Rows --- */

/* features × sources numbers as they lie in the file, made doubles. */
static void take_row(double *out, double *numbers, char *raw, const iso_array *a, int64_t features)
{
    const int64_t sources = a->rank == 3 ? a->shape[2] : 1, count = features * sources;

    if (a->big_endian)
        iso_swap_bytes(raw, count, iso_dtype_size(a->dtype));
    iso_file_order(raw, count, a->dtype);
    iso_convert_f64(numbers, count, (iso_view){raw, 1, count, count, a->dtype});
    for (int64_t f = 0; f < features; f++) {
        double sum = 0;
        int64_t said = 0;
        for (int64_t s = 0; s < sources; s++) {
            const double value = numbers[f * sources + s];
            if (value >= 0 && isfinite(value)) {
                sum += value;
                said++;
            }
        }
        out[f] = said ? sum / (double)said : NAN;
    }
}

static iso_err rows_of_archive(double *out, const iso_typology *t, const int64_t *lang, int count)
{
    const struct iso_typology_store *s = t->store;
    const int64_t features = t->features.count, numbers = iso_array_bytes(&s->array) /
                                                          (int64_t)iso_dtype_size(s->array.dtype) /
                                                          t->langs.count;
    const int64_t bytes = numbers * (int64_t)iso_dtype_size(s->array.dtype);
    double *wide = NULL;
    char *raw = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&wide, numbers, sizeof *wide));
    ISO_TRY(iso_alloc(&raw, bytes, 1));
    ISO_TRY(iso_npz_begin(s->zip, s->data, "data"));
    ISO_TRY(iso_npz_skip(s->zip, s->array.offset, "unpacking"));
    for (int64_t l = 0; l < t->langs.count; l++) {
        bool taken = false;
        ISO_TRY(iso_run_step(s->run, "unpacking", l, t->langs.count, "languages"));
        ISO_TRY(iso_npz_read(s->zip, raw, bytes));
        for (int i = 0; i < count; i++) {
            if (lang[i] != l)
                continue;
            if (!taken)
                take_row(out + i * features, wide, raw, &s->array, features);
            else
                for (int k = 0; k < i; k++)
                    if (lang[k] == l)
                        memcpy(out + i * features, out + k * features,
                               (size_t)features * sizeof *out);
            taken = true;
        }
    }
    ISO_TRY(iso_npz_end(s->zip));
done:
    iso_npz_stop(s->zip);
    iso_free(wide);
    iso_free(raw);
    return err;
}

iso_err iso_typology_rows(double *out, const iso_typology *t, const int64_t *lang, int count)
{
    const int64_t features = t->features.count;

    if (!t->store->table)
        return rows_of_archive(out, t, lang, count);
    for (int i = 0; i < count; i++)
        memcpy(out + i * features, t->store->table + lang[i] * features,
               (size_t)features * sizeof *out);
    return ISO_OK;
}

/* --- Both --- */

void iso_typology_close(iso_typology *t)
{
    if (t->store) {
        iso_npz_close(t->store->zip);
        iso_file_close(t->store->file);
        iso_free(t->store->table);
        iso_free(t->store);
    }
    iso_textmap_free(&t->langs);
    iso_textmap_free(&t->features);
    *t = (iso_typology){0};
}

iso_err iso_typology_open(iso_typology *out, const char *path, const iso_run *run)
{
    iso_typology t = {0};
    char head[4] = "";
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&t.store, 1, sizeof *t.store));
    t.store->run = run;
    ISO_TRY(iso_file_open(&t.store->file, path));
    if (t.store->file->size >= 4)
        ISO_TRY(iso_file_read(t.store->file, 0, head, 4));
    if (memcmp(head, "PK\3\4", 4) == 0 || memcmp(head, "PK\5\6", 4) == 0)
        ISO_TRY(iso_typology_archive(&t, run));
    else
        ISO_TRY(iso_typology_table(&t, run));
    *out = t;
    t = (iso_typology){0};
done:
    iso_typology_close(&t);
    return err;
}
