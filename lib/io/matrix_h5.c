#include "lib/io/matrix_h5.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/io/concat.h"
#include "lib/io/h5.h"
#include "lib/io/h5_rows.h"

/* The part of a file one entry stands for; entries of one `group` (not 0) lie below each other. */
struct part {
    char *path, *lang;
    int layer_axis, layer, group;
    int64_t index, rows, cols; /* on the layer's axis; the shape */
    iso_dtype dtype;
};

struct matrices {
    iso_reader base;
    const iso_file *file;
    iso_h5 *h5;
    struct part *parts;
    int count, room;
    iso_entry *entries;
    int *first, *parts_of; /* by entry: its first part, how many */
    int axis;              /* of the layers in a dataset of rank 3 */
};

enum { FEATURES = 1, LAYERS_AT_MOST = 100000 };

static void matrices_close(iso_reader *self)
{
    struct matrices *m = (struct matrices *)self;

    if (!m)
        return;
    for (int i = 0; i < m->count; i++) {
        iso_free(m->parts[i].path);
        iso_free(m->parts[i].lang);
    }
    iso_free(m->parts);
    iso_free(m->entries);
    iso_free(m->first);
    iso_free(m->parts_of);
    (void)iso_h5_close(m->h5);
    iso_free(m);
}

static iso_err open_part(iso_rows **out, const struct matrices *m, const struct part *p)
{
    const iso_h5_slice slice = {p->path, p->layer_axis, p->index};

    return iso_rows_of_h5(out, m->file, m->h5, &slice);
}

static iso_err matrices_rows(iso_reader *self, int entry, iso_rows **out)
{
    const struct matrices *m = (const struct matrices *)self;
    const struct part *p = m->parts + m->first[entry];
    const int count = m->parts_of[entry];
    iso_rows **rows = NULL;
    iso_err err = ISO_OK;

    if (count == 1)
        return open_part(out, m, p);
    ISO_TRY(iso_alloc(&rows, count, sizeof(iso_rows *)));
    for (int i = 0; i < count; i++)
        ISO_TRY(open_part(&rows[i], m, &p[i]));
    ISO_TRY(iso_rows_concat(out, rows, count));
    for (int i = 0; i < count; i++)
        rows[i] = NULL;
done:
    for (int i = 0; rows && i < count; i++)
        iso_rows_close(rows[i]);
    iso_free(rows);
    return err;
}

/* Names ------------------------------------------------------------------------- */

/* "3", "layer3", "layer_3", "layer-3"; -1 for everything else. */
static int layer_named(const char *name)
{
    if (strncmp(name, "layer", 5) == 0)
        name += 5 + (name[5] == '_' || name[5] == '-');
    const size_t n = strlen(name);
    return n > 0 && n <= 6 && strspn(name, "0123456789") == n ? atoi(name) : -1;
}

/* "features", "features_07". */
static bool is_features(const char *path)
{
    if (strncmp(path, "features", 8) != 0)
        return false;
    return !path[8] ||
           (path[8] == '_' && path[9] && strspn(path + 9, "0123456789") == strlen(path + 9));
}

/* Language and layer by the place of a dataset; `one` when it was asked for by its path. */
static iso_err name_part(struct part *p, const char *path, int rank, bool one)
{
    while (*path == '/')
        path++;
    const char *slash = strrchr(path, '/'), *last = slash ? slash + 1 : path;
    const int layer = rank == 2 ? layer_named(last) : -1;

    p->layer = layer;
    p->group = is_features(path) ? FEATURES : 0;
    if (p->group || (layer >= 0 && !slash))
        return ISO_OK;
    if (layer < 0)
        return iso_str_dup(&p->lang, one ? last : path, -1);
    const char *start = path;
    for (const char *c = path; one && c < slash; c++) {
        if (*c == '/')
            start = c + 1;
    }
    return iso_str_dup(&p->lang, start, slash - start);
}

/* Parts --------------------------------------------------------------------------- */

static iso_err add_part(struct matrices *m, const char *path, const iso_h5_data *data, int axis,
                        int64_t index, bool one)
{
    const iso_h5_slice slice = {path, axis, index};
    const int rank = iso_h5_about(data)->rank;
    iso_err err = ISO_OK;

    if (m->count == m->room) {
        const int room = m->room ? 2 * m->room : 32;
        ISO_TRY(iso_realloc(&m->parts, m->count, room, sizeof *m->parts));
        m->room = room;
    }
    struct part *p = &m->parts[m->count++];
    *p = (struct part){.layer_axis = axis, .index = index};
    ISO_TRY(iso_str_dup(&p->path, path, -1));
    ISO_TRY(name_part(p, path, rank, one));
    if (axis >= 0)
        p->layer = (int)index;
    ISO_TRY(iso_h5_slice_shape(&p->rows, &p->cols, &p->dtype, m->file, data, &slice));
done:
    return err;
}

static iso_err add_dataset(struct matrices *m, const char *path, bool one)
{
    iso_h5_data *data = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_h5_data_open(&data, m->h5, path));
    const iso_h5_info *f = iso_h5_about(data);
    const bool features = is_features(path + (*path == '/'));
    const bool fits = f->rank == 2 || f->rank == 3 || (features && f->rank == 4);
    if (!one && (f->type != ISO_H5_FLOAT || !fits))
        goto done;
    if (!fits)
        ISO_FAIL(ISO_EFORMAT, "%s:%s has rank %d, not 2 or 3", m->file->path, path, f->rank);
    if (f->rank == 2 || features) {
        ISO_TRY(add_part(m, path, data, -1, 0, one));
        goto done;
    }
    if (f->dims[m->axis] > LAYERS_AT_MOST)
        ISO_FAIL(ISO_EFORMAT, "%s: %s would have %" PRId64 " layers; axes may be another order",
                 m->file->path, path, f->dims[m->axis]);
    for (int64_t l = 0; l < f->dims[m->axis]; l++)
        ISO_TRY(add_part(m, path, data, m->axis, l, one));
done:
    iso_h5_data_close(data);
    return err;
}

/* Pieces of one matrix come together, by number; everything else stays in its order. */
static int by_group(const void *a, const void *b)
{
    const struct part *x = a, *y = b;

    if (x->group != y->group)
        return y->group - x->group;
    if (x->group == 0)
        return strcmp(x->path, y->path) ? strcmp(x->path, y->path) : x->layer - y->layer;
    const int p = x->path[8] ? atoi(x->path + 9) : -1, q = y->path[8] ? atoi(y->path + 9) : -1;
    return (p > q) - (p < q);
}

static iso_err add_entry(struct matrices *m, int part)
{
    const struct part *p = &m->parts[part];
    const int e = m->base.entry_count;
    iso_err err = ISO_OK;

    if (e > 0 && p->group && m->parts[m->first[e - 1]].group == p->group) {
        if (p->cols != m->entries[e - 1].cols || p->dtype != m->entries[e - 1].dtype)
            ISO_FAIL(ISO_EFORMAT, "%s: %s has %" PRId64 " columns of %s, %s has %" PRId64 " of %s",
                     m->file->path, p->path, p->cols, iso_dtype_name(p->dtype),
                     m->parts[m->first[e - 1]].path, m->entries[e - 1].cols,
                     iso_dtype_name(m->entries[e - 1].dtype));
        m->entries[e - 1].rows += p->rows;
        m->parts_of[e - 1]++;
        goto done;
    }
    m->entries[e] = (iso_entry){p->lang, p->layer, p->rows, p->cols, p->dtype};
    m->first[e] = part;
    m->parts_of[e] = 1;
    m->base.entry_count++;
done:
    return err;
}

static iso_err make_entries(struct matrices *m)
{
    iso_err err = ISO_OK;

    if (m->count == 0)
        ISO_FAIL(ISO_EFORMAT, "%s: holds no matrix of f16, f32 or f64", m->file->path);
    qsort(m->parts, (size_t)m->count, sizeof *m->parts, by_group);
    ISO_TRY(iso_alloc(&m->entries, m->count, sizeof *m->entries));
    ISO_TRY(iso_alloc(&m->first, m->count, sizeof *m->first));
    ISO_TRY(iso_alloc(&m->parts_of, m->count, sizeof *m->parts_of));
    m->base.entries = m->entries;
    for (int i = 0; i < m->count; i++)
        ISO_TRY(add_entry(m, i));
done:
    return err;
}

static iso_err layer_axis(int *axis, const char *axes)
{
    iso_err err = ISO_OK;

    *axis = axes && strcmp(axes, "NLD") == 0 ? 1 : 0;
    ISO_NEED(!axes || *axis == 1 || strcmp(axes, "LND") == 0,
             "axes %s is not known; it is LND or NLD", axes);
done:
    return err;
}

iso_err iso_matrix_h5_open(iso_reader **out, const iso_file *file, const char *dataset,
                           const iso_states_opt *opt)
{
    struct matrices *m = NULL;
    iso_h5_texts names = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&m, 1, sizeof *m));
    m->file = file;
    m->base.rows = matrices_rows;
    m->base.close = matrices_close;
    ISO_TRY(layer_axis(&m->axis, opt->axes));
    ISO_TRY(iso_h5_open(&m->h5, file->path));
    if (dataset) {
        if (iso_h5_kind_of(m->h5, dataset) != ISO_H5_DATASET)
            ISO_FAIL(ISO_EFORMAT, "%s: has no dataset %s", file->path, dataset);
        ISO_TRY(add_dataset(m, dataset, true));
    } else {
        ISO_TRY(iso_h5_walk(&names, m->h5));
        for (int64_t i = 0; i < names.count; i++)
            ISO_TRY(add_dataset(m, names.at[i], false));
    }
    ISO_TRY(make_entries(m));
    *out = &m->base;
    m = NULL;
done:
    iso_h5_texts_free(&names);
    matrices_close(m ? &m->base : NULL);
    return err;
}

static bool probe(const iso_head *head)
{
    return iso_h5_is(head->file->path);
}

const iso_driver iso_driver_matrix_h5 = {"matrix", true, probe, iso_matrix_h5_open};
