/* Over languages: whether those whose translations lie farther, in distances to the boundary, are
 * those that transfer loses most in; with P@1 and lengths beside. */
#include "analysis/study/gap/gap.h"
#include "analysis/study/retrieve/retrieve.h"
#include "analysis/study/robust/robust_inside.h"
#include "lib/base/alloc.h"
#include "lib/base/str.h"

enum { TARGETS_LEAST = 4 };

/* P@1 of the same languages and layers, in the same space. */
static iso_err search(iso_records *out, iso_states *states, const iso_robust_opt *opt,
                      const struct probe_set *set, const iso_run *run)
{
    iso_retrieve_opt o;
    iso_buf targets = {0};
    iso_err err = ISO_OK;

    for (int l = set->sources; l < set->langs; l++)
        ISO_TRY(iso_buf_printf(&targets, "%s%s", targets.len ? "," : "", set->lang[l].lang->name));
    iso_retrieve_opt_init(&o, sizeof o);
    o.select.src = set->lang[0].lang->name;
    o.select.tgt = targets.text;
    o.select.layers = opt->select.layers;
    o.measure = "p@1:cosine";
    o.prep = opt->prep;
    o.interval = ISO_INTERVAL_NONE;
    ISO_TRY(iso_retrieve(out, states, &o, run));
done:
    iso_buf_free(&targets);
    return err;
}

/* Of all languages, at one layer. */
static bool wanted(const iso_record *r)
{
    return r->x && !r->subset && !r->tgt && r->src_layer != ISO_NO_INT;
}

iso_err iso_robust_correlate(iso_records *out, int64_t first, iso_states *states,
                             const iso_robust_opt *opt, const struct probe_set *set,
                             const iso_run *run)
{
    iso_run quiet = run ? *run : (iso_run){0};
    iso_records in = {0}, made = {0};
    iso_gap_opt gap;
    iso_err err = ISO_OK;

    if (set->sources != 1 || set->second || set->langs - 1 < TARGETS_LEAST)
        return ISO_OK;
    quiet.note = NULL;
    for (int64_t i = first; i < out->count; i++)
        ISO_TRY(iso_records_add(&in, &out->at[i]));
    ISO_TRY(search(&in, states, opt, set, &quiet));
    iso_gap_opt_init(&gap, sizeof gap);
    gap.select.src = set->lang[0].lang->name;
    gap.measure = "ratio:median,ratio:inside,distance:translation,length:ratio,p@1:cosine";
    gap.interval = opt->interval == ISO_INTERVAL_NONE ? ISO_INTERVAL_NONE : ISO_INTERVAL_USUAL;
    ISO_TRY(iso_gap(&made, &in, &gap, &quiet));
    for (int64_t i = 0; i < made.count; i++) {
        if (wanted(&made.at[i]))
            ISO_TRY(iso_records_add(out, &made.at[i]));
    }
done:
    iso_records_free(&in);
    iso_records_free(&made);
    return err;
}
