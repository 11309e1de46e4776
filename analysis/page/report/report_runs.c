/* The studies that a report runs on its states. */
#include <string.h>

#include "analysis/page/report/report_inside.h"
#include "analysis/study/align/align.h"
#include "analysis/study/baseline/baseline_set.h"
#include "analysis/study/centroids/centroids.h"
#include "analysis/study/compare/compare.h"
#include "analysis/study/items/selection.h"
#include "analysis/study/probe/probes.h"
#include "analysis/study/retrieve/retrieve.h"
#include "analysis/study/robust/robust.h"

static bool keep_unequal_layers(const struct report *report, const iso_record *r)
{
    (void)report;
    return r->src_layer != r->tgt_layer;
}

static bool keep_without_source(const struct report *report, const iso_record *r)
{
    return strcmp(r->src, report->src) != 0 && strcmp(r->tgt, report->src) != 0;
}

/* The rest is for who asks the command. */
static bool keep_robust(const struct report *report, const iso_record *r)
{
    (void)report;
    return (strcmp(r->measure, "ratio") == 0 && strcmp(r->estimator, "median") == 0) ||
           (strcmp(r->measure, "auc") == 0 && strcmp(r->estimator, "ratio") == 0);
}

static bool keep_aligned(const struct report *report, const iso_record *r)
{
    (void)report;
    return r->stage && strcmp(r->stage, "difference") != 0;
}

iso_interval iso_report_interval(const struct report *report)
{
    return report->opt->interval == ISO_INTERVAL_NONE ? ISO_INTERVAL_NONE : ISO_INTERVAL_USUAL;
}

iso_err iso_report_take(struct report *report, iso_records *records, iso_err err,
                        const iso_options *study, const void *opt, const char *missing,
                        iso_report_keep *keep, const iso_run *run)
{
    iso_buf line = {0};

    if (err == ISO_EDATA && missing) {
        iso_run_note(run, "no %s: %s", missing, iso_err_msg());
        err = ISO_OK;
        goto done;
    }
    ISO_TRY(err);
    ISO_TRY(iso_report_line(&line, report, study, opt));
    ISO_TRY(iso_report_add(report, &line, records, keep));
done:
    iso_records_free(records);
    iso_buf_free(&line);
    return err;
}

/* --- Comparing --- */

iso_baseline_opt iso_report_baseline(const iso_report_opt *o, const iso_baseline_set *set)
{
    return o->baseline || o->baseline_states ? (iso_baseline_opt){.kinds = o->baseline,
                                                                  .states = o->baseline_states,
                                                                  .model = o->model.folder,
                                                                  .corpus = o->texts.corpus,
                                                                  .set = set}
                                             : (iso_baseline_opt){0};
}

static iso_compare_opt comparison_of(const iso_report_opt *o, const char *measures)
{
    iso_compare_opt opt;

    iso_compare_opt_init(&opt, sizeof opt);
    opt.select = o->select;
    opt.measure = o->measure ? o->measure : measures;
    opt.prep = o->prep;
    opt.algorithm = o->algorithm;
    opt.interval = o->interval;
    opt.permutations = o->permutations;
    return opt;
}

iso_err iso_report_runs_check(const iso_report_opt *o)
{
    iso_compare_opt opt = comparison_of(o, "cka");

    opt.baseline = iso_report_baseline(o, NULL);
    return iso_compare_check(&opt);
}

static iso_err compare(struct report *report, const iso_compare_opt *opt, const iso_run *run,
                       iso_report_keep *keep)
{
    iso_records records = {0};
    const iso_err err = iso_compare(&records, report->states, opt, run);

    return iso_report_take(report, &records, err, &iso_compare_options, opt, NULL, keep, run);
}

static iso_err run_centroids(struct report *report, const iso_run *run)
{
    iso_compare_opt opt = comparison_of(report->opt, "centroid:relative,centroid:share");
    iso_options shown = iso_compare_options;
    iso_records records = {0};

    iso_report_progress_part(&report->progress, REPORT_CENTROIDS);
    opt.baseline = iso_report_baseline(report->opt, report->set);
    const iso_err err = iso_compare(&records, report->states, &opt, run);
    shown.name = iso_centroids_options.name; /* the command has the same options */
    return iso_report_take(report, &records, err, &shown, &opt, NULL, NULL, run);
}

/* "de,fr,ru": the first targets. */
static iso_err list_targets(iso_buf *out, const struct report *report, const struct selection *sel)
{
    iso_err err = ISO_OK;

    for (int i = 0; i < sel->pair_count && i < REPORT_ACROSS_MOST; i++) {
        ISO_TRY(iso_buf_puts(out, i ? "," : ""));
        ISO_TRY(iso_buf_puts(out, iso_states_lang(report->states, sel->pair[i][1])->name));
    }
done:
    return err;
}

static iso_err run_across(struct report *report, const struct selection *sel, const iso_run *run)
{
    iso_compare_opt opt = comparison_of(report->opt, "cka");
    iso_buf targets = {0};
    iso_err err = ISO_OK;

    iso_report_progress_part(&report->progress, REPORT_ACROSS);
    opt.select.across = true;
    if (sel->pair_count > REPORT_ACROSS_MOST) {
        ISO_TRY(list_targets(&targets, report, sel));
        opt.select.tgt = targets.text;
        iso_run_note(
            run,
            "every layer is compared with every layer for the first %d of %d languages; " ISO_FIELD(
                tgt) " chooses",
            REPORT_ACROSS_MOST, sel->pair_count);
    }
    ISO_TRY(compare(report, &opt, run, keep_unequal_layers));
done:
    iso_buf_free(&targets);
    return err;
}

/* --- Searching and aligning --- */

static iso_err run_retrieval(struct report *report, const iso_run *run)
{
    iso_run quiet = run ? *run : (iso_run){0};
    iso_retrieve_opt opt;
    iso_records records = {0};

    iso_report_progress_part(&report->progress, REPORT_RETRIEVAL);
    if (report->cost.left[REPORT_RETRIEVAL]) {
        iso_run_note(run, "retrieval among more than %d rows is left to `isogloss retrieve`",
                     REPORT_SEARCHED_MOST);
        return ISO_OK;
    }
    quiet.note = NULL; /* what there is to say of these rows, compare has said */
    iso_retrieve_opt_init(&opt, sizeof opt);
    opt.select = report->opt->select;
    opt.measure = "p@1:cosine,p@1:csls";
    opt.baseline = iso_report_baseline(report->opt, report->set);
    opt.prep = report->opt->prep;
    opt.interval = iso_report_interval(report);
    opt.permutations = report->opt->permutations;
    const iso_err err = iso_retrieve(&records, report->states, &opt, &quiet);
    return iso_report_take(report, &records, err, &iso_retrieve_options, &opt, "retrieval", NULL,
                           run);
}

static iso_err run_alignment(struct report *report, const iso_run *run)
{
    iso_run quiet = run ? *run : (iso_run){0};
    iso_align_opt opt;
    iso_records records = {0};

    iso_report_progress_part(&report->progress, REPORT_ALIGNMENT);
    if (report->cost.left[REPORT_ALIGNMENT]) {
        iso_run_note(run, "maps between so many languages and layers are left to `isogloss align`");
        return ISO_OK;
    }
    quiet.note = NULL;
    iso_align_opt_init(&opt, sizeof opt);
    opt.select = report->opt->select;
    opt.measure = "p@1";
    opt.baseline = iso_report_baseline(report->opt, report->set);
    opt.prep = report->opt->prep;
    opt.interval = iso_report_interval(report);
    const iso_err err = iso_align(&records, report->states, &opt, &quiet);
    return iso_report_take(report, &records, err, &iso_align_options, &opt, "alignment",
                           keep_aligned, run);
}

/* --- Probing --- */

/* How far translations lie in distances to the probe's boundary; rows that are no sentences have
 * none. */
static iso_err run_robust(struct report *report, const iso_run *run)
{
    iso_run quiet = run ? *run : (iso_run){0};
    iso_robust_opt opt;
    iso_records records = {0};

    iso_report_progress_part(&report->progress, REPORT_ROBUST);
    quiet.note = NULL; /* what there is to say of these items, probe has said */
    iso_robust_opt_init(&opt, sizeof opt);
    opt.select.src = report->opt->select.src ? report->src : NULL;
    opt.select.tgt = report->opt->select.tgt;
    opt.select.layers = report->opt->select.layers;
    opt.prep = report->opt->prep;
    opt.interval = iso_report_interval(report);
    const iso_err err = iso_robust(&records, report->states, &opt, &quiet);
    return iso_report_take(report, &records, err, &iso_robust_options, &opt,
                           "distances to a boundary", keep_robust, run);
}

/* What a probe of the source knows of the others, and whether languages are identified. */
static iso_err run_probes(struct report *report, const struct selection *sel, int src,
                          const iso_run *run)
{
    iso_probe_opt opt;
    iso_records records = {0};
    iso_buf all = {0};
    iso_err err = ISO_OK;

    if (!iso_probe_has_labels(report->states, src))
        return ISO_OK;
    iso_report_progress_part(&report->progress, REPORT_PROBES);
    if (report->cost.left[REPORT_PROBES]) {
        iso_run_note(run, "probes of so many rows and layers are left to `isogloss probe`");
        return ISO_OK;
    }
    iso_probe_opt_init(&opt, sizeof opt);
    opt.each_source = report->opt->each_source;
    for (int i = 0; opt.each_source && i < sel->lang_count; i++) {
        if (iso_probe_has_labels(report->states, sel->lang[i]))
            ISO_TRY(iso_buf_printf(&all, "%s%s", all.len ? "," : "",
                                   iso_states_lang(report->states, sel->lang[i])->name));
    }
    opt.select.src = all.len ? all.text : report->opt->select.src ? report->src : NULL;
    opt.select.tgt = report->opt->select.tgt;
    opt.select.layers = report->opt->select.layers;
    opt.measure = "accuracy:probe,gap,accuracy:language-id";
    opt.baseline = iso_report_baseline(report->opt, report->set);
    opt.prep = report->opt->prep;
    opt.interval = iso_report_interval(report);
    err = iso_probe(&records, report->states, &opt, run);
    const bool there = !err;
    ISO_TRY(iso_report_take(report, &records, err, &iso_probe_options, &opt, "probe", NULL, run));
    if (there)
        ISO_TRY(run_robust(report, run));
done:
    iso_buf_free(&all);
    return err;
}

/* --- All --- */

/* Of all pairs, those with the source are there already when it came first in the pair. */
static iso_err run_pairs(struct report *report, const iso_run *run)
{
    iso_compare_opt opt = comparison_of(report->opt, "cka,centroid:relative");

    iso_report_progress_part(&report->progress, REPORT_PAIRS);
    opt.select.pairs = ISO_PAIRS_ALL;
    opt.select.src = NULL;
    return compare(report, &opt, run, keep_without_source);
}

static iso_err run_studies(struct report *report, const struct selection *sel, int src,
                           const iso_run *run)
{
    const iso_report_opt *o = report->opt;
    iso_compare_opt all = comparison_of(o, "cka,cka:biased,cosine:raw,cosine:centred");
    iso_err err = ISO_OK;

    all.baseline =
        iso_report_baseline(o, report->set); /* maps of layers and of languages show none */
    iso_report_progress_part(&report->progress, REPORT_COMPARE);
    ISO_TRY(compare(report, &all, run, NULL));
    if (!o->measure) {
        ISO_TRY(run_centroids(report, run));
        ISO_TRY(run_retrieval(report, run));
        ISO_TRY(run_alignment(report, run));
    }
    if (sel->layer_count > 1)
        ISO_TRY(run_across(report, sel, run));
    if (sel->pair_count > 1)
        ISO_TRY(run_pairs(report, run));
    if (!o->measure) {
        ISO_TRY(iso_report_mingling(report, sel, run));
        ISO_TRY(run_probes(report, sel, src, run));
        ISO_TRY(iso_report_sources(report, sel, run));
    }
done:
    return err;
}

/* Random networks are drawn once, for all studies. */
iso_err iso_report_runs(struct report *report, const iso_run *run)
{
    const iso_report_opt *o = report->opt;
    const iso_baseline_opt baseline = iso_report_baseline(o, NULL);
    iso_run rest = run ? *run : (iso_run){0};
    iso_baseline_set *set = NULL;
    struct selection sel = {0};
    int src = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_selection_source(&src, &o->select, report->states));
    report->src = iso_states_lang(report->states, src)->name;
    ISO_TRY(iso_selection_make(&sel, &o->select, report->states, false));
    if (!o->measure) /* else one study alone has baselines */
        ISO_TRY(iso_baseline_set_new(&set, report->states, &baseline, &o->select, run));
    report->set = set;
    rest.mem = iso_run_mem(run) - iso_baseline_set_bytes(set);
    ISO_TRY(run_studies(report, &sel, src, &rest));
done:
    report->set = NULL;
    iso_baseline_set_free(set);
    iso_selection_free(&sel);
    return err;
}
