#include <inttypes.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/io/items.h"
#include "lib/io/states_inside.h"
#include "lib/io/states_made.h"

/* Rows that are there, or are made. */
struct layer {
    iso_view view;
    struct made_rows made; /* `open` NULL: the view */
};

/* A collection from memory has one source: a reader whose entries grow, one a layer that is put. */
struct memory {
    iso_reader base;
    bool described;
    char *model, *pooling, *source, *compute, *recipe, *prompt;
    iso_lang *langs; /* as they were added, with names of our own */
    iso_entry *entries;
    struct layer *layers; /* the rows of the entries */
    int lang_capacity, entry_capacity;
    void *owner; /* of the arrays, with what lets go of it; or NULL */
    void (*let_go)(void *owner);
};

enum { LAYER_MAX = 999999 }; /* as a file may name */

static const char memory_name[] = "(memory)";
static const iso_driver memory_driver = {.name = "memory", .matrix = true};

static iso_err memory_rows(iso_reader *self, int entry, iso_rows **out)
{
    const struct layer *l = &((const struct memory *)self)->layers[entry];

    return l->made.open ? l->made.open(out, l->made.self) : iso_rows_of_view(out, l->view);
}

static void memory_close(iso_reader *self)
{
    struct memory *m = (struct memory *)self;

    for (int i = 0; i < m->base.lang_count; i++)
        iso_free((char *)m->langs[i].name);
    iso_free(m->model);
    iso_free(m->pooling);
    iso_free(m->source);
    iso_free(m->compute);
    iso_free(m->recipe);
    iso_free(m->prompt);
    iso_free(m->langs);
    iso_free(m->entries);
    iso_free(m->layers);
    if (m->let_go)
        m->let_go(m->owner);
    iso_free(m);
}

iso_err iso_states_new(iso_states **out, const iso_states_opt *opt)
{
    struct memory *m = NULL;
    iso_states *s = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_states_begin(&s, opt));
    ISO_TRY(iso_alloc(&s->sources, 1, sizeof *s->sources));
    ISO_TRY(iso_alloc(&m, 1, sizeof *m));
    m->base.rows = memory_rows;
    m->base.close = memory_close;
    s->sources[0] =
        (struct source){.path = memory_name, .reader = &m->base, .driver = &memory_driver};
    s->source_count = 1;
    ISO_TRY(iso_states_finish_about(s));
    *out = s;
    s = NULL;
done:
    iso_states_close(s);
    return err;
}

/* The reader of a collection that is from memory. */
static iso_err memory_of(struct memory **out, const iso_states *s)
{
    iso_err err = ISO_OK;

    ISO_NEED(!s->files, "%s: a collection of files takes no arrays from memory",
             iso_states_name(s));
    *out = (struct memory *)s->sources[0].reader;
done:
    return err;
}

iso_err iso_states_own(iso_states *s, void *owner, void (*let_go)(void *owner))
{
    struct memory *m = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(memory_of(&m, s));
    ISO_NEED(!m->let_go, "%s: the arrays of a collection have an owner already", memory_name);
    m->owner = owner;
    m->let_go = let_go;
done:
    return err;
}

/* What it says of itself ------------------------------------------------------------- */

static iso_err check_texts(const char *what, const char *const *texts, int64_t count)
{
    for (int64_t i = 0; texts && i < count; i++) {
        if (!texts[i])
            return iso_fail(ISO_EARG, "%s: %s[%" PRId64 "] is no text but NULL", memory_name, what,
                            i);
    }
    return ISO_OK;
}

static iso_err check_names(const char *what, const char *const *names, int count)
{
    if (count < 0 || (count > 0 && !names))
        return iso_fail(ISO_EARG, "%s: %s cannot be %d names", memory_name, what, count);
    return check_texts(what, names, count);
}

static iso_err copy_text(char **out, const char *text)
{
    return text ? iso_str_dup(out, text, -1) : ISO_OK;
}

static void forget_about(iso_states *s, struct memory *m)
{
    struct source *src = &s->sources[0];
    char **const texts[] = {&m->model,  &m->pooling, &m->source,     &m->compute,
                            &m->recipe, &m->prompt,  &s->source_name};

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        iso_free(*texts[i]);
        *texts[i] = NULL;
    }
    iso_free(src->classes);
    iso_free(src->tags);
    src->classes = src->tags = NULL;
    iso_textmap_free(&s->classes);
    iso_textmap_free(&s->tagset);
    m->base.info = (iso_states_info){0};
    s->info = (iso_states_info){.layout = s->info.layout};
}

iso_err iso_states_describe(iso_states *s, const iso_states_info *info)
{
    struct memory *m = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(memory_of(&m, s));
    ISO_NEED(!m->described && m->base.lang_count == 0 && m->base.entry_count == 0,
             "%s: a collection is described once, before its languages", memory_name);
    ISO_TRY(iso_pool_check_said(info->pooling, memory_name));
    ISO_TRY(check_names("classes", info->classes, info->class_count));
    ISO_TRY(check_names("tagset", info->tagset, info->tag_count));
    ISO_TRY(copy_text(&m->model, info->model));
    ISO_TRY(copy_text(&m->pooling, info->pooling));
    ISO_TRY(copy_text(&m->source, info->source));
    ISO_TRY(copy_text(&m->compute, info->compute));
    ISO_TRY(copy_text(&m->recipe, info->recipe));
    ISO_TRY(copy_text(&m->prompt, info->prompt));
    m->base.info = *info;
    m->base.info.model = m->model;
    m->base.info.pooling = m->pooling;
    m->base.info.source = m->source;
    m->base.info.compute = m->compute;
    m->base.info.recipe = m->recipe;
    m->base.info.prompt = m->prompt;
    ISO_TRY(iso_states_add_about(s, &s->sources[0]));
    m->base.info.classes = m->base.info.tagset = NULL; /* the collection has copies */
    ISO_TRY(iso_states_finish_about(s));
    m->described = true;
done:
    if (err && m && !m->described)
        forget_about(s, m);
    return err;
}

/* Languages and layers ------------------------------------------------------------------ */

/* Numbers of classes or tags: -1, or one of `limit`. */
static iso_err check_numbers(const char *lang, const char *what, const int32_t *numbers,
                             int64_t count, int limit, const char *list)
{
    for (int64_t i = 0; numbers && i < count; i++) {
        if (numbers[i] < -1 || numbers[i] >= limit)
            return iso_fail(ISO_EARG, "%s: %s: %s[%" PRId64 "] is %d, the %s has %d entries",
                            memory_name, lang, what, i, (int)numbers[i], list, limit);
    }
    return ISO_OK;
}

/* Sets the number of rows as well. */
static iso_err check_lang(iso_lang *l, const iso_states_info *info)
{
    const int64_t most = INT64_MAX / 16; /* arrays of words are in an address space */
    iso_err err = ISO_OK;

    ISO_NEED(l->items >= 0 && l->items < most && l->rows >= 0 && l->rows < most,
             "%s: %s cannot have %" PRId64 " items and %" PRId64 " rows", memory_name, l->name,
             l->items, l->rows);
    if (l->rows == 0)
        l->rows = l->offsets ? l->offsets[l->items] : l->items;
    ISO_NEED(l->offsets || l->rows == l->items,
             "%s: %s has %" PRId64 " rows for %" PRId64 " items and no offsets", memory_name,
             l->name, l->rows, l->items);
    if (l->offsets)
        ISO_TRY(iso_items_check_offsets(memory_name, l->name, l->offsets, l->items + 1, l->rows));
    ISO_TRY(check_texts("ids", l->ids, l->items));
    ISO_TRY(check_texts("text", l->text, l->items));
    ISO_TRY(check_texts("text2", l->text2, l->items));
    ISO_TRY(check_texts("tokens", l->tokens, l->rows));
    if (l->ids)
        ISO_TRY(iso_items_check_ids(memory_name, l->name, l->ids, l->items));
    ISO_TRY(check_numbers(l->name, "labels", l->labels, l->items, info->class_count, "classes"));
    ISO_TRY(check_numbers(l->name, "tags", l->tags, l->rows, info->tag_count, "tagset"));
done:
    return err;
}

static const iso_lang *added(const struct memory *m, const char *name)
{
    for (int i = 0; i < m->base.lang_count; i++) {
        if (strcmp(m->langs[i].name, name) == 0)
            return &m->langs[i];
    }
    return NULL;
}

iso_err iso_states_add_lang(iso_states *s, const iso_lang *lang)
{
    struct memory *m = NULL;
    iso_lang own = *lang;
    char *name = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(memory_of(&m, s));
    ISO_NEED(lang->name && *lang->name, "%s: a language needs a name", memory_name);
    ISO_TRY(iso_str_dup(&name, iso_states_canonical(s, lang->name), -1));
    own.name = name;
    ISO_NEED(!added(m, name), "%s: %s is added already", memory_name, name);
    ISO_NEED(iso_states_find(s, name) < 0, "%s: %s has layers already; add it before they are put",
             memory_name, name);
    ISO_TRY(check_lang(&own, &m->base.info));
    if (m->base.lang_count == m->lang_capacity) {
        const int capacity = m->lang_capacity ? 2 * m->lang_capacity : 16;
        ISO_TRY(iso_realloc(&m->langs, m->base.lang_count, capacity, sizeof *m->langs));
        m->lang_capacity = capacity;
    }
    m->langs[m->base.lang_count++] = own;
    m->base.langs = m->langs;
    name = NULL;
done:
    iso_free(name);
    return err;
}

static iso_err check_view(const char *lang, int layer, iso_view v)
{
    const int64_t size = (int64_t)iso_dtype_size(v.dtype);
    iso_err err = ISO_OK;

    ISO_NEED(layer >= 0 && layer <= LAYER_MAX, "%s: %s: %d is no layer", memory_name, lang, layer);
    ISO_NEED(size > 0, "%s: %s, layer %d: %d is no type of numbers", memory_name, lang, layer,
             (int)v.dtype);
    ISO_NEED(v.rows >= 0 && v.cols > 0 && v.stride >= v.cols && v.stride <= INT64_MAX / size &&
                 v.rows <= INT64_MAX / size / v.stride,
             "%s: %s, layer %d cannot be %" PRId64 " x %" PRId64 " numbers, %" PRId64
             " from row to row",
             memory_name, lang, layer, v.rows, v.cols, v.stride);
done:
    return err;
}

static iso_err add_entry(struct memory *m, int layer, const struct layer *l)
{
    const iso_view v = l->view;
    const int count = m->base.entry_count;
    iso_err err = ISO_OK;

    if (count == m->entry_capacity) {
        const int capacity = count ? 2 * count : 16;
        ISO_TRY(iso_realloc(&m->entries, count, capacity, sizeof *m->entries));
        m->base.entries = m->entries;
        ISO_TRY(iso_realloc(&m->layers, count, capacity, sizeof *m->layers));
        m->entry_capacity = capacity;
    }
    m->entries[count] =
        (iso_entry){.layer = layer, .rows = v.rows, .cols = v.cols, .dtype = v.dtype};
    m->layers[count] = *l;
    m->base.entry_count++;
done:
    return err;
}

/* The entry that was added last, as a layer of its language; the first one brings its items. */
static iso_err add_layer(iso_states *s, const struct memory *m, struct language *language)
{
    const int entry = m->base.entry_count - 1;
    const struct cell cell = {.layer = m->entries[entry].layer, .entry = entry};
    const iso_lang *items = added(m, language->name);
    iso_err err = ISO_OK;

    ISO_TRY(iso_states_add_cell(s, language, cell));
    if (!s->opt.any_dims)
        ISO_TRY(iso_states_check_dims(s, s->language_count, language, &cell));
    if (language->cell_count > 1) {
        ISO_TRY(iso_states_sort_layers(language));
        goto done;
    }
    if (items)
        ISO_TRY(iso_states_add_items(s, 0, language, items));
    ISO_TRY(iso_states_finish_language(s, language));
    ISO_TRY(iso_states_finish_about(s));
done:
    return err;
}

static iso_err put(iso_states *s, const char *lang, int layer, const struct layer *l)
{
    const int languages = s->language_count;
    struct language *language = NULL;
    struct memory *m = NULL;
    int layers = 0, entries = 0;
    iso_err err = ISO_OK;

    ISO_TRY(memory_of(&m, s));
    entries = m->base.entry_count;
    ISO_NEED(lang && *lang, "%s: a language needs a name", memory_name);
    ISO_TRY(check_view(lang, layer, l->view));
    ISO_NEED(l->made.open || l->view.data || l->view.rows == 0, "%s: %s, layer %d has no data",
             memory_name, lang, layer);
    ISO_TRY(add_entry(m, layer, l));
    ISO_TRY(iso_states_language(&language, s, lang));
    layers = language->cell_count;
    ISO_TRY(add_layer(s, m, language));
done:
    if (err && m)
        m->base.entry_count = entries;
    if (err && language)
        language->cell_count = layers;
    if (err && s->language_count > languages) {
        s->language_count = languages;
        iso_language_free(&s->languages[languages]);
    }
    return err;
}

iso_err iso_states_put(iso_states *s, const char *lang, int layer, iso_view rows)
{
    return put(s, lang, layer, &(struct layer){.view = rows});
}

iso_err iso_states_put_made(iso_states *s, const char *lang, int layer,
                            const struct made_rows *made)
{
    const struct layer l = {.view = {.rows = made->rows,
                                     .cols = made->cols,
                                     .stride = made->cols,
                                     .dtype = made->dtype},
                            .made = *made};

    return put(s, lang, layer, &l);
}
