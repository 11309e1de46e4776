#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/io/states_inside.h"

static int by_layer(const void *a, const void *b)
{
    const int x = ((const struct cell *)a)->layer, y = ((const struct cell *)b)->layer;
    return (x > y) - (x < y);
}

iso_err iso_states_sort_layers(struct language *language)
{
    int *layers = NULL;
    const iso_err err = iso_alloc(&layers, language->cell_count, sizeof *layers);

    if (err)
        return err;
    iso_free(language->layers);
    language->layers = layers;
    qsort(language->cells, (size_t)language->cell_count, sizeof *language->cells, by_layer);
    for (int i = 0; i < language->cell_count; i++)
        language->layers[i] = language->cells[i].layer;
    language->info.layers = language->layers;
    language->info.layer_count = language->cell_count;
    return ISO_OK;
}

/* Token rows are pooled unless they are wanted: then there is one row an item. */
static void settle_rows(const iso_states *s, struct language *language)
{
    if (language->offsets && s->pool == ISO_POOL_NONE) {
        language->info.offsets = language->offsets;
        language->info.tags = language->tags;
        iso_pool_note_empty(s->opt.run, language->info.path, language->offsets,
                            language->info.items, false);
    } else if (language->offsets) {
        iso_pool_note_empty(s->opt.run, language->info.path, language->offsets,
                            language->info.items, true);
        language->info.rows = language->info.items;
        language->info.tokens = NULL;
        language->info.counts = NULL;
    } else {
        language->info.tags = language->tags;
    }
    language->info.labels = language->labels;
    if (s->opt.limit > 0 && language->info.items > s->opt.limit) {
        language->info.items = s->opt.limit;
        language->info.rows = language->info.offsets ? language->info.offsets[language->info.items]
                                                     : language->info.items;
    }
}

iso_err iso_states_finish_language(const iso_states *s, struct language *language)
{
    const int64_t rows = iso_cell_rows(s, language->cells);
    iso_err err = ISO_OK;

    if (!language->known)
        language->info.items = language->info.rows = rows;
    if (language->info.rows != rows)
        ISO_FAIL(ISO_EFORMAT, "%s: %s has %" PRId64 " rows, its items speak of %" PRId64,
                 iso_cell_path(s, language->cells), language->name, rows, language->info.rows);
    ISO_TRY(iso_states_sort_layers(language));
    language->info.path = iso_cell_path(s, language->cells);
    settle_rows(s, language);
done:
    return err;
}

iso_err iso_states_check_dims(const iso_states *s, int count, const struct language *language,
                              const struct cell *cell)
{
    const struct cell *other = NULL;

    for (int i = 0; i < count && !other; i++) {
        const struct language *l = &s->languages[i];
        if (l == language)
            continue;
        other = bsearch(cell, l->cells, (size_t)l->cell_count, sizeof *cell, by_layer);
        if (other && iso_cell_cols(s, other) != iso_cell_cols(s, cell))
            return iso_fail(
                ISO_EFORMAT,
                "%s: %s, layer %d has %" PRId64 " dims, %s (%s) has %" PRId64
                "; two models are two collections (align takes them with " ISO_FIELD(pad) ")",
                iso_cell_path(s, cell), language->name, cell->layer, iso_cell_cols(s, cell),
                l->name, iso_cell_path(s, other), iso_cell_cols(s, other));
    }
    return ISO_OK;
}

/* One collection is one model: the languages of a layer have one dim. */
static iso_err check_all_dims(const iso_states *s)
{
    iso_err err = ISO_OK;

    for (int i = 1; i < s->language_count; i++) {
        for (int k = 0; k < s->languages[i].cell_count && !err; k++)
            err = iso_states_check_dims(s, i, &s->languages[i], &s->languages[i].cells[k]);
    }
    return err;
}

static const char *layout_of(const iso_states *s)
{
    for (int i = 1; i < s->source_count; i++) {
        if (s->sources[i].driver != s->sources[0].driver)
            return "several";
    }
    return s->sources[0].driver->name;
}

/* Rows that are pooled already cannot be pooled in another way. */
static iso_err settle_pooling(iso_states *s)
{
    const char *asked = s->opt.pool && s->pool != ISO_POOL_NONE ? s->opt.pool : NULL;
    bool tokens = false;

    for (int i = 0; i < s->language_count; i++)
        tokens = tokens || s->languages[i].offsets;
    if (tokens && s->pool != ISO_POOL_NONE)
        s->info.pooling = iso_pool_name(s->pool);
    if (!tokens && asked && s->language_count > 0 && s->info.pooling &&
        strcmp(asked, s->info.pooling) != 0)
        return iso_fail(ISO_EARG, "%s: its rows are pooled already (%s); pool %s needs token rows",
                        iso_states_name(s), s->info.pooling, asked);
    return ISO_OK;
}

/* How files were read that do not say it, once for all that were read alike. */
static void note_reading(const iso_states *s)
{
    for (int i = 0; i < s->source_count; i++) {
        const char *as = s->sources[i].reader->read_as;
        int alike = 0, before = 0;
        if (!as || !*as)
            continue;
        for (int k = 0; k < s->source_count; k++) {
            const char *other = s->sources[k].reader->read_as;
            const bool same = other && strcmp(as, other) == 0;
            alike += same;
            before += same && k < i;
        }
        if (before == 0 && alike == 1)
            iso_run_note(s->opt.run, "%s: %s", s->files[i].path, as);
        else if (before == 0)
            iso_run_note(s->opt.run, "%s: %s; %d other %s alike", s->files[i].path, as, alike - 1,
                         alike == 2 ? "file is" : "files are");
    }
}

iso_err iso_states_finish_about(iso_states *s)
{
    const iso_err err = settle_pooling(s);

    if (err)
        return err;
    s->info.layout = layout_of(s);
    s->info.source =
        s->source_name && iso_states_find(s, s->source_name) >= 0 ? s->source_name : NULL;
    s->info.class_count = (int)s->classes.count;
    s->info.classes = s->classes.texts;
    s->info.tag_count = (int)s->tagset.count;
    s->info.tagset = s->tagset.texts;
    return ISO_OK;
}

iso_err iso_states_finish(iso_states *s)
{
    iso_err err = ISO_OK;

    for (int i = 0; i < s->language_count; i++)
        ISO_TRY(iso_states_finish_language(s, &s->languages[i]));
    if (!s->opt.any_dims)
        ISO_TRY(check_all_dims(s));
    ISO_TRY(iso_states_finish_about(s));
    note_reading(s);
done:
    return err;
}
