#include "lib/io/matrix_h5_inside.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/io/array_name.h"
#include "lib/io/axes.h"
#include "lib/io/concat.h"
#include "lib/io/h5.h"
#include "lib/io/h5_rows.h"
#include "lib/io/hook_name.h"

static void matrices_close(iso_reader *self)
{
    struct matrices *m = (struct matrices *)self;

    if (!m)
        return;
    for (int i = 0; i < m->count; i++) {
        iso_free(m->parts[i].path);
    }
    for (int i = 0; m->says && i < m->name_count; i++)
        iso_array_name_free(&m->says[i]);
    for (int i = 0; i < m->mask_count; i++)
        iso_mask_free(&m->masks[i]);
    iso_free(m->masks);
    iso_free(m->langs);
    iso_free(m->says);
    iso_free(m->names);
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
    iso_rows *rows = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_rows_of_h5(&rows, m->file, m->h5, &slice));
    if (p->mask)
        ISO_TRY(iso_token_unfold(&rows, rows, p->mask));
    *out = rows;
    rows = NULL;
done:
    iso_rows_close(rows);
    return err;
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

/* "features", "features_07". */
static bool is_features(const char *path)
{
    if (strncmp(path, "features", 8) != 0)
        return false;
    return !path[8] ||
           (path[8] == '_' && path[9] && strspn(path + 9, "0123456789") == strlen(path + 9));
}

/* Every dataset's name once, however many layers it has. */
static iso_err read_names(struct matrices *m, const iso_states_opt *opt, bool picked)
{
    const char *last = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&m->names, m->count, sizeof *m->names));
    ISO_TRY(iso_alloc(&m->says, m->count, sizeof *m->says));
    for (int i = 0; i < m->count; i++) {
        struct part *p = &m->parts[i];
        p->name = -1;
        if (p->group)
            continue;
        if (!last || strcmp(last, p->path) != 0)
            m->names[m->name_count++] = p->path;
        last = p->path;
        p->name = m->name_count - 1;
    }
    const int count = m->name_count;
    m->name_count = 0; /* nothing to free unless all are read */
    ISO_TRY(iso_array_names(m->says, m->names, count, opt->canonical, picked, m->file->path));
    m->name_count = count;
done:
    return err;
}

/* Parts --------------------------------------------------------------------------- */

iso_err iso_matrix_h5_part(struct matrices *m, const char *path, const iso_h5_data *data, int axis,
                           int64_t index)
{
    const iso_h5_slice slice = {path, axis, index};
    iso_err err = ISO_OK;

    if (m->count == m->room) {
        const int room = m->room ? 2 * m->room : 32;
        ISO_TRY(iso_realloc(&m->parts, m->count, room, sizeof *m->parts));
        m->room = room;
    }
    struct part *p = &m->parts[m->count++];
    *p = (struct part){.layer_axis = axis, .index = index};
    p->group = is_features(path + (*path == '/')) ? FEATURES : 0;
    ISO_TRY(iso_str_dup(&p->path, path, -1));
    ISO_TRY(iso_h5_slice_shape(&p->rows, &p->cols, &p->dtype, m->file, data, &slice));
done:
    return err;
}

/* All layers of a dataset of rank 3. */
static iso_err add_layers(struct matrices *m, const char *path, const iso_h5_data *data)
{
    const iso_h5_info *f = iso_h5_about(data);
    iso_buf what = {0};
    iso_axes axes;
    iso_hook hook;
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_printf(&what, "%s: %s", m->file->path, path));
    iso_hook_names(&hook, &path, 1);
    if (hook.is)
        ISO_FAIL(ISO_EFORMAT,
                 "%s: are sentences of tokens; save their attention_mask beside them, or pool them "
                 "first, to one row a sentence",
                 what.text);
    ISO_TRY(iso_axes_settle(&axes, m->asked, f->dims, what.text));
    const int axis = axes == ISO_AXES_NLD;
    if (f->dims[axis] > LAYERS_AT_MOST)
        ISO_FAIL(ISO_EFORMAT, "%s would have %" PRId64 " layers; axes may be another order",
                 what.text, f->dims[axis]);
    if (m->asked == ISO_AXES_OPEN && !*m->read_as)
        iso_axes_tell(m->read_as, axes, f->dims);
    for (int64_t l = 0; l < f->dims[axis]; l++)
        ISO_TRY(iso_matrix_h5_part(m, path, data, axis, l));
done:
    iso_buf_free(&what);
    return err;
}

static iso_err add_dataset(struct matrices *m, const char *path, bool one)
{
    iso_h5_data *data = NULL;
    bool tokens = false;
    iso_err err = ISO_OK;

    if (!one && iso_hook_aside(path)) {
        iso_too_deep_add(&m->aside, path);
        goto done;
    }
    ISO_TRY(iso_h5_data_open(&data, m->h5, path));
    ISO_TRY(iso_matrix_h5_tokens(&tokens, m, path, data));
    if (tokens)
        goto done;
    const iso_h5_info *f = iso_h5_about(data);
    const bool features = is_features(path + (*path == '/'));
    const bool fits = f->rank == 2 || f->rank == 3 || (features && f->rank == 4);
    if (!one && ((f->type != ISO_H5_FLOAT && f->type != ISO_H5_FOREIGN) || !fits)) {
        if (f->type == ISO_H5_FLOAT && f->rank > 3)
            iso_too_deep_add(&m->deep, path);
        goto done;
    }
    if (!fits)
        ISO_FAIL(ISO_EFORMAT, "%s:%s has rank %d, not 2 or 3", m->file->path, path, f->rank);
    if (f->rank == 2 || features)
        ISO_TRY(iso_matrix_h5_part(m, path, data, -1, 0));
    else
        ISO_TRY(add_layers(m, path, data));
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
        return strcmp(x->path, y->path) ? strcmp(x->path, y->path)
                                        : (x->index > y->index) - (x->index < y->index);
    const int p = x->path[8] ? atoi(x->path + 9) : -1, q = y->path[8] ? atoi(y->path + 9) : -1;
    return (p > q) - (p < q);
}

static iso_err name_entry(const struct matrices *m, iso_entry *e, const struct part *p)
{
    const iso_array_name *says = p->name >= 0 ? &m->says[p->name] : NULL;

    if (says && says->layer >= 0 && p->layer_axis >= 0)
        return iso_fail(ISO_EFORMAT, "%s: \"%s\" names one layer and holds several", m->file->path,
                        p->path);
    e->lang = says ? says->lang : NULL;
    e->unclear = says ? says->unclear : NULL;
    e->layer = p->layer_axis >= 0 ? (int)p->index : says ? says->layer : -1;
    return ISO_OK;
}

static iso_err add_entry(struct matrices *m, int part, const char *(*canonical)(const char *code))
{
    struct part *p = &m->parts[part];
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
    if (p->name >= 0 && m->says[p->name].aside) {
        iso_too_deep_add(&m->aside, p->path);
        goto done;
    }
    m->entries[e] = (iso_entry){.layer = -1, .rows = p->rows, .cols = p->cols, .dtype = p->dtype};
    ISO_TRY(name_entry(m, &m->entries[e], p));
    if (p->shape.rank > 0)
        ISO_TRY(iso_matrix_h5_masked(m, &m->entries[e], p, canonical));
    m->first[e] = part;
    m->parts_of[e] = 1;
    m->base.entry_count++;
done:
    return err;
}

static iso_err make_entries(struct matrices *m, const iso_states_opt *opt, bool picked)
{
    iso_err err = ISO_OK;

    if (m->count == 0 && m->deep.count > 0)
        return iso_too_deep_fail(&m->deep, m->file->path);
    if (m->count == 0)
        ISO_FAIL(ISO_EFORMAT, "%s: holds no matrix of f16, bf16, f32 or f64", m->file->path);
    qsort(m->parts, (size_t)m->count, sizeof *m->parts, by_group);
    ISO_TRY(read_names(m, opt, picked));
    ISO_TRY(iso_alloc(&m->entries, m->count, sizeof *m->entries));
    ISO_TRY(iso_alloc(&m->first, m->count, sizeof *m->first));
    ISO_TRY(iso_alloc(&m->parts_of, m->count, sizeof *m->parts_of));
    ISO_TRY(iso_alloc(&m->langs, m->count, sizeof *m->langs));
    m->base.entries = m->entries;
    m->base.langs = m->langs;
    for (int i = 0; i < m->count; i++)
        ISO_TRY(add_entry(m, i, opt->canonical));
    for (int e = 0; e < m->base.entry_count; e++) {
        if (m->entries[e].rows == 0)
            ISO_FAIL(ISO_EFORMAT, "%s: %s has no rows", m->file->path, m->parts[m->first[e]].path);
    }
done:
    return err;
}

/* Datasets called "0", "1", ... might as well be sentences (per_sentence.h). */
static void tell_keys(struct matrices *m)
{
    const struct part *p = &m->parts[0];

    for (int i = 0; i < m->count; i++) {
        if (m->parts[i].layer_axis >= 0 ||
            strspn(m->parts[i].path, "0123456789/") != strlen(m->parts[i].path))
            return;
    }
    (void)snprintf(m->read_as, sizeof m->read_as,
                   "its datasets \"0\", \"1\", ... are read as %d layers of %" PRId64
                   " items (" ISO_FIELD(layout) " per-sentence: as sentences)",
                   m->count, p->rows);
}

iso_err iso_matrix_h5_open(iso_reader **out, const iso_file *file, const char *dataset,
                           const iso_states_opt *opt)
{
    struct matrices *m = NULL;
    iso_h5_texts names = {0};
    iso_h5_kind kind;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&m, 1, sizeof *m));
    m->file = file;
    m->base.rows = matrices_rows;
    m->base.close = matrices_close;
    m->base.read_as = m->read_as;
    ISO_TRY(iso_axes_find(&m->asked, opt->axes));
    ISO_TRY(iso_h5_open(&m->h5, file->path, opt->run));
    if (dataset) {
        ISO_TRY(iso_h5_kind_of(&kind, m->h5, dataset));
        if (kind != ISO_H5_DATASET)
            ISO_FAIL(ISO_EFORMAT, "%s: has no dataset %s", file->path, dataset);
        ISO_TRY(add_dataset(m, dataset, true));
    } else {
        ISO_TRY(iso_h5_walk(&names, m->h5));
        for (int64_t i = 0; i < names.count; i++) {
            if (iso_mask_named(names.at[i]))
                ISO_TRY(iso_matrix_h5_mask(m, names.at[i]));
        }
        for (int64_t i = 0; i < names.count; i++)
            ISO_TRY(add_dataset(m, names.at[i], false));
    }
    ISO_TRY(make_entries(m, opt, dataset != NULL));
    iso_matrix_h5_tell(m);
    iso_too_deep_tell(&m->deep, file->path, opt->run);
    if (!dataset && !opt->layout && m->asked == ISO_AXES_OPEN)
        tell_keys(m);
    *out = &m->base;
    m = NULL;
done:
    iso_h5_texts_free(&names);
    matrices_close(m ? &m->base : NULL);
    return err;
}

static bool probe(const iso_head *head)
{
    return head->h5 != NULL;
}

const iso_driver iso_driver_matrix_h5 = {"matrix", true, probe, iso_matrix_h5_open};
