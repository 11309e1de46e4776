/* Measured transfer as sets of languages with an outcome. */
#include <math.h>
#include <string.h>

#include "analysis/study/select/select_inside.h"
#include "lib/base/alloc.h"

const char *const iso_select_outcomes[SELECT_OUTCOMES] = {"transfer:held-out", "transfer:relative",
                                                          "transfer:all"};

void iso_select_entries_free(struct select_entries *e)
{
    for (int64_t i = 0; i < e->count; i++) {
        iso_free(e->at[i].set);
        iso_free(e->at[i].target);
    }
    iso_free(e->at);
    *e = (struct select_entries){0};
}

static bool is_wanted(const struct select_job *job, int lang)
{
    return !job->target || job->target[lang];
}

/* The set of a row, and its outcomes; those stay NAN where nothing is held out. */
static iso_err take_row(struct select_entry *e, const struct select_job *job, int64_t row)
{
    const iso_transfer *t = &job->results;
    double held = 0, all = 0, examples = 0;
    int targets = 0, scores = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&e->set, job->count, sizeof *e->set));
    ISO_TRY(iso_alloc(&e->target, job->count, sizeof *e->target));
    for (int64_t l = 0; l < t->langs.count; l++) {
        const double count = t->examples[row * t->langs.count + l];
        const double score = t->score[row * t->langs.count + l];
        const int lang = (int)iso_textmap_find(&job->langs, t->langs.texts[l], -1);
        if (count > 0) {
            e->set[e->count++] = lang;
            examples += count;
        }
        if (isnan(score))
            continue;
        all += score;
        scores++;
        if (!(count > 0) && is_wanted(job, lang)) {
            e->target[lang] = true;
            held += score;
            targets++;
        }
    }
    e->row = row;
    e->examples = log(examples);
    e->outcome[SELECT_HELD_OUT] = targets ? held / targets : NAN;
    e->outcome[SELECT_RELATIVE] = NAN;
    e->outcome[SELECT_ALL] = scores ? all / scores : NAN;
done:
    return err;
}

static double score_of(const struct select_job *job, const struct select_entry *e, int64_t lang)
{
    const iso_transfer *t = &job->results;

    return t->score[e->row * t->langs.count + lang];
}

/* What an entry has above the mean of each language that it holds out. */
static iso_err make_relative(struct select_entries *e, const struct select_job *job)
{
    const iso_textmap *langs = &job->results.langs;
    double *mean = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&mean, langs->count, sizeof *mean));
    for (int64_t l = 0; l < langs->count; l++) {
        const int64_t lang = iso_textmap_find(&job->langs, langs->texts[l], -1);
        int64_t count = 0;
        for (int64_t i = 0; i < e->count; i++) {
            if (!e->at[i].target[lang])
                continue;
            mean[l] += score_of(job, &e->at[i], l);
            count++;
        }
        mean[l] /= (double)(count ? count : 1);
    }
    for (int64_t i = 0; i < e->count; i++) {
        double sum = 0;
        int count = 0;
        for (int64_t l = 0; l < langs->count; l++) {
            if (!e->at[i].target[iso_textmap_find(&job->langs, langs->texts[l], -1)])
                continue;
            sum += score_of(job, &e->at[i], l) - mean[l];
            count++;
        }
        e->at[i].outcome[SELECT_RELATIVE] = sum / count;
    }
done:
    iso_free(mean);
    return err;
}

static iso_err check(const struct select_entries *e, const struct select_job *job, int64_t empty,
                     int64_t full)
{
    const char *path = job->opt.results;
    const long long rows = job->results.entries;

    if (e->count == 0)
        return iso_fail(ISO_EDATA,
                        "%s: of %lld entries %lld train on no language and %lld hold none out: "
                        "nothing is left to hold predictors against",
                        path, rows, (long long)empty, (long long)full);
    if (empty + full > 0)
        iso_run_note(job->run,
                     "%s: %lld of %lld entries left out: %lld train on no language, %lld have no "
                     "held-out language with a score",
                     path, (long long)(empty + full), rows, (long long)empty, (long long)full);
    return ISO_OK;
}

iso_err iso_select_entries_make(struct select_entries *out, const struct select_job *job)
{
    struct select_entries e = {0};
    int64_t empty = 0, full = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&e.at, job->results.entries, sizeof *e.at));
    for (int64_t row = 0; row < job->results.entries; row++) {
        struct select_entry *at = &e.at[e.count++];
        ISO_TRY(take_row(at, job, row));
        empty += at->count == 0;
        full += at->count > 0 && isnan(at->outcome[SELECT_HELD_OUT]);
        if (at->count == 0 || isnan(at->outcome[SELECT_HELD_OUT])) {
            iso_free(at->set);
            iso_free(at->target);
            *at = (struct select_entry){0};
            e.count--;
        } else if (at->count > e.most) {
            e.most = at->count;
        }
    }
    ISO_TRY(check(&e, job, empty, full));
    ISO_TRY(make_relative(&e, job));
    *out = e;
    e = (struct select_entries){0};
done:
    iso_select_entries_free(&e);
    return err;
}

iso_err iso_select_entry_values(double *value, const struct select_job *job,
                                const struct select_predictor *p, const struct select_entries *e,
                                const bool *target, const int *map)
{
    struct select_walk w = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_select_walk_make(&w, p, job->count, e->most));
    for (int64_t i = 0; i < e->count; i++) {
        const struct select_entry *at = &e->at[i];
        value[i] = iso_select_set_value(&w, at->set, at->count, target ? target : at->target, map);
    }
done:
    iso_select_walk_free(&w);
    return err;
}
