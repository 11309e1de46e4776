/* Two branches of one model, the source's and the target's: how far their final [CLS] states lie
 * apart, and, where the checkpoint has a classification head, what each predicts. */
#include <math.h>

#include "analysis/stats/branches.h"
#include "analysis/stats/consistency.h"
#include "analysis/study/mix/mix_claim.h"
#include "analysis/study/mix/mix_inside.h"
#include "analysis/study/items/records.h"
#include "lib/base/alloc.h"
#include "lib/nn/classifier.h"

enum branch { MSE, KL, TARGET, TWO, SOURCE };

/* One target under way. */
struct work {
    iso_records *out;
    const struct mix_job *job;
    const struct mixed *m;
    iso_classifier *head;
    int32_t *label;               /* items; NULL without labels */
    iso_mat source, target, mean; /* logits */
    iso_boot boot;
    double *before, *after; /* outcomes: items; places × ways × items */
};

/* --- Values --- */

static iso_err accuracy(iso_value *v, double *each, const struct work *w, enum branch what)
{
    const iso_mat *logits = what == SOURCE ? &w->source : what == TARGET ? &w->target : &w->mean;

    return iso_branches_accuracy(v, each, iso_mat_view(logits), w->label, w->boot,
                                 iso_run_seed(w->job->run));
}

/* One branch against the source's, of final states of the target. */
static iso_err value_of(iso_value *v, double *each, struct work *w, enum branch what,
                        const iso_mat *cls)
{
    const uint64_t seed = iso_run_seed(w->job->run);
    iso_err err = ISO_OK;

    if (what == MSE)
        return iso_consistency_mse(v, each, iso_mat_view(&w->m->cls_source), iso_mat_view(cls),
                                   w->boot, seed);
    ISO_TRY(iso_classifier_logits(&w->target, w->head, iso_mat_view(cls)));
    if (what == KL)
        return iso_consistency_kl(v, each, iso_mat_view(&w->source), iso_mat_view(&w->target),
                                  w->boot, seed);
    ISO_TRY(iso_branches_mean(&w->mean, iso_mat_view(&w->source), iso_mat_view(&w->target)));
    ISO_TRY(accuracy(v, each, w, what));
done:
    return err;
}

/* --- Records --- */

static iso_record record_of(const struct work *w, enum branch what)
{
    static const char *const names[][2] = {{"mse", "cls"},
                                           {"kl", "predictions"},
                                           {"accuracy", "target-branch"},
                                           {"accuracy", "two-branch"},
                                           {"accuracy", "source-branch"}};
    iso_record r = iso_record_none();

    r.measure = names[what][0];
    r.estimator = names[what][1];
    r.src = w->m->src;
    r.tgt = w->m->tgt;
    r.src_layer = r.tgt_layer = w->m->scheme->L;
    r.src_dim = r.tgt_dim = w->m->scheme->C;
    r.pool = "cls";
    r.model = w->m->model;
    return r;
}

static iso_err add(const struct work *w, iso_record *r, const iso_value *v)
{
    iso_record_value(r, v);
    return iso_records_add(w->out, r);
}

/* The mean of outcomes less those of `less`. */
static iso_err add_difference(const struct work *w, iso_record *r, const double *each,
                              const double *less)
{
    const int64_t n = w->m->items;
    double *outcome = NULL;
    iso_value v;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&outcome, n, sizeof *outcome));
    for (int64_t i = 0; i < n; i++)
        outcome[i] = each[i] - less[i];
    ISO_TRY(iso_consistency_mean(&v, outcome, n, w->boot, iso_run_seed(w->job->run)));
    r->stage = "difference";
    ISO_TRY(add(w, r, &v));
done:
    iso_free(outcome);
    return err;
}

static iso_err add_differences(const struct work *w, iso_record r, int place, int way)
{
    const struct mix_scheme *s = w->m->scheme;
    const double *each = w->after + iso_mixed_place_way(s, place, way) * w->m->items;
    iso_err err = ISO_OK;

    r.given = iso_mix_bar_name(MIX_BAR_BEFORE);
    ISO_TRY(add_difference(w, &r, each, w->before));
    for (int c = 0; c < s->ways && !s->way[way].control; c++) {
        r.given = s->way[c].name;
        if (s->way[c].control)
            ISO_TRY(add_difference(w, &r, each,
                                   w->after + iso_mixed_place_way(s, place, c) * w->m->items));
    }
done:
    return err;
}

/* `values` of every place and way are there, and all outcomes. */
static iso_err add_after(const struct work *w, enum branch what, const iso_value *values)
{
    const struct mix_scheme *s = w->m->scheme;
    iso_buf name = {0};
    iso_err err = ISO_OK;

    for (int i = 0; i < s->places * s->ways; i++) {
        iso_record r = record_of(w, what);
        name.len = 0;
        ISO_TRY(iso_mixed_name(&name, s, i / s->ways, i % s->ways));
        r.mix = name.text;
        r.mix_layer = s->place[i / s->ways].first;
        r.stage = "after";
        ISO_TRY(add(w, &r, &values[i]));
        ISO_TRY(add_differences(w, r, i / s->ways, i % s->ways));
    }
done:
    iso_buf_free(&name);
    return err;
}

static iso_err add_branch(struct work *w, enum branch what)
{
    const int count = w->m->scheme->places * w->m->scheme->ways;
    iso_record r = record_of(w, what);
    iso_value before, *values = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&values, count, sizeof *values));
    ISO_TRY(value_of(&before, w->before, w, what, &w->m->cls_before));
    r.stage = "before";
    ISO_TRY(add(w, &r, &before));
    for (int i = 0; i < count; i++)
        ISO_TRY(value_of(&values[i], w->after + i * w->m->items, w, what, &w->m->cls_after[i]));
    ISO_TRY(add_after(w, what, values));
done:
    iso_free(values);
    return err;
}

/* --- A head's part --- */

/* The target's labels, else the source's, as classes of the head. */
static iso_err find_labels(struct work *w, int target)
{
    const struct mix_job *job = w->job;
    int lang = iso_mix_target_lang(job, target);
    bool any = false;
    iso_err err = ISO_OK;

    if (!job->in.lang[lang].corpus.labels)
        lang = iso_mix_source_lang(job, target);
    const char *const *labels = job->in.lang[lang].corpus.labels;
    if (!labels)
        return ISO_OK;
    ISO_TRY(iso_alloc(&w->label, job->items, sizeof *w->label));
    for (int64_t i = 0; i < job->items; i++) {
        const char *label = labels[job->pick[lang][i]];
        w->label[i] = label && *label ? (int32_t)iso_classifier_find(w->head, label) : -1;
        any = any || w->label[i] >= 0;
    }
    if (!any) { /* labels of another task */
        iso_free(w->label);
        w->label = NULL;
    }
done:
    return err;
}

static iso_err add_predictions(struct work *w, int target)
{
    const int64_t K = iso_classifier_classes(w->head);
    iso_record r = record_of(w, SOURCE);
    iso_value v;
    iso_err err = ISO_OK;

    ISO_TRY(iso_mat_new(&w->source, w->m->items, K, ISO_F32));
    ISO_TRY(iso_mat_new(&w->target, w->m->items, K, ISO_F32));
    ISO_TRY(iso_mat_new(&w->mean, w->m->items, K, ISO_F32));
    ISO_TRY(iso_classifier_logits(&w->source, w->head, iso_mat_view(&w->m->cls_source)));
    ISO_TRY(add_branch(w, KL));
    ISO_TRY(find_labels(w, target));
    if (!w->label)
        goto done;
    ISO_TRY(accuracy(&v, NULL, w, SOURCE));
    r.stage = "before"; /* the source is never touched */
    ISO_TRY(add(w, &r, &v));
    ISO_TRY(add_branch(w, TARGET));
    ISO_TRY(add_branch(w, TWO));
done:
    return err;
}

iso_err iso_mix_branches(iso_records *out, const struct mix_job *job, int target,
                         const struct mixed *m)
{
    const int64_t pairs = (int64_t)m->scheme->places * m->scheme->ways;
    struct work w = {.out = out, .job = job, .m = m, .head = job->classifier};
    iso_err err = ISO_OK;

    w.boot = job->opt.interval == ISO_INTERVAL_NONE ? ISO_BOOT_NONE : ISO_BOOT_PERCENTILE;
    ISO_TRY(iso_alloc(&w.before, m->items, sizeof *w.before));
    ISO_TRY(iso_alloc(&w.after, pairs * m->items, sizeof *w.after));
    ISO_TRY(add_branch(&w, MSE));
    if (w.head)
        ISO_TRY(add_predictions(&w, target));
done:
    iso_mat_free(&w.source);
    iso_mat_free(&w.target);
    iso_mat_free(&w.mean);
    iso_free(w.label);
    iso_free(w.before);
    iso_free(w.after);
    return err;
}
