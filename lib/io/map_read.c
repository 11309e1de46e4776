/* Saved maps read back; every shape is checked before it is believed. */
#include "lib/io/map_file.h"

#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/io/file.h"
#include "lib/io/h5.h"
#include "lib/io/states.h"
#include "lib/linalg/convert.h"

enum { MAP_DIM_MAX = 1 << 20, MAP_LIST_MAX = 4000 }; /* of a dim; bytes of a list in a message */

struct iso_maps {
    iso_h5 *h5; /* NULL: .npy */
    char *path, *method, *prep, *model;
    iso_maps_info about;
    iso_mat w;
    double *from, *to;
};

void iso_maps_close(iso_maps *m)
{
    if (!m)
        return;
    (void)iso_h5_close(m->h5);
    iso_free(m->path);
    iso_free(m->method);
    iso_free(m->prep);
    iso_free(m->model);
    iso_free(m->from);
    iso_free(m->to);
    iso_mat_free(&m->w);
    iso_free(m);
}

/* The matrix of an .npy, through the reader of states: it has met hostile headers before. */
static iso_err read_npy(iso_mat *out, const char *path)
{
    const iso_states_opt opt = {.layout = "npy"};
    iso_buf word = {0};
    iso_states *s = NULL;
    iso_rows *rows = NULL;
    iso_mat w = {0};
    iso_view v;
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_printf(&word, "map:0=%s", path));
    ISO_TRY(iso_states_open(&s, (const char *const *)&word.text, 1, &opt));
    ISO_TRY(iso_states_rows(&rows, s, 0, 0));
    if (rows->cols > MAP_DIM_MAX || rows->rows > MAP_DIM_MAX || rows->rows < 1 || rows->cols < 1)
        ISO_FAIL(ISO_EFORMAT, "%s: %lld x %lld numbers are not a map", path, (long long)rows->rows,
                 (long long)rows->cols);
    ISO_TRY(iso_mat_new(&w, rows->rows, rows->cols, ISO_F64));
    for (int64_t i = 0; i < rows->rows; i++) {
        ISO_TRY(iso_rows_read(rows, i, 1, &v));
        iso_convert_f64((double *)w.data + i * w.stride, w.stride, v);
    }
    if (!iso_view_finite(NULL, iso_mat_view(&w)))
        ISO_FAIL(ISO_EFORMAT, "%s: holds NaN or infinity", path);
    *out = w;
    w = (iso_mat){0};
done:
    iso_mat_free(&w);
    iso_rows_close(rows);
    iso_states_close(s);
    iso_buf_free(&word);
    return err;
}

static iso_err open_h5(iso_maps *m)
{
    char *format = NULL;
    int64_t version = 0;
    bool there = false;
    iso_err err = ISO_OK;

    ISO_TRY(iso_h5_open(&m->h5, m->path, NULL));
    ISO_TRY(iso_h5_attr_text(&format, m->h5, "/", "format"));
    if (!format || strcmp(format, "isogloss-maps") != 0)
        ISO_FAIL(ISO_EFORMAT, "%s: holds no maps (format is \"%s\", not \"isogloss-maps\")",
                 m->path, format ? format : "");
    ISO_TRY(iso_h5_attr_int(&version, &there, m->h5, "/", "version"));
    if (version != 1)
        ISO_FAIL(ISO_EFORMAT, "%s: maps of version %lld, this program knows 1", m->path,
                 (long long)version);
    ISO_TRY(iso_h5_attr_text(&m->method, m->h5, "/", "method"));
    ISO_TRY(iso_h5_attr_text(&m->prep, m->h5, "/", "prep"));
    ISO_TRY(iso_h5_attr_text(&m->model, m->h5, "/", "model"));
    m->about = (iso_maps_info){m->method, m->prep, m->model};
done:
    iso_free(format);
    return err;
}

iso_err iso_maps_open(iso_maps **out, const char *path)
{
    iso_maps *m = NULL;
    iso_file *file = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_file_open(&file, path)); /* no pipe, no pointer */
    ISO_TRY(iso_alloc(&m, 1, sizeof *m));
    ISO_TRY(iso_str_dup(&m->path, path, -1));
    ISO_TRY(iso_h5_is(path) ? open_h5(m) : read_npy(&m->w, path));
    *out = m;
    m = NULL;
done:
    iso_file_close(file);
    iso_maps_close(m);
    return err;
}

const iso_maps_info *iso_maps_about(const iso_maps *m)
{
    return &m->about;
}

bool iso_maps_nameless(const iso_maps *m)
{
    return !m->h5;
}

static iso_err group_of(iso_buf *out, const char *src, const char *tgt, int layer)
{
    return iso_buf_printf(out, "/maps/%s/%s/%d", src, tgt, layer);
}

bool iso_maps_has(iso_maps *m, const char *src, const char *tgt, int layer)
{
    iso_buf path = {0};
    iso_h5_kind kind;
    bool found = !m->h5;

    if (m->h5 && group_of(&path, src, tgt, layer) == ISO_OK)
        found = iso_h5_kind_of(&kind, m->h5, path.text) == ISO_OK && kind == ISO_H5_GROUP;
    iso_buf_free(&path);
    return found;
}

/* "en-de (layers 0,1)" for one source; long lists are cut. */
static iso_err list_targets(iso_buf *out, iso_maps *m, const char *src)
{
    iso_buf path = {0};
    iso_h5_texts tgt = {0}, layer = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_printf(&path, "/maps/%s", src));
    ISO_TRY(iso_h5_list(&tgt, m->h5, path.text));
    for (int64_t i = 0; i < tgt.count && out->len < MAP_LIST_MAX; i++) {
        path.len = 0;
        iso_h5_texts_free(&layer);
        ISO_TRY(iso_buf_printf(&path, "/maps/%s/%s", src, tgt.at[i]));
        ISO_TRY(iso_h5_list(&layer, m->h5, path.text));
        ISO_TRY(iso_buf_printf(out, "%s%s-%s (layers ", out->len ? ", " : "", src, tgt.at[i]));
        for (int64_t k = 0; k < layer.count && out->len < MAP_LIST_MAX; k++)
            ISO_TRY(iso_buf_printf(out, "%s%s", k ? "," : "", layer.at[k]));
        ISO_TRY(iso_buf_puts(out, ")"));
    }
done:
    iso_h5_texts_free(&layer);
    iso_h5_texts_free(&tgt);
    iso_buf_free(&path);
    return err;
}

iso_err iso_maps_list(char **out, iso_maps *m)
{
    iso_buf list = {0};
    iso_h5_texts src = {0};
    iso_h5_kind kind;
    iso_err err = ISO_OK;

    if (!m->h5)
        return iso_str_dup(out, "one without names", -1);
    ISO_TRY(iso_h5_kind_of(&kind, m->h5, "/maps"));
    if (kind == ISO_H5_GROUP)
        ISO_TRY(iso_h5_list(&src, m->h5, "/maps"));
    for (int64_t i = 0; i < src.count && list.len < MAP_LIST_MAX; i++)
        ISO_TRY(list_targets(&list, m, src.at[i]));
    if (!list.len)
        ISO_TRY(iso_buf_puts(&list, "none"));
    *out = list.text;
    list = (iso_buf){0};
done:
    iso_h5_texts_free(&src);
    iso_buf_free(&list);
    return err;
}

static iso_err no_such(iso_maps *m, const char *src, const char *tgt, int layer)
{
    char *list = NULL;
    iso_err err = iso_maps_list(&list, m);

    if (err)
        return err;
    err = iso_fail(ISO_EARG, "%s: no map of %s to %s, layer %d; there are: %s", m->path, src, tgt,
                   layer, list);
    iso_free(list);
    return err;
}

/* A float dataset of the group as f64; rank and, unless 0, length as expected. */
static iso_err read_part(iso_mat *out, iso_maps *m, const char *group, const char *what, int rank,
                         int64_t length)
{
    iso_buf path = {0};
    iso_h5_data *data = NULL;
    iso_mat raw = {0}, made = {0};
    const int64_t start[2] = {0, 0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_printf(&path, "%s/%s", group, what));
    ISO_TRY(iso_h5_data_open(&data, m->h5, path.text));
    const iso_h5_info *about = iso_h5_about(data);
    if (about->type != ISO_H5_FLOAT || about->rank != rank)
        ISO_FAIL(ISO_EFORMAT, "%s:%s: is not %s of numbers", m->path, path.text,
                 rank == 2 ? "a matrix" : "a list");
    const int64_t rows = rank == 2 ? about->dims[0] : 1, cols = about->dims[rank - 1];
    if (rows < 1 || cols < 1 || rows > MAP_DIM_MAX || cols > MAP_DIM_MAX)
        ISO_FAIL(ISO_EFORMAT, "%s:%s: %lld x %lld numbers are not a map", m->path, path.text,
                 (long long)rows, (long long)cols);
    if (length > 0 && cols != length)
        ISO_FAIL(ISO_EFORMAT, "%s:%s: has %lld numbers, w asks for %lld", m->path, path.text,
                 (long long)cols, (long long)length);
    ISO_TRY(iso_mat_new(&raw, rows, cols, about->dtype));
    ISO_TRY(iso_mat_new(&made, rows, cols, ISO_F64));
    ISO_TRY(iso_h5_read(data, start, about->dims, raw.data));
    iso_convert_f64(made.data, made.stride, iso_mat_view(&raw));
    if (!iso_view_finite(NULL, iso_mat_view(&made)))
        ISO_FAIL(ISO_EFORMAT, "%s:%s: holds NaN or infinity", m->path, path.text);
    *out = made;
    made = (iso_mat){0};
done:
    iso_mat_free(&raw);
    iso_mat_free(&made);
    iso_h5_data_close(data);
    iso_buf_free(&path);
    return err;
}

/* The means at one end, where they are there. */
static iso_err read_mean(double **out, iso_maps *m, const char *group, const char *what,
                         int64_t length)
{
    iso_buf path = {0};
    iso_mat list = {0};
    iso_h5_kind kind;
    iso_err err = ISO_OK;

    iso_free(*out);
    *out = NULL;
    ISO_TRY(iso_buf_printf(&path, "%s/%s", group, what));
    ISO_TRY(iso_h5_kind_of(&kind, m->h5, path.text));
    if (kind == ISO_H5_ABSENT)
        goto done;
    ISO_TRY(read_part(&list, m, group, what, 1, length));
    *out = list.data; /* packed: the block is the list */
    list = (iso_mat){0};
done:
    iso_mat_free(&list);
    iso_buf_free(&path);
    return err;
}

iso_err iso_maps_read(iso_saved_map *out, iso_maps *m, const char *src, const char *tgt, int layer)
{
    iso_buf group = {0};
    int64_t n = -1;
    bool there = false;
    iso_err err = ISO_OK;

    if (!iso_maps_has(m, src, tgt, layer))
        return no_such(m, src, tgt, layer);
    if (m->h5) {
        ISO_TRY(group_of(&group, src, tgt, layer));
        iso_mat_free(&m->w);
        ISO_TRY(read_part(&m->w, m, group.text, "w", 2, 0));
        ISO_TRY(read_mean(&m->from, m, group.text, "from", m->w.rows));
        ISO_TRY(read_mean(&m->to, m, group.text, "to", m->w.cols));
        ISO_TRY(iso_h5_attr_int(&n, &there, m->h5, group.text, "n"));
    }
    *out = (iso_saved_map){src, tgt, layer, iso_mat_view(&m->w), m->from, m->to, there ? n : -1};
done:
    iso_buf_free(&group);
    return err;
}
