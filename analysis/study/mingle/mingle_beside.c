/* What other studies make of the same languages and layers: the probe of languages, and measures of
 * pairs with their means. */
#include <math.h>
#include <string.h>

#include "analysis/study/compare/compare.h"
#include "analysis/study/mingle/mingle_inside.h"
#include "analysis/study/probe/probes.h"

/* An error of what was not asked for by name is a note. */
static iso_err excuse(iso_err err, const char *what, const struct mingle_ask *ask,
                      const iso_run *run)
{
    if (err != ISO_EDATA || !ask->whole)
        return err;
    iso_run_note(run, "%s is left out: %s", what, iso_err_msg());
    return ISO_OK;
}

/* --- The probe --- */

static iso_err language_id(iso_records *out, const struct mingle_set *set,
                           const struct mingle_ask *ask, const iso_run *run)
{
    iso_probe_opt opt;

    iso_probe_opt_init(&opt, sizeof opt);
    opt.measure = "accuracy:language-id";
    opt.select.src = iso_states_lang(set->states, set->sel.lang[0])->name;
    opt.select.tgt = ask->opt.select.tgt;
    opt.select.layers = ask->opt.select.layers;
    opt.prep = ask->opt.prep;
    opt.interval = ask->bare ? ISO_INTERVAL_NONE : ISO_INTERVAL_USUAL;
    return excuse(iso_probe(out, set->states, &opt, run), "the probe of languages", ask, run);
}

/* --- Pairs --- */

static iso_err compare(iso_records *out, const struct mingle_set *set, const struct mingle_ask *ask,
                       const iso_run *run)
{
    iso_compare_opt opt;

    iso_compare_opt_init(&opt, sizeof opt);
    opt.measure = ask->pairs.text;
    opt.select.pairs = ISO_PAIRS_ALL;
    opt.select.tgt = ask->opt.select.tgt;
    opt.select.layers = ask->opt.select.layers;
    opt.prep = ask->opt.prep;
    opt.interval = ask->bare ? ISO_INTERVAL_NONE : ISO_INTERVAL_USUAL;
    return excuse(iso_compare(out, set->states, &opt, run), ask->pairs.text, ask, run);
}

static bool same_place(const iso_record *a, const iso_record *b)
{
    return !strcmp(a->measure, b->measure) && !strcmp(a->estimator, b->estimator) &&
           a->src_layer == b->src_layer;
}

/* The mean of pairs [first, end), one measure and layer. What one of them lacks the mean lacks. */
static iso_err add_mean(iso_records *out, const iso_record *first, const iso_record *end,
                        const struct mingle_set *set)
{
    const double count = (double)(end - first);
    iso_record mean = *first;
    iso_err err = ISO_OK;

    mean.src = mean.tgt = NULL;
    mean.value = mean.lo = mean.hi = mean.null = mean.null_sd = 0;
    mean.p = mean.p_max = mean.calibrated = NAN;
    mean.subset = set->names.text;
    mean.why = NULL;
    mean.n = end - first;
    for (const iso_record *r = first; r < end; r++) {
        mean.value += r->value / count;
        mean.lo += r->lo / count;
        mean.hi += r->hi / count;
        mean.null += r->null / count;
        mean.null_sd += r->null_sd / count;
        mean.why = mean.why ? mean.why : r->why;
    }
    if (isnan(mean.lo) || isnan(mean.hi)) {
        mean.lo = mean.hi = NAN;
        mean.interval = "none";
    }
    ISO_TRY(iso_records_add(out, &mean));
done:
    return err;
}

/* Records come measure by measure, layer by layer, pair by pair. */
static iso_err add_pairs(iso_records *out, const iso_records *pairs, const struct mingle_set *set,
                         const struct mingle_ask *ask)
{
    iso_err err = ISO_OK;

    for (int64_t i = 0, end; i < pairs->count; i = end) {
        end = i + 1;
        while (end < pairs->count && same_place(&pairs->at[i], &pairs->at[end]))
            end++;
        ISO_TRY(add_mean(out, &pairs->at[i], &pairs->at[end], set));
        for (int64_t p = i; ask->opt.each && p < end; p++)
            ISO_TRY(iso_records_add(out, &pairs->at[p]));
    }
done:
    return err;
}

iso_err iso_mingle_beside(iso_records *out, const struct mingle_set *set,
                          const struct mingle_ask *ask, const iso_run *run)
{
    iso_records pairs = {0};
    iso_err err = ISO_OK;

    if (ask->language_id)
        ISO_TRY(language_id(out, set, ask, run));
    if (ask->pairs.len > 0) {
        ISO_TRY(compare(&pairs, set, ask, run));
        ISO_TRY(add_pairs(out, &pairs, set, ask));
    }
done:
    iso_records_free(&pairs);
    return err;
}
