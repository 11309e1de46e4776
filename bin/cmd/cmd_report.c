/* isogloss report: from hidden states or records to a folder with one page. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "bin/cmd.h"
#include "analysis/study/compare/compare.h"
#include "bin/input.h"
#include "bin/out.h"
#include "lib/io/record_read.h"
#include "analysis/page/report/report.h"
#include "analysis/page/report/report_gap.h"
#include "analysis/page/report/report_gather.h"
#include "analysis/page/report/report_mix.h"
#include "analysis/page/report/report_probe.h"
#include "bin/term.h"
#include "lib/base/alloc.h"
#include "lib/io/csv.h"
#include "lib/io/outfolder.h"

enum { VIEWS_MOST = 64 };

static bool defined(const iso_records *records)
{
    for (int64_t i = 0; i < records->count; i++) {
        if (records->at[i].value == records->at[i].value)
            return true;
    }
    return false;
}

static iso_err draw(struct section_view *v, const struct report *report, const char *folder,
                    const iso_run *run)
{
    iso_buf path = {0};
    iso_err err = ISO_OK;

    if (!defined(&v->records))
        return ISO_OK;
    ISO_TRY(iso_figure_make(&v->figure, &v->records,
                            &(struct figure_ask){.kind = v->section->kind,
                                                 .places = v->places,
                                                 .langs = &report->langs,
                                                 .among = &report->records}));
    ISO_TRY(iso_buf_printf(&path, "%s/figures/%s.svg", folder, v->id));
    ISO_TRY(iso_figure_save_all(&v->figure, path.text, run));
    ISO_TRY(iso_records_bytes(&v->svg, path.text, run));
done:
    iso_buf_free(&path);
    return err;
}

/* Ids made of measures' names may meet. */
static iso_err make_unique(struct section_view *views, int i)
{
    iso_buf id = {0};
    iso_err err = ISO_OK;

    for (int j = 0; j < i; j++) {
        if (strcmp(views[j].id, views[i].id) != 0)
            continue;
        ISO_TRY(iso_buf_printf(&id, "%s-%d", views[i].id, i));
        iso_free(views[i].id);
        views[i].id = id.text;
        id = (iso_buf){0};
    }
done:
    iso_buf_free(&id);
    return err;
}

static iso_err make_views(struct section_view *views, int *count, const struct report *report)
{
    int more = 0;
    iso_err err = ISO_OK;

    for (int i = 0; i < iso_section_count(); i++) {
        bool has = false;
        ISO_TRY(iso_section_view_make(&views[*count], &has, iso_section_at(i), report));
        *count += has;
    }
    ISO_TRY(iso_section_rest(views + *count, &more, VIEWS_MOST - *count, report));
    *count += more;
    for (int i = 0; i < *count; i++)
        ISO_TRY(make_unique(views, i));
done:
    return err;
}

static iso_err write_file(const char *folder, const char *name, const iso_buf *text)
{
    iso_buf path = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_printf(&path, "%s/%s", folder, name));
    ISO_TRY(out_file(path.text, text));
done:
    iso_buf_free(&path);
    return err;
}

static iso_err make_figures_folder(const char *folder)
{
    iso_buf path = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_printf(&path, "%s/figures", folder));
    if (mkdir(path.text, 0777) != 0)
        ISO_FAIL(ISO_EIO, "%s: %s", path.text, strerror(errno));
done:
    iso_buf_free(&path);
    return err;
}

static iso_err write_all(struct report *report, const char *folder, const iso_run *run)
{
    struct section_view *views = NULL;
    iso_buf page = {0};
    int count = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&views, VIEWS_MOST, sizeof *views));
    ISO_TRY(out_json(&report->json, report->set, &report->records, &report->states,
                     report->states ? 1 : 0));
    ISO_TRY(iso_csv_write(&report->csv, &report->records));
    ISO_TRY(iso_report_summarise(&report->summary, report));
    iso_style_list(&report->langs, &report->states, report->states ? 1 : 0, &report->records);
    ISO_TRY(make_views(views, &count, report));
    ISO_TRY(make_figures_folder(folder));
    for (int i = 0; i < count; i++) {
        ISO_TRY(iso_run_step(run, "drawing", i, count, "figures"));
        ISO_TRY(draw(&views[i], report, folder, run));
    }
    ISO_TRY(iso_report_page(&page, report, views, count));
    ISO_TRY(write_file(folder, "records.json", &report->json));
    ISO_TRY(write_file(folder, "records.csv", &report->csv));
    ISO_TRY(write_file(folder, "report.html", &page));
done:
    for (int i = 0; views && i < VIEWS_MOST; i++)
        iso_section_view_free(&views[i]);
    iso_free(views);
    iso_buf_free(&page);
    return err;
}

static void forget(struct report *report)
{
    for (int i = 0; i < report->source_count; i++)
        iso_buf_free(&report->source[i].line);
    iso_records_free(&report->records);
    iso_buf_free(&report->json);
    iso_buf_free(&report->csv);
    iso_buf_free(&report->summary);
    iso_states_close(report->states);
}

static iso_err report_of(const struct settings *set)
{
    const iso_run run = term_run(set);
    struct report report = {.set = set};
    iso_outfolder *folder = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_outfolder_open(&folder, set->out, "report", set->force));
    if (set->inputs.count > 0) {
        ISO_TRY(input_open(&report.states, set, &set->inputs, &run));
        ISO_TRY(iso_gather_runs(&report, &run));
        ISO_TRY(iso_report_probe(&report, &run));
    }
    if (iso_report_mixes(set))
        ISO_TRY(iso_report_mix(&report, &run));
    for (int i = 0; i < set->records.count; i++)
        ISO_TRY(iso_gather_file(&report, set->records.at[i], &run));
    ISO_TRY(iso_report_gap(&report, &run));
    if (report.records.count == 0)
        ISO_FAIL(ISO_EARG, "no records, so there is nothing to report");
    ISO_TRY(write_all(&report, iso_outfolder_work(folder), &run));
    iso_outfolder *made = folder;
    folder = NULL;
    ISO_TRY(iso_outfolder_commit(made));
    term_clear();
    printf("%s/report.html\n", set->out);
done:
    iso_outfolder_discard(folder);
    forget(&report);
    return err;
}

static int run(const struct settings *set)
{
    if (set->inputs.count == 0 && set->records.count == 0 && !set->model && !set->corpus)
        return cmd_usage(set, "needs an INPUT, --records FILE, or --model and --corpus");
    if (!set->out || !*set->out || strcmp(set->out, "-") == 0)
        return cmd_usage(set, "no folder to write: -o DIR");
    if (iso_gather_check(set) || iso_report_mix_check(set) || iso_report_gap_check(set))
        return cmd_usage(set, "%s", iso_err_msg());
    const iso_err err = report_of(set);
    return err ? cmd_failed(set, err) : EXIT_DONE;
}

const struct cmd cmd_report = {
    .name = "report",
    .args = "INPUT... -o DIR [--records FILE...] [--model DIR --corpus DIR] [--scores TABLE]",
    .summary = "one page of figures, tables and reading guides",
    .options = "only out title records scores row given model corpus columns text-format layer src "
               "tgt layers "
               "measure interval "
               "road threads mem seed "
               "precision limit progress quiet " OPTIONS_READING,
    .reads = ISO_READS_STATES,
    .run = run,
};
