/* What the states of a model predict: how far apart and how alike its languages are. */
#include <math.h>
#include <string.h>

#include "analysis/study/compare/compare.h"
#include "analysis/study/select/select_inside.h"

/* The records of one measure become the numbers of pairs, both ways. */
static void take(struct select_predictor *p, const struct select_job *job,
                 const iso_records *records, const char *measure)
{
    for (int64_t i = 0; i < records->count; i++) {
        const iso_record *r = &records->at[i];
        const int a = strcmp(r->measure, measure) ? -1 : iso_select_find(job, r->src);
        const int b = a < 0 ? -1 : iso_select_find(job, r->tgt);
        if (b < 0)
            continue;
        p->matrix[a * job->count + b] = p->matrix[b * job->count + a] = r->value;
        p->layer = r->src_layer;
    }
    for (int i = 0; i < job->count; i++)
        p->missing[i] = iso_states_find(job->states, iso_select_lang(job, i)) < 0;
}

static iso_err compare(iso_records *out, const struct select_job *job)
{
    iso_compare_opt opt;

    iso_compare_opt_init(&opt, sizeof opt);
    opt.select.pairs = ISO_PAIRS_ALL;
    opt.select.layers = job->opt.layers;
    opt.measure = "centroid:cosine,cosine:raw,cka:debiased";
    opt.interval = ISO_INTERVAL_NONE;
    return iso_compare(out, job->states, &opt, job->run);
}

iso_err iso_select_states(struct select_job *job)
{
    struct select_predictor *p;
    iso_records records = {0};
    iso_err err = ISO_OK;

    job->model = iso_states_about(job->states)->model;
    ISO_TRY(compare(&records, job));
    ISO_TRY(iso_select_add(&p, job, "diversity", "states", SELECT_PAIRS, false));
    take(p, job, &records, "centroid");
    ISO_TRY(iso_select_note_missing(job, p, "languages without states"));
    ISO_TRY(iso_select_add(&p, job, "similarity", "cosine", SELECT_NEAREST, false));
    take(p, job, &records, "cosine");
    ISO_TRY(iso_select_add(&p, job, "similarity", "cka", SELECT_NEAREST, false));
    take(p, job, &records, "cka");
done:
    iso_records_free(&records);
    return err;
}
