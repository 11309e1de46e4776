/* The report: records gathered, sections drawn, the folder written. */
#include "analysis/page/report/report.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "analysis/page/report/report_inside.h"
#include "lib/base/alloc.h"
#include "lib/io/record_read.h"
#include "lib/io/record_write.h"
#include "lib/io/outfile.h"
#include "lib/io/outfolder.h"

enum { VIEWS_MOST = 64 };

/* clang-format off */
static const iso_option options[] = {
    ISO_MODEL_FOLDER(iso_report_opt),
    ISO_TEXTS_CORPUS(iso_report_opt),
    ISO_OPTION(iso_report_opt, TEXT, baseline, "LIST", "beside the states in all studies, with " ISO_FIELD(model) ": random (weights), pieces (tf-idf of tokens), length"),
    ISO_OPTION(iso_report_opt, INPUT, baseline_states, "INPUT...", "states that stand for random, instead of three made for it", .reads = ISO_READS_STATES, .tier = ISO_OPTION_RARE),
    ISO_OPTION(iso_report_opt, PATH, scores, "TABLE", "task scores: a row a model and a column a language, or lang and score; or records of accuracy or f1", .reads = ISO_READS_FILE),
    ISO_OPTION(iso_report_opt, TEXT, row, "NAME", "row of " ISO_FIELD(scores) ", where it has several"),
    ISO_OPTION(iso_report_opt, PATH, given, "TABLE", "quantities to hold constant: a row each by language, or of pairs src, tgt", .reads = ISO_READS_FILE),
    ISO_OPTION(iso_report_opt, PATH, blocks, "TABLE", "lang and block (a family, a script): correlations with the gap permute languages within blocks only", .reads = ISO_READS_FILE),
    ISO_SELECT_SRC(iso_report_opt),
    ISO_SELECT_TGT(iso_report_opt),
    ISO_SELECT_LAYERS(iso_report_opt),
    ISO_OPTION(iso_report_opt, TEXT, layer, "K", "layer to mix at, with " ISO_FIELD(model) " and " ISO_FIELD(corpus) " (default: sweep)"),
    ISO_OPTION(iso_report_opt, TIME, time, "TIME", "what it may take, counted beforehand at 100 billion operations a second: 90s, 10m, 1h, none; mixing takes fewer sentences and layers for it (default: 2m)", .init = "2m"),
    ISO_OPTION(iso_report_opt, MEASURES, measure, "LIST", "measures: cka,cka:biased,cosine (a name alone: its recommended estimators)"),
    ISO_OPTION(iso_report_opt, FLAG, each_source, NULL, "a probe of every language that has labels, not of the source alone: a grid of transfer"),
    ISO_OPTION_PREP(iso_report_opt),
    ISO_OPTION(iso_report_opt, ENUM, interval, "KIND", "how intervals are made", .choices = "none jackknife groups"),
    ISO_OPTION_PERMUTATIONS(iso_report_opt, .excludes = NULL),
    ISO_OPTION(iso_report_opt, ENUM, algorithm, "KIND", "how sums are made (default: by the number of items)", .choices = "gram sums", .numbers = (const int[]){ISO_METHOD_GRAM, ISO_METHOD_SUMS}, .tier = ISO_OPTION_RARE),
    ISO_OPTION(iso_report_opt, INPUT, records, "FILE...", "take these records in as they are", .reads = ISO_READS_FILE),
    ISO_TEXTS_COLUMNS(iso_report_opt),
    ISO_TEXTS_FORMAT(iso_report_opt),
};
/* clang-format on */
const iso_options iso_report_options = ISO_OPTIONS("report", iso_report_opt, options);

void iso_report_opt_init(iso_report_opt *opt, size_t size)
{
    iso_options_init(&iso_report_options, opt, size);
}

/* --- Figures --- */

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
    ISO_TRY(iso_outfile_save(path.text, text));
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

/* The records with the header of the run. */
static iso_err write_json(iso_buf *out, const struct report *report)
{
    iso_origin origin =
        report->opt->origin ? *report->opt->origin : (iso_origin){.version = ISO_VERSION};
    iso_states_file *files = NULL;
    iso_err err = ISO_OK;

    if (report->states) {
        const int count = iso_states_files(report->states);
        ISO_TRY(iso_alloc(&files, count, sizeof *files));
        for (int i = 0; i < count; i++)
            files[i] = *iso_states_file_at(report->states, i);
        origin.inputs = files;
        origin.input_count = count;
    }
    ISO_TRY(iso_json_write(out, &report->records, &origin));
done:
    iso_free(files);
    return err;
}

static iso_err write_all(struct report *report, const char *folder, const iso_run *run)
{
    struct section_view *views = NULL;
    iso_buf page = {0};
    int count = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&views, VIEWS_MOST, sizeof *views));
    ISO_TRY(write_json(&report->json, report));
    ISO_TRY(iso_csv_write(&report->csv, &report->records));
    ISO_TRY(iso_report_summarise(&report->summary, report));
    iso_style_list(&report->langs, &report->states, report->states ? 1 : 0, &report->records);
    ISO_TRY(make_views(views, &count, report));
    ISO_TRY(make_figures_folder(folder));
    iso_report_progress_part(&report->progress, REPORT_DRAWING);
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
    iso_report_cost_free(&report->cost);
}

static iso_err gather(struct report *report, const iso_run *run)
{
    iso_buf left = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_report_cost_cut(&left, &report->cost, report->opt));
    if (report->states)
        ISO_TRY(iso_report_runs(report, run));
    if (iso_report_mixes(report->opt))
        ISO_TRY(iso_report_mix(report, run));
    for (const char *const *path = report->opt->records; path && *path; path++)
        ISO_TRY(iso_report_file(report, *path, run));
    ISO_TRY(iso_report_gap(report, run));
    if (report->records.count == 0 && report->cost.left[REPORT_MIXING])
        ISO_FAIL(ISO_EDATA, "%s", left.text);
    if (report->records.count == 0)
        ISO_FAIL(ISO_EDATA, "no records, so there is nothing to report");
done:
    iso_buf_free(&left);
    return err;
}

static iso_err take_options(iso_report_opt *out, const iso_report_opt *opt, bool states)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_options_take(&iso_report_options, out, opt));
    ISO_TRY(iso_report_runs_check(out));
    ISO_TRY(iso_report_mix_check(out, states));
    ISO_TRY(iso_report_gap_check(out));
done:
    return err;
}

iso_err iso_report_check(const iso_report_opt *opt, bool states)
{
    iso_report_opt o;

    return take_options(&o, opt, states);
}

iso_err iso_report_plan(iso_facts *out, iso_states *states, const iso_report_opt *opt,
                        const iso_run *run)
{
    iso_report_opt o;
    struct report report = {.opt = &o, .states = states};
    iso_err err = ISO_OK;

    ISO_TRY(take_options(&o, opt, states != NULL));
    ISO_TRY(iso_report_cost(&report.cost, &report, run));
    ISO_TRY(iso_report_cost_facts(out, &report.cost));
done:
    iso_report_cost_free(&report.cost);
    return err;
}

iso_err iso_report(iso_states *states, const iso_report_opt *opt, const char *folder,
                   const iso_run *run)
{
    iso_report_opt o;
    struct report report = {.opt = &o, .states = states};
    iso_outfolder *work = NULL, *made;
    iso_run counted;
    iso_err err = ISO_OK;

    ISO_TRY(take_options(&o, opt, states != NULL));
    ISO_TRY(iso_outfolder_open(&work, folder, "report", o.force));
    ISO_TRY(iso_report_cost(&report.cost, &report, run));
    if (states || iso_report_mixes(&o))
        ISO_TRY(iso_report_cost_note(&report.cost, &o, run));
    counted = iso_report_progress_run(&report.progress, &report.cost, run);
    ISO_TRY(gather(&report, &counted));
    ISO_TRY(write_all(&report, iso_outfolder_work(work), &counted));
    made = work;
    work = NULL;
    ISO_TRY(iso_outfolder_commit(made));
done:
    iso_outfolder_discard(work);
    forget(&report);
    return err;
}
