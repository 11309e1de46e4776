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

static iso_err sort_layers(struct tongue *t)
{
    iso_err err = iso_alloc(&t->layers, t->cell_count, sizeof *t->layers);

    if (err)
        return err;
    qsort(t->cells, (size_t)t->cell_count, sizeof *t->cells, by_layer);
    for (int i = 0; i < t->cell_count; i++)
        t->layers[i] = t->cells[i].layer;
    t->face.layers = t->layers;
    t->face.layer_count = t->cell_count;
    return ISO_OK;
}

/* Token rows are pooled unless they are wanted: then there is one row an item. */
static void settle_rows(const iso_states *s, struct tongue *t)
{
    if (t->offsets && s->pool == ISO_POOL_NONE) {
        t->face.offsets = t->offsets;
        t->face.tags = t->tags;
        iso_pool_note_empty(s->opt.run, t->face.path, t->offsets, t->face.items, false);
    } else if (t->offsets) {
        iso_pool_note_empty(s->opt.run, t->face.path, t->offsets, t->face.items, true);
        t->face.rows = t->face.items;
        t->face.tokens = NULL;
        t->face.counts = NULL;
    } else {
        t->face.tags = t->tags;
    }
    t->face.labels = t->labels;
    if (s->opt.limit > 0 && t->face.items > s->opt.limit) {
        t->face.items = s->opt.limit;
        t->face.rows = t->face.offsets ? t->face.offsets[t->face.items] : t->face.items;
    }
}

static iso_err finish_tongue(const iso_states *s, struct tongue *t)
{
    const int64_t rows = iso_cell_rows(s, t->cells);
    iso_err err = ISO_OK;

    if (!t->known)
        t->face.items = t->face.rows = rows;
    if (t->face.rows != rows)
        ISO_FAIL(ISO_EFORMAT, "%s: %s has %" PRId64 " rows, its items speak of %" PRId64,
                 iso_cell_path(s, t->cells), t->name, rows, t->face.rows);
    ISO_TRY(sort_layers(t));
    t->face.path = iso_cell_path(s, t->cells);
    settle_rows(s, t);
done:
    return err;
}

/* One collection is one model: the languages of a layer have one dim. */
static iso_err check_dims(const iso_states *s)
{
    for (int i = 1; i < s->tongue_count; i++) {
        for (int k = 0; k < s->tongues[i].cell_count; k++) {
            const struct cell *b = &s->tongues[i].cells[k];
            const struct cell *a = bsearch(b, s->tongues[0].cells, (size_t)s->tongues[0].cell_count,
                                           sizeof *a, by_layer);
            if (a && iso_cell_cols(s, a) != iso_cell_cols(s, b))
                return iso_fail(ISO_EFORMAT,
                                "%s: %s, layer %d has %" PRId64 " dims, %s (%s) has %" PRId64
                                "; two models are two collections (align takes them with --pad)",
                                iso_cell_path(s, b), s->tongues[i].name, b->layer,
                                iso_cell_cols(s, b), s->tongues[0].name, iso_cell_path(s, a),
                                iso_cell_cols(s, a));
        }
    }
    return ISO_OK;
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

    for (int i = 0; i < s->tongue_count; i++)
        tokens = tokens || s->tongues[i].offsets;
    if (tokens && s->pool != ISO_POOL_NONE)
        s->info.pooling = iso_pool_name(s->pool);
    if (!tokens && asked && s->info.pooling && strcmp(asked, s->info.pooling) != 0)
        return iso_fail(ISO_EARG, "%s: its rows are pooled already (%s); pool %s needs token rows",
                        s->files[0].path, s->info.pooling, asked);
    return ISO_OK;
}

/* How files were read that do not say it, once for all that were read alike. */
static void tell_reading(const iso_states *s)
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

iso_err iso_states_finish(iso_states *s)
{
    iso_err err = ISO_OK;

    for (int i = 0; i < s->tongue_count; i++)
        ISO_TRY(finish_tongue(s, &s->tongues[i]));
    if (!s->opt.any_dims)
        ISO_TRY(check_dims(s));
    ISO_TRY(settle_pooling(s));
    tell_reading(s);
    s->info.layout = layout_of(s);
    s->info.source =
        s->source_name && iso_states_find(s, s->source_name) >= 0 ? s->source_name : NULL;
    s->info.class_count = s->classes.count;
    s->info.classes = (const char *const *)s->classes.at;
    s->info.tag_count = s->tagset.count;
    s->info.tagset = (const char *const *)s->tagset.at;
done:
    return err;
}
