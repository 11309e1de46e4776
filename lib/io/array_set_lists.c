/* Numbered arrays, as a list holds them, that are a sentence or an item each. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/io/array_pieces.h"
#include "lib/io/array_set_inside.h"

enum { FEWEST = 3, LONGEST = 10000, DIGITS = 9, SHAPE_TEXT = 96 };

/* An array whose name is a number behind something. */
struct numbered {
    const char *name;
    int64_t stem; /* letters before the number */
    int number, array;
};

static bool number_of(struct numbered *out, const char *name)
{
    const int64_t len = (int64_t)strlen(name);
    int64_t at = len;

    while (at > 0 && name[at - 1] >= '0' && name[at - 1] <= '9')
        at--;
    if (at == len || len - at > DIGITS || (at > 0 && !strchr("/._-", name[at - 1])))
        return false;
    *out = (struct numbered){.name = name, .stem = at, .number = atoi(name + at)};
    return true;
}

bool iso_array_set_numbered(const char *name)
{
    return number_of(&(struct numbered){0}, name);
}

/* "[2, 17, 768]" */
static const char *shape_text(char to[SHAPE_TEXT], const iso_array *a)
{
    int len = snprintf(to, SHAPE_TEXT, "[");

    for (int i = 0; i < a->rank && len < SHAPE_TEXT - 24; i++)
        len += snprintf(to + len, (size_t)(SHAPE_TEXT - len), "%s%" PRId64, i ? ", " : "",
                        a->shape[i]);
    (void)snprintf(to + len, (size_t)(SHAPE_TEXT - len), "]");
    return to;
}

static int by_stem(const struct numbered *x, const struct numbered *y)
{
    const int64_t shorter = x->stem < y->stem ? x->stem : y->stem;
    const int by = memcmp(x->name, y->name, (size_t)shorter);

    return by ? by : (x->stem > y->stem) - (x->stem < y->stem);
}

static int compare(const void *a, const void *b)
{
    const struct numbered *x = a, *y = b;
    const int by = by_stem(x, y);

    return by ? by : (x->number > y->number) - (x->number < y->number);
}

/* What the numbered arrays of one stem have in common. */
struct run {
    const struct numbered *at;
    int count;
    bool alike;   /* rank, dims, type */
    bool same[2]; /* lengths of the axes before the last */
    int64_t longest;
    const iso_array *first;
};

static struct run look(const iso_array_set *set, const struct numbered *at, int count)
{
    struct run r = {.at = at, .count = count, .alike = true, .same = {true, true}};

    r.first = &set->at[at[0].array].array;
    for (int i = 0; i < count; i++) {
        const iso_array *a = &set->at[at[i].array].array;
        r.alike = r.alike && a->rank == r.first->rank && a->dtype == r.first->dtype &&
                  a->shape[a->rank - 1] == r.first->shape[a->rank - 1] &&
                  !set->at[at[i].array].tokens;
        for (int k = 0; k < 2 && r.alike; k++) {
            r.same[k] = r.same[k] && a->shape[k] == r.first->shape[k];
            if (k < a->rank - 1 && a->shape[k] > r.longest)
                r.longest = a->shape[k];
        }
    }
    return r;
}

/* --- Groups ------------------------------------------------------------------------------ */

/* Each array of a run is an item. */
static iso_err take_sentences(iso_array_set *set, const struct run *r, int layer_axis, int row_axis,
                              const char *path)
{
    iso_array_list list = {.count = r->count, .layer_axis = layer_axis, .row_axis = row_axis};
    char shape[SHAPE_TEXT];
    iso_err err = ISO_OK;

    if (layer_axis >= 0 && !r->same[layer_axis])
        ISO_FAIL(ISO_EFORMAT,
                 "%s: its %d numbered arrays, the first %s, have unequal numbers of layers", path,
                 r->count, shape_text(shape, r->first));
    ISO_TRY(iso_realloc(&set->lists, set->list_count, set->list_count + 1, sizeof *set->lists));
    iso_array_list *made = &set->lists[set->list_count++];
    *made = list;
    ISO_TRY(iso_alloc(&made->member, r->count, sizeof *made->member));
    ISO_TRY(iso_alloc(&made->offsets, r->count + 1, sizeof *made->offsets));
    for (int i = 0; i < r->count; i++) {
        iso_named_array *a = &set->at[r->at[i].array];
        made->member[i] = r->at[i].array;
        made->offsets[i + 1] = made->offsets[i] + (row_axis < 0 ? 1 : a->array.shape[row_axis]);
        a->list = set->list_count - 1;
        a->open = false;
    }
    if (!*set->read_as)
        (void)snprintf(set->read_as, sizeof set->read_as,
                       "its %d arrays, the first %s, are read as %s", r->count,
                       shape_text(shape, r->first),
                       row_axis < 0 ? "items of layers" : "sentences of tokens");
done:
    return err;
}

/* Layers of the one sentence of a batch, which has no padding. */
static iso_err take_batch_of_one(iso_array_set *set, const struct run *r, const char *path)
{
    iso_token_mask all = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_mask_make(&all, "", 1, r->first->shape[1], NULL, NULL, path));
    ISO_TRY(iso_array_set_mask(set, &all));
    for (int i = 0; i < r->count; i++) {
        iso_named_array *a = &set->at[r->at[i].array];
        ISO_TRY(iso_token_check(&a->array, INT64_MAX, path)); /* it lies within the file */
        a->tokens = true;
        a->open = false;
    }
done:
    iso_mask_free(&all);
    return err;
}

static iso_err ask(const struct run *r, const char *path)
{
    const int64_t *n = r->first->shape;
    char shape[SHAPE_TEXT];

    return iso_fail(ISO_EFORMAT,
                    "%s: its %d arrays of %s may be layers of %" PRId64 " sentences of %" PRId64
                    " tokens: save attention_mask [%" PRId64 ", %" PRId64
                    "] beside them; or sentences of %" PRId64 " layers of %" PRId64
                    " tokens (" ISO_FIELD(axes) " LND) or of %" PRId64 " tokens of %" PRId64
                                                " layers (" ISO_FIELD(axes) " NLD)",
                    path, r->count, shape_text(shape, r->first), n[0], n[1], n[0], n[1], n[0], n[1],
                    n[0], n[1]);
}

/* [layers, tokens, dims] or [tokens, layers, dims] each, or [sentences, tokens, dims] a layer. */
static iso_err settle_deep(iso_array_set *set, const struct run *r, iso_axes asked,
                           const char *path)
{
    const bool depth = iso_axes_depth(r->count);

    if (asked != ISO_AXES_OPEN)
        return take_sentences(set, r, asked == ISO_AXES_LND ? 0 : 1, asked == ISO_AXES_LND, path);
    if (r->same[0] && !r->same[1])
        return take_sentences(set, r, 0, 1, path);
    if (r->same[1] && !r->same[0])
        return take_sentences(set, r, 1, 0, path);
    if (!r->same[0] || r->count < 2)
        return ISO_OK;
    if (r->first->shape[0] == 1)
        return depth ? take_batch_of_one(set, r, path) : take_sentences(set, r, 0, 1, path);
    return ask(r, path);
}

/* A list by itself, "3" or "arr_3". */
static bool is_alone(const struct run *r)
{
    return r->at[0].stem == 0 || strncmp(r->at[0].name, "arr_", 4) == 0;
}

/* The list of a language: nothing stands between its code and the numbers. */
static bool of_lang(const iso_array_set *set, const struct run *r)
{
    const char *lang = set->at[r->at[0].array].says.lang;
    const int64_t len = lang ? (int64_t)strlen(lang) : 0, stem = r->at[0].stem;

    return len > 0 && len < stem && memcmp(r->at[0].name + stem - 1 - len, lang, (size_t)len) == 0;
}

static bool is_ragged(const struct run *r)
{
    return r->alike && r->first->rank == 2 && !r->same[0] && r->count >= FEWEST &&
           r->longest <= LONGEST;
}

/* One row each: items, or the layers of one item. */
static iso_err settle_single(iso_array_set *set, const struct run *r, iso_axes asked,
                             const char *path)
{
    const int64_t stack[3] = {r->count, 1, r->first->shape[1]};
    char shape[SHAPE_TEXT];
    iso_buf what = {0};
    iso_axes axes;
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_printf(&what, "%s: its %d arrays of %s", path, r->count,
                           shape_text(shape, r->first)));
    ISO_TRY(iso_axes_settle(&axes, asked, stack, what.text));
    if (axes == ISO_AXES_NLD)
        ISO_TRY(take_sentences(set, r, 0, -1, path));
done:
    iso_buf_free(&what);
    return err;
}

/* [tokens, dims] of unequal lengths, or [layers, dims] of each item. */
static iso_err settle_flat(iso_array_set *set, const struct run *r, iso_axes asked,
                           const char *path)
{
    const bool alone = is_alone(r);

    if (r->same[0] && r->first->shape[0] == 1 && (alone || (set->nested && of_lang(set, r))))
        return settle_single(set, r, asked, path);
    if (r->same[0] && asked == ISO_AXES_NLD && (alone || !iso_axes_depth(r->count)))
        return take_sentences(set, r, 0, -1, path);
    if (is_ragged(r))
        return take_sentences(set, r, -1, 0, path);
    return ISO_OK;
}

/* --- Face -------------------------------------------------------------------------------- */

static struct run next_run(const iso_array_set *set, const struct numbered *list, int count)
{
    int n = 1;

    while (n < count && by_stem(&list[0], &list[n]) == 0)
        n++;
    return look(set, list, n);
}

/* Whether one language has a list of sentences: then all others have, whatever their lengths. */
static bool any_ragged(const iso_array_set *set, const struct numbered *list, int count)
{
    for (int i = 0; i < count;) {
        const struct run r = next_run(set, &list[i], count - i);
        if (is_ragged(&r) && of_lang(set, &r))
            return true;
        i += r.count;
    }
    return false;
}

static iso_err find_lists(iso_array_set *set, const struct numbered *list, int count,
                          iso_axes asked, const char *path)
{
    const bool ragged = asked == ISO_AXES_OPEN && any_ragged(set, list, count);
    iso_err err = ISO_OK;

    for (int i = 0, n; i < count; i += n) {
        const struct run r = next_run(set, &list[i], count - i);
        n = r.count;
        if (r.alike && r.first->rank == 2 && ragged && of_lang(set, &r))
            ISO_TRY(take_sentences(set, &r, -1, 0, path));
        else if (r.alike && r.first->rank == 2 && n > 1)
            ISO_TRY(settle_flat(set, &r, asked, path));
        else if (r.alike && r.first->rank == 3 && n > 1)
            ISO_TRY(settle_deep(set, &r, asked, path));
    }
done:
    return err;
}

/* What is in no list is layers, as any other array. */
static iso_err settle_rest(iso_array_set *set, const iso_states_opt *opt, const char *path)
{
    iso_buf what = {0};
    iso_err err = ISO_OK;

    for (int i = 0; i < set->count; i++) {
        iso_named_array *a = &set->at[i];
        if (!a->open)
            continue;
        what.len = 0;
        ISO_TRY(iso_buf_printf(&what, "%s: %s", path, a->name));
        ISO_TRY(iso_array_settle(&a->array, opt->axes, what.text));
    }
done:
    iso_buf_free(&what);
    return err;
}

iso_err iso_array_set_lists(iso_array_set *set, const iso_states_opt *opt, const char *path)
{
    struct numbered *list = NULL;
    int count = 0;
    iso_axes asked;
    iso_err err = ISO_OK;

    ISO_TRY(iso_axes_find(&asked, opt->axes));
    ISO_TRY(iso_alloc(&list, set->count, sizeof *list));
    for (int i = 0; i < set->count; i++) {
        if (!set->at[i].tokens && number_of(&list[count], set->at[i].name))
            list[count++].array = i;
    }
    if (count > 1)
        qsort(list, (size_t)count, sizeof *list, compare);
    ISO_TRY(find_lists(set, list, count, asked, path));
    ISO_TRY(settle_rest(set, opt, path));
done:
    iso_free(list);
    return err;
}

/* --- Rows -------------------------------------------------------------------------------- */

iso_err iso_array_list_rows(iso_rows **out, const iso_array_set *set, const iso_array_list *list,
                            int layer, iso_array_get *get, void *self)
{
    const iso_array *first = &set->at[list->member[0]].array;
    iso_array_pieces p = {.cols = first->shape[first->rank - 1], .array_count = list->count};
    int64_t stride[ISO_ARRAY_RANK_MAX];
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&p.arrays, list->count, sizeof *p.arrays));
    for (int64_t i = 0; i < list->count; i++) {
        const iso_array *a = &p.arrays[i];
        ISO_TRY(get(&p.arrays[i], self, list->member[i]));
        ISO_TRY(iso_token_check(a, INT64_MAX, set->at[list->member[i]].name));
        iso_array_strides(stride, a);
        ISO_TRY(iso_array_pieces_add(&p, i,
                                     list->layer_axis < 0 ? 0 : layer * stride[list->layer_axis],
                                     list->row_axis < 0 ? 0 : stride[list->row_axis],
                                     list->row_axis < 0 ? 1 : a->shape[list->row_axis]));
    }
    ISO_TRY(iso_array_pieces_rows(out, &p));
done:
    iso_array_pieces_free(&p);
    return err;
}
