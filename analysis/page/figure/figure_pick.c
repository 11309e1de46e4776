/* Which records belong into one figure: those of one question, of several models where curves can
 * lie over one another. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/measure/spec.h"
#include "analysis/page/figure/figure_text.h"
#include "lib/base/alloc.h"
#include "lib/io/beside.h"
#include "lib/base/str.h"

/* Correlations with the same quantity: of which discrepancy is the place. */
static bool relates(const iso_record *r)
{
    return r->x && r->y;
}

/* What makes no other figure: of a correlation how its discrepancy was made; of mixing what was
 * done where, λ apart, which is of one way. */
static uint64_t aside(const iso_record *r)
{
    const uint64_t made = ISO_COLUMN(direction) | ISO_COLUMN(denominator) | ISO_COLUMN(train) |
                          ISO_COLUMN(k) | ISO_COLUMN(neighbours) | ISO_COLUMN(fold);
    const uint64_t mixed = ISO_COLUMN(given) | ISO_COLUMN(stage) | ISO_COLUMN(mix_layer);

    if (relates(r))
        return made;
    if (r->place != ISO_NO_INT) /* a set among others of its size is a place */
        return ISO_COLUMN(subset) | ISO_COLUMN(place);
    if (!iso_figure_is_mixing(r))
        return ISO_COLUMN(given);
    return iso_figure_is_share(r) ? mixed : mixed | ISO_COLUMN(mix);
}

/* What a probe of one language was trained on is its source, which is a place. */
static uint64_t trained(const iso_record *a, const iso_record *b)
{
    return a->train && b->train && iso_str_same(a->train, a->src) && iso_str_same(b->train, b->src)
               ? ISO_COLUMN(train)
               : 0;
}

static const char *differs(const iso_record *a, const iso_record *b, uint64_t except)
{
    const iso_column *c = iso_record_differs(a, b, ISO_ROLE_QUESTION, except);

    return c ? c->name : NULL;
}

const char *iso_figure_differs(const iso_record *a, const iso_record *b)
{
    const uint64_t what = ISO_COLUMN(measure) | ISO_COLUMN(estimator);
    const uint64_t stage = ISO_COLUMN(stage) | ISO_COLUMN(mix) | ISO_COLUMN(mix_layer);

    if (relates(a) && b->x)
        return differs(a, b, aside(a)) || !a->tgt != !b->tgt ||
                       (a->src_layer == ISO_NO_INT) != (b->src_layer == ISO_NO_INT)
                   ? "measure"
                   : NULL;
    if (differs(a, b, ~what))
        return "measure";
    if (iso_figure_is_mixing(a) != iso_figure_is_mixing(b) || differs(a, b, ~stage | aside(a)))
        return "stage";
    return differs(a, b, aside(a) | trained(a, b));
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

/* Whether two records of one figure are of the same place, as an order. */
static int by_place(const iso_record *a, const iso_record *b)
{
    return iso_record_compare(a, b, ISO_ROLE_NAMES, relates(a) ? aside(a) : 0);
}

/* Of equals the one that came first. */
static int by_place_and_turn(const void *a, const void *b)
{
    const iso_record *x = *(const iso_record *const *)a, *y = *(const iso_record *const *)b;
    const int order = by_place(x, y);

    return order ? order : (x > y) - (x < y);
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
    qsort(sorted, (size_t)count, sizeof *sorted, by_place_and_turn);
    for (int64_t i = 1; i < count; i++)
        repeat[sorted[i] - records->at] = by_place(sorted[i], sorted[i - 1]) == 0;
done:
    iso_free(sorted);
    return err;
}

/* A baseline only where there is nothing else; NULL where there is nothing. */
static const iso_record *first_called(const iso_records *records, const char *measure)
{
    const iso_record *first = NULL;
    iso_spec s;

    for (int64_t i = 0; i < records->count && (!measure || iso_spec_parse(&s, measure)); i++) {
        const iso_record *r = &records->at[i];
        if (measure && !iso_spec_fits(&s, r->measure, r->estimator, r->k))
            continue;
        if (!r->baseline)
            return r;
        first = first ? first : r;
    }
    return first;
}

/* Adds the baselines of what was picked, each once, and counts them. */
static iso_err add_baselines(iso_records *list, int64_t *count, const iso_records *records,
                             const bool *picked)
{
    iso_beside beside = {0};
    bool *found = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_beside_make(&beside, records));
    ISO_TRY(iso_alloc(&found, records->count, sizeof *found));
    for (int64_t i = 0; i < records->count; i++) {
        for (int k = 0; picked[i] && k < beside.names; k++) {
            const iso_record *b = iso_beside_find(&beside, &records->at[i], k);
            if (b)
                found[b - records->at] = true;
        }
    }
    for (int64_t i = 0; i < records->count; i++) {
        if (found[i])
            ISO_TRY(iso_records_add(list, &records->at[i]));
        *count += found[i];
    }
done:
    iso_beside_free(&beside);
    iso_free(found);
    return err;
}

/* Of records whose stages are told apart already. */
static iso_err pick(iso_records *out, int64_t *others, const iso_records *records,
                    const char *measure)
{
    const iso_record *first = first_called(records, measure);
    struct names models = {0};
    iso_records list = {0};
    bool *repeat = NULL, *picked = NULL;
    int64_t rest = 0, baselines = 0;
    iso_err err = ISO_OK;

    if (records->count == 0)
        return iso_fail(ISO_EARG, "no records to draw");
    if (!first)
        return unknown(records, measure);
    ISO_TRY(iso_alloc(&repeat, records->count, sizeof *repeat));
    ISO_TRY(iso_alloc(&picked, records->count, sizeof *picked));
    list_models(&models, records, first);
    ISO_TRY(mark_repeats(repeat, records, first, &models));
    for (int64_t i = 0; i < records->count; i++) {
        picked[i] = belongs(&records->at[i], first, &models);
        rest += !picked[i];
        if (picked[i] && !repeat[i])
            ISO_TRY(iso_records_add(&list, &records->at[i]));
    }
    ISO_TRY(add_baselines(&list, &baselines, records, picked));
    *out = list;
    *others = rest - baselines;
    list = (iso_records){0};
done:
    iso_free(repeat);
    iso_free(picked);
    iso_records_free(&list);
    return err;
}

iso_err iso_figure_pick(iso_records *out, int64_t *others, const iso_records *records,
                        const char *measure)
{
    iso_records staged = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_beside_stages(&staged, records));
    ISO_TRY(pick(out, others, &staged, measure));
done:
    iso_records_free(&staged);
    return err;
}
