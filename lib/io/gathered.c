#include "lib/io/gathered.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/base/textmap.h"
#include "lib/io/corpus_columns.h"
#include "lib/io/items.h"
#include "lib/io/spill.h"

/* The rows of one language and layer. */
struct group {
    int32_t lang; /* among `langs` */
    int layer;
    int64_t count, filled;
    int64_t *index; /* of the rows, ascending */
};

struct iso_gathered {
    iso_reader base;
    const iso_file *file;
    const iso_states_opt *opt;
    iso_spill *spill;
    int64_t rows, most, cols, text_bytes;
    int32_t *group_of, *labels;          /* by row */
    const char **texts[ISO_ROLE_LABEL];  /* of ids and texts, by row */
    const char **sorted[ISO_ROLE_LABEL]; /* the same, by language and then row */
    int32_t *sorted_labels;
    iso_textmap kept, langs, classes; /* copies of texts; names */
    struct group *groups;
    int group_count, group_room, latest; /* the group of the latest row */
    bool has[ISO_ROLES];
    iso_entry *entries;
    iso_lang *lang_items;
    char *read_as;
};

iso_role iso_role_of(const char *name)
{
    static const char *const langs[] = {"lang", "language", "lang_code"};

    for (size_t i = 0; i < sizeof langs / sizeof *langs; i++) {
        if (strcasecmp(name, langs[i]) == 0)
            return ISO_ROLE_LANG;
    }
    return strcasecmp(name, "layer") == 0                ? ISO_ROLE_LAYER
           : iso_corpus_column_known(CORPUS_ID, name)    ? ISO_ROLE_ID
           : iso_corpus_column_known(CORPUS_TEXT, name)  ? ISO_ROLE_TEXT
           : iso_corpus_column_known(CORPUS_LABEL, name) ? ISO_ROLE_LABEL
                                                         : ISO_ROLE_NONE;
}

void iso_gathered_free(iso_gathered *g)
{
    if (!g)
        return;
    for (int i = 0; i < g->group_count; i++)
        iso_free(g->groups[i].index);
    for (int i = 0; i < ISO_ROLE_LABEL; i++) {
        iso_free(g->texts[i]);
        iso_free(g->sorted[i]);
    }
    iso_spill_free(g->spill);
    iso_textmap_free(&g->kept);
    iso_textmap_free(&g->langs);
    iso_textmap_free(&g->classes);
    iso_free(g->groups);
    iso_free(g->group_of);
    iso_free(g->labels);
    iso_free(g->sorted_labels);
    iso_free(g->entries);
    iso_free(g->lang_items);
    iso_free(g->read_as);
    iso_free(g);
}

iso_err iso_gathered_new(iso_gathered **out, const iso_file *file, const iso_states_opt *opt,
                         int64_t most, int64_t cols)
{
    iso_gathered *g = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&g, 1, sizeof *g));
    *g = (iso_gathered){.file = file, .opt = opt, .most = most, .cols = cols, .latest = -1};
    ISO_TRY(iso_spill_new(&g->spill, 1, most, cols, ISO_F32, opt->run));
    ISO_TRY(iso_alloc(&g->group_of, most, sizeof *g->group_of));
    *out = g;
    g = NULL;
done:
    iso_gathered_free(g);
    return err;
}

/* Adding --------------------------------------------------------------------------- */

static bool is_group(const struct group *g, int64_t lang, int layer)
{
    return g->lang == lang && g->layer == layer;
}

static iso_err find_group(iso_gathered *g, const iso_gathered_item *item)
{
    const char *name = item->of[ISO_ROLE_LANG];
    int64_t lang = -1;
    iso_err err = ISO_OK;

    if (name)
        ISO_TRY(iso_textmap_keep(&lang, &g->langs, name, -1));
    if (g->latest >= 0 && is_group(&g->groups[g->latest], lang, item->layer))
        goto done;
    for (g->latest = 0; g->latest < g->group_count; g->latest++) {
        if (is_group(&g->groups[g->latest], lang, item->layer))
            goto done;
    }
    if (g->group_count == 1 << 16)
        ISO_FAIL(ISO_EFORMAT, "%s: line %" PRId64 ": more than %d languages and layers",
                 g->file->path, item->line, 1 << 16);
    if (g->group_count == g->group_room) {
        const int room = g->group_room ? 2 * g->group_room : 16;
        ISO_TRY(iso_realloc(&g->groups, g->group_count, room, sizeof *g->groups));
        g->group_room = room;
    }
    g->groups[g->group_count++] = (struct group){.lang = (int32_t)lang, .layer = item->layer};
done:
    return err;
}

static iso_err keep_text(iso_gathered *g, iso_role role, const char *text)
{
    int64_t number;
    iso_err err = ISO_OK;

    g->text_bytes += (int64_t)strlen(text);
    if (g->text_bytes > iso_run_mem(g->opt->run))
        ISO_FAIL(ISO_ENOMEM, "%s: its texts and ids take more than " ISO_FIELD(mem), g->file->path);
    ISO_TRY(iso_textmap_keep(&number, &g->kept, text, -1));
    g->texts[role][g->rows] = g->kept.texts[number];
done:
    return err;
}

/* What the first row has, all others have. */
static iso_err check_has(iso_gathered *g, const iso_gathered_item *item)
{
    static const char *const names[ISO_ROLES] = {"", "id", "text", "label", "language", "layer"};
    iso_err err = ISO_OK;

    for (int i = ISO_ROLE_ID; i < ISO_ROLES; i++) {
        const bool has = i == ISO_ROLE_LAYER ? item->layer >= 0 : item->of[i] != NULL;
        if (g->rows > 0 && has != g->has[i])
            ISO_FAIL(ISO_EFORMAT, "%s: line %" PRId64 " has %s %s, the lines before it have %s",
                     g->file->path, item->line, has ? "a" : "no", names[i], has ? "none" : "one");
        g->has[i] = has;
    }
    for (int i = ISO_ROLE_ID; i < ISO_ROLE_LABEL && g->rows == 0; i++) {
        if (g->has[i])
            ISO_TRY(iso_alloc(&g->texts[i], g->most, sizeof(char *)));
    }
    if (g->rows == 0 && g->has[ISO_ROLE_LABEL])
        ISO_TRY(iso_alloc(&g->labels, g->most, sizeof *g->labels));
done:
    return err;
}

iso_err iso_gathered_add(iso_gathered *g, const iso_gathered_item *item, const float *values)
{
    const iso_view row = {values, 1, g->cols, g->cols, ISO_F32};
    int64_t number;
    iso_err err = ISO_OK;

    ISO_TRY(check_has(g, item));
    ISO_TRY(iso_spill_put(g->spill, 0, g->rows, row));
    ISO_TRY(find_group(g, item));
    for (int i = ISO_ROLE_ID; i < ISO_ROLE_LABEL; i++) {
        if (g->has[i])
            ISO_TRY(keep_text(g, (iso_role)i, item->of[i]));
    }
    if (g->has[ISO_ROLE_LABEL] && *item->of[ISO_ROLE_LABEL]) {
        ISO_TRY(iso_textmap_keep(&number, &g->classes, item->of[ISO_ROLE_LABEL], -1));
        g->labels[g->rows] = (int32_t)number;
    } else if (g->has[ISO_ROLE_LABEL]) {
        g->labels[g->rows] = -1;
    }
    g->groups[g->latest].count++;
    g->group_of[g->rows++] = g->latest;
done:
    return err;
}

bool iso_gathered_full(const iso_gathered *g)
{
    return g->opt->limit > 0 && g->group_count == 1 && !g->has[ISO_ROLE_LANG] &&
           !g->has[ISO_ROLE_LAYER] && g->rows >= g->opt->limit;
}

/* As a reader ------------------------------------------------------------------------ */

static iso_err gathered_rows(iso_reader *self, int entry, iso_rows **out)
{
    iso_gathered *g = (iso_gathered *)self;
    const struct group *group = &g->groups[entry];
    iso_rows *rows = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_spill_rows(&rows, g->spill, 0));
    ISO_TRY(iso_rows_pick_borrowed(out, rows, group->index, group->count));
    rows = NULL;
done:
    iso_rows_close(rows);
    return err;
}

static void gathered_close(iso_reader *self)
{
    iso_gathered_free((iso_gathered *)self);
}

static iso_err index_groups(iso_gathered *g)
{
    iso_err err = ISO_OK;

    for (int i = 0; i < g->group_count; i++)
        ISO_TRY(iso_alloc(&g->groups[i].index, g->groups[i].count, sizeof(int64_t)));
    for (int64_t r = 0; r < g->rows; r++) {
        struct group *group = &g->groups[g->group_of[r]];
        group->index[group->filled++] = r;
    }
done:
    return err;
}

static const char *name_of(const iso_gathered *g, const struct group *group)
{
    return group->lang < 0 ? NULL : g->langs.texts[group->lang];
}

/* The layers of a language are of the same items, in the same order. */
static iso_err check_layers(const iso_gathered *g, const struct group *first,
                            const struct group *other)
{
    const char *name = name_of(g, first), *const *ids = g->texts[ISO_ROLE_ID];
    iso_err err = ISO_OK;

    if (first->count != other->count)
        ISO_FAIL(ISO_EFORMAT, "%s: %s has %" PRId64 " rows in layer %d, %" PRId64 " in layer %d",
                 g->file->path, name ? name : "it", first->count, first->layer, other->count,
                 other->layer);
    for (int64_t i = 0; ids && i < first->count; i++) {
        if (strcmp(ids[first->index[i]], ids[other->index[i]]) != 0)
            ISO_FAIL(ISO_EFORMAT,
                     "%s: %s: item %" PRId64 " is \"%.60s\" in layer %d, \"%.60s\" in layer %d",
                     g->file->path, name ? name : "it", i, ids[first->index[i]], first->layer,
                     ids[other->index[i]], other->layer);
    }
done:
    return err;
}

/* The texts of a language's items, behind those of the languages before it. */
static iso_err add_items(iso_gathered *g, const struct group *group, int64_t *used)
{
    iso_lang *lang = &g->lang_items[g->base.lang_count++];
    iso_err err = ISO_OK;

    *lang = (iso_lang){.name = name_of(g, group), .items = group->count, .rows = group->count};
    for (int i = ISO_ROLE_ID; i < ISO_ROLE_LABEL; i++) {
        for (int64_t r = 0; g->has[i] && r < group->count; r++)
            g->sorted[i][*used + r] = g->texts[i][group->index[r]];
    }
    for (int64_t r = 0; g->labels && r < group->count; r++)
        g->sorted_labels[*used + r] = g->labels[group->index[r]];
    lang->ids = g->has[ISO_ROLE_ID] ? g->sorted[ISO_ROLE_ID] + *used : NULL;
    lang->text = g->has[ISO_ROLE_TEXT] ? g->sorted[ISO_ROLE_TEXT] + *used : NULL;
    lang->labels = g->labels ? g->sorted_labels + *used : NULL;
    *used += group->count;
    if (lang->ids)
        ISO_TRY(iso_items_check_ids(g->file->path, lang->name ? lang->name : "its items", lang->ids,
                                    lang->items));
done:
    return err;
}

static iso_err make_items(iso_gathered *g)
{
    int64_t used = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&g->lang_items, g->group_count, sizeof *g->lang_items));
    ISO_TRY(iso_alloc(&g->sorted_labels, g->labels ? g->rows : 1, sizeof *g->sorted_labels));
    for (int i = ISO_ROLE_ID; i < ISO_ROLE_LABEL; i++) {
        if (g->has[i])
            ISO_TRY(iso_alloc(&g->sorted[i], g->rows, sizeof(char *)));
    }
    for (int i = 0; i < g->group_count; i++) {
        int first = 0;
        while (g->groups[first].lang != g->groups[i].lang)
            first++;
        ISO_TRY(first == i ? add_items(g, &g->groups[i], &used)
                           : check_layers(g, &g->groups[first], &g->groups[i]));
    }
done:
    return err;
}

iso_err iso_gathered_finish(iso_reader **out, iso_gathered *g, const char *read_as)
{
    iso_err err = ISO_OK;

    if (g->rows == 0)
        ISO_FAIL(ISO_EFORMAT, "%s: holds no rows", g->file->path);
    ISO_TRY(index_groups(g));
    ISO_TRY(make_items(g));
    ISO_TRY(iso_str_dup(&g->read_as, read_as, -1));
    ISO_TRY(iso_alloc(&g->entries, g->group_count, sizeof *g->entries));
    for (int i = 0; i < g->group_count; i++)
        g->entries[i] = (iso_entry){.lang = name_of(g, &g->groups[i]),
                                    .layer = g->groups[i].layer,
                                    .rows = g->groups[i].count,
                                    .cols = g->cols,
                                    .dtype = ISO_F32};
    g->base.entries = g->entries;
    g->base.entry_count = g->group_count;
    g->base.langs = g->lang_items;
    g->base.info.class_count = (int)g->classes.count;
    g->base.info.classes = g->classes.texts;
    g->base.read_as = g->read_as;
    g->base.rows = gathered_rows;
    g->base.close = gathered_close;
    *out = &g->base;
done:
    return err;
}
