/* The rows of all languages, one language after the other, and whose items they are. */
#include <string.h>

#include "analysis/study/items/load.h"
#include "analysis/study/items/union_items.h"
#include "analysis/study/mingle/mingle_inside.h"
#include "lib/base/alloc.h"
#include "lib/base/rng.h"

static const iso_lang *lang_of(const struct mingle_set *set, int l)
{
    return iso_states_lang(set->states, set->sel.lang[l]);
}

/* --- Which languages --- */

static iso_err name_languages(struct mingle_set *set)
{
    iso_err err = ISO_OK;

    for (int l = 0; l < set->langs; l++)
        ISO_TRY(iso_buf_printf(&set->names, "%s%s", l ? "+" : "", lang_of(set, l)->name));
done:
    return err;
}

/* The selection pairs every language with itself: only who takes part counts. */
static iso_err choose(struct mingle_set *set, const struct mingle_ask *ask)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_selection_make(&set->sel, &ask->opt.select, set->states, true));
    set->langs = set->sel.lang_count;
    if (set->langs < 2)
        ISO_FAIL(ISO_EARG,
                 "%s: %s alone cannot mingle: name an INPUT with another language, or two "
                 "with " ISO_FIELD(langs),
                 iso_states_name(set->states), lang_of(set, 0)->name);
    ISO_TRY(name_languages(set));
done:
    return err;
}

static iso_err count_rows(struct mingle_set *set, const struct mingle_ask *ask)
{
    const char *path = iso_states_name(set->states);
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&set->size, set->langs, sizeof *set->size));
    ISO_TRY(iso_alloc(&set->first, set->langs, sizeof *set->first));
    for (int l = 0; l < set->langs; l++) {
        set->size[l] = lang_of(set, l)->rows;
        set->first[l] = set->rows;
        set->rows += set->size[l];
        if (set->size[l] < 2)
            ISO_FAIL(ISO_EDATA,
                     "%s: %s has %lld row%s, mingling needs two of each language: leave it out "
                     "with " ISO_FIELD(langs),
                     path, lang_of(set, l)->name, (long long)set->size[l],
                     set->size[l] == 1 ? "" : "s");
    }
    if (iso_mingle_asks_near(ask) && ask->opt.neighbours >= set->rows)
        ISO_FAIL(
            ISO_EDATA,
            "%s: " ISO_FIELD(neighbours) " %lld: a row of the %lld has %lld others: ask for fewer",
            path, (long long)ask->opt.neighbours, (long long)set->rows, (long long)set->rows - 1);
done:
    return err;
}

/* --- Whose items the rows are --- */

static void give_item(struct mingle_set *set, const iso_lang *lang, int l, int64_t i, int64_t item)
{
    const int64_t first = lang->offsets ? lang->offsets[i] : i;
    const int64_t end = lang->offsets ? lang->offsets[i + 1] : i + 1;

    for (int64_t r = first; r < end; r++) {
        set->label[set->first[l] + r] = l;
        set->item[set->first[l] + r] = item;
    }
}

/* Where nobody knows who is whose translation, each item is drawn by itself. */
static iso_err give_items(struct mingle_set *set, const struct mingle_ask *ask, const iso_run *run)
{
    const int64_t lists = ask->opt.permutations + 1;
    struct union_items u = {0};
    struct items_lang *lang = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&lang, set->langs, sizeof *lang));
    ISO_TRY(iso_alloc(&set->label, set->rows * lists, sizeof *set->label));
    ISO_TRY(iso_alloc(&set->item, set->rows, sizeof *set->item));
    for (int l = 0; l < set->langs; l++) {
        const iso_lang *of = lang_of(set, l);
        lang[l] = (struct items_lang){of->name, of->path, of->items, of->ids, of->text, of->text2};
    }
    err = iso_union_items_make(&u, lang, set->langs, 0);
    if (err && err != ISO_EDATA)
        goto done;
    if (err)
        iso_run_note(run, "%s; intervals draw each item by itself", iso_err_msg());
    err = ISO_OK;
    for (int l = 0; l < set->langs; l++) {
        const iso_lang *of = lang_of(set, l);
        for (int64_t i = 0; i < of->items; i++)
            give_item(set, of, l, i, u.number ? u.number[l][i] : set->items + i);
        set->items += u.number ? 0 : of->items;
    }
    set->items = u.number ? u.items : set->items;
done:
    iso_union_items_free(&u);
    iso_free(lang);
    return err;
}

/* --- Chance --- */

static iso_err shuffle(struct mingle_set *set, const struct mingle_ask *ask)
{
    const int64_t n = set->rows;
    int64_t *order = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&order, n, sizeof *order));
    for (int64_t b = 1; b <= ask->opt.permutations; b++) {
        iso_rng rng = iso_rng_seeded(ask->seed, (uint64_t)b);
        iso_rng_permutation(&rng, order, n);
        for (int64_t i = 0; i < n; i++)
            set->label[b * n + i] = set->label[order[i]];
    }
done:
    iso_free(order);
    return err;
}

/* --- What it takes --- */

iso_err iso_mingle_dim(int64_t *out, const struct mingle_set *set, int layer)
{
    int64_t rows, cols, first = 0;
    iso_dtype type;
    iso_err err = ISO_OK;

    for (int l = 0; l < set->langs; l++) {
        ISO_TRY(iso_states_shape(&rows, &cols, &type, set->states, set->sel.lang[l], layer));
        first = l ? first : cols;
        if (cols != first)
            ISO_FAIL(ISO_EDATA, "%s: layer %d of %s has %lld dims, of %s %lld: they cannot mingle",
                     lang_of(set, l)->path, layer, lang_of(set, l)->name, (long long)cols,
                     lang_of(set, 0)->name, (long long)first);
    }
    *out = first;
done:
    return err;
}

iso_err iso_mingle_widest(int64_t *out, const struct mingle_set *set)
{
    int64_t most = 0;
    iso_err err = ISO_OK;

    for (int i = 0; i < set->sel.layer_count; i++) {
        int64_t dim;
        ISO_TRY(iso_mingle_dim(&dim, set, set->sel.layer[i]));
        most = dim > most ? dim : most;
    }
    *out = most;
done:
    return err;
}

double iso_mingle_memory(const struct mingle_set *set, const struct mingle_ask *ask, int64_t dim)
{
    const double n = (double)set->rows, d = (double)dim, L = set->langs;
    const double k = (double)ask->opt.neighbours, lists = (double)ask->opt.permutations + 1;
    const double near = n * (4 * k + 200) * 8 + 4 * n * d, unit = 8 * n * d + 16 * n * L;
    const double values = (double)set->sel.layer_count * MINGLE_CELLS * (L + 1);

    /* rows, the larger of search and silhouettes, labels and values of all shuffles */
    return 4 * n * d + (near > unit ? near : unit) + 4 * n * lists + n * (L + 40) +
           8 * values * lists;
}

/* clang-format off */
static const char less[] =
    "give more, take fewer rows with " ISO_FIELD(limit) ", fewer languages with " ISO_FIELD(langs)
    " or fewer " ISO_FIELD(permutations);
/* clang-format on */

static iso_err check_memory(const struct mingle_set *set, const struct mingle_ask *ask,
                            const iso_run *run)
{
    int64_t dim;
    iso_err err = ISO_OK;

    ISO_TRY(iso_mingle_widest(&dim, set));
    const double need = iso_mingle_memory(set, ask, dim), have = (double)iso_run_mem(run);
    if (need > have)
        ISO_FAIL(ISO_EDATA,
                 "%s: mingling needs %.1f MB of memory, " ISO_FIELD(mem) " gives %.1f MB: %s",
                 iso_states_name(set->states), need / 1e6, have / 1e6, less);
done:
    return err;
}

/* --- All together --- */

iso_err iso_mingle_set_make(struct mingle_set *out, const struct mingle_ask *ask,
                            iso_states *states, const iso_run *run)
{
    struct mingle_set set = {.states = states};
    iso_err err = ISO_OK;

    ISO_TRY(choose(&set, ask));
    ISO_TRY(count_rows(&set, ask));
    ISO_TRY(check_memory(&set, ask, run));
    ISO_TRY(give_items(&set, ask, run));
    ISO_TRY(shuffle(&set, ask));
    *out = set;
    return ISO_OK;
done:
    iso_mingle_set_free(&set);
    return err;
}

void iso_mingle_set_free(struct mingle_set *set)
{
    iso_selection_free(&set->sel);
    iso_free(set->size);
    iso_free(set->first);
    iso_free(set->label);
    iso_free(set->item);
    iso_buf_free(&set->names);
    iso_mat_free(&set->x);
    iso_language_spans_free(&set->spans);
    *set = (struct mingle_set){0};
}

static iso_err read_language(iso_mat *to, struct mingle_set *set, const struct mingle_ask *ask,
                             int l, int layer, const iso_run *run)
{
    const struct language_span *span;
    iso_rows *rows = NULL;
    iso_mat x = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_language_span(&span, &set->spans, &ask->prep, set->states, layer, run));
    ISO_TRY(iso_states_rows(&rows, set->states, set->sel.lang[l], layer));
    ISO_TRY(iso_load_rows(&x, rows, &ask->prep, &span->span));
    for (int64_t i = 0; i < x.rows; i++)
        memcpy((float *)to->data + (set->first[l] + i) * to->stride,
               (const float *)x.data + i * x.stride, (size_t)x.cols * sizeof(float));
done:
    iso_rows_close(rows);
    iso_mat_free(&x);
    return err;
}

iso_err iso_mingle_set_read(struct mingle_set *set, const struct mingle_ask *ask, int layer,
                            const iso_run *run)
{
    iso_mat x = {0};
    int64_t dim;
    iso_err err = ISO_OK;

    iso_mat_free(&set->x);
    set->x = (iso_mat){0};
    ISO_TRY(iso_mingle_dim(&dim, set, layer));
    ISO_TRY(iso_mat_new_raw(&x, set->rows, dim, ISO_F32));
    for (int l = 0; l < set->langs; l++)
        ISO_TRY(read_language(&x, set, ask, l, layer, run));
    set->x = x;
    x = (iso_mat){0};
done:
    iso_mat_free(&x);
    return err;
}
