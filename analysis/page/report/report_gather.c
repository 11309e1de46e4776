/* What a report is about: records of files given, and of runs on the input. */
#include <math.h>
#include <string.h>

#include "analysis/study/align/align.h"
#include "analysis/study/compare/compare.h"
#include "lib/io/record_read.h"
#include "analysis/page/report/report_gather.h"
#include "analysis/study/retrieve/retrieve.h"
#include "analysis/study/items/selection.h"
#include "bin/term.h"

static iso_err add_word(iso_buf *out, const char *word)
{
    const iso_err err = iso_buf_puts(out, " ");

    return err ? err : iso_buf_word(out, word);
}

static iso_err add_option(iso_buf *out, const char *name, const char *value)
{
    iso_err err = ISO_OK;

    if (!value)
        return ISO_OK;
    ISO_TRY(iso_buf_printf(out, " --%s", name));
    ISO_TRY(add_word(out, value));
done:
    return err;
}

static iso_err add_count(iso_buf *out, const char *name, int64_t value)
{
    return value ? iso_buf_printf(out, " --%s %lld", name, (long long)value) : ISO_OK;
}

/* The command that makes the same records. */
static iso_err command_line(iso_buf *out, const char *command, const struct settings *s,
                            const char *measures)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_printf(out, "isogloss %s", command));
    for (int i = 0; i < s->inputs.count; i++)
        ISO_TRY(add_word(out, s->inputs.at[i]));
    ISO_TRY(add_option(out, "src", s->src));
    ISO_TRY(add_option(out, "tgt", s->tgt));
    ISO_TRY(add_option(out, "pairs", s->pairs));
    ISO_TRY(add_option(out, "layers", s->layers));
    ISO_TRY(iso_buf_puts(out, s->across ? " --across" : ""));
    ISO_TRY(add_option(out, "measure", s->measure ? s->measure : measures));
    ISO_TRY(add_option(out, "interval", s->interval));
    ISO_TRY(add_option(out, "road", s->road));
    ISO_TRY(add_option(out, "pool", s->pool));
    ISO_TRY(add_option(out, "specials", s->specials));
    ISO_TRY(add_option(out, "axes", s->axes));
    ISO_TRY(add_option(out, "dtype", s->dtype));
    ISO_TRY(add_option(out, "layout", s->layout));
    ISO_TRY(add_count(out, "dim", s->dim));
    ISO_TRY(iso_buf_puts(out, s->transpose ? " --transpose" : ""));
    ISO_TRY(add_option(out, "precision", s->precision));
    ISO_TRY(add_count(out, "limit", s->limit));
    ISO_TRY(add_count(out, "seed", s->seed));
done:
    return err;
}

/* Which of a run's records are kept: those that an earlier run did not make. */
typedef bool keeps(const struct report *report, const iso_record *r);

static bool keep_all(const struct report *report, const iso_record *r)
{
    (void)report;
    (void)r;
    return true;
}

static bool keep_unequal_layers(const struct report *report, const iso_record *r)
{
    (void)report;
    return r->src_layer != r->tgt_layer;
}

static bool keep_without_source(const struct report *report, const iso_record *r)
{
    return strcmp(r->src, report->src) != 0 && strcmp(r->tgt, report->src) != 0;
}

static iso_err add_source(struct report *report, iso_buf *line, const iso_records *records,
                          keeps *keep)
{
    const int64_t first = report->records.count;
    bool mixes = false;
    iso_err err = ISO_OK;

    if (report->source_count == REPORT_SOURCES)
        ISO_FAIL(ISO_EARG, "a report takes at most %d files of records", REPORT_SOURCES - 4);
    for (int64_t i = 0; i < records->count; i++) {
        if (!keep(report, &records->at[i]))
            continue;
        ISO_TRY(iso_records_add(&report->records, &records->at[i]));
        mixes = mixes || records->at[i].mix_layer >= 0;
    }
    if (report->records.count == first)
        goto done;
    report->source[report->source_count++] =
        (struct report_source){*line, first, report->records.count - first, mixes};
    *line = (iso_buf){0};
done:
    return err;
}

/* What --interval and --road of a report mean to a comparison. */
static iso_compare_opt comparison_of(const struct settings *s, const char *measures)
{
    iso_compare_opt opt;

    iso_compare_opt_init(&opt, sizeof opt);
    opt.select = *SELECT_OF(s);
    opt.measure = s->measure ? s->measure : measures;
    opt.road = !s->road                       ? ISO_METHOD_AUTO
               : strcmp(s->road, "gram") == 0 ? ISO_METHOD_GRAM
                                              : ISO_METHOD_SUMS;
    opt.interval = !s->interval                         ? ISO_INTERVAL_USUAL
                   : strcmp(s->interval, "none") == 0   ? ISO_INTERVAL_NONE
                   : strcmp(s->interval, "groups") == 0 ? ISO_INTERVAL_GROUPS
                                                        : ISO_INTERVAL_JACKKNIFE;
    return opt;
}

iso_err iso_gather_check(const struct settings *set)
{
    const iso_compare_opt opt = comparison_of(set, "cka");

    return iso_compare_check(&opt);
}

static iso_err run_one(struct report *report, const char *command, const struct settings *s,
                       const char *measures, const iso_run *run, keeps *keep)
{
    const iso_compare_opt opt = comparison_of(s, measures);
    iso_records records = {0};
    iso_buf line = {0};
    iso_err err = ISO_OK;

    ISO_TRY(command_line(&line, command, s, measures));
    ISO_TRY(iso_compare(&records, report->states, &opt, run));
    ISO_TRY(add_source(report, &line, &records, keep));
done:
    iso_records_free(&records);
    iso_buf_free(&line);
    return err;
}

/* Items of the source, which bound the cost of searching them. */
static int64_t items_of(const struct report *report, int src)
{
    return iso_states_lang(report->states, src)->rows;
}

/* What cannot be searched (unequal dims, too many rows) has no section; the rest of the report
 * stands. */
static iso_err run_retrieval(struct report *report, const struct settings *set, int src,
                             const iso_run *run)
{
    static const char measures[] = "p@1:cosine,p@1:csls";
    struct settings s = *set;
    iso_run quiet = *run; /* what there is to say of these rows, compare has said */
    iso_retrieve_opt opt;
    iso_records records = {0};
    iso_buf line = {0};
    iso_err err = ISO_OK;

    if (items_of(report, src) > SEARCHED_MOST) {
        term_note(set, "retrieval among more than %d rows is left to `isogloss retrieve`",
                  SEARCHED_MOST);
        return ISO_OK;
    }
    s.interval = set->interval && !strcmp(set->interval, "none") ? "none" : NULL;
    s.road = NULL;
    quiet.note = NULL;
    ISO_TRY(command_line(&line, "retrieve", &s, measures));
    iso_retrieve_opt_init(&opt, sizeof opt);
    opt.select = *SELECT_OF(&s);
    opt.measure = measures;
    opt.interval = s.interval ? ISO_INTERVAL_NONE : ISO_INTERVAL_USUAL;
    err = iso_retrieve(&records, report->states, &opt, &quiet);
    if (err == ISO_EDATA) {
        term_note(set, "no retrieval: %s", iso_err_msg());
        err = ISO_OK;
        goto done;
    }
    ISO_TRY(err);
    ISO_TRY(add_source(report, &line, &records, keep_all));
done:
    iso_records_free(&records);
    iso_buf_free(&line);
    return err;
}

static const double MAPPED_MOST = 2e12; /* operations: half a minute on two cores */

static bool keep_aligned(const struct report *report, const iso_record *r)
{
    (void)report;
    return r->stage && strcmp(r->stage, "after") == 0;
}

/* Operations of fitting: a decomposition of each fold's d × d products. */
static double cost_of_maps(const struct report *report, const struct selection *sel)
{
    int64_t rows, cols;
    iso_dtype type;
    double sum = 0;

    for (int k = 0; k < sel->layer_count; k++) {
        if (iso_states_shape(&rows, &cols, &type, report->states, sel->lang[0], sel->layer[k]))
            return INFINITY;
        sum += 5.0 * sel->pair_count * (double)cols * (double)cols *
               (25.0 * (double)cols + 2.0 * (double)rows);
    }
    return sum;
}

/* As run_retrieval: what cannot be aligned has no section. */
static iso_err run_alignment(struct report *report, const struct settings *set,
                             const struct selection *sel, const iso_run *run)
{
    static const char measures[] = "p@1";
    struct settings s = *set;
    iso_run quiet = *run;
    iso_align_opt opt;
    iso_records records = {0};
    iso_buf line = {0};
    iso_err err = ISO_OK;

    if (cost_of_maps(report, sel) > MAPPED_MOST) {
        term_note(set, "maps between so many languages and layers are left to `isogloss align`");
        return ISO_OK;
    }
    s.interval = set->interval && !strcmp(set->interval, "none") ? "none" : NULL;
    s.road = NULL;
    quiet.note = NULL;
    ISO_TRY(command_line(&line, "align", &s, measures));
    iso_align_opt_init(&opt, sizeof opt);
    opt.select = *SELECT_OF(&s);
    opt.measure = measures;
    opt.interval = s.interval ? ISO_INTERVAL_NONE : ISO_INTERVAL_USUAL;
    err = iso_align(&records, report->states, &opt, &quiet);
    if (err == ISO_EDATA) {
        term_note(set, "no alignment: %s", iso_err_msg());
        err = ISO_OK;
        goto done;
    }
    ISO_TRY(err);
    ISO_TRY(add_source(report, &line, &records, keep_aligned));
done:
    iso_records_free(&records);
    iso_buf_free(&line);
    return err;
}

/* "de,fr,ru": the first targets. */
static iso_err list_targets(iso_buf *out, const struct report *report, const struct selection *sel)
{
    iso_err err = ISO_OK;

    for (int i = 0; i < sel->pair_count && i < ACROSS_MOST; i++) {
        ISO_TRY(iso_buf_puts(out, i ? "," : ""));
        ISO_TRY(iso_buf_puts(out, iso_states_lang(report->states, sel->pair[i][1])->name));
    }
done:
    return err;
}

static iso_err run_across(struct report *report, const struct settings *set,
                          const struct selection *sel, const iso_run *run)
{
    struct settings s = *set;
    iso_buf targets = {0};
    iso_err err = ISO_OK;

    s.across = true;
    if (sel->pair_count > ACROSS_MOST) {
        ISO_TRY(list_targets(&targets, report, sel));
        s.tgt = targets.text;
        term_note(set,
                  "every layer is compared with every layer for the first %d of %d languages; "
                  "--tgt chooses",
                  ACROSS_MOST, sel->pair_count);
    }
    ISO_TRY(run_one(report, "compare", &s, "cka", run, keep_unequal_layers));
done:
    iso_buf_free(&targets);
    return err;
}

/* Of all pairs, those with the source are there already when it came first in the pair. */
iso_err iso_gather_runs(struct report *report, const iso_run *run)
{
    struct settings s = *report->set;
    struct selection sel = {0};
    int src = 0;
    iso_err err = ISO_OK;

    s.plan = false;
    s.across = false;
    s.pairs = NULL;
    ISO_TRY(iso_selection_source(&src, SELECT_OF(&s), report->states));
    report->src = iso_states_lang(report->states, src)->name;
    ISO_TRY(iso_selection_make(&sel, SELECT_OF(&s), report->states, false));
    ISO_TRY(
        run_one(report, "compare", &s, "cka,cka:biased,cosine:raw,cosine:centred", run, keep_all));
    if (!s.measure)
        ISO_TRY(
            run_one(report, "centroids", &s, "centroid:relative,centroid:share", run, keep_all));
    if (!s.measure)
        ISO_TRY(run_retrieval(report, &s, src, run));
    if (!s.measure)
        ISO_TRY(run_alignment(report, &s, &sel, run));
    if (sel.layer_count > 1)
        ISO_TRY(run_across(report, &s, &sel, run));
    if (sel.pair_count > 1) {
        s.pairs = "all";
        s.src = NULL; /* its pairs are there already */
        ISO_TRY(run_one(report, "compare", &s, "cka,centroid:relative", run, keep_without_source));
    }
done:
    iso_selection_free(&sel);
    return err;
}

iso_err iso_gather_add(struct report *report, iso_buf *line, const iso_records *records)
{
    return add_source(report, line, records, keep_all);
}

iso_err iso_gather_option(iso_buf *line, const char *name, const char *value)
{
    iso_err err = ISO_OK;

    if (!value)
        return ISO_OK;
    ISO_TRY(iso_buf_printf(line, " --%s ", name));
    ISO_TRY(iso_buf_word(line, value));
done:
    return err;
}

iso_err iso_gather_file(struct report *report, const char *path, const iso_run *run)
{
    iso_records records = {0};
    iso_buf line = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_records_read(&records, &line, path, run));
    if (line.len == 0) {
        ISO_TRY(iso_buf_puts(&line, "records of"));
        ISO_TRY(add_word(&line, path));
    }
    ISO_TRY(add_source(report, &line, &records, keep_all));
    if (!report->src && report->records.count > 0)
        report->src = report->records.at[0].src;
done:
    iso_records_free(&records);
    iso_buf_free(&line);
    return err;
}
