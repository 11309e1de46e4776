#include "lib/io/native_write_inside.h"

#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/io/file.h"

void iso_native_discard(iso_native *n)
{
    if (!n)
        return;
    (void)iso_h5_close(n->h5);
    iso_outfile_discard(n->file);
    iso_journal_close(n->journal, n->journal && iso_journal_units(n->journal) == 0);
    for (int i = 0; i < n->count; i++)
        iso_free(n->rooms[i].name);
    iso_free(n->rooms);
    iso_free(n->path);
    iso_free(n->plan);
    iso_free(n);
}

iso_err iso_native_put_about(iso_h5 *h5, const iso_states_info *about)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_h5_put_attr_text(h5, "/", "format", "isogloss-states"));
    ISO_TRY(iso_h5_put_attr_int(h5, "/", "version", 1));
    if (about->model)
        ISO_TRY(iso_h5_put_attr_text(h5, "/", "model", about->model));
    if (about->pooling)
        ISO_TRY(iso_h5_put_attr_text(h5, "/", "pooling", about->pooling));
    if (about->source)
        ISO_TRY(iso_h5_put_attr_text(h5, "/", "source", about->source));
    if (about->compute)
        ISO_TRY(iso_h5_put_attr_text(h5, "/", "compute", about->compute));
    if (about->sentence)
        ISO_TRY(iso_h5_put_attr_int(h5, "/", "sentence", about->sentence));
    if (about->recipe)
        ISO_TRY(iso_h5_put_attr_text(h5, "/", "recipe", about->recipe));
    if (about->prompt)
        ISO_TRY(iso_h5_put_attr_text(h5, "/", "prompt", about->prompt));
    if (about->classes)
        ISO_TRY(iso_h5_put_texts(h5, "/classes", about->classes, about->class_count, NULL));
    if (about->tagset)
        ISO_TRY(iso_h5_put_texts(h5, "/tagset", about->tagset, about->tag_count, NULL));
done:
    return err;
}

iso_err iso_native_new(iso_native **out, const char *path, const iso_states_info *about)
{
    iso_native *n = NULL;
    struct stat st;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&n, 1, sizeof *n));
    ISO_TRY(iso_str_dup(&n->path, path, -1));
    ISO_TRY(iso_outfile_open(&n->file, path));
    if (stat(iso_outfile_temporary(n->file), &st) != 0 || !S_ISREG(st.st_mode))
        ISO_FAIL(ISO_EIO, "%s: is not a regular file, states cannot be written there", path);
    ISO_TRY(iso_h5_create(&n->h5, iso_outfile_temporary(n->file)));
    ISO_TRY(iso_h5_call(n->h5, path));
    n->bare = !about;
    if (about)
        ISO_TRY(iso_native_put_about(n->h5, about));
    *out = n;
    n = NULL;
done:
    iso_native_discard(n);
    return err;
}

static iso_err announcing(const iso_native *n)
{
    return n->h5 ? ISO_OK
                 : iso_fail(ISO_EARG, "%s: rows are being written, nothing can be announced",
                            n->path);
}

/* One optional list of a language's texts. */
static iso_err put_list(iso_native *n, const char *lang, const char *what, const char *const *texts,
                        int64_t count)
{
    iso_buf path = {0};
    iso_err err = ISO_OK;

    if (!texts)
        return ISO_OK;
    ISO_TRY(iso_buf_printf(&path, "/rows/%s/%s", lang, what));
    ISO_TRY(n->resumed ? iso_native_expect(n, path.text, count)
                       : iso_h5_put_texts(n->h5, path.text, texts, count, NULL));
done:
    iso_buf_free(&path);
    return err;
}

static iso_err put_numbers(iso_native *n, const char *lang, const char *what, const int32_t *small,
                           const int64_t *large, int64_t count)
{
    iso_buf path = {0};
    iso_err err = ISO_OK;

    if (!small && !large)
        return ISO_OK;
    ISO_TRY(iso_buf_printf(&path, "/rows/%s/%s", lang, what));
    if (n->resumed)
        ISO_TRY(iso_native_expect(n, path.text, count));
    else if (small)
        ISO_TRY(iso_h5_put_i32(n->h5, path.text, small, count));
    else
        ISO_TRY(iso_h5_put_i64(n->h5, path.text, large, count));
done:
    iso_buf_free(&path);
    return err;
}

iso_err iso_native_lang(iso_native *n, const iso_lang *l)
{
    iso_err err = ISO_OK;

    ISO_TRY(announcing(n));
    ISO_TRY(put_list(n, l->name, "ids", l->ids, l->items));
    ISO_TRY(put_list(n, l->name, "text", l->text, l->items));
    ISO_TRY(put_list(n, l->name, "text2", l->text2, l->items));
    ISO_TRY(put_numbers(n, l->name, "labels", l->labels, NULL, l->items));
    ISO_TRY(put_numbers(n, l->name, "offsets", NULL, l->offsets, l->items + 1));
    ISO_TRY(put_list(n, l->name, "tokens", l->tokens, l->rows));
    ISO_TRY(put_numbers(n, l->name, "tags", l->tags, NULL, l->rows));
    ISO_TRY(put_numbers(n, l->name, "counts", NULL, l->counts, l->rows));
done:
    return err;
}

static iso_err more_room(iso_native *n)
{
    const int space = n->space ? 2 * n->space : 32;
    iso_err err = ISO_OK;

    if (n->count < n->space)
        return ISO_OK;
    err = iso_realloc(&n->rooms, n->count, space, sizeof *n->rooms);
    if (!err)
        n->space = space;
    return err;
}

iso_err iso_native_matrix(int *out, iso_native *n, const char *lang, int layer, int64_t rows,
                          int64_t cols, iso_dtype dtype)
{
    const int64_t dims[] = {rows, cols};
    iso_buf path = {0};
    iso_err err = ISO_OK;

    ISO_TRY(announcing(n));
    ISO_NEED(layer >= 0 && *lang && !strchr(lang, '/'), "%s: layer %d of \"%s\" cannot be written",
             n->path, layer, lang);
    ISO_TRY(more_room(n));
    ISO_TRY(iso_buf_printf(&path, "%s/%s/%d", n->bare ? "" : "/states", lang, layer));
    const struct room room = {path.text, rows, cols, -1, 0, dtype};
    ISO_TRY(n->resumed ? iso_native_expect_matrix(n, &room)
                       : iso_h5_put(n->h5, path.text, 2, dims, dtype, NULL, NULL));
    n->rooms[n->count] = room;
    path = (iso_buf){0};
    n->layers = layer + 1 > n->layers ? layer + 1 : n->layers;
    n->dim = cols;
    *out = n->count++;
done:
    iso_buf_free(&path);
    return err;
}

/* Asks HDF5 where it set the rooms aside; it must not be asked again once we write ourselves. */
static iso_err seal(iso_native *n)
{
    iso_err err = ISO_OK;

    if (n->sealed)
        return ISO_OK;
    if (!n->h5)
        ISO_FAIL(ISO_EIO, "%s: could not be laid out", n->path);
    if (!n->resumed && !n->bare) {
        ISO_TRY(iso_h5_put_attr_int(n->h5, "/", "layers", n->layers));
        ISO_TRY(iso_h5_put_attr_int(n->h5, "/", "dim", n->dim));
    }
    for (int i = 0; i < n->count; i++) {
        struct room *r = &n->rooms[i];
        iso_h5_data *data = NULL;
        ISO_TRY(iso_h5_data_open(&data, n->h5, r->name));
        r->offset = iso_h5_about(data)->offset;
        iso_h5_data_close(data);
        if (r->offset < 0 && r->rows > 0 && r->cols > 0)
            ISO_FAIL(ISO_EIO, "%s: HDF5 set no room aside for %s", n->path, r->name);
    }
    iso_h5 *h5 = n->h5;
    n->h5 = NULL;
    ISO_TRY(iso_h5_close(h5));
    if (n->journal)
        ISO_TRY(iso_native_sealed(n));
    n->sealed = true;
done:
    return err;
}

static iso_err put_packed(iso_native *n, const struct room *r, int64_t first, iso_view rows)
{
    const int64_t row = r->cols * (int64_t)iso_dtype_size(r->dtype);

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    char *copy = NULL;
    iso_err err = iso_alloc(&copy, rows.rows, (size_t)row);
    if (err)
        return err;
    memcpy(copy, rows.data, (size_t)(rows.rows * row));
    iso_file_order(copy, rows.rows * r->cols, r->dtype);
    err = iso_outfile_write_at(n->file, r->offset + first * row, copy, rows.rows * row);
    iso_free(copy);
    return err;
#else
    return iso_outfile_write_at(n->file, r->offset + first * row, rows.data, rows.rows * row);
#endif
}

iso_err iso_native_put(iso_native *n, int matrix, int64_t first, iso_view rows)
{
    iso_err err = ISO_OK;

    ISO_NEED(matrix >= 0 && matrix < n->count, "%s: no matrix %d was announced", n->path, matrix);
    struct room *r = &n->rooms[matrix];
    ISO_NEED(rows.cols == r->cols && rows.dtype == r->dtype && first >= 0 &&
                 first <= r->rows - rows.rows,
             "%s: %s is %" PRId64 " x %" PRId64 " %s; %" PRId64 " x %" PRId64
             " %s does not fit at row %" PRId64,
             n->path, r->name, r->rows, r->cols, iso_dtype_name(r->dtype), rows.rows, rows.cols,
             iso_dtype_name(rows.dtype), first);
    ISO_TRY(seal(n));
    if (rows.stride == rows.cols) {
        ISO_TRY(put_packed(n, r, first, rows));
    } else {
        for (int64_t i = 0; i < rows.rows; i++)
            ISO_TRY(put_packed(n, r, first + i, iso_view_rows(rows, i, 1)));
    }
    r->written += rows.rows;
    n->fresh += rows.rows;
done:
    return err;
}

bool iso_native_done(const iso_native *n, int64_t unit)
{
    return n->journal && iso_journal_has(n->journal, unit);
}

iso_err iso_native_finish(iso_native *n, int64_t unit)
{
    iso_err err = ISO_OK;

    ISO_NEED(unit >= 0, "%s: unit %" PRId64 " cannot be finished", n->path, unit);
    if (!n->journal)
        return ISO_OK;
    ISO_TRY(seal(n));
    ISO_TRY(iso_outfile_sync(n->file));
    ISO_TRY(iso_journal_add(n->journal, unit, n->fresh));
    iso_outfile_keep(n->file);
    n->fresh = 0;
done:
    return err;
}

iso_err iso_native_commit(iso_native *n)
{
    iso_err err = ISO_OK;

    ISO_TRY(seal(n));
    if (n->resumed)
        ISO_TRY(iso_native_complete(n));
    for (int i = 0; i < n->count && !n->resumed; i++)
        ISO_NEED(n->rooms[i].written >= n->rooms[i].rows,
                 "%s: only %" PRId64 " of %" PRId64 " rows of %s were written", n->path,
                 n->rooms[i].written, n->rooms[i].rows, n->rooms[i].name);
    iso_outfile *file = n->file;
    n->file = NULL;
    ISO_TRY(iso_outfile_commit(file));
    iso_journal_close(n->journal, true);
    n->journal = NULL;
done:
    iso_native_discard(n);
    return err;
}
