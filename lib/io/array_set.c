#include "lib/io/array_set.h"

#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"

iso_err iso_array_set_add(iso_array_set *set, const char *name, const iso_array *array, int tag)
{
    iso_named_array item = {.array = *array, .tag = tag, .says.layer = -1};
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

/* Axes that nobody named were read in the only plausible way; a person should know which. */
static void tell_axes(iso_array_set *set, const iso_array *a)
{
    if (!*set->read_as && a->rank == 3)
        iso_axes_tell(set->read_as, a->axes, a->shape);
}

static iso_err add_entries(iso_array_set *set, iso_named_array *a, const char *path)
{
    const int layers = iso_array_layers(&a->array);

    a->first = set->entry_count;
    if (a->array.rank == 3 && a->says.layer >= 0)
        return iso_fail(ISO_EFORMAT, "%s: \"%s\" names one layer and holds %d", path, a->name,
                        layers);
    for (int k = 0; k < layers; k++) {
        iso_entry *e = &set->entries[set->entry_count++];
        e->lang = a->says.lang;
        e->unclear = a->says.unclear;
        e->layer = a->array.rank == 3 ? k : a->says.layer;
        e->dtype = a->array.dtype;
        iso_array_matrix(&e->rows, &e->cols, &a->array);
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
                  "takes them so); stack those of items to one array, [items, layers, dimensions]",
        path, set->count);
}

iso_err iso_array_set_finish(iso_array_set *set, const iso_states_opt *opt, const char *path)
{
    iso_err err = ISO_OK;
    int64_t total = 0;

    if (!opt->axes)
        ISO_TRY(check_numbers(set, path));
    ISO_TRY(read_names(set, opt, path));
    for (int i = 0; i < set->count; i++)
        total += iso_array_layers(&set->at[i].array);
    if (total > INT32_MAX)
        ISO_FAIL(ISO_EFORMAT, "%s: holds too many matrices", path);
    ISO_TRY(iso_alloc(&set->entries, total, sizeof *set->entries));
    for (int i = 0; i < set->count; i++) {
        ISO_TRY(add_entries(set, &set->at[i], path));
        if (!opt->axes)
            tell_axes(set, &set->at[i].array);
    }
    iso_too_deep_tell(&set->deep, path, opt->run);
done:
    return err;
}

iso_named_array *iso_array_set_find(int *layer, const iso_array_set *set, int entry)
{
    int i = set->count - 1;

    while (set->at[i].first > entry)
        i--;
    *layer = entry - set->at[i].first;
    return &set->at[i];
}

void iso_array_set_free(iso_array_set *set)
{
    for (int i = 0; i < set->count; i++) {
        iso_free(set->at[i].name);
        iso_array_name_free(&set->at[i].says);
    }
    iso_free(set->at);
    iso_free(set->entries);
    *set = (iso_array_set){0};
}
