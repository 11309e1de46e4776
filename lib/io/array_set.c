#include "lib/io/array_set.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"

enum { LAYER_DIGITS = 6 };

static const char separators[] = "./_-:";
static const char *const fillers[] = {"arr",           "array",        "layer", "layers", "hidden",
                                      "hidden_states", "hidden_state", "state", "states"};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_separator(char c)
{
    return c && strchr(separators, c);
}

/* The length of a name without a filler word at its end ("en.layer" is 2, "layer" 0). */
static int64_t without_filler(const char *name, int64_t len)
{
    for (size_t i = 0; i < sizeof fillers / sizeof *fillers; i++) {
        const int64_t n = (int64_t)strlen(fillers[i]), start = len - n;
        if (start == 0 && memcmp(name, fillers[i], (size_t)n) == 0)
            return 0;
        if (start > 1 && is_separator(name[start - 1]) &&
            memcmp(name + start, fillers[i], (size_t)n) == 0)
            return start - 1;
    }
    return len;
}

void iso_array_name(int64_t *len, int *layer, const char *name)
{
    const int64_t whole = (int64_t)strlen(name);
    int64_t n = whole;

    while (n > 0 && is_digit(name[n - 1]))
        n--;
    const bool number = n < whole && whole - n <= LAYER_DIGITS;
    if (number && (n == 0 || is_separator(name[n - 1]))) {
        *layer = atoi(name + n);
        *len = without_filler(name, n > 0 ? n - 1 : 0);
        return;
    }
    const bool filler = number && without_filler(name, n) < n; /* "layer3" */
    *layer = filler ? atoi(name + n) : -1;
    *len = without_filler(name, filler ? n : whole);
}

iso_err iso_array_set_add(iso_array_set *set, const char *name, const iso_array *array, int tag)
{
    iso_named_array item = {.array = *array, .tag = tag};
    int64_t len;
    iso_err err = ISO_OK;

    if (set->count == set->room) {
        const int room = set->room ? set->room * 2 : 16;
        ISO_TRY(iso_realloc(&set->at, set->count, room, sizeof *set->at));
        set->room = room;
    }
    iso_array_name(&len, &item.layer, name);
    ISO_TRY(iso_str_dup(&item.name, name, -1));
    if (len > 0)
        ISO_TRY(iso_str_dup(&item.lang, name, len));
    set->at[set->count++] = item;
    item = (iso_named_array){0};
done:
    iso_free(item.name);
    return err;
}

/* An order that brings equal matrices together: by language (none first), then layer. */
static int compare(const void *a, const void *b)
{
    const iso_named_array *x = *(const iso_named_array *const *)a;
    const iso_named_array *y = *(const iso_named_array *const *)b;
    const int by_lang = strcmp(x->lang ? x->lang : "", y->lang ? y->lang : "");

    return by_lang ? by_lang : (x->layer > y->layer) - (x->layer < y->layer);
}

static iso_err check_unique(const iso_array_set *set, const char *path)
{
    const iso_named_array **order = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&order, set->count, sizeof(void *)));
    for (int i = 0; i < set->count; i++)
        order[i] = &set->at[i];
    if (set->count > 1)
        qsort(order, (size_t)set->count, sizeof(void *), compare);
    for (int i = 1; i < set->count; i++) {
        if (compare(&order[i - 1], &order[i]) == 0)
            ISO_FAIL(ISO_EFORMAT, "%s: \"%s\" and \"%s\" name the same language and layer", path,
                     order[i - 1]->name, order[i]->name);
    }
done:
    iso_free(order);
    return err;
}

/* A code that is not known comes back as it went in. */
static bool is_code(const char *lang, const iso_states_opt *opt)
{
    return opt->canonical && opt->canonical(lang) != lang;
}

static void forget_bare_name(iso_named_array *a, const iso_states_opt *opt)
{
    if (a->lang && a->layer < 0 && !is_code(a->lang, opt)) {
        iso_free(a->lang);
        a->lang = NULL;
    }
}

iso_err iso_array_set_finish(iso_array_set *set, const iso_states_opt *opt, const char *path)
{
    const char *axes = opt->axes;
    iso_err err = ISO_OK;
    int64_t total = 0;
    int n = 0;

    if (set->count == 1)
        forget_bare_name(&set->at[0], opt);
    ISO_TRY(check_unique(set, path));
    for (int i = 0; i < set->count; i++)
        total += iso_array_layers(&set->at[i].array, axes);
    if (total > INT32_MAX)
        ISO_FAIL(ISO_EFORMAT, "%s: holds too many matrices", path);
    ISO_TRY(iso_alloc(&set->entries, total, sizeof *set->entries));
    for (int i = 0; i < set->count; i++) {
        iso_named_array *a = &set->at[i];
        const int layers = iso_array_layers(&a->array, axes);
        a->first = n;
        if (a->array.rank == 3 && a->layer >= 0)
            ISO_FAIL(ISO_EFORMAT, "%s: \"%s\" names one layer and holds %d", path, a->name, layers);
        for (int k = 0; k < layers; k++) {
            iso_entry *e = &set->entries[n++];
            e->lang = a->lang;
            e->layer = a->array.rank == 3 ? k : a->layer;
            e->dtype = a->array.dtype;
            iso_array_matrix(&e->rows, &e->cols, &a->array, axes);
        }
    }
    set->entry_count = n;
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
        iso_free(set->at[i].lang);
    }
    iso_free(set->at);
    iso_free(set->entries);
    *set = (iso_array_set){0};
}
