#include "lib/io/native.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/io/h5.h"
#include "lib/io/h5_rows.h"
#include "lib/io/native_items.h"
#include "lib/io/pool_rows.h"

struct native {
    iso_reader base;
    const iso_file *file;
    iso_h5 *h5;
    char *model, *pooling, *source, *compute, *recipe, *prompt;
    iso_h5_texts classes, tagset, names;
    iso_lang *langs;
    iso_native_items *items;
    iso_entry *entries;
    int room;
};

static void native_close(iso_reader *self)
{
    struct native *n = (struct native *)self;

    if (!n)
        return;
    for (int i = 0; n->items && i < n->base.lang_count; i++)
        iso_native_items_free(&n->items[i]);
    iso_h5_texts_free(&n->classes);
    iso_h5_texts_free(&n->tagset);
    iso_h5_texts_free(&n->names);
    iso_free(n->items);
    iso_free(n->langs);
    iso_free(n->entries);
    iso_free(n->model);
    iso_free(n->pooling);
    iso_free(n->source);
    iso_free(n->compute);
    iso_free(n->recipe);
    iso_free(n->prompt);
    (void)iso_h5_close(n->h5);
    iso_free(n);
}

static iso_err native_rows(iso_reader *self, int entry, iso_rows **out)
{
    const struct native *n = (const struct native *)self;
    const iso_entry *e = &n->entries[entry];
    iso_buf path = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_printf(&path, "/states/%s/%d", e->lang, e->layer));
    const iso_h5_slice slice = {path.text, -1, 0};
    ISO_TRY(iso_rows_of_h5(out, n->file, n->h5, &slice));
done:
    iso_buf_free(&path);
    return err;
}

/* Attributes ------------------------------------------------------------------- */

static iso_err check_format(const struct native *n)
{
    const char *path = n->file->path;
    char *format = NULL;
    int64_t version = 0;
    bool there = false;
    iso_err err = ISO_OK;

    ISO_TRY(iso_h5_attr_text(&format, n->h5, "/", "format"));
    if (!format)
        ISO_FAIL(ISO_EFORMAT,
                 "%s: has no attribute format; a native file says isogloss-states "
                 "(" ISO_FIELD(layout) " matrix takes its datasets as they are)",
                 path);
    if (strcmp(format, "isogloss-states") != 0)
        ISO_FAIL(ISO_EFORMAT, "%s: format is \"%.60s\", not isogloss-states", path, format);
    ISO_TRY(iso_h5_attr_int(&version, &there, n->h5, "/", "version"));
    if (!there)
        ISO_FAIL(ISO_EFORMAT, "%s: has no attribute version; it should be 1", path);
    if (version != 1)
        ISO_FAIL(ISO_EUNSUP, "%s: has version %" PRId64 ", this program reads version 1", path,
                 version);
done:
    iso_free(format);
    return err;
}

static iso_err list_if_there(iso_h5_texts *out, const struct native *n, const char *path)
{
    iso_h5_kind kind;
    const iso_err err = iso_h5_kind_of(&kind, n->h5, path);

    return err || kind == ISO_H5_ABSENT ? err : iso_h5_read_texts(out, n->h5, path);
}

/* Which layer is called sentence; 0: none. */
static iso_err read_sentence(int *out, const struct native *n)
{
    int64_t layer = 0;
    bool there = false;
    iso_err err = ISO_OK;

    ISO_TRY(iso_h5_attr_int(&layer, &there, n->h5, "/", "sentence"));
    if (there && (layer < 1 || layer > INT32_MAX))
        ISO_FAIL(ISO_EFORMAT, "%s: sentence is %" PRId64 ", which is no layer from 1 on",
                 n->file->path, layer);
    *out = there ? (int)layer : 0;
done:
    return err;
}

static iso_err read_about(struct native *n)
{
    int sentence = 0;
    iso_err err = ISO_OK;

    ISO_TRY(check_format(n));
    ISO_TRY(iso_h5_attr_text(&n->model, n->h5, "/", "model"));
    ISO_TRY(iso_h5_attr_text(&n->pooling, n->h5, "/", "pooling"));
    ISO_TRY(iso_h5_attr_text(&n->source, n->h5, "/", "source"));
    ISO_TRY(iso_h5_attr_text(&n->compute, n->h5, "/", "compute"));
    ISO_TRY(iso_h5_attr_text(&n->recipe, n->h5, "/", "recipe"));
    ISO_TRY(iso_h5_attr_text(&n->prompt, n->h5, "/", "prompt"));
    ISO_TRY(read_sentence(&sentence, n));
    ISO_TRY(iso_pool_check_said(n->pooling, n->file->path));
    ISO_TRY(list_if_there(&n->classes, n, "/classes"));
    ISO_TRY(list_if_there(&n->tagset, n, "/tagset"));
    if (n->classes.count > INT32_MAX || n->tagset.count > INT32_MAX)
        ISO_FAIL(ISO_EFORMAT, "%s: too many classes", n->file->path);
    n->base.info = (iso_states_info){.model = n->model,
                                     .pooling = n->pooling,
                                     .source = n->source,
                                     .compute = n->compute,
                                     .sentence = sentence,
                                     .recipe = n->recipe,
                                     .prompt = n->prompt,
                                     .class_count = (int)n->classes.count,
                                     .tag_count = (int)n->tagset.count,
                                     .classes = n->classes.at,
                                     .tagset = n->tagset.at};
done:
    return err;
}

/* Languages and layers ------------------------------------------------------------ */

/* The names by bytes, the source before all. */
static iso_err read_names(struct native *n)
{
    iso_h5_kind kind;
    iso_err err = ISO_OK;

    ISO_TRY(iso_h5_kind_of(&kind, n->h5, "/states"));
    if (kind != ISO_H5_GROUP)
        ISO_FAIL(ISO_EFORMAT, "%s: has no group /states", n->file->path);
    ISO_TRY(iso_h5_list(&n->names, n->h5, "/states"));
    if (n->names.count == 0)
        ISO_FAIL(ISO_EFORMAT, "%s: /states holds no language", n->file->path);
    if (n->names.count > 100000)
        ISO_FAIL(ISO_EFORMAT, "%s: /states holds %" PRId64 " languages", n->file->path,
                 n->names.count);
    for (int64_t i = 1; n->source && i < n->names.count; i++) {
        const char *name = n->names.at[i];
        if (strcmp(name, n->source) == 0) {
            memmove(n->names.at + 1, n->names.at, (size_t)i * sizeof *n->names.at);
            n->names.at[0] = name;
        }
    }
done:
    return err;
}

static iso_err add_entry(struct native *n, const iso_entry *e)
{
    iso_err err = ISO_OK;

    if (n->base.entry_count == n->room) {
        const int room = n->room ? 2 * n->room : 64;
        ISO_TRY(iso_realloc(&n->entries, n->base.entry_count, room, sizeof *n->entries));
        n->room = room;
    }
    n->entries[n->base.entry_count++] = *e;
done:
    return err;
}

/* "0", "12": the decimal that we would write ourselves. */
static bool is_layer(int *out, const char *name)
{
    int64_t value;

    if (strlen(name) > 6 || (name[0] == '0' && name[1]) ||
        strspn(name, "0123456789") != strlen(name))
        return false;
    if (!iso_str_int(&value, name))
        return false;
    *out = (int)value;
    return true;
}

static iso_err add_layer(struct native *n, const char *lang, const char *name)
{
    iso_entry e = {.lang = lang};
    iso_h5_data *data = NULL;
    iso_buf path = {0};
    iso_err err = ISO_OK;

    if (!is_layer(&e.layer, name))
        ISO_FAIL(ISO_EFORMAT, "%s: %s: \"%.60s\" is not a layer number", n->file->path, lang, name);
    ISO_TRY(iso_buf_printf(&path, "/states/%s/%s", lang, name));
    ISO_TRY(iso_h5_data_open(&data, n->h5, path.text));
    if (iso_h5_about(data)->rank != 2)
        ISO_FAIL(ISO_EFORMAT, "%s: %s, layer %d has rank %d, not 2", n->file->path, lang, e.layer,
                 iso_h5_about(data)->rank);
    const iso_h5_slice slice = {path.text, -1, 0};
    ISO_TRY(iso_h5_slice_shape(&e.rows, &e.cols, &e.dtype, n->file, data, &slice));
    ISO_TRY(add_entry(n, &e));
done:
    iso_h5_data_close(data);
    iso_buf_free(&path);
    return err;
}

static int by_layer(const void *a, const void *b)
{
    const int x = ((const iso_entry *)a)->layer, y = ((const iso_entry *)b)->layer;
    return (x > y) - (x < y);
}

static iso_err read_layers(struct native *n, const char *lang)
{
    const int from = n->base.entry_count;
    iso_h5_texts layers = {0};
    iso_buf path = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_printf(&path, "/states/%s", lang));
    ISO_TRY(iso_h5_list(&layers, n->h5, path.text));
    if (layers.count == 0)
        ISO_FAIL(ISO_EFORMAT, "%s: %s has no layers", n->file->path, lang);
    for (int64_t i = 0; i < layers.count; i++)
        ISO_TRY(add_layer(n, lang, layers.at[i]));
    qsort(n->entries + from, (size_t)layers.count, sizeof *n->entries, by_layer);
    for (int i = from + 1; i < n->base.entry_count; i++) {
        const iso_entry *a = &n->entries[from], *b = &n->entries[i];
        if (a->rows != b->rows)
            ISO_FAIL(ISO_EFORMAT, "%s: %s, layer %d has %" PRId64 " rows, layer %d has %" PRId64,
                     n->file->path, lang, b->layer, b->rows, a->layer, a->rows);
    }
done:
    iso_h5_texts_free(&layers);
    iso_buf_free(&path);
    return err;
}

static iso_err read_langs(struct native *n)
{
    const int count = (int)n->names.count;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&n->langs, count, sizeof *n->langs));
    ISO_TRY(iso_alloc(&n->items, count, sizeof *n->items));
    n->base.lang_count = count;
    for (int i = 0; i < count; i++) {
        const int from = n->base.entry_count;
        n->langs[i].name = n->names.at[i];
        ISO_TRY(read_layers(n, n->names.at[i]));
        ISO_TRY(iso_native_items_read(&n->items[i], &n->langs[i], n->h5, n->file->path,
                                      n->entries[from].rows, (int)n->classes.count,
                                      (int)n->tagset.count));
    }
    n->base.langs = n->langs;
    n->base.entries = n->entries;
done:
    return err;
}

iso_err iso_native_open(iso_reader **out, const iso_file *file, const char *dataset,
                        const iso_states_opt *opt)
{
    struct native *n = NULL;
    iso_err err = ISO_OK;

    ISO_NEED(!dataset, "%s:%s: one dataset of a native file is read with the layout matrix",
             file->path, dataset);
    ISO_TRY(iso_alloc(&n, 1, sizeof *n));
    n->file = file;
    n->base.rows = native_rows;
    n->base.close = native_close;
    ISO_TRY(iso_h5_open(&n->h5, file->path, opt->run));
    ISO_TRY(read_about(n));
    ISO_TRY(read_names(n));
    ISO_TRY(read_langs(n));
    *out = &n->base;
    n = NULL;
done:
    native_close(n ? &n->base : NULL);
    return err;
}

/* /states/<lang>/... without our format is ours all the same, and its attribute wrong or forgotten.
 */
static bool looks_ours(iso_h5 *h5)
{
    iso_h5_texts langs = {0};
    iso_buf path = {0};
    iso_h5_kind kind;
    bool ours = false;

    if (!iso_h5_kind_of(&kind, h5, "/states") && kind == ISO_H5_GROUP &&
        !iso_h5_list(&langs, h5, "/states") && langs.count > 0 &&
        !iso_buf_printf(&path, "/states/%s", langs.at[0]) && !iso_h5_kind_of(&kind, h5, path.text))
        ours = kind == ISO_H5_GROUP;
    iso_h5_texts_free(&langs);
    iso_buf_free(&path);
    return ours;
}

/* Any HDF5 file that calls itself ours, so that a wrong version or format is reported as such. */
static bool probe(const iso_head *head)
{
    char *format = NULL;
    bool ours = false;

    if (head->dataset || !head->h5)
        return false;
    if (!iso_h5_attr_text(&format, head->h5, "/", "format") && format)
        ours = strncmp(format, "isogloss", 8) == 0;
    ours = ours || looks_ours(head->h5);
    iso_free(format);
    return ours;
}

const iso_driver iso_driver_native = {"native", false, probe, iso_native_open};
