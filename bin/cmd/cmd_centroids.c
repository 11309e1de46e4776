/* isogloss centroids: how far apart the centres of the languages lie. */
#include <math.h>
#include <string.h>

#include "bin/cmd.h"
#include "analysis/study/compare/compare.h"
#include "bin/input.h"
#include "bin/out.h"
#include "bin/term.h"

/* The record with the least value among those of one layer, estimator and source; NULL for none. */
static const iso_record *nearest(const iso_records *list, const iso_record *like)
{
    const iso_record *best = NULL;

    for (int64_t i = 0; i < list->count; i++) {
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
static void tell_nearest(const struct settings *set, const iso_records *list)
{
    const iso_record *first = list->count > 0 ? &list->at[0] : NULL;
    bool choice = false;

    for (int64_t i = 1; i < list->count; i++)
        choice = choice ||
                 (!strcmp(list->at[i].src, first->src) && strcmp(list->at[i].tgt, first->tgt) != 0);
    if (!choice || strcmp(first->measure, "centroid") != 0)
        return;
    for (int64_t i = 0, layer = ISO_NO_INT; i < list->count; i++) {
        const iso_record *r = &list->at[i], *best;
        const bool same = !strcmp(r->src, first->src) && !strcmp(r->estimator, first->estimator);
        if (!same || r->src_layer == layer || strcmp(r->measure, "centroid") != 0)
            continue;
        layer = r->src_layer;
        best = nearest(list, r);
        if (best)
            term_note(set, "layer %lld: nearest to %s is %s, %s distance %.4g", (long long)layer,
                      best->src, best->tgt, best->estimator, best->value);
    }
}

static iso_err centroids(const struct settings *set)
{
    const iso_run run = term_run(set);
    iso_states *states = NULL;
    iso_records records = {0};
    iso_err err = ISO_OK;

    ISO_TRY(input_open(&states, set, &set->inputs, &run));
    ISO_TRY(iso_compare_records(&records, set, "centroid", states, NULL, &run));
    if (!set->plan) {
        ISO_TRY(out_records(set, &records, &states, 1));
        tell_nearest(set, &records);
    }
done:
    iso_records_free(&records);
    iso_states_close(states);
    return err;
}

static int run(const struct settings *set)
{
    if (set->inputs.count == 0)
        return cmd_usage(set, "needs an INPUT, such as states.h5");
    if (set->interval && strcmp(set->interval, "none") != 0 && strcmp(set->interval, "groups") != 0)
        return cmd_usage(set, "--interval %s is not made for centroids: none or groups",
                         set->interval);
    if (iso_compare_check(set, "centroid"))
        return cmd_usage(set, "%s", iso_err_msg());
    const iso_err err = centroids(set);
    return err ? cmd_failed(set, err) : EXIT_DONE;
}

const struct cmd cmd_centroids = {
    .name = "centroids",
    .args = "INPUT...",
    .summary = "distances of language centroids per layer",
    .options = "src tgt pairs layers measure interval " OPTIONS_READING,
    .reads = ISO_READS_STATES,
    .run = run,
};
