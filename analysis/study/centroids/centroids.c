#include "analysis/study/centroids/centroids.h"

#include <math.h>
#include <string.h>

#include "analysis/study/compare/compare.h"

/* clang-format off */
static const iso_option options[] = {
    ISO_SELECT_SRC(iso_centroids_opt),
    ISO_SELECT_TGT(iso_centroids_opt),
    ISO_SELECT_PAIRS(iso_centroids_opt),
    ISO_SELECT_LAYERS(iso_centroids_opt),
    ISO_SELECT_COMMON(iso_centroids_opt),
    ISO_OPTION(iso_centroids_opt, MEASURES, measure, "LIST", "measures: cka,cka:biased,cosine (a name alone: its recommended estimators)", .init = "centroid"),
    ISO_OPTION_PREP(iso_centroids_opt),
    ISO_OPTION(iso_centroids_opt, ENUM, interval, "KIND", "how intervals are made", .choices = "none jackknife groups"),
    ISO_OPTION_PERMUTATIONS(iso_centroids_opt, .excludes = NULL),
};
/* clang-format on */
const iso_options iso_centroids_options = ISO_OPTIONS("centroids", iso_centroids_opt, options);

void iso_centroids_opt_init(iso_centroids_opt *opt, size_t size)
{
    iso_options_init(&iso_centroids_options, opt, size);
}

/* The record with the least value among those of one layer, estimator and source; NULL for none. */
static const iso_record *nearest(const iso_records *list, int64_t from, const iso_record *like)
{
    const iso_record *best = NULL;

    for (int64_t i = from; i < list->count; i++) {
        const iso_record *r = &list->at[i];
        const bool same = iso_record_compare(r, like, ISO_ROLE_NAMES,
                                             ISO_COLUMN(tgt) | ISO_COLUMN(tgt_layer)) == 0;
        if (same && !isnan(r->value) && (!best || r->value < best->value))
            best = r;
    }
    return best;
}

/* One line a layer: which language lies nearest to the one that comparisons start from, by the
 * first estimator. Said only where there is a choice. */
static void note_nearest(const iso_run *run, const iso_records *list, int64_t from)
{
    const iso_record *first = list->count > from ? &list->at[from] : NULL;
    bool choice = false;

    for (int64_t i = from + 1; i < list->count; i++)
        choice = choice ||
                 (!strcmp(list->at[i].src, first->src) && strcmp(list->at[i].tgt, first->tgt) != 0);
    if (!choice || strcmp(first->measure, "centroid") != 0)
        return;
    for (int64_t i = from, layer = ISO_NO_INT; i < list->count; i++) {
        const iso_record *r = &list->at[i], *best;
        const bool same = !strcmp(r->src, first->src) && !strcmp(r->estimator, first->estimator);
        if (!same || r->src_layer == layer || strcmp(r->measure, "centroid") != 0)
            continue;
        layer = r->src_layer;
        best = nearest(list, from, r);
        if (best)
            iso_run_note(run, "layer %lld: nearest to %s is %s, %s distance %.4g", (long long)layer,
                         best->src, best->tgt, best->estimator, best->value);
    }
}

static iso_err comparison_of(iso_compare_opt *out, const iso_centroids_opt *opt)
{
    iso_centroids_opt o;
    iso_err err = ISO_OK;

    ISO_TRY(iso_options_take(&iso_centroids_options, &o, opt));
    if (o.interval == ISO_INTERVAL_JACKKNIFE)
        ISO_FAIL(ISO_EARG, ISO_FIELD(interval) " jackknife is not made for centroids: none or "
                                               "groups");
    iso_compare_opt_init(out, sizeof *out);
    out->select = o.select;
    out->measure = o.measure;
    out->prep = o.prep;
    out->interval = o.interval;
    out->permutations = o.permutations;
done:
    return err;
}

iso_err iso_centroids_check(const iso_centroids_opt *opt)
{
    iso_compare_opt compare;
    iso_err err = ISO_OK;

    ISO_TRY(comparison_of(&compare, opt));
    ISO_TRY(iso_compare_check(&compare));
done:
    return err;
}

iso_err iso_centroids_plan(iso_facts *out, iso_states *states, const iso_centroids_opt *opt,
                           const iso_run *run)
{
    iso_compare_opt compare;
    iso_err err = ISO_OK;

    ISO_TRY(comparison_of(&compare, opt));
    ISO_TRY(iso_compare_plan(out, states, &compare, run));
done:
    return err;
}

iso_err iso_centroids(iso_records *out, iso_states *states, const iso_centroids_opt *opt,
                      const iso_run *run)
{
    const int64_t before = iso_records_count(out);
    iso_compare_opt compare;
    iso_err err = ISO_OK;

    ISO_TRY(comparison_of(&compare, opt));
    ISO_TRY(iso_compare(out, states, &compare, run));
    note_nearest(run, out, before);
done:
    return err;
}
