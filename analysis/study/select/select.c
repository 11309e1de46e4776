#include "analysis/study/select/select.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analysis/measure/permutation.h"
#include "analysis/study/select/select_inside.h"
#include "lib/base/alloc.h"
#include "lib/base/ranges.h"
#include "lib/base/str.h"

/* clang-format off */
static const iso_option options[] = {
    ISO_OPTION(iso_select_opt, NAMES, src, "LANG[,LANG]", "candidates to choose from (default: the languages of INPUT, " ISO_FIELD(corpus) " and " ISO_FIELD(results) ")"),
    ISO_OPTION(iso_select_opt, NAMES, tgt, "LANG[,LANG]", "targets that sources are held against (default: the candidates that are not in the set)"),
    ISO_OPTION(iso_select_opt, INT, k, "K", "languages of a set", .init = "3", .least = 1, .most = 4096),
    ISO_OPTION(iso_select_opt, INT, top, "N", "sets to report of each predictor, the best first", .init = "5", .least = 1, .most = 1e7),
    ISO_OPTION(iso_select_opt, RANGES, layers, "LAYER", "the one layer of the states: 8 or last", .init = "last"),
    ISO_OPTION(iso_select_opt, PATH, model, "DIR", "folder of a checkpoint, whose tokenizer cuts the texts into pieces", .reads = ISO_READS_CHECKPOINT),
    ISO_TEXTS_CORPUS(iso_select_opt),
    ISO_TEXTS_COLUMNS(iso_select_opt),
    ISO_TEXTS_FORMAT(iso_select_opt),
    ISO_OPTION(iso_select_opt, PATH, typology, "PATH", "features of languages: the folder of lang2vec's .npz files, one of them, or a table", .reads = ISO_READS_FILE),
    ISO_OPTION(iso_select_opt, FLAG, predicted, NULL, "of a folder take feature_predictions.npz, which has no gaps", .needs = "typology"),
    ISO_OPTION(iso_select_opt, PATH, sizes, "TABLE", "pretraining data: lang and size", .reads = ISO_READS_FILE),
    ISO_OPTION(iso_select_opt, PATH, results, "FILE.json", "measured transfer: a list of {train_config: {LANG: examples}, eval_results: {LANG: score}}", .reads = ISO_READS_FILE, .excludes = "src"),
    ISO_OPTION(iso_select_opt, ENUM, interval, "KIND", "none leaves intervals of agreement out", .choices = "none", .needs = "results"),
    ISO_OPTION(iso_select_opt, INT, permutations, "K", "permutations of the results for p and p_max, at least 19 (default: 10000)", .most = 1e9, .needs = "results"),
    ISO_OPTION(iso_select_opt, INT, shuffles, "K", "times that the languages change places, the control", .init = "99", .least = 19, .most = 1e6),
    ISO_OPTION(iso_select_opt, FLAG, by_language, NULL, "agreement in each language, by predictors fitted on the others", .needs = "results"),
};
/* clang-format on */
const iso_options iso_select_options = ISO_OPTIONS("select", iso_select_opt, options);

void iso_select_opt_init(iso_select_opt *opt, size_t size)
{
    iso_options_init(&iso_select_options, opt, size);
}

static iso_err take_options(iso_select_opt *out, const iso_select_opt *opt)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_options_take(&iso_select_options, out, opt));
    ISO_TRY(iso_permutations_check(out->permutations));
    ISO_TRY(iso_ranges_check(out->layers));
    ISO_NEED(!strpbrk(out->layers, ",") && (!strchr(out->layers, '-')),
             ISO_FIELD(layers) " %s: sources are chosen by one layer, such as 8 or last",
             out->layers);
done:
    return err;
}

iso_err iso_select_check(const iso_select_opt *opt)
{
    iso_select_opt o;

    return take_options(&o, opt);
}

/* --- Predictors --- */

iso_err iso_select_add(struct select_predictor **out, struct select_job *job, const char *measure,
                       const char *estimator, enum select_kind kind, bool low)
{
    struct select_predictor *p = &job->at[job->predictors];
    const int64_t langs = job->count;
    iso_err err = ISO_OK;

    ISO_NEED(job->predictors < SELECT_MOST, "more than %d predictors", SELECT_MOST);
    job->predictors++; /* so that what is made is freed */
    *p = (struct select_predictor){
        .measure = measure, .estimator = estimator, .kind = kind, .low = low, .layer = ISO_NO_INT};
    (void)snprintf(p->name, sizeof p->name, "%s:%s", measure, estimator);
    ISO_TRY(iso_alloc(&p->missing, langs, sizeof *p->missing));
    if (kind == SELECT_PAIRS || kind == SELECT_NEAREST) {
        ISO_TRY(iso_alloc(&p->matrix, langs * langs, sizeof *p->matrix));
        for (int64_t i = 0; i < langs * langs; i++)
            p->matrix[i] = NAN;
    } else if (kind != SELECT_UNION) {
        ISO_TRY(iso_alloc(&p->number, langs, sizeof *p->number));
    }
    *out = p;
done:
    return err;
}

void iso_select_predictors_free(struct select_job *job)
{
    for (int i = 0; i < job->predictors; i++) {
        iso_free(job->at[i].missing);
        iso_free(job->at[i].number);
        iso_free(job->at[i].matrix);
        iso_free(job->at[i].bits);
    }
    job->predictors = 0;
}

iso_err iso_select_note_missing(const struct select_job *job, const struct select_predictor *p,
                                const char *what)
{
    const char **name = NULL;
    iso_buf list = {0};
    int count = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&name, job->count, sizeof *name));
    for (int i = 0; i < job->count; i++)
        if (p->missing[i])
            name[count++] = iso_select_lang(job, i);
    if (count == 0)
        goto done;
    ISO_TRY(iso_buf_names(&list, name, count, 12));
    iso_run_note(job->run, "%s: %s, so no set with one of them has a value: %s", p->name, what,
                 list.text);
done:
    iso_free(name);
    iso_buf_free(&list);
    return err;
}

/* --- The call --- */

static void job_free(struct select_job *job)
{
    iso_select_predictors_free(job);
    iso_transfer_free(&job->results);
    iso_textmap_free(&job->langs);
    iso_texts_close(job->own);
    iso_free(job->target);
}

static iso_err predict(struct select_job *job)
{
    iso_err err = ISO_OK;

    if (job->texts)
        ISO_TRY(iso_select_texts(job));
    if (job->opt.typology)
        ISO_TRY(iso_select_typology(job));
    if (job->states)
        ISO_TRY(iso_select_states(job));
    ISO_TRY(iso_select_codes(job));
done:
    return err;
}

static iso_err select_all(iso_records *out, struct select_job *job)
{
    struct select_entries entries = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_select_ask(job));
    if (job->opt.results)
        ISO_TRY(iso_select_entries_make(&entries, job));
    ISO_TRY(predict(job));
    if (!job->opt.results) {
        ISO_TRY(iso_select_rank(out, job));
        goto done;
    }
    ISO_TRY(iso_select_agree(out, job, &entries));
    ISO_TRY(iso_select_choice(out, job, &entries));
    if (job->opt.by_language)
        ISO_TRY(iso_select_left_out(out, job, &entries));
done:
    iso_select_entries_free(&entries);
    return err;
}

static iso_err job_new(struct select_job **out, iso_states *states, const iso_texts *texts,
                       const iso_select_opt *opt, const iso_run *run)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(out, 1, sizeof **out));
    (*out)->run = run;
    (*out)->states = states;
    (*out)->texts = texts;
    ISO_TRY(take_options(&(*out)->opt, opt));
done:
    return err;
}

iso_err iso_select_plan(iso_facts *out, iso_states *states, const iso_texts *texts,
                        const iso_select_opt *opt, const iso_run *run)
{
    struct select_job *job = NULL;
    int targets = 0;
    iso_err err = ISO_OK;

    ISO_TRY(job_new(&job, states, texts, opt, run));
    ISO_TRY(iso_select_ask(job));
    for (int l = 0; l < job->count; l++)
        targets += job->target ? job->target[l] : l < job->candidates;
    ISO_TRY(iso_facts_count(out, "candidates", job->candidates));
    ISO_TRY(iso_facts_count(out, "targets", targets));
    if (job->opt.results) {
        ISO_TRY(iso_facts_count(out, "runs", job->results.entries));
        ISO_TRY(iso_facts_count(out, "shuffles", job->opt.shuffles));
    } else {
        ISO_TRY(
            iso_facts_count(out, "sets", (int64_t)iso_select_sets(job->candidates, job->opt.k)));
    }
done:
    if (job)
        job_free(job);
    iso_free(job);
    return err;
}

iso_err iso_select(iso_records *out, iso_states *states, const iso_texts *texts,
                   const iso_select_opt *opt, const iso_run *run)
{
    struct select_job *job = NULL;
    const int64_t before = iso_records_count(out);
    iso_records list = {0};
    iso_err err = ISO_OK;

    ISO_TRY(job_new(&job, states, texts, opt, run));
    ISO_TRY(select_all(&list, job));
    for (int64_t i = 0; i < list.count; i++)
        ISO_TRY(iso_records_add(out, &list.at[i]));
done:
    if (err)
        iso_records_cut(out, before);
    iso_records_free(&list);
    if (job)
        job_free(job);
    iso_free(job);
    return err;
}
