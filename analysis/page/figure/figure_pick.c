/* Which records belong into one figure: those of one question, of several models where curves can
 * lie over one another. */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/page/figure/figure_text.h"
#include "lib/base/alloc.h"
#include "lib/base/str.h"

/* Before and after belong together, and so do ways and places; λ of several places. */
static bool same_stage(const iso_record *a, const iso_record *b)
{
    if (iso_figure_is_mixing(a) != iso_figure_is_mixing(b))
        return false;
    if (!iso_figure_is_mixing(a))
        return iso_str_same(a->stage, b->stage) && iso_str_same(a->mix, b->mix) &&
               a->mix_layer == b->mix_layer;
    return !iso_figure_is_share(a) || iso_str_same(a->mix, b->mix);
}

/* Correlations with the same quantity: of which discrepancy is the place. */
static bool same_relation(const iso_record *a, const iso_record *b)
{
    return iso_str_same(a->measure, b->measure) && iso_str_same(a->estimator, b->estimator) &&
           iso_str_same(a->y, b->y) && iso_str_same(a->given, b->given) &&
           iso_str_same(a->subset, b->subset) && iso_str_same(a->pool, b->pool) &&
           iso_str_same(a->prep, b->prep) && iso_str_same(a->model, b->model) &&
           iso_str_same(a->model2, b->model2) && iso_str_same(a->stage, b->stage) &&
           iso_str_same(a->mix, b->mix) && a->mix_layer == b->mix_layer &&
           (a->src_layer == ISO_NO_INT) == (b->src_layer == ISO_NO_INT) && !a->tgt == !b->tgt;
}

/* What makes a number another number, besides measure and stage. */
#define TEXT(column)                                                                               \
    {                                                                                              \
#column, true, offsetof(iso_record, column)                                                \
    }
#define COUNT(column)                                                                              \
    {                                                                                              \
#column, false, offsetof(iso_record, column)                                               \
    }
static const struct {
    const char *name;
    bool text;
    size_t offset;
} asked[] = {TEXT(model),     TEXT(model2),      TEXT(pool),  TEXT(prep),
             TEXT(direction), TEXT(denominator), TEXT(train), TEXT(subset),
             COUNT(k),        COUNT(neighbours), COUNT(fold)};
#undef TEXT
#undef COUNT
enum { ASKED = (int)(sizeof asked / sizeof *asked) };

const char *iso_figure_column(int i)
{
    static const char *const first[] = {"measure", "stage"};

    return i < 2 ? first[i] : i - 2 < ASKED ? asked[i - 2].name : NULL;
}

static bool same_field(const iso_record *a, const iso_record *b, int i)
{
    const char *x = (const char *)a + asked[i].offset, *y = (const char *)b + asked[i].offset;

    return asked[i].text ? iso_str_same(*(const char *const *)x, *(const char *const *)y)
                         : *(const int64_t *)x == *(const int64_t *)y;
}

const char *iso_figure_differs(const iso_record *a, const iso_record *b)
{
    if (a->x && b->x && a->y)
        return same_relation(a, b) ? NULL : "measure";
    if (!iso_str_same(a->measure, b->measure) || !iso_str_same(a->estimator, b->estimator))
        return "measure";
    if (!same_stage(a, b))
        return "stage";
    for (int i = 0; i < ASKED; i++) {
        if (!same_field(a, b, i))
            return asked[i].name;
    }
    return NULL;
}

/* --- Several models --- */

static bool same_but_model(const iso_record *a, const iso_record *b)
{
    iso_record other = *a;

    other.model = b->model;
    return iso_figure_differs(&other, b) == NULL;
}

static bool overlays(const iso_record *r)
{
    return r->src_layer == r->tgt_layer && r->src_layer != ISO_NO_INT && !r->x && !r->model2 &&
           !iso_figure_is_mixing(r);
}

/* The models whose curves go into one figure: that of `first` alone where the records are a map or
 * a figure of one model, or where they are too many. */
static void list_models(struct names *out, const iso_records *records, const iso_record *first)
{
    bool together = true;

    (void)iso_names_index(out, first->model);
    for (int64_t i = 0; i < records->count && together; i++) {
        const iso_record *r = &records->at[i];
        if (!same_but_model(r, first))
            continue;
        (void)iso_names_index(out, r->model);
        together = overlays(r) && iso_str_same(r->src, first->src);
    }
    if (!together || out->count > FIGURE_MODELS)
        out->count = 1;
}

static bool belongs(const iso_record *r, const iso_record *first, const struct names *models)
{
    const char *model = r->model ? r->model : "?";

    for (int i = 0; i < models->count; i++) {
        if (strcmp(models->at[i], model) == 0)
            return same_but_model(r, first);
    }
    return false;
}

/* --- Picking --- */

static bool called(const iso_record *r, const char *measure)
{
    const size_t len = strcspn(measure, ":");

    if (strlen(r->measure) != len || memcmp(r->measure, measure, len) != 0)
        return false;
    return !measure[len] || (r->estimator && strcmp(r->estimator, measure + len + 1) == 0);
}

/* "no records of rsa; there are cka, cosine" */
static iso_err unknown(const iso_records *records, const char *measure)
{
    struct names names = {0};
    char list[200] = "";
    size_t used = 0;

    for (int64_t i = 0; i < records->count; i++)
        (void)iso_names_index(&names, records->at[i].measure);
    for (int i = 0; i < names.count && used + 40 < sizeof list; i++)
        used += (size_t)snprintf(list + used, 40, "%s%.30s", i ? ", " : "", names.at[i]);
    return iso_fail(ISO_EARG, "no records of %s; there are %s", measure, used ? list : "none");
}

static int compare_texts(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "");
}

/* By where a record stands in a figure; of equals, the one that came first. */
static int by_place(const void *a, const void *b)
{
    const iso_record *x = *(const iso_record *const *)a, *y = *(const iso_record *const *)b;
    int order = compare_texts(x->src, y->src);

    order = order ? order : compare_texts(x->tgt, y->tgt);
    order = order ? order : (x->src_layer > y->src_layer) - (x->src_layer < y->src_layer);
    order = order ? order : (x->tgt_layer > y->tgt_layer) - (x->tgt_layer < y->tgt_layer);
    order = order ? order : (x->mix_layer > y->mix_layer) - (x->mix_layer < y->mix_layer);
    order = order ? order : compare_texts(x->mix, y->mix);
    order = order ? order : compare_texts(x->stage, y->stage);
    order = order ? order : compare_texts(x->given, y->given);
    order = order ? order : compare_texts(x->x, y->x);
    order = order ? order : compare_texts(x->model, y->model);
    return order ? order : (x > y) - (x < y);
}

static bool same_place(const iso_record *a, const iso_record *b)
{
    return iso_str_same(a->src, b->src) && iso_str_same(a->tgt, b->tgt) &&
           a->src_layer == b->src_layer && a->tgt_layer == b->tgt_layer &&
           a->mix_layer == b->mix_layer && iso_str_same(a->mix, b->mix) &&
           iso_str_same(a->stage, b->stage) && iso_str_same(a->given, b->given) &&
           iso_str_same(a->x, b->x) && iso_str_same(a->model, b->model);
}

/* Runs that overlap bring the same value twice: only the first is drawn. */
static iso_err mark_repeats(bool *repeat, const iso_records *records, const iso_record *first,
                            const struct names *models)
{
    const iso_record **sorted = NULL;
    int64_t count = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&sorted, records->count, sizeof *sorted));
    for (int64_t i = 0; i < records->count; i++) {
        if (belongs(&records->at[i], first, models))
            sorted[count++] = &records->at[i];
    }
    qsort(sorted, (size_t)count, sizeof *sorted, by_place);
    for (int64_t i = 1; i < count; i++)
        repeat[sorted[i] - records->at] = same_place(sorted[i], sorted[i - 1]);
done:
    iso_free(sorted);
    return err;
}

static const iso_record *first_called(const iso_records *records, const char *measure)
{
    for (int64_t i = 0; i < records->count; i++) {
        if (!measure || called(&records->at[i], measure))
            return &records->at[i];
    }
    return NULL;
}

iso_err iso_figure_pick(iso_records *out, int64_t *others, const iso_records *records,
                        const char *measure)
{
    const iso_record *first = first_called(records, measure);
    struct names models = {0};
    iso_records list = {0};
    bool *repeat = NULL;
    int64_t rest = 0;
    iso_err err = ISO_OK;

    if (records->count == 0)
        return iso_fail(ISO_EARG, "no records to draw");
    if (!first)
        return unknown(records, measure);
    ISO_TRY(iso_alloc(&repeat, records->count, sizeof *repeat));
    list_models(&models, records, first);
    ISO_TRY(mark_repeats(repeat, records, first, &models));
    for (int64_t i = 0; i < records->count; i++) {
        if (!belongs(&records->at[i], first, &models))
            rest++;
        else if (!repeat[i])
            ISO_TRY(iso_records_add(&list, &records->at[i]));
    }
    *out = list;
    *others = rest;
    list = (iso_records){0};
done:
    iso_free(repeat);
    iso_records_free(&list);
    return err;
}
