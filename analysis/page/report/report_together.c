/* The studies of a report that look at all languages together: mingling, and sets of sources. */
#include "analysis/page/report/report_inside.h"
#include "analysis/study/items/selection.h"
#include "analysis/study/mingle/mingle.h"
#include "analysis/study/select/select.h"

/* "en,de,fr": those of the report, which mingle and select take all of. */
static iso_err list_languages(iso_buf *out, const struct report *report,
                              const struct selection *sel)
{
    iso_err err = ISO_OK;

    for (int i = 0; i < sel->lang_count; i++)
        ISO_TRY(iso_buf_printf(out, "%s%s", i ? "," : "",
                               iso_states_lang(report->states, sel->lang[i])->name));
done:
    return err;
}

iso_err iso_report_mingling(struct report *report, const struct selection *sel, const iso_run *run)
{
    iso_run quiet = run ? *run : (iso_run){0};
    iso_mingle_opt opt;
    iso_records records = {0};
    iso_buf langs = {0};
    iso_err err = ISO_OK;

    iso_report_progress_part(&report->progress, REPORT_MINGLING);
    if (report->cost.left[REPORT_MINGLING]) {
        iso_run_note(run, "neighbours among so many rows are left to `isogloss mingle`");
        return ISO_OK;
    }
    ISO_TRY(list_languages(&langs, report, sel));
    quiet.note = NULL; /* what there is to say of these rows, compare has said */
    iso_mingle_opt_init(&opt, sizeof opt);
    opt.select.tgt = report->opt->select.tgt ? langs.text : NULL;
    opt.select.layers = report->opt->select.layers;
    opt.measure = "mingle:ratio,ilo:harmonic,silhouette:cosine";
    opt.baseline = iso_report_baseline(report->opt, report->set);
    opt.prep = report->opt->prep;
    opt.interval = iso_report_interval(report);
    err = iso_mingle(&records, report->states, &opt, &quiet);
    ISO_TRY(
        iso_report_take(report, &records, err, &iso_mingle_options, &opt, "mingling", NULL, run));
done:
    iso_buf_free(&langs);
    return err;
}

/* Not how many scripts a set has, which no states are asked for. */
static bool keep_states(const struct report *report, const iso_record *r)
{
    (void)report;
    return r->src_layer != ISO_NO_INT;
}

/* Sets of three sources, by the last layer. */
iso_err iso_report_sources(struct report *report, const struct selection *sel, const iso_run *run)
{
    iso_select_opt opt;
    iso_records records = {0};
    iso_buf langs = {0};
    iso_err err = ISO_OK;

    if (sel->lang_count <= 3)
        return ISO_OK;
    iso_report_progress_part(&report->progress, REPORT_SETS);
    ISO_TRY(list_languages(&langs, report, sel));
    iso_select_opt_init(&opt, sizeof opt);
    opt.src = langs.text;
    opt.k = 3;
    err = iso_select(&records, report->states, NULL, &opt, run);
    ISO_TRY(iso_report_take(report, &records, err, &iso_select_options, &opt, "sets of sources",
                            keep_states, run));
done:
    iso_buf_free(&langs);
    return err;
}
