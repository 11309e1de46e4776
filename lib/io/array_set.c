#include "lib/io/array_set.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/io/array_set_inside.h"
#include "lib/io/hook_name.h"

static iso_err add(iso_array_set *set, const char *name, const iso_array *array, bool tokens,
                   int tag)
{
    iso_named_array item = {
        .array = *array, .tag = tag, .says.layer = -1, .tokens = tokens, .list = -1};
    item.open = !tokens && array->rank == 3 && iso_array_set_numbered(name);
    iso_err err = ISO_OK;

    if (set->count == set->room) {
        const int room = set->room ? set->room * 2 : 16;
        ISO_TRY(iso_realloc(&set->at, set->count, room, sizeof *set->at));
        set->room = room;
    }
    ISO_TRY(iso_str_dup(&item.name, name, -1));
    set->at[set->count++] = item;
done:
    return err;
}

/* Hooks see token rows: a sentence alone has no padding, several need their mask. */
static iso_err take_hook(iso_array_set *set, const iso_array *a, const char *what)
{
    iso_token_mask all = {0};
    iso_err err = ISO_OK;

    if (a->shape[0] != 1)
        ISO_FAIL(ISO_EFORMAT,
                 "%s: [%" PRId64 ", %" PRId64 ", %" PRId64 "] are %" PRId64 " sentences of %" PRId64
                 " tokens; save their attention_mask beside them, or pool them first, to one row a "
                 "sentence",
                 what, a->shape[0], a->shape[1], a->shape[2], a->shape[0], a->shape[1]);
    if (a->shape[1] < 1)
        ISO_FAIL(ISO_EFORMAT, "%s: axis 1 has length 0", what);
    ISO_TRY(iso_mask_make(&all, "", 1, a->shape[1], NULL, NULL, what));
    ISO_TRY(iso_array_set_mask(set, &all));
done:
    iso_mask_free(&all);
    return err;
}

iso_err iso_array_set_take(iso_array_set *set, const char *name, const iso_array *array,
                           int64_t size, const iso_states_opt *opt, const char *what, int tag)
{
    iso_array a = *array;
    iso_hook hook;
    iso_err err = ISO_OK;

    ISO_TRY(iso_axes_find(&set->asked, opt->axes));
    iso_hook_names(&hook, &name, 1);
    bool tokens = iso_array_set_has_mask(set, &a);
    if (hook.is && hook.layer < 0 && iso_hook_aside(name)) {
        iso_too_deep_add(&set->aside, name);
        goto done;
    }
    if (!tokens && !opt->axes)
        ISO_TRY(iso_array_set_no_mask(set, name, &a, what));
    if (!tokens && hook.is && a.rank == 3) {
        ISO_TRY(take_hook(set, &a, what));
        tokens = true;
    }
    if (!tokens && a.rank > 3) {
        iso_too_deep_add(&set->deep, name);
        goto done;
    }
    if (tokens)
        ISO_TRY(iso_token_check(&a, size, what));
    else if (a.rank == 3 && iso_array_set_numbered(name))
        ISO_TRY(iso_array_extent(&a, size, what));
    else
        ISO_TRY(iso_array_check(&a, opt->axes, size, what));
    ISO_TRY(add(set, name, &a, tokens, tag));
done:
    return err;
}

iso_err iso_array_set_any(const iso_array_set *set, const char *path)
{
    if (set->count == 0 && set->deep.count > 0)
        return iso_too_deep_fail(&set->deep, path);
    if (set->count == 0 && set->aside.count > 0)
        return iso_fail(ISO_EFORMAT,
                        "%s: holds hooks of no layer alone, such as \"%s\"; the outputs of whole "
                        "blocks are states",
                        path, set->aside.first);
    return ISO_OK;
}

static iso_err read_names(iso_array_set *set, const iso_states_opt *opt, const char *path)
{
    const char **names = NULL;
    iso_array_name *says = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&names, set->count, sizeof *names));
    ISO_TRY(iso_alloc(&says, set->count, sizeof *says));
    for (int i = 0; i < set->count; i++)
        names[i] = set->at[i].name;
    ISO_TRY(iso_array_names(says, names, set->count, opt->canonical, set->picked, path));
    for (int i = 0; i < set->count; i++)
        set->at[i].says = says[i];
done:
    iso_free(says);
    iso_free(names);
    return err;
}

/* What a model of transformers returns besides hidden_states: the last of them once more, and a
 * row of its pooler. */
static bool is_output_beside(const iso_array_set *set, const char *name)
{
    static const char states[] = "hidden_states";
    const char *slash = strrchr(name, '/'), *dot = strrchr(name, '.');
    const char *last = slash ? slash + 1 : dot ? dot + 1 : name;
    const size_t before = (size_t)(last - name);

    if (strcmp(last, "last_hidden_state") != 0 && strcmp(last, "pooler_output") != 0)
        return false;
    for (int i = 0; i < set->count; i++) {
        if (strncmp(set->at[i].name, name, before) == 0 &&
            strncmp(set->at[i].name + before, states, sizeof states - 1) == 0)
            return true;
    }
    return false;
}

/* Hooks of no layer that only the other names tell of (a block's input beside its outputs). */
static void leave_aside(iso_array_set *set, const iso_run *run, const char *path)
{
    int kept = 0;

    for (int i = 0; i < set->count; i++)
        set->at[i].beside = is_output_beside(set, set->at[i].name);
    for (int i = 0; i < set->count; i++) {
        iso_named_array *a = &set->at[i];
        if (!a->says.aside && !a->beside) {
            set->at[kept++] = *a;
            continue;
        }
        if (a->beside)
            iso_run_note(run, "%s: %s, beside hidden_states, is left out", path, a->name);
        else
            iso_too_deep_add(&set->aside, a->name);
        iso_free(a->name);
        iso_array_name_free(&a->says);
    }
    set->count = kept;
}

/* Axes that nobody named were read in the only plausible way; a person should know which. */
static void tell_axes(iso_array_set *set, const iso_named_array *a)
{
    if (!*set->read_as && a->array.rank == 3 && !a->tokens && a->list < 0)
        iso_axes_tell(set->read_as, a->array.axes, a->array.shape);
}

__attribute__((format(printf, 2, 3))) static void tell(iso_array_set *set, const char *format, ...)
{
    const size_t used = strlen(set->read_as);
    char text[ISO_READ_AS];
    va_list rest;

    va_start(rest, format);
    (void)vsnprintf(text, sizeof text, format, rest);
    va_end(rest);
    (void)snprintf(set->read_as + used, sizeof set->read_as - used, "%s%s", used ? "; " : "", text);
}

/* What names and masks decided. */
static void tell_names(iso_array_set *set)
{
    const iso_token_mask *m = NULL;
    char text[ISO_READ_AS];
    bool hooks = false;

    for (int i = 0; i < set->count; i++) {
        hooks = hooks || set->at[i].says.hook;
        m = set->at[i].mask && !m ? set->at[i].mask : m;
    }
    if (hooks) {
        iso_hook_tell(text, sizeof text, set->aside.count, set->aside.first);
        tell(set, "%s", text);
    }
    if (m && *m->name)
        tell(set, "%s keeps %" PRId64 " of %" PRId64 " x %" PRId64 " tokens", m->name, m->rows,
             m->items, m->length);
}

/* Token rows ----------------------------------------------------------------------- */

/* What token rows say of the items of their language. */
static iso_err add_lang(iso_array_set *set, const iso_named_array *a, int64_t items,
                        const int64_t *offsets, const char *path)
{
    iso_err err = ISO_OK;

    for (int i = 0; i < set->lang_count; i++) {
        const iso_lang *l = &set->langs[i];
        if (!iso_str_same(l->name, a->says.lang))
            continue;
        if (l->offsets != offsets &&
            (l->items != items ||
             memcmp(l->offsets, offsets, (size_t)(l->items + 1) * sizeof(int64_t)) != 0))
            ISO_FAIL(ISO_EFORMAT, "%s: \"%s\" has other tokens than an array of the same language",
                     path, a->name);
        goto done;
    }
    set->langs[set->lang_count++] = (iso_lang){
        .name = a->says.lang, .items = items, .rows = offsets[items], .offsets = offsets};
done:
    return err;
}

static iso_err settle_masks(iso_array_set *set, const iso_states_opt *opt, const char *path)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&set->langs, set->count, sizeof *set->langs));
    for (int i = 0; i < set->count; i++) {
        iso_named_array *a = &set->at[i];
        const iso_array_list *list = a->list < 0 ? NULL : &set->lists[a->list];
        if (list && list->row_axis >= 0 && list->member[0] == i)
            ISO_TRY(add_lang(set, a, list->count, list->offsets, path));
        if (!a->tokens)
            continue;
        a->mask = iso_mask_of(set->masks, set->mask_count, &a->array, a->says.lang, opt->canonical);
        if (!a->mask)
            ISO_FAIL(ISO_EFORMAT, "%s: \"%s\" has no attention mask of its language", path,
                     a->name);
        ISO_TRY(add_lang(set, a, a->mask->items, a->mask->offsets, path));
    }
done:
    return err;
}

/* Of a list all are those of its first array. */
static int64_t layers_of(const iso_array_set *set, const iso_named_array *a)
{
    const iso_array_list *list = a->list < 0 ? NULL : &set->lists[a->list];

    if (list && &set->at[list->member[0]] != a)
        return 0;
    if (list)
        return list->layer_axis < 0 ? 1 : a->array.shape[list->layer_axis];
    return a->tokens ? iso_token_layers(a->mask, &a->array, set->asked)
                     : iso_array_layers(&a->array);
}

/* Entries ------------------------------------------------------------------------------ */

static iso_err add_entries(iso_array_set *set, iso_named_array *a, const char *path)
{
    const int layers = (int)layers_of(set, a);
    const iso_array_list *list = a->list < 0 ? NULL : &set->lists[a->list];
    const bool several = list || a->array.rank == (a->tokens ? 4 : 3);

    a->first = set->entry_count;
    if (several && !list && a->says.layer >= 0)
        return iso_fail(ISO_EFORMAT, "%s: \"%s\" names one layer and holds %d", path, a->name,
                        layers);
    for (int k = 0; k < layers; k++) {
        iso_entry *e = &set->entries[set->entry_count++];
        e->lang = a->says.lang;
        e->unclear = a->says.unclear;
        e->layer = several ? k : a->says.layer;
        e->dtype = a->array.dtype;
        if (list) {
            e->rows = list->offsets[list->count];
            e->cols = a->array.shape[a->array.rank - 1];
        } else if (a->tokens) {
            e->rows = a->mask->rows;
            e->cols = a->array.shape[a->array.rank - 1];
        } else {
            iso_array_matrix(&e->rows, &e->cols, &a->array);
        }
    }
    return ISO_OK;
}

/* "3", "arr_3" */
static bool is_number(const char *name)
{
    if (strncmp(name, "arr_", 4) == 0)
        name += 4;
    return *name && strspn(name, "0123456789") == strlen(name);
}

/* Matrices called by numbers alone are layers, unless there are more of them than an encoder has:
 * then they may be items, each [layers, dims]. */
static iso_err check_numbers(const iso_array_set *set, const char *path)
{
    for (int i = 0; i < set->count; i++) {
        if (set->at[i].array.rank != 2 || !is_number(set->at[i].name))
            return ISO_OK;
    }
    if (iso_axes_depth(set->count))
        return ISO_OK;
    return iso_fail(
        ISO_EFORMAT,
        "%s: has %d arrays called by numbers, more than an encoder has layers (" ISO_FIELD(
            axes) " LND "
                  "takes them so); " ISO_FIELD(
                      axes) " NLD takes them as items, each [layers, dimensions]",
        path, set->count);
}

/* Parameters are called so, states are not. */
static iso_err refuse_weights(const iso_array_set *set, const char *path)
{
    static const char weight[] = ".weight";
    const char *first = NULL;
    int count = 0;

    for (int i = 0; i < set->count; i++) {
        const size_t n = strlen(set->at[i].name), m = sizeof weight - 1;
        if (n > m && strcmp(set->at[i].name + n - m, weight) == 0 && count++ == 0)
            first = set->at[i].name;
    }
    if (count < 2 || 2 * count < set->count || set->picked)
        return ISO_OK;
    return iso_fail(ISO_EFORMAT,
                    "%s: holds weights of a model (%s and others), not states; embed texts with "
                    "its folder first",
                    path, first);
}

iso_err iso_array_set_finish(iso_array_set *set, const iso_states_opt *opt, const char *path)
{
    iso_err err = ISO_OK;
    int64_t total = 0;

    ISO_TRY(refuse_weights(set, path));
    ISO_TRY(read_names(set, opt, path));
    leave_aside(set, opt->run, path);
    ISO_TRY(iso_array_set_lists(set, opt, path));
    if (!opt->axes && set->list_count == 0)
        ISO_TRY(check_numbers(set, path));
    ISO_TRY(settle_masks(set, opt, path));
    for (int i = 0; i < set->count; i++)
        total += layers_of(set, &set->at[i]);
    if (total > INT32_MAX)
        ISO_FAIL(ISO_EFORMAT, "%s: holds too many matrices", path);
    ISO_TRY(iso_alloc(&set->entries, total, sizeof *set->entries));
    for (int i = 0; i < set->count; i++) {
        ISO_TRY(add_entries(set, &set->at[i], path));
        if (!opt->axes)
            tell_axes(set, &set->at[i]);
    }
    tell_names(set);
    iso_too_deep_tell(&set->deep, path, opt->run);
done:
    return err;
}

/* --- Rows ----------------------------------------------------------------------------- */

iso_err iso_array_set_rows(iso_rows **out, const iso_array_set *set, int entry, iso_array_get *get,
                           void *self, const iso_run *run)
{
    int i = set->count - 1;
    iso_array a;
    iso_err err = ISO_OK;

    while (set->at[i].first > entry || layers_of(set, &set->at[i]) == 0)
        i--;
    const iso_named_array *named = &set->at[i];
    const int layer = entry - named->first;
    if (named->list >= 0)
        return iso_array_list_rows(out, set, &set->lists[named->list], layer, get, self);
    ISO_TRY(get(&a, self, i));
    if (!named->tokens)
        return iso_array_rows(out, &a, layer, run);
    ISO_TRY(iso_token_rows(out, named->mask, &a, layer, set->asked));
done:
    return err;
}

void iso_array_set_free(iso_array_set *set)
{
    for (int i = 0; i < set->count; i++) {
        iso_free(set->at[i].name);
        iso_array_name_free(&set->at[i].says);
    }
    for (int i = 0; i < set->mask_count; i++)
        iso_mask_free(&set->masks[i]);
    for (int i = 0; i < set->list_count; i++) {
        iso_free(set->lists[i].member);
        iso_free(set->lists[i].offsets);
    }
    iso_free(set->lists);
    iso_free(set->masks);
    iso_free(set->langs);
    iso_free(set->at);
    iso_free(set->entries);
    *set = (iso_array_set){0};
}
